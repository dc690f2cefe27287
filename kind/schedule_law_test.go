package kind_test

// Laws of schedules: what a plan says of people's turns and of who is paged when is what
// the embedded account does, once the plan is applied to it, as the plan has it and as
// it reads back.

import (
	"fmt"
	"slices"
	"strings"
	"testing"
	"time"

	"github.com/aws/aws-sdk-go-v2/aws"
	"github.com/aws/aws-sdk-go-v2/service/ssmcontacts"
	"github.com/aws/aws-sdk-go-v2/service/ssmcontacts/types"
	"github.com/aws/aws-sdk-go-v2/service/ssmincidents"
	"github.com/google/go-cmp/cmp"
	"pgregory.net/rapid"

	"github.com/watchbill/watchbill/compiler/ast"
	"github.com/watchbill/watchbill/emulator"
	"github.com/watchbill/watchbill/internal/diag"
	"github.com/watchbill/watchbill/internal/mask"
	"github.com/watchbill/watchbill/internal/resource"
	"github.com/watchbill/watchbill/kind"
	"github.com/watchbill/watchbill/oncall"
)

// drawn draws a plan. Nothing in it is written anywhere, so it is no compiler's.
type drawn struct {
	rt    *rapid.T
	phone int
}

func written[T any](v T) ast.Val[T] {
	return ast.Val[T]{V: v, At: diag.Pos{File: "plan.yaml", Line: 1}}
}

func (d *drawn) int(what string, min, max int) int { return rapid.IntRange(min, max).Draw(d.rt, what) }

func (d *drawn) plan() *ast.Plan {
	p := &ast.Plan{ReplicationSet: &ast.ReplicationSet{Regions: []*ast.Region{{Name: written(region)}}}}
	for i := range d.int("people", 1, 3) {
		p.Contacts = append(p.Contacts, d.contact(fmt.Sprintf("p%d", i)))
	}
	for i := range d.int("schedules", 1, 2) {
		s := &ast.Schedule{Item: ast.Item{Name: written(fmt.Sprintf("s%d", i))}}
		for j := range d.int("rotations", 1, 3) {
			s.Rotations = append(s.Rotations, d.rotation(fmt.Sprintf("r%d", j), p.Contacts))
		}
		p.Schedules = append(p.Schedules, s)
	}
	e := &ast.EscalationPlan{Item: ast.Item{Name: written("up")}}
	for range d.int("stages", 1, 3) {
		stage := &ast.Stage{Wait: written(time.Duration(d.int("wait", 1, 50)) * time.Minute)}
		for range d.int("targets", 1, 2) {
			stage.Page = append(stage.Page, d.target(p))
		}
		e.Stages = append(e.Stages, stage)
	}
	p.EscalationPlans = append(p.EscalationPlans, e)
	level := &ast.ImpactLevel{Level: written(1)}
	p.ResponsePlans = append(p.ResponsePlans, &ast.ResponsePlan{Item: ast.Item{Name: written("down")}, Title: written("Down"), ImpactLevel: level,
		Engage: []*ast.Engagement{{Name: written("up"), EscalationPlan: e}, {Name: written("s0"), Schedule: p.Schedules[0]}}})
	return p
}

func (d *drawn) contact(name string) *ast.Contact {
	c := &ast.Contact{Item: ast.Item{Name: written(name)}}
	for i := range d.int("channels", 1, 3) {
		d.phone++
		c.Channels = append(c.Channels, &ast.Channel{Item: ast.Item{Name: written(fmt.Sprintf("c%d", i))},
			Type:    written(rapid.SampledFrom([]string{"SMS", "VOICE"}).Draw(d.rt, "type")),
			Address: ast.Address{Value: mask.New(fmt.Sprintf("+120255501%02d", d.phone))}})
	}
	for range d.int("stages", 0, 3) {
		s := &ast.Stage{Wait: written(time.Duration(d.int("wait", 1, 45)) * time.Minute), Retry: written(time.Duration(d.int("retry", 0, 4)) * time.Minute)}
		for _, ch := range c.Channels {
			if rapid.Bool().Draw(d.rt, "in stage") {
				s.Page = append(s.Page, &ast.Target{Name: ch.Name, Channel: ch})
			}
		}
		c.EngagementPlan = append(c.EngagementPlan, s)
	}
	return c
}

