package emulator_test

import (
	"context"
	"fmt"
	"path/filepath"
	"slices"
	"testing"
	"time"

	"github.com/aws/aws-sdk-go-v2/service/ssmincidents"
	"github.com/aws/aws-sdk-go-v2/service/ssmincidents/types"
	"github.com/google/go-cmp/cmp"
	"pgregory.net/rapid"

	"github.com/watchbill/watchbill/emulator"
)

// TestRandomIncidents does random things to incidents and to a naive model of them, with restarts
// in between, and compares what can be read.
func TestRandomIncidents(t *testing.T) {
	dirs := 0
	rapid.Check(t, func(rt *rapid.T) {
		if dirs++; dirs > 25 {
			return // every step waits for the disk: more cases take longer than they are worth
		}
		m := &incidentMachine{t: t, dir: filepath.Join(t.TempDir(), fmt.Sprint(dirs)), hands: newClock(), plans: []string{"a", "b", "c"}}
		m.open(rt)
		defer func() { m.s.Close() }()
		m.c.createSet(home)
		for i, name := range m.plans {
			in := planInput(name)
			if i < 2 { // two plans share a dedupe string
				in.IncidentTemplate.DedupeString = &[]string{"same"}[0]
			}
			need(m.c.incidents.CreateResponsePlan(m.c.ctx, in))(t)
		}
		rt.Repeat(map[string]func(*rapid.T){
			"": m.compare, "start": m.start, "start again": m.start, "note": m.note, "resolve": m.status, "delete": m.delete,
			"forget a note": m.forget, "relate": m.relate, "wait": m.wait, "reopen": m.open,
		})
	})
}

type modelIncident struct {
	arn, dedupe string // dedupe is "" when it absorbs nothing
	open        bool
	absorbing   bool
	triggers    int
	begun       time.Time
	notes       map[string]string // data by event id
	urls        []string
}

type incidentMachine struct {
	t     *testing.T
	dir   string
	s     *emulator.Server
	c     *clients
	hands *clock
	plans []string
	all   []*modelIncident // oldest first
}

func (m *incidentMachine) open(rt *rapid.T) {
	if m.s != nil {
		if err := m.s.Close(); err != nil {
			rt.Fatal(err)
		}
	}
	s, err := emulator.Open(emulator.Options{Dir: m.dir, ReplicationDelay: -1, MaxPage: 3, Now: m.hands.Now})
	if err != nil {
		rt.Fatal(err)
	}
	m.s, m.c = s, connect(m.t, s.Transport(), home)
	m.c.ctx = context.Background()
}

func (m *incidentMachine) wait(rt *rapid.T) {
	m.hands.Advance(time.Duration(rapid.IntRange(0, 3).Draw(rt, "seconds")) * time.Second)
}

func (m *incidentMachine) pick(rt *rapid.T) *modelIncident {
	if len(m.all) == 0 {
		rt.Skip("no incident")
	}
	return rapid.SampledFrom(m.all).Draw(rt, "incident")
}

func (m *incidentMachine) start(rt *rapid.T) {
	name := rapid.SampledFrom(m.plans).Draw(rt, "plan")
	arn := m.c.start(m.c.arn("response-plan/" + name))
	for _, i := range m.all {
		if name != "c" && i.open && i.absorbing {
			if i.arn != arn {
				rt.Fatalf("%s was opened while %s absorbs", arn, i.arn)
			}
			i.triggers++
			return
		}
	}
	i := &modelIncident{arn: arn, open: true, triggers: 1, begun: m.hands.Now(), notes: map[string]string{}}
	if name != "c" {
		i.dedupe, i.absorbing = "same", true
	}
	m.all = append(m.all, i)
}

// status resolves an open incident and opens a resolved one again. It then absorbs if no other does.
func (m *incidentMachine) status(rt *rapid.T) {
	i := m.pick(rt)
	status := types.IncidentRecordStatusResolved
	if !i.open {
		status = types.IncidentRecordStatusOpen
	}
	need(m.c.incidents.UpdateIncidentRecord(m.c.ctx, &ssmincidents.UpdateIncidentRecordInput{Arn: &i.arn, Status: status}))(m.t)
	i.open, i.absorbing = !i.open, false
	i.absorbing = i.open && i.dedupe != "" && !slices.ContainsFunc(m.all, func(o *modelIncident) bool { return o.absorbing })
}

