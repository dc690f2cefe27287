package kind

import (
	"cmp"
	"context"
	"crypto/rand"
	"crypto/sha256"
	"encoding/hex"
	"fmt"
	"slices"
	"strings"
	"sync"
	"time"

	"github.com/watchbill/watchbill/internal/awsapi"
	"github.com/watchbill/watchbill/internal/resource"
)

// Env is one pass's view of one target: the clients, whose resources these are,
// the identifiers learnt so far, and every answer AWS gave, so that no question
// is asked twice. It is safe for concurrent use.
type Env struct {
	// TagReads says how ownership marks are read. Set it before Observe.
	TagReads TagReads
	// Project is the second half of the ownership mark, "" for none: what carries
	// our owner and another project is not ours. Set it before Observe.
	Project string
	// Adopt are the addresses of live resources that are treated as ours although
	// they do not carry our mark; see Adopted. Set it before Observe.
	Adopt map[resource.Addr]bool
	// ReadAll reads everything in the account, whoever owns it; each object says who
	// that is. Channels and rotations, whose names AWS lets repeat, are then named by their
	// identifiers, contact/?ID, and nothing is matched with what is wanted. Set it
	// before Observe; nothing may be applied with it.
	ReadAll bool
	// Alone leaves the other services of AWS unread: only Incident Manager's own kinds are
	// observed. Set it before Observe; nothing may be applied with it.
	Alone bool
	// Now is the pass's instant: overrides that ended before it are past. The zero time
	// is the clock's, when NewEnv was called. Set it before Observe.
	Now time.Time

	// Check, when not nil, is asked right before a step changes something; its error keeps
	// the step from it. Set it before the first Do.
	Check func() error

	aws     *awsapi.Clients
	owner   string
	desired *resource.State
	wanted  map[resource.Addr][]*resource.Object // desired children by parent
	byKind  map[string][]*resource.Object        // desired, when first asked for
	kinds   []Any
	pass    string

	mu       sync.Mutex
	identity awsapi.Identity
	ids      map[resource.Addr]string
	addrs    map[string]resource.Addr
	made     map[resource.Addr]bool // by this pass, so they are ours without asking
	adopted  []Adoption
	memo     map[string]*answer
	books    map[string]*markBook // by the rotation's identifier
	began    time.Time

	drops alarmDrops
}

// NewEnv begins a pass. Owner is the ownership mark's value; desired is what the
// plan wants, nil for nothing; see Current about the past in it.
func NewEnv(aws *awsapi.Clients, owner string, desired *resource.State) *Env {
	if desired == nil {
		desired = &resource.State{}
	}
	wanted := map[resource.Addr][]*resource.Object{}
	for _, o := range desired.All() {
		if !o.Parent.IsZero() {
			wanted[o.Parent] = append(wanted[o.Parent], o)
		}
	}
	return &Env{
		aws: aws, owner: owner, desired: desired, wanted: wanted, kinds: All, pass: rand.Text(),
		ids: make(map[resource.Addr]string, desired.Len()), addrs: make(map[string]resource.Addr, desired.Len()),
		made: map[resource.Addr]bool{}, memo: map[string]*answer{}, books: map[string]*markBook{}, began: time.Now(),
	}
}

// now is the pass's instant, the same all along.
func (e *Env) now() time.Time {
	if e.Now.IsZero() {
		return e.began
	}
	return e.Now
}

// Account is the account spoken to, twelve digits; "" before the first call.
func (e *Env) Account() string {
	e.mu.Lock()
	defer e.mu.Unlock()
	return e.identity.Account
}

// identify learns the account, once a pass. It comes before everything else:
// identifiers contain the account, and a wrong one must not be read from even.
func (e *Env) identify(ctx context.Context) error {
	id, err := once(e, "identity", func() (awsapi.Identity, error) { return e.aws.Identity(ctx) })
	e.mu.Lock()
	defer e.mu.Unlock()
	e.identity = id
	return err
}

