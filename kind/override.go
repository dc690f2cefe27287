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
	"github.com/watchbill/watchbill/internal/mask"
	"github.com/watchbill/watchbill/internal/resource"
)

// Override puts other people on call in a rotation for a while. AWS changes none in
// place and gives it no tags; people make them in the console too, and theirs are shown
// and left alone. Which are ours a mark on the rotation says, see override_mark.go.
// One that is over is past: it is neither made nor deleted nor reported.
type Override struct {
	Start    time.Time       `json:"start" diff:"replace"` // UTC, whole seconds
	End      time.Time       `json:"end" diff:"replace"`
	Contacts []resource.Addr `json:"contacts" diff:"replace"` // sorted: all are on call together; none: nobody is
}

const overrideKind = "override"

var override = &Kind[Override]{
	Name:   overrideKind,
	Parent: rotationKind,
	// An override changes whenever people's plans do; what it stands for is the rotation's.
	Unprotected: true,
	Desired:     desiredOverrides,
	Needs:       func(o Override) []resource.Addr { return slices.Clone(o.Contacts) },
	List:        listOverrides,
	Read:        readOverride,
	Create:      createOverride,
	// Differences replace it. What it refers to has the same identifiers when it is new.
	Update: func(context.Context, *Env, Found, Override, Override) error { return nil },
	Delete: deleteOverride,
	Operations: Operations{
		Read: []string{"ssm-contacts:ListRotationOverrides", "ssm-contacts:ListTagsForResource"},
		Write: []string{"ssm-contacts:CreateRotationOverride", "ssm-contacts:DeleteRotationOverride",
			"ssm-contacts:TagResource", "ssm-contacts:UntagResource"},
		Leave: []string{"ssm-contacts:DeleteRotationOverride"},
	},
	Reach:  []Reach{{iamRotation, nil}},
	Beside: func(to Account, _ string, o Override) []Right { return []Right{to.associate(o.Contacts)} },
}

func desiredOverrides(p *ast.Plan, add func(Item[Override])) {
	for _, s := range p.Schedules {
		for _, r := range s.Rotations {
			for _, o := range r.Overrides {
				spec := Override{
					Start: instantOf(o.From, r.Timezone.V), End: instantOf(o.To, r.Timezone.V), Contacts: memberAddrs(o.Members),
				}.canonical()
				add(Item[Override]{Name: overrideName(s.Name.V+"/"+r.Name.V, spec.Start), Spec: spec, Origin: o.At})
			}
		}
	}
}

// awaitOverrides lets a schedule take a new rotation only once its overrides are made:
// until then others would be on call.
func awaitOverrides(s *resource.State) {
	for _, o := range s.All() {
		spec, ok := o.Spec.(Schedule)
		if !ok {
			continue
		}
		for _, r := range spec.Rotations {
			for _, override := range s.Children(overrideKind, r.Name) {
				o.Awaits = append(o.Awaits, override.Addr)
			}
		}
	}
}

func (o Override) canonical() Override {
	slices.SortFunc(o.Contacts, resource.Addr.Compare)
	o.Contacts = slices.Compact(o.Contacts)
	return o
}

func (o Override) equal(other Override) bool {
	return o.Start.Equal(other.Start) && o.End.Equal(other.End) && slices.Equal(o.Contacts, other.Contacts)
}

// overrideName is the name of an override of ours: its start, in UTC, in minutes.
func overrideName(rotation string, start time.Time) string {
	return rotation + "/" + start.UTC().Format("2006-01-02T15:04Z")
}

// Current is a desired state without the overrides that are over at an instant. A
// comparison wants it so: they are past, on both sides.
func Current(s *resource.State, now time.Time) *resource.State {
	over := func(o *resource.Object) bool {
		spec, ok := o.Spec.(Override)
		return ok && !spec.End.After(now)
	}
	if !slices.ContainsFunc(s.All(), over) {
		return s
	}
	return s.Without(over)
}

