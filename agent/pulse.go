package agent

import (
	"context"
	"fmt"
	"sync"
	"time"
)

const (
	// pulseEvery is how often a pass that changes something looks at the clock.
	pulseEvery = time.Second
	// pulseLimit is how long it may have stood still and still act on what it has read. A
	// busy machine delays a goroutine by less.
	pulseLimit = 10 * time.Second
)

// StalledError says that the process was stopped in the middle of a pass (SIGSTOP, a frozen
// container, a laptop that slept). What the pass had read is old by then, and somebody else
// may have had a turn.
type StalledError struct{ For time.Duration }

func (e *StalledError) Error() string {
	return fmt.Sprintf("the process stood still for %s in the middle of its work, and what it had read is old by now", e.For.Round(time.Second))
}

// pulse notices that the process has stood still.
type pulse struct {
	mu   sync.Mutex
	last time.Time // of the wall clock: the other one stops while a machine sleeps
	err  *StalledError
}

func newPulse() *pulse { return &pulse{last: time.Now().Round(0)} }

// feel looks at the clock until stop is called. The context it returns ends with ctx, or with
// a *StalledError for its cause.
func (p *pulse) feel(ctx context.Context) (alive context.Context, stop func()) {
	alive, cancel := context.WithCancelCause(ctx)
	ticker := time.NewTicker(pulseEvery)
	var beating sync.WaitGroup
	beating.Go(func() {
		for {
			select {
			case <-ticker.C:
				if err := p.beat(); err != nil {
					cancel(err)
				}
			case <-alive.Done():
				return
			}
		}
	})
	return alive, func() {
		ticker.Stop()
		cancel(nil)
		beating.Wait()
	}
}

// beat looks at the clock, and returns the error of a process that has stood still, then
// and ever after. Whoever is about to change something asks too: it may be awake before the
// ticker.
func (p *pulse) beat() error {
	p.mu.Lock()
	defer p.mu.Unlock()
	now := time.Now().Round(0)
	if gap := now.Sub(p.last); gap > pulseLimit && p.err == nil {
		p.err = &StalledError{gap}
	}
	p.last = now
	if p.err == nil {
		return nil
	}
	return p.err
}
