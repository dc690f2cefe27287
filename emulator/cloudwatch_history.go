package emulator

// What happened to alarms. History outlives its alarm, as on AWS; the oldest of it goes when there
// is too much.

import (
	"fmt"
	"slices"
	"time"

	"github.com/watchbill/watchbill/emulator/wire"
)

// The types of history items.
const (
	historyConfig = "ConfigurationUpdate"
	historyState  = "StateUpdate"
	historyAction = "Action"
)

// alarmMoment is a row; its key is a number in the order of what happened.
type alarmMoment struct {
	Number  int
	Region  string
	Name    string
	Kind    string // of the alarm
	At      time.Time
	Type    string
	Summary string
	Data    string
}

// Limits of history: so many rows in the account, and AWS's limits of a row's texts in characters.
const (
	maxMoments       = 20_000
	maxMomentSummary = 255
	maxMomentData    = 4095
)

// remember adds to the alarm's history.
func (a *metricAlarm) remember(c *call, tx *tx, kind, summary string, data any) {
	n := 0
	if keys := tx.alarmHistory.keys; len(keys) > 0 {
		n = tx.alarmHistory.get(keys[len(keys)-1]).Number + 1
	}
	tx.alarmHistory.put(tx, momentKey(n), &alarmMoment{Number: n, Region: a.Region, Name: a.Name, Kind: a.kind(), At: c.instant(), Type: kind,
		Summary: cut(summary, maxMomentSummary), Data: cut(jsonText(data), maxMomentData)})
	if tx.alarmHistory.len() > maxMoments {
		tx.alarmHistory.put(tx, tx.alarmHistory.keys[0], nil)
	}
}

func momentKey(n int) string { return fmt.Sprintf("%012d", n) }

// cut is a text of so many characters at most.
func cut(text string, limit int) string {
	if runes := []rune(text); len(runes) > limit {
		return string(runes[:limit])
	}
	return text
}

func describeAlarmHistory(c *call, st *state, in *struct {
	AlarmName, AlarmContributorId, HistoryItemType string
	AlarmTypes                                     []string
	StartDate, EndDate                             *time.Time
	MaxRecords                                     int
	NextToken, ScanBy                              string
}) (any, error) {
	if in.MaxRecords == 0 {
		in.MaxRecords = 100
	}
	pg, ok := newPage(c, in.NextToken, in.MaxRecords, in.AlarmName, in.AlarmContributorId, in.HistoryItemType, jsonText(in.AlarmTypes),
		jsonText(in.StartDate), jsonText(in.EndDate), in.ScanBy)
	if !ok {
		return nil, badAlarmToken()
	}
	var found []*alarmMoment
	for _, m := range st.alarmHistory.below("") {
		if m.Region == c.region && in.AlarmContributorId == "" && (in.AlarmName == "" || m.Name == in.AlarmName) &&
			(in.HistoryItemType == "" || m.Type == in.HistoryItemType) &&
			(len(in.AlarmTypes) == 0 && m.Kind == "MetricAlarm" || slices.Contains(in.AlarmTypes, m.Kind)) &&
			(in.StartDate == nil || !m.At.Before(*in.StartDate)) && (in.EndDate == nil || !m.At.After(*in.EndDate)) {
			found = append(found, m)
		}
	}
	rows := takeSorted(pg, found, func(m *alarmMoment) string { return placeInTime(m.At, m.Number) }, in.ScanBy != "TimestampAscending")
	type item struct {
		AlarmName, AlarmType, HistoryItemType, HistorySummary, HistoryData string
		Timestamp                                                          wire.Time
	}
	list := make([]item, len(rows))
	for i, m := range rows {
		list[i] = item{m.Name, m.Kind, m.Type, m.Summary, m.Data, wire.Time(m.At)}
	}
	return struct {
		AlarmHistoryItems []item
		NextToken         string `json:",omitempty"`
	}{list, pg.next}, nil
}
