package kind

// The story of one incident: who was paged when, what the runbook did, the timeline.

import (
	"cmp"
	"context"
	"encoding/json"
	"fmt"
	"slices"
	"strings"
	"sync"
	"time"

	"github.com/aws/aws-sdk-go-v2/aws"
	"github.com/aws/aws-sdk-go-v2/service/ssm"
	"github.com/aws/aws-sdk-go-v2/service/ssmcontacts"
	contacttypes "github.com/aws/aws-sdk-go-v2/service/ssmcontacts/types"
	"github.com/aws/aws-sdk-go-v2/service/ssmincidents"
	"golang.org/x/sync/errgroup"

	"github.com/watchbill/watchbill/internal/awsapi"
	"github.com/watchbill/watchbill/internal/mask"
)

// IncidentStory is an incident with everything AWS tells of it.
type IncidentStory struct {
	Incident
	Summary  string
	Pages    []IncidentPage // by the time of their first message, then by name
	Runbooks []Execution
	Timeline []TimelineEvent // in the order of time
	// Left is how many more events the timeline has: only the first maxEvents are read.
	Left int
}

// IncidentPage is what was sent to one channel of one person.
type IncidentPage struct {
	ARN, Contact, Channel string
	Type                  string      // EMAIL, SMS or VOICE; "" when the channel is gone
	Sent                  []time.Time // every message, ascending
	// Read is when the page was acknowledged, zero before; one page acknowledged stops all of a
	// person's.
	Read time.Time
}

// First is when the first message went out, zero when none did.
func (p IncidentPage) First() time.Time {
	if len(p.Sent) == 0 {
		return time.Time{}
	}
	return p.Sent[0]
}

// Execution is a runbook that an incident started. Status is AWS's word; Unread says why nothing
// more is known.
type Execution struct {
	ARN, Document, Version, Status, Failure string
	Started, Ended                          time.Time
	Unread                                  string
}

// TimelineEvent is one event. Type is AWS's; Text says what happened in words.
type TimelineEvent struct {
	At         time.Time
	Type, Text string
}

// maxEvents bounds what is read of a timeline: each event is a call.
const maxEvents = 500

// ReadIncident reads the story of an incident, with at most so many calls in flight.
func ReadIncident(ctx context.Context, clients *awsapi.Clients, i Incident, parallel int) (*IncidentStory, error) {
	s := &IncidentStory{}
	var err error
	if s.Incident, err = readRecord(ctx, clients, i, s); err != nil {
		return nil, err
	}
	work, ctx := errgroup.WithContext(ctx)
	work.SetLimit(3)
	work.Go(func() error { return s.readPages(ctx, clients, parallel) })
	work.Go(func() error { return s.readTimeline(ctx, clients, parallel) })
	work.Go(func() error { s.readRunbooks(ctx, clients); return ctx.Err() })
	if err := work.Wait(); err != nil {
		return nil, err
	}
	return s, nil
}

func (s *IncidentStory) readPages(ctx context.Context, clients *awsapi.Clients, parallel int) error {
	pages, err := livePages(ctx, clients, s.Incident)
	if err != nil {
		return err
	}
	s.Pages = make([]IncidentPage, len(pages))
	channels := channelNames{clients: clients, known: map[string]*channelName{}}
	work, ctx := errgroup.WithContext(ctx)
	work.SetLimit(max(1, parallel))
	for n, p := range pages {
		work.Go(func() error {
			one, err := readPage(ctx, clients, p, &channels)
			s.Pages[n] = one
			return err
		})
	}
	if err := work.Wait(); err != nil {
		return err
	}
	slices.SortStableFunc(s.Pages, func(a, b IncidentPage) int {
		return cmp.Or(a.First().Compare(b.First()), strings.Compare(a.Contact, b.Contact), strings.Compare(a.Channel, b.Channel))
	})
	return nil
}

// livePages are the pages of an incident, each once: an escalation plan's engagement and a
// person's own show the same.
func livePages(ctx context.Context, clients *awsapi.Clients, i Incident) ([]contacttypes.Page, error) {
	seen := map[string]bool{}
	var out []contacttypes.Page
	engagements := ssmcontacts.NewListEngagementsPaginator(clients.Contacts, &ssmcontacts.ListEngagementsInput{IncidentId: &i.ARN})
	for engagements.HasMorePages() {
		page, err := engagements.NextPage(ctx)
		if err != nil {
			return nil, fmt.Errorf("read whom incident %s engages: %w", i.ID, err)
		}
		for _, e := range page.Engagements {
			pages := ssmcontacts.NewListPagesByEngagementPaginator(clients.Contacts, &ssmcontacts.ListPagesByEngagementInput{EngagementId: e.EngagementArn})
			for pages.HasMorePages() {
				page, err := pages.NextPage(ctx)
				if err != nil {
					return nil, fmt.Errorf("read who was paged for incident %s: %w", i.ID, err)
				}
				for _, p := range page.Pages {
					if arn := aws.ToString(p.PageArn); !seen[arn] {
						seen[arn] = true
						out = append(out, p)
					}
				}
			}
		}
	}
	return out, nil
}

