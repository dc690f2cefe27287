package emulator_test

import (
	"testing"
	"time"

	"github.com/aws/aws-sdk-go-v2/aws"
	"github.com/aws/aws-sdk-go-v2/service/ssmcontacts"
	contactstypes "github.com/aws/aws-sdk-go-v2/service/ssmcontacts/types"
	"github.com/aws/aws-sdk-go-v2/service/ssmincidents"
	incidentstypes "github.com/aws/aws-sdk-go-v2/service/ssmincidents/types"

	"github.com/watchbill/watchbill/emulator"
)

func personInput(alias, token string) *ssmcontacts.CreateContactInput {
	return &ssmcontacts.CreateContactInput{Alias: &alias, Type: contactstypes.ContactTypePersonal, IdempotencyToken: &token,
		Plan: &contactstypes.Plan{Stages: []contactstypes.Stage{}}}
}

func TestTokenGivesTheFirstAnswerAgain(t *testing.T) {
	dir := t.TempDir()
	now := newClock()
	s := need(emulator.Open(emulator.Options{Dir: dir, Now: now.Now, ReplicationDelay: -1}))(t)
	c := connect(t, s.Transport(), home)
	c.createSet(home)
	first := need(c.contacts.CreateContact(c.ctx, personInput("aiko", "t1")))(t)
	again := need(c.contacts.CreateContact(c.ctx, personInput("aiko", "t1")))(t)
	if *first.ContactArn != *again.ContactArn {
		t.Errorf("%s, then %s", *first.ContactArn, *again.ContactArn)
	}
	channel := &ssmcontacts.CreateContactChannelInput{ContactId: first.ContactArn, Name: aws.String("mail"), Type: contactstypes.ChannelTypeEmail,
		DeliveryAddress: address("aiko@example.com"), IdempotencyToken: aws.String("t1")} // its own space of tokens
	mail := need(c.contacts.CreateContactChannel(c.ctx, channel))(t)
	s.Close()

	// Also after a restart: a client whose answer was lost with the process tries again.
	c = connect(t, open(t, emulator.Options{Dir: dir, Now: now.Now, ReplicationDelay: -1}).Transport(), home)
	if got := need(c.contacts.CreateContactChannel(c.ctx, channel))(t); *got.ContactChannelArn != *mail.ContactChannelArn {
		t.Errorf("%s, then %s", *mail.ContactChannelArn, *got.ContactChannelArn)
	}
	if got := c.outbox().Messages; len(got) != 1 {
		t.Errorf("%d codes were sent", len(got))
	}
	_, err := c.contacts.CreateContact(c.ctx, personInput("aiko", "t2"))
	fails[*contactstypes.ConflictException](t, err)

	// An update with a token is done once.
	plan := c.plan("down")
	rename := func(title, token string) error {
		_, err := c.incidents.UpdateResponsePlan(c.ctx, &ssmincidents.UpdateResponsePlanInput{Arn: &plan, IncidentTemplateTitle: &title, ClientToken: &token})
		return err
	}
	for _, step := range []struct{ title, token string }{{"one", "a"}, {"two", "b"}, {"one", "a"}} {
		if err := rename(step.title, step.token); err != nil {
			t.Fatal(err)
		}
	}
	if got := *c.getPlan(plan).IncidentTemplate.Title; got != "two" {
		t.Errorf("title %s", got)
	}

	now.Advance(25 * time.Hour) // forgotten
	if err := rename("one", "a"); err != nil {
		t.Fatal(err)
	}
	if got := *c.getPlan(plan).IncidentTemplate.Title; got != "one" {
		t.Errorf("title %s", got)
	}
}

func TestTokenWithOtherParameters(t *testing.T) {
	c := onboarded(t, emulator.Options{})
	need(c.contacts.CreateContact(c.ctx, personInput("aiko", "t")))(t)
	_, err := c.contacts.CreateContact(c.ctx, personInput("ben", "t"))
	says(t, fails[*contactstypes.ValidationException](t, err), "token")
	in := planInput("down")
	in.ClientToken = aws.String("t")
	need(c.incidents.CreateResponsePlan(c.ctx, in))(t)
	in.DisplayName = aws.String("x")
	_, err = c.incidents.CreateResponsePlan(c.ctx, in)
	fails[*incidentstypes.ValidationException](t, err)

	c = onboarded(t, emulator.Options{Rules: emulator.Rules{TokenConflict: true}})
	need(c.contacts.CreateContact(c.ctx, personInput("aiko", "t")))(t)
	_, err = c.contacts.CreateContact(c.ctx, personInput("ben", "t"))
	fails[*contactstypes.ConflictException](t, err)
	in.DisplayName = nil
	need(c.incidents.CreateResponsePlan(c.ctx, in))(t)
	in.DisplayName = aws.String("x")
	_, err = c.incidents.CreateResponsePlan(c.ctx, in)
	fails[*incidentstypes.ConflictException](t, err)
}

func TestFailureIsNotRemembered(t *testing.T) {
	c := onboarded(t, emulator.Options{})
	web := &ssmcontacts.CreateContactInput{Alias: aws.String("web"), Type: contactstypes.ContactTypeEscalation, IdempotencyToken: aws.String("t"),
		Plan: stages(stage(5, toContact("arn:aws:ssm-contacts:"+home+":"+account+":contact/aiko")))}
	_, err := c.contacts.CreateContact(c.ctx, web)
	fails[*contactstypes.ValidationException](t, err)
	c.person("aiko")
	need(c.contacts.CreateContact(c.ctx, web))(t)
}
