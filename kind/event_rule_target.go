package kind

// The targets of an event rule. EventBridge takes them by the list and answers with success
// also when it did not take some: what it says of each entry counts.

import (
	"context"
	"fmt"
	"time"

	"github.com/aws/aws-sdk-go-v2/aws"
	"github.com/aws/aws-sdk-go-v2/service/eventbridge"
	"github.com/aws/aws-sdk-go-v2/service/eventbridge/types"
	"github.com/aws/smithy-go"

	"github.com/watchbill/watchbill/internal/mask"
)

// ruleTarget is the identifier of our target in a rule's list.
const ruleTarget = "watchbill"

// ruleTargets are all targets of a rule.
func (e *Env) ruleTargets(ctx context.Context, ruleARN string) (all []types.Target, err error) {
	in := &eventbridge.ListTargetsByRuleInput{Rule: aws.String(nameIn(ruleARN)), EventBusName: busOf(ruleARN)}
	for {
		page, err := e.aws.Events.ListTargetsByRule(ctx, in)
		if err != nil {
			return nil, err
		}
		all = append(all, page.Targets...)
		if in.NextToken = page.NextToken; aws.ToString(in.NextToken) == "" {
			return all, nil
		}
	}
}

// otherInput stands behind an observed response plan when the target hands over something else
// than the event: no plan can say it, so it shows as a difference and is put right.
const otherInput = " (with another input than the event)"

// observeTarget fills what our target says.
func (r *EventRule) observeTarget(env *Env, t types.Target, wanted EventRule) {
	r.ResponsePlan = env.refOf(aws.ToString(t.Arn), wanted.ResponsePlan)
	r.Role = env.refOf(aws.ToString(t.RoleArn), wanted.Role)
	if t.Input != nil || t.InputPath != nil || t.InputTransformer != nil {
		r.ResponsePlan += otherInput
	}
	if p := t.RetryPolicy; p != nil && p.MaximumEventAgeInSeconds != nil {
		r.MaxAge = int(*p.MaximumEventAgeInSeconds)
	}
	if p := t.RetryPolicy; p != nil && p.MaximumRetryAttempts != nil {
		r.MaxRetries = int(*p.MaximumRetryAttempts)
	}
	if t.DeadLetterConfig != nil {
		r.DeadLetter = aws.ToString(t.DeadLetterConfig.Arn)
	}
}

// putTarget writes our target whole.
func (e *Env) putTarget(ctx context.Context, ruleARN string, want EventRule) error {
	plan, err := e.target(want.ResponsePlan)
	if err != nil {
		return err
	}
	role, err := e.target(want.Role)
	if err != nil {
		return err
	}
	t := types.Target{Id: aws.String(ruleTarget), Arn: &plan, RoleArn: &role}
	if want.MaxAge != 0 {
		t.RetryPolicy = &types.RetryPolicy{MaximumEventAgeInSeconds: aws.Int32(int32(want.MaxAge)), MaximumRetryAttempts: aws.Int32(int32(want.MaxRetries))}
	}
	if want.DeadLetter != "" {
		t.DeadLetterConfig = &types.DeadLetterConfig{Arn: &want.DeadLetter}
	}
	in := &eventbridge.PutTargetsInput{Rule: aws.String(nameIn(ruleARN)), EventBusName: busOf(ruleARN), Targets: []types.Target{t}}
	return e.withRole(ctx, want.Role, func() error { return e.putTargets(ctx, in) })
}

func (e *Env) putTargets(ctx context.Context, in *eventbridge.PutTargetsInput) error {
	return entries(ctx, func() (*entryError, error) {
		out, err := e.aws.Events.PutTargets(ctx, in)
		if err != nil || out.FailedEntryCount == 0 {
			return nil, err
		}
		failed := &entryError{action: "events:PutTargets", count: int(out.FailedEntryCount)}
		for _, f := range out.FailedEntries {
			failed.code, failed.message = aws.ToString(f.ErrorCode), aws.ToString(f.ErrorMessage)
		}
		return failed, nil
	})
}

// targetsPerCall is AWS's limit [eb].
const targetsPerCall = 100

// removeTargets takes targets off a rule.
func (e *Env) removeTargets(ctx context.Context, ruleARN string, targets []types.Target) error {
	for len(targets) > 0 {
		n := min(len(targets), targetsPerCall)
		var ids []string
		for _, t := range targets[:n] {
			ids = append(ids, aws.ToString(t.Id))
		}
		targets = targets[n:]
		err := entries(ctx, func() (*entryError, error) {
			out, err := e.aws.Events.RemoveTargets(ctx, &eventbridge.RemoveTargetsInput{Rule: aws.String(nameIn(ruleARN)), EventBusName: busOf(ruleARN), Ids: ids})
			if err != nil || out.FailedEntryCount == 0 {
				return nil, err
			}
			failed := &entryError{action: "events:RemoveTargets", count: int(out.FailedEntryCount)}
			for _, f := range out.FailedEntries {
				failed.code, failed.message = aws.ToString(f.ErrorCode), aws.ToString(f.ErrorMessage)
			}
			return failed, nil
		})
		if err != nil {
			return err
		}
	}
	return nil
}

// entryError says that EventBridge did not take entries of a call that it answered with
// success. The code and message are the last one's. It is an error of an API, as the call's own.
type entryError struct {
	action, code, message string
	count                 int
}

func (f *entryError) Error() string {
	more := ""
	if f.count > 1 {
		more = fmt.Sprintf(", as one of %d entries", f.count)
	}
	return fmt.Sprintf("%s: %s (%s%s)", f.action, mask.Scrub(f.message), f.code, more)
}

func (f *entryError) ErrorCode() string             { return f.code }
func (f *entryError) ErrorMessage() string          { return f.message }
func (f *entryError) ErrorFault() smithy.ErrorFault { return smithy.FaultClient }

// entryAttempts bounds how often a call is made whose entries somebody else's writes kept from
// being taken; entryPause is the first wait between two of them.
const (
	entryAttempts = 5
	entryPause    = 200 * time.Millisecond
)

// entries makes a call until its entries are taken, fail for good, or all attempts are gone.
func entries(ctx context.Context, call func() (*entryError, error)) error {
	for attempt := 1; ; attempt++ {
		failed, err := call()
		if err != nil || failed == nil {
			return err
		}
		if failed.code != "ConcurrentModificationException" || attempt == entryAttempts {
			return failed
		}
		select {
		case <-ctx.Done():
			return ctx.Err()
		case <-time.After(entryPause << attempt):
		}
	}
}
