package emulator_test

import (
	"fmt"
	"net/http"
	"testing"
	"time"

	"github.com/aws/aws-sdk-go-v2/aws"
	"github.com/aws/aws-sdk-go-v2/service/cloudwatch"
	cwtypes "github.com/aws/aws-sdk-go-v2/service/cloudwatch/types"
	"github.com/google/go-cmp/cmp"
	"pgregory.net/rapid"

	"github.com/watchbill/watchbill/emulator"
)

// TestIdleAlarmsMissNothing draws what happens to a host and lets two accounts live through it: in one
// the time between two events passes at once, and alarms are evaluated only as long as something is new;
// in the other they are put again every minute, so that they are always evaluated. Both must tell the
// same history.
func TestIdleAlarmsMissNothing(t *testing.T) {
	rapid.Check(t, func(rt *rapid.T) {
		alarm := statusAlarm("a", "i-0a")
		alarm.Period = aws.Int32(60 * int32(rapid.IntRange(1, 5).Draw(rt, "minutes a period")))
		alarm.EvaluationPeriods = aws.Int32(int32(rapid.IntRange(1, 3).Draw(rt, "periods")))
		alarm.DatapointsToAlarm = aws.Int32(int32(rapid.IntRange(1, int(*alarm.EvaluationPeriods)).Draw(rt, "datapoints")))
		alarm.TreatMissingData = aws.String(rapid.SampledFrom([]string{"missing", "ignore", "breaching", "notBreaching"}).Draw(rt, "missing data"))
		type event struct {
			after time.Duration
			what  string
		}
		events := make([]event, rapid.IntRange(1, 6).Draw(rt, "events"))
		for i := range events {
			events[i] = event{time.Duration(rapid.IntRange(0, 45*60).Draw(rt, "seconds")) * time.Second,
				rapid.SampledFrom([]string{"break", "mend", "remove", "ALARM", "OK"}).Draw(rt, "what")}
		}
		live := func(restless bool) []string {
			w, s := stopped(t)
			pass := func(d time.Duration) {
				for ; restless && d > time.Minute; d -= time.Minute {
					w.put(alarm)
					w.pass(s, time.Minute)
				}
				w.pass(s, d)
			}
			w.host(`{"id": "i-0a"}`)
			w.put(alarm)
			for _, e := range events {
				pass(e.after)
				switch e.what {
				case "break", "mend":
					w.host(fmt.Sprintf(`{"id": "i-0a", "broken": %t}`, e.what == "break"))
				case "remove":
					w.hosts(http.MethodDelete, "?id=i-0a", "")
				default:
					w.set("a", cwtypes.StateValue(e.what))
				}
			}
			pass(2 * time.Hour)
			return w.turns("a")
		}
		if diff := cmp.Diff(live(true), live(false)); diff != "" {
			rt.Errorf("always evaluated (-) and only when something is new (+): %s", diff)
		}
	})
}

// turns is the transitions of an alarm with their times, oldest first.
func (w *watcher) turns(name string) (turns []string) {
	w.t.Helper()
	out := need(w.cw.DescribeAlarmHistory(w.ctx, &cloudwatch.DescribeAlarmHistoryInput{AlarmName: &name, HistoryItemType: cwtypes.HistoryItemTypeStateUpdate,
		ScanBy: cwtypes.ScanByTimestampAscending}))(w.t)
	for _, item := range out.AlarmHistoryItems {
		turns = append(turns, item.Timestamp.UTC().Format("15:04:05 ")+*item.HistorySummary)
	}
	return turns
}

// BenchmarkDayOfAlarms is a day of the account's time with five thousand alarms of which one goes off.
func BenchmarkDayOfAlarms(b *testing.B) {
	clock := newClock()
	s := open(b, emulator.Options{Now: clock.Now, Clock: emulator.ClockStopped})
	w := watching(connect(b, s.Transport(), home))
	for i := range 5000 {
		id := fmt.Sprintf("i-%05d", i)
		w.host(`{"id": "` + id + `"}`)
		w.put(statusAlarm(id, id))
	}
	w.pass(s, time.Hour)
	b.ReportAllocs()
	for i := 0; b.Loop(); i++ {
		w.host(fmt.Sprintf(`{"id": "i-00000", "broken": %t}`, i%2 == 0))
		w.pass(s, 24*time.Hour)
	}
}

// BenchmarkDescribeAlarms is one page of a hundred alarms, there and back in CBOR.
func BenchmarkDescribeAlarms(b *testing.B) {
	w := watching(connect(b, open(b, emulator.Options{}).Transport(), home))
	for i := range 100 {
		w.put(statusAlarm(fmt.Sprintf("a%03d", i), "i-0abc"))
	}
	b.ReportAllocs()
	for b.Loop() {
		if out := need(w.cw.DescribeAlarms(w.ctx, &cloudwatch.DescribeAlarmsInput{MaxRecords: aws.Int32(100)}))(b); len(out.MetricAlarms) != 100 {
			b.Fatal(len(out.MetricAlarms))
		}
	}
}
