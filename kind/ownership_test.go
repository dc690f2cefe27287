package kind_test

import (
	"errors"
	"net/http"
	"strings"
	"testing"

	"github.com/aws/aws-sdk-go-v2/aws"
	"github.com/aws/aws-sdk-go-v2/service/ssmcontacts"
	"github.com/aws/aws-sdk-go-v2/service/ssmcontacts/types"
	"github.com/aws/aws-sdk-go-v2/service/ssmincidents"
	incidenttypes "github.com/aws/aws-sdk-go-v2/service/ssmincidents/types"

	"github.com/watchbill/watchbill/emulator"
	"github.com/watchbill/watchbill/internal/awsapi"
	"github.com/watchbill/watchbill/internal/resource"
	"github.com/watchbill/watchbill/kind"
)

const all = set + people + `
escalation_plans:
  web: {stages: [{page: [aiko], wait: 10m}, {page: [ben], wait: 10m}]}
response_plans:
  down: {title: It is down, impact: high, engage: [web]}
`

// staffed is the plan "all" with a schedule.
const staffed = all + `
schedules:
  primary:
    name: Primary
    rotations:
      weekly:
        timezone: Asia/Tokyo
        starts: 2026-12-07T09:00
        members: [aiko, ben]
        on_call: 1
        every: 1 week
        handoff: [mon 09:00]
        overrides:
          - {from: 2026-12-24T09:00, to: 2026-12-26T09:00, members: [ben]}
`

// whole is the plan "staffed" with all there is in AWS's other services.
const whole = staffed + neighbours

// neighbours is a plan file beside another one.
const neighbours = `
-- neighbours.yaml --
runbooks:
  diagnose: {source: diagnose.yaml, role: {create: true}}
chat_channels:
  ops: {slack: {workspace: T0AAAAAAA, channel: C0BBBBBBB}}
response_plans:
  busy: {title: It is busy, impact: high, runbook: diagnose, chat: [ops]}
event_rules:
  health: {response_plan: busy, pattern: {source: [aws.health]}}
monitors:
  hot:
    response_plan: busy
    metric: {namespace: AWS/EC2, name: CPUUtilization, statistic: Average, period: 5m, dimensions: {InstanceId: i-1}}
    when: {at_least: 90}
    mute: [{starts: cron(0 2 * * SUN), for: 4h}]
  any: {response_plan: busy, composite: {any: [hot]}}
` + diagnose + `
`

// handMade makes contact/aiko, escalation_plan/web, response_plan/down and the
// replication set as somebody would by hand, with tags or without.
func (a *account) handMade(tags map[string]string) {
	a.t.Helper()
	ctx := a.t.Context()
	var list []types.Tag
	for k, v := range tags {
		list = append(list, types.Tag{Key: aws.String(k), Value: aws.String(v)})
	}
	_, err := a.hand.Incidents.CreateReplicationSet(ctx, &ssmincidents.CreateReplicationSetInput{
		Regions: map[string]incidenttypes.RegionMapInputValue{region: {}}, Tags: tags})
	for alias, kind := range map[string]types.ContactType{"aiko": types.ContactTypePersonal, "web": types.ContactTypeEscalation} {
		if err == nil {
			_, err = a.hand.Contacts.CreateContact(ctx, &ssmcontacts.CreateContactInput{
				Alias: &alias, Type: kind, Plan: &types.Plan{Stages: []types.Stage{}}, Tags: list})
		}
	}
	if err == nil {
		_, err = a.hand.Incidents.CreateResponsePlan(ctx, &ssmincidents.CreateResponsePlanInput{Name: aws.String("down"), Tags: tags,
			IncidentTemplate: &incidenttypes.IncidentTemplate{Title: aws.String("By hand"), Impact: aws.Int32(5)}})
	}
	if err != nil {
		a.t.Fatal(err)
	}
}

// What does not carry our mark is refused when the plan has its name, and left alone
// when it has not: nothing is read from inside it, nothing is written.
func TestWhatIsNotOurs(t *testing.T) {
	for name, tags := range map[string]map[string]string{
		"unmarked":        {"team": "web"},
		"without any tag": nil,
		"another owner's": {"watchbill-owner": "somebody", "team": "web"},
	} {
		t.Run(name, func(t *testing.T) {
			a := open(t, emulator.Options{})
			a.handMade(tags)
			a.look(compile(t, all)).expect(`
				create channel/ben/mail
				create channel/ben/text
				create contact/ben
				create engagement_plan/ben
				refused foreign contact/aiko
				refused foreign escalation_plan/web
				refused foreign replication_set/default
				refused foreign response_plan/down`)
			a.look(&resource.State{}).expect("")
			for _, c := range a.wire.taken() {
				if isWrite(c.op) || strings.HasPrefix(c.op, "ssm-contacts:Get") || strings.HasPrefix(c.op, "ssm-incidents:GetRes") || c.op == "ssm-contacts:ListContactChannels" {
					t.Errorf("%s was called", c.op)
				}
			}
		})
	}
}