func (d *drawn) target(p *ast.Plan) *ast.Target {
	t := &ast.Target{StopsEscalation: written(rapid.Bool().Draw(d.rt, "stops"))}
	if n := d.int("target", 0, len(p.Contacts)+len(p.Schedules)-1); n < len(p.Contacts) {
		t.Contact, t.Name = p.Contacts[n], p.Contacts[n].Name
	} else {
		t.Schedule = p.Schedules[n-len(p.Contacts)]
		t.Name = t.Schedule.Name
	}
	return t
}

var lawZones = []string{"UTC", "Asia/Tokyo", "America/New_York", "Europe/Berlin", "Australia/Lord_Howe", "Asia/Kathmandu"}

func (d *drawn) wall(what string, from, to int) ast.Wall {
	return written(monday.Add(time.Duration(d.int(what, from*24*4, to*24*4)) * 15 * time.Minute))
}

func (d *drawn) rotation(name string, people []*ast.Contact) *ast.Rotation {
	units := []ast.Unit{ast.Day, ast.Week, ast.Month}
	r := &ast.Rotation{Item: ast.Item{Name: written(name)}, Timezone: written(rapid.SampledFrom(lawZones).Draw(d.rt, "zone")),
		Starts: d.wall("starts", -50, 10), OnCall: written(d.int("on call", 1, 2)),
		Every: ast.Every{Count: d.int("every", 1, 3), Unit: rapid.SampledFrom(units).Draw(d.rt, "unit")}}
	r.Members = d.members(people, 1)
	for range d.int("hand-offs", 1, 3) {
		r.Handoffs = append(r.Handoffs, &ast.Handoff{Unit: r.Every.Unit, Weekday: time.Weekday(d.int("weekday", 0, 6)),
			DayOfMonth: d.int("day", 1, 31), Clock: d.clock("hand-off")})
	}
	for range d.int("coverage", 0, 2) {
		c := &ast.Coverage{}
		for day := range time.Weekday(7) {
			if rapid.Bool().Draw(d.rt, "covered") {
				c.Days = append(c.Days, day)
			}
		}
		for range d.int("windows", 1, 2) {
			c.Windows = append(c.Windows, &ast.Window{Start: d.clock("start"), End: d.clock("end")})
		}
		if len(c.Days) > 0 {
			r.Coverage = append(r.Coverage, c)
		}
	}
	starts := map[time.Time]bool{}
	for range d.int("overrides", 0, 4) {
		o := &ast.Override{From: d.wall("from", -20, 30), Members: d.members(people, 0)}
		o.To = written(o.From.V.Add(time.Duration(d.int("hours", 3, 100)) * time.Hour))
		if !starts[o.From.V] {
			starts[o.From.V] = true
			r.Overrides = append(r.Overrides, o)
		}
	}
	return r
}

func (d *drawn) clock(what string) ast.Clock {
	n := d.int(what, 0, 24*4-1)
	return ast.Clock{Hour: n / 4, Minute: n % 4 * 15}
}

func (d *drawn) members(people []*ast.Contact, least int) []*ast.Member {
	var out []*ast.Member
	for _, c := range rapid.SliceOfNDistinct(rapid.SampledFrom(people), least, len(people), func(c *ast.Contact) string { return c.Name.V }).Draw(d.rt, "members") {
		out = append(out, &ast.Member{Name: c.Name, Contact: c})
	}
	return out
}

