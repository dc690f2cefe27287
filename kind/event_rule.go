package kind

import (
	"cmp"
	"context"
	"fmt"
	"slices"
	"strings"
	"time"

	"github.com/aws/aws-sdk-go-v2/aws"
	"github.com/aws/aws-sdk-go-v2/service/eventbridge"
	"github.com/aws/aws-sdk-go-v2/service/eventbridge/types"

	"github.com/watchbill/watchbill/compiler/ast"
	"github.com/watchbill/watchbill/internal/resource"
)

// EventRule starts an incident for every event that has its pattern. Of the rule's targets
// one is ours; those of others are left alone as long as the rule is there.
type EventRule struct {
	Bus         string `json:"bus" diff:"replace"` // "" is the account's default one
	Description string `json:"description"`
	Pattern     string `json:"pattern"` // canonical JSON
	Disabled    bool   `json:"disabled"`

	// What follows is our target's.
	ResponsePlan string `json:"response_plan"` // address or ARN
	Role         string `json:"role"`          // that starts the incident: address or ARN
	MaxAge       int    `json:"max_age"`       // seconds that an event is tried for; 0 if both are the default
	MaxRetries   int    `json:"max_retries"`
	DeadLetter   string `json:"dead_letter"` // ARN of a queue for what could not be delivered

	Tags map[string]string `json:"tags"`

	Others    []string `json:"others" diff:"note"`     // ARNs of what else the rule delivers to
	ManagedBy string   `json:"managed_by" diff:"note"` // the AWS service whose rule it is, "" for none
}

const eventRuleKind = "event_rule"

var eventRule = &Kind[EventRule]{
	Name:      eventRuleKind,
	Neighbour: eventRuleNeighbour,
	Desired:   desiredEventRules,
	Needs:     func(r EventRule) []resource.Addr { return owned(r.ResponsePlan, r.Role) },
	Tags:      func(r EventRule) map[string]string { return r.Tags },
	List:      listEventRules,
	Read:      readEventRule,
	Create:    createEventRule,
	Update:    updateEventRule,
	Delete:    deleteEventRule,
	Notes:     eventRuleNotes,
	Refuse:    refuseEventRule,
	Operations: Operations{
		Read: []string{"events:ListTagsForResource", "events:DescribeRule", "events:ListTargetsByRule"},
		Write: []string{"events:PutRule", "events:PutTargets", "events:RemoveTargets", "events:DeleteRule",
			"events:TagResource", "events:UntagResource"},
		Leave: []string{"events:RemoveTargets", "events:DeleteRule"},
	},
	Reach:  []Reach{{iamRule, ownName}},
	Beside: eventRuleRights,
}

var eventRuleNeighbour = &Neighbour{Type: "events:rule"}

// The retries of a target that says nothing of them, which are the most there can be [eb].
const (
	defaultMaxAge     = 24 * 60 * 60
	defaultMaxRetries = 185
)

func desiredEventRules(p *ast.Plan, add func(Item[EventRule])) {
	for _, r := range p.EventRules {
		spec := EventRule{
			Bus: busName(r.Bus.V), Description: r.Description.V, Pattern: canonicalPattern(r.Pattern.V), Disabled: r.Disabled.V,
			ResponsePlan: r.ResponsePlan.V, Role: eventRoleRef(r),
			MaxAge:     int(r.MaxAge.Or(defaultMaxAge*time.Second) / time.Second),
			MaxRetries: r.MaxRetries.Or(defaultMaxRetries), DeadLetter: r.DeadLetter.V,
			Tags: tagged(r.Tags, r.Protect),
		}.canonical()
		if r.Plan != nil {
			spec.ResponsePlan = resource.Addr{Kind: responsePlanKind, Name: r.Plan.Name.V}.String()
		}
		add(Item[EventRule]{Name: r.Name.V, Spec: spec, Origin: r.Name.Pos(), Protect: r.Protect.V})
	}
}

