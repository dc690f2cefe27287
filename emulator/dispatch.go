package emulator

// From a request to a handler and back: read the dialect, find the operation, check the input
// against the model, pass the account gate, remember idempotency tokens, answer.

import (
	"bytes"
	"crypto/rand"
	"crypto/sha256"
	"encoding/hex"
	"encoding/json"
	"errors"
	"net/http"
	"strings"
	"sync/atomic"
	"syscall"
	"time"

	"github.com/watchbill/watchbill/emulator/wire"
)

// operation is one line of a service's table.
type operation struct {
	service string
	name    string // "CreateContact"
	wire    string // name on the wire; "POST /createResponsePlan" in restJson
	status  int    // of success
	input   *shape // nil: the operation takes no checked input
	token   string // the member that is an idempotency token, or ""
	tail    bool   // a member travels in the path

	read  func(*call, *state, map[string]any) (any, error)
	write func(*call, *tx, map[string]any) (any, error)

	calls atomic.Int64 // since the start or the last reset
}

// call is what a handler knows besides its input.
type call struct {
	op      *operation
	account string
	region  string
	now     time.Time
	opts    *Options
	service *service
	depth   int // of composite alarms that are evaluated because of one another
}

// service is one AWS service: its name, its operations and how it says no.
type service struct {
	name string
	ops  []*operation
	// gate refuses a call the account is not ready for.
	gate func(*call, *state) error
	// invalid turns violated constraints into the service's ValidationException.
	invalid func(problems) *wire.Error
	// reused is the answer to an idempotency token that came with other parameters before.
	reused func(*call) error
}

// reading makes an operation of a handler that only reads.
func reading[In any](name string, h func(*call, *state, *In) (any, error)) *operation {
	return &operation{name: name, read: func(c *call, st *state, in map[string]any) (any, error) {
		var typed In
		bind(in, &typed)
		return h(c, st, &typed)
	}}
}

// writing makes an operation of a handler that changes something.
func writing[In any](name string, h func(*call, *tx, *In) (any, error)) *operation {
	return &operation{name: name, write: func(c *call, tx *tx, in map[string]any) (any, error) {
		var typed In
		bind(in, &typed)
		return h(c, tx, &typed)
	}}
}

// register builds the table of all services. A missing model is a programming error.
func (s *Server) register() {
	s.ops = map[string]map[string]*operation{}
	for _, svc := range []*service{contactsService(), incidentsService(), taggingService(), stsService(), iamService(), ssmService(),
		secretsService(), cloudWatchService(), snsService(), eventsService(), chatService()} {
		table := make(map[string]*operation, len(svc.ops))
		for _, op := range svc.ops {
			op.service = svc.name
			if op.wire == "" {
				op.wire = op.name
			}
			if op.status == 0 {
				op.status = http.StatusOK
			}
			if op.input != nil {
				for _, m := range op.input.members {
					if m.token {
						op.token = m.name
					}
					op.tail = op.tail || m.place == inPath
				}
			}
			table[op.wire] = op
		}
		s.ops[svc.name] = table
		s.services = append(s.services, svc)
	}
}

// modelled gives every operation its input from the model.
func modelled(model map[string]*shape, ops ...*operation) []*operation {
	for _, op := range ops {
		if op.input = model[op.name]; op.input == nil {
			panic("emulator: no model for " + op.name)
		}
	}
	return ops
}

// crossOrigin keeps other sites' pages in the user's browser from writing here: restJson calls need
// nothing that a page cannot send. AWS clients are not browsers and pass.
var crossOrigin = http.NewCrossOriginProtection()

// serve answers a request, unless a fault cuts the connection: then it reports true.
func (s *Server) serve(w http.ResponseWriter, r *http.Request) (cut bool) {
	if crossOrigin.Check(r) != nil {
		wire.RESTJSON{}.Fail(w, newUUID(), &wire.Error{Type: "AccessDeniedException", Status: http.StatusForbidden,
			Message: "Requests of other web sites are refused"})
		return false
	}
	id := newUUID()
	call := &wire.Call{Dialect: wire.RESTJSON{}}
	defer func() {
		// The value of the panic is not shown: it may hold an address.
		if recover() != nil {
			call.Dialect.Fail(w, id, wire.Internal())
		}
	}()
	if s.forPeople(w, r) {
		return false
	}
	var werr *wire.Error
	if call, werr = wire.Read(r); werr != nil {
		call.Dialect.Fail(w, id, werr)
		return false
	}
	op := s.ops[call.Service][call.Operation]
	if op == nil || op.tail != (call.Tail != "") {
		status := http.StatusBadRequest
		if _, rest := call.Dialect.(wire.RESTJSON); rest {
			status = http.StatusNotFound
		}
		call.Dialect.Fail(w, id, wire.UnknownOperation(status))
		return false
	}
	op.calls.Add(1)
	res := s.perform(r, op, call)
	s.record(op, call.Region, res)
	switch {
	case res.cut:
		return true
	case res.err != nil:
		call.Dialect.Fail(w, id, asWireError(res.err))
	default:
		call.Dialect.Write(w, id, op.status, res.out)
	}
	return false
}

// asWireError lets declared errors through; everything else is ours and stays unsaid, but for the
// system's own word for what is wrong with the disk: it has no data in it, and people can act on it.
func asWireError(err error) *wire.Error {
	var e *wire.Error
	if errors.As(err, &e) {
		return e
	}
	e = wire.Internal()
	for _, disk := range []syscall.Errno{syscall.ENOSPC, syscall.EFBIG, syscall.EDQUOT, syscall.EROFS, syscall.EIO} {
		// By its text, too: bbolt does not wrap what it says about growing the file.
		if errors.Is(err, disk) || strings.HasSuffix(err.Error(), disk.Error()) {
			e.Message = "The store cannot be written: " + disk.Error()
		}
	}
	return e
}

