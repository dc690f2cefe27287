package emulator_test

import (
	"strings"
	"testing"
	"time"

	"github.com/aws/aws-sdk-go-v2/aws"
	"github.com/aws/aws-sdk-go-v2/service/ssmcontacts"
	"github.com/aws/aws-sdk-go-v2/service/ssmcontacts/types"
	"github.com/google/go-cmp/cmp"

	"github.com/watchbill/watchbill/emulator"
)

func address(s string) *types.ContactChannelAddress {
	return &types.ContactChannelAddress{SimpleAddress: &s}
}

func (c *clients) getChannel(arn string) *ssmcontacts.GetContactChannelOutput {
	c.t.Helper()
	return need(c.contacts.GetContactChannel(c.ctx, &ssmcontacts.GetContactChannelInput{ContactChannelId: &arn}))(c.t)
}

// outbox is what devices got.
type outbox struct {
	Messages []struct{ Kind, Address, Code, Channel_ARN, Contact_ARN string }
}

func (c *clients) outbox() outbox {
	var o outbox
	c.door("outbox", &o)
	return o
}

func TestChannelReadsBackAsGiven(t *testing.T) {
	c := onboarded(t, emulator.Options{MaxPage: 2})
	aiko := c.person("aiko")
	var want []types.ContactChannel
	for _, x := range []struct {
		name string
		kind types.ChannelType
		addr string
	}{{"mail", types.ChannelTypeEmail, "aiko@example.com"}, {"text", types.ChannelTypeSms, "+12025550123"}, {"phone", types.ChannelTypeVoice, "+12025550123"}} {
		arn := c.channel(aiko, x.name, x.kind, x.addr)
		if !strings.HasPrefix(arn, "arn:aws:ssm-contacts:"+home+":"+account+":contact-channel/aiko/") || len(arn)-strings.LastIndexByte(arn, '/') != 37 {
			t.Errorf("ARN %s", arn)
		}
		got := c.getChannel(arn)
		if diff := cmp.Diff(&ssmcontacts.GetContactChannelOutput{ContactArn: &aiko, ContactChannelArn: &arn, Name: &x.name, Type: x.kind,
			DeliveryAddress: address(x.addr), ActivationStatus: types.ActivationStatusNotActivated}, got, same); diff != "" {
			t.Error(diff)
		}
		want = append(want, types.ContactChannel{ContactArn: &aiko, ContactChannelArn: &arn, Name: &x.name, Type: x.kind,
			DeliveryAddress: address(x.addr), ActivationStatus: types.ActivationStatusNotActivated})
	}
	var got []types.ContactChannel
	pages := 0
	for p := ssmcontacts.NewListContactChannelsPaginator(c.contacts, &ssmcontacts.ListContactChannelsInput{ContactId: &aiko}); p.HasMorePages(); pages++ {
		got = append(got, need(p.NextPage(c.ctx))(t).ContactChannels...)
	}
	byARN := cmp.Transformer("byARN", func(list []types.ContactChannel) map[string]types.ContactChannel {
		m := map[string]types.ContactChannel{}
		for _, ch := range list {
			m[*ch.ContactChannelArn] = ch
		}
		return m
	})
	if diff := cmp.Diff(want, got, same, byARN); diff != "" || pages != 2 {
		t.Errorf("%d pages: %s", pages, diff)
	}
}

func TestChannelsThatAreRefused(t *testing.T) {
	c := onboarded(t, emulator.Options{})
	aiko := c.person("aiko")
	web := c.contact("web", types.ContactTypeEscalation, stages(stage(5)))
	gone := "arn:aws:ssm-contacts:" + home + ":" + account + ":contact/gone"
	for name, in := range map[string]*ssmcontacts.CreateContactChannelInput{
		"unknown contact":  {ContactId: &gone, Type: types.ChannelTypeEmail, DeliveryAddress: address("aiko@example.com")},
		"not a person":     {ContactId: &web, Type: types.ChannelTypeEmail, DeliveryAddress: address("aiko@example.com")},
		"no address":       {ContactId: &aiko, Type: types.ChannelTypeEmail, DeliveryAddress: &types.ContactChannelAddress{}},
		"no plus":          {ContactId: &aiko, Type: types.ChannelTypeSms, DeliveryAddress: address("12025550123")},
		"short phone":      {ContactId: &aiko, Type: types.ChannelTypeVoice, DeliveryAddress: address("+1202555")},
		"phone with space": {ContactId: &aiko, Type: types.ChannelTypeVoice, DeliveryAddress: address("+1 202 555 0123")},
		"mail as phone":    {ContactId: &aiko, Type: types.ChannelTypeVoice, DeliveryAddress: address("aiko@example.com")},
		"phone as mail":    {ContactId: &aiko, Type: types.ChannelTypeEmail, DeliveryAddress: address("+12025550123")},
		"two ats":          {ContactId: &aiko, Type: types.ChannelTypeEmail, DeliveryAddress: address("a@b@example.com")},
		"empty":            {ContactId: &aiko, Type: types.ChannelTypeEmail, DeliveryAddress: address("")},
		"endless":          {ContactId: &aiko, Type: types.ChannelTypeEmail, DeliveryAddress: address(strings.Repeat("a", 320) + "@example.com")},
	} {
		t.Run(name, func(t *testing.T) {
			in.Name = aws.String("x")
			_, err := c.contacts.CreateContactChannel(c.ctx, in)
			fails[*types.ValidationException](t, err)
			// The promise that no address gets into any output holds for errors too.
			if a := in.DeliveryAddress.SimpleAddress; a != nil && *a != "" && strings.Contains(err.Error(), *a) {
				t.Errorf("the address is in the error: %v", err)
			}
		})
	}
	if got := c.outbox().Messages; len(got) != 0 {
		t.Errorf("outbox: %v", got)
	}
	anything := onboarded(t, emulator.Options{Rules: emulator.Rules{UncheckedAddresses: true}})
	anything.channel(anything.person("aiko"), "x", types.ChannelTypeSms, "whatever")
}

