package awsapi

// Every call passes here twice: once as a whole, to be counted and to have its
// error made safe to print, and once an attempt, to wait for its turn.

import (
	"context"
	"maps"
	"strings"
	"sync"
	"time"

	"github.com/aws/smithy-go/middleware"
	"golang.org/x/time/rate"
)

// Calls counts the calls made so far by action, "ssm-contacts:CreateContact".
// Retries of a call are not counted again.
func (c *Clients) Calls() map[string]int { return c.meter.snapshot() }

// Writes is the number of calls so far that could have changed something.
func (c *Clients) Writes() int {
	n := 0
	for action, calls := range c.meter.snapshot() {
		if IsWrite(action) {
			n += calls
		}
	}
	return n
}

// IsWrite reports whether an action (service:Operation) can change something.
// AWS names its reads Get, List, Describe and BatchGet.
func IsWrite(action string) bool {
	_, op, _ := strings.Cut(action, ":")
	for _, read := range []string{"Get", "List", "Describe", "BatchGet"} {
		if strings.HasPrefix(op, read) {
			return false
		}
	}
	return true
}

// meter counts and paces the calls of one target.
type meter struct {
	rate          float64       // calls a second of one operation; not positive for no limit
	attempt, call time.Duration // the longest of each; not positive for no limit

	mu    sync.Mutex
	calls map[string]int
	paces map[string]*pace
}

func newMeter(c Config) *meter {
	return &meter{rate: c.Rate, attempt: c.AttemptTimeout, call: c.CallTimeout, calls: map[string]int{}, paces: map[string]*pace{}}
}

func (m *meter) snapshot() map[string]int {
	m.mu.Lock()
	defer m.mu.Unlock()
	return maps.Clone(m.calls)
}

func (m *meter) count(action string) {
	m.mu.Lock()
	defer m.mu.Unlock()
	m.calls[action]++
}

// pace returns the operation's pace, nil when there is no limit.
func (m *meter) pace(action string) *pace {
	if m.rate <= 0 {
		return nil
	}
	m.mu.Lock()
	defer m.mu.Unlock()
	p := m.paces[action]
	if p == nil {
		p = newPace(PerSecond(action, m.rate))
		if _, ok := known[action]; ok { // a burst would be above what is known to be allowed
			p.limiter.SetBurst(1)
		}
		m.paces[action] = p
	}
	return p
}

// known are the operations whose limit is no guess, in calls a second: figures of others that use
// them [gk].
var known = map[string]float64{
	"cloudwatch:PutMetricAlarm":    3,
	"cloudwatch:PutCompositeAlarm": 3,
	"cloudwatch:DeleteAlarms":      3,
	"cloudwatch:DescribeAlarms":    9,
}

// PerSecond is the pace of an operation in calls a second when a target allows rate for each;
// what is known to be slower is slower, and DefaultRate gives way to what is known to be faster.
func PerSecond(action string, rate float64) float64 {
	switch limit, ok := known[action]; {
	case !ok, rate <= 0:
		return rate
	case rate == DefaultRate:
		return limit
	default:
		return min(rate, limit)
	}
}

type stackOption = func(*middleware.Stack) error

func stackOptions(o ...stackOption) []stackOption { return o }

// watch is the option that puts the meter into a client's calls. Service is the
// name IAM policies use.
func (m *meter) watch(service string) stackOption {
	return func(stack *middleware.Stack) error {
		action := service + ":" + stack.ID()
		err := stack.Initialize.Add(middleware.InitializeMiddlewareFunc("watchbill.Call",
			func(ctx context.Context, in middleware.InitializeInput, next middleware.InitializeHandler) (
				middleware.InitializeOutput, middleware.Metadata, error,
			) {
				m.count(action)
				ctx, done := within(ctx, m.call)
				out, meta, err := next.HandleInitialize(ctx, in)
				if err = done(err); err != nil {
					err = &CallError{Action: action, err: err}
				}
				return out, meta, err
			}), middleware.Before)
		p := m.pace(action)
		if err != nil || p == nil && m.attempt <= 0 {
			return err
		}
		// After "Retry", so that a retried attempt waits for its turn as well.
		return stack.Finalize.Insert(middleware.FinalizeMiddlewareFunc("watchbill.Pace",
			func(ctx context.Context, in middleware.FinalizeInput, next middleware.FinalizeHandler) (
				middleware.FinalizeOutput, middleware.Metadata, error,
			) {
				if err := p.wait(ctx); err != nil {
					return middleware.FinalizeOutput{}, middleware.Metadata{}, err
				}
				ctx, done := within(ctx, m.attempt)
				out, meta, err := next.HandleFinalize(ctx, in)
				err = done(err)
				p.learn(err)
				return out, meta, err
			}), "Retry", middleware.After)
	}
}

// pace is the token bucket of one operation. AWS's real limit is unknown, so it
// is found: halved by every throttled attempt, won back in twenty successes.
type pace struct {
	full    float64 // calls a second when nothing is throttled
	limiter *rate.Limiter
	mu      sync.Mutex // learning is read, compute, set
}

// slowest is the pace below which throttling does not push, in calls a second:
// slower, and a pass over a few hundred people never ends.
const slowest = 0.5

func newPace(perSecond float64) *pace {
	return &pace{full: perSecond, limiter: rate.NewLimiter(rate.Limit(perSecond), max(1, int(perSecond)))}
}

// wait is for a turn; nil has no pace.
func (p *pace) wait(ctx context.Context) error {
	if p == nil {
		return nil
	}
	r := p.limiter.Reserve()
	timer := time.NewTimer(r.Delay())
	defer timer.Stop()
	select {
	case <-timer.C:
		return nil
	case <-ctx.Done():
		r.Cancel()
		return ctx.Err()
	}
}

func (p *pace) learn(err error) {
	if p == nil {
		return
	}
	p.mu.Lock()
	defer p.mu.Unlock()
	now := float64(p.limiter.Limit())
	switch {
	case err == nil && now < p.full:
		p.limiter.SetLimit(rate.Limit(min(p.full, now+p.full/20)))
	case err != nil && IsThrottled(err):
		p.limiter.SetLimit(rate.Limit(max(min(slowest, p.full), now/2)))
	}
}
