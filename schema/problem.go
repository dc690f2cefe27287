package schema

import (
	"cmp"
	"encoding/json"
	"fmt"
	"net/url"
	"regexp"
	"slices"
	"strconv"
	"strings"

	"github.com/santhosh-tekuri/jsonschema/v5"
)

// Reason says in what way a value is wrong.
type Reason int

// The reasons. Which fields of Problem are set depends on them.
const (
	MissingKey    Reason = iota // Key is absent from the object at Path
	UnknownKey                  // Key of the object at Path is not one of Known
	WrongType                   // the value is none of the types in Known
	NotOneOf                    // the value is none of Known
	NotDuration                 // the text is no duration of whole minutes
	NotMatching                 // the value (the key, if OnKey) does not look as Hint says
	NotExactlyOne               // the object needs exactly one key of Known
	TooSmall                    // a number below Limit
	TooLarge                    // a number above Limit; a duration of more minutes
	TooShort                    // a text of fewer than Limit characters
	TooLong                     // a text of more than Limit characters
	TooFew                      // a list or object with fewer than Limit members
	TooMany                     // a list or object with more than Limit members
	Repeated                    // the list member at Path stands in the list before
)

// Problem is one thing that is wrong with a value.
type Problem struct {
	Path   []string // the JSON pointer to the value, unescaped, in what was validated
	Reason Reason
	OnKey  bool // the key that ends Path is meant, not its value
	Key    string
	Known  []string // keys sorted; types and values as the schema lists them
	Limit  int

	// What the schema says about the value: its title, whether its key was the
	// author's to choose, its x-hint, x-kind and x-secret (of the value or of what
	// it is in), and an example (for MissingKey of what is missing), nil if none.
	Title   string
	Named   bool
	Hint    string
	Kind    string
	Secret  bool
	Example any
}

// Pointer is Path as a JSON pointer (RFC 6901).
func (p Problem) Pointer() string {
	escape := strings.NewReplacer("~", "~0", "/", "~1")
	var b strings.Builder
	for _, token := range p.Path {
		b.WriteString("/" + escape.Replace(token))
	}
	return b.String()
}

// run validates and explains. root is the schema's own JSON: the validator says
// only where a keyword failed, and the rest is read there and in the value.
func run(s *jsonschema.Schema, root map[string]any, value any) []Problem {
	err := s.Validate(value)
	if err == nil {
		return nil
	}
	failed, ok := err.(*jsonschema.ValidationError)
	if !ok {
		// Only a value that is no JSON, or a schema that refers to itself: bugs.
		panic(fmt.Sprintf("validate with %s: %v", s.Location, err))
	}
	e := explainer{at: s.Location, root: root, value: value}
	e.explain(failed)
	slices.SortStableFunc(e.out, compare)
	return e.out
}

func compare(a, b Problem) int {
	return cmp.Or(slices.Compare(a.Path, b.Path), cmp.Compare(a.Reason, b.Reason), cmp.Compare(a.Key, b.Key))
}

type explainer struct {
	at    string // location of root
	root  map[string]any
	value any
	out   []Problem
}

func (e *explainer) explain(failed *jsonschema.ValidationError) {
	where := tokens(strings.TrimPrefix(failed.AbsoluteKeywordLocation, e.at))
	keyword := ""
	if len(where) > 0 {
		keyword = where[len(where)-1]
	}
	// The branches of a oneOf fail as a whole.
	if len(failed.Causes) > 0 && keyword != "oneOf" {
		for _, cause := range failed.Causes {
			e.explain(cause)
		}
		return
	}
	if keyword == "" {
		return
	}
	e.keyword(keyword, where[:len(where)-1], tokens(failed.InstanceLocation))
}

// keyword reports that the keyword of the schema at where failed for the value at path.
func (e *explainer) keyword(keyword string, where, path []string) {
	schema, secret := e.schemaAt(where)
	value := valueAt(e.value, path)
	p := Problem{Path: path, Secret: secret}
	p.Title, _ = schema["title"].(string)
	p.Named = len(where) > 0 && where[len(where)-1] == "additionalProperties"
	p.Hint, _ = schema["x-hint"].(string)
	p.Kind, _ = schema["x-kind"].(string)
	p.Example = firstExample(schema)
	p.OnKey = slices.Contains(where, "propertyNames")
	if p.OnKey && !breaks(schema, keyword, last(path)) {
		p.Path = append(slices.Clone(path), "") // the validator leaves an empty key away
	}
	if limit, ok := schema[keyword].(float64); ok {
		p.Limit = int(limit)
	}
	switch keyword {
	case "required":
		e.missing(p, schema, value)
	case "additionalProperties":
		e.unknown(p, schema, value)
	case "type":
		p.Reason, p.Known = WrongType, texts(schema["type"])
		e.add(p)
	case "enum":
		p.Reason, p.Known = NotOneOf, texts(schema["enum"])
		e.add(p)
	case "oneOf":
		p.Reason, p.Known = NotExactlyOne, alternatives(schema)
		e.add(p)
	case "uniqueItems":
		e.repeated(p, value)
	case "x-kind":
		p.Reason = NotDuration
		e.add(p)
	case "pattern":
		// The pattern of a duration is for editors; x-kind says it better.
		if p.Reason = NotMatching; p.Kind != "duration" {
			e.add(p)
		}
	default:
		p.Reason = simple[keyword]
		e.add(p)
	}
}

