package importer

import (
	"cmp"
	"fmt"
	"slices"
	"strings"
	"time"

	"github.com/watchbill/watchbill/internal/resource"
	"github.com/watchbill/watchbill/kind"
	"github.com/watchbill/watchbill/oncall"
)

// nameRotations says under which schedule and key each rotation is written: ours have
// both in their name. A rotation of two schedules can be written under one only.
func (d *Draft) nameRotations(all []*resource.Object) {
	for _, o := range all {
		spec, ok := o.Spec.(kind.Schedule)
		if !ok {
			continue
		}
		taken := map[string]bool{}
		for _, ours := range []bool{true, false} {
			for _, addr := range spec.Rotations {
				r := d.found[addr]
				if _, named := d.names[addr]; named || r == nil {
					continue
				}
				live := r.Spec.(kind.Rotation).Name
				own, prefixed := strings.CutPrefix(live, o.Addr.Name+".")
				switch {
				case prefixed && kind.Sayable(own) && !taken[own]:
					taken[own], d.names[addr] = true, o.Addr.Name+"/"+own
				case !ours:
					d.names[addr] = o.Addr.Name + "/" + nameFor(live, "rotation", taken)
				}
			}
		}
	}
	for _, o := range all {
		r, ok := o.Spec.(kind.Rotation)
		if _, named := d.names[o.Addr]; ok && !named {
			d.left = append(d.left, LeftOut{rotationText(r), "no schedule refers to it"})
		}
	}
}

func rotationText(r kind.Rotation) string { return fmt.Sprintf("rotation %q", r.Name) }

func (d *Draft) schedule(o *resource.Object, spec kind.Schedule) *item {
	i, t := d.newItem("schedules", o)
	t.field(2, "name", spec.DisplayName)
	if len(spec.Rotations) == 0 {
		i.leave("it has no rotation")
	}
	t.line(2, "rotations:")
	live := map[string]bool{}
	for _, addr := range spec.Rotations {
		r := d.found[addr]
		if r == nil {
			i.leave("its %s is not there", shown(addr))
			continue
		}
		schedule, key, _ := strings.Cut(d.names[addr], "/")
		rotation := r.Spec.(kind.Rotation)
		switch {
		case schedule != o.Addr.Name:
			i.leave("it shares the %s with schedule %s, and a plan cannot", rotationText(rotation), schedule)
			continue
		case live[rotation.Name]:
			i.leave("two of its rotations are called %q", rotation.Name)
		}
		live[rotation.Name] = true
		i.parts = append(i.parts, rotationText(rotation))
		i.stands = append(i.stands, resource.Addr{Kind: addr.Kind, Name: o.Addr.Name + "/" + key})
		d.rotation(i, t, key, r, rotation, spec.Tags[protectTag] == "true")
	}
	i.finish(t, 2, spec.Tags, "tags")
	return i
}

// rotation writes a rotation of the schedule i, whose protection is the rotation's too.
func (d *Draft) rotation(i *item, t *text, key string, o *resource.Object, r kind.Rotation, protected bool) {
	cannot := func(format string, args ...any) {
		i.leave("its %s %s", rotationText(r), fmt.Sprintf(format, args...))
	}
	d.ownerComment(t, 3, o)
	t.line(3, scalar(key)+":")
	if r.Name != i.addr.Name+"."+key {
		t.field(4, "name", r.Name)
	}
	zone, err := time.LoadLocation(r.Zone)
	if err != nil || r.Zone == "" || r.Zone == "Local" {
		cannot("is in the time zone %q, which nobody knows here", r.Zone)
		zone = time.UTC
	}
	t.field(4, "timezone", r.Zone)
	layout := wallLayout
	if r.Start.Second() != 0 { // made without a start, it began at that second
		layout += ":05"
	}
	starts, ok := wallAs(layout, r.Start, zone)
	if !ok {
		cannot("starts at %s, which the clocks of its zone show twice", r.Start.Format(time.RFC3339))
	}
	t.line(4, "starts: "+starts)
	members, ok := i.people(r.Contacts)
	if !ok {
		cannot("has members who are no contacts")
	}
	t.list(4, "members", members, scalar)
	if r.OnCall != 1 {
		t.line(4, fmt.Sprintf("on_call: %d", r.OnCall))
	}
	every := fmt.Sprintf("every: %d %s", r.Recurrence.Every, r.Recurrence.Unit)
	if r.Recurrence.Every != 1 {
		every += "s"
	}
	t.line(4, every)
	handoffs := []string{}
	for _, h := range r.Recurrence.Handoffs {
		if h.Unit != r.Recurrence.Unit {
			cannot("hands over on days of several kinds")
		}
		handoffs = append(handoffs, handoff(h))
	}
	t.list(4, "handoff", handoffs, raw)
	if !coverage(t, r.Coverage) {
		cannot("covers no time at all")
	}
	d.overrides(i, t, o, r, zone)
	tags, protect := unprotected(r.Tags)
	t.table(4, "tags", tags)
	switch {
	case protect && !protected:
		t.line(4, "protect: true")
	case protected && !protect:
		cannot("is not protected, and the schedule is; a plan protects both")
	}
}

