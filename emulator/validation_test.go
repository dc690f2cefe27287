package emulator_test

import (
	"strings"
	"testing"

	"github.com/aws/aws-sdk-go-v2/aws"
	"github.com/aws/aws-sdk-go-v2/service/ssmcontacts"
	contactstypes "github.com/aws/aws-sdk-go-v2/service/ssmcontacts/types"
	"github.com/aws/aws-sdk-go-v2/service/ssmincidents"
	incidentstypes "github.com/aws/aws-sdk-go-v2/service/ssmincidents/types"
	"github.com/google/go-cmp/cmp"

	"github.com/watchbill/watchbill/emulator"
)

func TestContactsValidation(t *testing.T) {
	c := onboarded(t, emulator.Options{})
	personal := func(alias string, p *contactstypes.Plan) *ssmcontacts.CreateContactInput {
		return &ssmcontacts.CreateContactInput{Alias: &alias, Type: contactstypes.ContactTypePersonal, Plan: p}
	}
	none := &contactstypes.Plan{Stages: []contactstypes.Stage{}}
	for name, tc := range map[string]struct {
		in   *ssmcontacts.CreateContactInput
		want string
	}{
		"pattern": {personal("Aiko", none), "1 validation error detected: Value 'Aiko' at 'alias' failed to satisfy constraint: " +
			`Member must satisfy regular expression pattern: ^[a-z0-9_\-]*$`},
		"whole string": {personal("aiko\n", none), "1 validation error detected: Value 'aiko\n' at 'alias' failed to satisfy constraint: " +
			`Member must satisfy regular expression pattern: ^[a-z0-9_\-]*$`},
		"too short": {personal("", none), "1 validation error detected: Value '' at 'alias' failed to satisfy constraint: " +
			"Member must have length greater than or equal to 1"},
		"two": {&ssmcontacts.CreateContactInput{Alias: aws.String("A"), Type: "PERSON", Plan: none},
			"2 validation errors detected: Value 'A' at 'alias' failed to satisfy constraint: " +
				`Member must satisfy regular expression pattern: ^[a-z0-9_\-]*$; ` +
				"Value 'PERSON' at 'type' failed to satisfy constraint: Member must satisfy enum value set: [PERSONAL, ESCALATION, ONCALL_SCHEDULE]"},
		"deep": {personal("aiko", stages(stage(5), stage(31))), "1 validation error detected: Value '31' at 'plan.stages.2.member.durationInMinutes' " +
			"failed to satisfy constraint: Member must have value less than or equal to 30"},
		"negative": {personal("aiko", stages(stage(-1))), "1 validation error detected: Value '-1' at 'plan.stages.1.member.durationInMinutes' " +
			"failed to satisfy constraint: Member must have value greater than or equal to 0"},
		"deeper": {personal("aiko", stages(stage(5, toChannel("x")))), "1 validation error detected: Value 'x' at " +
			"'plan.stages.1.member.targets.1.member.channelTargetInfo.contactChannelId' failed to satisfy constraint: Member must satisfy " +
			`regular expression pattern: arn:(aws|aws-cn|aws-us-gov):ssm-contacts:[-\w+=\/,.@]*:[0-9]+:([\w+=\/,.@:-]+)*`},
		"list of strings": {&ssmcontacts.CreateContactInput{Alias: aws.String("a"), Type: contactstypes.ContactTypeOncallSchedule,
			Plan: &contactstypes.Plan{RotationIds: []string{"x", "y"}}},
			"1 validation error detected: Value '[x, y]' at 'plan.rotationIds' failed to satisfy constraint: Member must satisfy constraint: " +
				"[Member must have length less than or equal to 2048, Member must have length greater than or equal to 1, " +
				`Member must satisfy regular expression pattern: arn:(aws|aws-cn|aws-us-gov):ssm-contacts:[-\w+=\/,.@]*:[0-9]+:([\w+=\/,.@:-]+)*]`},
		"name": {&ssmcontacts.CreateContactInput{Alias: aws.String("a"), Type: contactstypes.ContactTypePersonal, Plan: none, DisplayName: aws.String("O'Neil")},
			`1 validation error detected: Value 'O'Neil' at 'displayName' failed to satisfy constraint: Member must satisfy regular expression pattern: ^[\p{L}\p{Z}\p{N}_.\-]*$`},
	} {
		t.Run(name, func(t *testing.T) {
			_, err := c.contacts.CreateContact(c.ctx, tc.in)
			e := fails[*contactstypes.ValidationException](t, err)
			if diff := cmp.Diff(tc.want, e.ErrorMessage()); diff != "" {
				t.Error(diff)
			}
			if e.Reason != contactstypes.ValidationExceptionReasonFieldValidationFailed || len(e.Fields) != strings.Count(tc.want, " at '") {
				t.Errorf("reason %s, fields %v", e.Reason, e.Fields)
			}
		})
	}
	long := strings.Repeat("x", 100_000)
	_, err := c.contacts.CreateContact(c.ctx, personal(long, none))
	if e := fails[*contactstypes.ValidationException](t, err); len(e.ErrorMessage()) > 2000 {
		t.Errorf("the message repeats %d bytes", len(e.ErrorMessage()))
	}
}

