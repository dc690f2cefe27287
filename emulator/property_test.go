package emulator_test

import (
	"context"
	"errors"
	"fmt"
	"maps"
	"os"
	"path/filepath"
	"slices"
	"testing"

	"github.com/aws/aws-sdk-go-v2/aws"
	"github.com/aws/aws-sdk-go-v2/service/ssmcontacts"
	"github.com/aws/aws-sdk-go-v2/service/ssmcontacts/types"
	"github.com/google/go-cmp/cmp"
	"pgregory.net/rapid"

	"github.com/watchbill/watchbill/emulator"
)

// TestRandomOperations does random things to an account and to a naive model of it, with restarts
// in between, and compares everything that can be read.
func TestRandomOperations(t *testing.T) {
	rapid.Check(t, func(rt *rapid.T) {
		dir, err := os.MkdirTemp(t.TempDir(), "")
		if err != nil {
			rt.Fatal(err)
		}
		m := &machine{outer: t, dir: filepath.Join(dir, "store"), people: map[string]*modelPerson{}, rotations: map[string]*modelRotation{}}
		m.open(rt)
		m.c.createSet(home)
		defer func() { m.s.Close() }()
		rt.Repeat(map[string]func(*rapid.T){
			"":               m.compare,
			"create":         m.create,
			"create again":   m.create,
			"rename":         m.rename,
			"delete":         m.delete,
			"add channel":    m.addChannel,
			"add channel 2":  m.addChannel,
			"remove channel": m.removeChannel,
			"plan":           m.plan,
			"tag":            m.tag,
			"untag":          m.untag,
			"reopen":         m.reopen,
			"carry":          m.carry,

			"rotate":          m.rotate,
			"change rotation": m.changeRotation,
			"drop rotation":   m.dropRotation,
			"override":        m.override,
			"drop override":   m.dropOverride,
			"share":           m.share,
		})
	})
}

// machine is the account and the model side by side.
type machine struct {
	outer  *testing.T
	dir    string
	s      *emulator.Server
	c      *clients
	people map[string]*modelPerson // by alias

	rotations map[string]*modelRotation // by ARN
}

type modelPerson struct {
	name     *string
	tags     map[string]string
	policy   string
	channels map[string]string // name and address by ARN
	stages   []string          // ARNs, one a stage
}

func (m *machine) open(rt *rapid.T) {
	s, err := emulator.Open(emulator.Options{Dir: m.dir, ReplicationDelay: -1, MaxPage: 3})
	if err != nil {
		rt.Fatal(err)
	}
	m.s, m.c = s, connect(m.outer, s.Transport(), home)
	m.c.ctx = context.Background()
}

// carry exports the account, spoils it and brings it back as it was.
func (m *machine) carry(rt *rapid.T) {
	state, err := m.s.Export()
	if err != nil {
		rt.Fatal(err)
	}
	for alias := range m.people {
		if _, err := m.c.contacts.UpdateContact(m.c.ctx, &ssmcontacts.UpdateContactInput{ContactId: personARN(alias), DisplayName: aws.String("spoiled")}); err != nil {
			rt.Fatal(err)
		}
	}
	if err := create(m.c.contacts, "too-many"); err != nil {
		rt.Fatal(err)
	}
	if err := m.s.Import(state); err != nil {
		rt.Fatal(err)
	}
	again, err := m.s.Export()
	if err != nil || string(again) != string(state) {
		rt.Fatalf("the state came back differently (%v)", err)
	}
}

func (m *machine) reopen(rt *rapid.T) {
	if err := m.s.Close(); err != nil {
		rt.Fatal(err)
	}
	m.open(rt)
}

var aliasGen = rapid.SampledFrom([]string{"a", "aa", "a-b", "b", "b_c"})

func personARN(alias string) *string {
	return aws.String("arn:aws:ssm-contacts:" + home + ":" + account + ":contact/" + alias)
}

// some picks a person that exists, or skips the step.
func (m *machine) some(rt *rapid.T) (string, *modelPerson) {
	if len(m.people) == 0 {
		rt.Skip("nobody")
	}
	alias := rapid.SampledFrom(slices.Sorted(maps.Keys(m.people))).Draw(rt, "alias")
	return alias, m.people[alias]
}

func (m *machine) create(rt *rapid.T) {
	alias := aliasGen.Draw(rt, "alias")
	err := create(m.c.contacts, alias)
	var conflict *types.ConflictException
	switch {
	case m.people[alias] != nil && !errors.As(err, &conflict):
		rt.Fatalf("creating %s twice: %v", alias, err)
	case m.people[alias] == nil && err != nil:
		rt.Fatal(err)
	case m.people[alias] == nil:
		m.people[alias] = &modelPerson{tags: map[string]string{}, channels: map[string]string{}}
	}
}

func (m *machine) rename(rt *rapid.T) {
	alias, p := m.some(rt)
	name := rapid.StringMatching(`[a-zé ]{0,4}`).Draw(rt, "name")
	if _, err := m.c.contacts.UpdateContact(m.c.ctx, &ssmcontacts.UpdateContactInput{ContactId: personARN(alias), DisplayName: &name}); err != nil {
		rt.Fatal(err)
	}
	p.name = &name
}

