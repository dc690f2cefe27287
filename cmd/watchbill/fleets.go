package main

import (
	"fmt"
	"io"
	"strings"
	"time"

	"github.com/watchbill/watchbill/agent"
	"github.com/watchbill/watchbill/kind"
)

// fleetReport is what a change set means for the resources that monitors are for. The nil report
// has nothing to say.
type fleetReport struct {
	cost kind.Cost
	// now and after are of the same monitors, in the same order.
	now, after []kind.MonitorCoverage
}

// fleetsOf compares what is watched before and after a pass.
func fleetsOf(o *agent.Outcome) *fleetReport {
	return &fleetReport{o.Cost, kind.FleetCoverage(o.Fleets, o.Observed, false), kind.FleetCoverage(o.Fleets, o.Observed, true)}
}

// costLine says what a change set takes, "" when that is little and on no bill.
func costLine(c kind.Cost) string {
	var bill []string
	add := func(n int, what, way string) {
		if n > 0 {
			bill = append(bill, count(n, what)+" "+way)
		}
	}
	add(c.AlarmsAdded, "alarm-month", "more")
	add(c.AlarmsTaken, "alarm-month", "less")
	add(c.CompositesAdded, "composite alarm-month", "more")
	add(c.CompositesTaken, "composite alarm-month", "less")
	calls := 0
	for _, op := range c.Calls {
		calls += op.Calls
	}
	if len(bill) == 0 && c.Lasts < shownLasts {
		return ""
	}
	text := "Cost: about " + count(calls, "call")
	if c.Lasts > 0 {
		text += fmt.Sprintf(", %s at the pace of %s", lasting(c.Lasts), c.Slowest)
	}
	if len(bill) > 0 {
		text += "; on CloudWatch's bill " + strings.Join(bill, ", ")
	}
	return text + "."
}

// shownLasts is from how long on a person wants to know it.
const shownLasts = 30 * time.Second

func lasting(d time.Duration) string {
	if d < time.Minute {
		return count(max(1, int(d.Round(time.Second)/time.Second)), "second")
	}
	return count(int((d+time.Minute-1)/time.Minute), "minute")
}

// costJSON is the cost for programs; see kind.Cost.
type costJSON struct {
	Calls           map[string]int `json:"calls"`   // by operation, service:Operation
	Seconds         int            `json:"seconds"` // at the pace of the slowest; 0 without a pace
	Slowest         string         `json:"slowest"`
	AlarmsAdded     int            `json:"alarm_months_added"` // metrics that alarms read: what CloudWatch bills
	AlarmsTaken     int            `json:"alarm_months_taken"`
	CompositesAdded int            `json:"composite_alarm_months_added"`
	CompositesTaken int            `json:"composite_alarm_months_taken"`
}

func newCostJSON(c kind.Cost) costJSON {
	out := costJSON{map[string]int{}, int((c.Lasts + time.Second - 1) / time.Second), c.Slowest, c.AlarmsAdded, c.AlarmsTaken, c.CompositesAdded, c.CompositesTaken}
	for _, op := range c.Calls {
		out.Calls[op.Operation] = op.Calls
	}
	return out
}

// Text shows so many of a monitor's resources, and so many monitors; JSON has all.
const (
	maxShownTargets  = 10
	maxShownMonitors = 20
)

// fleetLines are one monitor in words: the sentence, and what stands below it.
func (r *fleetReport) fleetLines(i int) (head string, below []string) {
	now, after := r.now[i], r.after[i]
	if after.Err != nil {
		return now.Monitor + ": not known, so nothing is planned for its alarms: " + sentence(after.Err), nil
	}
	watched := len(after.Covered) + len(after.Uncovered)
	head = fmt.Sprintf("%s: %s", now.Monitor, count(watched, "resource"))
	switch done, will := len(now.Covered), len(after.Covered); {
	case watched == 0:
	case now.Err != nil:
		head += fmt.Sprintf(", %s covered after this", allOf(will, watched))
	case done == will:
		head += fmt.Sprintf(", %s covered", allOf(will, watched))
	default:
		head += fmt.Sprintf(", %s covered after this (%d now)", allOf(will, watched), done)
	}
	head += exceptedWords(after)
	if after.Refused == "" && watched > 0 {
		below = append(below, after.Why)
	}
	return head, append(below, shortcomings(after)...)
}

func allOf(n, all int) string {
	switch {
	case n == all && n > 1:
		return "all"
	case n == 0 && all > 0:
		return "none"
	}
	return fmt.Sprint(n)
}

func exceptedWords(c kind.MonitorCoverage) string {
	if n := len(c.Excepted); n > 0 {
		return fmt.Sprintf("; %d excepted", n)
	}
	return ""
}

// shortcomings are what is not covered, and what looks like a mistake.
func shortcomings(c kind.MonitorCoverage) []string {
	var out []string
	for n, t := range c.Uncovered {
		if n == maxShownTargets {
			out = append(out, fmt.Sprintf("and %d more", len(c.Uncovered)-n))
			break
		}
		out = append(out, fmt.Sprintf("not covered: %s: %s", printable(t.ID), t.Because))
	}
	for _, n := range c.Notes {
		out = append(out, "note: "+n)
	}
	return out
}

