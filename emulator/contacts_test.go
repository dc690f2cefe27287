package emulator_test

import (
	"errors"
	"fmt"
	"strings"
	"testing"

	"github.com/aws/aws-sdk-go-v2/aws"
	"github.com/aws/aws-sdk-go-v2/service/ssmcontacts"
	"github.com/aws/aws-sdk-go-v2/service/ssmcontacts/types"
	"github.com/aws/smithy-go/middleware"
	"github.com/google/go-cmp/cmp"
	"github.com/google/go-cmp/cmp/cmpopts"

	"github.com/watchbill/watchbill/emulator"
)

// same compares outputs of the SDK; what the SDK adds to them is not the emulator's.
var same = cmp.Options{
	cmpopts.IgnoreTypes(middleware.Metadata{}),
	cmp.FilterPath(func(p cmp.Path) bool { return p.Last().String() == ".noSmithyDocumentSerde" }, cmp.Ignore()),
}

// fails asserts the type of an error, and returns it to look at its members.
func fails[E error](t testing.TB, err error) E {
	t.Helper()
	var want E
	if !errors.As(err, &want) {
		t.Fatalf("got %v, want a %T", err, want)
	}
	return want
}

// says asserts a piece of an error's text.
func says(t testing.TB, err error, text string) {
	t.Helper()
	if err == nil || !strings.Contains(err.Error(), text) {
		t.Errorf("got %v, want %q", err, text)
	}
}

func stages(s ...types.Stage) *types.Plan { return &types.Plan{Stages: s} }

func stage(minutes int32, targets ...types.Target) types.Stage {
	if targets == nil {
		targets = []types.Target{}
	}
	return types.Stage{DurationInMinutes: &minutes, Targets: targets}
}

func toChannel(arn string) types.Target {
	return types.Target{ChannelTargetInfo: &types.ChannelTargetInfo{ContactChannelId: &arn}}
}

func toContact(arn string) types.Target {
	return types.Target{ContactTargetInfo: &types.ContactTargetInfo{ContactId: &arn, IsEssential: aws.Bool(true)}}
}

func (c *clients) getContact(arn string) *ssmcontacts.GetContactOutput {
	c.t.Helper()
	return need(c.contacts.GetContact(c.ctx, &ssmcontacts.GetContactInput{ContactId: &arn}))(c.t)
}

func (c *clients) updatePlan(arn string, p *types.Plan) error {
	_, err := c.contacts.UpdateContact(c.ctx, &ssmcontacts.UpdateContactInput{ContactId: &arn, Plan: p})
	return err
}

func TestContactReadsBackAsGiven(t *testing.T) {
	c := onboarded(t, emulator.Options{})
	for name, in := range map[string]*ssmcontacts.CreateContactInput{
		"no name":     {Type: types.ContactTypePersonal, Plan: &types.Plan{Stages: []types.Stage{}}},
		"empty name":  {Type: types.ContactTypePersonal, Plan: &types.Plan{Stages: []types.Stage{}}, DisplayName: aws.String("")},
		"accents":     {Type: types.ContactTypePersonal, Plan: &types.Plan{Stages: []types.Stage{}}, DisplayName: aws.String("Zoë Łukasz 佐藤 愛子")},
		"escalation":  {Type: types.ContactTypeEscalation, Plan: stages(stage(10), stage(30))},
		"schedule":    {Type: types.ContactTypeOncallSchedule, Plan: &types.Plan{}},
		"no rotation": {Type: types.ContactTypeOncallSchedule, Plan: &types.Plan{RotationIds: []string{}}},
	} {
		t.Run(name, func(t *testing.T) {
			in.Alias = aws.String(strings.ReplaceAll(name, " ", "-"))
			arn := need(c.contacts.CreateContact(c.ctx, in))(t).ContactArn
			want := &ssmcontacts.GetContactOutput{ContactArn: arn, Alias: in.Alias, DisplayName: in.DisplayName, Type: in.Type, Plan: in.Plan}
			if diff := cmp.Diff(want, c.getContact(*arn), same); diff != "" {
				t.Error(diff)
			}
		})
	}
}

