package emulator_test

import (
	"net/url"
	"strings"
	"testing"

	"github.com/aws/aws-sdk-go-v2/aws"
	"github.com/aws/aws-sdk-go-v2/service/iam"
	iamtypes "github.com/aws/aws-sdk-go-v2/service/iam/types"
	"github.com/google/go-cmp/cmp"

	"github.com/watchbill/watchbill/emulator"
)

const resolver = "arn:aws:iam::aws:policy/AWSIncidentManagerResolverAccess"

func (c *clients) attach(role, policy string) error {
	_, err := c.iam().AttachRolePolicy(c.ctx, &iam.AttachRolePolicyInput{RoleName: &role, PolicyArn: &policy})
	return err
}

func (c *clients) detach(role, policy string) error {
	_, err := c.iam().DetachRolePolicy(c.ctx, &iam.DetachRolePolicyInput{RoleName: &role, PolicyArn: &policy})
	return err
}

func TestAttachedPolicies(t *testing.T) {
	c := empty(t, emulator.Options{MaxPage: 1, Rules: emulator.Rules{UnknownPoliciesFail: true}})
	name := aws.String("chat")
	need(c.iam().CreateRole(c.ctx, &iam.CreateRoleInput{RoleName: name, AssumeRolePolicyDocument: aws.String(trust), Path: aws.String("/watchbill/")}))(t)
	own := *need(c.iam().CreatePolicy(c.ctx, &iam.CreatePolicyInput{PolicyName: aws.String("start"), Path: aws.String("/team/"),
		PolicyDocument: aws.String(`{"Version":"2012-10-17","Statement":{"Effect":"Allow","Action":"ssm:*","Resource":"*"}}`)}))(t).Policy.Arn
	if own != "arn:aws:iam::"+account+":policy/team/start" {
		t.Errorf("policy %s", own)
	}
	for _, arn := range []string{own, resolver, resolver} {
		if err := c.attach("chat", arn); err != nil {
			t.Fatal(err)
		}
	}
	fails[*iamtypes.NoSuchEntityException](t, c.attach("chat", resolver+"x"))
	fails[*iamtypes.NoSuchEntityException](t, c.attach("nobody", resolver))
	var attached []string
	pages := iam.NewListAttachedRolePoliciesPaginator(c.iam(), &iam.ListAttachedRolePoliciesInput{RoleName: name})
	for pages.HasMorePages() {
		for _, p := range need(pages.NextPage(c.ctx))(t).AttachedPolicies {
			attached = append(attached, *p.PolicyName+" "+*p.PolicyArn)
		}
	}
	if diff := cmp.Diff([]string{"start " + own, "AWSIncidentManagerResolverAccess " + resolver}, attached); diff != "" {
		t.Error(diff)
	}
	about := need(c.iam().GetPolicy(c.ctx, &iam.GetPolicyInput{PolicyArn: aws.String(resolver)}))(t).Policy
	version := need(c.iam().GetPolicyVersion(c.ctx, &iam.GetPolicyVersionInput{PolicyArn: aws.String(resolver), VersionId: about.DefaultVersionId}))(t).PolicyVersion
	document := need(url.QueryUnescape(*version.Document))(t)
	if *about.AttachmentCount != 1 || !strings.Contains(document, "ssm-incidents:GetResponsePlan") || strings.Contains(*version.Document, "{") {
		t.Errorf("policy %+v: %s", about, *version.Document)
	}
	_, err := c.iam().DeleteRole(c.ctx, &iam.DeleteRoleInput{RoleName: name})
	fails[*iamtypes.DeleteConflictException](t, err)
	_, err = c.iam().DeletePolicy(c.ctx, &iam.DeletePolicyInput{PolicyArn: &own})
	fails[*iamtypes.DeleteConflictException](t, err)
	for _, arn := range []string{own, resolver} {
		if err := c.detach("chat", arn); err != nil {
			t.Fatal(err)
		}
	}
	fails[*iamtypes.NoSuchEntityException](t, c.detach("chat", own))
	need(c.iam().DeletePolicy(c.ctx, &iam.DeletePolicyInput{PolicyArn: &own}))(t)
	need(c.iam().DeleteRole(c.ctx, &iam.DeleteRoleInput{RoleName: name}))(t)
}