// writeFleets prints what a change set means for fleets.
func writeFleets(w io.Writer, r *fleetReport, colored bool) {
	if r == nil {
		return
	}
	if len(r.after) > 0 {
		r.writeMonitors(w, newPaint(colored))
	}
	if l := costLine(r.cost); l != "" {
		fmt.Fprintf(w, "%s\n\n", l)
	}
}

func (r *fleetReport) writeMonitors(w io.Writer, p paint) {
	fmt.Fprintln(w, p.bold.Sprint("Fleet:"))
	for i := range r.after {
		if i == maxShownMonitors {
			fmt.Fprintf(w, "  and %s\n", count(len(r.after)-i, "more monitor"))
			break
		}
		head, below := r.fleetLines(i)
		fmt.Fprintf(w, "  %s\n", head)
		for _, l := range below {
			for _, part := range wrapped(l) {
				fmt.Fprintf(w, "    %s\n", part)
			}
		}
	}
	fmt.Fprintln(w)
}

func writeFleetsMarkdown(w io.Writer, r *fleetReport) {
	if r == nil {
		return
	}
	defer func() {
		if l := costLine(r.cost); l != "" {
			fmt.Fprintf(w, "\n%s\n", escapeMarkdown(l))
		}
	}()
	if len(r.after) == 0 {
		return
	}
	fmt.Fprintf(w, "\n#### Fleet\n\n| monitor | resources | covered now | after | excepted | how |\n|---|---|---|---|---|---|\n")
	for i, after := range r.after {
		now := r.now[i]
		name := escapeMarkdown(after.Monitor)
		if after.Err != nil {
			fmt.Fprintf(w, "| %s | not known | | | | %s |\n", name, escapeMarkdown(sentence(after.Err)))
			continue
		}
		how := append([]string{after.Why}, shortcomings(after)...)
		fmt.Fprintf(w, "| %s | %d | %s | %d | %d | %s |\n", name, len(after.Covered)+len(after.Uncovered), coveredWord(now), len(after.Covered),
			len(after.Excepted), escapeMarkdown(strings.Join(how, "; ")))
	}
}

func coveredWord(c kind.MonitorCoverage) string {
	if c.Err != nil {
		return "not known"
	}
	return fmt.Sprint(len(c.Covered))
}

// fleetJSON is a monitor's fleet for programs: in plan what will be covered, in coverage what is.
type fleetJSON struct {
	Monitor   string                `json:"monitor"`
	Origin    *originJSON           `json:"origin"`
	Matched   int                   `json:"matched"` // the excepted included
	Covered   int                   `json:"covered"`
	Before    *int                  `json:"covered_before,omitempty"` // of plan and apply; null when it is not known
	Uncovered []uncoveredTargetJSON `json:"uncovered"`
	Excepted  []fleetTargetJSON     `json:"excepted"`
	Encoding  string                `json:"encoding"` // per_target or query
	Why       string                `json:"why"`
	Query     string                `json:"query"` // what a query alarm asks, "" for none
	Notes     []string              `json:"notes"`
	Error     string                `json:"error"` // why nothing of it is known, "" when it is
}

type fleetTargetJSON struct {
	ID  string `json:"id"`
	ARN string `json:"arn"`
}

type uncoveredTargetJSON struct {
	ID      string `json:"id"`
	ARN     string `json:"arn"`
	Because string `json:"because"`
}

func newFleetJSON(c kind.MonitorCoverage) fleetJSON {
	out := fleetJSON{
		Monitor: c.Monitor, Origin: origin(c.Origin), Matched: c.Matched, Covered: len(c.Covered), Encoding: c.Encoding, Why: c.Why, Query: c.Query,
		Uncovered: []uncoveredTargetJSON{}, Excepted: []fleetTargetJSON{}, Notes: append([]string{}, c.Notes...), Error: sentence(c.Err),
	}
	for _, t := range c.Uncovered {
		out.Uncovered = append(out.Uncovered, uncoveredTargetJSON{t.ID, t.ARN, t.Because})
	}
	for _, t := range c.Excepted {
		out.Excepted = append(out.Excepted, fleetTargetJSON{t.ID, t.ARN})
	}
	return out
}

// json is the report for programs, never nil.
func (r *fleetReport) json() []fleetJSON {
	out := []fleetJSON{}
	if r == nil {
		return out
	}
	for i, after := range r.after {
		one := newFleetJSON(after)
		if r.now[i].Err == nil {
			one.Before = new(len(r.now[i].Covered))
		}
		out = append(out, one)
	}
	return out
}

// price is what the change set takes, nothing of the nil report.
func (r *fleetReport) price() kind.Cost {
	if r == nil {
		return kind.Cost{}
	}
	return r.cost
}
