package emulator

// What the page shows, taken from the state.

import (
	"encoding/json"
	"slices"
	"strings"
	"time"
)

// The page shows the newest of each; the side doors and the API have all.
const (
	shownIncidents = 20
	shownEvents    = 200 // of an incident
	shownPages     = 200 // of an incident
	shownPeople    = 200
	shownMessages  = 30
)

type watchView struct {
	account string
	clock   ClockState
	refresh bool

	incidents []watchedIncident // newest first
	people    []watchedPerson
	messages  []*message // newest first
	hosts     []*host
	alarms    []*metricAlarm
	hidden    struct{ incidents, people, hosts, alarms int }
}

type watchedIncident struct {
	*incident
	events []*timelineEvent
	pages  []watchedPage
}

type watchedPage struct {
	*page
	person, channel, kind string
}

type watchedPerson struct {
	*contact
	channels []*channel
}

func (v *watchView) gather(st *state) {
	v.gatherWatched(st)
	var all []*incident
	for _, r := range st.incidents.below("") {
		all = append(all, r)
	}
	slices.SortFunc(all, func(a, b *incident) int {
		if c := b.Created.Compare(a.Created); c != 0 {
			return c
		}
		return b.Number - a.Number
	})
	v.hidden.incidents = max(0, len(all)-shownIncidents)
	for _, r := range all[:min(len(all), shownIncidents)] {
		v.incidents = append(v.incidents, watchedIncident{r, eventsOf(st, r), pagesOf(st, r)})
	}
	for key, p := range st.contacts.below("") {
		if len(v.people) == shownPeople {
			v.hidden.people = st.contacts.len() - shownPeople
			break
		}
		person := watchedPerson{contact: p}
		for _, ch := range st.channels.below(key + "/") {
			person.channels = append(person.channels, ch)
		}
		v.people = append(v.people, person)
	}
	for _, key := range slices.Backward(st.outbox.keys) {
		if len(v.messages) == shownMessages {
			break
		}
		v.messages = append(v.messages, st.outbox.get(key))
	}
}

// eventsOf is an incident's timeline in the order of time.
func eventsOf(st *state, r *incident) []*timelineEvent {
	var events []*timelineEvent
	for _, e := range st.timeline.below(r.Key + "/") {
		events = append(events, e)
	}
	slices.SortStableFunc(events, func(a, b *timelineEvent) int { return a.At.Compare(b.At) })
	return events[max(0, len(events)-shownEvents):]
}

// pagesOf is who was paged for an incident, first page first.
func pagesOf(st *state, r *incident) []watchedPage {
	live := st.runs.get(r.ARN)
	if live == nil {
		return nil
	}
	var pages []watchedPage
	for _, key := range live.Engagements {
		for _, ref := range st.listings.below(listingOfPages(key) + "\x00") {
			p := st.pages.get(ref.Key)
			shown := watchedPage{page: p, person: lastPart(p.ContactARN), channel: "(deleted)"}
			if ch := channelAt(st, p.ChannelARN); ch != nil {
				shown.channel, shown.kind = ch.Name, ch.Type
			}
			pages = append(pages, shown)
			if len(pages) == shownPages {
				return pages
			}
		}
	}
	slices.SortStableFunc(pages, func(a, b watchedPage) int { return a.Sent.Compare(b.Sent) })
	return pages
}

// channelAt is the channel of an ARN, nil when there is none.
func channelAt(st *state, arn string) *channel {
	parts := strings.SplitN(arn, ":", 6)
	if len(parts) < 6 {
		return nil
	}
	return st.channels.get(parts[3] + "/" + strings.TrimPrefix(parts[5], "contact-channel/"))
}

func lastPart(arn string) string { return arn[strings.LastIndexByte(arn, '/')+1:] }

// words says what happened: of AWS's own events the member that matters, of others their text.
func (e *timelineEvent) words() string {
	var data struct {
		ContactArn         string            `json:"contactArn"`
		IncidentSource     string            `json:"incidentSource"`
		IncidentTitle      string            `json:"incidentTitle"`
		ModifiedAttributes []attributeChange `json:"modifiedAttributes"`
	}
	if e.Type == eventCustom || e.Type == eventNote || json.Unmarshal([]byte(e.Data), &data) != nil {
		return e.Data
	}
	switch e.Type {
	case eventTrigger:
		return data.IncidentSource
	case eventStart:
		return data.IncidentTitle
	case eventPage, eventAcknowledged:
		return lastPart(data.ContactArn)
	case eventUpdate:
		var changes []string
		for _, c := range data.ModifiedAttributes {
			changes = append(changes, c.AttributeName+": "+c.NewValue)
		}
		return strings.Join(changes, "; ")
	}
	return e.Data
}

// moment is a time for eyes. A time that never was is a dash.
func moment(t time.Time) string {
	if t.IsZero() {
		return "–"
	}
	return t.UTC().Format("2006-01-02 15:04:05")
}