// answer does a call. A read sees the state of so many writes ago.
func (s *Server) answer(op *operation, wc *wire.Call, ago int) (any, error) {
	svc := s.service(op.service)
	in, err := checkedInput(svc, op, wc)
	if err != nil {
		return nil, err
	}
	c := &call{op: op, account: s.account, region: wc.Region, opts: &s.opts, service: svc}
	// A store that cannot be written can still be read, as it was when the disk failed.
	if err := s.settle(); err != nil && op.read == nil {
		return nil, err
	}
	var out any
	if op.read != nil {
		s.store.past(ago, func(st *state) {
			c.now = s.now(st)
			if err = svc.gate(c, st); err == nil {
				out, err = op.read(c, st, in)
			}
		})
		return out, err
	}
	err = s.store.update(func(tx *tx) error {
		c.now = s.now(tx.state)
		s.pass(tx, c.now)
		if err := svc.gate(c, tx.state); err != nil {
			return err
		}
		out, err = once(c, tx, in)
		return err
	})
	s.setAlarm()
	return out, err
}

func (s *Server) service(name string) *service {
	for _, svc := range s.services {
		if svc.name == name {
			return svc
		}
	}
	return nil
}

// checkedInput decodes the members of a call from where they travel and holds them against the model.
func checkedInput(svc *service, op *operation, wc *wire.Call) (map[string]any, error) {
	if op.input == nil {
		return nil, nil
	}
	raw, err := decodeBody(wc.Body)
	if err != nil {
		return nil, err
	}
	if wc.Text {
		raw, _ = typed(op.input, raw).(map[string]any)
	}
	for _, m := range op.input.members {
		switch values := wc.Query[m.name]; {
		case m.place == inBody:
		case m.place == inPath:
			raw[m.name] = wc.Tail
		case len(values) == 0:
			delete(raw, m.name)
		case m.shape.kind == listShape:
			list := make([]any, len(values))
			for i, v := range values {
				list[i] = v
			}
			raw[m.name] = list
		default:
			raw[m.name] = values[0]
		}
	}
	var ps problems
	in, err := op.input.check(raw, "", &ps)
	if err != nil {
		return nil, wire.Serialization(err.Error())
	}
	if len(ps) > 0 {
		return nil, svc.invalid(ps)
	}
	return in.(map[string]any), nil
}

// decodeBody reads one JSON object. An empty body is {}: older clients send none with list calls.
func decodeBody(body []byte) (map[string]any, error) {
	if len(bytes.TrimSpace(body)) == 0 {
		return map[string]any{}, nil
	}
	if !plausible(body) {
		return nil, wire.Serialization("The request body is nested too deeply or has too many values.")
	}
	var v any
	if err := json.Unmarshal(body, &v); err != nil {
		return nil, wire.Serialization("The request body is not valid JSON.")
	}
	obj, ok := v.(map[string]any)
	if !ok {
		return nil, wire.Serialization("The request body is not a JSON object.")
	}
	return obj, nil
}

// once runs a write handler, unless its idempotency token has been answered before: then the first
// answer is given again. Only successes are remembered.
func once(c *call, tx *tx, in map[string]any) (any, error) {
	tok, _ := in[c.op.token].(string)
	if tok == "" {
		return c.op.write(c, tx, in)
	}
	key := c.op.service + "." + c.op.name + " " + c.region + " " + tok
	delete(in, c.op.token)
	canonical, err := json.Marshal(in) // keys of maps come out sorted
	if err != nil {
		return nil, err
	}
	digest := sha256.Sum256(canonical)
	if seen := tx.tokens.get(key); seen != nil && c.now.Sub(seen.At) < c.opts.Rules.TokenLifetime {
		if !bytes.Equal(seen.Digest, digest[:]) {
			return nil, c.service.reused(c)
		}
		return seen.answer(), nil
	}
	out, err := c.op.write(c, tx, in)
	if err != nil {
		return nil, err
	}
	answer, err := json.Marshal(out)
	if err != nil {
		return nil, err
	}
	forgetTokens(c, tx)
	tx.tokens.put(tx, key, &tokenMemory{Digest: digest[:], Answer: answer, At: c.now})
	return out, nil
}

func (t *tokenMemory) answer() any {
	if len(t.Answer) == 0 || string(t.Answer) == "null" {
		return nil
	}
	return t.Answer
}

// forgetEvery is how many remembered tokens pass between two clean-ups.
const forgetEvery = 1024

func forgetTokens(c *call, tx *tx) {
	if n := tx.tokens.len(); n == 0 || n%forgetEvery != 0 {
		return
	}
	var old []string
	for key, t := range tx.tokens.below("") {
		if c.now.Sub(t.At) >= c.opts.Rules.TokenLifetime {
			old = append(old, key)
		}
	}
	for _, key := range old {
		tx.tokens.put(tx, key, nil)
	}
}

// newUUID is a random UUID, version 4.
func newUUID() string {
	var b [16]byte
	rand.Read(b[:]) // never fails
	b[6] = b[6]&0x0f | 0x40
	b[8] = b[8]&0x3f | 0x80
	var out [36]byte
	hex.Encode(out[0:8], b[0:4])
	hex.Encode(out[9:13], b[4:6])
	hex.Encode(out[14:18], b[6:8])
	hex.Encode(out[19:23], b[8:10])
	hex.Encode(out[24:], b[10:])
	out[8], out[13], out[18], out[23] = '-', '-', '-', '-'
	return string(out[:])
}