func readPage(ctx context.Context, clients *awsapi.Clients, p contacttypes.Page, channels *channelNames) (IncidentPage, error) {
	out := IncidentPage{ARN: aws.ToString(p.PageArn), Read: aws.ToTime(p.ReadTime).UTC()}
	if p.ReadTime == nil {
		out.Read = time.Time{}
	}
	_, out.Contact = cutLast(aws.ToString(p.ContactArn))
	receipts := ssmcontacts.NewListPageReceiptsPaginator(clients.Contacts, &ssmcontacts.ListPageReceiptsInput{PageId: p.PageArn})
	for receipts.HasMorePages() {
		page, err := receipts.NextPage(ctx)
		if err != nil {
			return out, fmt.Errorf("read what was sent to contact/%s: %w", out.Contact, err)
		}
		for _, r := range page.Receipts {
			if r.ReceiptType != contacttypes.ReceiptTypeSent {
				continue
			}
			out.Sent = append(out.Sent, aws.ToTime(r.ReceiptTime).UTC())
			if out.Channel == "" && r.ContactChannelArn != nil {
				name := channels.of(ctx, *r.ContactChannelArn)
				out.Channel, out.Type = name.name, name.kind
			}
		}
	}
	if len(out.Sent) == 0 && p.SentTime != nil {
		out.Sent = []time.Time{p.SentTime.UTC()}
	}
	slices.SortFunc(out.Sent, time.Time.Compare)
	return out, nil
}

// channelNames asks each channel once what it is called. The address that comes with the answer is
// not kept.
type channelNames struct {
	clients *awsapi.Clients
	mu      sync.Mutex
	known   map[string]*channelName
}

type channelName struct {
	once       sync.Once
	name, kind string
}

// of is a channel's name; that of one which is gone, or may not be read, is its identifier.
func (c *channelNames) of(ctx context.Context, arn string) *channelName {
	c.mu.Lock()
	n := c.known[arn]
	if n == nil {
		n = &channelName{}
		c.known[arn] = n
	}
	c.mu.Unlock()
	n.once.Do(func() {
		_, n.name = cutLast(arn)
		if out, err := c.clients.Contacts.GetContactChannel(ctx, &ssmcontacts.GetContactChannelInput{ContactChannelId: &arn}); err == nil {
			n.name, n.kind = mask.Scrub(aws.ToString(out.Name)), string(out.Type)
		}
	})
	return n
}

// readRunbooks adds what became of the runbooks; one that cannot be read says so.
func (s *IncidentStory) readRunbooks(ctx context.Context, clients *awsapi.Clients) {
	for n := range s.Runbooks {
		e := &s.Runbooks[n]
		_, id := cutLast(e.ARN)
		out, err := clients.SSM.GetAutomationExecution(ctx, &ssm.GetAutomationExecutionInput{AutomationExecutionId: &id})
		if err != nil || out.AutomationExecution == nil {
			e.Unread = "it could not be read"
			if err != nil {
				e.Unread, _ = awsapi.Explain(err)
			}
			continue
		}
		x := out.AutomationExecution
		e.Document, e.Version = aws.ToString(x.DocumentName), aws.ToString(x.DocumentVersion)
		e.Status, e.Failure = string(x.AutomationExecutionStatus), mask.Scrub(aws.ToString(x.FailureMessage))
		if x.ExecutionStartTime != nil {
			e.Started = x.ExecutionStartTime.UTC()
		}
		if x.ExecutionEndTime != nil {
			e.Ended = x.ExecutionEndTime.UTC()
		}
	}
}

