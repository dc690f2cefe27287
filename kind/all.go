package kind

import (
	"slices"

	"github.com/watchbill/watchbill/compiler/ast"
	"github.com/watchbill/watchbill/internal/resource"
)

// All is the table of kinds; a kind stands after those it needs. Nothing else in
// the tree holds a list of kinds.
var All = []Any{
	replicationSet,
	contact,
	channel,
	engagementPlan,
	rotation,
	override,
	schedule,
	escalationPlan,
	role,
	document,
	topic,
	chatConfiguration,
	responsePlan,
	alarm,
	muteRule,
	eventRule,
}

// Lower is the desired state of a whole resolved plan without error findings.
// Everything needs the replication set the plan brings, if it brings one.
func Lower(p *ast.Plan) *resource.State {
	out := &resource.State{}
	for _, k := range All {
		k.desired(p, out)
	}
	awaitOverrides(out)
	if out.Has(theSet) {
		NeedSet(out)
	}
	return out
}

// NeedSet makes everything in a state need the replication set: it comes first and
// goes last.
func NeedSet(s *resource.State) {
	for _, o := range s.All() {
		if o.Addr != theSet && o.Parent.IsZero() {
			o.Needs = append(o.Needs, theSet)
			slices.SortFunc(o.Needs, resource.Addr.Compare)
		}
	}
}

// Find is the kind of that name, nil when there is none.
func Find(name string) Any { return byName(All, name) }

// byName is the kind of that name, nil when there is none.
func byName(kinds []Any, name string) Any {
	i := slices.IndexFunc(kinds, func(k Any) bool { return k.KindName() == name })
	if i < 0 {
		return nil
	}
	return kinds[i]
}