func (m *machine) delete(rt *rapid.T) {
	alias := aliasGen.Draw(rt, "alias")
	_, err := m.c.contacts.DeleteContact(m.c.ctx, &ssmcontacts.DeleteContactInput{ContactId: personARN(alias)})
	var missing *types.ResourceNotFoundException
	if m.inRotation(alias) {
		var conflict *types.ConflictException
		if !errors.As(err, &conflict) {
			rt.Fatalf("deleting %s, who is in a rotation: %v", alias, err)
		}
		return
	}
	if m.people[alias] == nil && !errors.As(err, &missing) || m.people[alias] != nil && err != nil {
		rt.Fatalf("deleting %s: %v", alias, err)
	}
	delete(m.people, alias)
}

func (m *machine) addChannel(rt *rapid.T) {
	alias, p := m.some(rt)
	mail := fmt.Sprintf("%d@example.com", rapid.IntRange(1, 5).Draw(rt, "mail"))
	out, err := m.c.contacts.CreateContactChannel(m.c.ctx, &ssmcontacts.CreateContactChannelInput{ContactId: personARN(alias), Name: &alias,
		Type: types.ChannelTypeEmail, DeliveryAddress: address(mail)})
	var conflict *types.ConflictException
	if slices.Contains(slices.Collect(maps.Values(p.channels)), alias+" "+mail) {
		if !errors.As(err, &conflict) {
			rt.Fatalf("the same address twice: %v", err)
		}
		return
	}
	if err != nil {
		rt.Fatal(err)
	}
	p.channels[*out.ContactChannelArn] = alias + " " + mail
}

func (m *machine) someChannel(rt *rapid.T) (*modelPerson, string, string) {
	alias, p := m.some(rt)
	if len(p.channels) == 0 {
		rt.Skip("no channels")
	}
	return p, alias, rapid.SampledFrom(slices.Sorted(maps.Keys(p.channels))).Draw(rt, "channel")
}

func (m *machine) removeChannel(rt *rapid.T) {
	p, _, arn := m.someChannel(rt)
	if _, err := m.c.contacts.DeleteContactChannel(m.c.ctx, &ssmcontacts.DeleteContactChannelInput{ContactChannelId: &arn}); err != nil {
		rt.Fatal(err)
	}
	delete(p.channels, arn) // plans keep it
}

func (m *machine) plan(rt *rapid.T) {
	p, alias, arn := m.someChannel(rt)
	n := rapid.IntRange(0, 3).Draw(rt, "stages")
	p.stages = nil
	plan := &types.Plan{Stages: []types.Stage{}}
	for range n {
		plan.Stages = append(plan.Stages, stage(5, toChannel(arn)))
		p.stages = append(p.stages, arn)
	}
	if err := m.c.updatePlan(*personARN(alias), plan); err != nil {
		rt.Fatal(err)
	}
}

func (m *machine) tag(rt *rapid.T) {
	alias, p := m.some(rt)
	k, v := rapid.SampledFrom([]string{"x", "y", "z"}).Draw(rt, "key"), rapid.StringMatching(`[a-c]{1,2}`).Draw(rt, "value")
	if err := m.c.tagContact(*personARN(alias), contactTags(k, v)...); err != nil {
		rt.Fatal(err)
	}
	p.tags[k] = v
}

func (m *machine) untag(rt *rapid.T) {
	alias, p := m.some(rt)
	k := rapid.SampledFrom([]string{"x", "y", "z"}).Draw(rt, "key")
	if _, err := m.c.contacts.UntagResource(m.c.ctx, &ssmcontacts.UntagResourceInput{ResourceARN: personARN(alias), TagKeys: []string{k}}); err != nil {
		rt.Fatal(err)
	}
	delete(p.tags, k)
}

func (m *machine) compare(rt *rapid.T) {
	m.compareRotations(rt)
	if diff := cmp.Diff(slices.Sorted(maps.Keys(m.people)), m.c.aliases()); diff != "" {
		rt.Fatal(diff)
	}
	for alias, p := range m.people {
		arn := *personARN(alias)
		got := m.c.getContact(arn)
		var targets []string
		for _, s := range got.Plan.Stages {
			targets = append(targets, *s.Targets[0].ChannelTargetInfo.ContactChannelId)
		}
		channels := map[string]string{}
		for pages := ssmcontacts.NewListContactChannelsPaginator(m.c.contacts, &ssmcontacts.ListContactChannelsInput{ContactId: &arn}); pages.HasMorePages(); {
			out, err := pages.NextPage(m.c.ctx)
			if err != nil {
				rt.Fatal(err)
			}
			for _, ch := range out.ContactChannels {
				channels[*ch.ContactChannelArn] = *ch.Name + " " + *ch.DeliveryAddress.SimpleAddress
			}
		}
		if diff := cmp.Diff(p, &modelPerson{got.DisplayName, m.c.contactTags(arn), m.policy(rt, arn), channels, targets}, cmp.AllowUnexported(modelPerson{})); diff != "" {
			rt.Fatalf("%s: %s", alias, diff)
		}
	}
}
