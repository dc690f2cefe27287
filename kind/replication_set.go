package kind

import (
	"cmp"
	"context"
	"errors"
	"fmt"
	"slices"
	"strings"
	"time"

	"github.com/aws/aws-sdk-go-v2/aws"
	"github.com/aws/aws-sdk-go-v2/service/ssmincidents"
	"github.com/aws/aws-sdk-go-v2/service/ssmincidents/types"

	"github.com/watchbill/watchbill/compiler/ast"
	"github.com/watchbill/watchbill/internal/resource"
)

// ReplicationSet is where the account's Incident Manager lives. There is one an
// account, everything needs it, and deleting it would delete everything.
type ReplicationSet struct {
	Regions            []Region          `json:"regions" diff:"set"`  // sorted by name
	DeletionProtection *bool             `json:"deletion_protection"` // nil is not touched
	Tags               map[string]string `json:"tags"`
}

// Region is one Region of the set. KMSKey is the ARN of a customer key, "" for
// AWS's own.
type Region struct {
	Name   string `json:"name"`
	KMSKey string `json:"kms_key,omitempty"`
}

// theSet is the address of the account's only replication set.
var theSet = resource.Addr{Kind: "replication_set", Name: "default"}

// awsOwnedKey is how a Region without a customer key reads back [tf] [cfn-src].
const awsOwnedKey = "DefaultKey"

var replicationSet = &Kind[ReplicationSet]{
	Name:    "replication_set",
	Desired: desiredSet,
	Tags:    func(s ReplicationSet) map[string]string { return s.Tags },
	List:    listSets,
	Read:    readSet,
	Create:  createSet,
	Update:  updateSet,
	Delete:  deleteSet,
	Notes:   setNotes,
	Refuse:  refuseSetChange,
	Taken:   "take the replication_set section out of the plan: the account has one, and the plan can use it without owning it",
	Operations: Operations{
		Read: []string{"ssm-incidents:ListReplicationSets", "ssm-incidents:GetReplicationSet"},
		Write: []string{"ssm-incidents:CreateReplicationSet", "ssm-incidents:UpdateReplicationSet",
			"ssm-incidents:UpdateDeletionProtection", "ssm-incidents:TagResource", "ssm-incidents:UntagResource"},
		Raze: []string{"ssm-incidents:UpdateDeletionProtection", "ssm-incidents:DeleteReplicationSet"},
	},
	Reach:  []Reach{{iamSet, nil}},
	Beside: setRights,
}

func desiredSet(p *ast.Plan, add func(Item[ReplicationSet])) {
	set := p.ReplicationSet
	if set == nil {
		return
	}
	spec := ReplicationSet{Tags: tagged(set.Tags, set.Protect)}
	if set.DeletionProtection.Set() {
		spec.DeletionProtection = &set.DeletionProtection.V
	}
	for _, r := range set.Regions {
		spec.Regions = append(spec.Regions, Region{Name: r.Name.V, KMSKey: r.KMSKey.V})
	}
	sortRegions(spec.Regions)
	add(Item[ReplicationSet]{Name: theSet.Name, Spec: spec, Origin: set.At, Protect: set.Protect.V})
}

func sortRegions(rs []Region) {
	slices.SortFunc(rs, func(a, b Region) int { return cmp.Compare(a.Name, b.Name) })
}

// liveSet is the ARN of the account's set, "" when it has none and the plan brings
// one (or wants nothing).
func (e *Env) liveSet(ctx context.Context) (string, error) {
	return once(e, "replication set", func() (string, error) {
		out, err := e.aws.Incidents.ListReplicationSets(ctx, &ssmincidents.ListReplicationSetsInput{})
		if err != nil {
			return "", err
		}
		if len(out.ReplicationSetArns) > 0 {
			return out.ReplicationSetArns[0], nil
		}
		if e.desired.Len() > 0 && !e.desired.Has(theSet) {
			return "", &NoReplicationSetError{}
		}
		return "", nil
	})
}

func listSets(ctx context.Context, env *Env, _ *Found) ([]Found, error) {
	arn, err := env.liveSet(ctx)
	if err != nil || arn == "" {
		return nil, err
	}
	// Whoever owns it, nothing else can be read before it is ready.
	set, err := env.settled(ctx, arn)
	if err != nil || set == nil {
		return nil, err
	}
	return []Found{{Name: theSet.Name, ID: arn, Summary: set}}, nil
}