func (s *IncidentStory) readTimeline(ctx context.Context, clients *awsapi.Clients, parallel int) error {
	var ids []string
	pages := ssmincidents.NewListTimelineEventsPaginator(clients.Incidents, &ssmincidents.ListTimelineEventsInput{
		IncidentRecordArn: &s.ARN, SortBy: "EVENT_TIME", SortOrder: "ASCENDING", MaxResults: aws.Int32(100)})
	for pages.HasMorePages() {
		page, err := pages.NextPage(ctx)
		if err != nil {
			return fmt.Errorf("read the timeline of incident %s: %w", s.ID, err)
		}
		for _, e := range page.EventSummaries {
			ids = append(ids, aws.ToString(e.EventId))
		}
	}
	s.Left = max(0, len(ids)-maxEvents)
	ids = ids[:len(ids)-s.Left]
	s.Timeline = make([]TimelineEvent, len(ids))
	work, ctx := errgroup.WithContext(ctx)
	work.SetLimit(max(1, parallel))
	for n, id := range ids {
		work.Go(func() error {
			out, err := clients.Incidents.GetTimelineEvent(ctx, &ssmincidents.GetTimelineEventInput{EventId: &id, IncidentRecordArn: &s.ARN})
			if err != nil {
				return fmt.Errorf("read the timeline of incident %s: %w", s.ID, err)
			}
			if e := out.Event; e != nil {
				kind := aws.ToString(e.EventType)
				s.Timeline[n] = TimelineEvent{At: aws.ToTime(e.EventTime).UTC(), Type: kind, Text: eventText(kind, aws.ToString(e.EventData))}
			}
			return nil
		})
	}
	if err := work.Wait(); err != nil {
		return err
	}
	slices.SortStableFunc(s.Timeline, func(a, b TimelineEvent) int { return a.At.Compare(b.At) })
	return nil
}

// eventData are the members of AWS's own events that say something to people [api-ref] [user-code].
type eventData struct {
	ContactARN      string `json:"contactArn"`
	IncidentSource  string `json:"incidentSource"`
	TriggerARN      string `json:"triggerArn"`
	CreatedIncident *bool  `json:"createdIncident"`
	IncidentTitle   string `json:"incidentTitle"`
	Modified        []struct {
		Name  string `json:"attributeName"`
		Value string `json:"newValue"`
	} `json:"modifiedAttributes"`
}

// eventText says an event in words, scrubbed of addresses.
func eventText(kind, data string) string {
	return mask.Scrub(inOneLine(eventWords(kind, data)))
}

func eventWords(kind, data string) string {
	var d eventData
	if json.Unmarshal([]byte(data), &d) != nil {
		var text string
		if json.Unmarshal([]byte(data), &text) == nil {
			data = text
		}
		if kind == "Custom Event" || kind == "Note" {
			return kind + ": " + data
		}
		if rest, ok := strings.CutPrefix(kind, "SSM Automation Execution Start Failure"); ok && strings.HasPrefix(rest, " for") {
			return "the runbook could not start: " + data
		}
		return kind + ": " + data
	}
	_, person := cutLast(d.ContactARN)
	switch kind {
	case "SSM Incident Trigger":
		by := cmp.Or(d.TriggerARN, d.IncidentSource)
		if d.CreatedIncident != nil && !*d.CreatedIncident {
			return "triggered again by " + by
		}
		return "triggered by " + by
	case "SSM Incident Start":
		return "the incident opens: " + d.IncidentTitle
	case "SSM Contacts Page for Incident":
		return person + " is paged"
	case "SSM Contacts Page Acknowledgement for Incident":
		return person + " acknowledges"
	case "SSM Incident Record Update":
		var out []string
		for _, m := range d.Modified {
			out = append(out, changeWords(m.Name, m.Value))
		}
		return strings.Join(out, "; ")
	}
	return kind
}

// changeWords says what became of one attribute of an incident. A related item's new value is
// itself JSON [api-ref].
func changeWords(name, value string) string {
	var item struct {
		Add struct {
			Identifier struct {
				Type  string `json:"type"`
				Value struct {
					ARN string `json:"arn"`
					URL string `json:"url"`
				} `json:"value"`
			} `json:"identifier"`
			Title string `json:"title"`
		} `json:"itemToAdd"`
	}
	if json.Unmarshal([]byte(value), &item) == nil && item.Add.Identifier.Type != "" {
		id := item.Add.Identifier
		what := cmp.Or(item.Add.Title, id.Value.ARN, id.Value.URL)
		switch id.Type {
		case "AUTOMATION":
			return "the runbook starts: " + what
		case "PARENT":
			return "the OpsItem is made: " + cmp.Or(id.Value.ARN, what)
		case "INVOLVED_RESOURCE":
			return "involved: " + cmp.Or(id.Value.ARN, what)
		}
		return "related: " + what
	}
	if name == "status" {
		return map[string]string{"RESOLVED": "the incident is resolved", "OPEN": "the incident opens again"}[value]
	}
	return name + " is now " + value
}

// inOneLine is a text without breaks, of a length that fits a table.
func inOneLine(text string) string {
	const most = 300
	text = strings.Join(strings.Fields(text), " ")
	if r := []rune(text); len(r) > most {
		return string(r[:most-1]) + "…"
	}
	return text
}
