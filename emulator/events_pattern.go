package emulator

// Event patterns, as EventBridge documents them under "Comparison operators": an object of fields,
// each with a list of what it may be, of which one has to hold; all fields have to.
//
//	{"source": ["aws.ec2"], "detail": {"state": [{"prefix": "run"}], "cpu": [{"numeric": [">", 80]}]}}

import (
	"bytes"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"net/netip"
	"slices"
	"strings"
)

// eventPattern is one level of a compiled pattern: all fields hold, and of each group of $or one.
type eventPattern struct {
	fields map[string]eventField
	or     [][]*eventPattern
}

// eventField is a nested pattern or a list of conditions, of which one holds.
type eventField struct {
	below *eventPattern
	any   []eventCondition
}

// eventCondition holds for one value; nil stands for a field that is not there.
type eventCondition func(value any) bool

// maxPatternDepth bounds hostile patterns; AWS bounds them by their length.
const maxPatternDepth = 50

// parseEventPattern compiles a pattern. Its errors are in words for the client.
func parseEventPattern(text string) (*eventPattern, error) {
	v, err := decodeEvent(text)
	if err != nil {
		return nil, errors.New("it is not valid JSON")
	}
	top, ok := v.(map[string]any)
	if !ok {
		return nil, errors.New("filter is not an object")
	}
	return compilePattern(top, 0)
}

// decodeEvent keeps numbers as they are written: 300, 300.0 and 3e2 are not the same to a pattern.
func decodeEvent(text string) (v any, err error) {
	d := json.NewDecoder(strings.NewReader(text))
	d.UseNumber()
	if !plausible([]byte(text)) {
		return nil, errors.New("it is nested too deeply")
	}
	if err := d.Decode(&v); err != nil {
		return nil, err
	}
	if _, err := d.Token(); err != io.EOF {
		return nil, errors.New("there is more than one value")
	}
	return v, nil
}

func compilePattern(in map[string]any, depth int) (*eventPattern, error) {
	if len(in) == 0 {
		return nil, errors.New("empty objects are not allowed")
	}
	if depth > maxPatternDepth {
		return nil, errors.New("it is nested too deeply")
	}
	p := &eventPattern{fields: map[string]eventField{}}
	for _, name := range sortedKeys(in) {
		switch v := in[name].(type) {
		case map[string]any:
			below, err := compilePattern(v, depth+1)
			if err != nil {
				return nil, err
			}
			p.fields[name] = eventField{below: below}
		case []any:
			if name == "$or" {
				group, err := compileOr(v, depth)
				if err != nil {
					return nil, err
				}
				p.or = append(p.or, group)
				continue
			}
			if len(v) == 0 {
				return nil, errors.New("empty arrays are not allowed")
			}
			field := eventField{}
			for _, one := range v {
				c, err := compileCondition(one)
				if err != nil {
					return nil, err
				}
				field.any = append(field.any, c)
			}
			p.fields[name] = field
		default:
			return nil, fmt.Errorf("%q must be an object or an array", name)
		}
	}
	return p, nil
}

func compileOr(list []any, depth int) (group []*eventPattern, err error) {
	if len(list) < 2 {
		return nil, errors.New("there must have at least 2 Objects in $or relationship")
	}
	for _, one := range list {
		object, ok := one.(map[string]any)
		if !ok {
			return nil, errors.New("only objects are allowed in array of $or relationship")
		}
		p, err := compilePattern(object, depth+1)
		if err != nil {
			return nil, err
		}
		group = append(group, p)
	}
	return group, nil
}

func compileCondition(v any) (eventCondition, error) {
	switch v := v.(type) {
	case map[string]any:
		if len(v) != 1 {
			return nil, errors.New("only one key allowed in match expression")
		}
		for operator, operand := range v {
			return compileOperator(operator, operand)
		}
	case []any:
		return nil, errors.New("match value must be String, number, true, false, or null")
	}
	return exactly(v), nil
}

// exactly compares values by how they are written. A field that is null is there.
func exactly(want any) eventCondition {
	return func(have any) bool { return have == (present{want}) }
}