func readSet(_ context.Context, env *Env, f Found) (ReplicationSet, bool, error) {
	set := f.Summary.(*types.ReplicationSet)
	spec := ReplicationSet{Regions: regionsOf(set), DeletionProtection: set.DeletionProtected, Tags: f.comparableTags()}
	if want := env.desired.Get(theSet); len(want) > 0 && want[0].Spec.(ReplicationSet).DeletionProtection == nil {
		spec.DeletionProtection = nil
	}
	return spec, true, nil
}

func regionsOf(set *types.ReplicationSet) []Region {
	var out []Region
	for name, info := range set.RegionMap {
		r := Region{Name: name, KMSKey: aws.ToString(info.SseKmsKeyId)}
		if r.KMSKey == awsOwnedKey {
			r.KMSKey = ""
		}
		out = append(out, r)
	}
	sortRegions(out)
	return out
}

func createSet(ctx context.Context, env *Env, _ string, want ReplicationSet) (string, error) {
	in := &ssmincidents.CreateReplicationSetInput{
		Regions: map[string]types.RegionMapInputValue{}, Tags: env.marked(want.Tags),
		ClientToken: aws.String(env.token("replication set")),
	}
	for _, r := range want.Regions {
		in.Regions[r.Name] = types.RegionMapInputValue{SseKmsKeyId: orNil(r.KMSKey)}
	}
	out, err := env.aws.Incidents.CreateReplicationSet(ctx, in)
	if err != nil {
		return "", err
	}
	arn := aws.ToString(out.Arn)
	if _, err := env.settled(ctx, arn); err != nil || !aws.ToBool(want.DeletionProtection) {
		return arn, err
	}
	return arn, env.protectSet(ctx, arn, true)
}

func updateSet(ctx context.Context, env *Env, f Found, have, want ReplicationSet) error {
	if !slices.Equal(have.Regions, want.Regions) {
		if err := env.moveRegions(ctx, f.ID, want.Regions); err != nil {
			return err
		}
	}
	if want := want.DeletionProtection; want != nil && *want != aws.ToBool(have.DeletionProtection) {
		if err := env.protectSet(ctx, f.ID, *want); err != nil {
			return err
		}
	}
	return env.setTags(ctx, f.ID, have.Tags, want.Tags)
}

// deleteSet deletes the set and with it everything of the account. Only a pass that
// was told the account by name comes here.
func deleteSet(ctx context.Context, env *Env, f Found, have ReplicationSet) error {
	if aws.ToBool(have.DeletionProtection) {
		if err := env.protectSet(ctx, f.ID, false); err != nil {
			return unlessGone(err)
		}
	}
	_, err := env.aws.Incidents.DeleteReplicationSet(ctx, &ssmincidents.DeleteReplicationSetInput{Arn: &f.ID})
	if err != nil {
		return unlessGone(err)
	}
	_, err = env.settled(ctx, f.ID)
	return err
}

// moveRegions adds and removes Regions one at a time, as AWS wants it, the set ACTIVE
// before and after each. Each is chosen by what is live at that moment: to remove the
// last Region would delete the set and everything in the account, and somebody may
// have removed the others meanwhile.
func (e *Env) moveRegions(ctx context.Context, arn string, want []Region) error {
	for range 2*maxRegions + 1 { // all go, all come, and a last look
		set, err := e.settled(ctx, arn)
		if err != nil {
			return err
		}
		if set == nil {
			return errors.New("the replication set is gone")
		}
		action, what := nextRegion(regionsOf(set), want, e.aws.Region())
		if action == nil {
			return nil
		}
		if _, err := e.aws.Incidents.UpdateReplicationSet(ctx, &ssmincidents.UpdateReplicationSetInput{
			Arn: &arn, Actions: []types.UpdateReplicationSetAction{action}, ClientToken: aws.String(e.token("regions", what)),
		}); err != nil {
			return err
		}
	}
	return errors.New("the Regions of the replication set do not become what the plan wants; somebody else may be changing them")
}

// nextRegion is the next change on the way from the live Regions to the wanted ones,
// nil when there is none, and the same in words. It adds before it removes, unless
// there is no room, and leaves the Region it speaks to for last.
func nextRegion(live, want []Region, here string) (types.UpdateReplicationSetAction, string) {
	add, remove := regionsWithout(want, live), regionsWithout(live, want)
	switch {
	case len(add) > 0 && (len(live) < maxRegions || len(remove) == 0):
		return &types.UpdateReplicationSetActionMemberAddRegionAction{Value: types.AddRegionAction{
			RegionName: &add[0].Name, SseKmsKeyId: orNil(add[0].KMSKey)}}, "add " + add[0].Name
	case len(remove) > 0:
		i := max(0, slices.IndexFunc(remove, func(r Region) bool { return r.Name != here }))
		return &types.UpdateReplicationSetActionMemberDeleteRegionAction{Value: types.DeleteRegionAction{
			RegionName: &remove[i].Name}}, "remove " + remove[i].Name
	}
	return nil, ""
}

