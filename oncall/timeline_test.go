package oncall

// Laws of incident timelines, and a second reading of the rules in closed form.

import (
	"cmp"
	"encoding/json"
	"fmt"
	"maps"
	"slices"
	"testing"
	"time"

	"pgregory.net/rapid"
)

func minutes(t *rapid.T, most int, name string) time.Duration {
	return time.Duration(rapid.IntRange(0, most).Draw(t, name)) * time.Minute
}

func anyRoster(t *rapid.T) *Roster {
	roster := &Roster{People: map[string]Person{}, Escalations: map[string][]Stage{}, Schedules: map[string]*Schedule{},
		Rules: Rules{AcknowledgeOneEngagement: rapid.Bool().Draw(t, "ack one")}}
	for _, name := range members("ABCDE") {
		p := Person{Channels: map[string]Channel{}}
		for _, c := range members("mtp") {
			if rapid.IntRange(0, 5).Draw(t, "channel") > 0 {
				p.Channels[c] = Channel{Type: SMS, Active: rapid.IntRange(0, 4).Draw(t, "active") > 0}
			}
		}
		for range rapid.IntRange(0, 3).Draw(t, "stages") {
			s := Stage{Wait: minutes(t, 6, "wait")}
			for range rapid.IntRange(0, 2).Draw(t, "targets") {
				s.Targets = append(s.Targets, Target{Channel: rapid.SampledFrom(members("mtp")).Draw(t, "page"), Retry: minutes(t, 3, "retry")})
			}
			p.Stages = append(p.Stages, s)
		}
		roster.People[name] = p
	}
	for _, name := range []string{"s1", "s2"} {
		r := Rotation{Zone: time.UTC, Start: time.Unix(0, 0), Members: members("ABCDE"), OnCalls: rapid.IntRange(1, 2).Draw(t, "on call"),
			Recurrence: Recurrence{Daily: []Clock{anyClock(t, "hand-off")}, Multiplier: 1}}
		if rapid.Bool().Draw(t, "limited") {
			r.Coverage = everyDay(Window{anyClock(t, "from"), anyClock(t, "to")})
		}
		s, err := NewSchedule(Rules{}, r)
		if err != nil {
			t.Fatal(err)
		}
		roster.Schedules[name] = s
	}
	for _, name := range []string{"e1", "e2"} {
		for range rapid.IntRange(0, 3).Draw(t, "stages") {
			s := Stage{Wait: minutes(t, 9, "wait")}
			for range rapid.IntRange(0, 3).Draw(t, "targets") {
				s.Targets = append(s.Targets, Target{Essential: rapid.Bool().Draw(t, "essential"),
					Contact: rapid.SampledFrom([]string{"A", "B", "C", "D", "E", "F", "s1", "s2"}).Draw(t, "contact")})
			}
			roster.Escalations[name] = append(roster.Escalations[name], s)
		}
	}
	roster.ResponsePlans = map[string][]string{"rp": rapid.SliceOfN(rapid.SampledFrom([]string{"A", "B", "s1", "e1", "e2", "nobody"}), 0, 3).Draw(t, "engages")}
	return roster
}

func anyAnswers(t *rapid.T) map[string]time.Duration {
	out := map[string]time.Duration{}
	for _, name := range rapid.SliceOfNDistinct(rapid.SampledFrom(members("ABCDE")), 0, 3, rapid.ID).Draw(t, "answer") {
		out[name] = minutes(t, 30, "after")
	}
	return out
}

func anyInstant(t *rapid.T) time.Time {
	return time.Unix(1_767_225_600+60*rapid.Int64Range(0, 3*1440).Draw(t, "at"), 0).UTC()
}

// sends are the messages of a story: who, by which channel, when, which engagement.
func sends(events []Event) (out []string) {
	for _, e := range events {
		if e.Type == Paged || e.Type == Retried {
			out = append(out, fmt.Sprint(e.Time.Format("15:04 "), e.Root, e.Contact, e.Channel, e.Path, e.Stage, e.Attempt))
		}
	}
	slices.Sort(out)
	return out
}