func TestAliasIsUniqueOverAllTypes(t *testing.T) {
	c := onboarded(t, emulator.Options{})
	arn := c.person("web")
	_, err := c.contacts.CreateContact(c.ctx, &ssmcontacts.CreateContactInput{Alias: aws.String("web"),
		Type: types.ContactTypeOncallSchedule, Plan: &types.Plan{}})
	if e := fails[*types.ConflictException](t, err); *e.ResourceId != arn || *e.ResourceType != "CONTACT" {
		t.Errorf("conflict names %s %s", *e.ResourceType, *e.ResourceId)
	}
}

func TestUpdateContactIsAPatch(t *testing.T) {
	c := onboarded(t, emulator.Options{})
	arn := c.contact("web", types.ContactTypeEscalation, stages(stage(5)))
	update := func(in ssmcontacts.UpdateContactInput) {
		t.Helper()
		in.ContactId = &arn
		need(c.contacts.UpdateContact(c.ctx, &in))(t)
	}
	update(ssmcontacts.UpdateContactInput{DisplayName: aws.String("Web")})
	if got := c.getContact(arn); *got.DisplayName != "Web" || len(got.Plan.Stages) != 1 {
		t.Errorf("after a new name: %+v", got)
	}
	update(ssmcontacts.UpdateContactInput{Plan: stages(stage(1), stage(2))})
	if got := c.getContact(arn); *got.DisplayName != "Web" || len(got.Plan.Stages) != 2 {
		t.Errorf("after a new plan: %+v", got)
	}
	update(ssmcontacts.UpdateContactInput{DisplayName: aws.String(""), Plan: &types.Plan{Stages: []types.Stage{}}})
	if got := c.getContact(arn); *got.DisplayName != "" || len(got.Plan.Stages) != 0 {
		t.Errorf("after clearing: %+v", got)
	}
}

func TestPlansFitTheirContact(t *testing.T) {
	c := onboarded(t, emulator.Options{})
	aiko, ben := c.person("aiko"), c.person("ben")
	mail := c.channel(aiko, "mail", types.ChannelTypeEmail, "aiko@example.com")
	bens := c.channel(ben, "mail", types.ChannelTypeEmail, "ben@example.com")
	web := c.contact("web", types.ContactTypeEscalation, stages(stage(5, toContact(aiko))))
	primary := c.contact("primary", types.ContactTypeOncallSchedule, &types.Plan{})
	both := toChannel(mail)
	both.ContactTargetInfo = toContact(ben).ContactTargetInfo
	gone := "arn:aws:ssm-contacts:" + home + ":" + account + ":contact/gone"
	noID := toContact(ben)
	noID.ContactTargetInfo = &types.ContactTargetInfo{IsEssential: aws.Bool(false)}

	for name, tc := range map[string]struct {
		contact string
		plan    *types.Plan
		says    string // "" is fine
	}{
		"own channel":           {aiko, stages(stage(0, toChannel(mail)), stage(30)), ""},
		"foreign channel":       {aiko, stages(stage(5, toChannel(bens))), "Invalid resource Arn " + bens},
		"person pages person":   {aiko, stages(stage(5, toContact(ben))), "can only have contact channels"},
		"no wait, nobody":       {aiko, stages(stage(0)), "can only be 0 if the stage has a target"},
		"rotations of a person": {aiko, &types.Plan{RotationIds: []string{}}, "cannot have rotations"},
		"schedule":              {web, stages(stage(5, toContact(primary), toContact(ben))), ""},
		"escalation in itself":  {web, stages(stage(5, toContact(web))), "PERSONAL or ONCALL_SCHEDULE"},
		"channel in escalation": {web, stages(stage(5, toChannel(mail))), "can only have contacts"},
		"unknown contact":       {web, stages(stage(5, toContact(gone))), "Invalid value provided - Invalid resource Arn " + gone},
		"two in one":            {web, stages(stage(5, both)), "Exactly one"},
		"none in one":           {web, stages(stage(5, types.Target{})), "Exactly one"},
		"no contact":            {web, stages(stage(5, noID)), "ContactId must be set"},
		"stages of a schedule": {primary, &types.Plan{Stages: []types.Stage{}},
			"Invalid value provided - ONCALL SCHEDULE contact cannot have stages in plan"},
		"unknown rotation": {primary, &types.Plan{RotationIds: []string{"arn:aws:ssm-contacts:" + home + ":" + account + ":rotation/x"}},
			"Invalid value provided - Invalid resource Arn"},
	} {
		t.Run(name, func(t *testing.T) {
			before := c.getContact(tc.contact)
			err := c.updatePlan(tc.contact, tc.plan)
			if tc.says == "" {
				if err != nil {
					t.Fatal(err)
				}
				if diff := cmp.Diff(tc.plan, c.getContact(tc.contact).Plan, same); diff != "" {
					t.Error(diff)
				}
				return
			}
			fails[*types.ValidationException](t, err)
			says(t, err, tc.says)
			if diff := cmp.Diff(before, c.getContact(tc.contact), same); diff != "" {
				t.Error(diff)
			}
		})
	}
}

