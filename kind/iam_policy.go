package kind

// The least policy for a command, computed from what the kinds say they call, on what,
// and from the names of one plan. What left the plan has names that nobody knows here:
// it is told by the ownership mark.

import (
	"fmt"
	"maps"
	"slices"
	"strings"

	"github.com/watchbill/watchbill/internal/resource"
)

// Policy is an IAM policy document. Statements are sorted by Sid, their lists too.
type Policy struct {
	Version   string
	Statement []PolicyStatement
}

// PolicyStatement is one statement; its effect is always Allow.
type PolicyStatement struct {
	Sid       string
	Effect    string
	Action    []string
	Resource  []string
	Condition Condition `json:",omitempty"`
}

// PolicyFor is what a command does, and to what.
type PolicyFor struct {
	Account Account
	// Command is one of PolicyCommands.
	Command string
	// Desired is the plan, References what it refers to.
	Desired    *resource.State
	References []Reference
	// Prune: what left the plan is deleted.
	Prune bool
	// DropSet is for destroy --replication-set.
	DropSet bool
	// Compact names no resource: all are told by the ownership mark.
	Compact bool
}

// PolicyCommands are what a policy can be for: read is everything that looks at a target
// and leaves addresses alone; plan reads the addresses that a plan refers to, too.
var PolicyCommands = []string{"read", "plan", "apply", "agent", "activate", "respond", "destroy"}

// LeastPolicy is the least policy for a command. It makes no call.
func LeastPolicy(p PolicyFor) Policy {
	b := &policyBuilder{PolicyFor: p, statements: map[string]*PolicyStatement{}}
	switch p.Command {
	case "activate":
		b.activate()
	case "respond":
		b.respond()
	case "destroy":
		b.reads()
		b.leave(true)
	case "apply", "agent":
		b.reads()
		b.references()
		b.writes()
		b.leave(p.Prune)
	case "plan":
		b.reads()
		b.references()
	default:
		b.reads()
		b.asks()
	}
	return b.policy()
}

type policyBuilder struct {
	PolicyFor
	statements map[string]*PolicyStatement
}

func (b *policyBuilder) add(sid string, actions, resources []string, c Condition) {
	s := b.statements[sid]
	if s == nil {
		s = &PolicyStatement{Sid: sid, Effect: "Allow", Condition: c}
		b.statements[sid] = s
	}
	s.Action, s.Resource = append(s.Action, actions...), append(s.Resource, resources...)
}

func (b *policyBuilder) policy() Policy {
	out := Policy{Version: "2012-10-17", Statement: []PolicyStatement{}}
	for _, sid := range slices.Sorted(maps.Keys(b.statements)) {
		s := *b.statements[sid]
		for _, list := range []*[]string{&s.Action, &s.Resource} {
			slices.Sort(*list)
			*list = slices.Compact(*list)
		}
		out.Statement = append(out.Statement, s)
	}
	if b.Compact {
		out.Statement = b.Account.merged(out.Statement)
	}
	return out
}

// reachOf are the parts of a kind's reach that an action acts on.
func reachOf(reach []Reach, action string) []Reach {
	var out []Reach
	for _, r := range reach {
		if slices.Contains(iamActions[action].on, r.Type) {
			out = append(out, r)
		}
	}
	return out
}

// named are the ARNs of a kind's items, none when their names do not tell.
func (b *policyBuilder) named(k Any, r Reach) []string {
	if r.Of == nil || b.Compact {
		return nil
	}
	var out []string
	for _, o := range b.Desired.All() {
		if o.Addr.Kind == k.KindName() {
			out = append(out, b.Account.arns(r.Type, r.Of(o.Addr.Name))...)
		}
	}
	return out
}

// wide adds an action on all resources of a type that are ours; of a type without
// tags, on all.
func (b *policyBuilder) wide(sid string, t *iamType, action string) {
	c := b.Account.ours()
	if t.taggable {
		sid += "Own"
	} else {
		sid, c = sid+"All", nil
	}
	b.add(sid+t.plural, []string{action}, b.Account.arns(t, "*"), c)
}

