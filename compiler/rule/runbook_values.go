package rule

import (
	"encoding/json"
	"regexp"
	"slices"
	"strconv"
	"strings"
	"unicode/utf8"

	"github.com/watchbill/watchbill/compiler/ast"
	"github.com/watchbill/watchbill/internal/automation"
)

// values compares the values of one parameter with what the document declares of it.
func (in *inputs) values(given *ast.Parameter, param automation.Parameter) {
	n := len(given.Values)
	switch {
	case param.Many():
		in.items(given, param)
	case n == 0:
		in.r.Report(given.Key.At, "%s is of type %s and gets no value", param.Name, param.Type).
			WithHint("write [VALUE], or remove the parameter")
	case n > 1:
		in.r.Report(given.Values[1].At, "%s is of type %s and takes one value, not %d", param.Name, param.Type, n).
			WithHint("write one value")
	}
	for _, v := range given.Values {
		if !strings.Contains(v.V, "{{") { // put in when the runbook runs
			in.value(v, param)
		}
	}
}

func (in *inputs) items(given *ast.Parameter, param automation.Parameter) {
	n := len(given.Values)
	switch {
	case n < param.MinItems:
		in.r.Report(given.Key.At, "%s takes at least %d values, not %d", param.Name, param.MinItems, n).
			WithHint("write more of them")
	case param.MaxItems > 0 && n > param.MaxItems:
		in.r.Report(given.Values[param.MaxItems].At, "%s takes at most %d values, not %d", param.Name, param.MaxItems, n).
			WithHint("write fewer of them")
	}
}

func (in *inputs) value(v ast.Text, param automation.Parameter) {
	chars := utf8.RuneCountInString(v.V)
	switch {
	case !shaped(v.V, param.Type):
		in.r.Report(v.At, "%s is of type %s, which this value is not", param.Name, param.Type).
			WithHint("write %s", shapes[param.Type])
	case len(param.Allowed) > 0 && !slices.Contains(param.Allowed, v.V):
		in.r.Report(v.At, "%s does not take this value", param.Name).
			WithHint("write one of %s", listed(param.Allowed))
	case !matches(v.V, param.Pattern):
		in.r.Report(v.At, "this value of %s does not match what the document allows", param.Name).
			WithHint("write a value that matches %s", param.Pattern)
	case chars < param.MinChars:
		in.r.Report(v.At, "a value of %s has at least %d characters, not %d", param.Name, param.MinChars, chars).
			WithHint("write a longer one")
	case param.MaxChars > 0 && chars > param.MaxChars:
		in.r.Report(v.At, "a value of %s has at most %d characters, not %d", param.Name, param.MaxChars, chars).
			WithHint("write a shorter one")
	}
}

// shapes are how values of the types are written that are no plain texts.
var shapes = map[string]string{
	automation.Boolean:   "true or false",
	automation.Integer:   "a whole number",
	automation.StringMap: `a JSON object, for example "{\"Name\": \"web\"}"`,
	automation.MapList:   `JSON objects, for example ["{\"Name\": \"web\"}"]`,
}

// shaped reports whether a value is one of the type; most types take any text.
func shaped(v, kind string) bool {
	switch kind {
	case automation.Boolean:
		return strings.EqualFold(v, "true") || strings.EqualFold(v, "false")
	case automation.Integer:
		_, err := strconv.ParseInt(v, 10, 64)
		return err == nil
	case automation.StringMap:
		return json.Unmarshal([]byte(v), &map[string]any{}) == nil
	case automation.MapList:
		return json.Unmarshal([]byte(v), &map[string]any{}) == nil || json.Unmarshal([]byte(v), &[]map[string]any{}) == nil
	}
	return true
}

// matches finds the pattern anywhere in the value: whether AWS wants it to be the whole value
// is documented nowhere. A pattern that is no Go one (AWS's are Java's) matches.
func matches(v, pattern string) bool {
	re, err := regexp.Compile(pattern)
	return err != nil || re.MatchString(v)
}