func TestTimelineLaws(t *testing.T) {
	rapid.Check(t, func(t *rapid.T) {
		roster, answers, start := anyRoster(t), anyAnswers(t), anyInstant(t)
		events := slices.Collect(roster.Simulate("rp", start, answers))
		if events[0].Type != IncidentOpened || !events[0].Time.Equal(start) {
			t.Fatalf("begins with %+v", events[0])
		}
		answered := map[string]Event{}
		ends := 0
		for i, e := range events {
			if i > 0 && e.Time.Before(events[i-1].Time) {
				t.Fatalf("%+v comes after %+v", e, events[i-1])
			}
			switch a, done := answered[e.Contact]; {
			case e.Type == Ended:
				ends++
			case ends > 0 && e.Type != Acknowledged:
				t.Fatalf("%+v after the end", e)
			case e.Type == Acknowledged:
				answered[e.Contact] = e
			case done && e.Contact != "" && (!roster.Rules.AcknowledgeOneEngagement || e.Root == a.Root):
				t.Fatalf("%+v after acknowledgement %+v", e, a)
			}
		}
		if ends != 1 {
			t.Fatalf("%d ends", ends)
		}
		for person, a := range answered {
			if want := start.Add(answers[person]); !a.Time.Equal(want) {
				t.Fatalf("acknowledged at %s, want %s", a.Time, want)
			}
			noStageAfter(t, roster, events, person, a)
		}
	})
}

// noStageAfter checks that no plan that engaged the person as essential goes on.
func noStageAfter(t *rapid.T, roster *Roster, events []Event, person string, a Event) {
	for _, e := range events {
		if e.Contact != person || len(e.Path) == 0 || e.Path[0].Kind != EscalationPlan || e.Time.After(a.Time) {
			continue
		}
		if roster.Rules.AcknowledgeOneEngagement && e.Root != a.Root || e.Type == Acknowledged {
			continue
		}
		by := e.Path[0].Name
		if len(e.Path) > 1 {
			by = e.Path[1].Name
		} else {
			by = person
		}
		plan := roster.Escalations[e.Path[0].Name][e.Path[0].Stage]
		if !slices.ContainsFunc(plan.Targets, func(t Target) bool { return t.Contact == by && t.Essential }) {
			continue
		}
		for _, later := range events {
			if later.Type == StageBegan && later.Contact == "" && later.Root == e.Root && later.Time.After(a.Time) {
				t.Fatalf("%+v after essential acknowledgement %+v", later, a)
			}
		}
	}
}

// However the time is cut, and even if the run is written down and read again at
// every cut, the story is the same; and Next says when it goes on.
func TestResumedRunEqualsOneShot(t *testing.T) {
	rapid.Check(t, func(t *rapid.T) {
		roster, answers, start := anyRoster(t), anyAnswers(t), anyInstant(t)
		want := slices.Collect(roster.Simulate("rp", start, answers))

		run := NewIncident(start, roster.ResponsePlans["rp"]...)
		var got []Event
		people := slices.SortedFunc(maps.Keys(answers), func(a, b string) int {
			return cmp.Or(cmp.Compare(answers[a], answers[b]), cmp.Compare(a, b))
		})
		resume := func() {
			text, err := json.Marshal(run)
			if err != nil {
				t.Fatal(err)
			}
			run = &Run{}
			if err := cmp.Or(json.Unmarshal(text, run), run.Check()); err != nil {
				t.Fatal(err)
			}
		}
		for cut := start; cut.Before(start.Add(3 * time.Hour)); {
			cut = cut.Add(time.Duration(rapid.IntRange(0, 15*60).Draw(t, "cut")+1) * time.Second)
			for len(people) > 0 && !start.Add(answers[people[0]]).After(cut) {
				got = append(got, run.Acknowledge(roster, people[0], start.Add(answers[people[0]]))...)
				people = people[1:]
				resume()
			}
			next, ok := run.Next()
			events := run.Advance(roster, cut)
			if len(events) > 0 && (!ok || events[0].Time.Before(next)) {
				t.Fatalf("next was to be at %s (%v), came %+v", next, ok, events)
			}
			got = append(got, events...)
			resume()
		}
		if a, b := mustJSON(t, got), mustJSON(t, want); a != b {
			t.Fatalf("resumed\n%s\none shot\n%s", a, b)
		}
	})
}

