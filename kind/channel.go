package kind

import (
	"context"
	"fmt"
	"slices"

	"github.com/aws/aws-sdk-go-v2/aws"
	"github.com/aws/aws-sdk-go-v2/service/ssmcontacts"
	"github.com/aws/aws-sdk-go-v2/service/ssmcontacts/types"

	"github.com/watchbill/watchbill/compiler/ast"
	"github.com/watchbill/watchbill/internal/mask"
	"github.com/watchbill/watchbill/internal/resource"
)

// Channel is one way to reach a contact. Its activation is the person's doing and
// no part of the spec: watchbill shows it and never changes it.
type Channel struct {
	Name    string      `json:"name"`                // as AWS shows it: the plan's key, unless it has a name:
	Type    string      `json:"type" diff:"replace"` // EMAIL, SMS or VOICE
	Address mask.String `json:"address" diff:"secret"`
}

const channelKind = "channel"

// The status of a live channel. Only an activated one pages its owner.
const (
	Activated    = string(types.ActivationStatusActivated)
	NotActivated = string(types.ActivationStatusNotActivated)
)

var channel = &Kind[Channel]{
	Name:    channelKind,
	Parent:  contactKind,
	Desired: desiredChannels,
	List:    listChannels,
	Read:    readChannel,
	Create:  createChannel,
	Update:  updateChannel,
	Delete:  deleteChannel,
	Notes:   channelNotes,
	Operations: Operations{
		Read: []string{"ssm-contacts:ListContactChannels", "ssm-contacts:GetContactChannel"},
		Write: []string{"ssm-contacts:CreateContactChannel", "ssm-contacts:UpdateContactChannel",
			"ssm-contacts:DeleteContactChannel", "ssm-contacts:SendActivationCode"},
		Leave: []string{"ssm-contacts:DeleteContactChannel"},
	},
	Reach: []Reach{{iamContact, parentName}, {iamChannel, parentName}},
}

func desiredChannels(p *ast.Plan, add func(Item[Channel])) {
	for _, c := range p.Contacts {
		for _, ch := range c.Channels {
			add(Item[Channel]{
				Name:    c.Name.V + "/" + ch.Name.V,
				Spec:    Channel{Name: ch.DisplayName.Or(ch.Name.V), Type: ch.Type.V, Address: ch.Address.Value},
				Origin:  ch.Name.Pos(),
				Protect: ch.Protect.V || c.Protect.V,
			})
		}
	}
}

// protectedChannels are the keys of the channels with a protection of their own.
func protectedChannels(c *ast.Contact) []string {
	var out []string
	for _, ch := range c.Channels {
		if ch.Protect.V {
			out = append(out, ch.Name.V)
		}
	}
	return out
}

func listChannels(ctx context.Context, env *Env, parent *Found) ([]Found, error) {
	var found []Found
	pages := ssmcontacts.NewListContactChannelsPaginator(env.aws.Contacts, &ssmcontacts.ListContactChannelsInput{ContactId: &parent.ID})
	for pages.HasMorePages() {
		page, err := pages.NextPage(ctx)
		if err != nil {
			return nil, err
		}
		for _, c := range page.ContactChannels {
			if c.Type == "" { // optional in a list, and its absence is no other type
				one, err := env.aws.Contacts.GetContactChannel(ctx, &ssmcontacts.GetContactChannelInput{ContactChannelId: c.ContactChannelArn})
				if err != nil {
					return nil, err
				}
				c.Type = one.Type
			}
			found = append(found, Found{ID: aws.ToString(c.ContactChannelArn), Summary: observedChannel(c), Status: string(c.ActivationStatus)})
		}
	}
	env.nameChannels(parent.Name, found)
	return found, nil
}

func observedChannel(c types.ContactChannel) Channel {
	out := Channel{Name: aws.ToString(c.Name), Type: string(c.Type)}
	if c.DeliveryAddress != nil {
		out.Address = mask.New(aws.ToString(c.DeliveryAddress.SimpleAddress))
	}
	return out
}