func TestSameAddressTwice(t *testing.T) {
	c := onboarded(t, emulator.Options{})
	aiko, ben := c.person("aiko"), c.person("ben")
	first := c.channel(aiko, "mail", types.ChannelTypeEmail, "aiko@example.com")
	c.channel(ben, "mail", types.ChannelTypeEmail, "aiko@example.com") // another person may
	second := c.channel(aiko, "mail", types.ChannelTypeEmail, "other@example.com")
	in := &ssmcontacts.CreateContactChannelInput{ContactId: &aiko, Name: aws.String("again"), Type: types.ChannelTypeEmail,
		DeliveryAddress: address("aiko@example.com")}
	_, err := c.contacts.CreateContactChannel(c.ctx, in)
	if e := fails[*types.ConflictException](t, err); *e.ResourceId != first {
		t.Errorf("conflict with %s", *e.ResourceId)
	}
	_, err = c.contacts.UpdateContactChannel(c.ctx, &ssmcontacts.UpdateContactChannelInput{ContactChannelId: &second, DeliveryAddress: address("aiko@example.com")})
	fails[*types.ConflictException](t, err)
	need(c.contacts.UpdateContactChannel(c.ctx, &ssmcontacts.UpdateContactChannelInput{ContactChannelId: &first, DeliveryAddress: address("aiko@example.com")}))(t)

	twice := onboarded(t, emulator.Options{Rules: emulator.Rules{DuplicateChannels: true}})
	twice.person("aiko")
	twice.channel(aiko, "one", types.ChannelTypeEmail, "aiko@example.com")
	twice.channel(aiko, "two", types.ChannelTypeEmail, "aiko@example.com")
}

func TestUpdateChannelIsAPatch(t *testing.T) {
	c := onboarded(t, emulator.Options{})
	arn := c.channel(c.person("aiko"), "mail", types.ChannelTypeEmail, "aiko@example.com")
	c.activate(arn)
	update := func(in ssmcontacts.UpdateContactChannelInput) {
		t.Helper()
		in.ContactChannelId = &arn
		need(c.contacts.UpdateContactChannel(c.ctx, &in))(t)
	}
	update(ssmcontacts.UpdateContactChannelInput{Name: aws.String("work")})
	if got := c.getChannel(arn); *got.Name != "work" || got.ActivationStatus != types.ActivationStatusActivated {
		t.Errorf("a new name: %s %s", *got.Name, got.ActivationStatus)
	}
	update(ssmcontacts.UpdateContactChannelInput{DeliveryAddress: address("aiko@example.com")})
	if got := c.getChannel(arn); got.ActivationStatus != types.ActivationStatusActivated {
		t.Error("the same address deactivated the channel")
	}
	update(ssmcontacts.UpdateContactChannelInput{DeliveryAddress: address("sato@example.com")})
	if got := c.getChannel(arn); got.ActivationStatus != types.ActivationStatusNotActivated || *got.DeliveryAddress.SimpleAddress != "sato@example.com" {
		t.Errorf("a new address: %s", got.ActivationStatus)
	}
}

func TestDeletedChannel(t *testing.T) {
	c := onboarded(t, emulator.Options{})
	arn := c.channel(c.person("aiko"), "mail", types.ChannelTypeEmail, "aiko@example.com")
	need(c.contacts.DeleteContactChannel(c.ctx, &ssmcontacts.DeleteContactChannelInput{ContactChannelId: &arn}))(t)
	_, err := c.contacts.DeleteContactChannel(c.ctx, &ssmcontacts.DeleteContactChannelInput{ContactChannelId: &arn})
	if e := fails[*types.ResourceNotFoundException](t, err); *e.ResourceType != "CONTACT_CHANNEL" {
		t.Errorf("missed a %s", *e.ResourceType)
	}
}