// present is a value of a field that is there, so that null is not confused with nothing.
type present struct{ value any }

func onText(match func(string) bool) eventCondition {
	return func(have any) bool {
		p, _ := have.(present)
		text, ok := p.value.(string)
		return ok && match(text)
	}
}

func compileOperator(operator string, operand any) (eventCondition, error) {
	text, isText := operand.(string)
	switch operator {
	case "exists":
		want, ok := operand.(bool)
		if !ok {
			return nil, errors.New("exists match pattern must be either true or false")
		}
		return func(have any) bool { return (have != nil) == want }, nil
	case "prefix", "suffix":
		if fold, ok := operand.(map[string]any); ok {
			end, ok := fold["equals-ignore-case"].(string)
			if !ok || len(fold) != 1 {
				return nil, fmt.Errorf("%s match pattern must be a string", operator)
			}
			return onText(func(s string) bool { return atEnd(operator, strings.ToLower(s), strings.ToLower(end)) }), nil
		}
		if !isText {
			return nil, fmt.Errorf("%s match pattern must be a string", operator)
		}
		return onText(func(s string) bool { return atEnd(operator, s, text) }), nil
	case "equals-ignore-case":
		if !isText {
			return nil, errors.New("equals-ignore-case match pattern must be a string")
		}
		return onText(func(s string) bool { return strings.EqualFold(s, text) }), nil
	case "wildcard":
		if !isText || strings.Contains(text, "**") {
			return nil, errors.New("wildcard match pattern must be a string without consecutive wildcard characters")
		}
		parts, err := wildcardParts(text)
		if err != nil {
			return nil, err
		}
		return onText(func(s string) bool { return wildcardMatches(parts, s) }), nil
	case "cidr":
		return compileCIDR(text)
	case "numeric":
		return compileNumeric(operand)
	case "anything-but":
		return compileAnythingBut(operand)
	}
	return nil, fmt.Errorf("unrecognized match type %s", operator)
}

func atEnd(operator, s, part string) bool {
	if operator == "prefix" {
		return strings.HasPrefix(s, part)
	}
	return strings.HasSuffix(s, part)
}

// wildcardParts splits at stars; a backslash makes a star, or another backslash, a character.
func wildcardParts(text string) (parts []string, err error) {
	part := []byte{}
	for i := 0; i < len(text); i++ {
		switch {
		case text[i] == '*':
			parts, part = append(parts, string(part)), []byte{}
		case text[i] == '\\':
			i++
			if i == len(text) || text[i] != '*' && text[i] != '\\' {
				return nil, errors.New("invalid escape character in wildcard match pattern")
			}
			part = append(part, text[i])
		default:
			part = append(part, text[i])
		}
	}
	return append(parts, string(part)), nil
}

func wildcardMatches(parts []string, s string) bool {
	if len(parts) == 1 {
		return s == parts[0]
	}
	rest, ok := strings.CutPrefix(s, parts[0])
	if !ok {
		return false
	}
	for _, part := range parts[1 : len(parts)-1] {
		if _, rest, ok = strings.Cut(rest, part); !ok {
			return false
		}
	}
	return strings.HasSuffix(rest, parts[len(parts)-1])
}

func compileCIDR(text string) (eventCondition, error) {
	network, err := netip.ParsePrefix(text)
	if err != nil {
		return nil, errors.New("malformed CIDR, one '/' required")
	}
	return onText(func(s string) bool {
		address, err := netip.ParseAddr(s)
		return err == nil && network.Contains(address)
	}), nil
}

