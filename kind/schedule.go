package kind

import (
	"context"
	"fmt"
	"slices"

	"github.com/aws/aws-sdk-go-v2/aws"
	"github.com/aws/aws-sdk-go-v2/service/ssmcontacts"
	"github.com/aws/aws-sdk-go-v2/service/ssmcontacts/types"

	"github.com/watchbill/watchbill/compiler/ast"
	"github.com/watchbill/watchbill/internal/resource"
)

// Schedule is rotations side by side: whoever is on call in one of them is. In AWS it is
// a contact of type ONCALL_SCHEDULE, in one namespace with people.
type Schedule struct {
	DisplayName string            `json:"display_name"`
	Rotations   []resource.Addr   `json:"rotations"` // in the plan's order
	Tags        map[string]string `json:"tags"`
}

const scheduleKind = "schedule"

var schedule = &Kind[Schedule]{
	Name:    scheduleKind,
	Desired: desiredSchedules,
	Needs:   func(s Schedule) []resource.Addr { return slices.Clone(s.Rotations) },
	ARN:     func(env *Env, alias string) string { return env.contactARN(alias) },
	Tags:    func(s Schedule) map[string]string { return s.Tags },
	List: func(ctx context.Context, env *Env, _ *Found) ([]Found, error) {
		return env.contactsOfType(ctx, types.ContactTypeOncallSchedule)
	},
	Read:   readSchedule,
	Create: createSchedule,
	Update: updateSchedule,
	Delete: func(ctx context.Context, env *Env, f Found, _ Schedule) error {
		return env.dropContact(ctx, f.ID)
	},
	Operations: Operations{
		Read: []string{"ssm-contacts:ListContacts", "ssm-contacts:ListRotations", "ssm-contacts:GetContact"},
		Write: []string{"ssm-contacts:CreateContact", "ssm-contacts:UpdateContact", "ssm-contacts:DeleteContact",
			"ssm-contacts:TagResource", "ssm-contacts:UntagResource"},
		Leave: []string{"ssm-contacts:DeleteContact"},
	},
	Reach: []Reach{{iamContact, itself}},
}

func desiredSchedules(p *ast.Plan, add func(Item[Schedule])) {
	for _, s := range p.Schedules {
		spec := Schedule{DisplayName: s.DisplayName.V, Tags: tagged(s.Tags, s.Protect)}
		for _, r := range s.Rotations {
			spec.Rotations = append(spec.Rotations, resource.Addr{Kind: rotationKind, Name: s.Name.V + "/" + r.Name.V})
		}
		add(Item[Schedule]{Name: s.Name.V, Spec: spec, Origin: s.Name.Pos(), Protect: s.Protect.V})
	}
}

// schedulePlan reads the plan of a schedule, once a pass: rotations of one name are told
// apart by it before the schedule itself is read.
func (e *Env) schedulePlan(ctx context.Context, id string) (types.Plan, error) {
	return once(e, "plan "+id, func() (types.Plan, error) { return e.contactPlan(ctx, id) })
}

func readSchedule(ctx context.Context, env *Env, f Found) (Schedule, bool, error) {
	plan, err := env.schedulePlan(ctx, f.ID)
	if err != nil {
		return Schedule{}, false, unlessGone(err)
	}
	if len(plan.RotationIds) > 0 {
		// Without the list of rotations nobody can tell what an identifier is for.
		if _, err := env.allRotations(ctx); err != nil {
			return Schedule{}, false, fmt.Errorf("tell which rotations it has: %w", err)
		}
	}
	spec := Schedule{DisplayName: aws.ToString(f.Summary.(types.Contact).DisplayName), Tags: f.comparableTags()}
	for _, id := range plan.RotationIds {
		spec.Rotations = append(spec.Rotations, env.addrOr(id, rotationKind, ""))
	}
	return spec, true, nil
}

// wire is a plan with rotations and nothing else: AWS refuses one for a schedule that
// has stages too, even none.
func (s Schedule) wire(env *Env) (*types.Plan, error) {
	ids, err := env.idsOf(s.Rotations)
	return &types.Plan{RotationIds: ids}, err
}

func createSchedule(ctx context.Context, env *Env, alias string, want Schedule) (string, error) {
	plan, err := want.wire(env)
	if err != nil {
		return "", err
	}
	out, err := env.aws.Contacts.CreateContact(ctx, &ssmcontacts.CreateContactInput{
		Alias: &alias, DisplayName: &want.DisplayName, Type: types.ContactTypeOncallSchedule,
		Plan: plan, Tags: contactTags(env.marked(want.Tags)),
		IdempotencyToken: aws.String(env.token(scheduleKind, alias)),
	})
	if err != nil {
		return "", err
	}
	return aws.ToString(out.ContactArn), nil
}

func updateSchedule(ctx context.Context, env *Env, f Found, have, want Schedule) error {
	plan, err := want.wire(env)
	if err != nil {
		return err
	}
	_, err = env.aws.Contacts.UpdateContact(ctx, &ssmcontacts.UpdateContactInput{
		ContactId: &f.ID, DisplayName: &want.DisplayName, Plan: plan,
	})
	if err != nil {
		return err
	}
	return env.setTags(ctx, f.ID, have.Tags, want.Tags)
}
