package emulator

// The targets of rules. A call with bad entries succeeds: it counts them in FailedEntryCount and says
// what is wrong with each.

import (
	"encoding/json"
	"iter"
	"maps"
	"slices"
	"strings"
)

// eventRuleTarget is what is looked at of a target.
type eventRuleTarget struct {
	Id, Arn, RoleArn, Input, InputPath string
	InputTransformer                   *struct {
		InputPathsMap map[string]string
		InputTemplate string
	}
	DeadLetterConfig *struct{ Arn string }
}

func (r *eventRule) targets() (out []eventRuleTarget) {
	for _, raw := range r.Targets {
		var t eventRuleTarget
		if json.Unmarshal(raw, &t) == nil {
			out = append(out, t)
		}
	}
	return out
}

// failedEntry is what a call says of an entry it did not take.
type failedEntry struct{ TargetId, ErrorCode, ErrorMessage string }

type entriesOut struct {
	FailedEntryCount int
	FailedEntries    []failedEntry
}

func failedEntries(failed []failedEntry) entriesOut {
	return entriesOut{len(failed), orEmpty(failed)}
}

// isResponsePlan reports whether a target is Incident Manager.
func isResponsePlan(arn string) bool {
	parts := strings.SplitN(arn, ":", 6)
	return len(parts) == 6 && parts[2] == "ssm-incidents" && strings.HasPrefix(parts[5], "response-plan/")
}

// putTargets adds targets or replaces those with the same ids. It takes the checked input as it is: a
// target is kept with all its parameters.
func putTargets(c *call, tx *tx, in map[string]any) (any, error) {
	bus, _ := in["EventBusName"].(string)
	old, err := ownRule(c, tx.state, bus, in["Rule"].(string))
	if err != nil {
		return nil, err
	}
	have := map[string]json.RawMessage{}
	for i, t := range old.targets() {
		have[t.Id] = old.Targets[i]
	}
	var failed []failedEntry
	for _, entry := range in["Targets"].([]any) {
		raw, err := json.Marshal(entry)
		if err != nil {
			return nil, err
		}
		var t eventRuleTarget
		if err := json.Unmarshal(raw, &t); err != nil {
			return nil, err
		}
		if why := t.problem(); why != "" {
			failed = append(failed, failedEntry{t.Id, "ValidationException", why})
			continue
		}
		have[t.Id] = raw
	}
	if len(have) > maxTargets {
		return nil, eventsError("LimitExceededException", "The requested resource exceeds the maximum number allowed.")
	}
	r := *old
	r.Targets = nil
	for _, id := range sortedKeys(have) {
		r.Targets = append(r.Targets, have[id])
	}
	r.put(c, tx)
	return failedEntries(failed), nil
}

// problem is what is wrong with a target, "" when nothing is.
func (t *eventRuleTarget) problem() string {
	inputs := 0
	for _, given := range []bool{t.Input != "", t.InputPath != "", t.InputTransformer != nil} {
		if given {
			inputs++
		}
	}
	parts := strings.SplitN(t.Arn, ":", 6)
	switch {
	case len(parts) != 6 || parts[0] != "arn" || parts[2] == "" || parts[5] == "":
		return "Parameter " + t.Arn + " is not valid. Reason: Provided Arn is not in correct format."
	case parts[2] == "ssm-incidents" && (!isResponsePlan(t.Arn) || parts[3] != ""):
		return "Parameter " + t.Arn + " is not valid. Reason: Provided Arn is not in correct format. The ARN of a response plan has no Region."
	case isResponsePlan(t.Arn) && t.RoleArn == "":
		return "RoleArn is required for target " + t.Arn + "."
	case t.RoleArn != "" && !strings.HasPrefix(t.RoleArn, "arn:aws:iam::"):
		return "RoleArn is not in correct format: " + t.RoleArn
	case inputs > 1:
		return "Only one of Input, InputPath, or InputTransformer must be provided for target " + t.Id + "."
	case t.Input != "" && !json.Valid([]byte(t.Input)):
		return "JSON syntax error in input for target " + t.Id + "."
	}
	return ""
}

// removeTargets lets ids pass that are not there.
func removeTargets(c *call, tx *tx, in *struct {
	Rule, EventBusName string
	Ids                []string
	Force              bool
}) (any, error) {
	old, err := findRule(c, tx.state, in.EventBusName, in.Rule)
	if err != nil {
		return nil, err
	}
	if old.ManagedBy != "" && !in.Force {
		return nil, eventsError("ManagedRuleException", "Rule "+old.Name+" is managed by "+old.ManagedBy+" and cannot be changed without force.")
	}
	r := *old
	r.Targets = nil
	for i, t := range old.targets() {
		if !slices.Contains(in.Ids, t.Id) {
			r.Targets = append(r.Targets, old.Targets[i])
		}
	}
	r.put(c, tx)
	return failedEntries(nil), nil
}