func TestAddressesAreNotRepeated(t *testing.T) {
	c := onboarded(t, emulator.Options{})
	aiko := c.person("aiko")
	secret := strings.Repeat("+12025550123", 30)
	_, err := c.contacts.CreateContactChannel(c.ctx, &ssmcontacts.CreateContactChannelInput{ContactId: &aiko, Name: aws.String("x"),
		Type: contactstypes.ChannelTypeSms, DeliveryAddress: address(secret)})
	e := fails[*contactstypes.ValidationException](t, err)
	want := "1 validation error detected: Value at 'deliveryAddress.simpleAddress' failed to satisfy constraint: Member must have length less than or equal to 320"
	if e.ErrorMessage() != want {
		t.Error(e.ErrorMessage())
	}
	mail := c.channel(aiko, "mail", contactstypes.ChannelTypeEmail, "aiko@example.com")
	_, err = c.contacts.ActivateContactChannel(c.ctx, &ssmcontacts.ActivateContactChannelInput{ContactChannelId: &mail, ActivationCode: aws.String("12a456")})
	if says(t, err, "Value at 'activationCode' failed"); strings.Contains(err.Error(), "12a456") {
		t.Error(err)
	}
}

func TestIncidentsValidation(t *testing.T) {
	c := onboarded(t, emulator.Options{})
	runbook := func(params map[string][]string, dynamic map[string]incidentstypes.DynamicSsmParameterValue) *ssmincidents.CreateResponsePlanInput {
		in := planInput("x")
		in.Actions = []incidentstypes.Action{&incidentstypes.ActionMemberSsmAutomation{Value: incidentstypes.SsmAutomation{
			DocumentName: aws.String("AWS-Restart"), RoleArn: aws.String("arn:aws:iam::111122223333:role/x"), Parameters: params, DynamicParameters: dynamic}}}
		return in
	}
	with := func(change func(*ssmincidents.CreateResponsePlanInput)) *ssmincidents.CreateResponsePlanInput {
		in := planInput("x")
		change(in)
		return in
	}
	for name, tc := range map[string]struct {
		in   *ssmincidents.CreateResponsePlanInput
		want string
	}{
		// The very message of [tf #32057].
		"empty maps": {runbook(map[string][]string{}, map[string]incidentstypes.DynamicSsmParameterValue{}),
			"2 validation errors detected: Value '{}' at 'actions.1.member.ssmAutomation.dynamicParameters' failed to satisfy constraint: Member must have length greater than or equal to 1; " +
				"Value '{}' at 'actions.1.member.ssmAutomation.parameters' failed to satisfy constraint: Member must have length greater than or equal to 1"},
		"variable": {runbook(nil, map[string]incidentstypes.DynamicSsmParameterValue{"a": &incidentstypes.DynamicSsmParameterValueMemberVariable{Value: "X"}}),
			"1 validation error detected: Value 'X' at 'actions.1.member.ssmAutomation.dynamicParameters.a.member.variable' failed to satisfy constraint: " +
				"Member must satisfy enum value set: [INCIDENT_RECORD_ARN, INVOLVED_RESOURCES]"},
		"impact": {with(func(in *ssmincidents.CreateResponsePlanInput) { in.IncidentTemplate.Impact = aws.Int32(6) }),
			"1 validation error detected: Value '6' at 'incidentTemplate.impact' failed to satisfy constraint: Member must have value less than or equal to 5"},
		"name": {with(func(in *ssmincidents.CreateResponsePlanInput) { in.Name = aws.String("a b") }),
			"1 validation error detected: Value 'a b' at 'name' failed to satisfy constraint: Member must satisfy regular expression pattern: ^[a-zA-Z0-9-_]*$"},
		"tag keys": {with(func(in *ssmincidents.CreateResponsePlanInput) { in.Tags = map[string]string{"aws:a": "b"} }),
			"1 validation error detected: Value '{aws:a=b}' at 'tags' failed to satisfy constraint: Map keys must satisfy constraint: " +
				"[Member must have length less than or equal to 128, Member must have length greater than or equal to 1, Member must satisfy regular expression pattern: ^(?!aws:)[A-Za-z0-9 _=@:.+-/]+$]"},
		"tag values": {with(func(in *ssmincidents.CreateResponsePlanInput) { in.Tags = map[string]string{"a": "ü"} }),
			"1 validation error detected: Value '{a=ü}' at 'tags' failed to satisfy constraint: Map value must satisfy constraint: " +
				"[Member must have length less than or equal to 256, Member must have length greater than or equal to 0, Member must satisfy regular expression pattern: ^[A-Za-z0-9 _=@:.+-/]*$]"},
		"no tags": {with(func(in *ssmincidents.CreateResponsePlanInput) { in.Tags = map[string]string{} }),
			"1 validation error detected: Value '{}' at 'tags' failed to satisfy constraint: Member must have length greater than or equal to 1"},
		"no topics": {with(func(in *ssmincidents.CreateResponsePlanInput) {
			in.ChatChannel = &incidentstypes.ChatChannelMemberChatbotSns{Value: []string{}}
		}),
			"1 validation error detected: Value '[]' at 'chatChannel.chatbotSns' failed to satisfy constraint: Member must have length greater than or equal to 1"},
		"engagements": {with(func(in *ssmincidents.CreateResponsePlanInput) {
			in.Engagements = []string{"1", "2", "3", "4", "5", "6"}
		}),
			"2 validation errors detected: Value '[1, 2, 3, 4, 5, 6]' at 'engagements' failed to satisfy constraint: Member must have length less than or equal to 5; " +
				"Value '[1, 2, 3, 4, 5, 6]' at 'engagements' failed to satisfy constraint: Member must satisfy constraint: [Member must have length less than or equal to 2048, " +
				"Member must have length greater than or equal to 0, Member must satisfy regular expression pattern: ^arn:aws(-cn|-us-gov)?:ssm-contacts:[a-z0-9-]*:([0-9]{12}):contact/[a-z0-9_-]+$]"},
		"role": {with(func(in *ssmincidents.CreateResponsePlanInput) {
			in.Actions = runbook(nil, nil).Actions
			in.Actions[0].(*incidentstypes.ActionMemberSsmAutomation).Value.RoleArn = aws.String("role")
		}),
			"1 validation error detected: Value 'role' at 'actions.1.member.ssmAutomation.roleArn' failed to satisfy constraint: Member must satisfy regular expression pattern: ^arn:aws(-cn|-us-gov)?:iam::([0-9]{12})?:role/.+$"},
	} {
		t.Run(name, func(t *testing.T) {
			_, err := c.incidents.CreateResponsePlan(c.ctx, tc.in)
			if diff := cmp.Diff(tc.want, fails[*incidentstypes.ValidationException](t, err).ErrorMessage()); diff != "" {
				t.Error(diff)
			}
		})
	}
}