// maxRegions is the most Regions of a set [model].
const maxRegions = 3

func regionsWithout(from, without []Region) []Region {
	var out []Region
	for _, r := range from {
		if !slices.ContainsFunc(without, func(o Region) bool { return o.Name == r.Name }) {
			out = append(out, r)
		}
	}
	return out
}

func (e *Env) protectSet(ctx context.Context, arn string, protected bool) error {
	_, err := e.aws.Incidents.UpdateDeletionProtection(ctx, &ssmincidents.UpdateDeletionProtectionInput{
		Arn: &arn, DeletionProtected: &protected, ClientToken: aws.String(e.token("deletion protection", fmt.Sprint(protected))),
	})
	return err
}

// How long to wait for a set that is being created or changed: Terraform gives it
// two hours [tf]. The pause between two looks grows, so that an embedded set is
// ready at once and AWS is not asked more than every half minute.
const (
	setPatience  = 2 * time.Hour
	firstPause   = 50 * time.Millisecond
	longestPause = 30 * time.Second
)

// settled waits until the set is ACTIVE and returns it; nil when it is gone. The
// SDK's waiters are not used: their pause is a fixed half minute.
func (e *Env) settled(ctx context.Context, arn string) (*types.ReplicationSet, error) {
	ctx, cancel := context.WithTimeout(ctx, setPatience)
	defer cancel()
	for pause := firstPause; ; pause = min(2*pause, longestPause) {
		out, err := e.aws.Incidents.GetReplicationSet(ctx, &ssmincidents.GetReplicationSetInput{Arn: &arn})
		if err != nil {
			return nil, unlessGone(err)
		}
		switch out.ReplicationSet.Status {
		case types.ReplicationSetStatusActive:
			return out.ReplicationSet, nil
		case types.ReplicationSetStatusFailed:
			return nil, fmt.Errorf("the replication set is in status FAILED%s", statusMessages(out.ReplicationSet))
		}
		select {
		case <-time.After(pause):
		case <-ctx.Done():
			return nil, fmt.Errorf("wait for the replication set, which is %s: %w", out.ReplicationSet.Status, ctx.Err())
		}
	}
}

func statusMessages(set *types.ReplicationSet) string {
	var out []string
	for name, info := range set.RegionMap {
		if m := aws.ToString(info.StatusMessage); m != "" {
			out = append(out, name+": "+m)
		}
	}
	if len(out) == 0 {
		return ""
	}
	slices.Sort(out)
	return " (" + strings.Join(out, "; ") + ")"
}

func setNotes(have, want *ReplicationSet) []string {
	switch {
	case want == nil:
		return []string{"AWS deletes everything of the account with it: contacts, schedules, plans and incidents, whoever made them"}
	case have == nil:
		return []string{"everything else waits until AWS has set it up, which takes minutes there"}
	case len(regionsWithout(have.Regions, want.Regions)) > 0:
		return []string{"AWS keeps a Region for 24 hours after it was added and refuses to remove it before"}
	}
	return nil
}

// refuseSetChange: AWS cannot change the key of a Region that stays [guide] [tf], and
// a protected set keeps its Regions.
func refuseSetChange(have, want *ReplicationSet) (why, lift string) {
	if have == nil || want == nil {
		return "", ""
	}
	if gone := regionsWithout(have.Regions, want.Regions); len(gone) > 0 && have.Tags[protectTag] == protectValue {
		return "it is protected, and the change would remove Region " + gone[0].Name,
			"take \"protect: true\" away in one commit, apply that, and remove the Region in the next one"
	}
	for _, w := range want.Regions {
		for _, h := range have.Regions {
			if h.Name == w.Name && h.KMSKey != w.KMSKey {
				return "AWS cannot change the key of Region " + w.Name + " in place",
					"take " + w.Name + " out of the plan and apply, then add it again with the other key; the home Region's key cannot be changed at all"
			}
		}
	}
	return "", ""
}

// orNil is a pointer to s, nil for "": absent on the wire.
func orNil(s string) *string {
	if s == "" {
		return nil
	}
	return &s
}
