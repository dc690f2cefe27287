package emulator

// Engagements as ssm-contacts shows them. How they go on is in engine.go.

import (
	"strings"
	"time"
)

// ResourceType members of errors about engagements and pages.
const (
	kindEngagement = "ENGAGEMENT"
	kindPage       = "PAGE"
)

// startEngagement does not ask whether the incident exists: its members and errors do not say so.
func startEngagement(c *call, tx *tx, in *struct {
	ContactId, Sender, Subject, Content      string
	PublicSubject, PublicContent, IncidentId string
}) (any, error) {
	target, err := findContact(c, tx.state, in.ContactId)
	if err != nil {
		return nil, err
	}
	arn, err := engage(c, tx, engagementInput{ContactARN: target.ARN, Sender: in.Sender, Subject: in.Subject, Content: in.Content,
		PublicSubject: in.PublicSubject, PublicContent: in.PublicContent, Incident: in.IncidentId})
	if err != nil {
		return nil, err
	}
	return struct{ EngagementArn string }{arn}, nil
}

// findEngagement takes both forms of an engagement's ARN: with the alias of what was engaged, and
// with that of a person who was engaged by it. It returns the ARN of whom the form speaks of.
func findEngagement(c *call, st *state, arn string) (row *engagement, whom string, err error) {
	key, err := contactsKey(c, arn, "engagement", kindEngagement)
	if err != nil {
		return nil, "", err
	}
	slash := strings.LastIndexByte(key, '/')
	region, alias, _ := strings.Cut(key[:slash], "/")
	if row = st.engagements.get(region + "/" + key[slash+1:]); row == nil {
		return nil, "", contactsNotFound(kindEngagement, arn)
	}
	if row.ARN == arn {
		return row, row.ContactARN, nil
	}
	person := contactARN(c.account, region, alias)
	for _, e := range st.runs.get(row.Run).Course.Engaged {
		if e.Root == row.Root && e.Contact == person {
			return row, person, nil
		}
	}
	return nil, "", contactsNotFound(kindEngagement, arn)
}

// stopEngagement stops the whole engagement, by whichever form of its ARN. Stopping twice is no error.
func stopEngagement(c *call, tx *tx, in *struct{ EngagementId, Reason string }) (any, error) {
	row, _, err := findEngagement(c, tx.state, in.EngagementId)
	if err != nil {
		return nil, err
	}
	e := newEngine(tx, c.opts.Rules)
	live := e.open(row.Run)
	e.happened(live, live.Course.Stop(e.rosterOf(live), row.Root, c.now))
	stopped(tx, row.Key, c.now, in.Reason)
	e.flush()
	return nil, nil
}

// engagementOut is an engagement as lists show it.
type engagementOut struct {
	EngagementArn, ContactArn, Sender string
	IncidentId                        string `json:",omitempty"`
	StartTime                         epoch
	StopTime                          *epoch `json:",omitempty"`
}

func (row *engagement) out() engagementOut {
	return engagementOut{row.ARN, row.ContactARN, row.Sender, row.Incident, epoch(row.Start), optionalEpoch(row.Stop)}
}

// optionalEpoch is nil for the instant that never came.
func optionalEpoch(t time.Time) *epoch {
	if t.IsZero() {
		return nil
	}
	return new(epoch(t))
}

// words are what an engagement says, as Describe shows them.
type words struct {
	Subject, Content string
	PublicSubject    string `json:",omitempty"`
	PublicContent    string `json:",omitempty"`
}

func (row *engagement) words() words {
	return words{row.Subject, row.Content, row.PublicSubject, row.PublicContent}
}

func describeEngagement(c *call, st *state, in *struct{ EngagementId string }) (any, error) {
	row, contactARN, err := findEngagement(c, st, in.EngagementId)
	if err != nil {
		return nil, err
	}
	out := struct {
		engagementOut
		words
	}{row.out(), row.words()}
	out.EngagementArn, out.ContactArn = in.EngagementId, contactARN
	return out, nil
}

// listEngagements is newest first [cli-ex]. The time range is that of their start, inclusive
// [inference].
func listEngagements(c *call, st *state, in *struct {
	NextToken, IncidentId string
	MaxResults            int
	TimeRangeValue        struct{ StartTime, EndTime *time.Time }
}) (any, error) {
	from, to := in.TimeRangeValue.StartTime, in.TimeRangeValue.EndTime
	if from != nil && to != nil && to.Before(*from) {
		return nil, badContact("The end of the time range is before its start")
	}
	pg, err := contactsPage(c, in.NextToken, in.MaxResults, in.IncidentId, instant(from), instant(to))
	if err != nil {
		return nil, err
	}
	listing := listingOfEngagements(c.region)
	if in.IncidentId != "" {
		listing = listingOfIncident(c.region, in.IncidentId)
	}
	rows := takePage(pg, st.listings.after(listing+"\x00", pg.after), func(r *ref) bool {
		start := st.engagements.get(r.Key).Start
		return (from == nil || !start.Before(*from)) && (to == nil || !start.After(*to))
	})
	out := struct {
		NextToken   string `json:",omitempty"`
		Engagements []engagementOut
	}{pg.next, make([]engagementOut, len(rows))}
	for i, r := range rows {
		out.Engagements[i] = st.engagements.get(r.Key).out()
	}
	return out, nil
}

// instant is a time as part of a question.
func instant(t *time.Time) string {
	if t == nil {
		return ""
	}
	return t.UTC().Format(time.RFC3339Nano)
}
