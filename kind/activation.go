package kind

// Activation: AWS sends a code to the device of a channel, and pages the channel only
// once somebody has given the code back. Its owner does that; apply never does.

import (
	"context"
	"fmt"
	"strings"

	"github.com/aws/aws-sdk-go-v2/aws"
	"github.com/aws/aws-sdk-go-v2/service/ssmcontacts"

	"github.com/watchbill/watchbill/internal/awsapi"
	"github.com/watchbill/watchbill/internal/mask"
	"github.com/watchbill/watchbill/internal/resource"
)

// Activation are the AWS actions it takes to have a code sent and to enter it.
var Activation = Operations{
	Read: []string{"sts:GetCallerIdentity", "ssm-contacts:ListTagsForResource",
		"ssm-contacts:ListContactChannels", "ssm-contacts:GetContactChannel"},
	Write: []string{"ssm-contacts:SendActivationCode", "ssm-contacts:ActivateContactChannel"},
}

// WrongCodeError says that AWS did not take an activation code. Said is AWS's reason,
// without an address and without the code.
type WrongCodeError struct{ Said string }

func (e *WrongCodeError) Error() string { return "the code was not accepted: " + e.Said }

// ObserveChannels reads one contact, named without its kind, and its channels, and nothing
// else of the target: three or four calls, however large that is. The contact is not
// in the state when the account has none of that name, and has no channels there when
// it is not ours.
func ObserveChannels(ctx context.Context, env *Env, name string) (*resource.State, error) {
	if err := env.identify(ctx); err != nil {
		return nil, err
	}
	env.TagReads = TagsEach // all tags of the account are more than this one's
	o := &observer{env: env, state: &resource.State{}}
	addr := resource.Addr{Kind: contactKind, Name: name}
	f := Found{Name: name, ID: env.contactARN(name)}
	switch err := env.claim(ctx, contact, &f); {
	case awsapi.IsNotFound(err), awsapi.IsAccountGate(err):
		return o.state, nil // without a replication set nothing is there either
	case err != nil:
		return nil, fmt.Errorf("read whose %s is: %w", addr, err)
	}
	o.add(&resource.Object{Addr: addr, ID: f.ID, Owner: f.Owner, OwnedBy: f.OwnedBy})
	if f.Owner != resource.Ours {
		return o.state, nil
	}
	if err := o.childrenOf(ctx, channel, &f); err != nil {
		return nil, fmt.Errorf("read the channels of %s: %w", addr, err)
	}
	return o.state, nil
}

// SendCode has AWS send a new activation code to the device of an observed channel.
// Codes sent earlier are void then.
func SendCode(ctx context.Context, env *Env, live *resource.Object) error {
	if _, err := env.aws.Contacts.SendActivationCode(ctx, &ssmcontacts.SendActivationCodeInput{ContactChannelId: &live.ID}); err != nil {
		return fmt.Errorf("send a code to %s: %w", live.Addr, err)
	}
	return nil
}

// EnterCode activates an observed channel with the code its owner got, six to ten digits. The
// error is a *WrongCodeError when AWS does not take it.
func EnterCode(ctx context.Context, env *Env, live *resource.Object, code mask.String) error {
	_, err := env.aws.Contacts.ActivateContactChannel(ctx, &ssmcontacts.ActivateContactChannelInput{
		ContactChannelId: &live.ID, ActivationCode: aws.String(code.Reveal()),
	})
	if err == nil {
		return nil
	}
	said, invalid := awsapi.Invalid(err)
	if !invalid {
		return fmt.Errorf("activate %s: %w", live.Addr, err)
	}
	// A code is good once: the answer to the first try may have been lost, and this be
	// the answer to the second.
	now, readErr := env.aws.Contacts.GetContactChannel(ctx, &ssmcontacts.GetContactChannelInput{ContactChannelId: &live.ID})
	if readErr == nil && string(now.ActivationStatus) == Activated {
		return nil
	}
	return &WrongCodeError{Said: strings.ReplaceAll(said, code.Reveal(), code.String())}
}
