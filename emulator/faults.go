package emulator

// Faults: rules that make AWS calls go wrong in the ways that AWS, networks and old replicas do.
// Rules live in memory only: a program that starts anew starts healthy.

import (
	"errors"
	"fmt"
	"math/rand/v2"
	"path"
	"slices"
	"strconv"
	"strings"
	"sync"
	"sync/atomic"
	"time"
)

// The kinds of Fault.
const (
	FaultThrottle = "throttle" // the service's throttling error, without effect
	FaultInternal = "internal" // the service's 500, without effect
	FaultRefuse   = "refuse"   // access denied, without effect
	FaultHang     = "hang"     // no answer; with For, an answer that comes that much later

	FaultCloseBefore = "close-before" // the connection is closed, without effect
	FaultCloseAfter  = "close-after"  // the connection is closed after the effect took place

	// The following concern lists that come in pages: a page that claims to be the last one (a single
	// page loses half of its rows), and a page that comes again when the next one is asked for (a
	// single page does not).
	FaultShort  = "short"
	FaultRepeat = "repeat"

	// FaultStale concerns reads: they see the account as it was so many writes ago. What time does
	// by itself is a write, too. At most 100 are remembered, and none across an import.
	FaultStale = "stale"

	// FaultEntries concerns calls with many entries, such as events.PutTargets: none is taken, and the
	// answer says so, with a status of 200.
	FaultEntries = "failed-entries"
)

var faultKinds = []string{FaultThrottle, FaultInternal, FaultRefuse, FaultHang, FaultCloseBefore, FaultCloseAfter,
	FaultShort, FaultRepeat, FaultStale, FaultEntries}

// Fault is a rule. Of several that match a call, the first one that strikes does.
type Fault struct {
	// Operation is a pattern such as ssm-contacts.CreateContact, ssm-incidents.*, List* (of any
	// service) or *.
	Operation string `json:"operation"`
	Kind      string `json:"fault"`

	After       int     `json:"after,omitempty"`       // so many matching calls go well first
	Times       int     `json:"times,omitempty"`       // it strikes so often; 0 is without end
	Probability float64 `json:"probability,omitempty"` // of striking a call; 0 is 1, always
	Seed        uint64  `json:"seed,omitempty"`        // of the chance: equal seeds strike equal calls

	For    string `json:"for,omitempty"`    // of a hang: a duration such as "2s"
	Writes int    `json:"writes,omitempty"` // of stale: how many; 0 is 1
}

// ErrFault is what is wrong with a rule that was asked for.
var ErrFault = errors.New("fault")

type faultRule struct {
	Fault
	id   string
	hold time.Duration
	seen int // matching calls
	hits int
	dice *rand.Rand
}

type faults struct {
	armed atomic.Bool // there are rules
	mu    sync.Mutex
	rules []*faultRule
	last  int
}

// AddFault adds a rule and returns its id. Errors are ErrFault.
func (s *Server) AddFault(f Fault) (string, error) {
	rule, err := s.newFaultRule(f)
	if err != nil {
		return "", fmt.Errorf("%w: %w", ErrFault, err)
	}
	s.faults.mu.Lock()
	defer s.faults.mu.Unlock()
	s.faults.last++
	rule.id = strconv.Itoa(s.faults.last)
	s.faults.rules = append(s.faults.rules, rule)
	s.faults.armed.Store(true)
	return rule.id, nil
}

// ClearFaults forgets all rules, or those with the given ids. It returns how many there were.
func (s *Server) ClearFaults(ids ...string) int {
	s.faults.mu.Lock()
	defer s.faults.mu.Unlock()
	before := len(s.faults.rules)
	s.faults.rules = slices.DeleteFunc(s.faults.rules, func(r *faultRule) bool { return len(ids) == 0 || slices.Contains(ids, r.id) })
	s.faults.armed.Store(len(s.faults.rules) > 0)
	return before - len(s.faults.rules)
}

// maxFaults bounds the rules: each call looks at all of them.
const maxFaults = 1000

func (s *Server) newFaultRule(f Fault) (*faultRule, error) {
	rule := &faultRule{Fault: f, dice: rand.New(rand.NewPCG(f.Seed, 0))}
	s.faults.mu.Lock()
	full := len(s.faults.rules) >= maxFaults
	s.faults.mu.Unlock()
	switch {
	case full:
		return nil, errors.New("there are too many rules: delete some")
	case !slices.Contains(faultKinds, f.Kind):
		return nil, fmt.Errorf("there is no fault %q: known are %s", f.Kind, strings.Join(faultKinds, ", "))
	case f.After < 0 || f.Times < 0 || f.Writes < 0:
		return nil, errors.New("after, times and writes cannot be negative")
	case !(f.Probability >= 0 && f.Probability <= 1):
		return nil, errors.New("the probability is a number from 0 to 1")
	case f.Writes > 0 && f.Kind != FaultStale:
		return nil, errors.New("writes is for stale only")
	case f.For != "" && f.Kind != FaultHang:
		return nil, errors.New("for is for hang only")
	}
	if f.For != "" {
		var err error
		if rule.hold, err = time.ParseDuration(f.For); err != nil || rule.hold <= 0 {
			return nil, errors.New("for is a duration such as 2s")
		}
	}
	known := false
	for _, svc := range s.services {
		known = known || slices.ContainsFunc(svc.ops, rule.concerns)
	}
	if !known {
		return nil, fmt.Errorf("no operation that can be %q matches %q", f.Kind, f.Operation)
	}
	return rule, nil
}

// matchesOperation holds a pattern against service.Operation.
func matchesOperation(pattern, name string) bool {
	if _, bare, ok := strings.Cut(name, "."); ok && !strings.Contains(pattern, ".") {
		name = bare
	}
	ok, err := path.Match(pattern, name)
	return ok && err == nil
}

// concerns reports whether a rule can strike calls of an operation.
func (f *Fault) concerns(op *operation) bool {
	switch {
	case f.Kind == FaultStale && op.read == nil:
		return false
	case f.Kind == FaultEntries && entriesOf[op.service+"."+op.name] == "":
		return false
	case (f.Kind == FaultShort || f.Kind == FaultRepeat) && op.pageToken() == "":
		return false
	}
	return matchesOperation(f.Operation, op.service+"."+op.name)
}

// pageTokens are the members that services call the token of a page.
var pageTokens = []string{"NextToken", "nextToken", "PaginationToken", "Marker"}

// pageToken is the member of an operation that is the token of a page, "" when there is none.
func (op *operation) pageToken() string {
	if op.input == nil {
		return ""
	}
	for _, m := range op.input.members {
		if slices.Contains(pageTokens, m.name) {
			return m.name
		}
	}
	return ""
}

// pick is the rule that strikes this call, nil when none does.
func (f *faults) pick(op *operation) *faultRule {
	if !f.armed.Load() {
		return nil
	}
	f.mu.Lock()
	defer f.mu.Unlock()
	for _, r := range f.rules {
		if r.concerns(op) && r.strikes() {
			return r
		}
	}
	return nil
}

// strikes counts a matching call. The dice are thrown for each call that could be struck, so that
// what strikes depends on the seed and the order of calls only.
func (r *faultRule) strikes() bool {
	r.seen++
	if r.seen <= r.After || r.Times > 0 && r.hits >= r.Times {
		return false
	}
	if r.Probability > 0 && r.dice.Float64() >= r.Probability {
		return false
	}
	r.hits++
	return true
}