func (m *incidentMachine) delete(rt *rapid.T) {
	i := m.pick(rt)
	need(m.c.incidents.DeleteIncidentRecord(m.c.ctx, &ssmincidents.DeleteIncidentRecordInput{Arn: &i.arn}))(m.t)
	m.all = slices.DeleteFunc(m.all, func(o *modelIncident) bool { return o == i })
}

func (m *incidentMachine) note(rt *rapid.T) {
	i := m.pick(rt)
	data := rapid.StringMatching(`[a-z<&"]{0,5}`).Draw(rt, "data")
	at := time.Unix(int64(rapid.IntRange(0, 3).Draw(rt, "at")), 0)
	i.notes[m.c.note(i.arn, at, data)] = data
}

func (m *incidentMachine) forget(rt *rapid.T) {
	i := m.pick(rt)
	for id := range i.notes {
		need(m.c.incidents.DeleteTimelineEvent(m.c.ctx, &ssmincidents.DeleteTimelineEventInput{EventId: &id, IncidentRecordArn: &i.arn}))(m.t)
		delete(i.notes, id)
		return
	}
}

func (m *incidentMachine) relate(rt *rapid.T) {
	i := m.pick(rt)
	url := "https://example.com/" + rapid.StringMatching(`[ab]{1,2}`).Draw(rt, "url")
	id := types.ItemIdentifier{Type: types.ItemTypeOther, Value: &types.ItemValueMemberUrl{Value: url}}
	var update types.RelatedItemsUpdate = &types.RelatedItemsUpdateMemberItemToAdd{Value: types.RelatedItem{Identifier: &id}}
	if at := slices.Index(i.urls, url); at >= 0 {
		update = &types.RelatedItemsUpdateMemberItemToRemove{Value: id}
		i.urls = slices.Delete(i.urls, at, at+1)
	} else {
		i.urls = append(i.urls, url)
	}
	need(m.c.incidents.UpdateRelatedItems(m.c.ctx, &ssmincidents.UpdateRelatedItemsInput{IncidentRecordArn: &i.arn, RelatedItemsUpdate: update}))(m.t)
}

func (m *incidentMachine) compare(rt *rapid.T) {
	var want, got []string
	for _, i := range slices.Backward(m.all) {
		want = append(want, fmt.Sprint(i.arn, i.open, i.begun.UnixMilli()))
	}
	pages := ssmincidents.NewListIncidentRecordsPaginator(m.c.incidents, &ssmincidents.ListIncidentRecordsInput{})
	for pages.HasMorePages() {
		for _, r := range need(pages.NextPage(m.c.ctx))(m.t).IncidentRecordSummaries {
			got = append(got, fmt.Sprint(*r.Arn, r.Status == types.IncidentRecordStatusOpen, r.CreationTime.UnixMilli()))
		}
	}
	if slices.Sort(want); !slices.Equal(want, slices.Sorted(slices.Values(got))) {
		rt.Fatal(cmp.Diff(want, got))
	}
	if len(m.all) > 0 { // one is enough a step; the others have their turn
		m.compareOne(rt, m.pick(rt))
	}
}

func (m *incidentMachine) compareOne(rt *rapid.T, i *modelIncident) {
	notes, triggers := map[string]string{}, 0
	pages := ssmincidents.NewListTimelineEventsPaginator(m.c.incidents, &ssmincidents.ListTimelineEventsInput{IncidentRecordArn: &i.arn})
	last := time.Unix(1<<40, 0)
	for pages.HasMorePages() {
		for _, e := range need(pages.NextPage(m.c.ctx))(m.t).EventSummaries {
			if e.EventTime.After(last) {
				rt.Fatalf("the timeline of %s is not sorted", i.arn)
			}
			last = *e.EventTime
			switch *e.EventType {
			case "SSM Incident Trigger":
				triggers++
			case "Note":
				notes[*e.EventId] = *need(m.c.incidents.GetTimelineEvent(m.c.ctx, &ssmincidents.GetTimelineEventInput{EventId: e.EventId, IncidentRecordArn: &i.arn}))(m.t).Event.EventData
			}
		}
	}
	var urls []string
	for _, item := range m.c.related(i.arn)[1:] { // after the parent
		urls = append(urls, item.Identifier.Value.(*types.ItemValueMemberUrl).Value)
	}
	if !cmp.Equal(notes, i.notes) || triggers != i.triggers || !slices.Equal(urls, i.urls) {
		rt.Fatalf("%s: notes %v, %d triggers, %v; want %v, %d, %v", i.arn, notes, triggers, urls, i.notes, i.triggers, i.urls)
	}
}
