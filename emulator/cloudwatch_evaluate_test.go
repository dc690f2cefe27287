package emulator_test

import (
	"fmt"
	"slices"
	"strings"
	"testing"
	"time"

	"github.com/aws/aws-sdk-go-v2/aws"
	"github.com/aws/aws-sdk-go-v2/service/cloudwatch"
	cwtypes "github.com/aws/aws-sdk-go-v2/service/cloudwatch/types"
	"github.com/aws/aws-sdk-go-v2/service/ssmincidents"
	incidentstypes "github.com/aws/aws-sdk-go-v2/service/ssmincidents/types"

	"github.com/watchbill/watchbill/emulator"
)

// stopped is an account whose clock the test moves, with a replication set.
func stopped(t testing.TB) (*watcher, *emulator.Server) {
	clock := newClock()
	s := open(t, emulator.Options{Now: clock.Now, Clock: emulator.ClockStopped, ReplicationDelay: -1})
	c := connect(t, s.Transport(), home)
	c.createSet(home)
	return watching(c), s
}

func (w *watcher) pass(s *emulator.Server, d time.Duration) {
	w.t.Helper()
	if err := s.Advance(d); err != nil {
		w.t.Fatal(err)
	}
}

func TestBrokenHostRaisesItsAlarm(t *testing.T) {
	w, s := stopped(t)
	w.host(`{"hosts": [{"id": "i-0a"}, {"id": "i-0b"}]}`)
	plan := w.plan("down", nil)
	w.put(statusAlarm("a", "i-0a", plan))
	w.put(statusAlarm("b", "i-0b", plan))
	w.pass(s, 10*time.Minute)
	if w.state("a") != "OK" || w.state("b") != "OK" {
		t.Fatalf("healthy hosts: %s %s", w.state("a"), w.state("b"))
	}
	if next := s.Clock().Next; next != nil {
		t.Errorf("something is due at %s though nothing happens", next)
	}
	w.host(`{"id": "i-0a", "broken": true}`)
	w.pass(s, time.Minute)
	if w.state("a") != "OK" {
		t.Error("one bad minute is not two")
	}
	w.pass(s, time.Minute)
	if w.state("a") != "ALARM" || w.state("b") != "OK" || len(w.open()) != 1 {
		t.Errorf("after two minutes: %s %s, %d incidents", w.state("a"), w.state("b"), len(w.open()))
	}
	if at := *w.open()[0].CreationTime; !at.Equal(newClock().Now().Add(12 * time.Minute)) {
		t.Errorf("opened at %s", at)
	}
	w.host(`{"id": "i-0a", "broken": false}`)
	w.pass(s, 5*time.Minute)
	if w.state("a") != "OK" || len(w.open()) != 1 || w.open()[0].Status != "OPEN" {
		t.Errorf("mended: %s, incidents %+v", w.state("a"), w.open())
	}
	if status, _ := w.hosts("DELETE", "?id=i-0b", ""); status != 204 {
		t.Fatal("the host was not removed")
	}
	w.pass(s, 10*time.Minute)
	if w.state("b") != "INSUFFICIENT_DATA" {
		t.Errorf("removed: %s", w.state("b"))
	}
}

// One long step is the same as many short ones.
func TestAlarmsAreEvaluatedOnTheWay(t *testing.T) {
	w, s := stopped(t)
	w.host(`{"id": "i-0a"}`)
	w.put(statusAlarm("a", "i-0a", w.plan("down", nil)))
	w.host(`{"id": "i-0a", "broken": true}`)
	w.pass(s, 24*time.Hour)
	if got := w.open(); len(got) != 1 || !got[0].CreationTime.Equal(newClock().Now().Add(2*time.Minute)) {
		t.Errorf("incidents %+v", got)
	}
}