func TestUnknownPolicyGrantsNothing(t *testing.T) {
	c := empty(t, emulator.Options{})
	c.role(trust, "*")
	if err := c.attach("runbook", "arn:aws:iam::aws:policy/service-role/Somebodys"); err != nil {
		t.Error(err)
	}
	fails[*iamtypes.NoSuchEntityException](t, c.attach("runbook", "arn:aws:iam::"+account+":policy/gone"))
}

// What a role's attached policies say counts as what its own ones say.
func TestRunbookStartsByAttachedPolicy(t *testing.T) {
	c, _ := byHand(t, emulator.Options{})
	need(c.iam().CreateRole(c.ctx, &iam.CreateRoleInput{RoleName: aws.String("runbook"), AssumeRolePolicyDocument: aws.String(trust)}))(t)
	if _, why := c.runs(restart()); !strings.Contains(why, "not authorized to perform: ssm:StartAutomationExecution") {
		t.Errorf("without a policy: %q", why)
	}
	if err := c.attach("runbook", "arn:aws:iam::aws:policy/service-role/AmazonSSMAutomationRole"); err != nil {
		t.Fatal(err)
	}
	if _, why := c.runs(restart()); why != "" {
		t.Error(why)
	}
	deny := *need(c.iam().CreatePolicy(c.ctx, &iam.CreatePolicyInput{PolicyName: aws.String("no"),
		PolicyDocument: aws.String(`{"Statement":{"Effect":"Deny","Action":"ssm:Start*","Resource":"*"}}`)}))(t).Policy.Arn
	if err := c.attach("runbook", deny); err != nil {
		t.Fatal(err)
	}
	if _, why := c.runs(restart()); why == "" {
		t.Error("a denial in an attached policy does not count")
	}
}

func TestRoleTags(t *testing.T) {
	c := empty(t, emulator.Options{MaxPage: 1})
	c.role(trust, "*")
	name := aws.String("runbook")
	tag := func(key, value string) iamtypes.Tag { return iamtypes.Tag{Key: &key, Value: &value} }
	need(c.iam().TagRole(c.ctx, &iam.TagRoleInput{RoleName: name, Tags: []iamtypes.Tag{tag("a", "1"), tag("b", "2"), tag("c", "")}}))(t)
	need(c.iam().UntagRole(c.ctx, &iam.UntagRoleInput{RoleName: name, TagKeys: []string{"b", "x"}}))(t)
	var got []string
	pages := iam.NewListRoleTagsPaginator(c.iam(), &iam.ListRoleTagsInput{RoleName: name})
	for pages.HasMorePages() {
		for _, t := range need(pages.NextPage(c.ctx))(t).Tags {
			got = append(got, *t.Key+"="+*t.Value)
		}
	}
	if diff := cmp.Diff([]string{"a=1", "c="}, got); diff != "" {
		t.Error(diff)
	}
	_, err := c.iam().TagRole(c.ctx, &iam.TagRoleInput{RoleName: name, Tags: []iamtypes.Tag{tag("aws:a", "1")}})
	fails[*iamtypes.InvalidInputException](t, err)
}

func TestServiceLinkedRole(t *testing.T) {
	c := empty(t, emulator.Options{})
	in := &iam.CreateServiceLinkedRoleInput{AWSServiceName: aws.String("ssm-incidents.amazonaws.com")}
	made := need(c.iam().CreateServiceLinkedRole(c.ctx, in))(t).Role
	if *made.Arn != "arn:aws:iam::"+account+":role/aws-service-role/ssm-incidents.amazonaws.com/AWSServiceRoleForIncidentManager" {
		t.Errorf("role %s", *made.Arn)
	}
	_, err := c.iam().CreateServiceLinkedRole(c.ctx, in)
	fails[*iamtypes.InvalidInputException](t, err)
	fails[*iamtypes.UnmodifiableEntityException](t, c.attach(*made.RoleName, resolver))
	_, err = c.iam().DeleteRole(c.ctx, &iam.DeleteRoleInput{RoleName: made.RoleName})
	fails[*iamtypes.UnmodifiableEntityException](t, err)
	_, err = c.iam().CreateRole(c.ctx, &iam.CreateRoleInput{RoleName: aws.String("x"), Path: made.Path, AssumeRolePolicyDocument: aws.String(trust)})
	if err == nil {
		t.Error("a role was made where only services make some")
	}
}
