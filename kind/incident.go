package kind

// Incidents: what happened, read for the people who ask about it or answer. They are no kind of
// resource: a plan says how they begin, and nothing here is desired.

import (
	"cmp"
	"context"
	"errors"
	"fmt"
	"slices"
	"strings"
	"time"

	"github.com/aws/aws-sdk-go-v2/aws"
	"github.com/aws/aws-sdk-go-v2/service/ssmincidents"
	"github.com/aws/aws-sdk-go-v2/service/ssmincidents/types"

	"github.com/watchbill/watchbill/internal/awsapi"
	"github.com/watchbill/watchbill/internal/mask"
)

// Respond are the AWS actions it takes to look at incidents, to answer pages and to end them.
var Respond = Operations{
	Read: []string{"ssm-incidents:ListIncidentRecords", "ssm-incidents:GetIncidentRecord", "ssm-incidents:ListTimelineEvents",
		"ssm-incidents:GetTimelineEvent", "ssm-contacts:ListEngagements", "ssm-contacts:ListPagesByEngagement", "ssm-contacts:ListPageReceipts",
		"ssm-contacts:GetContactChannel", "ssm:GetAutomationExecution", "sts:GetCallerIdentity"},
	Write: []string{"ssm-incidents:StartIncident", "ssm-incidents:UpdateIncidentRecord", "ssm-contacts:AcceptPage"},
}

// Incident is one incident of a target. Free text in it is scrubbed of addresses.
type Incident struct {
	ARN          string
	ResponsePlan string // the plan's name
	ID           string // the end of the ARN, alone in its account
	Title        string
	Impact       int // 1 the worst, to 5
	Open         bool
	Created      time.Time
	Resolved     time.Time // zero while open
	// Source is what started it in AWS's words (aws.cloudwatch); Trigger the ARN of that: of an
	// alarm, of a rule, of who did it by hand.
	Source, Trigger string
}

// incidentOf takes an incident's plan and ID from its ARN.
func incidentOf(arn string) Incident {
	out := Incident{ARN: arn}
	_, key, _ := strings.Cut(arn, ":incident-record/")
	out.ResponsePlan, out.ID = cutLast(key)
	return out
}

func (i *Incident) describe(title *string, impact *int32, status types.IncidentRecordStatus, created, resolved *time.Time, source *types.IncidentRecordSource) {
	i.Title, i.Impact = mask.Scrub(aws.ToString(title)), int(aws.ToInt32(impact))
	i.Open = status == types.IncidentRecordStatusOpen
	i.Created, i.Resolved = aws.ToTime(created).UTC(), aws.ToTime(resolved).UTC()
	if resolved == nil {
		i.Resolved = time.Time{}
	}
	if source != nil {
		i.Source = aws.ToString(source.Source)
		i.Trigger = mask.Scrub(cmp.Or(aws.ToString(source.ResourceArn), aws.ToString(source.InvokedBy), aws.ToString(source.CreatedBy)))
	}
}

// ListIncidents are the newest incidents of an account, at most so many, newest first; only open
// ones if asked.
func ListIncidents(ctx context.Context, clients *awsapi.Clients, onlyOpen bool, most int) ([]Incident, error) {
	in := &ssmincidents.ListIncidentRecordsInput{MaxResults: aws.Int32(100)}
	if onlyOpen {
		in.Filters = []types.Filter{{Key: aws.String("status"), Condition: &types.ConditionMemberEquals{
			Value: &types.AttributeValueListMemberStringValues{Value: []string{string(types.IncidentRecordStatusOpen)}}}}}
	}
	var out []Incident
	pages := ssmincidents.NewListIncidentRecordsPaginator(clients.Incidents, in)
	for pages.HasMorePages() {
		page, err := pages.NextPage(ctx)
		if err != nil {
			return nil, fmt.Errorf("list the incidents: %w", err)
		}
		for _, r := range page.IncidentRecordSummaries {
			one := incidentOf(aws.ToString(r.Arn))
			one.describe(r.Title, r.Impact, r.Status, r.CreationTime, r.ResolvedTime, r.IncidentRecordSource)
			out = append(out, one)
		}
	}
	// AWS says of no order.
	slices.SortStableFunc(out, func(a, b Incident) int {
		return cmp.Or(b.Created.Compare(a.Created), cmp.Compare(a.ARN, b.ARN))
	})
	return out[:min(len(out), most)], nil
}

// Latest is the word for the newest incident.
const Latest = "latest"