// The sentences of a refusal name the owner, and what to do; a set that is there can
// be used without being owned.
func TestRefusalsSayWhatToDo(t *testing.T) {
	a := open(t, emulator.Options{})
	a.handMade(map[string]string{"watchbill-owner": "somebody"})
	for _, r := range a.look(compile(t, all)).cs.Refusals {
		if !strings.Contains(r.Why, `"somebody"`) || r.Lift == "" {
			t.Errorf("%+v", r)
		}
		if r.Addr.Kind == "replication_set" && !strings.Contains(r.Lift, "replication_set section out of the plan") {
			t.Errorf("%+v", r)
		}
	}
}

// A plan without the section uses the account's set, whoever made it.
func TestSetThatIsNotOursCanBeUsed(t *testing.T) {
	a := open(t, emulator.Options{})
	a.handMade(nil)
	a.apply(compile(t, replaced(people, "aiko", "chie")))
}

// Between the comparison and the change somebody may take a resource over. It is
// asked before the first thing done to it, and to what lives below it.
func TestTakenOverMeanwhile(t *testing.T) {
	a := open(t, emulator.Options{})
	a.apply(compile(t, all))
	steps := map[string]string{
		"update contact": replaced(all, "  aiko:\n", "  aiko:\n    name: Aiko Sato\n"),
		"update channel": replaced(all, "aiko@", "sato@"),
		"delete contact": set + "response_plans: {down: {title: It is down, impact: high}}",
		"create channel": replaced(all, `text: {sms: "+12025550101"}, `, `text: {sms: "+12025550101"}, cell: {sms: "+12025550109"}, `, "[mail, text, phone]", "[mail, text, phone, cell]"),
	}
	for name, plan := range steps {
		t.Run(name, func(t *testing.T) {
			a := a.on(t)
			l := a.look(compile(t, plan))
			a.tag("aiko", "watchbill-owner", "others")
			defer a.tag("aiko", "watchbill-owner", a.owner)
			a.wire.taken()
			for _, s := range l.steps() {
				about := s.Change.Addr
				if about.Name != "aiko" && !strings.HasPrefix(about.Name, "aiko/") {
					continue
				}
				if err := kind.Do(t.Context(), l.env, s); err == nil || !strings.Contains(err.Error(), "no longer carries our ownership mark") {
					t.Errorf("%s: %v", about, err)
				}
			}
			for op, n := range a.wire.counted() {
				if op != "ssm-contacts:ListTagsForResource" || n != 1 {
					t.Errorf("%d calls of %s", n, op)
				}
			}
		})
	}
}

// tag sets a tag of a contact by hand.
func (a *account) tag(alias, key, value string) {
	a.t.Helper()
	if _, err := a.hand.Contacts.TagResource(a.t.Context(), &ssmcontacts.TagResourceInput{ResourceARN: contactID(alias),
		Tags: []types.Tag{{Key: &key, Value: &value}}}); err != nil {
		a.t.Fatal(err)
	}
}

// Protection is written on what lives, because an item that left the plan can no
// longer speak for itself; a channel's stands on its contact.
func TestProtection(t *testing.T) {
	guarded := replaced(all, "  ben:\n", "  ben:\n    protect: true\n",
		`text: {sms: "+12025550101"}`, `text: {sms: "+12025550101", protect: true}`,
		"web: {stages", "web: {protect: true, stages", "down: {title", "down: {protect: true, title")
	a := open(t, emulator.Options{})
	a.apply(compile(t, guarded))
	a.look(compile(t, set+`
contacts:
  aiko: {channels: {mail: {email: aiko@example.com}, phone: {voice: "+12025550101"}}}
`)).expect(`
		update contact/aiko tags
		delete engagement_plan/aiko
		refused protected channel/aiko/text
		refused protected channel/ben/mail
		refused protected channel/ben/text
		refused protected contact/ben
		refused protected engagement_plan/ben
		refused protected escalation_plan/web
		refused protected response_plan/down`)
	a.look(compile(t, replaced(guarded, "text: {sms: \"+12025550101\"", "text: {voice: \"+12025550103\""))).expect(`
		update engagement_plan/aiko (channel/aiko/text is replaced)
		refused protected channel/aiko/text`)
	a.apply(compile(t, all))
	a.apply(compile(t, set+people))
}

