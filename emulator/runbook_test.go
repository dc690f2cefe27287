package emulator_test

import (
	"encoding/json"
	"net/url"
	"strings"
	"testing"
	"time"

	"github.com/aws/aws-sdk-go-v2/aws"
	"github.com/aws/aws-sdk-go-v2/service/iam"
	iamtypes "github.com/aws/aws-sdk-go-v2/service/iam/types"
	"github.com/aws/aws-sdk-go-v2/service/ssm"
	ssmtypes "github.com/aws/aws-sdk-go-v2/service/ssm/types"
	"github.com/aws/aws-sdk-go-v2/service/ssmincidents"
	"github.com/aws/aws-sdk-go-v2/service/ssmincidents/types"
	"github.com/google/go-cmp/cmp"

	"github.com/watchbill/watchbill/emulator"
)

const (
	runbookRole = "arn:aws:iam::" + account + ":role/runbook"
	trust       = `{"Version":"2012-10-17","Statement":[{"Effect":"Allow","Principal":{"Service":"ssm-incidents.amazonaws.com"},"Action":"sts:AssumeRole",
 "Condition":{"StringEquals":{"aws:SourceAccount":"` + account + `"},"ArnLike":{"aws:SourceArn":"arn:aws:ssm-incidents:*:` + account + `:incident-record/down/*"}}}]}`
)

func (c *clients) iam() *iam.Client { return iam.NewFromConfig(config(c.http, home)) }
func (c *clients) ssm() *ssm.Client { return ssm.NewFromConfig(config(c.http, home)) }

// role makes the role runbook, whose policy allows to start automations on resources.
func (c *clients) role(trust string, resources ...string) {
	c.t.Helper()
	need(c.iam().CreateRole(c.ctx, &iam.CreateRoleInput{RoleName: aws.String("runbook"), AssumeRolePolicyDocument: &trust}))(c.t)
	document := need(json.Marshal(map[string]any{"Version": "2012-10-17", "Statement": map[string]any{
		"Effect": "Allow", "Action": "ssm:StartAutomationExecution", "Resource": resources}}))(c.t)
	need(c.iam().PutRolePolicy(c.ctx, &iam.PutRolePolicyInput{RoleName: aws.String("runbook"), PolicyName: aws.String("start"), PolicyDocument: aws.String(string(document))}))(c.t)
}

// runs starts an incident with a runbook and returns its record and why the runbook did not start.
func (c *clients) runs(a types.SsmAutomation, items ...types.RelatedItem) (*types.IncidentRecord, string) {
	c.t.Helper()
	in := planInput("down")
	if a.RoleArn == nil {
		a.RoleArn = aws.String(runbookRole)
	}
	in.Actions = []types.Action{&types.ActionMemberSsmAutomation{Value: a}}
	plan := *need(c.incidents.CreateResponsePlan(c.ctx, in))(c.t).Arn
	arn := *need(c.incidents.StartIncident(c.ctx, &ssmincidents.StartIncidentInput{ResponsePlanArn: &plan, RelatedItems: items}))(c.t).IncidentRecordArn
	need(c.incidents.DeleteResponsePlan(c.ctx, &ssmincidents.DeleteResponsePlanInput{Arn: &plan}))(c.t)
	for _, e := range c.timeline(arn) {
		if e.Kind == "SSM Automation Execution Start Failure for Incident" {
			var why string
			if err := json.Unmarshal([]byte(e.Data), &why); err != nil {
				c.t.Fatal(err)
			}
			return c.incident(arn), why
		}
	}
	return c.incident(arn), ""
}

func restart() types.SsmAutomation {
	return types.SsmAutomation{DocumentName: aws.String("AWS-RestartEC2Instance"), Parameters: map[string][]string{"InstanceId": {"i-0abc"}}}
}

