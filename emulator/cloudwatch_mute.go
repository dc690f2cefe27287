package emulator

// Alarm mute rules: windows of time in which the actions of some alarms wait. When a window ends and
// the alarm is still in the state it came to, its actions are taken then [gk].

import (
	"slices"
	"time"

	"github.com/watchbill/watchbill/emulator/wire"
)

// muteRule is a row; its key is REGION/NAME.
type muteRule struct {
	Region      string
	Name        string
	Description *string      `json:",omitempty"`
	Schedule    muteSchedule // as it was put
	Alarms      []string     // names; nil when the rule came without MuteTargets
	Start       *time.Time   `json:",omitempty"`
	Expire      *time.Time   `json:",omitempty"`
	Updated     time.Time
	Tags        map[string]string
	Tagged      bool
}

// muteSchedule is spelled as the wire does.
type muteSchedule struct {
	Expression string
	Duration   string
	Timezone   *string `json:",omitempty"`
}

func (m *muteRule) arn(account string) string {
	return monitoringARN(account, m.Region, "alarm-mute-rule", m.Name)
}

type muteTargets struct{ AlarmNames []string }

// putMuteRule makes a rule or replaces the one there is. Tags count only for a new one [inference].
func putMuteRule(c *call, tx *tx, in *struct {
	Name                  string
	Description           *string
	Rule                  struct{ Schedule muteSchedule }
	MuteTargets           *muteTargets
	Tags                  []alarmTag
	StartDate, ExpireDate *time.Time
}) (any, error) {
	if _, err := readMuteSchedule(in.Rule.Schedule); err != nil {
		return nil, badAlarm(err.Error())
	}
	if in.StartDate != nil && in.ExpireDate != nil && !in.StartDate.Before(*in.ExpireDate) {
		return nil, badAlarm("ExpireDate must be after StartDate")
	}
	if len(in.Tags) > maxAlarmTags {
		return nil, badAlarm("A mute rule can have at most 50 tags")
	}
	m := &muteRule{Region: c.region, Name: in.Name, Description: in.Description, Schedule: in.Rule.Schedule, Start: in.StartDate, Expire: in.ExpireDate,
		Updated: c.instant(), Tags: map[string]string{}, Tagged: len(in.Tags) > 0}
	if in.MuteTargets != nil {
		m.Alarms = orEmptyList(in.MuteTargets.AlarmNames)
	}
	key := alarmKey(c.region, in.Name)
	if old := tx.muteRules.get(key); old != nil {
		m.Tags, m.Tagged = old.Tags, old.Tagged
	} else {
		for _, t := range in.Tags {
			m.Tags[t.Key] = t.Value
		}
	}
	tx.muteRules.put(tx, key, m)
	lookAtMuted(c, tx)
	return nil, nil
}

// lookAtMuted looks again at alarms whose actions a mute rule holds back, since the rules are others now.
func lookAtMuted(c *call, tx *tx) {
	var held []string
	for key, a := range tx.alarms.below(c.region + "/") {
		if a.HeldBy == heldByMute {
			held = append(held, key)
		}
	}
	for _, key := range held {
		lookAtHeld(c, tx, key)
	}
}

func getMuteRule(c *call, st *state, in *struct{ AlarmMuteRuleName string }) (any, error) {
	m := st.muteRules.get(alarmKey(c.region, in.AlarmMuteRuleName))
	if m == nil {
		return nil, noAlarmResource("alarm-mute-rule", in.AlarmMuteRuleName)
	}
	type rule struct{ Schedule muteSchedule }
	out := struct {
		Name, AlarmMuteRuleArn string
		Description            *string `json:",omitempty"`
		Rule                   rule
		MuteTargets            *muteTargets `json:",omitempty"`
		StartDate, ExpireDate  *wire.Time   `json:",omitempty"`
		Status, MuteType       string
		LastUpdatedTimestamp   wire.Time
	}{Name: m.Name, AlarmMuteRuleArn: m.arn(c.account), Description: m.Description, Rule: rule{m.Schedule}, StartDate: (*wire.Time)(m.Start),
		ExpireDate: (*wire.Time)(m.Expire), Status: m.status(c.now), MuteType: m.kind(), LastUpdatedTimestamp: wire.Time(m.Updated)}
	if m.Alarms != nil {
		out.MuteTargets = &muteTargets{m.Alarms}
	}
	return out, nil
}

func listMuteRules(c *call, st *state, in *struct {
	AlarmName  string
	Statuses   []string
	MaxRecords int
	NextToken  string
}) (any, error) {
	if in.MaxRecords == 0 {
		in.MaxRecords = defaultAlarmPage
	}
	pg, ok := newPage(c, in.NextToken, in.MaxRecords, append([]string{in.AlarmName}, in.Statuses...)...)
	if !ok {
		return nil, badAlarmToken()
	}
	if in.AlarmName != "" && st.alarms.get(alarmKey(c.region, in.AlarmName)) == nil {
		return nil, noAlarmResource("alarm", in.AlarmName)
	}
	rows := takePage(pg, st.muteRules.after(c.region+"/", pg.after), func(m *muteRule) bool {
		return (in.AlarmName == "" || slices.Contains(m.Alarms, in.AlarmName)) && (len(in.Statuses) == 0 || slices.Contains(in.Statuses, m.status(c.now)))
	})
	type summary struct {
		AlarmMuteRuleArn     string
		ExpireDate           *wire.Time `json:",omitempty"`
		Status, MuteType     string
		LastUpdatedTimestamp wire.Time
	}
	list := make([]summary, len(rows))
	for i, m := range rows {
		list[i] = summary{m.arn(c.account), (*wire.Time)(m.Expire), m.status(c.now), m.kind(), wire.Time(m.Updated)}
	}
	return struct {
		AlarmMuteRuleSummaries []summary
		NextToken              string `json:",omitempty"`
	}{list, pg.next}, nil
}

// deleteMuteRule declares no error: deleting what is not there succeeds.
func deleteMuteRule(c *call, tx *tx, in *struct{ AlarmMuteRuleName string }) (any, error) {
	tx.muteRules.put(tx, alarmKey(c.region, in.AlarmMuteRuleName), nil)
	lookAtMuted(c, tx)
	return nil, nil
}

// mutedUntil is when the mute rules of an alarm let its actions go, zero when none is active.
func mutedUntil(c *call, st *state, a *metricAlarm) (until time.Time) {
	for _, m := range st.muteRules.below(a.Region + "/") {
		if slices.Contains(m.Alarms, a.Name) {
			until = later(until, m.window(c.now))
		}
	}
	return until
}

// window is the end of the window that is open, zero when none is.
func (m *muteRule) window(now time.Time) time.Time {
	if m.Start != nil && now.Before(*m.Start) || m.Expire != nil && !now.Before(*m.Expire) {
		return time.Time{}
	}
	schedule, err := readMuteSchedule(m.Schedule)
	if err != nil {
		return time.Time{} // it was read when it was put
	}
	end := schedule.open(now)
	if m.Expire != nil && end.After(*m.Expire) {
		return *m.Expire
	}
	return end
}

func (m *muteRule) status(now time.Time) string {
	schedule, err := readMuteSchedule(m.Schedule)
	switch {
	case m.Expire != nil && !now.Before(*m.Expire) || err == nil && schedule.over(now):
		return "EXPIRED"
	case !m.window(now).IsZero():
		return "ACTIVE"
	}
	return "SCHEDULED"
}

func (m *muteRule) kind() string {
	if schedule, err := readMuteSchedule(m.Schedule); err == nil && schedule.fields == nil {
		return "ONE_TIME"
	}
	return "RECURRING"
}
