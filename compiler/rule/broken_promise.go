package rule

import (
	"fmt"
	"strings"
	"time"

	"github.com/watchbill/watchbill/compiler/ast"
	"github.com/watchbill/watchbill/internal/diag"
	"github.com/watchbill/watchbill/oncall"
)

// brokenPromise reports response plans that do not keep what their impact level requires.
// Whom they page is simulated for every moment of the coming four weeks. What is never
// kept is an error; what is kept now and then is a warning, since it comes about by
// time alone, and must not stop an apply that repairs it.
func brokenPromise(p *ast.Plan, in Input, r *Reporter) {
	for _, rp := range p.ResponsePlans {
		if rp.ImpactLevel == nil || rp.ImpactLevel.Require == nil {
			continue
		}
		check := promise{rp, rp.ImpactLevel, rp.ImpactLevel.Require, in.Roster, r}
		check.written()
		if f := in.openings.of(rp); len(f.all) > 0 {
			check.pages(f, in.openings.zone(rp))
		}
	}
}

// promise is one response plan and what it has to keep.
type promise struct {
	plan    *ast.ResponsePlan
	level   *ast.ImpactLevel
	require *ast.Require
	roster  *oncall.Roster // nil while it is not known
	r       *Reporter
}

// written checks what can be seen without simulating anything.
func (c promise) written() {
	if c.require.Runbook.V && !c.plan.Runbook.Set() {
		c.report(diag.Error, c.require.Runbook.At, "a runbook", "it starts none").
			WithHint("write runbook: NAME, or another impact")
	}
	if c.require.Chat.V && len(c.plan.Chat) == 0 {
		c.report(diag.Error, c.require.Chat.At, "a chat channel", "it has none").
			WithHint("write chat: [NAME] with a chat channel, or another impact")
	}
}

// pages checks who is woken, and when.
func (c promise) pages(f future, zone *time.Location) {
	within, humans := c.require.PageWithin, c.require.HumanStages
	if f, late := f.breaking(func(o opening) bool { return !within.Set() || o.first <= within.V }); len(late) > 0 {
		how := "there is none"
		if first := late[0].first; first != never {
			how = fmt.Sprintf("the first comes in minute %d", first/time.Minute)
		}
		c.simulated(f, late, zone, within.At, "a call or text within "+minutes(within.V), how).
			WithHint("page an sms or voice channel of somebody who is there at that time, within %s", minutes(within.V))
	}
	if f, few := f.breaking(func(o opening) bool { return !humans.Set() || o.humans >= humans.V }); len(few) > 0 {
		c.simulated(f, few, zone, humans.At, "calls or texts to "+people(humans.V), "it reaches "+people(few[0].humans)).
			WithHint("let a later stage page somebody else")
	}
}

// breaking are the openings that do not pass, of the time before all schedules have begun
// only when there are no others.
func (f future) breaking(passes func(opening) bool) (future, []opening) {
	if out := f.unless(passes); len(out) > 0 {
		return f, out
	}
	return f.earlier(), f.earlier().unless(passes)
}

func (c promise) report(sev diag.Severity, promised diag.Pos, what, how string) *diag.Finding {
	return c.r.As(sev, c.plan.Name.At, "%s breaks the promise of %s, %s: %s", c.plan.Name.V, c.level.Name.V, what, how).
		WithNote(promised, "the promise")
}

// simulated reports the first opening that breaks the promise, with its story.
func (c promise) simulated(f future, broken []opening, zone *time.Location, promised diag.Pos, what, how string) *diag.Finding {
	sev := diag.Warning
	if len(broken) == len(f.all) && !f.some {
		sev = diag.Error
	}
	out := c.report(sev, promised, what, how+" "+f.when(broken, zone))
	if f.late != nil {
		out.WithNote(c.plan.Name.At, "looked at from %s on, when the rotation %s starts", written(f.from, zone), f.late.Name())
	}
	for _, line := range c.storyAt(broken[0].Start) {
		out.WithNote(line.at, "%s", line.text())
	}
	return out
}

func people(n int) string {
	switch n {
	case 0:
		return "nobody"
	case 1:
		return "one person"
	}
	return fmt.Sprintf("%d people", n)
}

// storyLines is how much of a story a finding tells.
const storyLines = 6

// line is one thing that happens in a story, at what the response plan engages.
type line struct {
	at        diag.Pos
	who, rest string // minute 5: aiko text | (web > primary)
}

// storyAt tells in few lines of an incident that starts at an instant: what reaches whom in
// which minute, and what reaches nobody.
func (c promise) storyAt(start time.Time) []line {
	var out []line
	rp := c.plan
	for e := range c.roster.Simulate(rp.Name.V, start, nil) {
		l := line{at: rp.Name.At}
		if e.Root >= 0 && e.Root < len(rp.Engage) {
			l.at = rp.Engage[e.Root].Name.At
		}
		what := ""
		switch {
		case e.Type == oncall.Paged:
			l.who, what = e.Contact, e.ChannelType.Word()
		case e.Type == oncall.NobodyOnCall:
			l.who = "nobody is on call"
		case e.Type == oncall.Unreachable && e.Channel == "" && e.Contact != "":
			l.who = e.Contact + " cannot be reached"
		default:
			continue
		}
		l.who = fmt.Sprintf("minute %d: %s", e.Time.Sub(start)/time.Minute, l.who)
		l.rest = way(e.Path)
		if n := len(out); n > 0 && what != "" && out[n-1].follows(l) {
			out[n-1].who += " and " + what
			continue
		}
		if len(out) == storyLines {
			return append(out, line{at: rp.Name.At, who: "and so on"})
		}
		if what != "" {
			l.who += " " + what
		}
		out = append(out, l)
	}
	if len(out) == 0 {
		out = append(out, line{at: rp.Name.At, who: "nobody is paged"})
	}
	return out
}

func (l line) text() string { return l.who + l.rest }

// follows reports whether the next line is about another channel of the same person
// at the same time.
func (l line) follows(next line) bool {
	return l.rest == next.rest && strings.HasPrefix(l.who, next.who+" ")
}

// way is how somebody came to be engaged: " (web > primary)".
func way(path []oncall.Hop) string {
	if len(path) == 0 {
		return ""
	}
	var names []string
	for _, h := range path {
		names = append(names, h.Name)
	}
	return " (" + strings.Join(names, " > ") + ")"
}