func mustJSON(t *rapid.T, v any) string {
	text, err := json.MarshalIndent(v, "", " ")
	if err != nil {
		t.Fatal(err)
	}
	return string(text)
}

// answer is an acknowledgement that found a page: of which engagements, when.
type answer struct {
	at    time.Time
	roots map[int]bool
}

// closedForm lists what is sent, from formulas: the stages of every plan lie where the
// sums of waits put them, and answers take away what comes later.
func closedForm(roster *Roster, start time.Time, answers map[string]time.Duration) []string {
	effective := map[string]answer{}
	for _, person := range slices.SortedFunc(maps.Keys(answers), func(a, b string) int {
		return cmp.Or(cmp.Compare(answers[a], answers[b]), cmp.Compare(a, b))
	}) {
		a := answer{start.Add(answers[person]), map[int]bool{}}
		for _, e := range sent(roster, start, effective) {
			if e.Contact == person && !e.Time.After(a.at) {
				a.roots[e.Root] = true
			}
		}
		if len(a.roots) > 0 {
			effective[person] = a
		}
	}
	return sends(sent(roster, start, effective))
}

func sent(roster *Roster, start time.Time, answers map[string]answer) (out []Event) {
	quiet := func(person string, root int) (time.Time, bool) {
		a, ok := answers[person]
		return a.at, ok && (!roster.Rules.AcknowledgeOneEngagement || a.roots[root])
	}
	plan := func(person string, begin time.Time, root int, path []Hop) {
		at, isQuiet := quiet(person, root)
		if isQuiet && begin.After(at) {
			return
		}
		stageStart := begin
		for i, s := range roster.People[person].Stages {
			for _, t := range s.Targets {
				if !roster.People[person].Channels[t.Channel].Active {
					continue
				}
				for k := 0; k == 0 || t.Retry > 0 && time.Duration(k)*t.Retry < s.Wait; k++ {
					e := Event{Time: stageStart.Add(time.Duration(k) * t.Retry), Type: Paged, Root: root, Contact: person,
						Channel: t.Channel, Path: path, Stage: i, Attempt: k + 1}
					if !isQuiet || !e.Time.After(at) {
						out = append(out, e)
					}
				}
			}
			stageStart = stageStart.Add(s.Wait)
		}
	}
	for root, name := range roster.ResponsePlans["rp"] {
		stages, isPlan := roster.Escalations[name]
		if !isPlan {
			stages = []Stage{{Targets: []Target{{Contact: name}}}}
		}
		begin := start
		stopped := start.AddDate(1, 0, 0) // by the earliest essential answer
		for i, s := range stages {
			if begin.After(stopped) {
				break
			}
			engaged := map[string][]Hop{}
			for _, t := range s.Targets {
				var path []Hop
				if isPlan {
					path = []Hop{{EscalationPlan, name, i}}
				}
				people := []string{t.Contact}
				if schedule, ok := roster.Schedules[t.Contact]; ok {
					path = append(path, Hop{Kind: OnCallSchedule, Name: t.Contact})
					people = schedule.OnCall(begin)
				}
				for _, p := range people {
					if engaged[p] == nil {
						engaged[p] = append([]Hop{}, path...)
						plan(p, begin, root, engaged[p])
					}
					if at, ok := quiet(p, root); ok && t.Essential && !begin.After(at) && at.Before(stopped) {
						stopped = at
					}
				}
			}
			begin = begin.Add(s.Wait)
		}
	}
	return out
}

func TestTimelineEqualsClosedForm(t *testing.T) {
	rapid.Check(t, func(t *rapid.T) {
		roster, answers, start := anyRoster(t), anyAnswers(t), anyInstant(t)
		got := sends(slices.Collect(roster.Simulate("rp", start, answers)))
		if want := closedForm(roster, start, answers); !slices.Equal(got, want) {
			t.Fatalf("got\n%q\nwant\n%q", got, want)
		}
	})
}
