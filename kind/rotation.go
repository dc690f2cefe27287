package kind

import (
	"cmp"
	"context"
	"fmt"
	"slices"
	"strings"
	"time"

	"github.com/aws/aws-sdk-go-v2/aws"
	"github.com/aws/aws-sdk-go-v2/service/ssmcontacts"
	"github.com/aws/aws-sdk-go-v2/service/ssmcontacts/types"

	"github.com/watchbill/watchbill/compiler/ast"
	"github.com/watchbill/watchbill/internal/resource"
	"github.com/watchbill/watchbill/oncall"
)

// Rotation is people who take turns being on call. Its address has the schedule's name
// and its own, rotation/primary/weekly. In AWS it stands alone, and a schedule
// refers to it; its name there is primary.weekly, unless the plan gives it another one.
type Rotation struct {
	Name       string            `json:"name" diff:"replace"` // as AWS shows it, "" for primary.weekly
	Contacts   []resource.Addr   `json:"contacts"`            // the order is that of the turns
	Start      time.Time         `json:"start"`               // UTC, whole seconds
	Zone       string            `json:"zone"`                // IANA
	Recurrence Recurrence        `json:"recurrence"`
	OnCall     int               `json:"on_call"`  // how many at a time
	Coverage   []Coverage        `json:"coverage"` // by day, then start; none: around the clock
	Tags       map[string]string `json:"tags"`
}

const rotationKind = "rotation"

var rotation = &Kind[Rotation]{
	Name:    rotationKind,
	Desired: desiredRotations,
	Needs:   rotationNeeds,
	Tags:    func(r Rotation) map[string]string { return r.Tags },
	List:    listRotations,
	Read:    readRotation,
	Create:  createRotation,
	Update:  updateRotation,
	Delete:  deleteRotation,
	Notes:   rotationNotes,
	Operations: Operations{
		Read: []string{"ssm-contacts:ListRotations", "ssm-contacts:GetRotation", "ssm-contacts:GetContact"},
		Write: []string{"ssm-contacts:CreateRotation", "ssm-contacts:UpdateRotation", "ssm-contacts:DeleteRotation",
			"ssm-contacts:TagResource", "ssm-contacts:UntagResource"},
		Leave: []string{"ssm-contacts:DeleteRotation"},
	},
	Reach:  []Reach{{iamRotation, nil}, {iamContact, parentName}},
	Beside: func(to Account, _ string, r Rotation) []Right { return []Right{to.associate(r.Contacts)} },
}

func desiredRotations(p *ast.Plan, add func(Item[Rotation])) {
	for _, s := range p.Schedules {
		for _, r := range s.Rotations {
			protect := r.Protect
			protect.V = protect.V || s.Protect.V // it is what the schedule is made of
			add(Item[Rotation]{
				Name: s.Name.V + "/" + r.Name.V,
				Spec: Rotation{
					Name:     otherRotationName(r.DisplayName.V, s.Name.V+"/"+r.Name.V),
					Contacts: memberAddrs(r.Members), Start: instantOf(r.Starts, r.Timezone.V), Zone: r.Timezone.V,
					Recurrence: desiredRecurrence(r), OnCall: r.OnCall.Or(1),
					Coverage: desiredCoverage(r.Coverage), Tags: tagged(r.Tags, protect),
				},
				Origin: r.Name.Pos(), Protect: protect.V,
			})
		}
	}
}

func memberAddrs(members []*ast.Member) []resource.Addr {
	var out []resource.Addr
	for _, m := range members {
		out = append(out, resource.Addr{Kind: contactKind, Name: m.Name.V})
	}
	return out
}

// instantOf is the instant at which the clocks of a zone show a wall time.
func instantOf(wall ast.Wall, zone string) time.Time {
	where, err := loadZone(zone)
	if err != nil {
		where = time.UTC // unknown-timezone is an error finding: nothing is lowered for use
	}
	return oncall.Instant(wall.V, where)
}

// rotationNeeds are the members, and how they are reached.
func rotationNeeds(r Rotation) []resource.Addr {
	out := slices.Clone(r.Contacts)
	for _, c := range r.Contacts {
		out = append(out, resource.Addr{Kind: engagementPlanKind, Name: c.Name})
	}
	return out
}

// allRotations is the list of rotations, read once a pass.
func (e *Env) allRotations(ctx context.Context) ([]types.Rotation, error) {
	return once(e, "rotations", func() ([]types.Rotation, error) {
		if set, err := e.liveSet(ctx); err != nil || set == "" {
			return nil, err
		}
		var out []types.Rotation
		pages := ssmcontacts.NewListRotationsPaginator(e.aws.Contacts, &ssmcontacts.ListRotationsInput{MaxResults: aws.Int32(contactsPage)})
		for pages.HasMorePages() {
			page, err := pages.NextPage(ctx)
			if err != nil {
				return nil, err
			}
			out = append(out, page.Rotations...)
		}
		return out, nil
	})
}

// listedMembers is the most members the model grants to a rotation in a list; a rotation
// may have thirty.
const listedMembers = 25