// activate sends a code, reads it from the device and gives it back.
func (c *clients) activate(channel string) {
	c.t.Helper()
	need(c.contacts.SendActivationCode(c.ctx, &ssmcontacts.SendActivationCodeInput{ContactChannelId: &channel}))(c.t)
	messages := c.outbox().Messages
	need(c.contacts.ActivateContactChannel(c.ctx, &ssmcontacts.ActivateContactChannelInput{ContactChannelId: &channel,
		ActivationCode: &messages[len(messages)-1].Code}))(c.t)
}

func TestActivation(t *testing.T) {
	c := onboarded(t, emulator.Options{})
	aiko := c.person("aiko")
	arn := *need(c.contacts.CreateContactChannel(c.ctx, &ssmcontacts.CreateContactChannelInput{ContactId: &aiko,
		Name: aws.String("phone"), Type: types.ChannelTypeSms, DeliveryAddress: address("+12025550123")}))(t).ContactChannelArn
	got := c.outbox().Messages
	if len(got) != 1 || got[0].Address != "+12025550123" || got[0].Channel_ARN != arn || got[0].Contact_ARN != aiko || len(got[0].Code) != 6 {
		t.Fatalf("outbox: %v", got)
	}
	code := got[0].Code
	enter := func(code string) error {
		_, err := c.contacts.ActivateContactChannel(c.ctx, &ssmcontacts.ActivateContactChannelInput{ContactChannelId: &arn, ActivationCode: &code})
		return err
	}
	wrong := "000000"
	if code == wrong {
		wrong = "000001"
	}
	says(t, fails[*types.ValidationException](t, enter(wrong)), "not valid")
	if err := enter(code); err != nil {
		t.Fatal(err)
	}
	if c.getChannel(arn).ActivationStatus != types.ActivationStatusActivated {
		t.Error("the code did not activate")
	}
	fails[*types.ValidationException](t, enter(code)) // once

	need(c.contacts.DeactivateContactChannel(c.ctx, &ssmcontacts.DeactivateContactChannelInput{ContactChannelId: &arn}))(t)
	if c.getChannel(arn).ActivationStatus != types.ActivationStatusNotActivated {
		t.Error("still activated")
	}
	for range 2 {
		need(c.contacts.SendActivationCode(c.ctx, &ssmcontacts.SendActivationCodeInput{ContactChannelId: &arn}))(t)
	}
	codes := c.outbox().Messages
	if old, last := codes[1].Code, codes[2].Code; old != last {
		fails[*types.ValidationException](t, enter(old)) // only the newest counts
	}
	if err := enter(codes[2].Code); err != nil {
		t.Error(err)
	}
	gone := arn + "x"
	_, err := c.contacts.SendActivationCode(c.ctx, &ssmcontacts.SendActivationCodeInput{ContactChannelId: &gone})
	fails[*types.ResourceNotFoundException](t, err)
	_, err = c.contacts.DeactivateContactChannel(c.ctx, &ssmcontacts.DeactivateContactChannelInput{ContactChannelId: &gone})
	fails[*types.ResourceNotFoundException](t, err)
}

func TestOutboxIsBounded(t *testing.T) {
	c := onboarded(t, emulator.Options{})
	arn := c.channel(c.person("aiko"), "mail", types.ChannelTypeEmail, "aiko@example.com")
	for range 1010 {
		need(c.contacts.SendActivationCode(c.ctx, &ssmcontacts.SendActivationCodeInput{ContactChannelId: &arn}))(t)
	}
	messages := c.outbox().Messages
	if len(messages) != 1000 {
		t.Errorf("%d messages", len(messages))
	}
	need(c.contacts.ActivateContactChannel(c.ctx, &ssmcontacts.ActivateContactChannelInput{ContactChannelId: &arn,
		ActivationCode: &messages[999].Code}))(t)
}

func TestActivationCodesExpire(t *testing.T) {
	for _, tt := range []struct {
		life, after time.Duration
		good        bool
	}{{0, 24*time.Hour - time.Second, true}, {0, 24 * time.Hour, false}, {time.Minute, time.Minute, false}, {-1, 1000 * time.Hour, true}} {
		h := heldAccount(t, emulator.Options{Rules: emulator.Rules{ActivationLifetime: tt.life}})
		ch := h.channel(h.person("aiko"), "phone", types.ChannelTypeSms, "+12025550123")
		need(h.contacts.SendActivationCode(h.ctx, &ssmcontacts.SendActivationCodeInput{ContactChannelId: &ch}))(t)
		code := h.outbox()[0].Code
		h.after(tt.after)
		_, err := h.contacts.ActivateContactChannel(h.ctx, &ssmcontacts.ActivateContactChannelInput{ContactChannelId: &ch, ActivationCode: &code})
		if tt.good != (err == nil) {
			t.Errorf("a code with lifetime %s after %s: %v", tt.life, tt.after, err)
		}
		if err != nil {
			fails[*types.ValidationException](t, err)
			h.activate(ch) // a new one is good
		}
	}
}
