package main

import (
	"strings"
	"time"

	"github.com/watchbill/watchbill/kind"
)

// incidentJSON is an incident as incident prints it with --output json. Fields are added in
// later versions, never taken away or given another meaning.
type incidentJSON struct {
	ID           string     `json:"id"`
	ARN          string     `json:"arn"`
	ResponsePlan string     `json:"response_plan"`
	Title        string     `json:"title"`
	Impact       int        `json:"impact"`
	Status       string     `json:"status"` // open or resolved
	Created      time.Time  `json:"created"`
	Resolved     *time.Time `json:"resolved"`
	Source       string     `json:"source"`
	Trigger      string     `json:"trigger"` // the ARN of what started it, "" when AWS does not say
}

func newIncidentJSON(i kind.Incident) incidentJSON {
	return incidentJSON{i.ID, i.ARN, i.ResponsePlan, i.Title, i.Impact, strings.ToLower(statusOf(i)), i.Created, instantOrNull(i.Resolved), i.Source, i.Trigger}
}

// instantOrNull is nil for an instant that has not come.
func instantOrNull(t time.Time) *time.Time {
	if t.IsZero() {
		return nil
	}
	t = t.UTC()
	return &t
}

// storyJSON is what incident show prints.
type storyJSON struct {
	SchemaVersion int                 `json:"schema_version"`
	Target        string              `json:"target"`
	Incident      incidentJSON        `json:"incident"`
	Summary       string              `json:"summary"`
	Pages         []incidentPageJSON  `json:"pages"`
	Runbooks      []executionJSON     `json:"runbooks"`
	Timeline      []timelineEventJSON `json:"timeline"`
	More          int                 `json:"more"` // events that the timeline has beside these
}

type incidentPageJSON struct {
	Contact      string      `json:"contact"`
	Channel      string      `json:"channel"`
	ChannelType  string      `json:"channel_type"` // email, sms or voice; "" when the channel is gone
	Sent         []time.Time `json:"sent"`
	Acknowledged *time.Time  `json:"acknowledged"`
}

type executionJSON struct {
	ARN      string     `json:"arn"`
	Document string     `json:"document"`
	Version  string     `json:"version"`
	Status   string     `json:"status"` // AWS's word; "" when it could not be read
	Failure  string     `json:"failure"`
	Started  *time.Time `json:"started"`
	Ended    *time.Time `json:"ended"`
	Unread   string     `json:"unread"` // why nothing more is known, "" otherwise
}

type timelineEventJSON struct {
	Time          time.Time `json:"time"`
	OffsetSeconds int64     `json:"offset_seconds"` // after the opening
	Type          string    `json:"type"`           // AWS's
	Text          string    `json:"text"`
}

func newStoryJSON(target string, s *kind.IncidentStory) storyJSON {
	out := storyJSON{SchemaVersion: 1, Target: target, Incident: newIncidentJSON(s.Incident), Summary: s.Summary, More: s.Left,
		Pages: []incidentPageJSON{}, Runbooks: []executionJSON{}, Timeline: []timelineEventJSON{}}
	for _, p := range s.Pages {
		out.Pages = append(out.Pages, incidentPageJSON{p.Contact, p.Channel, strings.ToLower(p.Type), append([]time.Time{}, p.Sent...), instantOrNull(p.Read)})
	}
	for _, e := range s.Runbooks {
		out.Runbooks = append(out.Runbooks, executionJSON{e.ARN, e.Document, e.Version, e.Status, e.Failure, instantOrNull(e.Started), instantOrNull(e.Ended), e.Unread})
	}
	for _, e := range s.Timeline {
		out.Timeline = append(out.Timeline, timelineEventJSON{e.At, int64(e.At.Sub(s.Created) / time.Second), e.Type, e.Text})
	}
	return out
}
