// Package emulator is an embedded AWS Systems Manager Incident Manager: the services ssm-contacts
// and ssm-incidents as their clients see them, with the two calls of neighbours that such clients
// make (tagging GetResources, sts GetCallerIdentity).
//
// Give Server.Transport to the AWS SDK as its HTTP client and there is no port at all; put Serve in
// front of a Server and any AWS client in any language can use it; Attach shares one store between
// processes. Signatures are not verified: the emulator belongs to whoever can reach it.
//
// What is promised: an answered write is on the disk before the answer; no message, log line or
// error of this package repeats a delivery address or an activation code (they are readable in two
// places, /_watchbill/outbox and /_watchbill/state); nothing a client sends makes it panic.
//
// Where AWS documents a behaviour the emulator follows it. Where nobody outside AWS knows, a rule
// was chosen; each such rule is named in Rules and says what it rests on.
package emulator

import (
	"context"
	"errors"
	"fmt"
	"net/http"
	"strings"
	"sync"
	"time"
)

// DefaultAccount is the account of a new store when Options.Account is empty.
const DefaultAccount = "111122223333"

// Options is how an account behaves. The zero value is an open account in memory.
type Options struct {
	Dir     string // folder of the store; "" keeps everything in memory only
	Account string // 12 digits; "" is the store's own account, DefaultAccount for a new one

	// Now is the time outside; nil is time.Now. It should not run backwards. The account's clock
	// follows it until somebody takes hold of the clock.
	Now func() time.Time

	// Clock is ClockRunning or ClockStopped, Speed the account seconds a second when it runs; "" and 0
	// are what the store remembers, and the time outside for a new one.
	Clock string
	Speed float64

	// ReplicationDelay is how long a replication set stays CREATING, UPDATING or DELETING; 0 is
	// 200 ms (on AWS it is minutes), negative is no time at all.
	ReplicationDelay time.Duration

	// RegionLock is how long a Region cannot be deleted after it was added; 0 is AWS's 24 hours,
	// negative is off.
	RegionLock time.Duration

	// ClosedAccount refuses the first replication set as AWS has done since 2025-11-07 for accounts
	// that never had one.
	ClosedAccount bool

	// MaxPage caps the pages of every list operation, to see a client's paging at work; 0 is AWS's
	// own limits.
	MaxPage int

	Quotas Quotas
	Rules  Rules
}

// Quotas are limits that AWS keeps per account and does not publish. 0 is no limit.
type Quotas struct {
	Contacts         int // contacts of all types
	Rotations        int
	StagesPerPlan    int
	ChannelsPerStage int
}

