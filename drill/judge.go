package drill

import (
	"fmt"
	"slices"
	"strings"
	"time"

	"github.com/watchbill/watchbill/compiler/ast"
	"github.com/watchbill/watchbill/internal/chart"
	"github.com/watchbill/watchbill/internal/diag"
	"github.com/watchbill/watchbill/internal/when"
	"github.com/watchbill/watchbill/oncall"
)

// judgement is an expectation and what the openings said about it.
type judgement struct {
	expected *ast.Expectation
	test     *ast.Test
	passed   string // what the first opening that met it showed
	failed   string // what the first that broke it showed
	failure  *Failure
	tried    int
}

func newJudgement(x *ast.Expectation, test *ast.Test) *judgement {
	return &judgement{expected: x, test: test}
}

func (j *judgement) check() Check {
	c := Check{Pos: j.pos(), Sentence: j.passed, Failure: j.failure}
	if j.failure != nil {
		c.Sentence, c.Failure.Of = j.failed, j.tried
	}
	return c
}

// pos is the value that a failure is about.
func (j *judgement) pos() diag.Pos {
	switch x := j.expected; {
	case x.By.Set():
		return x.By.At
	case x.Before.Set():
		return x.Before.At
	case x.FirstPage.Set():
		return x.FirstPage.At
	case x.Contact.Set():
		return x.Contact.At
	case x.Nobody.Set():
		return x.Nobody.At
	case x.Stops.Set():
		return x.Stops.At
	case x.OnCall != nil:
		return x.OnCall.At
	}
	return j.expected.At
}

func (j *judgement) pass(format string, args ...any) {
	if j.passed == "" {
		j.passed = fmt.Sprintf(format, args...)
	}
}

// fail counts an opening that broke the expectation; the first one is shown.
func (j *judgement) fail(f *Failure, mark Mark, format string, args ...any) {
	if j.failure == nil {
		j.failure, j.failed = f, fmt.Sprintf(format, args...)
		f.Mark = mark
		return
	}
	j.failure.Broken++
	j.failure.Lasting += f.Lasting
}

// incident judges an opening, unless the expectation is about who is on call.
func (j *judgement) incident(o *opening) {
	if j.expected.OnCall != nil {
		return
	}
	j.tried++
	switch x := j.expected; {
	case x.Contact.Set():
		j.paged(o)
	case x.Nobody.Set():
		j.notPaged(o)
	case x.FirstPage.Set():
		j.firstPage(o)
	case x.Stops.Set():
		j.stops(o)
	}
}

// message reports whether an event is a message to somebody.
func message(e oncall.Event) bool { return e.Type == oncall.Paged || e.Type == oncall.Retried }

// counts reports whether an event is a page the expectation is about.
func (j *judgement) counts(e oncall.Event, contact string) bool {
	return message(e) && e.Contact == contact && j.meant(&e)
}

// meant reports whether an event is about a channel that the expectation means.
func (j *judgement) meant(e *oncall.Event) bool {
	x := j.expected
	return e.Channel != "" && (!x.Channel.Set() || e.Channel == x.Channel.V) &&
		(!x.ChannelType.Set() || string(e.ChannelType) == x.ChannelType.V)
}

// how is "paged", or in which way: "paged on text", "called".
func (j *judgement) how() string {
	switch x := j.expected; {
	case x.Channel.Set():
		return "paged on " + x.Channel.V
	case x.ChannelType.Set():
		return "paged by " + oncall.ChannelType(x.ChannelType.V).Word()
	}
	return "paged"
}

func (j *judgement) paged(o *opening) {
	x := j.expected
	name := x.Contact.V
	i := slices.IndexFunc(o.events, func(e oncall.Event) bool { return j.counts(e, name) })
	if i < 0 {
		by, text := last(o), fmt.Sprintf("%s is never %s", name, j.how())
		if x.By.Set() {
			by, text = x.By.V, fmt.Sprintf("%s should be %s by now", name, j.how())
		}
		j.fail(o.failure(), o.missing(by, text), "%s is never %s%s", name, j.how(), j.instead(o, name))
		return
	}
	at := o.events[i].Time.Sub(o.Start)
	if x.By.Set() && at > x.By.V {
		mark := Mark{Index: i, Offset: at, Text: "not by " + when.Length(x.By.V)}
		j.fail(o.failure(), mark, "%s is first %s at %s, not by %s", name, j.how(), when.Length(at), when.Length(x.By.V))
		return
	}
	j.pass("%s is %s at %s", name, j.how(), when.Length(at))
}

// instead says what is so of a contact who is never paged as expected.
func (j *judgement) instead(o *opening, name string) string {
	var other, lost *oncall.Event
	for i := range o.events {
		e := &o.events[i]
		switch {
		case e.Contact != name:
		case message(*e) && other == nil:
			other = e
		case e.Type == oncall.Unreachable && (lost == nil || lost.Channel == "" && j.meant(e)):
			lost = e
		}
	}
	switch {
	case other != nil:
		return fmt.Sprintf(": the first page is a %s to %s at %s", other.ChannelType.Word(), other.Channel, when.Length(other.Time.Sub(o.Start)))
	case lost != nil && lost.Reason == oncall.NotActivated:
		return fmt.Sprintf(": the channel %s is not activated", lost.Channel)
	case lost != nil:
		return ": " + chart.Why(lost.Reason)
	case !slices.ContainsFunc(o.events, func(e oncall.Event) bool { return e.Contact == name }):
		return ": nothing engages them"
	}
	return ""
}

