package emulator

// What a target gets: the event, a part of it, a fixed text, or a template filled from it.

import (
	"encoding/json"
	"strconv"
	"strings"
)

// given is the input of a target for an event, whose text and fields are the same. A path to nothing
// gives nothing; the service sends the event's other parts no matter what.
func (r *eventRule) given(t *eventRuleTarget, text string, fields map[string]any) string {
	switch {
	case t.Input != "":
		return t.Input
	case t.InputPath != "":
		v, ok := eventPath(fields, t.InputPath)
		if !ok {
			return "{}"
		}
		return jsonText(v)
	case t.InputTransformer != nil:
		return r.fill(t, text, fields)
	}
	return text
}

// fill puts values for <name> in a template: within quotes as text, elsewhere as JSON. A name without a value
// leaves nothing.
func (r *eventRule) fill(t *eventRuleTarget, text string, fields map[string]any) string {
	values := map[string]any{"aws.events.rule-arn": r.ARN, "aws.events.rule-name": r.Name, "aws.events.event": fields,
		"aws.events.event.json": json.RawMessage(text), "aws.events.event.ingestion-time": fields["time"]}
	for name, path := range t.InputTransformer.InputPathsMap {
		if v, ok := eventPath(fields, path); ok {
			values[name] = v
		}
	}
	var out strings.Builder
	quoted := false
	template := t.InputTransformer.InputTemplate
	for i := 0; i < len(template); i++ {
		switch c := template[i]; {
		case c == '\\' && i+1 < len(template):
			out.WriteString(template[i : i+2])
			i++
		case c == '<':
			name, _, ok := strings.Cut(template[i+1:], ">")
			if !ok {
				out.WriteByte(c)
				continue
			}
			if v, there := values[name]; there {
				out.WriteString(inserted(v, quoted))
			}
			i += len(name) + 1
		default:
			if c == '"' {
				quoted = !quoted
			}
			out.WriteByte(c)
		}
	}
	return out.String()
}

// inserted is a value in a template.
func inserted(v any, quoted bool) string {
	if !quoted {
		return jsonText(v)
	}
	s, ok := v.(string)
	if !ok {
		s = jsonText(v)
	}
	inside := jsonText(s)
	return inside[1 : len(inside)-1]
}

// eventPath follows a path such as $.detail.instances[0].
func eventPath(v any, path string) (any, bool) {
	rest, ok := strings.CutPrefix(path, "$")
	if !ok {
		return nil, false
	}
	for rest != "" {
		switch rest[0] {
		case '.':
			end := strings.IndexAny(rest[1:], ".[")
			if end < 0 {
				end = len(rest) - 1
			}
			object, _ := v.(map[string]any)
			if v, ok = object[rest[1:1+end]]; !ok {
				return nil, false
			}
			rest = rest[1+end:]
		case '[':
			index, after, closed := strings.Cut(rest[1:], "]")
			n, err := strconv.Atoi(index)
			list, _ := v.([]any)
			if !closed || err != nil || n < 0 || n >= len(list) {
				return nil, false
			}
			v, rest = list[n], after
		default:
			return nil, false
		}
	}
	return v, true
}
