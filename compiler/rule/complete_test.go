package rule_test

import (
	"os"
	"path/filepath"
	"regexp"
	"slices"
	"strings"
	"testing"

	"github.com/watchbill/watchbill/compiler"
	"github.com/watchbill/watchbill/compiler/rule"
	"github.com/watchbill/watchbill/docs/codes"
	"github.com/watchbill/watchbill/internal/diag"
)

// One code, one file that reports it, one page, one pair; in both directions.
func TestComplete(t *testing.T) {
	found := append(fileCodes(t), rule.Codes()...)
	slices.Sort(found)
	if twice := slices.Compact(slices.Clone(found)); len(twice) != len(found) {
		t.Errorf("some code is a rule's and the files' too: %v", found)
	}
	// What a failed test says is no finding of a plan folder: script tests have it.
	same(t, "a page in docs/codes", append(slices.Clone(found), "failed-test"), codes.All())
	for _, side := range []string{"err", "ok"} {
		same(t, "an archive in testdata/"+side, found, folders(t, filepath.Join(testdata(t), side)))
	}
	for _, r := range rule.All {
		file := strings.ReplaceAll(r.Code, "-", "_") + ".go"
		if r.Check == nil {
			file = "ignore.go"
		}
		if r.Code == "unopened-file" {
			file = "../sealed.go"
		}
		if _, err := os.Stat(file); err != nil {
			t.Errorf("%s has no file %s", r.Code, file)
		}
	}
}

// fileCodes are the codes the compiler itself reports, read from its source: the
// texts of the shape of a code that are handed to a finding.
func fileCodes(t *testing.T) []string {
	var all []string
	call := regexp.MustCompile(`(?:Errorf|report|say)\([^\n]*?"([a-z0-9]+(?:-[a-z0-9]+)+|tab|unreadable)",? `)
	set := regexp.MustCompile(`Code(?:: | = )"([a-z0-9-]+)"`)
	files, err := filepath.Glob("../*.go")
	if err != nil {
		t.Fatal(err)
	}
	for _, file := range files {
		if strings.HasSuffix(file, "_test.go") {
			continue
		}
		src, err := os.ReadFile(file)
		if err != nil {
			t.Fatal(err)
		}
		for _, pattern := range []*regexp.Regexp{call, set} {
			for _, m := range pattern.FindAllStringSubmatch(string(src), -1) {
				all = append(all, m[1])
			}
		}
	}
	slices.Sort(all)
	return slices.Compact(all)
}

func folders(t *testing.T, dir string) []string {
	archives, err := filepath.Glob(filepath.Join(dir, "*", "*.txtar"))
	if err != nil {
		t.Fatal(err)
	}
	var names []string
	for _, a := range archives {
		names = append(names, filepath.Base(filepath.Dir(a)))
	}
	return slices.Compact(names)
}

func same(t *testing.T, what string, codes, have []string) {
	for _, code := range codes {
		if !slices.Contains(have, code) {
			t.Errorf("%s has not %s", code, what)
		}
	}
	for _, code := range have {
		if !slices.Contains(codes, code) {
			t.Errorf("%s has %s and is reported by nobody", code, what)
		}
	}
}

var example = regexp.MustCompile("(?s)(Wrong|Right):\n\n```yaml\n(.*?)```")

// The pages are true: the severity is the rule's, the wrong example is found, the
// right one is not.
func TestPages(t *testing.T) {
	for _, code := range codes.All() {
		t.Run(code, func(t *testing.T) {
			page, _ := codes.Explain(code)
			if !strings.HasPrefix(page, "# "+code+"\n\nSeverity: "+severityLine(code)+"\n\n") {
				t.Errorf("the page must begin with its code and %q", severityLine(code))
			}
			for _, m := range example.FindAllStringSubmatch(page, -1) {
				t.Run(m[1], func(t *testing.T) { runExample(t, code, m[2], m[1] == "Wrong") })
			}
		})
	}
}

func severityLine(code string) string {
	r, ok := rule.Find(code)
	if !ok || r.Fixed {
		return "error, always."
	}
	return r.Severity.String() + ", unless set under `rules` in `watchbill.yaml`."
}

// tested is the plan that examples of test files are about.
const tested = `contacts:
  ben:
    channels:
      text: {sms: {env: BEN_TEXT}}
      phone: {voice: {env: BEN_PHONE}}
    engagement_plan:
      - {page: [text, phone], wait: 10m}
response_plans:
  site-down: {title: The site is down, impact: critical, engage: [ben]}
`

// runExample compiles an example for a target in eu-west-1, which is what the page
// of home-region is about, with the rule on.
func runExample(t *testing.T, code, plan string, wrong bool) {
	t.Chdir(t.TempDir())
	if strings.HasPrefix(plan, "tests:") {
		write(t, "plan/a_test.yaml", []byte(plan))
		plan = tested
	}
	write(t, "plan/plan.yaml", []byte(plan))
	settings := "targets: {t: {region: eu-west-1, account: \"111122223333\"}}\n"
	if r, ok := rule.Find(code); ok && r.Severity == diag.Off {
		settings += "rules: {" + code + ": warning}\n"
	}
	write(t, "plan/watchbill.yaml", []byte(settings))
	result := compile(t, compiler.Options{Target: "t", Now: testNow})
	has := slices.ContainsFunc(result.Findings, func(f diag.Finding) bool { return f.Code == code })
	if has != wrong {
		t.Errorf("is %s found? %v\n%v", code, has, result.Findings)
	}
	for _, f := range result.Findings {
		if _, ok := rule.Find(f.Code); !ok && f.Code != code {
			t.Errorf("the example has another mistake: %s", f)
		}
	}
}