// canonical leaves away the retries that nobody has chosen.
func (r EventRule) canonical() EventRule {
	if r.MaxAge == defaultMaxAge && r.MaxRetries == defaultMaxRetries {
		r.MaxAge, r.MaxRetries = 0, 0
	}
	return r
}

// eventRoleRef is the role that starts the incident: the one that is made for the rule, or an
// ARN.
func eventRoleRef(r *ast.EventRule) string {
	return r.Role.Or(resource.Addr{Kind: roleKind, Name: fit(eventRole+r.Name.V, maxRole)}.String())
}

// busName is a bus by its name, whether it was written as that or as an ARN; "" is the
// default one.
func busName(bus string) string {
	if strings.HasPrefix(bus, "arn:") {
		_, bus, _ = strings.Cut(bus, ":event-bus/")
	}
	if bus == "default" {
		return ""
	}
	return bus
}

// ruleARN is a rule's ARN. The default bus does not stand in it.
func (e *Env) ruleARN(bus, name string) string {
	if bus != "" {
		bus += "/"
	}
	return e.arn("events", e.aws.Region(), "rule/"+bus+ownName(name))
}

// busOf is the bus of a rule's ARN as calls want it. Buses of partners have slashes in their
// names.
func busOf(arn string) *string {
	_, path, _ := strings.Cut(arn, ":rule/")
	if i := strings.LastIndexByte(path, '/'); i >= 0 {
		return aws.String(path[:i])
	}
	return nil
}

func listEventRules(ctx context.Context, env *Env, _ *Found) ([]Found, error) {
	return env.candidates(ctx, eventRuleKind, eventRuleNeighbour, func(o *resource.Object) string {
		return env.ruleARN(o.Spec.(EventRule).Bus, o.Addr.Name)
	})
}

func readEventRule(ctx context.Context, env *Env, f Found) (EventRule, bool, error) {
	out, err := env.aws.Events.DescribeRule(ctx, &eventbridge.DescribeRuleInput{Name: aws.String(nameIn(f.ID)), EventBusName: busOf(f.ID)})
	if err != nil {
		return EventRule{}, false, unlessGone(err)
	}
	spec := EventRule{
		Bus: busName(aws.ToString(out.EventBusName)), Description: aws.ToString(out.Description), Pattern: canonicalPattern(aws.ToString(out.EventPattern)),
		Disabled: out.State == types.RuleStateDisabled, MaxAge: defaultMaxAge, MaxRetries: defaultMaxRetries,
		Tags: f.comparableTags(), ManagedBy: aws.ToString(out.ManagedBy),
	}
	if schedule := aws.ToString(out.ScheduleExpression); schedule != "" {
		spec.Pattern += " " + schedule // what no plan says
	}
	targets, err := env.ruleTargets(ctx, f.ID)
	if err != nil {
		return EventRule{}, false, unlessGone(err)
	}
	wanted := env.wantedRule(f.Name)
	for _, t := range targets {
		if aws.ToString(t.Id) == ruleTarget {
			spec.observeTarget(env, t, wanted)
		} else {
			spec.Others = append(spec.Others, aws.ToString(t.Arn))
		}
	}
	slices.Sort(spec.Others)
	return spec.canonical(), true, nil
}

func (e *Env) wantedRule(name string) EventRule {
	for _, o := range e.desired.Get(resource.Addr{Kind: eventRuleKind, Name: name}) {
		return o.Spec.(EventRule)
	}
	return EventRule{}
}

// createEventRule makes the rule and then its target: a rule without one does nothing.
func createEventRule(ctx context.Context, env *Env, name string, want EventRule) (string, error) {
	id := env.ruleARN(want.Bus, name)
	in := want.rule(id)
	in.Tags = eventTags(env.marked(want.Tags))
	out, err := env.aws.Events.PutRule(ctx, in)
	if err != nil {
		return "", err
	}
	id = cmp.Or(aws.ToString(out.RuleArn), id)
	return id, env.putTarget(ctx, id, want)
}