// compileNumeric: [">", 0, "<=", 5].
func compileNumeric(operand any) (eventCondition, error) {
	list, _ := operand.([]any)
	if len(list) != 2 && len(list) != 4 {
		return nil, errors.New("numeric match takes an operator and a number, or two of both")
	}
	type bound struct {
		operator string
		value    float64
	}
	var bounds []bound
	for i := 0; i < len(list); i += 2 {
		operator, _ := list[i].(string)
		value, ok := eventNumber(list[i+1])
		if !ok || !slices.Contains([]string{"=", "<", "<=", ">", ">="}, operator) {
			return nil, errors.New("unrecognized numeric range operator or value")
		}
		bounds = append(bounds, bound{operator, value})
	}
	return func(have any) bool {
		p, _ := have.(present)
		n, ok := eventNumber(p.value)
		return ok && !slices.ContainsFunc(bounds, func(b bound) bool {
			return !map[string]bool{"=": n == b.value, "<": n < b.value, "<=": n <= b.value, ">": n > b.value, ">=": n >= b.value}[b.operator]
		})
	}, nil
}

func eventNumber(v any) (float64, bool) {
	n, ok := v.(json.Number)
	if !ok {
		return 0, false
	}
	f, err := n.Float64()
	return f, err == nil
}

// compileAnythingBut: a value, a list of values, or one operator over texts. A field that is not there
// is nothing, not anything.
func compileAnythingBut(operand any) (eventCondition, error) {
	var not []eventCondition
	switch v := operand.(type) {
	case []any:
		if len(v) == 0 {
			return nil, errors.New("anything-but list must not be empty")
		}
		for _, one := range v {
			switch one.(type) {
			case string, json.Number:
				not = append(not, exactly(one))
			default:
				return nil, errors.New("inside anything-but list, start|null|boolean is not supported")
			}
		}
	case map[string]any:
		if len(v) != 1 {
			return nil, errors.New("only one key allowed in match expression")
		}
		for operator, inner := range v {
			if !slices.Contains([]string{"prefix", "suffix", "equals-ignore-case", "wildcard"}, operator) {
				return nil, fmt.Errorf("unsupported anything-but pattern: %s", operator)
			}
			list, ok := inner.([]any)
			if !ok {
				list = []any{inner}
			}
			for _, one := range list {
				c, err := compileOperator(operator, one)
				if err != nil {
					return nil, err
				}
				not = append(not, c)
			}
		}
	case string, json.Number:
		not = append(not, exactly(v))
	default:
		return nil, errors.New("value of anything-but must be an array or single string/number value")
	}
	return func(have any) bool {
		return have != nil && !slices.ContainsFunc(not, func(c eventCondition) bool { return c(have) })
	}, nil
}

// matches holds a pattern against an object. nil is an object that is not there: only what must not
// exist holds of it.
func (p *eventPattern) matches(event map[string]any) bool {
	for name, field := range p.fields {
		value, there := event[name]
		if !field.holds(value, there) {
			return false
		}
	}
	for _, group := range p.or {
		if !slices.ContainsFunc(group, func(one *eventPattern) bool { return one.matches(event) }) {
			return false
		}
	}
	return true
}

// holds: of a list, one element is enough.
func (f eventField) holds(value any, there bool) bool {
	list, isList := value.([]any)
	if f.below != nil {
		if isList {
			return slices.ContainsFunc(list, func(one any) bool {
				object, ok := one.(map[string]any)
				return ok && f.below.matches(object)
			})
		}
		object, _ := value.(map[string]any)
		return f.below.matches(object)
	}
	if _, nested := value.(map[string]any); nested {
		there = false // only leaves exist
	}
	if isList && len(list) == 0 {
		there = false
	}
	if !isList {
		list = []any{value}
	}
	for _, one := range list {
		var have any
		if there {
			if _, nested := one.([]any); nested {
				continue
			}
			if _, nested := one.(map[string]any); nested {
				continue
			}
			have = present{one}
		}
		if slices.ContainsFunc(f.any, func(c eventCondition) bool { return c(have) }) {
			return true
		}
	}
	return !there && len(list) == 0 && slices.ContainsFunc(f.any, func(c eventCondition) bool { return c(nil) })
}

// compactJSON is a JSON text without space that means nothing.
func compactJSON(text string) string {
	var b bytes.Buffer
	if json.Compact(&b, []byte(text)) != nil {
		return text
	}
	return b.String()
}
