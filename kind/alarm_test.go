package kind_test

import (
	"net/http"
	"strings"
	"testing"
	"testing/synctest"

	"github.com/aws/aws-sdk-go-v2/aws"
	"github.com/aws/aws-sdk-go-v2/service/cloudwatch"
	"github.com/aws/aws-sdk-go-v2/service/cloudwatch/types"
	"golang.org/x/sync/errgroup"

	"github.com/watchbill/watchbill/emulator"
	"github.com/watchbill/watchbill/internal/resource"
	"github.com/watchbill/watchbill/kind"
)

const alarms = set + incidents + `
monitors:
  hot:
    response_plan: down
    metric: {namespace: AWS/EC2, name: CPUUtilization, statistic: p99, period: 5m, dimensions: {InstanceId: i-1}}
    when: {at_least: 90}
  cold:
    response_plan: down
    metric: {namespace: AWS/EC2, name: CPUUtilization, statistic: Average, period: 5m, dimensions: {InstanceId: i-1}}
    when: {at_most: 1}
  any: {response_plan: down, composite: {any: [cold, hot]}}
`

// notes are the sentences of the change at an address.
func (l *look) notes(addr string) string {
	for _, c := range l.cs.Changes {
		if c.Addr.String() == addr {
			return strings.Join(c.Notes, "\n")
		}
	}
	return ""
}

// What somebody set by hand is shown, repaired, and stays repaired: an alarm that tells nobody
// above all.
func TestAlarmSetByHand(t *testing.T) {
	a := open(t, emulator.Options{})
	desired := compile(t, alarms)
	a.apply(desired)
	hot := aws.String("watchbill/hot")
	_, err := a.hand.Alarms.DisableAlarmActions(t.Context(), &cloudwatch.DisableAlarmActionsInput{AlarmNames: []string{*hot}})
	a.must(err)
	l := a.look(desired).expect("update alarm/hot actions_disabled")
	if want := "somebody switched its actions off; while they are, nobody is told of the alarm"; l.notes("alarm/hot") != want {
		t.Errorf("notes: %s", l.notes("alarm/hot"))
	}
	l.do()
	a.settled(desired)

	topic := "arn:aws:sns:us-east-1:111122223333:theirs"
	_, err = a.hand.Alarms.PutMetricAlarm(t.Context(), &cloudwatch.PutMetricAlarmInput{
		AlarmName: hot, Namespace: aws.String("AWS/EC2"), MetricName: aws.String("CPUUtilization"), ExtendedStatistic: aws.String("p99"),
		Period: aws.Int32(300), EvaluationPeriods: aws.Int32(1), Threshold: aws.Float64(90), ComparisonOperator: types.ComparisonOperatorGreaterThanOrEqualToThreshold,
		Dimensions:   []types.Dimension{{Name: aws.String("InstanceId"), Value: aws.String("i-1")}},
		AlarmActions: []string{"arn:aws:ssm:us-east-1:111122223333:opsitem:1"}, OKActions: []string{topic}, InsufficientDataActions: []string{topic},
		EvaluateLowSampleCountPercentile: aws.String("ignore"),
	})
	a.must(err)
	l = a.look(desired).expect("update alarm/hot response_plan notify ok_actions insufficient_data_actions extras")
	for _, want := range []string{"EvaluateLowSampleCountPercentile", "migration runbooks"} {
		if !strings.Contains(l.notes("alarm/hot"), want) {
			t.Errorf("notes: %s", l.notes("alarm/hot"))
		}
	}
	l.do()
	a.settled(desired)
}

// The state of an alarm is told and never a difference.
func TestAlarmStateIsNoDifference(t *testing.T) {
	a := open(t, emulator.Options{})
	desired := compile(t, alarms)
	a.apply(desired)
	_, err := a.hand.Alarms.SetAlarmState(t.Context(), &cloudwatch.SetAlarmStateInput{
		AlarmName: aws.String("watchbill/hot"), StateValue: types.StateValueAlarm, StateReason: aws.String("trying it out")})
	a.must(err)
	l := a.look(desired).expect("")
	if got := l.observed.Get(resource.Addr{Kind: "alarm", Name: "hot"})[0].Status; got != "ALARM" {
		t.Errorf("status %q", got)
	}
}