// The examples of AWS's guide, "Configuring how CloudWatch alarms treat missing data", newest last: 0 is a
// value that does not breach, X one that does, - a missing one. R is the state before, which is retained.
func TestMissingDataAsInTheGuide(t *testing.T) {
	for _, try := range []struct {
		data                                     string
		m                                        int32
		missing, ignore, breaching, notBreaching string
	}{
		{"0 - X - X", 3, "OK", "OK", "OK", "OK"},
		{"- - - - 0", 3, "OK", "OK", "OK", "OK"},
		{"- - - - -", 3, "INSUFFICIENT_DATA", "R", "ALARM", "OK"},
		{"0 X X - X", 3, "ALARM", "ALARM", "ALARM", "ALARM"},
		{"- - X - -", 3, "ALARM", "R", "ALARM", "OK"},
		{"0 - X - X", 2, "ALARM", "ALARM", "ALARM", "ALARM"},
		{"0 0 X 0 X", 2, "ALARM", "ALARM", "ALARM", "ALARM"},
		{"0 - X - -", 2, "OK", "OK", "ALARM", "OK"},
		{"- - - - 0", 2, "OK", "OK", "ALARM", "OK"},
		{"- - - X -", 2, "ALARM", "R", "ALARM", "OK"},
	} {
		for treat, want := range map[string]string{"missing": try.missing, "ignore": try.ignore, "breaching": try.breaching, "notBreaching": try.notBreaching} {
			for _, before := range []cwtypes.StateValue{"OK", "ALARM"} {
				w, s := stopped(t)
				w.put(&cloudwatch.PutMetricAlarmInput{AlarmName: aws.String("a"), Namespace: aws.String("App"), MetricName: aws.String("Errors"),
					Statistic: "Sum", Period: aws.Int32(60), EvaluationPeriods: aws.Int32(3), DatapointsToAlarm: &try.m, Threshold: aws.Float64(1),
					ComparisonOperator: "GreaterThanOrEqualToThreshold", TreatMissingData: &treat})
				w.pass(s, time.Hour)
				w.set("a", before)
				for i, word := range strings.Fields(try.data) {
					if value, ok := map[string]float64{"0": 0, "X": 1}[word]; ok {
						w.data("App", "Errors", newClock().Now().Add(time.Hour+time.Duration(i-4)*time.Minute), value)
					}
				}
				w.pass(s, time.Minute)
				expected := want
				if want == "R" {
					expected = string(before)
				}
				if got := string(w.state("a")); got != expected {
					t.Errorf("%s, %d of 3, %s, before %s: %s, want %s", try.data, try.m, treat, before, got, expected)
				}
			}
		}
	}
}

// data puts one value.
func (w *watcher) data(namespace, name string, at time.Time, value float64, dims ...cwtypes.Dimension) {
	w.t.Helper()
	need(w.cw.PutMetricData(w.ctx, &cloudwatch.PutMetricDataInput{Namespace: &namespace, MetricData: []cwtypes.MetricDatum{
		{MetricName: &name, Timestamp: &at, Value: &value, Dimensions: dims}}}))(w.t)
}

func TestMetricMaths(t *testing.T) {
	w, s := stopped(t)
	now := newClock().Now()
	for i, pair := range [][2]float64{{10, 1}, {20, 5}, {0, 2}} {
		w.data("App", "Requests", now.Add(time.Duration(i)*time.Minute), pair[0])
		w.data("App", "Errors", now.Add(time.Duration(i)*time.Minute), pair[1])
	}
	w.pass(s, 10*time.Minute)
	for expression, want := range map[string]string{
		"e / r * 100":                  "[10 25]", // a division by nought is missing
		"e + 1":                        "[2 6 3]",
		"-e + 2 ^ 3":                   "[7 3 6]",
		"IF(r > 5, e, 0)":              "[1 5 0]",
		"IF(r >= 10 AND e < 5, 1, 0)":  "[1 0 0]",
		"MAX([e, r])":                  "[10 20 2]",
		"SUM(METRICS())":               "[11 25 2]",
		`AVG(METRICS("e"))`:            "[1 5 2]",
		"r / MAX(r)":                   "[0.5 1 0]",
		"FILL(e / r, 7)":               "[0.1 0.25 7]",
		"ABS(e - r)":                   "[9 15 2]",
		"DIFF(e)":                      "[4 -3]",
		"SEARCH(e)":                    "error the function SEARCH",
		"e +":                          "error it ends too early",
		"x":                            "error nothing has the id x",
		"(e":                           "error a ) is missing",
		strings.Repeat("(", 100) + "e": "error it is nested too deeply",
	} {
		metric := func(id, name string) cwtypes.MetricDataQuery {
			return cwtypes.MetricDataQuery{Id: &id, ReturnData: aws.Bool(false), MetricStat: &cwtypes.MetricStat{Period: aws.Int32(60), Stat: aws.String("Sum"),
				Metric: &cwtypes.Metric{Namespace: aws.String("App"), MetricName: &name}}}
		}
		out := need(w.cw.GetMetricData(w.ctx, &cloudwatch.GetMetricDataInput{StartTime: aws.Time(now), EndTime: aws.Time(now.Add(3 * time.Minute)),
			ScanBy: cwtypes.ScanByTimestampAscending, MetricDataQueries: []cwtypes.MetricDataQuery{metric("e", "Errors"), metric("r", "Requests"),
				{Id: aws.String("x1"), Expression: &expression}}}))(t).MetricDataResults[0]
		got := fmt.Sprint(out.Values)
		if len(out.Messages) > 0 {
			got = "error " + *out.Messages[0].Value
		}
		if got != want && !(strings.HasPrefix(want, "error ") && strings.Contains(got, want[6:])) {
			t.Errorf("%s: %s, want %s", expression, got, want)
		}
	}
}