// An account without a replication set is read without asking for what cannot be
// there; a plan that brings none is told what is missing.
func TestAccountWithoutASet(t *testing.T) {
	a := open(t, emulator.Options{})
	env, _ := a.env(compile(t, people))
	var none *kind.NoReplicationSetError
	if _, err := kind.Observe(t.Context(), env, 4); !errors.As(err, &none) {
		t.Errorf("a plan without a set: %v", err)
	}
	a.wire.taken()
	a.look(compile(t, set+people)).expect(`
		create channel/aiko/mail
		create channel/aiko/phone
		create channel/aiko/text
		create channel/ben/mail
		create channel/ben/text
		create contact/aiko
		create contact/ben
		create engagement_plan/aiko
		create engagement_plan/ben
		create replication_set/default`)
	// What left the plan in the other services may be there all the same.
	if got := a.wire.counted(); len(got) != 4 || got["sts:GetCallerIdentity"] != 1 || got["ssm-incidents:ListReplicationSets"] != 1 ||
		got["tag:GetResources"] != 1 || got["iam:ListRoles"] != 1 {
		t.Errorf("calls: %v", got)
	}
	a.look(&resource.State{}).expect("")
}

// AWS takes no new customers: the sentence says so, and names the way out.
func TestClosedAccount(t *testing.T) {
	a := open(t, emulator.Options{ClosedAccount: true})
	l := a.look(compile(t, set))
	err := kind.Do(t.Context(), l.env, l.steps()[0])
	sentence, hint := awsapi.Explain(err)
	if !awsapi.IsAccountGate(err) || !strings.Contains(sentence, "no new customers") || !strings.Contains(hint, "embedded target") {
		t.Errorf("%v: %q, %q", err, sentence, hint)
	}
}

// One name moves from a person to an escalation plan and back. Both are contacts in
// AWS, so the old one goes first.
func TestAliasMovesBetweenKinds(t *testing.T) {
	person := set + people + `
  web:
    channels: {mail: {email: web@example.com}, text: {sms: "+12025550103"}}
    engagement_plan: [{page: [mail, text], wait: 5m}]
response_plans:
  down: {title: It is down, impact: high, engage: [web]}
`
	a := open(t, emulator.Options{})
	a.apply(compile(t, all))
	a.look(compile(t, person)).expect(`
		create channel/web/mail
		create channel/web/text
		create contact/web
		create engagement_plan/web
		delete escalation_plan/web
		update response_plan/down engage`).do()
	a.settled(compile(t, person))
	a.look(compile(t, all)).expect(`
		delete channel/web/mail
		delete channel/web/text
		delete contact/web
		delete engagement_plan/web
		create escalation_plan/web
		update response_plan/down engage`).do()
	a.settled(compile(t, all))
}

// A name that a resource of another kind holds and keeps is refused, also when that
// is a schedule, which no plan can say yet.
func TestNameHeldByAnotherKind(t *testing.T) {
	a := open(t, emulator.Options{})
	a.apply(compile(t, all))
	if _, err := a.hand.Contacts.CreateContact(t.Context(), &ssmcontacts.CreateContactInput{Alias: aws.String("primary"),
		Type: types.ContactTypeOncallSchedule, Plan: &types.Plan{RotationIds: []string{}}}); err != nil {
		t.Fatal(err)
	}
	l := a.look(compile(t, replaced(all, "  ben:", "  primary:", "[ben]", "[primary]")))
	if len(l.cs.Refusals) != 1 || l.cs.Refusals[0].Guard != "name-taken" || !strings.Contains(l.cs.Refusals[0].Why, "schedule/primary has the name") {
		t.Errorf("got:\n%s\n%v", l, l.cs.Refusals)
	}
}

// Contacts and plans that other accounts share are listed beside ours; they are
// neither read nor refused.
func TestSharedByOthersIsNotOurs(t *testing.T) {
	a := open(t, emulator.Options{})
	desired := compile(t, all)
	a.apply(desired)
	a.wire.meddling(func(c call, p pass) (*http.Response, error) {
		res, err := p()
		if err == nil && (c.op == "ssm-contacts:ListContacts" || c.op == "ssm-incidents:ListResponsePlans") {
			return withOthers(res)
		}
		return res, err
	})
	a.settled(desired)
}
