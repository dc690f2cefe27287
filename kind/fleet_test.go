package kind_test

import (
	"fmt"
	"net/http"
	"net/http/httptest"
	"strings"
	"testing"
	"time"

	"pgregory.net/rapid"

	"github.com/watchbill/watchbill/emulator"
	"github.com/watchbill/watchbill/internal/awsapi"
	"github.com/watchbill/watchbill/internal/resource"
	"github.com/watchbill/watchbill/kind"
)

// each is a plan for the hosts of a type with env=production.
func each(resourceType, metric string, more ...string) string {
	return set + incidents + fmt.Sprintf(`
monitors:
  web:
    response_plan: down
    metric: {%s, statistic: Maximum, period: 1m}
    when: {at_least: 1}
    %s
    each: {resource: %q, tags: {env: production}}
`, metric, strings.Join(more, "\n    "), resourceType)
}

// hosts adds things to watch.
func (a *account) hosts(resourceType string, ids ...string) {
	a.t.Helper()
	var list []string
	for _, id := range ids {
		list = append(list, fmt.Sprintf(`{"id": %q, "type": %q, "region": %q, "tags": {"env": "production"}}`, id, resourceType, region))
	}
	w := httptest.NewRecorder()
	a.base.ServeHTTP(w, httptest.NewRequest(http.MethodPost, "/_watchbill/hosts", strings.NewReader(`{"hosts": [`+strings.Join(list, ",")+`]}`)))
	if w.Code != http.StatusOK {
		a.t.Fatalf("hosts: %d %s", w.Code, w.Body)
	}
}

func (a *account) expand(desired *resource.State) (*resource.State, []kind.Fleet) {
	a.t.Helper()
	clients, err := awsapi.New(a.t.Context(), awsapi.Config{Region: region, Local: a.wire})
	a.must(err)
	out, fleets, err := kind.Expand(a.t.Context(), clients, desired, a.now)
	a.must(err)
	return out, fleets
}

// Each type has the dimensions of its own metrics, and its alarms the names of its resources.
func TestFleetTypes(t *testing.T) {
	for _, c := range []struct{ resourceType, id, metric, alarm, dimensions string }{
		{"ec2:instance", "i-0abc", "namespace: AWS/EC2, name: StatusCheckFailed", "web/i-0abc", "map[InstanceId:i-0abc]"},
		{"rds:db", "orders", "namespace: AWS/RDS, name: CPUUtilization", "web/orders", "map[DBInstanceIdentifier:orders]"},
		{"lambda:function", "resize", "namespace: AWS/Lambda, name: Errors", "web/resize", "map[FunctionName:resize]"},
		{"ecs:service", "prod/api", "namespace: AWS/ECS, name: CPUUtilization", "web/prod/api", "map[ClusterName:prod ServiceName:api]"},
		{"elasticloadbalancing:loadbalancer", "app/web/50dc6c495c0c9188", "namespace: AWS/ApplicationELB, name: HTTPCode_ELB_5XX_Count",
			"web/app/web/50dc6c495c0c9188", "map[LoadBalancer:app/web/50dc6c495c0c9188]"},
		{"elasticloadbalancing:loadbalancer", "net/edge/50dc6c495c0c9189", "namespace: AWS/NetworkELB, name: UnHealthyHostCount",
			"web/net/edge/50dc6c495c0c9189", "map[LoadBalancer:net/edge/50dc6c495c0c9189]"},
		{"sqs", "jobs", "namespace: AWS/SQS, name: ApproximateAgeOfOldestMessage", "web/jobs", "map[QueueName:jobs]"},
		{"dynamodb:table", "sessions", "namespace: AWS/DynamoDB, name: SystemErrors", "web/sessions", "map[TableName:sessions]"},
	} {
		t.Run(c.resourceType+" "+c.id, func(t *testing.T) {
			a := open(t, emulator.Options{})
			a.apply(compile(t, set))
			a.hosts(c.resourceType, c.id)
			state, fleets := a.expand(compile(t, each(c.resourceType, c.metric)))
			live := state.Get(resource.Addr{Kind: "alarm", Name: c.alarm})
			if len(live) != 1 || fleets[0].Err != nil || len(fleets[0].Notes) != 0 {
				t.Fatalf("%+v", fleets)
			}
			if got := fmt.Sprint(live[0].Spec.(kind.Alarm).Metric.Dimensions); got != c.dimensions {
				t.Errorf("dimensions %s", got)
			}
		})
	}
}

