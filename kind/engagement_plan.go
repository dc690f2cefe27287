package kind

import (
	"cmp"
	"context"
	"slices"

	"github.com/aws/aws-sdk-go-v2/aws"
	"github.com/aws/aws-sdk-go-v2/service/ssmcontacts/types"

	"github.com/watchbill/watchbill/compiler/ast"
	"github.com/watchbill/watchbill/internal/resource"
)

// EngagementPlan is how one person is reached, stage by stage. In AWS it is a
// member of the contact; a contact without stages has none.
type EngagementPlan struct {
	Stages []ChannelStage `json:"stages"`
}

// ChannelStage pages channels together; the next stage begins WaitMinutes later.
type ChannelStage struct {
	WaitMinutes int             `json:"wait_minutes"`
	Targets     []ChannelTarget `json:"targets"` // sorted; their order means nothing
}

// ChannelTarget is one channel, paged again every RetryMinutes until the stage ends
// or somebody answers; 0 is once.
type ChannelTarget struct {
	Channel      resource.Addr `json:"channel"`
	RetryMinutes int           `json:"retry_minutes"`
}

const engagementPlanKind = "engagement_plan"

var engagementPlan = &Kind[EngagementPlan]{
	Name:    engagementPlanKind,
	Parent:  contactKind,
	Sole:    true,
	Desired: desiredEngagementPlans,
	Needs:   engagementPlanNeeds,
	List:    listEngagementPlans,
	Read:    readEngagementPlan,
	Create:  createEngagementPlan,
	Update: func(ctx context.Context, env *Env, f Found, _, want EngagementPlan) error {
		return writeEngagementPlan(ctx, env, f.ID, want)
	},
	Delete: deleteEngagementPlan,
	Operations: Operations{
		Read:  []string{"ssm-contacts:GetContact"},
		Write: []string{"ssm-contacts:UpdateContact"},
		Leave: []string{"ssm-contacts:UpdateContact"},
	},
	Reach: []Reach{{iamContact, parentName}},
}

func desiredEngagementPlans(p *ast.Plan, add func(Item[EngagementPlan])) {
	for _, c := range p.Contacts {
		if len(c.EngagementPlan) == 0 {
			continue
		}
		var spec EngagementPlan
		eachPiece(c.EngagementPlan, func(piece piece, s *ast.Stage) {
			stage := ChannelStage{WaitMinutes: piece.wait}
			for _, t := range s.Page {
				if piece.pages {
					stage.Targets = append(stage.Targets, ChannelTarget{
						Channel:      resource.Addr{Kind: channelKind, Name: c.Name.V + "/" + t.Name.V},
						RetryMinutes: piece.retry,
					})
				}
			}
			spec.Stages = append(spec.Stages, stage.canonical())
		})
		add(Item[EngagementPlan]{Name: c.Name.V, Spec: spec, Origin: c.EngagementPlan[0].At, Protect: c.Protect.V})
	}
}

func (s ChannelStage) canonical() ChannelStage {
	slices.SortFunc(s.Targets, func(a, b ChannelTarget) int {
		return cmp.Or(a.Channel.Compare(b.Channel), cmp.Compare(a.RetryMinutes, b.RetryMinutes))
	})
	return s
}

func engagementPlanNeeds(p EngagementPlan) []resource.Addr {
	var out []resource.Addr
	for _, s := range p.Stages {
		for _, t := range s.Targets {
			out = append(out, t.Channel)
		}
	}
	return out
}

func listEngagementPlans(ctx context.Context, env *Env, parent *Found) ([]Found, error) {
	stages, err := env.contactStages(ctx, parent.ID)
	if err != nil || len(stages) == 0 {
		return nil, err
	}
	return []Found{{Name: parent.Name, ID: parent.ID, Summary: stages}}, nil
}

func readEngagementPlan(_ context.Context, env *Env, f Found) (EngagementPlan, bool, error) {
	var spec EngagementPlan
	for _, s := range f.Summary.([]types.Stage) {
		stage := ChannelStage{WaitMinutes: int(aws.ToInt32(s.DurationInMinutes))}
		for _, t := range s.Targets {
			switch {
			case t.ChannelTargetInfo != nil:
				stage.Targets = append(stage.Targets, ChannelTarget{
					Channel:      env.addrOr(aws.ToString(t.ChannelTargetInfo.ContactChannelId), channelKind, f.Name),
					RetryMinutes: int(aws.ToInt32(t.ChannelTargetInfo.RetryIntervalInMinutes)),
				})
			case t.ContactTargetInfo != nil: // no plan can say it: it shows, and is put right
				stage.Targets = append(stage.Targets, ChannelTarget{Channel: env.engaged(aws.ToString(t.ContactTargetInfo.ContactId))})
			}
		}
		spec.Stages = append(spec.Stages, stage.canonical())
	}
	return spec, true, nil
}

func createEngagementPlan(ctx context.Context, env *Env, alias string, want EngagementPlan) (string, error) {
	id, err := env.ID(resource.Addr{Kind: contactKind, Name: alias})
	if err != nil {
		return "", err
	}
	return id, writeEngagementPlan(ctx, env, id, want)
}

func writeEngagementPlan(ctx context.Context, env *Env, contactID string, want EngagementPlan) error {
	var stages []types.Stage
	for _, s := range want.Stages {
		stage := types.Stage{DurationInMinutes: aws.Int32(int32(s.WaitMinutes)), Targets: []types.Target{}}
		for _, t := range s.Targets {
			id, err := env.ID(t.Channel)
			if err != nil {
				return err
			}
			stage.Targets = append(stage.Targets, types.Target{ChannelTargetInfo: &types.ChannelTargetInfo{
				ContactChannelId: &id, RetryIntervalInMinutes: aws.Int32(int32(t.RetryMinutes)),
			}})
		}
		stages = append(stages, stage)
	}
	return env.setStages(ctx, contactID, nil, stages)
}

// deleteEngagementPlan leaves the contact with no stage, which is what having no
// plan is in AWS.
func deleteEngagementPlan(ctx context.Context, env *Env, f Found, _ EngagementPlan) error {
	return unlessGone(env.setStages(ctx, f.ID, nil, nil))
}
