package kind

// The roles that are made for event rules and chat channels.

import (
	"strings"

	"github.com/watchbill/watchbill/compiler/ast"
	"github.com/watchbill/watchbill/internal/policy"
)

// eventRoles let EventBridge start incidents of one response plan for one rule.
func eventRoles(p *ast.Plan, add func(Item[Role])) {
	for _, r := range p.EventRules {
		if addr, made := own(eventRoleRef(r)); made {
			add(Item[Role]{
				Name:    addr.Name,
				Spec:    Role{Trust: []policy.Statement{serviceTrust(eventBridge, ownRule(r))}, Allow: startRights(r), Tags: tagged(r.Tags, r.Protect)},
				Origin:  r.Name.Pos(),
				Protect: r.Protect.V,
			})
		}
	}
}

// ownRule is a rule's ARN with placeholders. The target's Region is not known here, and no
// other Region has a rule of ours with the name unless it is a target, too.
func ownRule(r *ast.EventRule) string {
	bus := busName(r.Bus.V)
	if bus != "" {
		bus += "/"
	}
	return ownARN("events", "*", "rule/"+bus+ownName(r.Name.V))
}

// startRights are to start incidents of the rule's response plan, and to give them the plan's
// tags, which is checked against who starts them [guide-new].
func startRights(r *ast.EventRule) []policy.Statement {
	if r.Plan == nil { // a plan that another account shares
		return []policy.Statement{allowing([]string{"ssm-incidents:StartIncident"}, []string{r.ResponsePlan.V})}
	}
	name := r.Plan.Name.V
	// A star is both of the ways in which AWS's pages write the Region of a response plan.
	out := []policy.Statement{allowing([]string{"ssm-incidents:StartIncident"}, []string{ownARN("ssm-incidents", "*", "response-plan/"+name)})}
	if len(r.Plan.IncidentTags) > 0 {
		out = append(out, allowing([]string{"ssm-incidents:TagResource"}, []string{ownARN("ssm-incidents", "*", "incident-record/"+name+"/*")}))
	}
	return out
}

// chatRoles are what the chat service takes on. From a room of Slack or Teams people answer
// incidents with the role, as far as it and the guardrails allow; a room of Chime only reads.
func chatRoles(p *ast.Plan, add func(Item[Role])) {
	for _, c := range p.ChatChannels {
		addr, made := own(chatRoleRef(c))
		if !made || c.Slack == nil && c.Teams == nil && c.Chime == nil {
			continue
		}
		spec := Role{Trust: []policy.Statement{chatTrust()}, Allow: []policy.Statement{chatReads()}, Tags: tagged(c.Tags, c.Protect)}
		if c.Chime == nil {
			spec.Managed = []string{ownPolicy(resolverAccess)}
		}
		add(Item[Role]{Name: addr.Name, Spec: spec, Origin: c.Name.Pos(), Protect: c.Protect.V})
	}
}

// chatTrust: AWS does not say whether the chat service names the account it acts for; where
// it does, only this one counts.
func chatTrust() policy.Statement {
	s := serviceTrust(chatService)
	s.Condition = policy.Conditions{"StringEqualsIfExists": s.Condition["StringEquals"]}
	return s
}

// chatReads is what the chat service asks for to draw the graph of an alarm into a room
// [chatbot guide, notification permissions].
func chatReads() policy.Statement {
	return allowing([]string{"cloudwatch:Describe*", "cloudwatch:Get*", "cloudwatch:List*"}, []string{"*"})
}

// ownPolicy is one of AWS's own policies in the target's partition.
func ownPolicy(arn string) string { return strings.Replace(arn, "arn:aws:", "arn:"+inPartition+":", 1) }