// people are the names of contacts; i refers to them. It is not ok when one is none.
func (i *item) people(addrs []resource.Addr) (names []string, ok bool) {
	names, ok = []string{}, true
	for _, a := range addrs {
		ok = ok && a.Kind == "contact"
		names = append(names, a.Name)
		i.refs = append(i.refs, a)
	}
	return names, ok
}

// wallLayout is how plans write a date with a time of day.
const wallLayout = "2006-01-02T15:04"

// wall is what the clocks of a zone show at an instant; not ok when that means another
// instant in a plan.
func wall(at time.Time, zone *time.Location) (string, bool) { return wallAs(wallLayout, at, zone) }

func wallAs(layout string, at time.Time, zone *time.Location) (string, bool) {
	shown := at.In(zone).Format(layout)
	back, err := time.Parse(layout, shown)
	return shown, err == nil && oncall.Instant(back, zone).Equal(at)
}

func handoff(h kind.Handoff) string {
	if h.Day == 0 {
		return `"` + h.String() + `"` // YAML takes 09:00 for a number
	}
	return h.String()
}

var weekdays = [...]string{"mon", "tue", "wed", "thu", "fri", "sat", "sun"}

// coverage writes the windows of each day, days that follow each other and have the same
// together; not ok when nothing is covered.
func coverage(t *text, c []kind.Coverage) (ok bool) {
	if len(c) == 0 {
		return true
	}
	days := make([][]string, len(weekdays))
	for _, w := range c {
		if w.Nothing || w.Day < 1 || w.Day > len(weekdays) {
			return false
		}
		end := w.End.String()
		if w.End == (kind.Clock{}) {
			end = "24:00"
		}
		days[w.Day-1] = append(days[w.Day-1], w.Start.String()+"-"+end)
	}
	t.line(4, "coverage:")
	for from := 0; from < len(days); {
		to := from
		for to+1 < len(days) && slices.Equal(days[from], days[to+1]) {
			to++
		}
		key := weekdays[from]
		switch {
		case from == 0 && to == len(days)-1:
			key = "daily"
		case to > from:
			key += "-" + weekdays[to]
		}
		if len(days[from]) > 0 {
			t.list(5, key, days[from], raw)
		}
		from = to + 1
	}
	return true
}

// overrides writes those that are still to come. One that a plan cannot say stays as
// it is: nobody takes away what a person made by hand.
func (d *Draft) overrides(i *item, t *text, rotation *resource.Object, r kind.Rotation, zone *time.Location) {
	var lines []string
	starts := map[time.Time]bool{}
	children := slices.Clone(d.children[rotation.Addr])
	slices.SortStableFunc(children, func(a, b *resource.Object) int {
		return cmp.Or(a.Spec.(kind.Override).Start.Compare(b.Spec.(kind.Override).Start), cmp.Compare(a.ID, b.ID))
	})
	for _, child := range children {
		o := child.Spec.(kind.Override)
		from, ok := wall(o.Start, zone)
		to, okTo := wall(o.End, zone)
		why := ""
		people := &item{}
		members, known := people.people(o.Contacts)
		switch {
		case !ok || !okTo:
			why = "its times are none that a clock shows to the minute and once"
		case starts[o.Start]:
			why = "another override of the rotation begins at the same time"
		case !known:
			why = "it puts others than contacts on call"
		}
		for _, m := range o.Contacts {
			if d.found[m] == nil {
				why = "it refers to " + shown(m) + ", which is not there"
			}
		}
		if why != "" {
			d.left = append(d.left, LeftOut{fmt.Sprintf("override of %s from %s", rotationText(r), o.Start.Format(time.RFC3339)), why})
			continue
		}
		starts[o.Start] = true
		i.refs = append(i.refs, people.refs...)
		words := make([]string, len(members))
		for n, m := range members {
			words[n] = scalar(m)
		}
		lines = append(lines, fmt.Sprintf("- {from: %s, to: %s, members: [%s]}", from, to, strings.Join(words, ", ")))
	}
	if len(lines) > 0 {
		t.line(4, "overrides:")
	}
	for _, l := range lines {
		t.line(5, l)
	}
}
