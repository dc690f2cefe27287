package kind

import (
	"cmp"
	"context"
	"slices"

	"github.com/aws/aws-sdk-go-v2/aws"
	"github.com/aws/aws-sdk-go-v2/service/ssmcontacts"
	"github.com/aws/aws-sdk-go-v2/service/ssmcontacts/types"

	"github.com/watchbill/watchbill/compiler/ast"
	"github.com/watchbill/watchbill/internal/resource"
)

// EscalationPlan says who is engaged when nobody answers. In AWS it is a contact
// of type ESCALATION, in one namespace with people.
type EscalationPlan struct {
	DisplayName string            `json:"display_name"`
	Stages      []ContactStage    `json:"stages"`
	Tags        map[string]string `json:"tags"`
}

// ContactStage engages contacts and schedules together; the next stage begins WaitMinutes later,
// unless one that StopsEscalation has acknowledged.
type ContactStage struct {
	WaitMinutes int             `json:"wait_minutes"`
	Targets     []ContactTarget `json:"targets"` // sorted; their order means nothing
}

// ContactTarget is one contact or schedule of a stage.
type ContactTarget struct {
	Contact         resource.Addr `json:"contact"`
	StopsEscalation bool          `json:"stops_escalation"`
}

const escalationPlanKind = "escalation_plan"

var escalationPlan = &Kind[EscalationPlan]{
	Name:    escalationPlanKind,
	Desired: desiredEscalationPlans,
	Needs:   escalationPlanNeeds,
	ARN:     func(env *Env, alias string) string { return env.contactARN(alias) },
	Tags:    func(p EscalationPlan) map[string]string { return p.Tags },
	List: func(ctx context.Context, env *Env, _ *Found) ([]Found, error) {
		return env.contactsOfType(ctx, types.ContactTypeEscalation)
	},
	Read:   readEscalationPlan,
	Create: createEscalationPlan,
	Update: updateEscalationPlan,
	Delete: func(ctx context.Context, env *Env, f Found, _ EscalationPlan) error {
		return env.dropContact(ctx, f.ID)
	},
	Operations: Operations{
		Read: []string{"ssm-contacts:ListContacts", "ssm-contacts:GetContact"},
		Write: []string{"ssm-contacts:CreateContact", "ssm-contacts:UpdateContact", "ssm-contacts:DeleteContact",
			"ssm-contacts:TagResource", "ssm-contacts:UntagResource"},
		Leave: []string{"ssm-contacts:DeleteContact"},
	},
	Reach: []Reach{{iamContact, itself}},
	Beside: func(to Account, _ string, p EscalationPlan) []Right {
		var whom []resource.Addr
		for _, s := range p.Stages {
			for _, t := range s.Targets {
				whom = append(whom, t.Contact)
			}
		}
		return []Right{to.associate(whom)}
	},
}

func desiredEscalationPlans(p *ast.Plan, add func(Item[EscalationPlan])) {
	for _, e := range p.EscalationPlans {
		spec := EscalationPlan{DisplayName: e.DisplayName.V, Tags: tagged(e.Tags, e.Protect)}
		eachPiece(e.Stages, func(piece piece, s *ast.Stage) {
			stage := ContactStage{WaitMinutes: piece.wait}
			for _, t := range s.Page {
				if piece.pages {
					stage.Targets = append(stage.Targets, ContactTarget{
						Contact:         pageAddr(t),
						StopsEscalation: t.StopsEscalation.Or(true),
					})
				}
			}
			spec.Stages = append(spec.Stages, stage.canonical())
		})
		add(Item[EscalationPlan]{Name: e.Name.V, Spec: spec, Origin: e.Name.Pos(), Protect: e.Protect.V})
	}
}

// pageAddr is the address of whom a stage pages.
func pageAddr(t *ast.Target) resource.Addr {
	if t.Schedule != nil {
		return resource.Addr{Kind: scheduleKind, Name: t.Name.V}
	}
	return resource.Addr{Kind: contactKind, Name: t.Name.V}
}