// A plan applied to an account whose clock stands still has exactly the shifts and pages
// exactly the people that its roster says, whichever side the roster is of, also after
// somebody made overrides by hand.
func TestRosterIsWhatHappens(t *testing.T) {
	rapid.Check(t, func(rt *rapid.T) {
		a := open(t, emulator.Options{Clock: emulator.ClockStopped, Now: func() time.Time { return monday }})
		desired := kind.Current(kind.Lower((&drawn{rt: rt}).plan()), a.now)
		l := a.apply(desired)
		a.compareShifts(rt, "desired", rosterOf(rt, desired))
		a.compareShifts(rt, "observed", rosterOf(rt, a.look(desired).observed))

		a.must(a.base.Advance(time.Minute)) // what is made later counts
		a.now = a.now.Add(time.Minute)
		desired = kind.Current(desired, a.now)
		a.overrideByHand(rt)
		if rapid.Bool().Draw(rt, "one is to be made again") {
			a.loseOverride()
		}
		activated := rapid.Bool().Draw(rt, "all activated")
		for _, c := range l.desired.All() {
			if c.Addr.Kind == "contact" && (activated || rapid.Bool().Draw(rt, "activated")) {
				a.activate(c.Addr.Name)
			}
		}
		observed := a.look(desired).observed
		a.compareShifts(rt, "observed, with what was made by hand", rosterOf(rt, observed))
		after, err := kind.RosterAfter(desired, observed)
		if err != nil {
			rt.Fatal(err)
		}
		a.must(a.base.Advance(time.Minute))
		a.apply(desired)
		a.compareShifts(rt, "after", after)
		a.comparePages(rt, map[string]*oncall.Roster{"after": after, "observed": rosterOf(rt, a.look(desired).observed)})
	})
}

func (a *account) must(err error) {
	a.t.Helper()
	if err != nil {
		a.t.Fatal(err)
	}
}

func rosterOf(rt *rapid.T, s *resource.State) *oncall.Roster {
	r, err := kind.RosterOf(s)
	if err != nil {
		rt.Fatal(err)
	}
	return r
}

// liveRotations are the account's rotations by the addresses' names.
func (a *account) liveRotations() map[string]types.Rotation {
	a.t.Helper()
	out := map[string]types.Rotation{}
	pages := ssmcontacts.NewListRotationsPaginator(a.hand.Contacts, &ssmcontacts.ListRotationsInput{})
	for pages.HasMorePages() {
		page, err := pages.NextPage(a.t.Context())
		a.must(err)
		for _, r := range page.Rotations {
			out[strings.Replace(*r.Name, ".", "/", 1)] = r
		}
	}
	return out
}

// compareShifts compares the shifts of the coming weeks with the account's, rotation by
// rotation.
func (a *account) compareShifts(rt *rapid.T, side string, r *oncall.Roster) {
	a.t.Helper()
	live := a.liveRotations()
	from, to := a.now, a.now.AddDate(0, 0, 21)
	for name, s := range r.Schedules {
		for _, c := range s.Calendars() {
			var want []string
			for shift := range c.Shifts(from, to) {
				want = append(want, shiftText(shift.Start, shift.End, shift.Members, shift.Override != nil))
			}
			var got []string
			pages := ssmcontacts.NewListRotationShiftsPaginator(a.hand.Contacts, &ssmcontacts.ListRotationShiftsInput{
				RotationId: live[name+"/"+c.Name()].RotationArn, StartTime: &from, EndTime: &to, MaxResults: aws.Int32(100)})
			for pages.HasMorePages() {
				page, err := pages.NextPage(a.t.Context())
				a.must(err)
				for _, shift := range page.RotationShifts {
					var members []string
					for _, id := range shift.ContactIds {
						members = append(members, id[strings.LastIndexByte(id, '/')+1:])
					}
					got = append(got, shiftText(*shift.StartTime, *shift.EndTime, members, shift.Type == types.ShiftTypeOverridden))
				}
			}
			if diff := cmp.Diff(want, got); diff != "" {
				rt.Fatalf("shifts of %s/%s (-%s +account):\n%s", name, c.Name(), side, diff)
			}
		}
	}
}