// The time in which overrides are looked for. AWS does not say whether it lists one that
// has begun before the time asked for, so that begins earlier; and nobody plans
// holidays further ahead.
const (
	overridesSince = 92 * 24 * time.Hour
	overridesUntil = 10 * 366 * 24 * time.Hour
)

// listOverrides finds those that are not over, and says whose each is.
func listOverrides(ctx context.Context, env *Env, parent *Found) ([]Found, error) {
	now := env.now()
	from, to := now.Add(-overridesSince), now.Add(overridesUntil)
	wanted := env.wantedOverrides(parent.Name)
	for _, o := range wanted {
		if o.Start.Before(from) {
			from = o.Start
		}
		if !o.End.Before(to) {
			to = o.End.Add(time.Second)
		}
	}
	var live []Found
	pages := ssmcontacts.NewListRotationOverridesPaginator(env.aws.Contacts, &ssmcontacts.ListRotationOverridesInput{
		RotationId: &parent.ID, StartTime: &from, EndTime: &to, MaxResults: aws.Int32(contactsPage),
	})
	for pages.HasMorePages() {
		page, err := pages.NextPage(ctx)
		if err != nil {
			return nil, err
		}
		for _, o := range page.RotationOverrides {
			if f := env.observedOverride(parent, o); f.Summary.(Override).End.After(now) {
				live = append(live, f)
			}
		}
	}
	slices.SortFunc(live, func(a, b Found) int { return cmp.Compare(a.ID, b.ID) })
	return live, env.claimOverrides(ctx, parent, wanted, live)
}

// observedOverride is named when it is known whose it is. Its identifier has the
// rotation's before it, as AWS wants both; its status is when it was made.
func (e *Env) observedOverride(parent *Found, o types.RotationOverride) Found {
	spec := Override{Start: wholeSeconds(aws.ToTime(o.StartTime)), End: wholeSeconds(aws.ToTime(o.EndTime))}
	for _, id := range o.NewContactIds {
		spec.Contacts = append(spec.Contacts, e.engaged(id))
	}
	return Found{
		ID: parent.ID + "/" + aws.ToString(o.RotationOverrideId), Summary: spec.canonical(),
		Status: aws.ToTime(o.CreateTime).UTC().Format(time.RFC3339Nano),
	}
}

// claimOverrides says whose each live override is, and names it. One that is as the plan
// wants it counts as the plan's, whoever made it; of the others those with a mark are
// ours. One without is a person's and gets a name that no plan can say.
func (e *Env) claimOverrides(ctx context.Context, parent *Found, wanted []Override, live []Found) error {
	missing := slices.Clone(wanted)
	var others []int
	for i := range live {
		spec := live[i].Summary.(Override)
		live[i].Name = overrideName(parent.Name, spec.Start)
		if at := slices.IndexFunc(missing, spec.equal); at >= 0 {
			missing = slices.Delete(missing, at, at+1)
			continue
		}
		others = append(others, i)
	}
	if len(others) == 0 {
		return nil
	}
	marks, err := e.liveMarks(ctx, parent)
	if err != nil {
		return fmt.Errorf("read which overrides are ours: %w", err)
	}
	for _, i := range others {
		if f := &live[i]; marks.has(f.Summary.(Override)) {
			e.sawOurs(parent.ID, f.Summary.(Override))
		} else {
			id := unsayable(f.ID)
			f.Name += id[:min(len(id), 9)]
			f.Owner = resource.Unmarked
		}
	}
	return nil
}

// withoutSpare leaves out the overrides of rotations that are not the one of several under
// a name that stays: they go with theirs, and say nothing of what that one has.
func withoutSpare(desired, observed *resource.State) *resource.State {
	spare := map[string]bool{}
	for _, want := range desired.All() {
		live := observed.Get(want.Addr)
		if want.Addr.Kind != rotationKind || len(live) < 2 {
			continue
		}
		stays := resource.Nearest(want, live)
		for _, o := range live {
			spare[o.ID] = o != stays
		}
	}
	if len(spare) == 0 {
		return observed
	}
	return observed.Without(func(o *resource.Object) bool {
		rotation, _ := cutLast(o.ID)
		return o.Addr.Kind == overrideKind && spare[rotation]
	})
}