func TestDeletedTargetsStayInPlans(t *testing.T) {
	c := onboarded(t, emulator.Options{})
	aiko := c.person("aiko")
	mail := c.channel(aiko, "mail", types.ChannelTypeEmail, "aiko@example.com")
	if err := c.updatePlan(aiko, stages(stage(5, toChannel(mail)))); err != nil {
		t.Fatal(err)
	}
	web := c.contact("web", types.ContactTypeEscalation, stages(stage(5, toContact(aiko))))

	need(c.contacts.DeleteContactChannel(c.ctx, &ssmcontacts.DeleteContactChannelInput{ContactChannelId: &mail}))(t)
	if got := c.getContact(aiko).Plan.Stages[0].Targets; len(got) != 1 {
		t.Errorf("targets of aiko: %v", got)
	}
	need(c.contacts.DeleteContact(c.ctx, &ssmcontacts.DeleteContactInput{ContactId: &aiko}))(t)
	if got := c.getContact(web).Plan.Stages[0].Targets; *got[0].ContactTargetInfo.ContactId != aiko {
		t.Errorf("targets of web: %v", got)
	}
	if err := c.updatePlan(web, c.getContact(web).Plan); err == nil {
		t.Error("a dead target could be written again")
	}

	loose := onboarded(t, emulator.Options{Rules: emulator.Rules{DanglingTargets: true}})
	loose.contact("web", types.ContactTypeEscalation, stages(stage(5, toContact(aiko))))
}

func TestDeletedContact(t *testing.T) {
	c := onboarded(t, emulator.Options{})
	aiko, aik := c.person("aiko"), c.person("aik")
	mail := c.channel(aiko, "mail", types.ChannelTypeEmail, "aiko@example.com")
	other := c.channel(aik, "mail", types.ChannelTypeEmail, "aik@example.com")
	remove := func() error {
		_, err := c.contacts.DeleteContact(c.ctx, &ssmcontacts.DeleteContactInput{ContactId: &aiko})
		return err
	}
	if err := remove(); err != nil {
		t.Fatal(err)
	}
	if e := fails[*types.ResourceNotFoundException](t, remove()); *e.ResourceId != aiko || *e.ResourceType != "CONTACT" {
		t.Errorf("missed: %s %s", *e.ResourceType, *e.ResourceId)
	}
	_, err := c.contacts.GetContactChannel(c.ctx, &ssmcontacts.GetContactChannelInput{ContactChannelId: &mail})
	fails[*types.ResourceNotFoundException](t, err)
	need(c.contacts.GetContactChannel(c.ctx, &ssmcontacts.GetContactChannelInput{ContactChannelId: &other}))(t)
	c.person("aiko") // the alias is free again
}

func TestOtherPeoplesARNs(t *testing.T) {
	c := onboarded(t, emulator.Options{})
	c.person("aiko")
	get := func(arn string) error {
		_, err := c.contacts.GetContact(c.ctx, &ssmcontacts.GetContactInput{ContactId: &arn})
		return err
	}
	says(t, fails[*types.AccessDeniedException](t, get("arn:aws:ssm-contacts:"+home+":999900001111:contact/aiko")), "not authorized")
	fails[*types.ResourceNotFoundException](t, get("arn:aws:ssm-contacts:"+dr+":"+account+":contact/aiko"))
	fails[*types.ValidationException](t, get("arn:aws:ssm-contacts:"+home+":"+account+":rotation/aiko"))
	fails[*types.ValidationException](t, get("arn:aws-cn:ssm-contacts:"+home+":"+account+":contact/aiko"))
	fails[*types.ValidationException](t, get("aiko"))
}