// nameChannels says which channel of the plan each live one is. A name is only a label
// in AWS, the activation belongs to type and address: a live channel with those of a
// desired one is that one, whatever it is called. Deleting it and creating another
// would cost the person a code to enter. The others are who their names say; but one
// whose name passes to another channel so gets a name that no plan can say.
func (e *Env) nameChannels(contact string, live []Found) {
	type wanted struct {
		key string
		Channel
	}
	var missing []wanted // desired and not found yet
	for _, o := range e.wanted[resource.Addr{Kind: contactKind, Name: contact}] {
		if want, ok := o.Spec.(Channel); ok {
			_, key := cutLast(o.Addr.Name)
			missing = append(missing, wanted{key, want})
		}
	}
	keys := make([]string, len(live))
	find := func(same func(have, want Channel) bool) {
		for i, f := range live {
			have := f.Summary.(Channel)
			at := slices.IndexFunc(missing, func(want wanted) bool { return same(have, want.Channel) })
			if keys[i] == "" && at >= 0 {
				keys[i] = missing[at].key
				missing = slices.Delete(missing, at, at+1)
			}
		}
	}
	find(func(have, want Channel) bool { return have == want })
	stayed := slices.Clone(keys)
	find(func(have, want Channel) bool { return have.Type == want.Type && have.Address == want.Address })
	found := slices.Clone(keys)
	for i, f := range live {
		if keys[i] == "" {
			keys[i] = f.Summary.(Channel).Name
			if at := slices.IndexFunc(missing, func(want wanted) bool { return want.Name == keys[i] }); at >= 0 {
				keys[i] = missing[at].key
			}
			if slices.Contains(found, keys[i]) && !slices.Contains(stayed, keys[i]) {
				keys[i] = unsayable(f.ID)
			}
		}
		if e.ReadAll {
			keys[i] = unsayable(f.ID)
		}
		live[i].Name = contact + "/" + keys[i]
	}
}

// readChannel asks nothing: the list has it all.
func readChannel(_ context.Context, _ *Env, f Found) (Channel, bool, error) {
	return f.Summary.(Channel), true, nil
}

// createChannel lets AWS send the activation code at once: a channel pages nobody
// before its owner has entered it.
func createChannel(ctx context.Context, env *Env, name string, want Channel) (string, error) {
	owner, err := env.ID(resource.Addr{Kind: contactKind, Name: parentName(name)})
	if err != nil {
		return "", err
	}
	out, err := env.aws.Contacts.CreateContactChannel(ctx, &ssmcontacts.CreateContactChannelInput{
		ContactId: &owner, Name: &want.Name, Type: types.ChannelType(want.Type),
		DeliveryAddress:  &types.ContactChannelAddress{SimpleAddress: aws.String(want.Address.Reveal())},
		IdempotencyToken: aws.String(env.token(channelKind, name)),
	})
	if err != nil {
		return "", err
	}
	return aws.ToString(out.ContactChannelArn), nil
}

// updateChannel sends the address only when it differs: writing it anew would
// deactivate the channel.
func updateChannel(ctx context.Context, env *Env, f Found, have, want Channel) error {
	in := &ssmcontacts.UpdateContactChannelInput{ContactChannelId: &f.ID}
	if have.Name != want.Name {
		in.Name = &want.Name
	}
	if have.Address != want.Address {
		in.DeliveryAddress = &types.ContactChannelAddress{SimpleAddress: aws.String(want.Address.Reveal())}
	}
	if in.Name == nil && in.DeliveryAddress == nil {
		return nil
	}
	if _, err := env.aws.Contacts.UpdateContactChannel(ctx, in); err != nil || in.DeliveryAddress == nil {
		return err
	}
	// AWS does not say whether a new address is sent a code by itself, so one is asked for.
	_, err := env.aws.Contacts.SendActivationCode(ctx, &ssmcontacts.SendActivationCodeInput{ContactChannelId: &f.ID})
	return err
}

func deleteChannel(ctx context.Context, env *Env, f Found, _ Channel) error {
	_, err := env.aws.Contacts.DeleteContactChannel(ctx, &ssmcontacts.DeleteContactChannelInput{ContactChannelId: &f.ID})
	return unlessGone(err)
}

func channelNotes(have, want *Channel) []string {
	switch {
	case want == nil:
		return nil
	case have == nil || have.Type != want.Type:
		return []string{fmt.Sprintf("pages nobody until its owner has entered the code that AWS sends to %s by %s", want.Address, spoken(want.Type))}
	case have.Address != want.Address:
		return []string{fmt.Sprintf("the new address needs a new activation: the channel pages nobody until its owner has entered the code that AWS sends to %s by %s", want.Address, spoken(want.Type))}
	}
	return nil
}

// spoken is a channel type in a sentence.
func spoken(channelType string) string {
	return map[string]string{"EMAIL": "e-mail", "SMS": "text message", "VOICE": "phone call"}[channelType]
}
