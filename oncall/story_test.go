package oncall

// Helpers that write plans and tell stories in few words.

import (
	"fmt"
	"strings"
	"testing"
	"time"
)

// tell prints events one a line, the time as minutes and seconds since the start.
func tell(start time.Time, events func(func(Event) bool)) string {
	var out strings.Builder
	for e := range events {
		since := e.Time.Sub(start)
		fmt.Fprintf(&out, "%d:%02d %s", int(since.Minutes()), int(since.Seconds())%60, e.Type)
		if e.Contact != "" {
			out.WriteString(" " + e.Contact)
		}
		if e.Channel != "" {
			out.WriteString("/" + e.Channel)
		}
		if e.Type == StageBegan {
			fmt.Fprintf(&out, " stage %d", e.Stage)
		}
		if e.Attempt > 1 {
			fmt.Fprintf(&out, " attempt %d", e.Attempt)
		}
		for i, h := range e.Path {
			out.WriteString(map[bool]string{true: " by ", false: " > "}[i == 0] + h.String())
		}
		if e.Reason != "" {
			out.WriteString(" (" + string(e.Reason) + ")")
		}
		out.WriteString("\n")
	}
	return out.String()
}

func wantStory(t *testing.T, got, want string) {
	t.Helper()
	want = strings.ReplaceAll(strings.TrimSpace(want), "\t", "") + "\n"
	if got != want {
		t.Errorf("got\n%swant\n%s", got, want)
	}
}

// person has active channels mail, text and phone, and stages such as "mail@1 text wait 5":
// a retry in minutes after each @.
func person(t testing.TB, stages ...string) Person {
	t.Helper()
	p := Person{Channels: map[string]Channel{"mail": {Type: Email, Active: true}, "text": {Type: SMS, Active: true}, "phone": {Type: Voice, Active: true}}}
	for _, s := range stages {
		p.Stages = append(p.Stages, stage(t, s))
	}
	return p
}

// stage reads "mail@1 text wait 5", or of an escalation plan "ben chie? wait 10", where
// the question mark says that the acknowledgement is not essential.
func stage(t testing.TB, text string) Stage {
	t.Helper()
	var s Stage
	targets, wait, _ := strings.Cut(text, "wait ")
	var minutes float64
	if _, err := fmt.Sscan(wait, &minutes); err != nil {
		t.Fatal(text)
	}
	s.Wait = time.Duration(minutes * float64(time.Minute))
	for _, word := range strings.Fields(targets) {
		name, retry, _ := strings.Cut(word, "@")
		contact, optional := strings.CutSuffix(name, "?")
		target := Target{Channel: name, Contact: contact, Essential: !optional}
		if retry != "" {
			if _, err := fmt.Sscan(retry, &minutes); err != nil {
				t.Fatal(text)
			}
			target.Retry = time.Duration(minutes * float64(time.Minute))
		}
		s.Targets = append(s.Targets, target)
	}
	return s
}

func escalation(t testing.TB, stages ...string) (out []Stage) {
	t.Helper()
	for _, s := range stages {
		out = append(out, stage(t, s))
	}
	return out
}
