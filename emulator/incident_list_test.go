package emulator_test

import (
	"slices"
	"testing"
	"time"

	"github.com/aws/aws-sdk-go-v2/aws"
	"github.com/aws/aws-sdk-go-v2/service/ssmincidents"
	"github.com/aws/aws-sdk-go-v2/service/ssmincidents/types"
	"github.com/google/go-cmp/cmp"

	"github.com/watchbill/watchbill/emulator"
)

func TestListIncidents(t *testing.T) {
	c, hands := byHand(t, emulator.Options{MaxPage: 2})
	plan := c.plan("down")
	var arns []string
	for i := range 5 {
		arns = append(arns, *need(c.incidents.StartIncident(c.ctx, &ssmincidents.StartIncidentInput{ResponsePlanArn: &plan, Impact: aws.Int32(int32(i + 1))}))(t).IncidentRecordArn)
		if i > 1 { // two begin at one instant
			hands.Advance(time.Second)
		}
	}
	c.resolve(arns[3])
	slices.Reverse(arns)
	list := func(filters ...types.Filter) []string {
		var out []string
		pages := ssmincidents.NewListIncidentRecordsPaginator(c.incidents, &ssmincidents.ListIncidentRecordsInput{Filters: filters})
		for pages.HasMorePages() {
			for _, r := range need(pages.NextPage(c.ctx))(t).IncidentRecordSummaries {
				out = append(out, *r.Arn)
			}
		}
		return out
	}
	begun := *c.incident(arns[1]).CreationTime
	for name, tc := range map[string]struct {
		want    []string
		filters []types.Filter
	}{
		"all":     {arns, nil},
		"open":    {slices.Delete(slices.Clone(arns), 1, 2), []types.Filter{texts("status", "OPEN")}},
		"any":     {arns, []types.Filter{texts("status", "OPEN", "RESOLVED"), texts("createdBy", caller)}},
		"impact":  {[]string{arns[1], arns[3]}, []types.Filter{integers("impact", 2, 4)}},
		"and":     {[]string{arns[3]}, []types.Filter{integers("impact", 2, 4), texts("status", "OPEN")}},
		"after":   {arns[:1], []types.Filter{{Key: aws.String("creationTime"), Condition: &types.ConditionMemberAfter{Value: begun}}}},
		"before":  {arns[2:], []types.Filter{{Key: aws.String("creationTime"), Condition: &types.ConditionMemberBefore{Value: begun}}}},
		"nobody":  {nil, []types.Filter{texts("createdBy", "arn:aws:iam::111122223333:user/other")}},
		"nothing": {nil, []types.Filter{texts("status")}},
	} {
		if diff := cmp.Diff(tc.want, list(tc.filters...)); diff != "" {
			t.Errorf("%s: %s", name, diff)
		}
	}
	for name, f := range map[string]types.Filter{
		"unknown key":    texts("title", "x"),
		"time as text":   texts("creationTime", "x"),
		"impact as text": texts("impact", "1"),
		"status by time": {Key: aws.String("status"), Condition: &types.ConditionMemberAfter{Value: begun}},
	} {
		_, err := c.incidents.ListIncidentRecords(c.ctx, &ssmincidents.ListIncidentRecordsInput{Filters: []types.Filter{f}})
		if err == nil {
			t.Errorf("%s was accepted", name)
			continue
		}
		fails[*types.ValidationException](t, err)
	}
	first := need(c.incidents.ListIncidentRecords(c.ctx, &ssmincidents.ListIncidentRecordsInput{}))(t)
	_, err := c.incidents.ListIncidentRecords(c.ctx, &ssmincidents.ListIncidentRecordsInput{NextToken: first.NextToken, Filters: []types.Filter{texts("status", "OPEN")}})
	fails[*types.ValidationException](t, err)
}

func texts(key string, values ...string) types.Filter {
	if values == nil {
		values = []string{}
	}
	return types.Filter{Key: &key, Condition: &types.ConditionMemberEquals{Value: &types.AttributeValueListMemberStringValues{Value: values}}}
}

func integers(key string, values ...int32) types.Filter {
	return types.Filter{Key: &key, Condition: &types.ConditionMemberEquals{Value: &types.AttributeValueListMemberIntegerValues{Value: values}}}
}
