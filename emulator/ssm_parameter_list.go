package emulator

// Parameter Store's lists: below a path, with values, and all, without.

import (
	"slices"
	"strings"
)

// parameterFilter is one condition; all of a request's must hold.
type parameterFilter struct {
	Key, Option string
	Values      []string
}

// accepts reports whether the parameter meets the condition.
func (f parameterFilter) accepts(p *parameter) bool {
	have := ""
	switch key, tag, _ := strings.Cut(f.Key, ":"); key {
	case "Name":
		have = p.Name
	case "Path":
		return slices.ContainsFunc(f.Values, func(path string) bool { return p.below(path, f.Option == "Recursive") })
	case "Type":
		have = p.Type
	case "KeyId":
		have = p.KeyID
	case "Tier":
		have = p.Tier
	case "DataType":
		have = p.DataType
	case "tag":
		value, tagged := p.Tags[tag]
		if !tagged || len(f.Values) == 0 {
			return tagged
		}
		have = value
	}
	return slices.ContainsFunc(f.Values, func(want string) bool {
		switch f.Option {
		case "BeginsWith":
			return strings.HasPrefix(have, want)
		case "Contains":
			return strings.Contains(have, want)
		}
		return have == want
	})
}

// below reports whether the parameter is under the path: anywhere, or directly.
func (p *parameter) below(path string, anywhere bool) bool {
	rest, ok := strings.CutPrefix(p.Name, strings.TrimSuffix(path, "/")+"/")
	return ok && (anywhere || !strings.Contains(rest, "/"))
}

func (p *parameter) meets(all []parameterFilter) bool {
	return !slices.ContainsFunc(all, func(f parameterFilter) bool { return !f.accepts(p) })
}

func getParametersByPath(c *call, st *state, in *struct {
	Path, NextToken           string
	Recursive, WithDecryption bool
	ParameterFilters          []parameterFilter
	MaxResults                int
}) (any, error) {
	if !strings.HasPrefix(in.Path, "/") {
		return nil, ssmError("ValidationException", "The path must begin with a slash.")
	}
	for _, f := range in.ParameterFilters {
		if !slices.Contains([]string{"Type", "KeyId", "Label"}, f.Key) {
			return nil, ssmError("InvalidFilterKey", "The following filter key is not valid: "+f.Key+". Valid filter keys include: [Type, KeyId, Label].")
		}
	}
	pg, err := parameterPage(c, in.NextToken, in.MaxResults, 10, in.Path, jsonText(in.Recursive), jsonText(in.ParameterFilters))
	if err != nil {
		return nil, err
	}
	rows := takePage(pg, st.parameters.after(c.region+"/", pg.after), func(p *parameter) bool {
		return p.below(in.Path, in.Recursive) && p.meets(in.ParameterFilters)
	})
	out := make([]parameterOut, len(rows))
	for i, p := range rows {
		out[i] = p.out(c, p.latest(), "", in.WithDecryption)
	}
	return struct {
		Parameters []parameterOut
		NextToken  string `json:",omitempty"`
	}{out, pg.next}, nil
}

func parameterPage(c *call, token string, asked, most int, question ...string) (*pageRequest, error) {
	if asked == 0 {
		asked = most
	}
	pg, ok := newPage(c, token, asked, question...)
	if !ok {
		return nil, ssmError("InvalidNextToken", "The specified token is not valid.")
	}
	return pg, nil
}

func describeParameters(c *call, st *state, in *struct {
	Filters, ParameterFilters []parameterFilter
	MaxResults                int
	NextToken                 string
	Shared                    bool
}) (any, error) {
	filters := slices.Clone(in.ParameterFilters)
	for _, f := range in.Filters { // the older form: names by how they begin
		if f.Key == "Name" {
			f.Option = "BeginsWith"
		}
		filters = append(filters, f)
	}
	pg, err := parameterPage(c, in.NextToken, in.MaxResults, 50, jsonText(filters), jsonText(in.Shared))
	if err != nil {
		return nil, err
	}
	type metadata struct {
		ARN, DataType, Name, Type, Tier, LastModifiedUser string
		KeyId, Description, AllowedPattern                string `json:",omitempty"`
		LastModifiedDate                                  epoch
		Version                                           int
		Policies                                          []struct{}
	}
	list := []metadata{}
	for _, p := range takePage(pg, st.parameters.after(c.region+"/", pg.after), func(p *parameter) bool {
		return !in.Shared && p.meets(filters) // nothing is shared between accounts here
	}) {
		v := p.latest()
		list = append(list, metadata{p.arn(c), p.DataType, p.Name, p.Type, p.Tier, callerARN(c.account),
			p.KeyID, p.Description, p.Pattern, epoch(v.Modified), v.Number, []struct{}{}})
	}
	return struct {
		Parameters []metadata
		NextToken  string `json:",omitempty"`
	}{list, pg.next}, nil
}
