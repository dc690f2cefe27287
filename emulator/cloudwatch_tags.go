package emulator

// Tags of alarms and mute rules.

import (
	"iter"
	"maps"
	"net/http"

	"github.com/watchbill/watchbill/emulator/wire"
)

// tagsOf is the tags of an alarm or a mute rule by its ARN, and how to write others.
func tagsOf(c *call, st *state, arn string) (map[string]string, func(*tx, map[string]string), error) {
	kind, name, ok := monitoringName(c, arn)
	if !ok {
		return nil, nil, &wire.Error{Type: "InvalidParameterValueException", Code: "InvalidParameterValue", Status: http.StatusBadRequest, Message: "Invalid ARN: " + arn}
	}
	key := alarmKey(c.region, name)
	if a := st.alarms.get(key); kind == "alarm" && a != nil {
		return a.Tags, func(tx *tx, tags map[string]string) {
			again := *a
			again.Tags, again.Tagged = tags, true
			tx.alarms.put(tx, key, &again)
		}, nil
	}
	if m := st.muteRules.get(key); kind == "alarm-mute-rule" && m != nil {
		return m.Tags, func(tx *tx, tags map[string]string) {
			again := *m
			again.Tags, again.Tagged = tags, true
			tx.muteRules.put(tx, key, &again)
		}, nil
	}
	return nil, nil, noAlarmResource(kind, name)
}

func tagAlarm(c *call, tx *tx, in *struct {
	ResourceARN string
	Tags        []alarmTag
}) (any, error) {
	old, write, err := tagsOf(c, tx.state, in.ResourceARN)
	if err != nil {
		return nil, err
	}
	tags := maps.Clone(old)
	if tags == nil {
		tags = map[string]string{}
	}
	for _, t := range in.Tags {
		tags[t.Key] = t.Value
	}
	if len(tags) > maxAlarmTags {
		return nil, badAlarm("A resource can have at most 50 tags")
	}
	write(tx, tags)
	return nil, nil
}

func untagAlarm(c *call, tx *tx, in *struct {
	ResourceARN string
	TagKeys     []string
}) (any, error) {
	old, write, err := tagsOf(c, tx.state, in.ResourceARN)
	if err != nil {
		return nil, err
	}
	tags := maps.Clone(old)
	for _, key := range in.TagKeys {
		delete(tags, key)
	}
	write(tx, tags)
	return nil, nil
}

func listAlarmTags(c *call, st *state, in *struct{ ResourceARN string }) (any, error) {
	tags, _, err := tagsOf(c, st, in.ResourceARN)
	if err != nil {
		return nil, err
	}
	list := []alarmTag{}
	for _, key := range sortedKeys(tags) {
		list = append(list, alarmTag{key, tags[key]})
	}
	return map[string]any{"Tags": list}, nil
}

func taggedAlarms(c *call, st *state, last string) iter.Seq2[string, *taggedResource] {
	return taggedRows(&st.alarms, c.region+"/", monitoringARN(c.account, c.region, "alarm", ""), last, func(a *metricAlarm) *taggedResource {
		return shownTags(a.Tagged, "cloudwatch:alarm", a.ARN, a.Tags)
	})
}

func taggedMuteRules(c *call, st *state, last string) iter.Seq2[string, *taggedResource] {
	return taggedRows(&st.muteRules, c.region+"/", monitoringARN(c.account, c.region, "alarm-mute-rule", ""), last, func(m *muteRule) *taggedResource {
		return shownTags(m.Tagged, "cloudwatch:alarm-mute-rule", m.arn(c.account), m.Tags)
	})
}