// Rules that run in a circle, which CloudWatch evaluates no more and deletes none of, are shown,
// mended where the plan says otherwise, and deleted all the same.
func TestAlarmsInACircle(t *testing.T) {
	a := open(t, emulator.Options{})
	plan := alarms + "  both: {response_plan: down, composite: {all: [any, hot]}}\n"
	desired := compile(t, plan)
	a.apply(desired)
	_, err := a.hand.Alarms.PutCompositeAlarm(t.Context(), &cloudwatch.PutCompositeAlarmInput{AlarmName: aws.String("watchbill/any"),
		AlarmRule: aws.String("ALARM(arn:aws:cloudwatch:us-east-1:111122223333:alarm:watchbill/both)"), ActionsEnabled: aws.Bool(true),
		AlarmActions: []string{"arn:aws:ssm-incidents::111122223333:response-plan/down"}})
	a.must(err)
	a.look(desired).expect("update alarm/any rule circle\nupdate alarm/both circle").do()
	a.settled(desired)
	_, err = a.hand.Alarms.PutCompositeAlarm(t.Context(), &cloudwatch.PutCompositeAlarmInput{AlarmName: aws.String("watchbill/any"),
		AlarmRule: aws.String("ALARM(watchbill/both)"), ActionsEnabled: aws.Bool(true)})
	a.must(err)
	a.look(compile(t, set+incidents)).expect("delete alarm/any\ndelete alarm/both\ndelete alarm/cold\ndelete alarm/hot").do()
	a.settled(compile(t, set+incidents))
}

// A rule is the same however it is spelt.
func TestAlarmRuleSpelling(t *testing.T) {
	a := open(t, emulator.Options{})
	desired := compile(t, alarms)
	a.apply(desired)
	_, err := a.hand.Alarms.PutCompositeAlarm(t.Context(), &cloudwatch.PutCompositeAlarmInput{AlarmName: aws.String("watchbill/any"),
		AlarmRule:      aws.String(`ALARM( watchbill/cold ) OR   ALARM("arn:aws:cloudwatch:us-east-1:111122223333:alarm:watchbill/hot")`),
		ActionsEnabled: aws.Bool(true), AlarmActions: []string{"arn:aws:ssm-incidents::111122223333:response-plan/down"}})
	a.must(err)
	a.look(desired).expect("")
}

// Alarms that are to go while a deletion is under way go together with the next one; one that
// somebody else deleted meanwhile keeps no other.
func TestAlarmsGoTogether(t *testing.T) {
	for _, c := range []struct {
		gone  string
		calls int
	}{{"", 1 + 1}, {"watchbill/m0030", 1 + 1 + 59}} {
		synctest.Test(t, func(t *testing.T) {
			a := open(t, emulator.Options{})
			a.apply(compile(t, monitors(60)))
			l := a.look(compile(t, set+incidents))
			if c.gone != "" {
				_, err := a.hand.Alarms.DeleteAlarms(t.Context(), &cloudwatch.DeleteAlarmsInput{AlarmNames: []string{c.gone}})
				a.must(err)
			}
			first, release := true, make(chan struct{})
			a.wire.meddling(only(func(c call) bool { return c.op == "cloudwatch:DeleteAlarms" }, func(p pass) (*http.Response, error) {
				if first {
					first = false
					<-release
				}
				return p()
			}))
			a.wire.taken()
			var g errgroup.Group
			for _, s := range l.steps() {
				g.Go(func() error { return kind.Do(t.Context(), l.env, s) })
				synctest.Wait()
			}
			close(release)
			a.must(g.Wait())
			if n := a.wire.counted()["cloudwatch:DeleteAlarms"]; n != c.calls {
				t.Errorf("%d calls, want %d", n, c.calls)
			}
			a.wire.meddling(nil)
			a.settled(compile(t, set+incidents))
		})
	}
}
