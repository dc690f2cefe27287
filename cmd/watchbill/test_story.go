package main

import (
	"fmt"
	"strings"
	"time"

	"github.com/watchbill/watchbill/drill"
	"github.com/watchbill/watchbill/internal/chart"
	"github.com/watchbill/watchbill/internal/when"
	"github.com/watchbill/watchbill/oncall"
)

// storyOf is the timeline of a failure up to where it broke and a little further, with
// that line marked.
func storyOf(c *drill.Check) string {
	f := c.Failure
	var b strings.Builder
	fmt.Fprintln(&b, whenOf(f))
	if len(f.Events) == 0 {
		return b.String()
	}
	b.WriteByte('\n')
	at, behind := visible(f)
	story := chart.Incident{At: f.At, Events: f.Events[:behind], Notes: map[int]string{at: noteOf(f.Mark)}}
	story.WriteEvents(&b, chart.Ink{})
	if behind < len(f.Events) {
		fmt.Fprintf(&b, "%8s\n", "…")
	}
	return b.String()
}

func noteOf(m drill.Mark) string {
	if m.Missing {
		return when.Length(m.Offset) + ": " + m.Text
	}
	return m.Text
}

// linesBehind is how many lines are shown behind the marked one.
const linesBehind = 2

// visible is the event that is marked, among those the timeline shows, and the end of
// what is shown.
func visible(f *drill.Failure) (at, behind int) {
	shown := func(i int) bool {
		e := f.Events[i]
		return e.Type != oncall.StageBegan || e.Contact == ""
	}
	at = f.Mark.Index
	if f.Mark.Missing {
		at--
	}
	at = max(min(at, len(f.Events)-1), 0)
	for at > 0 && !shown(at) {
		at--
	}
	behind = at + 1
	for more := 0; behind < len(f.Events) && more < linesBehind; behind++ {
		if shown(behind) {
			more++
		}
	}
	return at, behind
}

const openForm = "Mon 2 Jan 2006 15:04"

// whenOf says for which openings the expectation is broken.
func whenOf(f *drill.Failure) string {
	zone := f.At.Location().String()
	if zone == "" {
		zone = "UTC" + f.At.Format("-07:00")
	}
	at := f.At.Format(openForm) + " " + zone
	always := f.Broken == f.Of && !f.Until.IsZero()
	switch {
	case f.Events == nil && always:
		return "always, first on " + at
	case always:
		return "whenever it opens, first on " + at
	}
	if !f.Until.IsZero() {
		at = f.At.Format(openForm) + ", or until " + untilOf(f.At, f.Until) + " " + zone
	}
	text := "if it opens on " + at
	if f.Events == nil {
		text = "on " + at
	}
	switch {
	case f.Broken == 1:
		return text
	case f.Lasting > 0:
		return text + fmt.Sprintf("; and at other times, %s in all", days(f.Lasting))
	}
	return text + fmt.Sprintf(", and so at %d of the %d times of the test", f.Broken, f.Of)
}

func untilOf(from, to time.Time) string {
	if to.Sub(from) > 6*24*time.Hour {
		return to.Format(openForm)
	}
	if from.Format(time.DateOnly) == to.Format(time.DateOnly) {
		return to.Format("15:04")
	}
	return to.Format("Mon 15:04")
}

// days is a long duration: 3 days, 12h30m.
func days(d time.Duration) string {
	if d >= 48*time.Hour {
		return count(int((d+12*time.Hour)/(24*time.Hour)), "day")
	}
	return when.Length(d)
}
