package emulator_test

// Engagements of incidents: what the incident sees of them, and how its end ends them.

import (
	"encoding/json"
	"testing"
	"time"

	"github.com/aws/aws-sdk-go-v2/aws"
	"github.com/aws/aws-sdk-go-v2/service/ssmcontacts"
	"github.com/aws/aws-sdk-go-v2/service/ssmincidents"
	incidentstypes "github.com/aws/aws-sdk-go-v2/service/ssmincidents/types"

	"github.com/watchbill/watchbill/emulator"
)

// incident starts an incident that engages contacts.
func (h *held) incident(engage ...string) string {
	h.t.Helper()
	plan := need(h.incidents.CreateResponsePlan(h.ctx, &ssmincidents.CreateResponsePlanInput{Name: aws.String("shop"), Engagements: engage,
		IncidentTemplate: &incidentstypes.IncidentTemplate{Title: aws.String("The shop is down"), Impact: aws.Int32(1)}}))(h.t)
	return *need(h.incidents.StartIncident(h.ctx, &ssmincidents.StartIncidentInput{ResponsePlanArn: plan.Arn}))(h.t).IncidentRecordArn
}

func (h *held) turn(incident string, status incidentstypes.IncidentRecordStatus) {
	h.t.Helper()
	need(h.incidents.UpdateIncidentRecord(h.ctx, &ssmincidents.UpdateIncidentRecordInput{Arn: &incident, Status: status}))(h.t)
}

// pagingEvents are the timeline's events about pages, oldest first.
func (h *held) pagingEvents(incident string) (out []string) {
	h.t.Helper()
	in := &ssmincidents.ListTimelineEventsInput{IncidentRecordArn: &incident, SortBy: incidentstypes.TimelineEventSortEventTime, SortOrder: incidentstypes.SortOrderAscending}
	for p := ssmincidents.NewListTimelineEventsPaginator(h.incidents, in); p.HasMorePages(); {
		for _, e := range need(p.NextPage(h.ctx))(h.t).EventSummaries {
			full := need(h.incidents.GetTimelineEvent(h.ctx, &ssmincidents.GetTimelineEventInput{EventId: e.EventId, IncidentRecordArn: &incident}))(h.t)
			var data struct{ ContactArn, EngagementArn string }
			if json.Unmarshal([]byte(*full.Event.EventData), &data) == nil && data.EngagementArn != "" {
				out = append(out, e.EventTime.Sub(h.start).String()+" "+*e.EventType+" "+data.ContactArn[len("arn:aws:ssm-contacts:"+home+":"+account+":contact/"):])
			}
		}
	}
	return out
}

func TestIncidentHearsOfPages(t *testing.T) {
	for _, rule := range []bool{false, true} {
		h := heldAccount(t, emulator.Options{Rules: emulator.Rules{ResolveKeepsPaging: rule}})
		a, b := h.pager("aiko", 5, 2), h.pager("bea", 5, 2)
		incident := h.incident(h.escalation("web", stage(3, reach(a, false)), stage(3, reach(b, true))))
		h.after(time.Minute)
		h.accept("aiko")
		h.after(4 * time.Minute)
		h.turn(incident, incidentstypes.IncidentRecordStatusResolved)
		h.after(time.Hour)
		want := []string{"0s aiko", "3m0s bea"}
		if rule {
			want = append(want, "5m0s bea", "7m0s bea")
		}
		equal(t, "messages", h.sent(), want)
		equal(t, "timeline", h.pagingEvents(incident), []string{"0s SSM Contacts Page for Incident aiko",
			"1m0s SSM Contacts Page Acknowledgement for Incident aiko", "3m0s SSM Contacts Page for Incident bea"})
		engagements := need(h.contacts.ListEngagements(h.ctx, &ssmcontacts.ListEngagementsInput{IncidentId: &incident}))(t).Engagements
		if len(engagements) != 1 || rule != (engagements[0].StopTime == nil) {
			t.Fatalf("with the rule %v: engagements %+v", rule, engagements)
		}
		if !rule {
			equal(t, "stop", engagements[0].StopTime.Sub(h.start), 4*time.Minute)
			equal(t, "receipts", h.receipts(h.last("bea").Page), []string{"3m0s SENT", "4m0s STOP"})
		}
	}
}

// TestReopenedIncident engages again: what was stopped stays stopped, and who had acknowledged is
// left alone.
func TestReopenedIncident(t *testing.T) {
	h := heldAccount(t, emulator.Options{})
	a, b := h.pager("aiko", 5, 2), h.pager("bea", 5, 2)
	incident := h.incident(a)
	h.accept("aiko")
	h.turn(incident, incidentstypes.IncidentRecordStatusResolved)
	h.after(10 * time.Minute)
	h.turn(incident, incidentstypes.IncidentRecordStatusOpen)
	h.engage(a, incident)
	h.engage(b, incident)
	h.after(13 * time.Minute)
	need(h.incidents.DeleteIncidentRecord(h.ctx, &ssmincidents.DeleteIncidentRecordInput{Arn: &incident}))(t)
	h.after(time.Hour)
	equal(t, "messages", h.sent(), []string{"0s aiko", "10m0s bea", "12m0s bea"})
}