// readRotation asks only when the list may not have it all.
func readRotation(ctx context.Context, env *Env, f Found) (Rotation, bool, error) {
	r := f.Summary.(types.Rotation)
	listed := aws.ToString(r.Name)
	if r.Recurrence == nil || r.StartTime == nil || r.TimeZoneId == nil || len(r.ContactIds) == 0 || len(r.ContactIds) >= listedMembers {
		out, err := env.aws.Contacts.GetRotation(ctx, &ssmcontacts.GetRotationInput{RotationId: &f.ID})
		if err != nil {
			return Rotation{}, false, unlessGone(err)
		}
		r = types.Rotation{ContactIds: out.ContactIds, StartTime: out.StartTime, TimeZoneId: out.TimeZoneId, Recurrence: out.Recurrence}
	}
	// Without the list of contacts nobody can tell whom an identifier is for.
	if _, err := env.allContacts(ctx); err != nil {
		return Rotation{}, false, fmt.Errorf("tell who its members are: %w", err)
	}
	spec := Rotation{Name: otherRotationName(listed, f.Name), Zone: aws.ToString(r.TimeZoneId), Start: wholeSeconds(aws.ToTime(r.StartTime)), Tags: f.comparableTags()}
	for _, id := range r.ContactIds {
		spec.Contacts = append(spec.Contacts, env.engaged(id))
	}
	if r.Recurrence != nil {
		spec.Recurrence, spec.Coverage = observedRecurrence(r.Recurrence), observedCoverage(r.Recurrence.ShiftCoverages)
		spec.OnCall = int(aws.ToInt32(r.Recurrence.NumberOfOnCalls))
	}
	return spec, true, nil
}

// wholeSeconds is an instant in the one form that specs compare.
func wholeSeconds(t time.Time) time.Time { return time.Unix(t.Unix(), 0).UTC() }

func createRotation(ctx context.Context, env *Env, name string, want Rotation) (string, error) {
	contacts, err := env.idsOf(want.Contacts)
	if err != nil {
		return "", err
	}
	marks := env.wantedMarks(name)
	tags := env.marked(want.Tags)
	marks.write(tags)
	out, err := env.aws.Contacts.CreateRotation(ctx, &ssmcontacts.CreateRotationInput{
		Name: aws.String(cmp.Or(want.Name, liveRotationName(name))), ContactIds: contacts, StartTime: &want.Start, TimeZoneId: &want.Zone,
		Recurrence: want.recurrence(), Tags: contactTags(tags),
		IdempotencyToken: aws.String(env.token(rotationKind, name)), // the SDK fills none in
	})
	if err != nil {
		return "", err
	}
	id := aws.ToString(out.RotationArn)
	env.knowMarks(id, marks)
	return id, nil
}

// updateRotation sends the recurrence always, because AWS wants it so, and the rest
// only when it differs.
func updateRotation(ctx context.Context, env *Env, f Found, have, want Rotation) error {
	contacts, err := env.idsOf(want.Contacts)
	if err != nil {
		return err
	}
	fields := resource.Fields(have, want)
	if len(fields) != 1 || fields[0].Path != "tags" {
		in := &ssmcontacts.UpdateRotationInput{RotationId: &f.ID, Recurrence: want.recurrence()}
		if len(fields) == 0 || !slices.Equal(have.Contacts, want.Contacts) {
			in.ContactIds = contacts // equal ones may have other identifiers now
		}
		if !have.Start.Equal(want.Start) {
			in.StartTime = &want.Start
		}
		if have.Zone != want.Zone {
			in.TimeZoneId = &want.Zone
		}
		if _, err := env.aws.Contacts.UpdateRotation(ctx, in); err != nil {
			return err
		}
	}
	return env.setTags(ctx, f.ID, have.Tags, want.Tags)
}

// deleteRotation takes its overrides along. No schedule of ours refers to it any more:
// that is put right before anything is deleted.
func deleteRotation(ctx context.Context, env *Env, f Found, _ Rotation) error {
	_, err := env.aws.Contacts.DeleteRotation(ctx, &ssmcontacts.DeleteRotationInput{RotationId: &f.ID})
	return unlessGone(err)
}

// idsOf are the identifiers of several resources.
func (e *Env) idsOf(addrs []resource.Addr) ([]string, error) {
	out := make([]string, len(addrs))
	for i, a := range addrs {
		var err error
		if out[i], err = e.ID(a); err != nil {
			return nil, err
		}
	}
	return out, nil
}

// rotationNotes warn of the changes whose effect is larger than their text.
func rotationNotes(have, want *Rotation) []string {
	if have == nil || want == nil {
		return nil
	}
	var what []string
	for _, part := range []struct {
		name    string
		differs bool
	}{
		{"contacts", !slices.Equal(have.Contacts, want.Contacts)},
		{"start", !have.Start.Equal(want.Start)},
		{"recurrence", len(resource.Fields(have.Recurrence, want.Recurrence)) > 0},
		{"on_call", have.OnCall != want.OnCall},
	} {
		if part.differs {
			what = append(what, part.name)
		}
	}
	if len(what) == 0 {
		return nil
	}
	return []string{fmt.Sprintf("deals the whole future anew (%s): AWS counts all turns from the start, so coming shifts, and the one that runs now, may move to other people",
		strings.Join(what, ", "))}
}
