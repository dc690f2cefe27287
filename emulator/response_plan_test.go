package emulator_test

import (
	"encoding/json"
	"fmt"
	"io"
	"net/http"
	"strings"
	"testing"

	"github.com/aws/aws-sdk-go-v2/aws"
	"github.com/aws/aws-sdk-go-v2/service/resourcegroupstaggingapi"
	"github.com/aws/aws-sdk-go-v2/service/ssmincidents"
	"github.com/aws/aws-sdk-go-v2/service/ssmincidents/types"
	"github.com/aws/smithy-go"
	"github.com/google/go-cmp/cmp"

	"github.com/watchbill/watchbill/emulator"
)

func planInput(name string) *ssmincidents.CreateResponsePlanInput {
	return &ssmincidents.CreateResponsePlanInput{Name: &name,
		IncidentTemplate: &types.IncidentTemplate{Title: aws.String("It is down"), Impact: aws.Int32(1)}}
}

func (c *clients) plan(name string) string {
	c.t.Helper()
	return *need(c.incidents.CreateResponsePlan(c.ctx, planInput(name)))(c.t).Arn
}

func (c *clients) getPlan(arn string) *ssmincidents.GetResponsePlanOutput {
	c.t.Helper()
	return need(c.incidents.GetResponsePlan(c.ctx, &ssmincidents.GetResponsePlanInput{Arn: &arn}))(c.t)
}

// fullPlan has every member.
func fullPlan(name string) *ssmincidents.CreateResponsePlanInput {
	return &ssmincidents.CreateResponsePlanInput{
		Name:        &name,
		DisplayName: aws.String("EC2 instance is down"),
		Actions: []types.Action{&types.ActionMemberSsmAutomation{Value: types.SsmAutomation{
			DocumentName: aws.String("AWS-RestartEC2Instance"), DocumentVersion: aws.String("$DEFAULT"),
			RoleArn: aws.String("arn:aws:iam::111122223333:role/runbook"), TargetAccount: types.SsmTargetAccountImpactedAccount,
			Parameters:        map[string][]string{"AutomationAssumeRole": {"b", "a"}},
			DynamicParameters: map[string]types.DynamicSsmParameterValue{"InstanceId": &types.DynamicSsmParameterValueMemberVariable{Value: types.VariableTypeInvolvedResources}},
		}}},
		ChatChannel: &types.ChatChannelMemberChatbotSns{Value: []string{"arn:aws:sns:ap-northeast-1:111122223333:ops"}},
		Engagements: []string{"arn:aws:ssm-contacts:ap-northeast-1:111122223333:contact/web"},
		Integrations: []types.Integration{&types.IntegrationMemberPagerDutyConfiguration{Value: types.PagerDutyConfiguration{
			Name: aws.String("pd"), SecretId: aws.String("secret"),
			PagerDutyIncidentConfiguration: &types.PagerDutyIncidentConfiguration{ServiceId: aws.String("PABC123")}}}},
		IncidentTemplate: &types.IncidentTemplate{Title: aws.String("EC2 is down"), Impact: aws.Int32(2),
			Summary: aws.String("Check the console first."), DedupeString: aws.String("ec2-down"),
			IncidentTags:        map[string]string{"service": "web"},
			NotificationTargets: []types.NotificationTargetItem{&types.NotificationTargetItemMemberSnsTopicArn{Value: "arn:aws:sns:ap-northeast-1:111122223333:all"}}},
	}
}

// asRead is what a plan reads back as.
func asRead(arn string, in *ssmincidents.CreateResponsePlanInput) *ssmincidents.GetResponsePlanOutput {
	return &ssmincidents.GetResponsePlanOutput{Arn: &arn, Name: in.Name, DisplayName: in.DisplayName, Actions: in.Actions,
		ChatChannel: in.ChatChannel, Engagements: in.Engagements, Integrations: in.Integrations, IncidentTemplate: in.IncidentTemplate}
}

