package emulator_test

import (
	"cmp"
	"context"
	"fmt"
	"maps"
	"os"
	"slices"
	"testing"
	"time"

	"github.com/aws/aws-sdk-go-v2/aws"
	"github.com/aws/aws-sdk-go-v2/service/ssmcontacts"
	"github.com/aws/aws-sdk-go-v2/service/ssmcontacts/types"
	gocmp "github.com/google/go-cmp/cmp"
	"pgregory.net/rapid"

	"github.com/watchbill/watchbill/emulator"
	"github.com/watchbill/watchbill/oncall"
)

// TestEngagementsFollowTheSimulator draws people, plans and answers, runs an incident's engagements
// over the API with the clock moved in random steps and the emulator started anew in between, and
// compares every message with those of oncall's simulator on a roster written down here.
func TestEngagementsFollowTheSimulator(t *testing.T) {
	rapid.Check(t, func(rt *rapid.T) {
		dir := "" // in memory: a disk takes its time
		if rapid.IntRange(0, 3).Draw(rt, "durable") == 0 {
			dir = need(os.MkdirTemp(t.TempDir(), ""))(t)
		}
		s := &story{outer: t, rt: rt, dir: dir, names: map[string]string{}, roster: &oncall.Roster{
			People: map[string]oncall.Person{}, Schedules: map[string]*oncall.Schedule{}, Escalations: map[string][]oncall.Stage{}}}
		s.roster.Rules.AcknowledgeOneEngagement = rapid.Bool().Draw(rt, "acknowledge one engagement")
		s.roster.Rules.DeliveredOnce = rapid.IntRange(0, 3).Draw(rt, "delivered once") == 0
		s.open()
		defer func() { s.server.Close() }()
		s.c.createSet(home)
		for i := range rapid.IntRange(1, 4).Draw(rt, "people") {
			s.person(fmt.Sprintf("p%d", i))
		}
		for i := range rapid.IntRange(0, 1).Draw(rt, "schedules") {
			s.schedule(fmt.Sprintf("s%d", i))
		}
		for i := range rapid.IntRange(0, 2).Draw(rt, "escalation plans") {
			s.escalation(fmt.Sprintf("e%d", i))
		}
		everything := slices.Concat(slices.Sorted(maps.Keys(s.roster.People)), slices.Sorted(maps.Keys(s.roster.Schedules)),
			slices.Sorted(maps.Keys(s.roster.Escalations)))
		s.run(rapid.SliceOfN(rapid.SampledFrom(everything), 1, 3).Draw(rt, "targets"))
	})
}

// story is one drawn run. Names in the roster are ARNs, so that both sides speak of the same things.
type story struct {
	outer  *testing.T
	rt     *rapid.T
	dir    string
	server *emulator.Server
	c      *clients
	roster *oncall.Roster
	names  map[string]string // of channels, by ARN
}

func (s *story) open() {
	var err error
	rules := emulator.Rules{DeliveredOnce: s.roster.Rules.DeliveredOnce, AcknowledgeOneEngagement: s.roster.Rules.AcknowledgeOneEngagement}
	s.server, err = emulator.Open(emulator.Options{Dir: s.dir, Clock: emulator.ClockStopped, ReplicationDelay: -1, Rules: rules,
		Now: func() time.Time { return firstOfDay }})
	s.must(err)
	s.c = connect(s.outer, s.server.Transport(), home)
	s.c.ctx = context.Background()
}

func (s *story) must(err error) {
	if err != nil {
		s.rt.Fatal(err)
	}
}

func (s *story) person(alias string) {
	arn := s.c.person(alias)
	p := oncall.Person{Channels: map[string]oncall.Channel{}}
	for i := range rapid.IntRange(1, 2).Draw(s.rt, "channels") {
		ch := s.c.channel(arn, fmt.Sprint(i), types.ChannelTypeEmail, fmt.Sprintf("%s%d@example.com", alias, i))
		active := rapid.IntRange(0, 4).Draw(s.rt, "active") > 0
		if active {
			h := &held{clients: s.c, names: map[string]string{}}
			h.activate(ch)
		}
		s.names[ch] = alias + fmt.Sprint(i)
		p.Channels[ch] = oncall.Channel{Type: oncall.Email, Active: active}
	}
	channels := slices.Sorted(maps.Keys(p.Channels))
	plan := &types.Plan{}
	for range rapid.IntRange(0, 3).Draw(s.rt, "stages") {
		minutes := rapid.Int32Range(1, 6).Draw(s.rt, "minutes")
		out := oncall.Stage{Wait: time.Duration(minutes) * time.Minute}
		in := stage(minutes)
		for _, ch := range channels {
			if rapid.Bool().Draw(s.rt, "in stage") {
				retry := rapid.Int32Range(0, 3).Draw(s.rt, "retry")
				in.Targets = append(in.Targets, try(ch, retry))
				out.Targets = append(out.Targets, oncall.Target{Channel: ch, Retry: time.Duration(retry) * time.Minute})
			}
		}
		plan.Stages = append(plan.Stages, in)
		p.Stages = append(p.Stages, out)
	}
	_, err := s.c.contacts.UpdateContact(s.c.ctx, &ssmcontacts.UpdateContactInput{ContactId: &arn, Plan: plan})
	s.must(err)
	s.roster.People[arn] = p
}

