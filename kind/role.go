package kind

import (
	"context"
	"errors"
	"fmt"
	"slices"
	"strings"

	"github.com/aws/aws-sdk-go-v2/aws"
	"github.com/aws/aws-sdk-go-v2/service/iam"
	"github.com/aws/aws-sdk-go-v2/service/iam/types"

	"github.com/watchbill/watchbill/compiler/ast"
	"github.com/watchbill/watchbill/internal/policy"
	"github.com/watchbill/watchbill/internal/resource"
)

// Role is an IAM role that is made for an item of the plan: whom it trusts, and what it
// allows in its one inline policy and by managed ones. Its statements name the account as
// ${account} and the partition as ${partition}; role_policy.go has how they are written and
// compared. What others add to a role of ours is theirs and stays; it is in Others.
type Role struct {
	Trust   []policy.Statement `json:"trust" diff:"set"`
	Allow   []policy.Statement `json:"allow" diff:"set"`
	Managed []string           `json:"managed" diff:"set"` // ARNs of policies that must be attached
	Tags    map[string]string  `json:"tags"`
	// Path is where a live role stands that has our name and not our path, "" for ours. IAM
	// moves no role, and whoever takes it on is told the ARN at our path: see refuseRole.
	Path string `json:"path"`
	// Others are policies on the role that the plan does not know: names of inline ones, ARNs
	// of managed ones.
	Others []string `json:"others" diff:"note"`
}

var role = &Kind[Role]{
	Name: roleKind,
	// The tagging API finds no roles, so what left the plan is looked for at our path.
	// https://docs.aws.amazon.com/resourcegroupstagging/latest/APIReference/supported-services.html
	Neighbour: &Neighbour{},
	Desired:   desiredRoles,
	ARN:       func(env *Env, name string) string { return env.arn("iam", "", "role"+rolePath+roleName(name)) },
	Tags:      func(r Role) map[string]string { return r.Tags },
	List:      listRoles,
	Read:      readRole,
	Create:    createRole,
	Update:    updateRole,
	Delete:    deleteRole,
	Refuse:    refuseRole,
	Notes:     roleNotes,
	Taken:     "name a role of your own in the plan instead of one to be made, or delete that one",
	Operations: Operations{
		Read: []string{"iam:ListRoles", "iam:GetRole", "iam:ListRoleTags", "iam:ListRolePolicies", "iam:GetRolePolicy", "iam:ListAttachedRolePolicies"},
		Write: []string{"iam:CreateRole", "iam:UpdateAssumeRolePolicy", "iam:PutRolePolicy", "iam:DeleteRolePolicy", "iam:AttachRolePolicy",
			"iam:DetachRolePolicy", "iam:DeleteRole", "iam:TagRole", "iam:UntagRole"},
		Leave: []string{"iam:DeleteRolePolicy", "iam:DetachRolePolicy", "iam:DeleteRole"},
	},
	Reach: []Reach{{iamRole, roleName}},
}

// roleMakers are what roles are made for. Each adds the roles of its items.
var roleMakers = []func(p *ast.Plan, add func(Item[Role])){runbookRoles, eventRoles, chatRoles}

func desiredRoles(p *ast.Plan, add func(Item[Role])) {
	for _, make := range roleMakers {
		make(p, add)
	}
}

// inlinePolicy is the name of our policy on a role.
const inlinePolicy = "watchbill"

// listRoles looks through our path. A wanted role that is not there may exist at another
// path, because names are unique in an account: its tags will tell.
func listRoles(ctx context.Context, env *Env, _ *Found) ([]Found, error) {
	var out []Found
	pages := iam.NewListRolesPaginator(env.aws.Roles, &iam.ListRolesInput{PathPrefix: aws.String(rolePath)})
	for pages.HasMorePages() {
		page, err := pages.NextPage(ctx)
		if err != nil {
			return nil, err
		}
		for _, r := range page.Roles {
			if name, ok := strings.CutPrefix(aws.ToString(r.RoleName), roleName("")); ok {
				out = append(out, Found{Name: name, ID: aws.ToString(r.Arn), Summary: aws.ToString(r.AssumeRolePolicyDocument)})
			}
		}
	}
	for _, o := range env.wantedOf(roleKind) {
		if !slices.ContainsFunc(out, func(f Found) bool { return f.Name == o.Addr.Name }) {
			out = append(out, Found{Name: o.Addr.Name, ID: env.Identity(o.Addr)})
		}
	}
	return out, nil
}

