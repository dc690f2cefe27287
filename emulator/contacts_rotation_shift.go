package emulator

// Shifts: who is on call when. The arithmetic is oncall's.

import (
	"encoding/json"
	"iter"
	"strings"
	"time"

	"github.com/watchbill/watchbill/oncall"
)

// calendar lays out a rotation with its overrides.
func (r *rotation) calendar(st *state, rules Rules) (*oncall.Calendar, error) {
	plan := oncall.Rotation{Name: r.Name, Start: r.StartTime, Members: r.ContactIds}
	for _, o := range overridesOf(st, r) {
		plan.Overrides = append(plan.Overrides, oncall.Override{ID: o.ID, Start: o.StartTime, End: o.EndTime, Members: o.NewContactIds})
	}
	return layOut(plan, r.TimeZoneId, &r.Recurrence, rules)
}

// layOut adds zone and recurrence, which have been checked, to a rotation.
func layOut(plan oncall.Rotation, zone string, rec *recurrence, rules Rules) (*oncall.Calendar, error) {
	var err error
	if plan.Zone, err = zoneOf(zone); err != nil {
		return nil, err
	}
	plan.OnCalls, plan.Recurrence, plan.Coverage = rec.NumberOfOnCalls, rec.oncall(), rec.coverage()
	calendar, err := oncall.NewCalendar(plan, rules.oncall())
	if err != nil {
		return nil, badContact("The rotation cannot be laid out: " + err.Error())
	}
	return calendar, nil
}

// schedule is an on-call schedule by its ARN, with the rotations of it that exist. An ARN of
// anything else is a schedule in which nobody ever is on call.
func (st *state) schedule(arn string, rules Rules) *oncall.Schedule {
	var calendars []*oncall.Calendar
	region, alias := splitContactARN(arn)
	if p := st.contacts.get(region + "/" + alias); p != nil && p.ARN == arn {
		for _, id := range p.Plan.RotationIds {
			if r := st.rotationByARN(id); r != nil {
				if c, err := r.calendar(st, rules); err == nil {
					calendars = append(calendars, c)
				}
			}
		}
	}
	return oncall.ScheduleOf(calendars...)
}

func (st *state) rotationByARN(arn string) *rotation {
	parts := strings.SplitN(arn, ":", 6)
	if len(parts) < 6 {
		return nil
	}
	r := st.rotations.get(parts[3] + "/" + strings.TrimPrefix(parts[5], "rotation/"))
	if r == nil || r.ARN != arn {
		return nil
	}
	return r
}

// listShifts: without a StartTime the list begins with the rotation.
func listShifts(c *call, st *state, in *struct {
	RotationId, NextToken string
	StartTime             *time.Time
	EndTime               time.Time
	MaxResults            int
}) (any, error) {
	r, err := findRotation(c, st, in.RotationId)
	if err != nil {
		return nil, err
	}
	from := r.StartTime
	if in.StartTime != nil {
		if from = *in.StartTime; in.EndTime.Before(from) {
			return nil, badContact("EndTime must not be before StartTime")
		}
	}
	pg, err := contactsPage(c, in.NextToken, in.MaxResults, r.ARN, from.String(), in.EndTime.String())
	if err != nil {
		return nil, err
	}
	calendar, err := r.calendar(st, c.opts.Rules)
	if err != nil {
		return nil, err
	}
	return pageOfShifts(pg, calendar, from, in.EndTime, ""), nil
}