func listTargets(c *call, st *state, in *struct {
	Rule, EventBusName, NextToken string
	Limit                         int
}) (any, error) {
	r, err := findRule(c, st, in.EventBusName, in.Rule)
	if err != nil {
		return nil, err
	}
	pg, err := newEventsPage(c, in.NextToken, in.Limit, r.ARN)
	if err != nil {
		return nil, err
	}
	list := []json.RawMessage{}
	for _, raw := range takePage(pg, r.targetsAfter(pg.after), nil) {
		list = append(list, *raw)
	}
	return struct {
		Targets   []json.RawMessage
		NextToken string `json:",omitempty"`
	}{list, pg.next}, nil
}

func (r *eventRule) targetsAfter(last string) iter.Seq2[string, *json.RawMessage] {
	return func(yield func(string, *json.RawMessage) bool) {
		for i, t := range r.targets() {
			if t.Id > last && !yield(t.Id, &r.Targets[i]) {
				return
			}
		}
	}
}

// eventTagsOf are the tags of a rule or a bus by its ARN, and how to write them.
func eventTagsOf(c *call, st *state, arn string) (tags map[string]string, write func(*tx, map[string]string), err error) {
	prefix := "arn:aws:events:" + c.region + ":" + c.account + ":"
	if name, ok := strings.CutPrefix(arn, prefix+"rule/"); ok {
		bus, rule, custom := strings.Cut(name, "/")
		if !custom {
			bus, rule = defaultBus, name
		}
		if old := st.eventRules.get(c.region + "/" + bus + "/" + rule); old != nil {
			return old.Tags, func(tx *tx, tags map[string]string) {
				r := *old
				r.Tags, r.Tagged = tags, r.Tagged || len(tags) > 0
				r.put(c, tx)
			}, nil
		}
		return nil, nil, eventsError("ResourceNotFoundException", "Rule "+rule+" does not exist on EventBus "+bus+".")
	}
	if name, ok := strings.CutPrefix(arn, prefix+"event-bus/"); ok {
		if old := st.eventBuses.get(c.region + "/" + name); old != nil {
			return old.Tags, func(tx *tx, tags map[string]string) {
				b := *old
				b.Tags = tags
				tx.eventBuses.put(tx, c.region+"/"+b.Name, &b)
			}, nil
		}
	}
	return nil, nil, eventsError("ResourceNotFoundException", "Resource "+arn+" does not exist.")
}

func changeEventTags(c *call, tx *tx, arn string, change func(map[string]string)) (any, error) {
	old, write, err := eventTagsOf(c, tx.state, arn)
	if err != nil {
		return nil, err
	}
	tags := map[string]string{}
	maps.Copy(tags, old)
	change(tags)
	if len(tags) > maxTags {
		return nil, badEvents("A resource can have 50 tags.")
	}
	write(tx, tags)
	return nil, nil
}

func tagEvents(c *call, tx *tx, in *struct {
	ResourceARN string
	Tags        []struct{ Key, Value string }
}) (any, error) {
	return changeEventTags(c, tx, in.ResourceARN, func(tags map[string]string) {
		for _, t := range in.Tags {
			tags[t.Key] = t.Value
		}
	})
}

func untagEvents(c *call, tx *tx, in *struct {
	ResourceARN string
	TagKeys     []string
}) (any, error) {
	return changeEventTags(c, tx, in.ResourceARN, func(tags map[string]string) {
		for _, key := range in.TagKeys {
			delete(tags, key)
		}
	})
}

func listEventTags(c *call, st *state, in *struct{ ResourceARN string }) (any, error) {
	tags, _, err := eventTagsOf(c, st, in.ResourceARN)
	if err != nil {
		return nil, err
	}
	return map[string]any{"Tags": documentTags(tags)}, nil
}

// taggedRules walks the rules of all buses. Those of the default bus have no bus in their ARN, so the
// order of keys is not that of ARNs.
func taggedRules(c *call, st *state, last string) iter.Seq2[string, *taggedResource] {
	return func(yield func(string, *taggedResource) bool) {
		var found []*taggedResource
		for _, r := range st.eventRules.below(c.region + "/") {
			if t := shownTags(r.Tagged, "events:rule", r.ARN, r.Tags); t != nil && t.arn > last {
				found = append(found, t)
			}
		}
		slices.SortFunc(found, func(a, b *taggedResource) int { return strings.Compare(a.arn, b.arn) })
		for _, t := range found {
			if !yield(t.arn, t) {
				return
			}
		}
	}
}
