package emulator

import (
	"cmp"
	"fmt"
	"iter"
	"slices"
	"time"
)

// rotationOverride is a row: other people on call for a while. It has no ARN, and never changes.
type rotationOverride struct {
	ID            string
	Key           string // of the rotation, "/" and ID
	RotationARN   string
	NewContactIds []string
	StartTime     time.Time
	EndTime       time.Time
	CreateTime    time.Time
	Serial        int // counts the overrides of a rotation; where two overlap, the later one counts
}

func createOverride(c *call, tx *tx, in *struct {
	RotationId         string
	NewContactIds      []string
	StartTime, EndTime time.Time
}) (any, error) {
	r, err := findRotation(c, tx.state, in.RotationId)
	if err != nil {
		return nil, err
	}
	if !in.EndTime.After(in.StartTime) {
		return nil, badContact("EndTime must be after StartTime")
	}
	if err := fitMembers(c, tx.state, in.NewContactIds); err != nil {
		return nil, err
	}
	id := newUUID()
	o := &rotationOverride{ID: id, Key: r.Key + "/" + id, RotationARN: r.ARN, NewContactIds: in.NewContactIds,
		StartTime: in.StartTime, EndTime: in.EndTime, CreateTime: toMillisecond(c.now), Serial: 1}
	for _, other := range tx.overrides.below(r.Key + "/") {
		o.Serial = max(o.Serial, other.Serial+1)
	}
	if err := o.fitConsole(c, r); err != nil {
		return nil, err
	}
	tx.overrides.put(tx, o.Key, o)
	return struct{ RotationOverrideId string }{id}, nil
}

// fitConsole is Rules.ConsoleLimits.
func (o *rotationOverride) fitConsole(c *call, r *rotation) error {
	switch {
	case !c.opts.Rules.ConsoleLimits:
	case o.EndTime.Sub(o.StartTime) < shortest:
		return badContact("An override must be at least 30 minutes long")
	case o.StartTime.After(c.now.AddDate(0, 6, 0)):
		return badContact("An override can begin at most six months from now")
	case slices.ContainsFunc(o.NewContactIds, func(arn string) bool { return !slices.Contains(r.ContactIds, arn) }):
		return badContact("An override can only put contacts of the rotation on call")
	}
	return nil
}

// overrideID names an override.
type overrideID struct{ RotationId, RotationOverrideId string }

func findOverride(c *call, st *state, id *overrideID) (*rotationOverride, error) {
	r, err := findRotation(c, st, id.RotationId)
	if err != nil {
		return nil, err
	}
	if o := st.overrides.get(r.Key + "/" + id.RotationOverrideId); o != nil {
		return o, nil
	}
	return nil, contactsNotFound(kindOverride, id.RotationOverrideId)
}

// overrideSummary is an override as lists show it.
type overrideSummary struct {
	RotationOverrideId             string
	NewContactIds                  []string
	StartTime, EndTime, CreateTime epoch
}

func (o *rotationOverride) summary() overrideSummary {
	return overrideSummary{o.ID, o.NewContactIds, epoch(o.StartTime), epoch(o.EndTime), epoch(o.CreateTime)}
}

func getOverride(c *call, st *state, in *overrideID) (any, error) {
	o, err := findOverride(c, st, in)
	if err != nil {
		return nil, err
	}
	return struct {
		overrideSummary
		RotationArn string
	}{o.summary(), o.RotationARN}, nil
}

func deleteOverride(c *call, tx *tx, in *overrideID) (any, error) {
	o, err := findOverride(c, tx.state, in)
	if err != nil {
		return nil, err
	}
	tx.overrides.put(tx, o.Key, nil)
	return nil, nil
}

// listOverrides answers the overrides that lie at least in part in the time asked for, by their start.
func listOverrides(c *call, st *state, in *struct {
	RotationId, NextToken string
	StartTime, EndTime    time.Time
	MaxResults            int
}) (any, error) {
	r, err := findRotation(c, st, in.RotationId)
	if err != nil {
		return nil, err
	}
	if in.EndTime.Before(in.StartTime) {
		return nil, badContact("EndTime must not be before StartTime")
	}
	pg, err := contactsPage(c, in.NextToken, in.MaxResults, r.ARN, in.StartTime.String(), in.EndTime.String())
	if err != nil {
		return nil, err
	}
	rows := takePage(pg, overridesByStart(st, r, pg.after), func(o *rotationOverride) bool {
		return o.EndTime.After(in.StartTime) && o.StartTime.Before(in.EndTime)
	})
	out := struct {
		NextToken         string `json:",omitempty"`
		RotationOverrides []overrideSummary
	}{pg.next, make([]overrideSummary, len(rows))}
	for i, o := range rows {
		out.RotationOverrides[i] = o.summary()
	}
	return out, nil
}

// overridesByStart walks the overrides of a rotation by their start, after the place last.
func overridesByStart(st *state, r *rotation, last string) iter.Seq2[string, *rotationOverride] {
	place := func(o *rotationOverride) string {
		return o.StartTime.Format("20060102T150405.000") + fmt.Sprintf(" %09d", o.Serial)
	}
	return func(yield func(string, *rotationOverride) bool) {
		rows := overridesOf(st, r)
		slices.SortStableFunc(rows, func(a, b *rotationOverride) int { return a.StartTime.Compare(b.StartTime) })
		for _, o := range rows {
			if key := place(o); key > last && !yield(key, o) {
				return
			}
		}
	}
}

// overridesOf are the overrides of a rotation in the order of their creation.
func overridesOf(st *state, r *rotation) (rows []*rotationOverride) {
	for _, o := range st.overrides.below(r.Key + "/") {
		rows = append(rows, o)
	}
	slices.SortFunc(rows, func(a, b *rotationOverride) int { return cmp.Compare(a.Serial, b.Serial) })
	return rows
}
