package chart

import (
	"cmp"
	"fmt"
	"maps"
	"slices"
	"time"

	"github.com/watchbill/watchbill/oncall"
)

// Incident is the story of one incident.
type Incident struct {
	ResponsePlan string
	At           time.Time // when it opens; times are printed in its zone
	Answers      []Answer  // ascending by time, then by name
	Events       []oncall.Event
	// Notes are what there is to say about events, by their index. Text prints them
	// below the event, marked.
	Notes map[int]string
}

// Answer is an acknowledgement that was asked for. Happened: the person had been paged by
// then; without a page there is nothing to answer.
type Answer struct {
	Contact  string
	After    time.Duration
	Happened bool
}

// NewIncident simulates an incident of a response plan that opens at an instant, while people
// answer so long after the opening.
func NewIncident(r *oncall.Roster, responsePlan string, at time.Time, answers map[string]time.Duration) *Incident {
	i := &Incident{ResponsePlan: responsePlan, At: at, Events: slices.Collect(r.Simulate(responsePlan, at, answers))}
	for _, who := range slices.Sorted(maps.Keys(answers)) {
		i.Answers = append(i.Answers, Answer{who, answers[who], i.answered(who)})
	}
	slices.SortStableFunc(i.Answers, func(a, b Answer) int { return cmp.Compare(a.After, b.After) })
	return i
}

func (i *Incident) answered(who string) bool {
	return slices.ContainsFunc(i.Events, func(e oncall.Event) bool {
		return e.Type == oncall.Acknowledged && e.Contact == who
	})
}

// FirstPage is when the first message of one of the channel types goes out after the opening,
// of any type when none is named. False: never.
func (i *Incident) FirstPage(types ...oncall.ChannelType) (time.Duration, bool) {
	for _, e := range i.Events {
		if e.Type == oncall.Paged && (len(types) == 0 || slices.Contains(types, e.ChannelType)) {
			return e.Time.Sub(i.At), true
		}
	}
	return 0, false
}

// Verdict says in a sentence whom the incident reaches. Bad: nobody is paged, or only by mail,
// which wakes nobody.
func (i *Incident) Verdict() (sentence string, bad bool) {
	first, any := i.FirstPage()
	loud, isLoud := i.FirstPage(oncall.SMS, oncall.Voice)
	switch {
	case !any:
		return "NOBODY IS PAGED: this incident reaches no one.", true
	case !isLoud:
		return fmt.Sprintf("ONLY MAIL IS SENT, first %s: nobody gets a text or a call.", after(first)), true
	}
	return fmt.Sprintf("The first text or call goes out %s, to %s.", after(loud), join(i.pagedAt(loud))), false
}

func after(d time.Duration) string {
	if d == 0 {
		return "at once"
	}
	return "after " + length(d)
}

// pagedAt are the people who get a text or a call so long after the opening, in the order of events.
func (i *Incident) pagedAt(offset time.Duration) []string {
	var out []string
	for _, e := range i.Events {
		isLoud := e.ChannelType == oncall.SMS || e.ChannelType == oncall.Voice
		if e.Type == oncall.Paged && isLoud && e.Time.Sub(i.At) == offset && !slices.Contains(out, e.Contact) {
			out = append(out, e.Contact)
		}
	}
	return out
}

// person is what one person gets to notice.
type person struct {
	name     string
	first    map[oncall.ChannelType]time.Duration
	messages map[oncall.ChannelType]int
	answer   *time.Duration
	trouble  oncall.Reason // why a page did not go out, the first
}

// people are everybody the incident engages, in the order in which that happens.
func (i *Incident) people() []*person {
	var out []*person
	find := func(name string) *person {
		for _, p := range out {
			if p.name == name {
				return p
			}
		}
		p := &person{name: name, first: map[oncall.ChannelType]time.Duration{}, messages: map[oncall.ChannelType]int{}}
		out = append(out, p)
		return p
	}
	for _, e := range i.Events {
		if e.Contact == "" {
			continue
		}
		p, offset := find(e.Contact), e.Time.Sub(i.At)
		switch e.Type {
		case oncall.Paged, oncall.Retried:
			if _, ok := p.first[e.ChannelType]; !ok {
				p.first[e.ChannelType] = offset
			}
			p.messages[e.ChannelType]++
		case oncall.Acknowledged:
			p.answer = &offset
		case oncall.Unreachable:
			p.trouble = cmp.Or(p.trouble, e.Reason)
		}
	}
	return out
}

// through says how somebody came to be engaged: web stage 1 > primary. Stages count
// from 1.
func through(path []oncall.Hop, sep string) string {
	text := ""
	for n, hop := range path {
		if n > 0 {
			text += sep
		}
		text += hop.Name
		if hop.Kind == oncall.EscalationPlan {
			text += fmt.Sprintf(" stage %d", hop.Stage+1)
		}
	}
	return text
}

// IncidentJSON is an incident for programs. Times are RFC 3339 in UTC.
type IncidentJSON struct {
	SchemaVersion int          `json:"schema_version"`
	ResponsePlan  string       `json:"response_plan"`
	At            time.Time    `json:"at"`
	Acknowledge   []AnswerJSON `json:"acknowledge"`
	Events        []EventJSON  `json:"events"`
}

// AnswerJSON is an acknowledgement that was asked for, and whether it took place.
type AnswerJSON struct {
	Contact       string `json:"contact"`
	OffsetSeconds int64  `json:"offset_seconds"`
	Happened      bool   `json:"happened"`
}

// EventJSON is one event; what it has nothing of is left out. Stage and Attempt count from 1.
type EventJSON struct {
	OffsetSeconds int64     `json:"offset_seconds"`
	Time          time.Time `json:"time"`
	Type          string    `json:"type"`
	Contact       string    `json:"contact,omitempty"`
	Channel       string    `json:"channel,omitempty"`
	ChannelType   string    `json:"channel_type,omitempty"`
	Path          []string  `json:"path"`
	Stage         int       `json:"stage,omitempty"`
	Attempt       int       `json:"attempt,omitempty"`
	Reason        string    `json:"reason,omitempty"`
}

// JSON is the incident for programs.
func (i *Incident) JSON() IncidentJSON {
	out := IncidentJSON{SchemaVersion: 1, ResponsePlan: i.ResponsePlan, At: i.At.UTC(), Acknowledge: []AnswerJSON{}, Events: []EventJSON{}}
	for _, a := range i.Answers {
		out.Acknowledge = append(out.Acknowledge, AnswerJSON{a.Contact, seconds(a.After), a.Happened})
	}
	for _, e := range i.Events {
		out.Events = append(out.Events, i.eventJSON(e))
	}
	return out
}

func (i *Incident) eventJSON(e oncall.Event) EventJSON {
	out := EventJSON{
		OffsetSeconds: seconds(e.Time.Sub(i.At)), Time: e.Time, Type: string(e.Type), Contact: e.Contact,
		Channel: e.Channel, ChannelType: string(e.ChannelType), Path: []string{}, Attempt: e.Attempt, Reason: string(e.Reason),
	}
	for _, hop := range e.Path {
		out.Path = append(out.Path, hop.String())
	}
	if e.Type == oncall.StageBegan || e.Type == oncall.Paged || e.Type == oncall.Retried {
		out.Stage = e.Stage + 1
	}
	return out
}

func seconds(d time.Duration) int64 { return int64(d / time.Second) }