func TestListContacts(t *testing.T) {
	c := onboarded(t, emulator.Options{MaxPage: 3})
	for i := range 7 {
		c.person(fmt.Sprintf("web-%d", i))
	}
	c.contact("web-z", types.ContactTypeEscalation, stages(stage(5)))
	c.person("db")
	list := func(in ssmcontacts.ListContactsInput) (aliases []string, pages int) {
		t.Helper()
		p := ssmcontacts.NewListContactsPaginator(c.contacts, &in)
		for p.HasMorePages() {
			out := need(p.NextPage(c.ctx))(t)
			pages++
			for _, x := range out.Contacts {
				aliases = append(aliases, *x.Alias)
			}
		}
		return aliases, pages
	}
	if all, pages := list(ssmcontacts.ListContactsInput{}); len(all) != 9 || pages != 3 || all[0] != "db" {
		t.Errorf("all: %v in %d pages", all, pages)
	}
	if some, pages := list(ssmcontacts.ListContactsInput{AliasPrefix: aws.String("web-"), MaxResults: aws.Int32(2)}); len(some) != 8 || pages != 4 {
		t.Errorf("by prefix: %v in %d pages", some, pages)
	}
	if some, pages := list(ssmcontacts.ListContactsInput{Type: types.ContactTypeEscalation}); len(some) != 1 || pages != 1 {
		t.Errorf("by type: %v in %d pages", some, pages)
	}

	// A row that comes or goes between two pages moves nothing else.
	first := need(c.contacts.ListContacts(c.ctx, &ssmcontacts.ListContactsInput{}))(t)
	need(c.contacts.DeleteContact(c.ctx, &ssmcontacts.DeleteContactInput{ContactId: first.Contacts[2].ContactArn}))(t)
	c.person("a")
	second := need(c.contacts.ListContacts(c.ctx, &ssmcontacts.ListContactsInput{NextToken: first.NextToken}))(t)
	if *second.Contacts[0].Alias != "web-2" {
		t.Errorf("second page begins with %s", *second.Contacts[0].Alias)
	}
	for name, in := range map[string]*ssmcontacts.ListContactsInput{
		"nonsense":         {NextToken: aws.String("abcd")},
		"another question": {NextToken: first.NextToken, AliasPrefix: aws.String("web")},
	} {
		_, err := c.contacts.ListContacts(c.ctx, in)
		if err == nil {
			t.Errorf("%s: the token was taken", name)
			continue
		}
		says(t, fails[*types.ValidationException](t, err), "NextToken")
	}
}

func TestContactQuotas(t *testing.T) {
	c := onboarded(t, emulator.Options{Quotas: emulator.Quotas{Contacts: 2, StagesPerPlan: 1, ChannelsPerStage: 1}})
	aiko := c.person("aiko")
	mail := c.channel(aiko, "mail", types.ChannelTypeEmail, "aiko@example.com")
	for code, p := range map[string]*types.Plan{
		"L-5AE11799": stages(stage(1), stage(1)),
		"L-F338226A": stages(stage(1, toChannel(mail), toChannel(mail))),
	} {
		if e := fails[*types.ServiceQuotaExceededException](t, c.updatePlan(aiko, p)); *e.QuotaCode != code {
			t.Errorf("quota %s, want %s", *e.QuotaCode, code)
		}
	}
	c.person("ben")
	_, err := c.contacts.CreateContact(c.ctx, &ssmcontacts.CreateContactInput{Alias: aws.String("chie"), Type: types.ContactTypePersonal,
		Plan: &types.Plan{Stages: []types.Stage{}}})
	if e := fails[*types.ServiceQuotaExceededException](t, err); *e.QuotaCode != "L-7DD2017D" || *e.ServiceCode != "ssm-contacts" {
		t.Errorf("quota %s of %s", *e.QuotaCode, *e.ServiceCode)
	}
}
