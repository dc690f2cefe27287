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

func member(r *ast.Rotation, name string) bool {
	return slices.ContainsFunc(r.Members, func(m *ast.Member) bool { return m.Name.V == name })
}

// wall is a date and time as plans write it.
func wall(w ast.Wall) string { return w.V.Format("2006-01-02T15:04") }