func TestRunbookSucceeds(t *testing.T) {
	c, hands := byHand(t, emulator.Options{})
	a := restart()
	a.Parameters = nil
	a.DynamicParameters = map[string]types.DynamicSsmParameterValue{"InstanceId": &types.DynamicSsmParameterValueMemberVariable{Value: types.VariableTypeInvolvedResources}}
	involved := types.RelatedItem{Identifier: &types.ItemIdentifier{Type: types.ItemTypeInvolvedResource,
		Value: &types.ItemValueMemberArn{Value: "arn:aws:ec2:ap-northeast-1:111122223333:instance/i-0abc"}}}
	r, why := c.runs(a, involved)
	if why != "" || len(r.AutomationExecutions) != 1 {
		t.Fatalf("not started: %s", why)
	}
	arn := r.AutomationExecutions[0].(*types.AutomationExecutionMemberSsmExecutionArn).Value
	id := arn[strings.LastIndexByte(arn, '/')+1:]
	if arn != "arn:aws:ssm:"+home+":"+account+":automation-execution/"+id {
		t.Errorf("execution ARN %s", arn)
	}
	e := need(c.ssm().GetAutomationExecution(c.ctx, &ssm.GetAutomationExecutionInput{AutomationExecutionId: &id}))(t).AutomationExecution
	if e.AutomationExecutionStatus != ssmtypes.AutomationExecutionStatusSuccess || *e.DocumentName != "AWS-RestartEC2Instance" || !e.ExecutionStartTime.Equal(hands.Now()) ||
		!cmp.Equal(e.Parameters, map[string][]string{"InstanceId": {"arn:aws:ec2:ap-northeast-1:111122223333:instance/i-0abc"}}) || *e.ExecutedBy != runbookRole {
		t.Errorf("execution %+v", e)
	}
	items := c.related(*r.Arn)
	last := items[len(items)-1]
	if last.Identifier.Type != types.ItemTypeAutomation || last.Identifier.Value.(*types.ItemValueMemberArn).Value != arn {
		t.Errorf("related items %+v", items)
	}
	hands.Advance(time.Second)
	c.runs(types.SsmAutomation{DocumentName: aws.String("AWS-Unknown"), Parameters: map[string][]string{"Anything": {}}})
	list := func(filters ...ssmtypes.AutomationExecutionFilter) []ssmtypes.AutomationExecutionMetadata {
		return need(c.ssm().DescribeAutomationExecutions(c.ctx, &ssm.DescribeAutomationExecutionsInput{Filters: filters}))(t).AutomationExecutionMetadataList
	}
	if got := list(); len(got) != 2 || *got[0].DocumentName != "AWS-Unknown" || *got[1].AutomationExecutionId != id {
		t.Errorf("executions %+v", got)
	}
	if got := list(ssmtypes.AutomationExecutionFilter{Key: ssmtypes.AutomationExecutionFilterKeyDocumentNamePrefix, Values: []string{"AWS-Re"}}); len(got) != 1 {
		t.Errorf("filtered executions %+v", got)
	}
	_, err := c.ssm().GetAutomationExecution(c.ctx, &ssm.GetAutomationExecutionInput{AutomationExecutionId: aws.String(strings.Repeat("0", 36))})
	fails[*ssmtypes.AutomationExecutionNotFoundException](t, err)
}