// schedule has one or two rotations whose turns are minutes long.
func (s *story) schedule(alias string) {
	people := slices.Sorted(maps.Keys(s.roster.People))
	h := &held{clients: s.c, start: firstOfDay}
	var arns []string
	var rotations []oncall.Rotation
	for i := range rapid.IntRange(0, 2).Draw(s.rt, "rotations") {
		members := rapid.SliceOfNDistinct(rapid.SampledFrom(people), 1, len(people), rapid.ID).Draw(s.rt, "members")
		minutes := slices.Sorted(slices.Values(rapid.SliceOfNDistinct(rapid.IntRange(1, 59), 1, 6, rapid.ID).Draw(s.rt, "hand-offs")))
		r := oncall.Rotation{Name: fmt.Sprint(i), Start: firstOfDay, Zone: time.UTC, Members: members, OnCalls: 1, Recurrence: oncall.Recurrence{Multiplier: 1}}
		var times []string
		for _, m := range minutes {
			r.Recurrence.Daily = append(r.Recurrence.Daily, oncall.Clock{Hour: 9, Minute: m})
			times = append(times, fmt.Sprintf("09:%02d", m))
		}
		rotations, arns = append(rotations, r), append(arns, h.rotation(r.Name, members, times...))
	}
	schedule, err := oncall.NewSchedule(oncall.Rules{}, rotations...)
	s.must(err)
	s.roster.Schedules[h.schedule(alias, arns...)] = schedule
}

func (s *story) escalation(alias string) {
	people := slices.Concat(slices.Sorted(maps.Keys(s.roster.People)), slices.Sorted(maps.Keys(s.roster.Schedules)))
	plan := &types.Plan{}
	var stages []oncall.Stage
	for range rapid.IntRange(1, 3).Draw(s.rt, "stages") {
		minutes := rapid.Int32Range(1, 8).Draw(s.rt, "minutes")
		in, out := stage(minutes), oncall.Stage{Wait: time.Duration(minutes) * time.Minute}
		for _, p := range people {
			if rapid.Bool().Draw(s.rt, "in stage") {
				essential := rapid.Bool().Draw(s.rt, "essential")
				in.Targets = append(in.Targets, reach(p, essential))
				out.Targets = append(out.Targets, oncall.Target{Contact: p, Essential: essential})
			}
		}
		plan.Stages, stages = append(plan.Stages, in), append(stages, out)
	}
	s.roster.Escalations[s.c.contact(alias, types.ContactTypeEscalation, plan)] = stages
}

// run engages the targets as one incident and lets people answer at drawn times.
func (s *story) run(targets []string) {
	answers := map[string]time.Duration{}
	for _, p := range slices.Sorted(maps.Keys(s.roster.People)) {
		if rapid.Bool().Draw(s.rt, "answers") {
			answers[p] = time.Duration(rapid.IntRange(0, 30*60).Draw(s.rt, "after seconds")) * time.Second
		}
	}
	for _, target := range targets {
		_, err := s.c.contacts.StartEngagement(s.c.ctx, &ssmcontacts.StartEngagementInput{ContactId: &target, Sender: aws.String("tests"),
			Subject: aws.String("down"), Content: aws.String("down"), IncidentId: aws.String("shop")})
		s.must(err)
	}
	people := slices.SortedFunc(maps.Keys(answers), func(a, b string) int {
		return cmp.Or(cmp.Compare(answers[a], answers[b]), cmp.Compare(a, b))
	})
	for _, p := range people {
		s.goTo(answers[p])
		s.answer(p)
	}
	s.goTo(3 * time.Hour)

	var want []string
	for e := range s.roster.SimulateTargets(targets, firstOfDay, answers) {
		if e.Type == oncall.Paged || e.Type == oncall.Retried {
			want = append(want, e.Time.Sub(firstOfDay).String()+" "+s.names[e.Channel])
		}
	}
	h := &held{clients: s.c, start: firstOfDay, names: s.names}
	if diff := gocmp.Diff(want, h.sent()); diff != "" {
		s.rt.Fatalf("messages (-simulator +emulator):\n%s", diff)
	}
}

// goTo moves the clock in steps, with restarts in between.
func (s *story) goTo(after time.Duration) {
	for left := firstOfDay.Add(after).Sub(s.server.Clock().Now); left > 0; left = firstOfDay.Add(after).Sub(s.server.Clock().Now) {
		if s.dir != "" && rapid.IntRange(0, 5).Draw(s.rt, "restart") == 0 {
			s.must(s.server.Close())
			s.open()
		}
		step := min(left, time.Duration(rapid.IntRange(1, 40*60).Draw(s.rt, "step"))*time.Second)
		s.must(s.server.Advance(step))
	}
}

// answer acknowledges all pages of a person that nobody has read; without one it does nothing.
func (s *story) answer(person string) {
	pages, err := s.c.contacts.ListPagesByContact(s.c.ctx, &ssmcontacts.ListPagesByContactInput{ContactId: &person})
	s.must(err)
	for _, p := range pages.Pages {
		if p.ReadTime == nil {
			_, err := s.c.contacts.AcceptPage(s.c.ctx, &ssmcontacts.AcceptPageInput{PageId: p.PageArn, AcceptType: types.AcceptTypeRead,
				AcceptCode: aws.String("000000"), AcceptCodeValidation: types.AcceptCodeValidationIgnore})
			s.must(err)
		}
	}
}