// The dimensions that the author writes stand beside the target's, and a namespace that cannot fit
// the type is said.
func TestFleetWithDimensions(t *testing.T) {
	a := open(t, emulator.Options{})
	a.apply(compile(t, set))
	a.hosts("ec2:instance", "i-0abc")
	state, fleets := a.expand(compile(t, each("ec2:instance", `namespace: AWS/RDS, name: disk, dimensions: {path: /}`)))
	if got := fmt.Sprint(state.Get(resource.Addr{Kind: "alarm", Name: "web/i-0abc"})[0].Spec.(kind.Alarm).Metric.Dimensions); got != "map[InstanceId:i-0abc path:/]" {
		t.Error(got)
	}
	if want := "the metric is of AWS/RDS, and ec2:instance has its metrics in AWS/EC2 or CWAgent: an alarm may never see a value"; fmt.Sprint(fleets[0].Notes) != "["+want+"]" {
		t.Error(fleets[0].Notes)
	}
}

// Names of alarms: two resources never have one, whatever else is in the fleet; they fit into
// CloudWatch's 255 characters; and they can stand in a rule.
func TestFleetNames(t *testing.T) {
	seen := map[string]string{}
	rapid.Check(t, func(t *rapid.T) {
		id := rapid.StringMatching(`[a-zA-Z0-9._/ "-]{1,300}`).Draw(t, "id")
		arn := "arn:aws:dynamodb:us-east-1:111122223333:table/" + id
		name, ok := kind.FleetAlarm("dynamodb:table", strings.Repeat("m", 50), arn, region)
		if !ok {
			t.Fatalf("%q has no alarm", arn)
		}
		if len("watchbill/"+name) > 255 || strings.ContainsAny(name, `"`) {
			t.Fatalf("%q", name)
		}
		if other, taken := seen[name]; taken && other != arn {
			t.Fatalf("%q and %q are both %q", arn, other, name)
		}
		seen[name] = arn
	})
	one, _ := kind.FleetAlarm("dynamodb:table", "m", "arn:aws:dynamodb:us-east-1:111122223333:table/orders", region)
	elsewhere, _ := kind.FleetAlarm("dynamodb:table", "m", "arn:aws:dynamodb:eu-west-1:111122223333:table/orders", region)
	if one != "m/orders" || elsewhere == one || !strings.HasPrefix(elsewhere, "m/orders-") {
		t.Errorf("%q and %q", one, elsewhere)
	}
}

// Alarms are never written faster than CloudWatch lets them be, however many there are.
func TestAlarmsKeepThePace(t *testing.T) {
	if got := awsapi.PerSecond("cloudwatch:PutMetricAlarm", awsapi.DefaultRate); got != 3 {
		t.Errorf("%v a second", got)
	}
	cost := kind.Price(lookAt(t, monitors(90)).cs, nil, awsapi.DefaultRate)
	if cost.Slowest != "cloudwatch:PutMetricAlarm" || cost.Lasts != 30*time.Second || cost.AlarmsAdded != 90 {
		t.Errorf("%+v", cost)
	}
}

// lookAt compares a plan with an account that has only the replication set.
func lookAt(t *testing.T, plan string) *look {
	a := open(t, emulator.Options{})
	a.apply(compile(t, set))
	return a.look(compile(t, plan))
}

// BenchmarkExpand makes the alarms of a fleet, the reading of it included.
func BenchmarkExpand(b *testing.B) {
	for _, n := range []int{1000, 10_000} {
		b.Run(fmt.Sprint(n), func(b *testing.B) {
			a := open(b, emulator.Options{})
			a.apply(compile(b, set))
			for i := 0; i < n; i += 1000 {
				var ids []string
				for j := range 1000 {
					ids = append(ids, fmt.Sprintf("i-%08x", i+j))
				}
				a.hosts("ec2:instance", ids...)
			}
			desired := compile(b, each("ec2:instance", "namespace: AWS/EC2, name: StatusCheckFailed"))
			b.ReportAllocs()
			for b.Loop() {
				if _, fleets := a.expand(desired); len(fleets[0].Targets) != n {
					b.Fatalf("%d targets", len(fleets[0].Targets))
				}
			}
		})
	}
}
