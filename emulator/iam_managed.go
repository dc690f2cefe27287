package emulator

// Managed policies: the account's own ones, and those of AWS's that the story of an incident needs.

import (
	"crypto/rand"
	"net/http"
	"slices"
	"strconv"
	"strings"
	"time"

	"github.com/watchbill/watchbill/emulator/wire"
)

// managedPolicy is a row. It has one version, v1.
type managedPolicy struct {
	ARN         string
	ID          string
	Created     time.Time
	Description string            `json:",omitempty"`
	Document    string            `json:",omitempty"` // "": one of AWS's that is not known here
	Version     string            `json:",omitempty"` // "" is v1
	Tags        map[string]string `json:",omitempty"`
}

// awsPolicies is what AWS's own policies say, by the end of their ARN, with their versions: as AWS published
// them by 2025.
var awsPolicies = map[string]struct{ version, document string }{
	"AdministratorAccess": {"v1", `{"Version":"2012-10-17","Statement":[{"Effect":"Allow","Action":"*","Resource":"*"}]}`},
	"PowerUserAccess": {"v12", `{"Version":"2012-10-17","Statement":[{"Effect":"Allow","NotAction":["iam:*","organizations:*","account:*"],"Resource":"*"},` +
		`{"Effect":"Allow","Action":["account:GetAccountInformation","account:GetGovCloudAccountInformation","account:GetPrimaryEmail","account:ListRegions",` +
		`"iam:CreateServiceLinkedRole","iam:DeleteServiceLinkedRole","iam:ListRoles","organizations:DescribeEffectivePolicy","organizations:DescribeOrganization"],"Resource":"*"}]}`},
	"AWSIncidentManagerResolverAccess": {"v4", `{"Version":"2012-10-17","Statement":[` +
		`{"Sid":"StartIncidentPermissions","Effect":"Allow","Action":["ssm-incidents:StartIncident","ssm-contacts:StartEngagement"],"Resource":"*"},` +
		`{"Sid":"ResponsePlanReadOnlyPermissions","Effect":"Allow","Action":["ssm-incidents:ListResponsePlans","ssm-incidents:GetResponsePlan"],"Resource":"*"},` +
		`{"Sid":"IncidentRecordResolverPermissions","Effect":"Allow","Action":["ssm-incidents:ListIncidentRecords","ssm-incidents:GetIncidentRecord",` +
		`"ssm-incidents:UpdateIncidentRecord","ssm-incidents:ListTimelineEvents","ssm-incidents:CreateTimelineEvent","ssm-incidents:GetTimelineEvent",` +
		`"ssm-incidents:UpdateTimelineEvent","ssm-incidents:DeleteTimelineEvent","ssm-incidents:ListRelatedItems","ssm-incidents:UpdateRelatedItems"],"Resource":"*"}]}`},
	"service-role/AmazonSSMAutomationRole": {"v9", `{"Version":"2012-10-17","Statement":[` +
		`{"Effect":"Allow","Action":["lambda:InvokeFunction"],"Resource":["arn:aws:lambda:*:*:function:Automation*"]},` +
		`{"Effect":"Allow","Action":["ec2:CreateImage","ec2:CopyImage","ec2:DeregisterImage","ec2:DescribeImages","ec2:DeleteSnapshot","ec2:StartInstances",` +
		`"ec2:RunInstances","ec2:StopInstances","ec2:TerminateInstances","ec2:DescribeInstanceStatus","ec2:CreateTags","ec2:DeleteTags","ec2:DescribeTags",` +
		`"cloudformation:CreateStack","cloudformation:DescribeStackEvents","cloudformation:DescribeStacks","cloudformation:UpdateStack",` +
		`"cloudformation:DeleteStack","cloudformation:TagResource","cloudformation:UntagResource"],"Resource":["*"]},` +
		`{"Effect":"Allow","Action":["ssm:*"],"Resource":["*"]},{"Effect":"Allow","Action":["sns:Publish"],"Resource":["arn:aws:sns:*:*:Automation*"]},` +
		`{"Effect":"Allow","Action":["ssmmessages:OpenDataChannel"],"Resource":["arn:*:ssm:*:*:session/*"]}]}`},
	"service-role/AWSIncidentManagerIncidentAccessServiceRolePolicy": {"v2", `{"Version":"2012-10-17","Statement":[{"Sid":"IncidentAccessPermissions","Effect":"Allow",` +
		`"Action":["cloudformation:DescribeStackEvents","cloudformation:DescribeStackResources","codedeploy:BatchGetDeployments","codedeploy:ListDeployments",` +
		`"codedeploy:ListDeploymentTargets","autoscaling:DescribeAutoScalingInstances"],"Resource":"*"}]}`},
}