func (s ContactStage) canonical() ContactStage {
	slices.SortFunc(s.Targets, func(a, b ContactTarget) int {
		return cmp.Or(a.Contact.Compare(b.Contact), compareBool(a.StopsEscalation, b.StopsEscalation))
	})
	return s
}

func compareBool(a, b bool) int {
	switch {
	case a == b:
		return 0
	case b:
		return -1
	}
	return 1
}

// escalationPlanNeeds are the people, and how they are reached: whoever is escalated
// to should be reachable before the first escalation.
func escalationPlanNeeds(p EscalationPlan) []resource.Addr {
	var out []resource.Addr
	for _, s := range p.Stages {
		for _, t := range s.Targets {
			out = append(out, t.Contact)
			if t.Contact.Kind == contactKind {
				out = append(out, resource.Addr{Kind: engagementPlanKind, Name: t.Contact.Name})
			}
		}
	}
	return out
}

func readEscalationPlan(ctx context.Context, env *Env, f Found) (EscalationPlan, bool, error) {
	stages, err := env.contactStages(ctx, f.ID)
	if err != nil {
		return EscalationPlan{}, false, unlessGone(err)
	}
	spec := EscalationPlan{DisplayName: aws.ToString(f.Summary.(types.Contact).DisplayName), Tags: f.comparableTags()}
	for _, s := range stages {
		stage := ContactStage{WaitMinutes: int(aws.ToInt32(s.DurationInMinutes))}
		for _, t := range s.Targets {
			switch {
			case t.ContactTargetInfo != nil:
				stage.Targets = append(stage.Targets, ContactTarget{
					Contact:         env.engaged(aws.ToString(t.ContactTargetInfo.ContactId)),
					StopsEscalation: aws.ToBool(t.ContactTargetInfo.IsEssential),
				})
			case t.ChannelTargetInfo != nil: // no plan can say it: it shows, and is put right
				stage.Targets = append(stage.Targets, ContactTarget{Contact: env.addrOr(aws.ToString(t.ChannelTargetInfo.ContactChannelId), channelKind, "")})
			}
		}
		spec.Stages = append(spec.Stages, stage.canonical())
	}
	return spec, true, nil
}

func (p EscalationPlan) wire(env *Env) ([]types.Stage, error) {
	out := []types.Stage{}
	for _, s := range p.Stages {
		stage := types.Stage{DurationInMinutes: aws.Int32(int32(s.WaitMinutes)), Targets: []types.Target{}}
		for _, t := range s.Targets {
			id, err := env.ID(t.Contact)
			if err != nil {
				return nil, err
			}
			stage.Targets = append(stage.Targets, types.Target{ContactTargetInfo: &types.ContactTargetInfo{
				ContactId: &id, IsEssential: aws.Bool(t.StopsEscalation),
			}})
		}
		out = append(out, stage)
	}
	return out, nil
}

func createEscalationPlan(ctx context.Context, env *Env, alias string, want EscalationPlan) (string, error) {
	stages, err := want.wire(env)
	if err != nil {
		return "", err
	}
	out, err := env.aws.Contacts.CreateContact(ctx, &ssmcontacts.CreateContactInput{
		Alias: &alias, DisplayName: &want.DisplayName, Type: types.ContactTypeEscalation,
		Plan: &types.Plan{Stages: stages}, Tags: contactTags(env.marked(want.Tags)),
		IdempotencyToken: aws.String(env.token(escalationPlanKind, alias)),
	})
	if err != nil {
		return "", err
	}
	return aws.ToString(out.ContactArn), nil
}

func updateEscalationPlan(ctx context.Context, env *Env, f Found, have, want EscalationPlan) error {
	stages, err := want.wire(env)
	if err != nil {
		return err
	}
	if err := env.setStages(ctx, f.ID, &want.DisplayName, stages); err != nil {
		return err
	}
	return env.setTags(ctx, f.ID, have.Tags, want.Tags)
}
