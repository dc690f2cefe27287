package kind_test

import (
	"errors"
	"net/http"
	"net/http/httptest"
	"slices"
	"strings"
	"testing"
	"testing/synctest"

	"github.com/aws/aws-sdk-go-v2/aws"
	"github.com/aws/aws-sdk-go-v2/service/eventbridge"
	"github.com/aws/aws-sdk-go-v2/service/eventbridge/types"
	"github.com/aws/aws-sdk-go-v2/service/ssmincidents"
	"github.com/aws/smithy-go"

	"github.com/watchbill/watchbill/emulator"
	"github.com/watchbill/watchbill/internal/resource"
	"github.com/watchbill/watchbill/kind"
)

// furnish makes what plans only name: an event bus, and rooms whose owners let AWS in.
func (a *account) furnish() *account {
	a.t.Helper()
	_, err := a.hand.Events.CreateEventBus(a.t.Context(), &eventbridge.CreateEventBusInput{Name: aws.String("orders")})
	a.must(err)
	for _, team := range []string{`{"slack":"T0DDDDDDD"}`,
		`{"team":"11111111-2222-3333-4444-555555555555","tenant":"66666666-7777-8888-9999-000000000000"}`,
		`{"team":"aaaaaaaa-2222-3333-4444-555555555555","tenant":"66666666-7777-8888-9999-000000000000"}`} {
		a.authorise(http.MethodPost, team)
	}
	return a
}

// authorise is what a person clicks in the console, or takes back.
func (a *account) authorise(method, team string) {
	a.t.Helper()
	w := httptest.NewRecorder()
	a.base.ServeHTTP(w, httptest.NewRequest(method, "http://127.0.0.1/_watchbill/chat", strings.NewReader(team)))
	if w.Code != http.StatusOK {
		a.t.Fatalf("%s: %s", team, w.Body)
	}
}

var (
	healthRule = aws.String("watchbill-health")
	theirs     = types.Target{Id: aws.String("theirs"), Arn: aws.String("arn:aws:sqs:us-east-1:111122223333:theirs")}
)

func (a *account) putTarget(t types.Target) {
	a.t.Helper()
	_, err := a.hand.Events.PutTargets(a.t.Context(), &eventbridge.PutTargetsInput{Rule: healthRule, Targets: []types.Target{t}})
	a.must(err)
}

func (a *account) targets() map[string]types.Target {
	a.t.Helper()
	out, err := a.hand.Events.ListTargetsByRule(a.t.Context(), &eventbridge.ListTargetsByRuleInput{Rule: healthRule})
	a.must(err)
	all := map[string]types.Target{}
	for _, t := range out.Targets {
		all[*t.Id] = t
	}
	return all
}

// failsEntry answers a call with success, and says inside that its entry was not taken.
func failsEntry(code string) func(pass) (*http.Response, error) {
	return func(pass) (*http.Response, error) {
		return answer(http.StatusOK, "", `{"FailedEntryCount":1,"FailedEntries":[{"TargetId":"watchbill","ErrorCode":"`+code+`","ErrorMessage":"not now"}]}`), nil
	}
}

func onOp(op string) func(call) bool { return func(c call) bool { return c.op == op } }

// An entry that EventBridge did not take is a failure, with its code and reason, although the
// call succeeds; and the next pass finishes.
func TestFailedEntryIsFailure(t *testing.T) {
	for _, op := range []string{"events:PutTargets", "events:RemoveTargets"} {
		a := open(t, emulator.Options{})
		desired := compile(t, rulePlan)
		if op == "events:RemoveTargets" {
			a.apply(desired)
			desired = compile(t, set)
		}
		a.wire.meddling(only(onOp(op), failsEntry("InternalFailure")))
		l, failed := a.look(desired), error(nil)
		for _, s := range l.steps() {
			if err := kind.Do(t.Context(), l.env, s); err != nil {
				failed = err
			}
		}
		if failed == nil || !strings.Contains(failed.Error(), op+": not now (InternalFailure)") {
			t.Errorf("%s: %v", op, failed)
		}
		a.wire.meddling(nil)
		a.apply(desired)
	}
}

// What somebody else's writes kept from being taken is tried again, for a while.
func TestConcurrentModificationIsTriedAgain(t *testing.T) {
	const code = "ConcurrentModificationException"
	for what, trouble := range map[string]func(pass) (*http.Response, error){"the call": fails(code, http.StatusBadRequest), "the entry": failsEntry(code)} {
		for _, times := range []int{2, 100} {
			synctest.Test(t, func(t *testing.T) {
				a := open(t, emulator.Options{})
				left := times
				a.wire.meddling(func(c call, p pass) (*http.Response, error) {
					if c.op == "events:PutTargets" && left > 0 {
						left--
						return trouble(p)
					}
					return p()
				})
				l, failed := a.look(compile(t, rulePlan)), error(nil)
				for _, s := range l.steps() {
					if err := kind.Do(t.Context(), l.env, s); err != nil {
						failed = err
					}
				}
				var api smithy.APIError
				if (failed != nil) != (times == 100) || failed != nil && (!errors.As(failed, &api) || api.ErrorCode() != code) {
					t.Errorf("%s, %d times: %v", what, times, failed)
				}
			})
		}
	}
}