func readRole(ctx context.Context, env *Env, f Found) (Role, bool, error) {
	trust, listed := f.Summary.(string)
	name, path := aws.String(lastPart(f.ID)), ""
	if !listed {
		out, err := env.aws.Roles.GetRole(ctx, &iam.GetRoleInput{RoleName: name})
		if err != nil {
			return Role{}, false, unlessGone(err)
		}
		trust = aws.ToString(out.Role.AssumeRolePolicyDocument)
		if p := aws.ToString(out.Role.Path); p != rolePath {
			path = p
		}
	}
	want := env.wantedRole(f.Name)
	spec := Role{Tags: f.comparableTags(), Path: path}
	var err error
	if spec.Trust, err = env.statements(trust, want.Trust); err != nil {
		return Role{}, false, fmt.Errorf("whom it trusts: %w", err)
	}
	if err = env.readInline(ctx, name, want, &spec); err != nil {
		return Role{}, false, unlessGone(err)
	}
	if err = env.readManaged(ctx, name, want, &spec); err != nil {
		return Role{}, false, unlessGone(err)
	}
	return spec, true, nil
}

func (e *Env) wantedRole(name string) Role {
	for _, o := range e.desired.Get(resource.Addr{Kind: roleKind, Name: name}) {
		return o.Spec.(Role)
	}
	return Role{}
}

// inlinePolicies are the names of a role's inline policies.
func (e *Env) inlinePolicies(ctx context.Context, name *string) ([]string, error) {
	var out []string
	pages := iam.NewListRolePoliciesPaginator(e.aws.Roles, &iam.ListRolePoliciesInput{RoleName: name})
	for pages.HasMorePages() {
		page, err := pages.NextPage(ctx)
		if err != nil {
			return nil, err
		}
		out = append(out, page.PolicyNames...)
	}
	return out, nil
}

// managedPolicies are the ARNs of the managed policies attached to a role.
func (e *Env) managedPolicies(ctx context.Context, name *string) ([]string, error) {
	var out []string
	pages := iam.NewListAttachedRolePoliciesPaginator(e.aws.Roles, &iam.ListAttachedRolePoliciesInput{RoleName: name})
	for pages.HasMorePages() {
		page, err := pages.NextPage(ctx)
		if err != nil {
			return nil, err
		}
		for _, p := range page.AttachedPolicies {
			out = append(out, aws.ToString(p.PolicyArn))
		}
	}
	return out, nil
}

func (e *Env) readInline(ctx context.Context, name *string, want Role, spec *Role) error {
	names, err := e.inlinePolicies(ctx, name)
	if err != nil {
		return err
	}
	for _, n := range names {
		if n != inlinePolicy {
			spec.Others = append(spec.Others, n)
			continue
		}
		out, err := e.aws.Roles.GetRolePolicy(ctx, &iam.GetRolePolicyInput{RoleName: name, PolicyName: &n})
		if err != nil {
			return err
		}
		if spec.Allow, err = e.statements(aws.ToString(out.PolicyDocument), want.Allow); err != nil {
			return fmt.Errorf("what it allows: %w", err)
		}
	}
	return nil
}

func (e *Env) readManaged(ctx context.Context, name *string, want Role, spec *Role) error {
	attached, err := e.managedPolicies(ctx, name)
	if err != nil {
		return err
	}
	for _, arn := range attached {
		// In other partitions than aws AWS's own policies have other ARNs than authors write.
		if i := slices.IndexFunc(want.Managed, func(w string) bool { return e.spelledOut(w) == arn }); i >= 0 {
			spec.Managed = append(spec.Managed, want.Managed[i])
		} else if strings.HasPrefix(*name, roleName(chatRole)) && arn == e.spelledOut(ownPolicy(resolverAccess)) {
			spec.Managed = append(spec.Managed, ownPolicy(resolverAccess)) // of a room that was not in Chime
		} else {
			spec.Others = append(spec.Others, arn)
		}
	}
	return nil
}