// arn builds an ARN of this account. Response plans and replication sets belong
// to no Region: theirs is "".
func (e *Env) arn(service, region, name string) string {
	e.mu.Lock()
	id := e.identity
	e.mu.Unlock()
	return "arn:" + cmp.Or(id.Partition, "aws") + ":" + service + ":" + region + ":" + id.Account + ":" + name
}

// accountOf is the account an ARN belongs to. Lists also show what other accounts
// share with ours.
func accountOf(arn string) string {
	for range 4 {
		_, arn, _ = strings.Cut(arn, ":")
	}
	account, _, _ := strings.Cut(arn, ":")
	return account
}

// SetID remembers the identifier of a live resource.
func (e *Env) SetID(addr resource.Addr, id string) {
	e.mu.Lock()
	defer e.mu.Unlock()
	e.ids[addr] = id
	// The first address of an identifier stays: an engagement plan has its
	// contact's.
	if _, known := e.addrs[id]; !known {
		e.addrs[id] = addr
	}
}

// forget takes back what SetID said: the resource went away while it was read.
func (e *Env) forget(addr resource.Addr, id string) {
	e.mu.Lock()
	defer e.mu.Unlock()
	delete(e.ids, addr)
	delete(e.addrs, id)
}

// ID is the identifier of the resource at addr: as found or created in this
// pass, else as its name decides.
func (e *Env) ID(addr resource.Addr) (string, error) {
	e.mu.Lock()
	id := e.ids[addr]
	e.mu.Unlock()
	if id != "" {
		return id, nil
	}
	if id = e.Identity(addr); id != "" {
		return id, nil
	}
	return "", fmt.Errorf("%s was neither found nor created, so nothing can refer to it", addr)
}

// AddrOf is the address of a live resource, false when none of that identifier
// was seen in this pass.
func (e *Env) AddrOf(id string) (resource.Addr, bool) {
	e.mu.Lock()
	defer e.mu.Unlock()
	addr, ok := e.addrs[id]
	return addr, ok
}

// Live are the addresses of everything that stands alone and was found in this pass,
// whoever owns it, sorted.
func (e *Env) Live() []resource.Addr {
	e.mu.Lock()
	defer e.mu.Unlock()
	var out []resource.Addr
	for _, addr := range e.addrs {
		if k := byName(e.kinds, addr.Kind); k != nil && k.ParentKind() == "" {
			out = append(out, addr)
		}
	}
	slices.SortFunc(out, resource.Addr.Compare)
	return out
}

// addrOr is AddrOf with a printable address for what no longer exists (or is
// another account's): KIND/?LAST-PART. No plan can say such a name, so a
// dangling reference always shows as a difference.
func (e *Env) addrOr(id, kind, parent string) resource.Addr {
	if addr, ok := e.AddrOf(id); ok {
		return addr
	}
	name := unsayable(id)
	if parent != "" {
		name = parent + "/" + name
	}
	return resource.Addr{Kind: kind, Name: name}
}

// unsayable is a name for a live resource that no plan can say: ?LAST-PART.
func unsayable(id string) string { return "?" + id[strings.LastIndexByte(id, '/')+1:] }

// token is the idempotency token of one call of this pass: a retry sends the
// same one, another pass never does. 64 hex digits are legal in both APIs (of
// 2048 and 128 characters).
func (e *Env) token(parts ...string) string {
	sum := sha256.Sum256([]byte(e.pass + "\x00" + strings.Join(parts, "\x00")))
	return hex.EncodeToString(sum[:])
}

// answer is a remembered result; the first who wants it fetches it, others wait.
type answer struct {
	done  chan struct{}
	value any
	err   error
}

// once runs fn the first time key is asked for in the pass and remembers what it
// returned, the error too: what failed once is not tried again by every other
// resource that needs it (the client has retried already).
func once[T any](e *Env, key string, fn func() (T, error)) (T, error) {
	e.mu.Lock()
	a, asked := e.memo[key]
	if !asked {
		a = &answer{done: make(chan struct{})}
		e.memo[key] = a
	}
	e.mu.Unlock()
	if !asked {
		defer close(a.done)
		value, err := fn()
		a.value, a.err = value, err
		return value, err
	}
	<-a.done
	value, _ := a.value.(T)
	return value, a.err
}