// updateEventRule writes the rule only when it differs, as AWS replaces all of it; and the
// target when that differs or when nothing does: then what it refers to was replaced.
func updateEventRule(ctx context.Context, env *Env, f Found, have, want EventRule) error {
	if len(resource.Fields(have.ruleOnly(), want.ruleOnly())) > 0 {
		if _, err := env.aws.Events.PutRule(ctx, want.rule(f.ID)); err != nil {
			return err
		}
	}
	if len(resource.Fields(have.targetOnly(), want.targetOnly())) > 0 || len(resource.Fields(have, want)) == 0 {
		if err := env.putTarget(ctx, f.ID, want); err != nil {
			return err
		}
	}
	return env.setTags(ctx, f.ID, have.Tags, want.Tags)
}

func (r EventRule) ruleOnly() EventRule {
	return EventRule{Description: r.Description, Pattern: r.Pattern, Disabled: r.Disabled}
}

func (r EventRule) targetOnly() EventRule {
	r.Bus, r.Description, r.Pattern, r.Disabled, r.Tags = "", "", "", false, nil
	return r
}

// rule is the whole rule: what PutRule is not told goes back to its default.
func (r EventRule) rule(id string) *eventbridge.PutRuleInput {
	in := &eventbridge.PutRuleInput{Name: aws.String(nameIn(id)), EventBusName: busOf(id), EventPattern: &r.Pattern,
		Description: orNil(r.Description), State: types.RuleStateEnabled}
	if r.Disabled {
		in.State = types.RuleStateDisabled
	}
	return in
}

// deleteEventRule takes all targets away first, because AWS keeps a rule that has any.
func deleteEventRule(ctx context.Context, env *Env, f Found, _ EventRule) error {
	targets, err := env.ruleTargets(ctx, f.ID)
	if err != nil {
		return unlessGone(err)
	}
	if err := env.removeTargets(ctx, f.ID, targets); unlessGone(err) != nil {
		return err
	}
	_, err = env.aws.Events.DeleteRule(ctx, &eventbridge.DeleteRuleInput{Name: aws.String(nameIn(f.ID)), EventBusName: busOf(f.ID)})
	return unlessGone(err)
}

func refuseEventRule(have, _ *EventRule) (why, lift string) {
	if have == nil || have.ManagedBy == "" {
		return "", ""
	}
	return "the rule is managed by " + have.ManagedBy + ", which alone may change it", "give the event rule another name in the plan"
}

func eventRuleNotes(have, want *EventRule) []string {
	if have == nil {
		return nil
	}
	var out []string
	if migrated(have.ResponsePlan) || slices.ContainsFunc(have.Others, migrated) {
		out = append(out, "it makes OpsItems of Systems Manager: the runbook AWS-MigrateIncidentManagerEventBridgeRules rewrites rules like that; "+
			"if that was meant, take the event rule out of the plan")
	}
	if n := len(have.Others); n > 0 {
		what := "stays on it"
		if want == nil {
			what = "goes with it"
		}
		out = append(out, fmt.Sprintf("what somebody else has it deliver to %s: %s", what, strings.Join(have.Others, ", ")))
	}
	return out
}

// migrated reports a target of those that AWS's runbooks put in the place of response plans.
func migrated(arn string) bool { return strings.Contains(arn, ":opsitem") }

// eventRuleRights: the role is handed to EventBridge.
func eventRuleRights(to Account, _ string, r EventRule) []Right {
	return []Right{{Sid: "PassEventRoles", Type: madeRole(r.Role), Action: []string{"iam:PassRole"}, Resource: []string{to.roleARN(r.Role)},
		Condition: Condition{"StringEquals": {"iam:PassedToService": {eventBridge}}}}}
}

// eventBridge is what AWS calls the service where roles trust it.
const eventBridge = "events.amazonaws.com"
