package emulator

// Policies, as far as a runbook needs them: is an action on a resource allowed, and may Incident
// Manager use the role at all.

import (
	"encoding/json"
	"net/http"
	"strings"
	"unicode"
)

// policy is a parsed policy document.
type policy struct {
	Version   string
	Statement oneOrMany[statement]
}

type statement struct {
	Effect       string
	Principal    json.RawMessage
	Action       oneOrMany[string]
	NotAction    oneOrMany[string]
	Resource     oneOrMany[string]
	NotResource  oneOrMany[string]
	Condition    map[string]map[string]oneOrMany[string]
	NotPrincipal json.RawMessage
}

// oneOrMany is a list that may be written without brackets when it has one element.
type oneOrMany[T any] []T

func (l *oneOrMany[T]) UnmarshalJSON(b []byte) error {
	if len(b) > 0 && b[0] == '[' {
		return json.Unmarshal(b, (*[]T)(l))
	}
	var one T
	if err := json.Unmarshal(b, &one); err != nil {
		return err
	}
	*l = []T{one}
	return nil
}

func policySize(document string) int {
	n := 0
	for _, r := range document {
		if !unicode.IsSpace(r) {
			n++
		}
	}
	return n
}

// checkPolicy refuses what is no policy, and what is longer than limit characters.
func checkPolicy(document string, limit int) error {
	p, ok := parsePolicy(document)
	switch {
	case !ok:
		return iamError("MalformedPolicyDocument", http.StatusBadRequest, "This policy contains invalid Json")
	case p.Version != "" && p.Version != "2012-10-17" && p.Version != "2008-10-17":
		return iamError("MalformedPolicyDocument", http.StatusBadRequest, "The policy must contain a valid version string")
	case len(p.Statement) == 0:
		return iamError("MalformedPolicyDocument", http.StatusBadRequest, "Syntax errors in policy.")
	case policySize(document) > limit:
		return iamError("LimitExceeded", http.StatusConflict, "Maximum policy size exceeded for role")
	}
	for _, s := range p.Statement {
		if s.Effect != "Allow" && s.Effect != "Deny" || len(s.Action)+len(s.NotAction) == 0 {
			return iamError("MalformedPolicyDocument", http.StatusBadRequest, "Syntax errors in policy.")
		}
	}
	return nil
}

func parsePolicy(document string) (policy, bool) {
	var p policy
	err := json.Unmarshal([]byte(document), &p)
	return p, err == nil
}

// ask is one question to a policy.
type ask struct {
	action   string
	resource string            // "" for trust policies: they name none
	service  string            // the principal, for policies of resources and of trust
	context  map[string]string // condition keys in lower case
}

// verdict of policies: denied beats allowed, and nothing said is not allowed.
type verdict int

const (
	silent verdict = iota
	allowed
	denied
)

// judge asks all documents.
func judge(documents []string, q ask) verdict {
	out := silent
	for _, document := range documents {
		p, _ := parsePolicy(document) // checked when it was put
		for _, s := range p.Statement {
			switch {
			case !s.covers(q):
			case s.Effect == "Deny":
				return denied
			default:
				out = allowed
			}
		}
	}
	return out
}

func (s *statement) covers(q ask) bool {
	if q.resource != "" {
		onResource := s.Resource != nil && anyLike(s.Resource, q.resource) || s.NotResource != nil && !anyLike(s.NotResource, q.resource)
		if !onResource {
			return false
		}
	}
	if q.service != "" && !s.trusts(q.service) {
		return false
	}
	action := strings.ToLower(q.action)
	does := s.Action != nil && anyLike(lowered(s.Action), action) || s.NotAction != nil && !anyLike(lowered(s.NotAction), action)
	return does && s.holds(q.context)
}

// trusts reports whether a statement of a trust policy speaks of an AWS service.
func (s *statement) trusts(service string) bool {
	if string(s.Principal) == `"*"` {
		return true
	}
	var principal struct{ Service, AWS oneOrMany[string] }
	if json.Unmarshal(s.Principal, &principal) != nil {
		return false
	}
	for _, p := range principal.Service {
		if p == service {
			return true
		}
	}
	return len(principal.AWS) == 1 && principal.AWS[0] == "*"
}

// holds evaluates the conditions of texts and ARNs. An operator that is not known does not hold: a
// statement with it neither allows nor denies.
func (s *statement) holds(context map[string]string) bool {
	for operator, keys := range s.Condition {
		name, ifExists := strings.CutSuffix(strings.ToLower(operator), "ifexists")
		for key, values := range keys {
			have, there := context[strings.ToLower(key)]
			if !there && ifExists {
				continue
			}
			if !condition(name, have, there, values) {
				return false
			}
		}
	}
	return true
}

func condition(operator, have string, there bool, values []string) bool {
	equal := func(v string) bool { return v == have }
	some := func(match func(string) bool) bool {
		for _, v := range values {
			if match(v) {
				return true
			}
		}
		return false
	}
	switch operator {
	case "stringequals":
		return there && some(equal)
	case "stringnotequals":
		return !there || !some(equal)
	case "stringequalsignorecase":
		return there && some(func(v string) bool { return strings.EqualFold(v, have) })
	case "stringlike", "arnlike", "arnequals":
		return there && anyLike(values, have)
	case "stringnotlike", "arnnotlike", "arnnotequals":
		return !there || !anyLike(values, have)
	}
	return false
}

func lowered(list []string) []string {
	out := make([]string, len(list))
	for i, s := range list {
		out[i] = strings.ToLower(s)
	}
	return out
}

func anyLike(patterns []string, s string) bool {
	for _, p := range patterns {
		if like(p, s) {
			return true
		}
	}
	return false
}

// like matches * (any text) and ? (any character) in time proportional to the product of the
// lengths: after a mismatch only the newest star is tried again.
func like(pattern, s string) bool {
	p, i, star, mark := 0, 0, -1, 0
	for i < len(s) {
		switch {
		case p < len(pattern) && pattern[p] == '*':
			star, mark = p, i
			p++
		case p < len(pattern) && (pattern[p] == '?' || pattern[p] == s[i]):
			p++
			i++
		case star >= 0:
			mark++
			p, i = star+1, mark
		default:
			return false
		}
	}
	return strings.Trim(pattern[p:], "*") == ""
}