// NoIncidentError says that an incident is not there, or that several answer to what it was called.
type NoIncidentError struct {
	Name string
	// Several are the IDs that begin with Name.
	Several []string
}

func (e *NoIncidentError) Error() string {
	switch {
	case len(e.Several) > 0:
		return fmt.Sprintf("%d incidents have an ID that begins with %s", len(e.Several), mask.Scrub(e.Name))
	case e.Name == Latest:
		return "there is no incident"
	}
	return "there is no incident " + mask.Scrub(e.Name)
}

// FindIncident is the incident of a name: Latest, an ARN, an ID, PLAN/ID, or what an ID begins with.
// With onlyOpen, Latest is the newest that is open. The error is a *NoIncidentError when none or
// several are meant.
func FindIncident(ctx context.Context, clients *awsapi.Clients, name string, onlyOpen bool) (Incident, error) {
	all, err := ListIncidents(ctx, clients, onlyOpen && name == Latest, maxIncidents)
	if err != nil {
		return Incident{}, err
	}
	if name == Latest {
		if len(all) == 0 {
			return Incident{}, &NoIncidentError{Name: name}
		}
		return all[0], nil
	}
	var found []Incident
	for _, i := range all {
		if name == i.ARN || name == i.ID || name == i.ResponsePlan+"/"+i.ID {
			return i, nil
		}
		if name != "" && strings.HasPrefix(i.ID, name) {
			found = append(found, i)
		}
	}
	if len(found) == 1 {
		return found[0], nil
	}
	none := &NoIncidentError{Name: name}
	for _, i := range found {
		none.Several = append(none.Several, i.ID)
	}
	return Incident{}, none
}

// maxIncidents is how many incidents are looked through for one that is named.
const maxIncidents = 10_000

// StartIncident starts an incident of a response plan, by its name, as a person does by hand. Title
// and impact replace the plan's when they are not zero. Whether it is new or was open already, AWS
// does not say: an open one of the same dedupe string takes the start.
func StartIncident(ctx context.Context, clients *awsapi.Clients, plan, title string, impact int) (Incident, error) {
	id, err := clients.Identity(ctx)
	if err != nil {
		return Incident{}, err
	}
	in := &ssmincidents.StartIncidentInput{ResponsePlanArn: aws.String(
		"arn:" + cmp.Or(id.Partition, "aws") + ":ssm-incidents::" + id.Account + ":response-plan/" + plan)}
	if title != "" {
		in.Title = &title
	}
	if impact != 0 {
		in.Impact = aws.Int32(int32(impact))
	}
	out, err := clients.Incidents.StartIncident(ctx, in)
	if err != nil {
		return Incident{}, fmt.Errorf("start an incident of response_plan/%s: %w", plan, err)
	}
	return readRecord(ctx, clients, incidentOf(aws.ToString(out.IncidentRecordArn)), nil)
}

// ResolveIncident ends an incident; one that is resolved stays as it is, which is what changed false says.
func ResolveIncident(ctx context.Context, clients *awsapi.Clients, i Incident) (now Incident, changed bool, err error) {
	if !i.Open {
		return i, false, nil
	}
	_, err = clients.Incidents.UpdateIncidentRecord(ctx, &ssmincidents.UpdateIncidentRecordInput{
		Arn: &i.ARN, Status: types.IncidentRecordStatusResolved})
	if err != nil {
		return i, false, fmt.Errorf("resolve incident %s: %w", i.ID, err)
	}
	now, err = readRecord(ctx, clients, i, nil)
	return now, true, err
}

// readRecord reads an incident anew, and what more its record has into s unless that is nil.
func readRecord(ctx context.Context, clients *awsapi.Clients, i Incident, s *IncidentStory) (Incident, error) {
	out, err := clients.Incidents.GetIncidentRecord(ctx, &ssmincidents.GetIncidentRecordInput{Arn: &i.ARN})
	if err != nil {
		return i, fmt.Errorf("read incident %s: %w", i.ID, err)
	}
	r := out.IncidentRecord
	if r == nil {
		return i, errors.New("read incident " + i.ID + ": AWS answered without it")
	}
	i.describe(r.Title, r.Impact, r.Status, r.CreationTime, r.ResolvedTime, r.IncidentRecordSource)
	if s != nil {
		s.Summary = mask.Scrub(aws.ToString(r.Summary))
		for _, e := range r.AutomationExecutions {
			if m, ok := e.(*types.AutomationExecutionMemberSsmExecutionArn); ok {
				s.Runbooks = append(s.Runbooks, Execution{ARN: m.Value})
			}
		}
	}
	return i, nil
}