// fleet is the query with which one alarm watches a fleet.
const fleetQuery = `SELECT MAX(StatusCheckFailed) FROM SCHEMA("AWS/EC2", InstanceId) WHERE tag."env" = 'production' AND InstanceId != 'i-0c' ` +
	`GROUP BY InstanceId ORDER BY MAX() DESC`

func TestOneAlarmForAFleet(t *testing.T) {
	w, s := stopped(t)
	w.host(`{"hosts": [{"id": "i-0a", "tags": {"env": "production"}}, {"id": "i-0b", "tags": {"env": "production"}},
		{"id": "i-0c", "tags": {"env": "production"}, "broken": true}, {"id": "i-0d", "tags": {"env": "test"}, "broken": true}]}`)
	plan := w.plan("down", restarting)
	in := statusAlarm("fleet", "", plan)
	in.Namespace, in.MetricName, in.Statistic, in.Period, in.Dimensions = nil, nil, "", nil, nil
	in.Metrics = []cwtypes.MetricDataQuery{{Id: aws.String("fleet"), Expression: aws.String(fleetQuery), Period: aws.Int32(60), ReturnData: aws.Bool(true)}}
	w.put(in)
	w.pass(s, 10*time.Minute)
	if got := w.state("fleet"); got != "OK" {
		t.Fatalf("state %s", got)
	}
	w.host(`{"id": "i-0b", "broken": true}`)
	w.pass(s, 2*time.Minute)
	if got := w.state("fleet"); got != "ALARM" || len(w.open()) != 1 {
		t.Fatalf("state %s, %d incidents", got, len(w.open()))
	}
	found := need(w.cw.DescribeAlarmContributors(w.ctx, &cloudwatch.DescribeAlarmContributorsInput{AlarmName: aws.String("fleet")}))(t).AlarmContributors
	if len(found) != 1 || found[0].ContributorAttributes["InstanceId"] != "i-0b" {
		t.Errorf("contributors %+v", found)
	}
	items := need(w.incidents.ListRelatedItems(w.ctx, &ssmincidents.ListRelatedItemsInput{IncidentRecordArn: w.open()[0].Arn}))(t).RelatedItems
	if !slices.ContainsFunc(items, func(i incidentstypes.RelatedItem) bool {
		v, ok := i.Identifier.Value.(*incidentstypes.ItemValueMemberArn)
		return ok && strings.HasSuffix(v.Value, ":instance/i-0b")
	}) {
		t.Errorf("related items %+v", items)
	}
}

func TestAlarmsSurviveARestart(t *testing.T) {
	dir, clock := t.TempDir(), newClock()
	o := emulator.Options{Dir: dir, Now: clock.Now, Clock: emulator.ClockStopped, ReplicationDelay: -1}
	s := need(emulator.Open(o))(t)
	c := connect(t, s.Transport(), home)
	c.createSet(home)
	w := watching(c)
	w.host(`{"id": "i-0a"}`)
	w.put(statusAlarm("a", "i-0a", w.plan("down", nil)))
	w.pass(s, 10*time.Minute)
	w.host(`{"id": "i-0a", "broken": true}`)
	if err := s.Close(); err != nil {
		t.Fatal(err)
	}
	s = open(t, o)
	w = watching(connect(t, s.Transport(), home))
	w.pass(s, 2*time.Minute)
	if w.state("a") != "ALARM" || len(w.open()) != 1 {
		t.Errorf("state %s", w.state("a"))
	}
	data := need(s.Export())(t)
	if err := s.Import(data); err != nil {
		t.Errorf("its own state was refused: %v", err)
	}
}