// createRole makes the role and then what it allows. A pass that dies in between leaves a
// role of ours that allows nothing, and the next one sees what it lacks.
func createRole(ctx context.Context, env *Env, name string, want Role) (string, error) {
	id := env.Identity(resource.Addr{Kind: roleKind, Name: name})
	_, err := env.aws.Roles.CreateRole(ctx, &iam.CreateRoleInput{
		RoleName: aws.String(roleName(name)), Path: aws.String(rolePath), AssumeRolePolicyDocument: aws.String(env.policyText(want.Trust)),
		Description: aws.String("Made by watchbill for " + roleKind + "/" + name), Tags: roleTags(env.marked(want.Tags)),
	})
	var exists *types.EntityAlreadyExistsException
	if errors.As(err, &exists) {
		// IAM takes no tokens: the first try of a call may have made it although its answer was lost.
		if tags, asked := env.askTags(ctx, id); asked != nil || !env.isOurs(tags) {
			return "", err
		}
		err = nil
	}
	if err != nil {
		return "", err
	}
	return id, env.permit(ctx, roleName(name), Role{}, want)
}

func updateRole(ctx context.Context, env *Env, f Found, have, want Role) error {
	if !sameStatements(have.Trust, want.Trust) {
		_, err := env.aws.Roles.UpdateAssumeRolePolicy(ctx, &iam.UpdateAssumeRolePolicyInput{
			RoleName: aws.String(lastPart(f.ID)), PolicyDocument: aws.String(env.policyText(want.Trust))})
		if err != nil {
			return err
		}
	}
	if err := env.permit(ctx, lastPart(f.ID), have, want); err != nil {
		return err
	}
	return env.setTags(ctx, f.ID, have.Tags, want.Tags)
}

// permit brings what a role allows from have to want.
func (e *Env) permit(ctx context.Context, name string, have, want Role) error {
	switch {
	case sameStatements(have.Allow, want.Allow):
	case len(want.Allow) == 0:
		if err := e.dropInline(ctx, name, inlinePolicy); err != nil {
			return err
		}
	default:
		_, err := e.aws.Roles.PutRolePolicy(ctx, &iam.PutRolePolicyInput{
			RoleName: &name, PolicyName: aws.String(inlinePolicy), PolicyDocument: aws.String(e.policyText(want.Allow))})
		if err != nil {
			return err
		}
	}
	for _, arn := range want.Managed {
		if !slices.Contains(have.Managed, arn) {
			_, err := e.aws.Roles.AttachRolePolicy(ctx, &iam.AttachRolePolicyInput{RoleName: &name, PolicyArn: aws.String(e.spelledOut(arn))})
			if err != nil {
				return err
			}
		}
	}
	for _, arn := range have.Managed {
		if !slices.Contains(want.Managed, arn) {
			if err := e.detach(ctx, name, e.spelledOut(arn)); err != nil {
				return err
			}
		}
	}
	return nil
}

func (e *Env) detach(ctx context.Context, name, arn string) error {
	_, err := e.aws.Roles.DetachRolePolicy(ctx, &iam.DetachRolePolicyInput{RoleName: &name, PolicyArn: &arn})
	return unlessGone(err)
}

func (e *Env) dropInline(ctx context.Context, name, policy string) error {
	_, err := e.aws.Roles.DeleteRolePolicy(ctx, &iam.DeleteRolePolicyInput{RoleName: &name, PolicyName: &policy})
	return unlessGone(err)
}

// deleteRole takes the policies away first, others' too: IAM keeps a role that has any, and
// they mean nothing without it.
func deleteRole(ctx context.Context, env *Env, f Found, _ Role) error {
	name := lastPart(f.ID)
	inline, err := env.inlinePolicies(ctx, &name)
	if err != nil {
		return unlessGone(err)
	}
	for _, p := range inline {
		if err := env.dropInline(ctx, name, p); err != nil {
			return err
		}
	}
	managed, err := env.managedPolicies(ctx, &name)
	if err != nil {
		return unlessGone(err)
	}
	for _, arn := range managed {
		if err := env.detach(ctx, name, arn); err != nil {
			return err
		}
	}
	_, err = env.aws.Roles.DeleteRole(ctx, &iam.DeleteRoleInput{RoleName: &name})
	return unlessGone(err)
}

func roleNotes(have, want *Role) []string {
	if have == nil || len(have.Others) == 0 {
		return nil
	}
	others := strings.Join(have.Others, ", ")
	if want == nil {
		return []string{"takes along what others put on it: " + others}
	}
	return []string{"others put policies on it, which stay: " + others}
}