// TestRunbookRole is the table of what a role's policy has to say, above all for documents of AWS's.
func TestRunbookRole(t *testing.T) {
	const (
		execution = "arn:aws:ssm:*:" + account + ":automation-execution/*"
		refused   = "User: arn:aws:sts::" + account + ":assumed-role/runbook/IncidentManager is not authorized to perform: ssm:StartAutomationExecution on resource: "
		theirs    = "arn:aws:ssm:" + home + "::document/AWS-RestartEC2Instance"
	)
	own := types.SsmAutomation{DocumentName: aws.String("MyRunbook"), DocumentVersion: aws.String("3")}
	for name, tc := range map[string]struct {
		runbook   types.SsmAutomation
		resources []string
		want      string // in the failure; "" for success
	}{
		"AWS's, account empty":         {restart(), []string{"arn:aws:ssm:*::document/AWS-RestartEC2Instance", execution}, ""},
		"AWS's, older form":            {restart(), []string{"arn:aws:ssm:*::automation-definition/AWS-RestartEC2Instance:*"}, ""},
		"AWS's, the account's number":  {restart(), []string{"arn:aws:ssm:*:" + account + ":document/AWS-RestartEC2Instance", execution}, refused + theirs},
		"AWS's, number, older form":    {restart(), []string{"arn:aws:ssm:*:" + account + ":automation-definition/AWS-RestartEC2Instance:*"}, refused + theirs},
		"no execution":                 {restart(), []string{"arn:aws:ssm:*::document/AWS-RestartEC2Instance"}, refused + "arn:aws:ssm:" + home + ":" + account + ":automation-execution/*"},
		"another Region":               {restart(), []string{"arn:aws:ssm:eu-west-1::document/AWS-RestartEC2Instance", execution}, refused + theirs},
		"everything":                   {restart(), []string{"*"}, ""},
		"own document":                 {own, []string{"arn:aws:ssm:*:" + account + ":document/MyRunbook", execution}, ""},
		"own document, account empty":  {own, []string{"arn:aws:ssm:*::document/MyRunbook", execution}, "document/MyRunbook"},
		"own version":                  {own, []string{"arn:aws:ssm:*:" + account + ":automation-definition/MyRunbook:3"}, ""},
		"another version":              {own, []string{"arn:aws:ssm:*:" + account + ":automation-definition/MyRunbook:?4"}, "document/MyRunbook"},
		"a document shared by another": {types.SsmAutomation{DocumentName: aws.String("arn:aws:ssm:" + home + ":222233334444:document/Shared")}, []string{"arn:aws:ssm:*:222233334444:document/Shared", execution}, ""},
	} {
		t.Run(name, func(t *testing.T) {
			c, _ := byHand(t, emulator.Options{})
			c.role(trust, tc.resources...)
			r, why := c.runs(tc.runbook)
			if tc.want == "" && (why != "" || len(r.AutomationExecutions) != 1) || tc.want != "" && (!strings.Contains(why, tc.want) || len(r.AutomationExecutions) != 0) {
				t.Errorf("want %q, got %q", tc.want, why)
			}
		})
	}
}

func TestRunbookTrust(t *testing.T) {
	for name, tc := range map[string]struct {
		trust string
		ok    bool
	}{
		"ours":            {trust, true},
		"empty Region":    {strings.Replace(trust, "ssm-incidents:*:", "ssm-incidents::", 1), true},
		"another plan":    {strings.Replace(trust, "/down/", "/up/", 1), false},
		"another account": {strings.Replace(trust, `"aws:SourceAccount":"`+account, `"aws:SourceAccount":"222233334444`, 1), false},
		"another service": {strings.Replace(trust, "ssm-incidents.amazonaws.com", "ec2.amazonaws.com", 1), false},
		"unknown test":    {strings.Replace(trust, "ArnLike", "NumericLessThan", 1), false},
	} {
		c, _ := byHand(t, emulator.Options{})
		c.role(tc.trust, "*")
		if _, why := c.runs(restart()); (why == "") != tc.ok || why != "" && !strings.Contains(why, "sts:AssumeRole") {
			t.Errorf("%s: %q", name, why)
		}
	}
}