// previewShifts computes the shifts of a rotation that does not exist. Its members are any names.
// Without a RotationStartTime it would begin now, as a rotation does that is created without one;
// the pages that follow the first one remember when that was.
func previewShifts(c *call, _ *state, in *struct {
	RotationStartTime, StartTime *time.Time
	EndTime                      time.Time
	Members                      []string
	TimeZoneId                   string
	Recurrence                   recurrence
	Overrides                    []previewOverride
	NextToken                    string
	MaxResults                   int
}) (any, error) {
	token, limit := in.NextToken, in.MaxResults
	in.NextToken, in.MaxResults = "", 0
	question, err := json.Marshal(in)
	if err != nil {
		return nil, err
	}
	pg, err := contactsPage(c, token, limit, string(question))
	if err != nil {
		return nil, err
	}
	plan := oncall.Rotation{Start: toMillisecond(c.now), Members: in.Members}
	if _, began, ok := strings.Cut(pg.after, " "); ok {
		if plan.Start, err = time.Parse(time.RFC3339Nano, began); err != nil {
			return nil, badContact("Invalid NextToken")
		}
	} else if in.RotationStartTime != nil {
		plan.Start = *in.RotationStartTime
	}
	if err := in.Recurrence.fit(c); err != nil {
		return nil, err
	}
	if plan.Overrides, err = previewed(in.Overrides); err != nil {
		return nil, err
	}
	from := plan.Start
	if in.StartTime != nil {
		if from = *in.StartTime; in.EndTime.Before(from) {
			return nil, badContact("EndTime must not be before StartTime")
		}
	}
	calendar, err := layOut(plan, in.TimeZoneId, &in.Recurrence, c.opts.Rules)
	if err != nil {
		return nil, err
	}
	return pageOfShifts(pg, calendar, from, in.EndTime, " "+plan.Start.Format(time.RFC3339Nano)), nil
}

type previewOverride struct {
	NewMembers         []string
	StartTime, EndTime *time.Time
}

func previewed(overrides []previewOverride) ([]oncall.Override, error) {
	out := make([]oncall.Override, len(overrides))
	for i, o := range overrides {
		if o.StartTime == nil || o.EndTime == nil {
			return nil, badContact("StartTime and EndTime must be set in an override")
		}
		if !o.EndTime.After(*o.StartTime) {
			return nil, badContact("EndTime must be after StartTime")
		}
		out[i] = oncall.Override{Start: *o.StartTime, End: *o.EndTime, Members: o.NewMembers}
	}
	return out, nil
}

// shiftOut is a shift as lists show it.
type shiftOut struct {
	ContactIds         []string
	StartTime, EndTime epoch
	Type               string
	ShiftDetails       *shiftDetails `json:",omitempty"`
}

type shiftDetails struct{ OverriddenContactIds []string }

func outOfShift(s oncall.Shift) *shiftOut {
	out := &shiftOut{ContactIds: orEmpty(s.Members), StartTime: epoch(s.Start), EndTime: epoch(s.End), Type: "REGULAR"}
	if s.Override != nil {
		out.Type, out.ShiftDetails = "OVERRIDDEN", &shiftDetails{orEmpty(s.Replaced)}
	}
	return out
}

// pageOfShifts takes a page of the shifts in [from, to). The place of a shift is its end: shifts
// of one rotation do not overlap, so the next page begins there. Note goes with the place.
func pageOfShifts(pg *pageRequest, calendar *oncall.Calendar, from, to time.Time, note string) any {
	if last, _, _ := strings.Cut(pg.after, " "); last != "" {
		if t, err := time.Parse(time.RFC3339Nano, last); err == nil {
			from = t
		}
	}
	rows := takePage(pg, shiftsByEnd(calendar.Shifts(from, to), note), nil)
	out := struct {
		NextToken      string `json:",omitempty"`
		RotationShifts []*shiftOut
	}{pg.next, rows}
	if rows == nil {
		out.RotationShifts = []*shiftOut{}
	}
	return out
}

func shiftsByEnd(shifts iter.Seq[oncall.Shift], note string) iter.Seq2[string, *shiftOut] {
	return func(yield func(string, *shiftOut) bool) {
		for s := range shifts {
			if !yield(s.End.Format(time.RFC3339Nano)+note, outOfShift(s)) {
				return
			}
		}
	}
}
