package rule

import (
	"slices"
	"time"

	"github.com/watchbill/watchbill/compiler/ast"
	"github.com/watchbill/watchbill/internal/diag"
	"github.com/watchbill/watchbill/oncall"
)

// overrideMonths is how far ahead the console lets people plan an override. Whether
// the API minds is documented nowhere.
const overrideMonths = 6

// badOverride reports overrides that are too short, get into each other's way, or
// surprise somebody. Those that are over are history: nothing is said about them.
func badOverride(p *ast.Plan, in Input, r *Reporter) {
	for _, rotation := range rotations(p) {
		if len(rotation.Overrides) == 0 {
			continue
		}
		zone, err := time.LoadLocation(rotation.Timezone.V)
		if err != nil || !rotation.Timezone.Set() {
			continue // unknown-timezone
		}
		var before []timedOverride
		for _, o := range rotation.Overrides {
			if !o.From.Set() || !o.To.Set() || !o.From.V.Before(o.To.V) {
				continue // said where it was read
			}
			t := timedOverride{o, oncall.Instant(o.From.V, zone), oncall.Instant(o.To.V, zone)}
			if !t.to.After(in.Now) {
				continue
			}
			t.check(rotation, in.Now, before, r)
			before = append(before, t)
		}
	}
}

// timedOverride is an override with the instants its wall clocks mean.
type timedOverride struct {
	*ast.Override
	from, to time.Time
}

func (o timedOverride) check(rotation *ast.Rotation, now time.Time, before []timedOverride, r *Reporter) {
	if length := o.to.Sub(o.from); length < shortestWindow {
		f := r.Report(o.To.At, "the override is %s long, and AWS's shortest is %s", minutes(length), minutes(shortestWindow))
		f.WithHint("let it end later")
		if length != o.To.V.Sub(o.From.V) {
			f.WithNote(o.From.At, "the clocks of %s are changed in between", rotation.Timezone.V)
		}
	}
	for _, other := range before {
		if o.from.Before(other.to) && other.from.Before(o.to) {
			r.Report(o.At, "this override and an earlier one of %s overlap, and AWS does not say which of them counts", rotation.Name.V).
				WithHint("let one end where the other begins").
				WithNote(other.At, "it lasts from %s to %s", wall(other.From), wall(other.To))
			break
		}
	}
	if len(o.Members) > 0 && !covers(rotation.Coverage, o.From.V, o.To.V) {
		r.As(diag.Warning, o.At, "%s covers none of these hours, so that nobody is on call in them with the override either", rotation.Name.V).
			WithHint("cover the hours, or put the people on a rotation that does")
	}
	for _, m := range o.Members {
		if m.Contact != nil && !member(rotation, m.Name.V) {
			r.As(diag.Warning, m.Name.At, "%s is no member of %s; AWS's console lets only members take an override", m.Name.V, rotation.Name.V).
				WithHint("name a member, or add %s to the members", m.Name.V)
		}
	}
	if limit := now.AddDate(0, overrideMonths, 0); o.from.After(limit) {
		r.As(diag.Info, o.From.At, "the override begins in more than six months, which AWS's console does not allow yet").
			WithHint("AWS may refuse it until %s; then apply again", o.from.AddDate(0, -overrideMonths, 0).Format("2006-01-02"))
	}
}

// covers reports whether some window begins before to and ends after from, all as wall
// clocks. A week from the day before, whose windows may end late, has every window.
func covers(coverage []*ast.Coverage, from, to time.Time) bool {
	first := time.Date(from.Year(), from.Month(), from.Day()-1, 0, 0, 0, 0, time.UTC)
	for day := first; day.Before(to) && day.Before(first.AddDate(0, 0, 9)); day = day.AddDate(0, 0, 1) {
		for _, c := range coverage {
			if !slices.Contains(c.Days, day.Weekday()) {
				continue
			}
			for _, w := range c.Windows {
				start := day.Add(time.Duration(w.Start.Hour)*time.Hour + time.Duration(w.Start.Minute)*time.Minute)
				if start.Before(to) && start.Add(windowLength(w)).After(from) {
					return true
				}
			}
		}
	}
	return len(coverage) == 0
}

func member(r *ast.Rotation, name string) bool {
	return slices.ContainsFunc(r.Members, func(m *ast.Member) bool { return m.Name.V == name })
}

// wall is a date and time as plans write it.
func wall(w ast.Wall) string { return w.V.Format("2006-01-02T15:04") }