// awsPolicyDate stands for when AWS made its policies: the day Incident Manager was announced.
var awsPolicyDate = time.Date(2021, 5, 10, 0, 0, 0, 0, time.UTC)

const awsPolicyPrefix = "arn:aws:iam::aws:policy/"

// policyPlace is the path and the name in a policy's ARN.
func policyPlace(arn string) (path, name string) {
	_, rest, _ := strings.Cut(arn, ":policy/")
	i := strings.LastIndexByte(rest, '/') + 1
	return "/" + rest[:i], rest[i:]
}

// findManaged looks a policy up: of the account, or of AWS's.
func findManaged(c *call, st *state, arn string) (*managedPolicy, error) {
	if p := st.managedPolicies.get(arn); p != nil {
		return p, nil
	}
	if name, ok := strings.CutPrefix(arn, awsPolicyPrefix); ok {
		known, ok := awsPolicies[name]
		if ok || name != "" && !c.opts.Rules.UnknownPoliciesFail {
			return &managedPolicy{ARN: arn, ID: "ANPAEXAMPLEAWSOWNED00", Created: awsPolicyDate, Document: known.document, Version: known.version}, nil
		}
	}
	return nil, noSuchEntity("Policy " + arn + " does not exist or is not attachable.")
}

// documents are all policies of a role that grant or deny something.
func (r *role) documents(st *state) (out []string) {
	for _, name := range sortedKeys(r.Policies) {
		out = append(out, r.Policies[name])
	}
	for _, arn := range r.Attached {
		document := awsPolicies[strings.TrimPrefix(arn, awsPolicyPrefix)].document
		if p := st.managedPolicies.get(arn); p != nil {
			document = p.Document
		}
		if document != "" {
			out = append(out, document)
		}
	}
	return out
}

// maxManagedPolicy is how many characters a managed policy can have without white space.
const maxManagedPolicy = 6144

func createPolicy(c *call, tx *tx, in *struct {
	PolicyName, Path, PolicyDocument, Description string
	Tags                                          []struct{ Key, Value string }
}) (any, error) {
	if in.Path == "" {
		in.Path = "/"
	}
	arn := "arn:aws:iam::" + c.account + ":policy" + in.Path + in.PolicyName
	for _, have := range tx.managedPolicies.below("") {
		if _, name := policyPlace(have.ARN); name == in.PolicyName {
			return nil, iamError("EntityAlreadyExists", http.StatusConflict, "A policy called "+in.PolicyName+" already exists. Duplicate names are not allowed.")
		}
	}
	if err := checkPolicy(in.PolicyDocument, maxManagedPolicy); err != nil {
		return nil, err
	}
	p := &managedPolicy{ARN: arn, ID: "ANPA" + rand.Text()[:17], Created: c.now.Truncate(time.Second).UTC(), Description: in.Description,
		Document: in.PolicyDocument, Tags: map[string]string{}}
	for _, t := range in.Tags {
		p.Tags[t.Key] = t.Value
	}
	tx.managedPolicies.put(tx, arn, p)
	return iamAnswer(c, wire.Element{{Name: "Policy", Value: p.out(tx.state)}}), nil
}

func (p *managedPolicy) version() string {
	if p.Version == "" {
		return "v1"
	}
	return p.Version
}

