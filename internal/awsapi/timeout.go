package awsapi

// Time limits: of one attempt, which is made again when it hangs, and of a whole call.

import (
	"context"
	"errors"
	"fmt"
	"time"
)

// TimeoutError says that no answer came in time. It is not ctx's: the caller did not give
// up, the other side does not answer.
type TimeoutError struct{ After time.Duration }

func (e *TimeoutError) Error() string { return fmt.Sprintf("no answer within %v", e.After) }

// RetryableError tells the SDK to try again: what changes something carries a token or
// can be said twice.
func (e *TimeoutError) RetryableError() bool { return true }

// IsTimeout reports that a call got no answer in time.
func IsTimeout(err error) bool {
	var t *TimeoutError
	return errors.As(err, &t)
}

// within bounds what ctx is given to; done ends that and says of its error whether the
// bound was the reason. The SDK takes any ended context for the caller's will and does
// not try again; so the error it gives is not wrapped.
func within(ctx context.Context, limit time.Duration) (context.Context, func(error) error) {
	if limit <= 0 {
		return ctx, func(err error) error { return err }
	}
	bounded, cancel := context.WithTimeout(ctx, limit)
	return bounded, func(err error) error {
		out := errors.Is(bounded.Err(), context.DeadlineExceeded) && ctx.Err() == nil
		cancel()
		if err != nil && out && !IsTimeout(err) {
			return &TimeoutError{After: limit}
		}
		return err
	}
}
