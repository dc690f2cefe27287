package kind

import (
	"context"

	"github.com/aws/aws-sdk-go-v2/aws"
	"github.com/aws/aws-sdk-go-v2/service/ssmcontacts"
	"github.com/aws/aws-sdk-go-v2/service/ssmcontacts/types"

	"github.com/watchbill/watchbill/compiler/ast"
)

// Contact is a person. How they are reached are kinds of their own (channel,
// engagement_plan): a stage names channels, a channel needs its contact, so AWS
// forces several steps.
type Contact struct {
	DisplayName string            `json:"display_name"`
	Tags        map[string]string `json:"tags"`
}

const contactKind = "contact"

var contact = &Kind[Contact]{
	Name:    contactKind,
	Desired: desiredContacts,
	ARN:     func(env *Env, alias string) string { return env.contactARN(alias) },
	Tags:    func(c Contact) map[string]string { return c.Tags },
	List:    listContacts,
	Read:    readContact,
	Create:  createContact,
	Update:  updateContact,
	Delete:  deleteContact,
	Operations: Operations{
		Read: []string{"ssm-contacts:ListContacts"},
		Write: []string{"ssm-contacts:CreateContact", "ssm-contacts:UpdateContact", "ssm-contacts:DeleteContact",
			"ssm-contacts:TagResource", "ssm-contacts:UntagResource"},
		Leave: []string{"ssm-contacts:DeleteContact"},
	},
	Reach: []Reach{{iamContact, itself}},
}

func desiredContacts(p *ast.Plan, add func(Item[Contact])) {
	for _, c := range p.Contacts {
		add(Item[Contact]{
			Name:    c.Name.V,
			Spec:    Contact{DisplayName: c.DisplayName.V, Tags: tagged(c.Tags, c.Protect, protectedChannels(c)...)},
			Origin:  c.Name.Pos(),
			Protect: c.Protect.V,
		})
	}
}

func listContacts(ctx context.Context, env *Env, _ *Found) ([]Found, error) {
	return env.contactsOfType(ctx, types.ContactTypePersonal)
}

// readContact asks nothing: the list has it all.
func readContact(_ context.Context, _ *Env, f Found) (Contact, bool, error) {
	c := f.Summary.(types.Contact)
	return Contact{DisplayName: aws.ToString(c.DisplayName), Tags: f.comparableTags()}, true, nil
}

// createContact makes a contact that pages nobody yet: AWS wants a plan, and the
// channels a plan names need the contact first.
func createContact(ctx context.Context, env *Env, alias string, want Contact) (string, error) {
	out, err := env.aws.Contacts.CreateContact(ctx, &ssmcontacts.CreateContactInput{
		Alias: &alias, DisplayName: &want.DisplayName, Type: types.ContactTypePersonal,
		Plan: &types.Plan{Stages: []types.Stage{}}, Tags: contactTags(env.marked(want.Tags)),
		IdempotencyToken: aws.String(env.token(contactKind, alias)),
	})
	if err != nil {
		return "", err
	}
	return aws.ToString(out.ContactArn), nil
}

func updateContact(ctx context.Context, env *Env, f Found, have, want Contact) error {
	if have.DisplayName != want.DisplayName {
		_, err := env.aws.Contacts.UpdateContact(ctx, &ssmcontacts.UpdateContactInput{ContactId: &f.ID, DisplayName: &want.DisplayName})
		if err != nil {
			return err
		}
	}
	return env.setTags(ctx, f.ID, have.Tags, want.Tags)
}

func deleteContact(ctx context.Context, env *Env, f Found, _ Contact) error {
	return env.dropContact(ctx, f.ID)
}
