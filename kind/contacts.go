package kind

// What the kinds that AWS keeps as contacts share: people, schedules and escalation
// plans are one resource type there, told apart by a type.

import (
	"context"

	"github.com/aws/aws-sdk-go-v2/aws"
	"github.com/aws/aws-sdk-go-v2/service/ssmcontacts"
	"github.com/aws/aws-sdk-go-v2/service/ssmcontacts/types"

	"github.com/watchbill/watchbill/compiler/ast"
	"github.com/watchbill/watchbill/internal/resource"
)

// contactsPage is the most contacts one list call gives [model].
const contactsPage = 1024

func (e *Env) contactARN(alias string) string {
	return e.arn("ssm-contacts", e.aws.Region(), "contact/"+alias)
}

// contactsOfType are the account's own contacts of one type; the list is read
// once for all types. Contacts that another account shares are not ours to see.
func (e *Env) contactsOfType(ctx context.Context, t types.ContactType) ([]Found, error) {
	all, err := e.allContacts(ctx)
	if err != nil {
		return nil, err
	}
	account := e.Account()
	var out []Found
	for _, c := range all {
		if arn := aws.ToString(c.ContactArn); c.Type == t && accountOf(arn) == account {
			out = append(out, Found{Name: aws.ToString(c.Alias), ID: arn, Summary: c})
		}
	}
	return out, nil
}

// allContacts is the list of contacts of every type, read once a pass.
func (e *Env) allContacts(ctx context.Context) ([]types.Contact, error) {
	return once(e, "contacts", func() ([]types.Contact, error) { return e.listContacts(ctx) })
}

func (e *Env) listContacts(ctx context.Context) ([]types.Contact, error) {
	// Without a replication set the service answers every call with a validation
	// error; but nothing can be there, and that is known.
	if set, err := e.liveSet(ctx); err != nil || set == "" {
		return nil, err
	}
	var out []types.Contact
	pages := ssmcontacts.NewListContactsPaginator(e.aws.Contacts, &ssmcontacts.ListContactsInput{MaxResults: aws.Int32(contactsPage)})
	for pages.HasMorePages() {
		page, err := pages.NextPage(ctx)
		if err != nil {
			return nil, err
		}
		out = append(out, page.Contacts...)
	}
	return out, nil
}

// contactPlan reads the plan of a contact of any type.
func (e *Env) contactPlan(ctx context.Context, id string) (types.Plan, error) {
	out, err := e.aws.Contacts.GetContact(ctx, &ssmcontacts.GetContactInput{ContactId: &id})
	if err != nil || out.Plan == nil {
		return types.Plan{}, err
	}
	return *out.Plan, nil
}

// contactStages reads the stages of a contact of any type.
func (e *Env) contactStages(ctx context.Context, id string) ([]types.Stage, error) {
	plan, err := e.contactPlan(ctx, id)
	return plan.Stages, err
}

// setStages replaces the whole plan of a contact. Stages is never nil on the wire:
// an absent plan would mean "unchanged".
func (e *Env) setStages(ctx context.Context, id string, displayName *string, stages []types.Stage) error {
	if stages == nil {
		stages = []types.Stage{}
	}
	_, err := e.aws.Contacts.UpdateContact(ctx, &ssmcontacts.UpdateContactInput{
		ContactId: &id, DisplayName: displayName, Plan: &types.Plan{Stages: stages},
	})
	return err
}

// dropContact deletes a contact of any type.
func (e *Env) dropContact(ctx context.Context, id string) error {
	_, err := e.aws.Contacts.DeleteContact(ctx, &ssmcontacts.DeleteContactInput{ContactId: &id})
	return unlessGone(err)
}

// eachPiece calls add for every AWS stage of an author's stages.
func eachPiece(stages []*ast.Stage, add func(p piece, s *ast.Stage)) {
	for _, s := range stages {
		for _, p := range cut(minutes(s.Wait), minutes(s.Retry)) {
			add(p, s)
		}
	}
}

// engaged is the address behind the identifier of whom a plan engages.
func (e *Env) engaged(id string) resource.Addr { return e.addrOr(id, contactKind, "") }