func TestResponsePlanReadsBackAsGiven(t *testing.T) {
	c := onboarded(t, emulator.Options{})
	in := fullPlan("ec2-down")
	arn := *need(c.incidents.CreateResponsePlan(c.ctx, in))(t).Arn
	if want := "arn:aws:ssm-incidents::" + account + ":response-plan/ec2-down"; arn != want {
		t.Errorf("ARN %s, want %s", arn, want)
	}
	if diff := cmp.Diff(asRead(arn, in), c.getPlan(arn), same); diff != "" {
		t.Error(diff)
	}
	_, err := c.incidents.CreateResponsePlan(c.ctx, planInput("ec2-down"))
	if e := fails[*types.ConflictException](t, err); *e.ResourceIdentifier != arn || e.ResourceType != types.ResourceTypeResponsePlan {
		t.Errorf("conflict with %s %v", e.ResourceType, e.ResourceIdentifier)
	}
}

func TestResponsePlanDefaults(t *testing.T) {
	c := onboarded(t, emulator.Options{})
	got := c.getPlan(c.plan("small"))
	want := asRead(*got.Arn, planInput("small"))
	want.Actions, want.Engagements, want.Integrations = []types.Action{}, []string{}, []types.Integration{}
	want.IncidentTemplate.NotificationTargets = []types.NotificationTargetItem{}
	if diff := cmp.Diff(want, got, same); diff != "" {
		t.Error(diff)
	}
	in := fullPlan("runbook")
	in.Actions[0].(*types.ActionMemberSsmAutomation).Value.TargetAccount = ""
	arn := *need(c.incidents.CreateResponsePlan(c.ctx, in))(t).Arn
	if got := c.getPlan(arn).Actions[0].(*types.ActionMemberSsmAutomation).Value.TargetAccount; got != types.SsmTargetAccountResponsePlanOwnerAccount {
		t.Errorf("target account %q", got)
	}
}

// TestExplicitNulls reads the bytes: the real service sends null for what is absent, and [] for
// empty lists.
func TestExplicitNulls(t *testing.T) {
	c := onboarded(t, emulator.Options{})
	arn := c.plan("small")
	r := need(http.NewRequest("GET", "http://x/getResponsePlan?arn="+arn, nil))(t)
	r.Header.Set("Authorization", "AWS4-HMAC-SHA256 Credential=A/20261207/"+home+"/ssm-incidents/aws4_request, Signature=0")
	res := need(c.http.RoundTrip(r))(t)
	var got any
	if err := json.Unmarshal(need(io.ReadAll(res.Body))(t), &got); err != nil {
		t.Fatal(err)
	}
	want := map[string]any{"actions": []any{}, "arn": arn, "chatChannel": nil, "displayName": nil, "engagements": []any{}, "integrations": []any{},
		"incidentTemplate": map[string]any{"dedupeString": nil, "impact": 1., "incidentTags": nil, "notificationTargets": []any{}, "summary": nil, "title": "It is down"},
		"name":             "small"}
	if diff := cmp.Diff(any(want), got); diff != "" {
		t.Error(diff)
	}
	if res.Header.Get("Content-Type") != "application/json" || len(res.Header.Get("x-amzn-RequestId")) != 36 {
		t.Errorf("headers: %v", res.Header)
	}
}