// Rules are the behaviours that nobody outside AWS documents. The zero value is the choice made
// here; each field turns one of them around.
type Rules struct {
	// OpenWhileUpdating: contacts can be used while a Region is being added or removed. The
	// documentation says that an ACTIVE set is needed, so by default they cannot.
	OpenWhileUpdating bool

	// DanglingTargets: a plan, a rotation or an override may be written with targets that do not exist. By default it may not,
	// because CreateContact needs the permission ssm-contacts:AssociateContact on its targets, which
	// means that AWS looks at them. Deleting a target later leaves the reference, as documented.
	DanglingTargets bool

	// DuplicateChannels: a contact may have the same type and address twice. By default that is a
	// ConflictException, which CreateContactChannel declares.
	DuplicateChannels bool

	// TokenConflict: an idempotency token used again with other parameters is a ConflictException.
	// By default it is a ValidationException, the only error that all operations with tokens declare.
	TokenConflict bool

	// TokenLifetime is how long an idempotency token is remembered; 0 is 24 hours. Nobody documents
	// it; it has to outlive the retries of a client, also over a restart of the emulator.
	TokenLifetime time.Duration

	// AnyRegion: a replication set may name Regions in which Incident Manager does not exist.
	AnyRegion bool

	// AdvanceByOne: with two people on call at once, each turn moves the group on by one member (A+B,
	// B+C). By default it moves on by the size of the group (A+B, C+D).
	AdvanceByOne bool

	// SkipShortMonths: a month without the day of a monthly hand-off has none. By default it falls on
	// the last day of that month.
	SkipShortMonths bool

	// ClipShifts: lists cut shifts to the time asked for. By default shifts are listed in full.
	ClipShifts bool

	// OverrideFillsGaps: an override puts people on call also at times that its rotation does not
	// cover. By default those stay uncovered.
	OverrideFillsGaps bool

	// ScheduleStages: GetContact of an on-call schedule shows an empty list of stages beside its
	// rotations. By default it shows none.
	ScheduleStages bool

	// KeepUsedRotations: a rotation that is part of a schedule cannot be deleted; ConflictException is
	// declared. By default it is taken out of all its schedules: the API's description says so.
	KeepUsedRotations bool

	// ConsoleLimits: what the guide says about the console holds for every client: overrides and
	// coverages last 30 minutes at least, overrides begin within six months and put only members of
	// the rotation on call. The API's model knows none of this, so by default it does not hold.
	ConsoleLimits bool

	// UncheckedAddresses: any text is a delivery address. By default phones are + and 8 to 15 digits
	// and mail addresses have one @ with something on both sides.
	UncheckedAddresses bool

	// DeliveredOnce: every message reaches its device at once, which adds a DELIVERED receipt, and is
	// not repeated then. By default there is no such receipt and messages are repeated until somebody
	// acknowledges or the stage is over: AWS's own sample run shows that.
	DeliveredOnce bool

	// AcknowledgeOneEngagement: who acknowledged one engagement of an incident may be paged by another
	// one. By default a person who has acknowledged is left alone.
	AcknowledgeOneEngagement bool

	// ResolveKeepsPaging: engagements run on when their incident is resolved. By default they stop.
	ResolveKeepsPaging bool

	// FinishedHasStopTime: an engagement that was acknowledged, or whose last stage is over, has a
	// StopTime. By default only StopEngagement and the end of the incident set it: in AWS's own sample
	// run it is still absent long after both.
	FinishedHasStopTime bool

	// ActivationLifetime is how long an activation code is good for; 0 is 24 hours, negative is for
	// ever. Nobody documents it.
	ActivationLifetime time.Duration

	// AnyAcceptCode: AcceptPage without AcceptCodeValidation takes any code. By default that is the
	// same as ENFORCE.
	AnyAcceptCode bool

	// ReservedSources: StartIncident may name a source that begins with aws. By default it may not:
	// the documentation reserves them for AWS's own services.
	ReservedSources bool

	// DedupeWithinPlan: a dedupe string counts within one response plan. By default it counts in the
	// whole account, which is the documentation's word: two plans with one string share incidents.
	DedupeWithinPlan bool

	// UnknownRolesFail: a runbook whose role the embedded IAM does not hold does not start. By default
	// it does: a response plan can be tried out without making its role. A role that is there counts
	// with its policies.
	UnknownRolesFail bool

	// UnknownDocumentsFail: a runbook whose document is neither in the embedded SSM nor among AWS's own
	// that are known here does not start. By default it does, with any parameters.
	UnknownDocumentsFail bool

	// UnknownTopicsFail: a response plan with a chat channel is refused when the embedded SNS does not
	// hold its topic. By default it is not: a response plan can be tried out without making its topics. A
	// topic that is there counts with its policy.
	UnknownTopicsFail bool

	// UnknownPoliciesFail: a policy of AWS's that is not known here cannot be attached to a role. By
	// default it can, and grants nothing.
	UnknownPoliciesFail bool

	// DuplicateOfAnyVersion: UpdateDocument refuses content that any version of the document has. By
	// default only that of the newest version is a duplicate, so that content can be put back.
	DuplicateOfAnyVersion bool

	// BrokenHostsStay: a runbook that restarts a broken host leaves it as it is. By default the host is
	// well two minutes after the runbook started, though nothing runs here.
	BrokenHostsStay bool
}