// breaks reports whether it is this key that the keyword was not content with.
func breaks(schema map[string]any, keyword, key string) bool {
	switch keyword {
	case "pattern":
		pattern, _ := schema["pattern"].(string)
		ok, err := regexp.MatchString(pattern, key)
		return err == nil && !ok
	case "minLength":
		return key == ""
	}
	return true
}

func last(path []string) string {
	if len(path) == 0 {
		return ""
	}
	return path[len(path)-1]
}

// simple are the keywords whose limit says everything.
var simple = map[string]Reason{
	"minimum": TooSmall, "maximum": TooLarge, "x-max-minutes": TooLarge,
	"minLength": TooShort, "maxLength": TooLong,
	"minItems": TooFew, "maxItems": TooMany,
	"minProperties": TooFew, "maxProperties": TooMany,
}

func (e *explainer) add(p Problem) { e.out = append(e.out, p) }

func (e *explainer) missing(p Problem, schema map[string]any, value any) {
	object, _ := value.(map[string]any)
	properties, _ := schema["properties"].(map[string]any)
	for _, key := range texts(schema["required"]) {
		if _, ok := object[key]; ok {
			continue
		}
		of, _ := properties[key].(map[string]any)
		p.Reason, p.Key, p.Example = MissingKey, key, firstExample(of)
		e.add(p)
	}
}

func (e *explainer) unknown(p Problem, schema map[string]any, value any) {
	known := keysOf(schema["properties"])
	for _, key := range keysOf(value) {
		if !slices.Contains(known, key) && !matchesAny(schema["patternProperties"], key) {
			p.Reason, p.Key, p.Known = UnknownKey, key, known
			e.add(p)
		}
	}
}

// repeated names every later member that equals an earlier one; the validator
// stops at the first pair.
func (e *explainer) repeated(p Problem, value any) {
	list, _ := value.([]any)
	seen := map[string]bool{}
	for i, member := range list {
		text, err := json.Marshal(member)
		if err == nil && seen[string(text)] {
			q := p
			q.Reason, q.Path = Repeated, append(slices.Clone(p.Path), strconv.Itoa(i))
			e.add(q)
		}
		seen[string(text)] = true
	}
}

// schemaAt walks down from the root schema; secret is whether a schema on the way
// marks its value as one.
func (e *explainer) schemaAt(where []string) (schema map[string]any, secret bool) {
	var at any = e.root
	for i := 0; ; i++ {
		if m, ok := at.(map[string]any); ok && m["x-secret"] == true {
			secret = true
		}
		if i == len(where) {
			break
		}
		at = valueAt(at, where[i:i+1])
	}
	schema, _ = at.(map[string]any)
	return schema, secret
}

func valueAt(value any, path []string) any {
	for _, token := range path {
		switch v := value.(type) {
		case map[string]any:
			value = v[token]
		case []any:
			i, err := strconv.Atoi(token)
			if err != nil || i < 0 || i >= len(v) {
				return nil
			}
			value = v[i]
		default:
			return nil
		}
	}
	return value
}

// tokens splits a JSON pointer of the validator, which also percent-escapes it.
func tokens(pointer string) []string {
	pointer = strings.TrimPrefix(pointer, "#")
	if pointer == "" {
		return nil
	}
	out := strings.Split(strings.TrimPrefix(pointer, "/"), "/")
	for i, token := range out {
		if plain, err := url.PathUnescape(token); err == nil {
			token = plain
		}
		out[i] = strings.NewReplacer("~1", "/", "~0", "~").Replace(token)
	}
	return out
}

// texts are the members of a list as people write them; a lone value is a list of one.
func texts(value any) []string {
	list, ok := value.([]any)
	if !ok {
		list = []any{value}
	}
	out := make([]string, 0, len(list))
	for _, v := range list {
		out = append(out, fmt.Sprint(v))
	}
	return out
}

func alternatives(schema map[string]any) []string {
	var keys []string
	branches, _ := schema["oneOf"].([]any)
	for _, branch := range branches {
		b, _ := branch.(map[string]any)
		keys = append(keys, texts(b["required"])...)
	}
	return keys
}

func firstExample(schema map[string]any) any {
	if list, ok := schema["examples"].([]any); ok && len(list) > 0 {
		return list[0]
	}
	return schema["default"]
}

func matchesAny(patterns any, key string) bool {
	for _, pattern := range keysOf(patterns) {
		// The only pattern in use is a prefix, ^x-.
		if strings.HasPrefix(key, strings.TrimPrefix(pattern, "^")) {
			return true
		}
	}
	return false
}