func shiftText(start, end time.Time, members []string, overridden bool) string {
	return fmt.Sprint(start.UTC().Format(time.RFC3339), " ", end.UTC().Format(time.RFC3339), " ", strings.Join(members, ","), " ", overridden)
}

// overrideByHand makes an override in some rotations, as somebody in the console does.
func (a *account) overrideByHand(rt *rapid.T) {
	a.t.Helper()
	live := a.liveRotations()
	for _, name := range sortedNames(live) {
		if !rapid.Bool().Draw(rt, "by hand") {
			continue
		}
		start := a.now.Add(time.Duration(rapid.IntRange(-100, 400).Draw(rt, "start")) * time.Hour)
		end := start.Add(time.Duration(rapid.IntRange(101, 200).Draw(rt, "length")) * time.Hour)
		_, err := a.hand.Contacts.CreateRotationOverride(a.t.Context(), &ssmcontacts.CreateRotationOverrideInput{
			RotationId: live[name].RotationArn, NewContactIds: live[name].ContactIds[:1], StartTime: &start, EndTime: &end})
		a.must(err)
	}
}

func sortedNames[V any](m map[string]V) []string {
	out := make([]string, 0, len(m))
	for name := range m {
		out = append(out, name)
	}
	slices.Sort(out)
	return out
}

// loseOverride deletes an override by hand: the next pass makes it again.
func (a *account) loseOverride() {
	a.t.Helper()
	live := a.liveRotations()
	for _, name := range sortedNames(live) {
		all := a.overrides(live[name].RotationArn)
		if len(all) > 0 {
			_, err := a.hand.Contacts.DeleteRotationOverride(a.t.Context(), &ssmcontacts.DeleteRotationOverrideInput{
				RotationId: live[name].RotationArn, RotationOverrideId: all[0].RotationOverrideId})
			a.must(err)
			return
		}
	}
}

// overrides are all that a rotation has.
func (a *account) overrides(rotation *string) []types.RotationOverride {
	a.t.Helper()
	from, to := a.now.AddDate(-5, 0, 0), a.now.AddDate(20, 0, 0)
	out, err := a.hand.Contacts.ListRotationOverrides(a.t.Context(), &ssmcontacts.ListRotationOverridesInput{RotationId: rotation, StartTime: &from, EndTime: &to})
	a.must(err)
	return out.RotationOverrides
}

// comparePages starts an incident and compares who got which page in which minute.
func (a *account) comparePages(rt *rapid.T, rosters map[string]*oncall.Roster) {
	a.t.Helper()
	start := a.base.Clock().Now
	_, err := a.hand.Incidents.StartIncident(a.t.Context(), &ssmincidents.StartIncidentInput{ResponsePlanArn: planARN})
	a.must(err)
	a.must(a.base.Advance(5 * time.Hour))
	names := map[string]string{}
	for _, p := range sortedNames(firstOf(rosters).People) {
		for _, c := range a.channels(p) {
			names[*c.ContactChannelArn] = p + "/" + *c.Name
		}
	}
	var got []string
	for _, m := range a.outbox() {
		if m.Kind == "page" {
			got = append(got, m.Time.Sub(start).String()+" "+names[m.ChannelARN])
		}
	}
	slices.Sort(got)
	for side, r := range rosters {
		var want []string
		for e := range r.Simulate("down", start, nil) {
			if e.Type == oncall.Paged || e.Type == oncall.Retried {
				want = append(want, e.Time.Sub(start).String()+" "+e.Contact+"/"+e.Channel)
			}
		}
		slices.Sort(want)
		if diff := cmp.Diff(want, got); diff != "" {
			rt.Fatalf("pages (-%s +account):\n%s", side, diff)
		}
	}
}

func firstOf(rosters map[string]*oncall.Roster) *oncall.Roster {
	for _, r := range rosters {
		return r
	}
	return nil
}