func TestRunbookParameters(t *testing.T) {
	c, _ := byHand(t, emulator.Options{})
	need(c.ssm().CreateDocument(c.ctx, &ssm.CreateDocumentInput{Name: aws.String("MyRunbook"), DocumentType: ssmtypes.DocumentTypeAutomation,
		DocumentFormat: ssmtypes.DocumentFormatYaml, Content: aws.String(`
schemaVersion: "0.3"
description: Looks around.
parameters:
  Incident: {type: String, description: where from}
  Resources: {type: StringList, default: []}
mainSteps: [{name: wait, action: "aws:sleep", inputs: {Duration: PT1S}}]
`)}))(t)
	variable := func(v types.VariableType) types.DynamicSsmParameterValue {
		return &types.DynamicSsmParameterValueMemberVariable{Value: v}
	}
	type dynamic = map[string]types.DynamicSsmParameterValue
	for name, tc := range map[string]struct {
		fixed   map[string][]string
		dynamic dynamic
		version string
		want    string
	}{
		"record ARN":       {nil, dynamic{"Incident": variable(types.VariableTypeIncidentRecordArn)}, "", ""},
		"both":             {map[string][]string{"Resources": {"a", "b"}}, dynamic{"Incident": variable(types.VariableTypeIncidentRecordArn)}, "1", ""},
		"unknown":          {map[string][]string{"Incident": {"x"}, "Zone": {"x"}, "Area": {"y"}}, nil, "", "Undefined execution inputs: [Area, Zone]"},
		"unknown dynamic":  {map[string][]string{"Incident": {"x"}}, dynamic{"Other": variable(types.VariableTypeIncidentRecordArn)}, "", "Undefined execution inputs: [Other]"},
		"missing":          {map[string][]string{"Resources": {"x"}}, nil, "", "[Incident]"},
		"list for one":     {map[string][]string{"Incident": {"x", "y"}}, nil, "", "takes one value"},
		"ARN into a list":  {map[string][]string{"Incident": {"x"}}, dynamic{"Resources": variable(types.VariableTypeIncidentRecordArn)}, "", "INCIDENT_RECORD_ARN"},
		"list into a text": {nil, dynamic{"Incident": variable(types.VariableTypeInvolvedResources)}, "", "INVOLVED_RESOURCES"},
		"no such version":  {map[string][]string{"Incident": {"x"}}, nil, "7", "Version 7"},
	} {
		a := types.SsmAutomation{DocumentName: aws.String("MyRunbook"), Parameters: tc.fixed, DynamicParameters: tc.dynamic}
		if tc.version != "" {
			a.DocumentVersion = &tc.version
		}
		r, why := c.runs(a)
		if (why == "") != (tc.want == "") || !strings.Contains(why, tc.want) {
			t.Errorf("%s: %q", name, why)
		}
		if why == "" {
			continue
		}
		events := need(c.incidents.ListTimelineEvents(c.ctx, &ssmincidents.ListTimelineEventsInput{IncidentRecordArn: r.Arn,
			Filters: []types.Filter{texts("eventType", "SSM Automation Execution Start Failure for Incident")}}))(t).EventSummaries
		ref := events[0].EventReferences[0].(*types.EventReferenceMemberRelatedItemId).Value
		items := c.related(*r.Arn)
		if last := items[len(items)-1]; !strings.HasPrefix(ref, "related-item/AUTOMATION/") || *last.GeneratedId != ref {
			t.Errorf("%s: the event refers to %s, items %+v", name, ref, items)
		}
	}
	if _, why := c.runs(types.SsmAutomation{DocumentName: aws.String("AWS-RestartEC2Instance"), Parameters: map[string][]string{"InstanceIds": {"i-1"}}}); !strings.Contains(why, "Undefined execution inputs: [InstanceIds]") {
		t.Errorf("AWS's own document: %q", why)
	}
}

func TestRunbookRules(t *testing.T) {
	c, _ := byHand(t, emulator.Options{Rules: emulator.Rules{UnknownRolesFail: true}})
	if _, why := c.runs(restart()); !strings.Contains(why, "does not exist") {
		t.Errorf("UnknownRolesFail: %q", why)
	}
	c, _ = byHand(t, emulator.Options{Rules: emulator.Rules{UnknownDocumentsFail: true}})
	if _, why := c.runs(restart()); why != "" {
		t.Errorf("UnknownDocumentsFail and a known one: %q", why)
	}
	if _, why := c.runs(types.SsmAutomation{DocumentName: aws.String("Mine")}); !strings.Contains(why, "does not exist") {
		t.Errorf("UnknownDocumentsFail: %q", why)
	}
}