func TestUpdateResponsePlanIsAPatch(t *testing.T) {
	c := onboarded(t, emulator.Options{})
	in := fullPlan("ec2-down")
	arn := *need(c.incidents.CreateResponsePlan(c.ctx, in))(t).Arn
	want := asRead(arn, in)
	for _, step := range []struct {
		name   string
		update ssmincidents.UpdateResponsePlanInput
		want   func()
	}{
		{"nothing", ssmincidents.UpdateResponsePlanInput{}, func() {}},
		{"title", ssmincidents.UpdateResponsePlanInput{IncidentTemplateTitle: aws.String("New")}, func() { want.IncidentTemplate.Title = aws.String("New") }},
		{"impact", ssmincidents.UpdateResponsePlanInput{IncidentTemplateImpact: aws.Int32(5)}, func() { want.IncidentTemplate.Impact = aws.Int32(5) }},
		{"summary", ssmincidents.UpdateResponsePlanInput{IncidentTemplateSummary: aws.String("")}, func() { want.IncidentTemplate.Summary = aws.String("") }},
		{"dedupe", ssmincidents.UpdateResponsePlanInput{IncidentTemplateDedupeString: aws.String("")}, func() { want.IncidentTemplate.DedupeString = aws.String("") }},
		{"name", ssmincidents.UpdateResponsePlanInput{DisplayName: aws.String("")}, func() { want.DisplayName = aws.String("") }},
		{"tags", ssmincidents.UpdateResponsePlanInput{IncidentTemplateTags: map[string]string{}}, func() { want.IncidentTemplate.IncidentTags = map[string]string{} }},
		{"targets", ssmincidents.UpdateResponsePlanInput{IncidentTemplateNotificationTargets: []types.NotificationTargetItem{}},
			func() { want.IncidentTemplate.NotificationTargets = []types.NotificationTargetItem{} }},
		{"chat", ssmincidents.UpdateResponsePlanInput{ChatChannel: &types.ChatChannelMemberEmpty{}}, func() { want.ChatChannel = &types.ChatChannelMemberEmpty{} }},
		{"actions", ssmincidents.UpdateResponsePlanInput{Actions: []types.Action{}}, func() { want.Actions = []types.Action{} }},
		{"engagements", ssmincidents.UpdateResponsePlanInput{Engagements: []string{}}, func() { want.Engagements = []string{} }},
		{"integrations", ssmincidents.UpdateResponsePlanInput{Integrations: []types.Integration{}}, func() { want.Integrations = []types.Integration{} }},
		{"back", ssmincidents.UpdateResponsePlanInput{Actions: in.Actions, Engagements: in.Engagements, ChatChannel: in.ChatChannel},
			func() { want.Actions, want.Engagements, want.ChatChannel = in.Actions, in.Engagements, in.ChatChannel }},
	} {
		t.Run(step.name, func(t *testing.T) {
			step.update.Arn = &arn
			need(c.incidents.UpdateResponsePlan(c.ctx, &step.update))(t)
			step.want()
			if diff := cmp.Diff(want, c.getPlan(arn), same); diff != "" {
				t.Error(diff)
			}
		})
	}
}

func TestResponsePlanThatIsNotThere(t *testing.T) {
	c := onboarded(t, emulator.Options{})
	arn := "arn:aws:ssm-incidents::" + account + ":response-plan/gone"
	_, err := c.incidents.GetResponsePlan(c.ctx, &ssmincidents.GetResponsePlanInput{Arn: &arn})
	if e := fails[*types.ResourceNotFoundException](t, err); e.ResourceType != types.ResourceTypeResponsePlan || *e.ResourceIdentifier != arn {
		t.Errorf("missed %s %v", e.ResourceType, e.ResourceIdentifier)
	}
	_, err = c.incidents.UpdateResponsePlan(c.ctx, &ssmincidents.UpdateResponsePlanInput{Arn: &arn})
	fails[*types.ResourceNotFoundException](t, err)
	need(c.incidents.DeleteResponsePlan(c.ctx, &ssmincidents.DeleteResponsePlanInput{Arn: &arn}))(t) // declares no NotFound
	for _, wrong := range []string{"arn:aws:ssm-incidents:ap-northeast-1:" + account + ":response-plan/x", "arn:aws:ssm-incidents::" + account + ":incident-record/x"} {
		_, err = c.incidents.GetResponsePlan(c.ctx, &ssmincidents.GetResponsePlanInput{Arn: &wrong})
		fails[*types.ValidationException](t, err)
	}
	foreign := "arn:aws:ssm-incidents::999900001111:response-plan/x"
	_, err = c.incidents.GetResponsePlan(c.ctx, &ssmincidents.GetResponsePlanInput{Arn: &foreign})
	fails[*types.AccessDeniedException](t, err)
}