// A new role is not known everywhere at once; a role that is refused for good is an error.
func TestNewRoleIsWaitedFor(t *testing.T) {
	unknown := func(p pass) (*http.Response, error) {
		return answer(http.StatusBadRequest, "ValidationException",
			`{"__type":"ValidationException","message":"Provided role 'arn:aws:iam::111122223333:role/x' cannot be assumed by principal 'events.amazonaws.com'."}`), nil
	}
	for _, c := range []struct {
		plan   string
		times  int
		passes bool
	}{
		{rulePlan, 4, true}, {rulePlan, 100, false},
		{strings.Replace(rulePlan, "  health:\n", "  health:\n    role: arn:aws:iam::111122223333:role/theirs\n", 1), 1, false},
	} {
		synctest.Test(t, func(t *testing.T) {
			a := open(t, emulator.Options{})
			left := c.times
			a.wire.meddling(func(call call, p pass) (*http.Response, error) {
				if call.op == "events:PutTargets" && left > 0 {
					left--
					return unknown(p)
				}
				return p()
			})
			l, failed := a.look(compile(t, c.plan)), error(nil)
			for _, s := range l.steps() {
				if err := kind.Do(t.Context(), l.env, s); err != nil {
					failed = err
				}
			}
			if (failed == nil) != c.passes {
				t.Errorf("refused %d times: %v", c.times, failed)
			}
		})
	}
}

// Targets of others stay on our rule as long as it is there, and are named when it changes or
// goes; what somebody makes of our own target is put right.
func TestTargetsOfOthers(t *testing.T) {
	a := open(t, emulator.Options{})
	a.apply(compile(t, rulePlan))
	a.putTarget(theirs)
	a.settled(compile(t, rulePlan))
	changed := compile(t, replaced(rulePlan, "max_attempts: 3", "max_attempts: 4"))
	l := a.look(changed).expect("update event_rule/health max_retries").do()
	if notes := strings.Join(l.cs.Changes[0].Notes, "; "); !strings.Contains(notes, "stays on it: "+*theirs.Arn) {
		t.Errorf("notes: %s", notes)
	}
	if got := a.targets(); len(got) != 2 || *got["theirs"].Arn != *theirs.Arn {
		t.Errorf("targets: %v", got)
	}

	ours := a.targets()["watchbill"]
	ours.Input = aws.String(`{"x":1}`)
	a.putTarget(ours)
	a.look(changed).expect("update event_rule/health response_plan").do()
	a.settled(changed)
	if a.targets()["watchbill"].Input != nil {
		t.Error("the input stands")
	}

	l = a.look(compile(t, set))
	i := slices.IndexFunc(l.cs.Changes, func(c *resource.Change) bool { return c.Addr.Kind == "event_rule" })
	if notes := strings.Join(l.cs.Changes[i].Notes, "; "); !strings.Contains(notes, "goes with it: "+*theirs.Arn) {
		t.Errorf("notes: %s", notes)
	}
	l.do()
	a.settled(compile(t, set))
}

// AWS's runbook for leaving Incident Manager puts OpsItems in the place of response plans. The
// difference says so.
func TestMigratedRule(t *testing.T) {
	ops := types.Target{Arn: aws.String("arn:aws:ssm:us-east-1:111122223333:opsitem"), RoleArn: aws.String("arn:aws:iam::111122223333:role/ops")}
	for _, id := range []string{"watchbill", "ops"} {
		a := open(t, emulator.Options{})
		a.apply(compile(t, rulePlan))
		ops.Id = &id
		if id != "watchbill" {
			_, err := a.hand.Events.RemoveTargets(t.Context(), &eventbridge.RemoveTargetsInput{Rule: healthRule, Ids: []string{"watchbill"}})
			a.must(err)
		}
		a.putTarget(ops)
		l := a.look(compile(t, rulePlan))
		if len(l.cs.Changes) != 1 || !slices.ContainsFunc(l.cs.Changes[0].Notes, func(n string) bool { return strings.Contains(n, "AWS-MigrateIncidentManagerEventBridgeRules") }) {
			t.Errorf("%s:\n%s", id, l)
		}
		l.do()
		a.settled(compile(t, rulePlan))
	}
}

// The role that is made is right the first time: an event starts an incident with it, tags
// and all, and one that the pattern does not have starts none.
func TestEventStartsIncident(t *testing.T) {
	for _, bus := range []string{"default", "orders"} {
		a := open(t, emulator.Options{}).furnish()
		a.apply(compile(t, set+`
response_plans:
  down: {title: It is down, impact: high, incident_tags: {service: web}}
event_rules:
  paid:
    response_plan: down
    bus: `+bus+`
    pattern: {source: [shop], detail: {state: [failed]}}
`))
		for _, state := range []string{"fine", "failed"} {
			out, err := a.hand.Events.PutEvents(t.Context(), &eventbridge.PutEventsInput{Entries: []types.PutEventsRequestEntry{{
				Source: aws.String("shop"), DetailType: aws.String("Payment"), Detail: aws.String(`{"state":"` + state + `"}`), EventBusName: &bus}}})
			a.must(err)
			if out.FailedEntryCount != 0 {
				t.Fatalf("%+v", out.Entries)
			}
		}
		incidents, err := a.hand.Incidents.ListIncidentRecords(t.Context(), &ssmincidents.ListIncidentRecordsInput{})
		a.must(err)
		if n := len(incidents.IncidentRecordSummaries); n != 1 {
			t.Errorf("%d incidents from the bus %s", n, bus)
		}
	}
}