// wantedOverrides are the current overrides that the plan wants of a rotation.
func (e *Env) wantedOverrides(rotation string) []Override {
	var out []Override
	for _, o := range e.wanted[resource.Addr{Kind: rotationKind, Name: rotation}] {
		if spec, ok := o.Spec.(Override); ok && spec.End.After(e.now()) {
			out = append(out, spec)
		}
	}
	return out
}

// readOverride asks nothing: the list has it all.
func readOverride(_ context.Context, _ *Env, f Found) (Override, bool, error) {
	return f.Summary.(Override), true, nil
}

// createOverride writes the mark first: without it, nobody would know later that the
// override is ours.
func createOverride(ctx context.Context, env *Env, name string, want Override) (string, error) {
	contacts, err := env.idsOf(want.Contacts)
	if err != nil {
		return "", err
	}
	rotation := parentName(name)
	id, err := env.ID(resource.Addr{Kind: rotationKind, Name: rotation})
	if err != nil {
		return "", err
	}
	if err := env.writeMarks(ctx, id, rotation, nil); err != nil {
		return "", fmt.Errorf("mark it as ours: %w", err)
	}
	out, err := env.aws.Contacts.CreateRotationOverride(ctx, &ssmcontacts.CreateRotationOverrideInput{
		RotationId: &id, NewContactIds: contacts, StartTime: &want.Start, EndTime: &want.End,
		IdempotencyToken: aws.String(env.token(overrideKind, name, want.digest())), // the SDK fills none in
	})
	if err != nil {
		return "", err
	}
	return id + "/" + aws.ToString(out.RotationOverrideId), nil
}

// deleteOverride takes the mark away last: an override without one would stay for
// good. With the rotation go its marks.
func deleteOverride(ctx context.Context, env *Env, f Found, have Override) error {
	rotation, id := cutLast(f.ID)
	_, err := env.aws.Contacts.DeleteRotationOverride(ctx, &ssmcontacts.DeleteRotationOverrideInput{RotationId: &rotation, RotationOverrideId: &id})
	if err := unlessGone(err); err != nil {
		return err
	}
	name := parentName(f.Name)
	if !env.desired.Has(resource.Addr{Kind: rotationKind, Name: name}) {
		return nil
	}
	if err := unlessGone(env.writeMarks(ctx, rotation, name, &have)); err != nil {
		return fmt.Errorf("take its mark away: %w", err)
	}
	return nil
}

// Handmade is a policy that changes nothing: it lists the overrides that people made by
// hand, which no plan has and which stay. What takes one along says so.
func Handmade(cs *resource.ChangeSet, observed *resource.State) *resource.ChangeSet {
	going := map[string]*resource.Change{}
	for _, c := range cs.Changes {
		if c.Addr.Kind == rotationKind && c.Action == resource.Delete {
			going[c.Before.ID] = c
		}
	}
	out := *cs
	out.Kept = slices.Clone(cs.Kept)
	for _, o := range observed.All() {
		spec, ok := o.Spec.(Override)
		if !ok || o.Owner == resource.Ours {
			continue
		}
		who := fmt.Sprintf("%s from %s to %s", onCallNames(spec.Contacts), minuteText(spec.Start), minuteText(spec.End))
		rotation, _ := cutLast(o.ID)
		if c := going[rotation]; c != nil {
			c.Notes = append(c.Notes, "takes an override along that was made by hand: "+who)
			continue
		}
		out.Kept = append(out.Kept, resource.Kept{Addr: o.Addr, Why: "it was made by hand: " + who})
	}
	return &out
}

// minuteText is an instant in a sentence.
func minuteText(t time.Time) string { return t.UTC().Format("2006-01-02 15:04 UTC") }

func onCallNames(contacts []resource.Addr) string {
	if len(contacts) == 0 {
		return "nobody"
	}
	return mask.Scrub(strings.Join(namesOf(contacts), " and "))
}
