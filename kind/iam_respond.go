package kind

// The policy of those who look at incidents, answer pages and end incidents.

import "slices"

// What there is only while an incident goes on, named after the contact or the response plan.
var (
	iamEngagement = &iamType{plural: "Engagements", service: "ssm-contacts", paths: []string{"engagement/{}/*"}, regions: []string{"{}"}}
	iamPage       = &iamType{plural: "Pages", service: "ssm-contacts", paths: []string{"page/{}/*"}, regions: []string{"{}"}}
	iamExecution  = &iamType{plural: "Executions", service: "ssm", paths: []string{"automation-execution/{}"}, regions: []string{"{}"}}
)

// respond adds what it takes to work with the incidents of the plan's response plans and with the pages
// of its people; compact, with all.
func (b *policyBuilder) respond() {
	names := map[string][]string{}
	for _, o := range b.Desired.All() {
		names[o.Addr.Kind] = append(names[o.Addr.Kind], o.Addr.Name)
	}
	people := names[contactKind]
	engaged := slices.Concat(people, names["schedule"], names["escalation_plan"])
	of := map[*iamType][]string{iamIncident: names[responsePlanKind], iamResponsePlan: names[responsePlanKind],
		iamEngagement: engaged, iamPage: people, iamChannel: people}
	for _, action := range slices.Concat(Respond.Read, Respond.Write) {
		on := iamActions[action]
		if len(on.on) == 0 || on.asksAll {
			b.readOfAll(action)
		}
		for _, t := range on.on {
			if on.asksAll {
				continue
			}
			list := of[t]
			if b.Compact {
				list = []string{"*"}
			}
			for _, name := range list {
				b.add("Respond"+t.plural, []string{action}, b.Account.arns(t, name), nil)
			}
		}
	}
	// With a person as the caller, the service goes on in their name [guide].
	b.add("RespondThroughIncidentManager", []string{"ssm-contacts:StartEngagement", "ssm:CreateOpsItem"}, []string{"*"},
		Condition{"StringEquals": {"aws:CalledViaFirst": {incidentManager}}})
}
