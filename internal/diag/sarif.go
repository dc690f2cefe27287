package diag

import (
	"net/url"
	"slices"
	"strings"
)

// The parts of SARIF 2.1.0 (OASIS standard) that code scanning services read.
type (
	sarifLog struct {
		Schema  string     `json:"$schema"`
		Version string     `json:"version"`
		Runs    []sarifRun `json:"runs"`
	}
	sarifRun struct {
		Tool       sarifTool     `json:"tool"`
		ColumnKind string        `json:"columnKind"`
		Results    []sarifResult `json:"results"` // never null: null means the run failed
	}
	sarifTool struct {
		Driver sarifDriver `json:"driver"`
	}
	sarifDriver struct {
		Name           string      `json:"name"`
		InformationURI string      `json:"informationUri"`
		Version        string      `json:"version,omitempty"`
		Rules          []sarifRule `json:"rules"`
	}
	sarifRule struct {
		ID               string     `json:"id"`
		ShortDescription *sarifText `json:"shortDescription,omitempty"`
		Help             *sarifHelp `json:"help,omitempty"`
	}
	sarifText struct {
		Text string `json:"text"`
	}
	sarifHelp struct {
		Text     string `json:"text"`
		Markdown string `json:"markdown"`
	}
	sarifResult struct {
		RuleID           string          `json:"ruleId"`
		RuleIndex        int             `json:"ruleIndex"`
		Level            string          `json:"level"`
		Message          sarifText       `json:"message"`
		Locations        []sarifLocation `json:"locations"`
		RelatedLocations []sarifLocation `json:"relatedLocations,omitempty"`
	}
	sarifLocation struct {
		PhysicalLocation sarifPlace `json:"physicalLocation"`
		Message          *sarifText `json:"message,omitempty"`
	}
	sarifPlace struct {
		ArtifactLocation sarifFile    `json:"artifactLocation"`
		Region           *sarifRegion `json:"region,omitempty"`
	}
	sarifFile struct {
		URI string `json:"uri"`
	}
	sarifRegion struct {
		StartLine   int `json:"startLine"`
		StartColumn int `json:"startColumn,omitempty"`
		EndColumn   int `json:"endColumn,omitempty"`
	}
)

const (
	sarifSchema = "https://docs.oasis-open.org/sarif/sarif/v2.1.0/errata01/os/schemas/sarif-schema-2.1.0.json"
	homePage    = "https://github.com/watchbill/watchbill"
)

func sarif(fs []Finding, opt PrintOptions) ([]byte, error) {
	rules := []sarifRule{}
	index := map[string]int{}
	results := []sarifResult{}
	for _, code := range codesOf(fs) {
		index[code] = len(rules)
		rules = append(rules, sarifRuleOf(code, opt.Explain))
	}
	for _, f := range fs {
		r := sarifResult{
			RuleID: f.Code, RuleIndex: index[f.Code],
			Level:     [...]string{"error", "warning", "note"}[f.Severity],
			Message:   sarifText{f.Message},
			Locations: []sarifLocation{{PhysicalLocation: sarifPlaceOf(f.Pos)}},
		}
		if f.Hint != "" {
			r.Message.Text += "; " + f.Hint
		}
		for _, n := range f.Notes {
			r.RelatedLocations = append(r.RelatedLocations, sarifLocation{sarifPlaceOf(n.Pos), &sarifText{n.Message}})
		}
		results = append(results, r)
	}
	return encode(sarifLog{Schema: sarifSchema, Version: "2.1.0", Runs: []sarifRun{{
		Tool:       sarifTool{sarifDriver{"watchbill", homePage, opt.Version, rules}},
		ColumnKind: "unicodeCodePoints",
		Results:    results,
	}}}, "  ")
}

func codesOf(fs []Finding) []string {
	var codes []string
	for _, f := range fs {
		codes = append(codes, f.Code)
	}
	slices.Sort(codes)
	return slices.Compact(codes)
}

// sarifRuleOf describes a rule by its paragraph: the first sentence is the short
// description, the whole is the help.
func sarifRuleOf(code string, explain func(string) (string, bool)) sarifRule {
	rule := sarifRule{ID: code}
	if explain == nil {
		return rule
	}
	if page, ok := explain(code); ok {
		rule.ShortDescription = &sarifText{firstSentence(page)}
		rule.Help = &sarifHelp{page, page}
	}
	return rule
}

// firstSentence is what stands before the first full stop of a page's text, which
// begins behind its heading and the line with its severity.
func firstSentence(page string) string {
	for part := range strings.SplitSeq(page, "\n\n") {
		if strings.HasPrefix(part, "#") || strings.HasPrefix(part, "Severity:") {
			continue
		}
		text := strings.Join(strings.Fields(part), " ")
		if i := strings.Index(text, ". "); i >= 0 {
			return text[:i+1]
		}
		return text
	}
	return ""
}

func sarifPlaceOf(p Pos) sarifPlace {
	// Opaque paths would let "a:b.yaml" be read as a scheme; Path escapes it.
	place := sarifPlace{ArtifactLocation: sarifFile{(&url.URL{Path: p.File}).String()}}
	if p.Line > 0 {
		place.Region = &sarifRegion{StartLine: p.Line, StartColumn: p.Col, EndColumn: p.End}
	}
	return place
}
