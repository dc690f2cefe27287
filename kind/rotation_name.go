package kind

// Which live rotation is which of the plan's. AWS gives a rotation a name that it never
// changes and does not keep unique. Ours are called SCHEDULE.NAME, so that no two are alike;
// one that somebody made by hand keeps the name it has (name: in the plan). When several
// are called so, the schedule that refers to them tells them apart.

import (
	"cmp"
	"context"
	"slices"
	"strings"

	"github.com/aws/aws-sdk-go-v2/aws"
	"github.com/aws/aws-sdk-go-v2/service/ssmcontacts/types"

	"github.com/watchbill/watchbill/internal/resource"
)

// liveRotationName is what AWS calls a rotation of ours. No name of the plan language has
// a dot, so no two rotations share one.
func liveRotationName(name string) string { return strings.Replace(name, "/", ".", 1) }

// otherRotationName is the name of a rotation in AWS if it is another than ours would be,
// else "".
func otherRotationName(live, name string) string {
	if live == liveRotationName(name) {
		return ""
	}
	return live
}

// plannedRotationName takes liveRotationName back; a rotation of another name gets one
// that no plan can say and people recognise.
func plannedRotationName(live, id string) string {
	schedule, own, ok := strings.Cut(live, ".")
	switch {
	case ok && Sayable(schedule) && Sayable(own):
		return schedule + "/" + own
	case live == "" || strings.Contains(live, "/"):
		return unsayable(id)
	}
	return unsayable(live)
}

// Sayable reports whether a plan can name an item so.
func Sayable(name string) bool {
	legal := func(c rune) bool {
		return c >= 'a' && c <= 'z' || c >= '0' && c <= '9' || c == '_' || c == '-'
	}
	return name != "" && len(name) <= 50 && name[0] != '_' && name[0] != '-' &&
		strings.IndexFunc(name, func(c rune) bool { return !legal(c) }) < 0
}

// listRotations finds several under one name, when there are: AWS lets names repeat.
func listRotations(ctx context.Context, env *Env, _ *Found) ([]Found, error) {
	all, err := env.allRotations(ctx)
	if err != nil {
		return nil, err
	}
	account := env.Account()
	var out []Found
	for _, r := range all {
		arn := aws.ToString(r.RotationArn)
		if accountOf(arn) != account {
			continue
		}
		f := Found{Name: plannedRotationName(aws.ToString(r.Name), arn), ID: arn, Summary: r}
		if env.ReadAll {
			f.Name = unsayable(arn)
		}
		out = append(out, f)
	}
	if env.ReadAll {
		return out, nil
	}
	return out, env.nameRotations(ctx, out)
}

// nameRotations gives live rotations the addresses of the wanted ones that have their
// names.
func (e *Env) nameRotations(ctx context.Context, live []Found) error {
	wanted := map[string][]resource.Addr{}
	for _, o := range e.desired.All() {
		if r, ok := o.Spec.(Rotation); ok && r.Name != "" {
			wanted[r.Name] = append(wanted[r.Name], o.Addr)
		}
	}
	if len(wanted) == 0 {
		return nil
	}
	alike := map[string][]*Found{}
	for i := range live {
		name := aws.ToString(live[i].Summary.(types.Rotation).Name)
		alike[name] = append(alike[name], &live[i])
	}
	for name, addrs := range wanted {
		found := alike[name]
		ours := len(found) > 0 && e.desired.Has(resource.Addr{Kind: rotationKind, Name: plannedRotationName(name, "")})
		if len(addrs) != 1 || len(found) > 1 || ours {
			var err error
			if addrs, found, err = e.nameReferred(ctx, addrs, found); err != nil {
				return err
			}
		}
		if ours {
			continue // another one has that name by itself, and what is left may be it
		}
		// What no schedule refers to yet was made by a pass that died.
		slices.SortFunc(found, func(a, b *Found) int { return cmp.Compare(a.ID, b.ID) })
		for i := range min(len(addrs), len(found)) {
			found[i].Name = addrs[i].Name
		}
	}
	return nil
}

// nameReferred names the rotations of one live name that their own schedules refer to, in
// the order both have them, and returns the rest.
func (e *Env) nameReferred(ctx context.Context, addrs []resource.Addr, found []*Found) ([]resource.Addr, []*Found, error) {
	left := slices.Clone(found)
	referred := map[string]bool{}
	bySchedule := map[string][]*Found{}
	schedules, err := e.contactsOfType(ctx, types.ContactTypeOncallSchedule)
	if err != nil {
		return nil, nil, err
	}
	for _, s := range schedules {
		plan, err := e.schedulePlan(ctx, s.ID)
		if unlessGone(err) != nil {
			return nil, nil, err
		}
		for _, id := range plan.RotationIds {
			if i := slices.IndexFunc(found, func(f *Found) bool { return f.ID == id }); i >= 0 && !referred[id] {
				referred[id] = true
				bySchedule[s.Name] = append(bySchedule[s.Name], found[i])
			}
		}
	}
	var missing []resource.Addr
	for _, addr := range e.inPlanOrder(addrs) {
		theirs := bySchedule[parentName(addr.Name)]
		if len(theirs) == 0 {
			missing = append(missing, addr)
			continue
		}
		theirs[0].Name = addr.Name
		bySchedule[parentName(addr.Name)] = theirs[1:]
	}
	left = slices.DeleteFunc(left, func(f *Found) bool { return referred[f.ID] })
	return missing, left, nil
}

// inPlanOrder sorts rotations as their schedules name them.
func (e *Env) inPlanOrder(rotations []resource.Addr) []resource.Addr {
	place := func(a resource.Addr) int {
		for _, o := range e.desired.Get(resource.Addr{Kind: scheduleKind, Name: parentName(a.Name)}) {
			return slices.Index(o.Spec.(Schedule).Rotations, a)
		}
		return -1
	}
	out := slices.Clone(rotations)
	slices.SortStableFunc(out, func(a, b resource.Addr) int {
		return cmp.Or(cmp.Compare(parentName(a.Name), parentName(b.Name)), cmp.Compare(place(a), place(b)))
	})
	return out
}