func (b *policyBuilder) reads() {
	for _, action := range Common.Read {
		b.readOfAll(action)
	}
	for _, k := range All {
		for _, action := range k.KindOperations().Read {
			if on := iamActions[action]; len(on.on) == 0 || on.asksAll {
				b.readOfAll(action)
				continue
			}
			for _, r := range reachOf(k.reach(), action) {
				names := b.named(k, r)
				if len(names) > 0 {
					b.add("Read"+r.Type.plural, []string{action}, names, nil)
				}
				// What is ours and left the plan is read as well. Addresses of people who are not
				// ours are not: channels have no mark to tell them by.
				if r.Type.taggable || b.Compact {
					b.wide("Read", r.Type, action)
				}
			}
		}
	}
}

// readOfAll adds a read of the account, or one that finds out whose something is.
func (b *policyBuilder) readOfAll(action string) {
	on := iamActions[action].on
	if len(on) == 0 {
		b.add("ReadAccount", []string{action}, []string{"*"}, nil)
	}
	for _, t := range on {
		b.add("ReadAll"+t.plural, []string{action}, b.Account.arns(t, "*"), nil)
	}
}

// writes adds what it takes to make and change the plan's own items.
func (b *policyBuilder) writes() {
	for _, k := range All {
		items := slices.DeleteFunc(slices.Clone(b.Desired.All()), func(o *resource.Object) bool { return o.Addr.Kind != k.KindName() })
		if len(items) == 0 {
			continue
		}
		for _, action := range k.KindOperations().Write {
			for _, r := range reachOf(k.reach(), action) {
				b.write(k, r, action)
			}
		}
		for _, o := range items {
			for _, right := range k.beside(b.Account, o) {
				if b.Compact && right.Type != nil && len(right.Resource) > 0 {
					right.Resource = b.Account.arns(right.Type, "*")
				}
				if len(right.Resource) > 0 {
					b.add(right.Sid, right.Action, right.Resource, right.Condition)
				}
			}
		}
	}
}

func (b *policyBuilder) write(k Any, r Reach, action string) {
	if names := b.named(k, r); len(names) > 0 {
		b.add("Write"+r.Type.plural, []string{action}, names, nil)
		return
	}
	makes := iamActions[action].makes
	if makes || tags(action) {
		b.add("Create"+r.Type.plural, []string{action}, b.Account.arns(r.Type, "*"), b.Account.marking())
	}
	if !makes {
		b.wide("Write", r.Type, action)
	}
}

// leave adds what it takes to delete what is ours and not in the plan.
func (b *policyBuilder) leave(deletes bool) {
	for _, k := range All {
		actions := k.KindOperations().Leave
		if !deletes {
			actions = nil
		}
		if b.DropSet {
			actions = slices.Concat(actions, k.KindOperations().Raze)
		}
		for _, action := range actions {
			for _, r := range reachOf(k.reach(), action) {
				if !b.writesOwn(r.Type, action) {
					b.wide("Delete", r.Type, action)
				}
			}
		}
	}
}

// writesOwn reports whether an action on all that is ours is allowed already.
func (b *policyBuilder) writesOwn(t *iamType, action string) bool {
	for _, sid := range []string{"WriteOwn", "WriteAll"} {
		if s := b.statements[sid+t.plural]; s != nil && slices.Contains(s.Action, action) {
			return true
		}
	}
	return false
}

// activate adds what it takes to have codes sent to the plan's channels and to enter them.
func (b *policyBuilder) activate() {
	for _, action := range slices.Concat(Activation.Read, Activation.Write) {
		if len(iamActions[action].on) == 0 {
			b.readOfAll(action)
		}
		for _, r := range reachOf(channel.Reach, action) {
			switch names := b.named(channel, r); {
			case len(names) > 0:
				b.add("Activate"+r.Type.plural, []string{action}, names, nil)
			case b.Compact && iamActions[action].asksAll:
				b.readOfAll(action)
			case b.Compact:
				b.wide("Activate", r.Type, action)
			}
		}
	}
}