func (p *managedPolicy) attachedTo(st *state) (count int) {
	for _, r := range st.roles.below("") {
		if slices.Contains(r.Attached, p.ARN) {
			count++
		}
	}
	return count
}

func (p *managedPolicy) out(st *state) wire.Element {
	path, name := policyPlace(p.ARN)
	e := wire.Element{{Name: "PolicyName", Value: name}, {Name: "PolicyId", Value: p.ID}, {Name: "Arn", Value: p.ARN}, {Name: "Path", Value: path},
		{Name: "DefaultVersionId", Value: p.version()}, {Name: "AttachmentCount", Value: strconv.Itoa(p.attachedTo(st))},
		{Name: "PermissionsBoundaryUsageCount", Value: "0"}, {Name: "IsAttachable", Value: "true"},
		{Name: "CreateDate", Value: p.Created.Format(time.RFC3339)}, {Name: "UpdateDate", Value: p.Created.Format(time.RFC3339)}}
	if p.Description != "" {
		e = append(e, wire.Field{Name: "Description", Value: p.Description})
	}
	if len(p.Tags) > 0 {
		e = append(e, wire.Field{Name: "Tags", Value: xmlTags(p.Tags)})
	}
	return e
}

type policyInput struct{ PolicyArn, VersionId string }

func getManagedPolicy(c *call, st *state, in *policyInput) (any, error) {
	p, err := findManaged(c, st, in.PolicyArn)
	if err != nil {
		return nil, err
	}
	return iamAnswer(c, wire.Element{{Name: "Policy", Value: p.out(st)}}), nil
}

func getPolicyVersion(c *call, st *state, in *policyInput) (any, error) {
	p, err := findManaged(c, st, in.PolicyArn)
	if err != nil {
		return nil, err
	}
	if in.VersionId != p.version() {
		return nil, noSuchEntity("Policy " + p.ARN + " version " + in.VersionId + " does not exist or is not attachable.")
	}
	document := p.Document
	if document == "" {
		document = `{"Version":"2012-10-17","Statement":[]}`
	}
	return iamAnswer(c, wire.Element{{Name: "PolicyVersion", Value: wire.Element{{Name: "Document", Value: percent(document)},
		{Name: "VersionId", Value: p.version()}, {Name: "IsDefaultVersion", Value: "true"},
		{Name: "CreateDate", Value: p.Created.Format(time.RFC3339)}}}}), nil
}

func listManagedPolicies(c *call, st *state, in *struct{ Scope, OnlyAttached, PathPrefix, Marker, MaxItems string }) (any, error) {
	var arns []string
	if in.Scope != "Local" {
		for _, name := range sortedKeys(awsPolicies) {
			arns = append(arns, awsPolicyPrefix+name)
		}
	}
	if in.Scope != "AWS" {
		arns = append(arns, st.managedPolicies.keyList()...)
	}
	arns = slices.DeleteFunc(arns, func(arn string) bool {
		path, _ := policyPlace(arn)
		return !strings.HasPrefix(path, in.PathPrefix) || in.OnlyAttached == "true" && (&managedPolicy{ARN: arn}).attachedTo(st) == 0
	})
	slices.Sort(arns)
	return listed(c, "Policies", arns, in.Marker, in.MaxItems, func(arn string) any {
		p, err := findManaged(c, st, arn)
		if err != nil {
			return "" // it was listed above
		}
		return p.out(st)
	})
}

func deleteManagedPolicy(c *call, tx *tx, in *policyInput) (any, error) {
	p := tx.managedPolicies.get(in.PolicyArn)
	switch {
	case p == nil:
		return nil, noSuchEntity("Policy " + in.PolicyArn + " was not found.")
	case p.attachedTo(tx.state) > 0:
		return nil, iamError("DeleteConflict", http.StatusConflict, "Cannot delete a policy attached to entities.")
	}
	tx.managedPolicies.put(tx, p.ARN, nil)
	return iamAnswer(c, nil), nil
}
