package kind

// The policy of a topic: one statement in it is ours, the others are whoever's and stay as
// they are, letter for letter.

import (
	"bytes"
	"encoding/json"
	"fmt"
	"slices"
	"strings"
)

// publishSid marks our statement.
const publishSid = "WatchbillIncidentManager"

// topicPolicy is a policy with everything in it that we do not know.
type topicPolicy struct {
	members    map[string]json.RawMessage // but Statement
	statements []json.RawMessage
}

// parseTopicPolicy reads a policy; "" is one without statements.
func parseTopicPolicy(text string) (topicPolicy, error) {
	out := topicPolicy{members: map[string]json.RawMessage{}}
	if text == "" {
		return out, nil
	}
	if err := json.Unmarshal([]byte(text), &out.members); err != nil {
		return out, fmt.Errorf("read the topic's policy: %w", err)
	}
	list := bytes.TrimSpace(out.members["Statement"])
	delete(out.members, "Statement")
	switch {
	case len(list) == 0:
	case list[0] == '[':
		if err := json.Unmarshal(list, &out.statements); err != nil {
			return out, fmt.Errorf("read the statements of the topic's policy: %w", err)
		}
	default: // the only one may stand without brackets
		out.statements = []json.RawMessage{list}
	}
	return out, nil
}

// publishStatement is what Incident Manager needs to publish to a topic [guide], for services
// of this account's doing only.
func publishStatement(topicARN, account string, services []string) statement {
	condition, err := json.Marshal(Condition{"StringEqualsIfExists": {sourceAccount: {account}}})
	if err != nil {
		panic(fmt.Sprintf("a condition that cannot be written: %v", err)) // texts always can
	}
	return statement{Sid: publishSid, Effect: "Allow", Principal: principals{"Service": services},
		Action: oneOrMany[string]{publishAction}, Resource: oneOrMany[string]{topicARN}, Condition: condition}
}

const (
	publishAction = "SNS:Publish"
	sourceAccount = "AWS:SourceAccount"
)

// letting is the policy as JSON with our statement for those services in it. Where ours
// stood it stands again.
func (p topicPolicy) letting(topicARN, account string, services []string) (string, error) {
	ours, err := json.Marshal(publishStatement(topicARN, account, services))
	if err != nil {
		return "", err
	}
	var list []json.RawMessage
	placed := false
	for _, raw := range p.statements {
		if sidOf(raw) != publishSid {
			list = append(list, raw)
		} else if !placed {
			list, placed = append(list, ours), true
		}
	}
	if !placed {
		list = append(list, ours)
	}
	doc := map[string]any{"Version": "2012-10-17", "Statement": list}
	for key, v := range p.members {
		doc[key] = v
	}
	text, err := json.Marshal(doc)
	return string(text), err
}

func sidOf(raw json.RawMessage) string {
	var s struct{ Sid string }
	if json.Unmarshal(raw, &s) != nil {
		return "" // nothing of ours looks like this
	}
	return s.Sid
}

// publishers are the services that the policy lets publish on this account's behalf, as far
// as the plan can want that: sorted. A statement of ours that means something else by now is
// there as otherRights.
func (p topicPolicy) publishers(topicARN, account string) []string {
	var out []string
	for _, raw := range p.statements {
		var s statement
		if json.Unmarshal(raw, &s) != nil {
			continue
		}
		lets := s.publishers(topicARN, account)
		if s.Sid == publishSid && (len(lets) == 0 || len(s.Principal) > 1 || len(s.Action) > 1 || len(s.Resource) > 1) {
			lets = append(lets, otherRights)
		}
		for _, service := range lets {
			if service == incidentManager || s.Sid == publishSid {
				out = append(out, service)
			}
		}
	}
	slices.Sort(out)
	return slices.Compact(out)
}

// publishers are the services that one statement lets publish to the topic.
func (s statement) publishers(topicARN, account string) []string {
	actions := folded(s.Action)
	publishes := slices.ContainsFunc([]string{"sns:publish", "sns:*", "*"}, func(a string) bool { return slices.Contains(actions, a) })
	here := slices.Contains(s.Resource, topicARN) || slices.Contains(s.Resource, "*")
	if s.Effect != "Allow" || !publishes || !here || !onlyFor(s.Condition, account) {
		return nil
	}
	return slices.Clone(s.Principal["Service"])
}

// onlyFor reports whether a condition asks for nothing but that the source is the account,
// if it asks for anything. Operators and keys have no case.
func onlyFor(condition json.RawMessage, account string) bool {
	if len(condition) == 0 {
		return true
	}
	var operators map[string]map[string]oneOrMany[string]
	if json.Unmarshal(condition, &operators) != nil {
		return false
	}
	for operator, keys := range operators {
		op := strings.TrimSuffix(strings.ToLower(operator), "ifexists")
		if op != "stringequals" && op != "stringlike" {
			return false
		}
		for key, values := range keys {
			if !strings.EqualFold(key, sourceAccount) || !slices.Contains(values, account) {
				return false
			}
		}
	}
	return true
}
