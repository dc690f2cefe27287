package awsapi

import (
	"context"
	"fmt"
	"strings"

	"github.com/aws/aws-sdk-go-v2/aws"
	"github.com/aws/aws-sdk-go-v2/service/sts"

	"github.com/watchbill/watchbill/internal/mask"
)

// Identity is the account the credentials are of. Partition is the second part
// of its ARNs: aws, aws-cn or aws-us-gov.
type Identity struct{ Account, Partition string }

// WrongAccountError says that the credentials are not of the target's account.
type WrongAccountError struct{ Have, Want string }

func (e *WrongAccountError) Error() string {
	return fmt.Sprintf("the credentials are of account %s, and the target is account %s", e.Have, e.Want)
}

// NoCredentialsError says that the SDK's own chain found no usable credentials.
type NoCredentialsError struct{ err error }

func (e *NoCredentialsError) Error() string {
	return "no usable AWS credentials: " + mask.Scrub(e.err.Error())
}
func (e *NoCredentialsError) Unwrap() error { return e.err }

// Identify asks whose the credentials are and compares the account with
// Config.Account: *WrongAccountError when it is another one.
func (c *Clients) Identify(ctx context.Context) (account string, err error) {
	id, err := c.Identity(ctx)
	return id.Account, err
}

// Identity is Identify with the partition. It asks every time: credentials of a
// long-running agent can change under it.
func (c *Clients) Identity(ctx context.Context) (Identity, error) {
	if _, err := c.source.Retrieve(ctx); err != nil {
		if ctx.Err() != nil {
			return Identity{}, ctx.Err()
		}
		return Identity{}, &NoCredentialsError{err}
	}
	if _, err := c.creds.Retrieve(ctx); err != nil {
		return Identity{}, fmt.Errorf("take on the role %s: %w", c.config.AssumeRole, err)
	}
	out, err := c.sts.GetCallerIdentity(ctx, &sts.GetCallerIdentityInput{})
	if err != nil {
		return Identity{}, fmt.Errorf("ask whose the credentials are: %w", err)
	}
	id := Identity{Account: aws.ToString(out.Account), Partition: "aws"}
	if parts := strings.SplitN(aws.ToString(out.Arn), ":", 3); len(parts) == 3 && parts[1] != "" {
		id.Partition = parts[1]
	}
	if c.config.Account != "" && c.config.Account != id.Account {
		return Identity{}, &WrongAccountError{Have: id.Account, Want: c.config.Account}
	}
	return id, nil
}
