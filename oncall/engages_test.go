package oncall

import (
	"fmt"
	"slices"
	"strings"
	"testing"
	"time"

	"pgregory.net/rapid"
)

// summonsText is one text each: "10m0s ben contact escalation_plan/web#1".
func summonsText(r *Roster, targets ...string) (out []string) {
	for s := range r.Engages(targets) {
		out = append(out, strings.TrimSpace(fmt.Sprintf("%s %s %s %s", s.After, s.Name, s.Kind, pathText(s.Path))))
	}
	return out
}

// pathText tells the stages, too, which a Hop leaves out.
func pathText(path []Hop) string {
	var out []string
	for _, h := range path {
		out = append(out, fmt.Sprintf("%s#%d", h, h.Stage))
	}
	return strings.Join(out, " > ")
}

func TestEngages(t *testing.T) {
	roster := team(t)
	roster.Schedules["primary"] = ScheduleOf()
	roster.Escalations = map[string][]Stage{
		"web":   escalation(t, "primary ben wait 10", "wait 5", "chie wait -3", "primary wait 1"),
		"loop":  escalation(t, "loop wait 5", "web wait 5", "gone wait 5"),
		"empty": nil,
	}
	for _, c := range []struct {
		name          string
		targets, want []string
	}{
		{"itself", []string{"ben", "primary"}, []string{"0s ben contact", "0s primary schedule"}},
		{"empty stages wait, negative waits do not", []string{"web", "ben"}, []string{
			"0s primary schedule escalation_plan/web#0", "0s ben contact escalation_plan/web#0",
			"15m0s chie contact escalation_plan/web#2", "15m0s primary schedule escalation_plan/web#3", "0s ben contact"}},
		{"a cycle ends", []string{"loop"}, []string{
			"0s loop  escalation_plan/loop#0", "5m0s web  escalation_plan/loop#1", "10m0s gone  escalation_plan/loop#2"}},
		{"twice", []string{"ben", "gone", "ben"}, []string{"0s ben contact", "0s gone", "0s ben contact"}},
		{"nothing", []string{"empty"}, nil},
	} {
		t.Run(c.name, func(t *testing.T) {
			if got := summonsText(roster, c.targets...); !slices.Equal(got, c.want) {
				t.Errorf("got %q\nwant %q", got, c.want)
			}
			for most := range c.want { // an iterator that goes on after it was stopped panics
				n := -1
				for range roster.Engages(c.targets) {
					if n++; n == most {
						break
					}
				}
			}
		})
	}
}

// What the walk says is what an incident does that nobody answers: the same names lead nowhere,
// and the same contacts and schedules are engaged at the same times by the same stages.
func TestEngagesIsWhatAnIncidentDoes(t *testing.T) {
	rapid.Check(t, func(t *rapid.T) {
		roster, at := anyRoster(t), anyInstant(t)
		for name := range roster.Escalations {
			if rapid.Bool().Draw(t, "nested") {
				nested := Stage{Wait: -time.Minute, Targets: []Target{{Contact: "e1"}, {Contact: "e2"}}}
				roster.Escalations[name] = append(roster.Escalations[name], nested)
			}
		}
		targets := roster.ResponsePlans["rp"]
		want, people := map[string]bool{}, map[string]bool{}
		for s := range roster.Engages(targets) {
			path, lost := s.Path, s.Name
			switch s.Kind {
			case Contact:
				people[fmt.Sprint(s.After, s.Name)] = true
				continue
			case OnCallSchedule:
				path, lost = append(slices.Clip(path), Hop{Kind: OnCallSchedule, Name: s.Name}), ""
				on := roster.Schedules[s.Name].OnCall(at.Add(s.After))
				for _, person := range on {
					people[fmt.Sprint(s.After, person)] = true
				}
				if len(on) > 0 {
					continue
				}
			}
			want[fmt.Sprint(s.After, lost, pathText(path))] = true
		}
		run := NewIncident(at, targets...)
		got := map[string]bool{}
		for _, e := range run.Advance(roster, forever) {
			if e.Type == NobodyOnCall || e.Engaged < 0 && e.Reason == UnknownTarget {
				got[fmt.Sprint(e.Time.Sub(at), e.Contact, pathText(e.Path))] = true
			}
		}
		engaged := map[string]bool{}
		for _, e := range run.Engaged {
			engaged[fmt.Sprint(e.Begun.Sub(at), e.Contact)] = true
		}
		if fmt.Sprint(got) != fmt.Sprint(want) || fmt.Sprint(engaged) != fmt.Sprint(people) {
			t.Fatalf("leads nowhere: %v\nwant %v\nengaged: %v\nwant %v", got, want, engaged, people)
		}
	})
}
