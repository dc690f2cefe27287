package kind

// The policy of a topic: one statement in it is ours, the others are whoever's and stay as
// they are, letter for letter.

import (
	"bytes"
	"encoding/json"
	"fmt"
	"slices"

	"github.com/watchbill/watchbill/internal/policy"
)

// publishSid marks our statement.
const publishSid = "WatchbillIncidentManager"

// topicPolicy is a policy with everything in it that we do not know.
type topicPolicy struct {
	topic, account string
	members        map[string]json.RawMessage // but Statement
	statements     []json.RawMessage
}

// parseTopicPolicy reads the policy of a topic; "" is one without statements.
func parseTopicPolicy(topic, account, text string) (topicPolicy, error) {
	out := topicPolicy{topic: topic, account: account, members: map[string]json.RawMessage{}}
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

// The keys and the action that letting Incident Manager publish takes.
const (
	publishAction = "SNS:Publish"
	sourceAccount = "AWS:SourceAccount"
)

// publishing is what Incident Manager needs to publish to the topic [guide], for this
// account only.
func (p topicPolicy) publishing() policy.Statement {
	return policy.Statement{Effect: "Allow", Principal: policy.Principals{"Service": {incidentManager}},
		Action: policy.List{publishAction}, Resource: policy.List{p.topic},
		Condition: policy.Conditions{"StringEqualsIfExists": {sourceAccount: {p.account}}}}
}

// withOurs is the policy as JSON with our statement in it, where it stood or at the end.
func (p topicPolicy) withOurs() (string, error) {
	ours := json.RawMessage(fmt.Sprintf(`{"Sid":%q,%s`, publishSid, p.publishing().String()[1:]))
	var list []json.RawMessage
	for _, raw := range p.statements {
		if sidOf(raw) != publishSid {
			list = append(list, raw)
		} else if ours != nil {
			list, ours = append(list, ours), nil
		}
	}
	if ours != nil {
		list = append(list, ours)
	}
	doc := map[string]any{"Version": "2012-10-17", "Statement": list}
	for key, v := range p.members {
		doc[key] = v
	}
	var b bytes.Buffer
	enc := json.NewEncoder(&b)
	enc.SetEscapeHTML(false) // what others wrote stays as they wrote it
	err := enc.Encode(doc)
	return string(bytes.TrimSpace(b.Bytes())), err
}

func sidOf(raw json.RawMessage) string {
	var s struct{ Sid string }
	if json.Unmarshal(raw, &s) != nil {
		return "" // nothing of ours looks like this
	}
	return s.Sid
}

// publishers are the services that the plan can want to publish and that the policy lets do
// so: by our statement or anybody else's. A statement of ours that means something else by now
// is there as otherRights.
func (p topicPolicy) publishers() []string {
	ours, lets := p.publishing().Key(), policy.Document{}
	var out []string
	for _, raw := range p.statements {
		var s policy.Statement
		known := json.Unmarshal(raw, &s) == nil
		switch {
		case known && s.Key() == ours:
			out = append(out, incidentManager) // even if another statement denies it: one more would not help
		case sidOf(raw) == publishSid:
			out = append(out, otherRights)
		case known:
			lets.Statements = append(lets.Statements, s)
		}
	}
	verdict, _ := policy.Judge([]policy.Document{lets}, policy.Question{Action: publishAction, Resource: p.topic, Service: incidentManager,
		Context: map[string][]string{"aws:sourceaccount": {p.account}}})
	if verdict == policy.Allowed {
		out = append(out, incidentManager)
	}
	slices.Sort(out)
	return slices.Compact(out)
}