// references adds the reading of addresses that the target keeps. A parameter is named by
// its path without the version; the ARN of a secret ends in six letters of AWS's choice.
func (b *policyBuilder) references() {
	for _, ref := range b.References {
		if ref.From == FromParameter {
			name, _, _ := strings.Cut(ref.Ref, ":")
			b.add("ReadParameters", []string{"ssm:GetParameters"},
				[]string{b.Account.arn("ssm", b.Account.Region, "parameter/"+strings.TrimPrefix(name, "/"))}, nil)
			continue
		}
		id, _, _ := strings.Cut(ref.Ref, "#")
		if !strings.HasPrefix(id, "arn:") {
			id = b.Account.arn("secretsmanager", b.Account.Region, "secret:"+id+"-??????")
		}
		b.add("ReadSecrets", []string{"secretsmanager:GetSecretValue"}, []string{id}, nil)
	}
}

// associate is the permission-only action that putting contacts into a rotation or an
// escalation plan takes.
func (a Account) associate(contacts []resource.Addr) Right {
	r := Right{Sid: "AssociateContacts", Type: iamContact, Action: []string{"ssm-contacts:AssociateContact"}}
	for _, c := range contacts {
		r.Resource = append(r.Resource, a.arns(iamContact, c.Name)...)
	}
	return r
}

// incidentManager is what AWS calls the service where roles are passed and made.
const incidentManager = "ssm-incidents.amazonaws.com"

// responsePlanRights: the runbook's role is handed to the service, the secret is tried by
// it, and tags of incidents are checked against who says them.
func responsePlanRights(to Account, name string, p ResponsePlan) []Right {
	var out []Right
	if p.Runbook.Role != "" {
		out = append(out, Right{Sid: "PassRunbookRoles", Type: madeRole(p.Runbook.Role), Action: []string{"iam:PassRole"}, Resource: []string{to.roleARN(p.Runbook.Role)},
			Condition: Condition{"StringEquals": {"iam:PassedToService": {incidentManager}}}})
	}
	if p.PagerDuty.Secret != "" {
		out = append(out, Right{Sid: "ReadPagerDutySecrets", Action: []string{"secretsmanager:GetSecretValue"}, Resource: []string{p.PagerDuty.Secret}})
	}
	if len(p.IncidentTags) > 0 {
		out = append(out, Right{Sid: "TagIncidents", Type: iamIncident, Action: []string{"ssm-incidents:TagResource"}, Resource: to.arns(iamIncident, name)})
	}
	return out
}

// madeRole is the type of a role that the plan makes; nil for somebody else's, which has to stand
// by its name also in a compact policy.
func madeRole(ref string) *iamType {
	if _, ok := own(ref); ok {
		return iamRole
	}
	return nil
}

// roleARN is the ARN of the role that a reference means.
func (a Account) roleARN(ref string) string {
	if addr, ok := own(ref); ok {
		return a.arn("iam", "", "role"+rolePath+roleName(addr.Name))
	}
	return ref
}

// setRights: with the set AWS makes its own role, and grants itself the use of customer
// keys [guide].
func setRights(to Account, _ string, s ReplicationSet) []Right {
	out := []Right{{Sid: "CreateServiceRole", Action: []string{"iam:CreateServiceLinkedRole"},
		Resource:  []string{to.arn("iam", "", fmt.Sprintf("role/aws-service-role/%s/AWSServiceRoleForIncidentManager", incidentManager))},
		Condition: Condition{"StringEquals": {"iam:AWSServiceName": {incidentManager}}}}}
	for _, r := range s.Regions {
		if r.KMSKey != "" {
			out = append(out, Right{Sid: "UseKeys", Action: []string{"kms:CreateGrant", "kms:DescribeKey"}, Resource: []string{r.KMSKey},
				// The guide prints the services without a Region; elsewhere AWS has it in their names.
				Condition: Condition{"StringLike": {"kms:ViaService": {"ssm-contacts.*.amazonaws.com", "ssm-contacts.amazonaws.com",
					"ssm-incidents.*.amazonaws.com", "ssm-incidents.amazonaws.com"}}}})
		}
	}
	return out
}