func TestListResponsePlans(t *testing.T) {
	c := onboarded(t, emulator.Options{MaxPage: 4})
	for i := range 9 {
		c.plan(fmt.Sprintf("plan-%d", i))
	}
	gone := "arn:aws:ssm-incidents::" + account + ":response-plan/plan-3"
	need(c.incidents.DeleteResponsePlan(c.ctx, &ssmincidents.DeleteResponsePlanInput{Arn: &gone}))(t)
	var names []string
	pages := 0
	for p := ssmincidents.NewListResponsePlansPaginator(c.incidents, &ssmincidents.ListResponsePlansInput{}); p.HasMorePages(); pages++ {
		for _, s := range need(p.NextPage(c.ctx))(t).ResponsePlanSummaries {
			names = append(names, *s.Name)
		}
	}
	if got := strings.Join(names, " "); pages != 2 || got != "plan-0 plan-1 plan-2 plan-4 plan-5 plan-6 plan-7 plan-8" {
		t.Errorf("%d pages: %s", pages, got)
	}
	_, err := c.incidents.ListResponsePlans(c.ctx, &ssmincidents.ListResponsePlansInput{NextToken: aws.String("x")})
	fails[*types.ValidationException](t, err)
	_, err = c.incidents.ListResponsePlans(c.ctx, &ssmincidents.ListResponsePlansInput{MaxResults: aws.Int32(101)})
	fails[*types.ValidationException](t, err)
	// Plans have no Region: they are the same from everywhere in the set.
	sets := need(c.incidents.ListReplicationSets(c.ctx, &ssmincidents.ListReplicationSetsInput{}))(t).ReplicationSetArns
	if err := c.updateSet(sets[0], addRegion(dr)); err != nil {
		t.Fatal(err)
	}
	connect(t, c.http, dr).getPlan("arn:aws:ssm-incidents::" + account + ":response-plan/plan-1")
}

func TestResourcePolicies(t *testing.T) {
	c := onboarded(t, emulator.Options{MaxPage: 2})
	arn := c.plan("shared")
	other := c.plan("shared-too")
	put := func(arn, policy string) (string, error) {
		out, err := c.incidents.PutResourcePolicy(c.ctx, &ssmincidents.PutResourcePolicyInput{ResourceArn: &arn, Policy: &policy})
		if err != nil {
			return "", err
		}
		return *out.PolicyId, nil
	}
	var ids []string
	for i := range 3 {
		id := need(put(arn, fmt.Sprintf(`{"Version":"2012-10-17","Id":"%d"}`, i)))(t)
		if len(id) != 32 {
			t.Errorf("id %s", id)
		}
		ids = append(ids, id)
	}
	need(put(other, `{}`))(t)
	list := func() (got []string) {
		for p := ssmincidents.NewGetResourcePoliciesPaginator(c.incidents, &ssmincidents.GetResourcePoliciesInput{ResourceArn: &arn}); p.HasMorePages(); {
			for _, x := range need(p.NextPage(c.ctx))(t).ResourcePolicies {
				got = append(got, *x.PolicyId)
				if *x.RamResourceShareRegion == "" || !strings.Contains(*x.PolicyDocument, "2012") {
					t.Errorf("policy %+v", x)
				}
			}
		}
		return got
	}
	if got := list(); len(got) != 3 {
		t.Errorf("%d policies", len(got))
	}
	remove := func() error {
		_, err := c.incidents.DeleteResourcePolicy(c.ctx, &ssmincidents.DeleteResourcePolicyInput{ResourceArn: &arn, PolicyId: &ids[1]})
		return err
	}
	if err := remove(); err != nil || len(list()) != 2 {
		t.Errorf("after deleting: %v %v", err, list())
	}
	if e := fails[*types.ResourceNotFoundException](t, remove()); e.ResourceType != types.ResourceTypeResourcePolicy {
		t.Errorf("missed a %s", e.ResourceType)
	}
	need(c.incidents.DeleteResponsePlan(c.ctx, &ssmincidents.DeleteResponsePlanInput{Arn: &other}))(t)
	if c.plan("shared-too") != other || len(need(c.incidents.GetResourcePolicies(c.ctx, &ssmincidents.GetResourcePoliciesInput{ResourceArn: &other}))(t).ResourcePolicies) != 0 {
		t.Error("the policies outlived their plan")
	}
	_, err := put(arn, "{")
	fails[*types.ValidationException](t, err)
	_, err = put(arn+"x", "{}")
	fails[*types.ResourceNotFoundException](t, err)
}

func TestOperationsThatAreNotHere(t *testing.T) {
	c := onboarded(t, emulator.Options{})
	_, err := c.tagging.GetTagKeys(c.ctx, &resourcegroupstaggingapi.GetTagKeysInput{})
	if e := fails[smithy.APIError](t, err); e.ErrorCode() != "UnknownOperationException" {
		t.Errorf("code %s", e.ErrorCode())
	}
}