func TestRoles(t *testing.T) {
	c := empty(t, emulator.Options{MaxPage: 2})
	api := c.iam()
	made := need(api.CreateRole(c.ctx, &iam.CreateRoleInput{RoleName: aws.String("runbook"), Path: aws.String("/team/"), Description: aws.String("a & <b>"),
		AssumeRolePolicyDocument: aws.String(trust), MaxSessionDuration: aws.Int32(7200), Tags: []iamtypes.Tag{{Key: aws.String("a"), Value: aws.String("1")}}}))(t).Role
	need(api.TagRole(c.ctx, &iam.TagRoleInput{RoleName: aws.String("runbook"), Tags: []iamtypes.Tag{{Key: aws.String("b"), Value: aws.String("")}, {Key: aws.String("a"), Value: aws.String("2")}}}))(t)
	got := need(api.GetRole(c.ctx, &iam.GetRoleInput{RoleName: aws.String("runbook")}))(t).Role
	if *got.Arn != "arn:aws:iam::"+account+":role/team/runbook" || *got.RoleId != *made.RoleId || need(url.PathUnescape(*got.AssumeRolePolicyDocument))(t) != trust ||
		*got.MaxSessionDuration != 7200 || *got.Description != "a & <b>" || len(got.Tags) != 2 || *got.Tags[0].Value != "2" || got.CreateDate.IsZero() {
		t.Errorf("role %+v", got)
	}
	if strings.Contains(*got.AssumeRolePolicyDocument, "+") {
		t.Error("spaces are not percent-encoded")
	}
	_, err := api.CreateRole(c.ctx, &iam.CreateRoleInput{RoleName: aws.String("runbook"), AssumeRolePolicyDocument: aws.String(trust)})
	fails[*iamtypes.EntityAlreadyExistsException](t, err)
	_, err = api.CreateRole(c.ctx, &iam.CreateRoleInput{RoleName: aws.String("bad"), AssumeRolePolicyDocument: aws.String("{")})
	fails[*iamtypes.MalformedPolicyDocumentException](t, err)
	for _, name := range []string{"a", "b", "c"} {
		need(api.PutRolePolicy(c.ctx, &iam.PutRolePolicyInput{RoleName: got.RoleName, PolicyName: &name, PolicyDocument: aws.String(`{"Statement":{"Effect":"Allow","Action":"*","Resource":"*"}}`)}))(t)
		need(api.CreateRole(c.ctx, &iam.CreateRoleInput{RoleName: aws.String("role-" + name), AssumeRolePolicyDocument: aws.String(trust)}))(t)
	}
	var names []string
	policies := iam.NewListRolePoliciesPaginator(api, &iam.ListRolePoliciesInput{RoleName: got.RoleName})
	for policies.HasMorePages() {
		names = append(names, need(policies.NextPage(c.ctx))(t).PolicyNames...)
	}
	roles := iam.NewListRolesPaginator(api, &iam.ListRolesInput{})
	for roles.HasMorePages() {
		for _, r := range need(roles.NextPage(c.ctx))(t).Roles {
			names = append(names, *r.RoleName)
		}
	}
	if diff := cmp.Diff([]string{"a", "b", "c", "role-a", "role-b", "role-c", "runbook"}, names); diff != "" {
		t.Error(diff)
	}
	if got := need(api.ListRoles(c.ctx, &iam.ListRolesInput{PathPrefix: aws.String("/team/"), MaxItems: aws.Int32(1)}))(t); len(got.Roles) != 1 || got.IsTruncated {
		t.Errorf("by path: %+v", got)
	}
	_, err = api.DeleteRole(c.ctx, &iam.DeleteRoleInput{RoleName: got.RoleName})
	fails[*iamtypes.DeleteConflictException](t, err)
	for _, name := range []string{"a", "b", "c"} {
		need(api.DeleteRolePolicy(c.ctx, &iam.DeleteRolePolicyInput{RoleName: got.RoleName, PolicyName: &name}))(t)
	}
	_, err = api.GetRolePolicy(c.ctx, &iam.GetRolePolicyInput{RoleName: got.RoleName, PolicyName: aws.String("a")})
	fails[*iamtypes.NoSuchEntityException](t, err)
	other := strings.Replace(trust, "ssm-incidents.amazonaws.com", "ssm.amazonaws.com", 1)
	need(api.UpdateAssumeRolePolicy(c.ctx, &iam.UpdateAssumeRolePolicyInput{RoleName: got.RoleName, PolicyDocument: &other}))(t)
	if got := need(api.GetRole(c.ctx, &iam.GetRoleInput{RoleName: got.RoleName}))(t).Role; need(url.PathUnescape(*got.AssumeRolePolicyDocument))(t) != other {
		t.Error("the trust policy was not replaced")
	}
	_, err = api.PutRolePolicy(c.ctx, &iam.PutRolePolicyInput{RoleName: got.RoleName, PolicyName: aws.String("long"),
		PolicyDocument: aws.String(`{"Statement":{"Effect":"Allow","Action":"` + strings.Repeat("a", 10300) + `","Resource":"*"}}`)})
	fails[*iamtypes.LimitExceededException](t, err)
	need(api.DeleteRole(c.ctx, &iam.DeleteRoleInput{RoleName: got.RoleName}))(t)
	_, err = api.GetRole(c.ctx, &iam.GetRoleInput{RoleName: got.RoleName})
	fails[*iamtypes.NoSuchEntityException](t, err)
}

