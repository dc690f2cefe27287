package wire

import (
	"net/url"
	"slices"
	"strconv"
	"strings"
)

// Limits of what a form may nest: the deepest here is a dimension of a metric of a metric query,
// Metrics.member.1.MetricStat.Metric.Dimensions.member.1.Name.
const (
	maxFormDepth = 9
	maxFormList  = 1000
)

// nested turns the flat names of an awsQuery form into the document they stand for:
//
//	Tags.member.1.Key=a&Tags.member.1.Value=b         →   {"Tags": [{"Key": "a", "Value": "b"}]}
//	Names.entry.1.key=a&Names.entry.1.value=b         →   {"Names": {"a": "b"}}
//
// All values are text. Names that contradict one another, or go deeper than anything here does, are
// left out: they are no member of any operation.
func nested(form url.Values) []byte {
	root := map[string]any{}
	for _, name := range sortedNames(form) {
		parts := strings.Split(name, ".")
		if len(parts) <= maxFormDepth {
			plant(root, parts, form.Get(name))
		}
	}
	return marshal(harvest(root))
}

func sortedNames(form url.Values) []string {
	names := make([]string, 0, len(form))
	for name := range form {
		names = append(names, name)
	}
	slices.Sort(names)
	return names
}

func plant(node map[string]any, parts []string, value string) {
	for _, part := range parts[:len(parts)-1] {
		next, ok := node[part].(map[string]any)
		if !ok {
			if node[part] != nil {
				return
			}
			next = map[string]any{}
			node[part] = next
		}
		node = next
	}
	if last := parts[len(parts)-1]; node[last] == nil {
		node[last] = value
	}
}

// harvest makes lists of nodes whose only child is "member", and maps of those whose only child is "entry".
func harvest(v any) any {
	node, ok := v.(map[string]any)
	if !ok {
		return v
	}
	if members, ok := node["member"].(map[string]any); ok && len(node) == 1 {
		if list := inOrder(members); list != nil {
			return list
		}
	}
	if pairs, ok := node["entry"].(map[string]any); ok && len(node) == 1 {
		if out := byKey(inOrder(pairs)); out != nil {
			return out
		}
	}
	for name, child := range node {
		node[name] = harvest(child)
	}
	return node
}

// byKey makes a map of pairs, which call their parts key and value or, with some services, Name and
// Value. It is nil when they are no pairs.
func byKey(pairs []any) any {
	out := map[string]any{}
	for _, pair := range pairs {
		pair, ok := pair.(map[string]any)
		if !ok || len(pair) != 2 {
			return nil
		}
		key, ok := pair["key"].(string)
		value := pair["value"]
		if !ok {
			key, ok = pair["Name"].(string)
			value = pair["Value"]
		}
		if !ok || value == nil {
			return nil
		}
		out[key] = value
	}
	if len(out) == 0 {
		return nil
	}
	return out
}

// inOrder is nil when a name is not a number.
func inOrder(members map[string]any) []any {
	numbers := make([]int, 0, len(members))
	for name := range members {
		n, err := strconv.Atoi(name)
		if err != nil || strconv.Itoa(n) != name || len(members) > maxFormList {
			return nil
		}
		numbers = append(numbers, n)
	}
	slices.Sort(numbers)
	list := make([]any, len(numbers))
	for i, n := range numbers {
		list[i] = harvest(members[strconv.Itoa(n)])
	}
	return list
}