func (j *judgement) notPaged(o *opening) {
	x := j.expected
	name := x.Nobody.V
	for i, e := range o.events {
		at := e.Time.Sub(o.Start)
		if !j.counts(e, name) || x.Before.Set() && at >= x.Before.V {
			continue
		}
		if !x.Before.Set() {
			j.fail(o.failure(), Mark{Index: i, Offset: at, Text: "not at all"}, "%s is %s at %s", name, j.how(), when.Length(at))
			return
		}
		mark := Mark{Index: i, Offset: at, Text: "not before " + when.Length(x.Before.V)}
		j.fail(o.failure(), mark, "%s is %s at %s, before %s", name, j.how(), when.Length(at), when.Length(x.Before.V))
		return
	}
	if x.Before.Set() {
		j.pass("%s is not %s before %s", name, j.how(), when.Length(x.Before.V))
		return
	}
	j.pass("%s is not %s", name, j.how())
}

func (j *judgement) firstPage(o *opening) {
	within := j.expected.FirstPage.V
	for i, e := range o.events {
		if !message(e) || e.ChannelType == oncall.Email {
			continue
		}
		at := e.Time.Sub(o.Start)
		what := fmt.Sprintf("the first call or text is a %s to %s at %s", e.ChannelType.Word(), e.Contact, when.Length(at))
		if at > within {
			j.fail(o.failure(), Mark{Index: i, Offset: at, Text: "not by " + when.Length(within)}, "%s, not by %s", what, when.Length(within))
			return
		}
		j.pass("%s", what)
		return
	}
	j.fail(o.failure(), o.missing(within, "somebody should be called or texted by now"), "nobody is called or texted")
}

func (j *judgement) stops(o *opening) {
	answer := -1
	for i, e := range o.events {
		if e.Type == oncall.Acknowledged {
			answer = i
		}
	}
	if answer < 0 {
		j.noAnswer(o)
		return
	}
	by, at := o.events[answer].Contact, o.events[answer].Time.Sub(o.Start)
	for i := answer + 1; i < len(o.events); i++ {
		e := o.events[i]
		if !message(e) {
			continue
		}
		said := fmt.Sprintf("%s is paged at %s, after the answer of %s at %s", e.Contact, when.Length(e.Time.Sub(o.Start)), by, when.Length(at))
		if j.expected.Stops.V {
			j.fail(o.failure(), Mark{Index: i, Offset: e.Time.Sub(o.Start), Text: "not after the answer"}, "%s", said)
			return
		}
		j.pass("%s", said)
		return
	}
	said := fmt.Sprintf("nobody is paged after the answer of %s at %s", by, when.Length(at))
	if !j.expected.Stops.V {
		j.fail(o.failure(), o.missing(last(o), "somebody should be paged after the answer"), "%s", said)
		return
	}
	j.pass("%s", said)
}

// noAnswer judges stops when nobody who would answer has been paged.
func (j *judgement) noAnswer(o *opening) {
	var names []string
	var by time.Duration
	for _, a := range j.test.Acknowledge {
		names = append(names, a.Contact.V)
		by = max(by, a.After.V)
	}
	who := "none of " + people(names) + " has"
	if len(names) == 1 {
		who = names[0] + " has not"
	}
	if j.expected.Stops.V {
		j.fail(o.failure(), o.missing(by, "an answer of "+strings.Join(names, " or ")), "nobody answers: %s been paged by %s", who, when.Length(by))
		return
	}
	j.pass("nobody answers")
}

// last is how long the incident goes on by itself.
func last(o *opening) time.Duration {
	if len(o.events) == 0 {
		return 0
	}
	return o.events[len(o.events)-1].Time.Sub(o.Start)
}

// onCall judges who is on call in a stretch of time.
func (j *judgement) onCall(schedule string, w oncall.Watch, at times) {
	j.tried++
	var wanted []string
	for _, n := range j.expected.OnCall.Names {
		wanted = append(wanted, n.V)
	}
	got := slices.Sorted(slices.Values(w.People))
	if slices.Equal(got, slices.Sorted(slices.Values(wanted))) {
		j.pass("%s on call in %s", are(w.People), schedule)
		return
	}
	o := opening{Span: w.Span, times: at}
	j.fail(o.failure(), Mark{}, "%s on call in %s, not %s", are(w.People), schedule, people(wanted))
}

// noSchedule says that a live roster has not got the schedule of the plan.
func (j *judgement) noSchedule(schedule string, at times) {
	j.tried++
	o := opening{Span: at.span, times: at}
	j.fail(o.failure(), Mark{}, "there is no schedule %s", schedule)
}

// noPlan says that a live roster has not got the response plan.
func (j *judgement) noPlan(name string, at times) {
	if j.expected.OnCall != nil {
		return
	}
	j.tried++
	o := opening{Span: at.span, times: at}
	j.fail(o.failure(), Mark{}, "there is no response plan %s", name)
}

func are(names []string) string {
	if len(names) > 1 {
		return people(names) + " are"
	}
	return people(names) + " is"
}

func people(names []string) string {
	switch n := len(names); n {
	case 0:
		return "nobody"
	case 1:
		return names[0]
	default:
		return strings.Join(names[:n-1], ", ") + " and " + names[n-1]
	}
}