func TestDocuments(t *testing.T) {
	c := empty(t, emulator.Options{})
	api := c.ssm()
	content := `{"schemaVersion":"0.3","description":"d","parameters":{"A":{"type":"String"},"B":{"type":"StringList","default":["x"]}},"mainSteps":[{"name":"a"}]}`
	in := &ssm.CreateDocumentInput{Name: aws.String("Mine"), Content: &content, DocumentType: ssmtypes.DocumentTypeAutomation}
	need(api.CreateDocument(c.ctx, in))(t)
	_, err := api.CreateDocument(c.ctx, in)
	fails[*ssmtypes.DocumentAlreadyExists](t, err)
	d := need(api.DescribeDocument(c.ctx, &ssm.DescribeDocumentInput{Name: in.Name}))(t).Document
	if len(d.Parameters) != 2 || *d.Parameters[1].DefaultValue != `["x"]` || d.Parameters[0].DefaultValue != nil || *d.Owner != account || len(*d.Hash) != 64 ||
		d.Status != ssmtypes.DocumentStatusActive || *d.DefaultVersion != "1" {
		t.Errorf("document %+v", d)
	}
	if got := need(api.GetDocument(c.ctx, &ssm.GetDocumentInput{Name: in.Name}))(t); *got.Content != content || got.DocumentFormat != ssmtypes.DocumentFormatJson {
		t.Errorf("content %+v", got)
	}
	theirs := need(api.DescribeDocument(c.ctx, &ssm.DescribeDocumentInput{Name: aws.String("AWS-RestartEC2Instance")}))(t).Document
	if *theirs.Owner != "Amazon" || len(theirs.Parameters) != 2 || theirs.Parameters[1].Type != ssmtypes.DocumentParameterTypeStringList {
		t.Errorf("AWS's document %+v", theirs)
	}
	for name, bad := range map[string]string{"not JSON": "{", "no schema": "{}", "no steps": `{"schemaVersion":"0.3"}`} {
		_, err := api.CreateDocument(c.ctx, &ssm.CreateDocumentInput{Name: aws.String("Bad"), Content: &bad, DocumentType: ssmtypes.DocumentTypeAutomation})
		if err == nil {
			t.Errorf("%s was accepted", name)
			continue
		}
		fails[*ssmtypes.InvalidDocumentContent](t, err)
	}
	need(api.DeleteDocument(c.ctx, &ssm.DeleteDocumentInput{Name: in.Name}))(t)
	_, err = api.GetDocument(c.ctx, &ssm.GetDocumentInput{Name: in.Name})
	fails[*ssmtypes.InvalidDocument](t, err)
}

// TestOtherServicesOutliveTheSet: deleting the replication set deletes all data of Incident Manager,
// and no role or document.
func TestOtherServicesOutliveTheSet(t *testing.T) {
	c, hands := byHand(t, emulator.Options{RegionLock: -1})
	c.role(trust, "*")
	r, _ := c.runs(restart())
	set := need(c.incidents.ListReplicationSets(c.ctx, &ssmincidents.ListReplicationSetsInput{}))(t).ReplicationSetArns[0]
	need(c.incidents.DeleteReplicationSet(c.ctx, &ssmincidents.DeleteReplicationSetInput{Arn: &set}))(t)
	hands.Advance(time.Second)
	need(c.iam().GetRole(c.ctx, &iam.GetRoleInput{RoleName: aws.String("runbook")}))(t)
	if len(need(c.ssm().DescribeAutomationExecutions(c.ctx, &ssm.DescribeAutomationExecutionsInput{}))(t).AutomationExecutionMetadataList) != 1 {
		t.Error("the execution is gone")
	}
	_, err := c.incidents.GetIncidentRecord(c.ctx, &ssmincidents.GetIncidentRecordInput{Arn: r.Arn})
	fails[*types.ResourceNotFoundException](t, err)
}
