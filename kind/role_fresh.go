package kind

// IAM tells the other services of a new role only after some seconds, and they refuse it until
// then. So whatever takes a role that this pass has made is tried for a while.

import (
	"context"
	"errors"
	"strings"
	"time"

	"github.com/aws/smithy-go"

	"github.com/watchbill/watchbill/internal/awsapi"
)

// A new role is known everywhere within seconds [iam guide, no figure]; seven attempts give it a
// minute.
const (
	freshRoleAttempts = 7
	freshRolePause    = time.Second
)

// withRole makes a call that hands the role of a reference over to a service, again as long as
// the service may not know of a role that this pass has made.
func (e *Env) withRole(ctx context.Context, ref string, call func() error) error {
	for attempt := 1; ; attempt++ {
		err := call()
		if err == nil || attempt == freshRoleAttempts || !e.isNew(ref) || !aboutRole(err) {
			return err
		}
		select {
		case <-ctx.Done():
			return ctx.Err()
		case <-time.After(freshRolePause << (attempt - 1)):
		}
	}
}

// isNew reports whether a reference is to something that this pass has made.
func (e *Env) isNew(ref string) bool {
	addr, ok := own(ref)
	e.mu.Lock()
	defer e.mu.Unlock()
	return ok && e.made[addr]
}

// aboutRole is a guess: AWS writes down no code for a role that a service does not know yet, but
// its messages speak of the role or of assuming it.
func aboutRole(err error) bool {
	var api smithy.APIError
	if !errors.As(err, &api) || api.ErrorFault() == smithy.FaultServer || awsapi.IsAccessDenied(err) || awsapi.IsThrottled(err) {
		return false
	}
	text := strings.ToLower(api.ErrorMessage())
	return strings.Contains(text, "role") || strings.Contains(text, "assume")
}