// Server is one account of the embedded Incident Manager. It may be used by many goroutines.
type Server struct {
	opts     Options
	account  string
	store    *store
	services []*service
	ops      map[string]map[string]*operation // by service, then by the name on the wire

	// gate is held shared by every request and alone by Close.
	gate   sync.RWMutex
	closed bool

	alarm   alarm
	faults  faults
	log     callLog
	leaving leaving
}

// The values of Options.Clock.
const (
	ClockRunning = "running"
	ClockStopped = "stopped"
)

// ErrClosed is returned by the transport of a closed Server.
var ErrClosed = errors.New("emulator: the server is closed")

// Open opens the account in o.Dir, or a new one. Errors: ErrLocked when somebody else has the store
// open, *CorruptError, *VersionError, *AccountError, or trouble of the file system.
func Open(o Options) (*Server, error) {
	if o.Account != "" && !isAccount(o.Account) {
		return nil, fmt.Errorf("open the embedded Incident Manager: account %q is not 12 digits", o.Account)
	}
	o.setDefaults()
	st, account, err := openStore(o.Dir, o.Account)
	if err != nil {
		return nil, fmt.Errorf("open the embedded Incident Manager: %w", err)
	}
	s := &Server{opts: o, account: account, store: st}
	s.register()
	if err := s.setClockOptions(); err != nil {
		return nil, errors.Join(fmt.Errorf("open the embedded Incident Manager: %w", err), st.close())
	}
	s.setAlarm()
	return s, nil
}

func (o *Options) setDefaults() {
	if o.Now == nil {
		o.Now = time.Now
	}
	if o.ReplicationDelay == 0 {
		o.ReplicationDelay = 200 * time.Millisecond
	}
	if o.RegionLock == 0 {
		o.RegionLock = 24 * time.Hour
	}
	if o.Rules.ActivationLifetime == 0 {
		o.Rules.ActivationLifetime = 24 * time.Hour
	}
	if o.Rules.TokenLifetime == 0 {
		o.Rules.TokenLifetime = 24 * time.Hour
	}
}

func isAccount(s string) bool {
	return len(s) == 12 && strings.Trim(s, "0123456789") == ""
}

func orDefaultAccount(s string) string {
	if s == "" {
		return DefaultAccount
	}
	return s
}

// Account is the account's number.
func (s *Server) Account() string { return s.account }

// ServeHTTP answers one request in whichever dialect it speaks.
func (s *Server) ServeHTTP(w http.ResponseWriter, r *http.Request) {
	s.gate.RLock()
	defer s.gate.RUnlock()
	if s.closed {
		http.Error(w, "the emulator is closed", http.StatusServiceUnavailable)
		return
	}
	if s.serve(w, r) {
		panic(http.ErrAbortHandler) // net/http's way to close a connection without an answer
	}
}

// Transport gives AWS clients this account without a port. It honours the request's context before
// and after the call, as a network would: a cancelled call may still have taken effect.
func (s *Server) Transport() http.RoundTripper { return transport{s} }

type transport struct{ s *Server }

func (t transport) RoundTrip(r *http.Request) (*http.Response, error) {
	if r.Body != nil {
		defer r.Body.Close()
	}
	if err := ended(r.Context()); err != nil {
		return nil, err
	}
	t.s.gate.RLock()
	defer t.s.gate.RUnlock()
	if t.s.closed {
		return nil, ErrClosed
	}
	w := newBuffered()
	cut := t.s.serve(w, r)
	if err := ended(r.Context()); err != nil {
		return nil, err
	}
	if cut {
		return nil, errCut
	}
	return w.response(r), nil
}

// ended is nil while ctx lives; afterwards an error that is both ctx's own and its cause.
func ended(ctx context.Context) error {
	err, cause := ctx.Err(), context.Cause(ctx)
	if err == nil || cause == err {
		return err
	}
	return fmt.Errorf("%w: %w", err, cause)
}

// Close serves out the requests under way, refuses new ones and releases the store.
func (s *Server) Close() error {
	s.alarm.turnOff()
	s.leaving.leave()
	s.gate.Lock()
	defer s.gate.Unlock()
	s.closed = true
	return s.store.close()
}
