package emulator

// What a fault does to a call.

import (
	"encoding/base64"
	"encoding/json"
	"fmt"
	"io"
	"net/http"

	"github.com/watchbill/watchbill/emulator/wire"
)

// errCut is what a client in process gets when a fault closes its connection.
var errCut = fmt.Errorf("emulator: a fault closed the connection: %w", io.ErrUnexpectedEOF)

// result is how a call ended.
type result struct {
	out   any
	err   error
	cut   bool   // no answer: the connection is to be closed
	fault string // the kind of fault that had a part in it
}

// perform does a call, with the fault that strikes it.
func (s *Server) perform(r *http.Request, op *operation, wc *wire.Call) result {
	rule := s.faults.pick(op)
	if rule == nil {
		out, err := s.answer(op, wc, 0)
		return result{out: out, err: err}
	}
	res := result{fault: rule.Kind}
	ago := 0
	switch rule.Kind {
	case FaultThrottle, FaultInternal, FaultRefuse:
		res.err = s.faultError(rule.Kind, op)
		return res
	case FaultCloseBefore:
		res.cut = true
		return res
	case FaultHang:
		if !s.linger(r, nil, rule.hold) {
			res.cut = true
			return res
		}
	case FaultStale:
		ago = max(1, rule.Writes)
	case FaultEntries:
		res.out = noEntries(op, wc)
		return res
	}
	res.out, res.err = s.answer(op, wc, ago)
	if res.err != nil {
		res.cut = rule.Kind == FaultCloseAfter
		return res
	}
	switch rule.Kind {
	case FaultCloseAfter:
		res.cut = true
	case FaultShort:
		if form, ok := res.out.(wire.Result); ok {
			res.out = shortenForm(form)
			break
		}
		res.out, res.err = tamper(res.out, shorten)
	case FaultRepeat:
		if form, ok := res.out.(wire.Result); ok {
			res.out = repeatForm(form, op, wc)
			break
		}
		res.out, res.err = tamper(res.out, func(out map[string]json.RawMessage) error { return repeat(out, op, wc) })
	}
	return res
}

// Names of the errors by service; the others' are those of ssm-contacts.
type faultNames struct {
	throttle, internal, refuse       string
	throttleStatus, refuseStatus     int
	throttleMembers, internalMembers map[string]any
}

func namesOfFaults(service string) faultNames {
	switch service {
	case "ssm-contacts":
		return faultNames{"ThrottlingException", "InternalServerException", "AccessDeniedException", http.StatusTooManyRequests, http.StatusForbidden,
			map[string]any{"QuotaCode": "L-00000000", "ServiceCode": service, "RetryAfterSeconds": 1}, map[string]any{"RetryAfterSeconds": 1}}
	case "ssm-incidents":
		return faultNames{"ThrottlingException", "InternalServerException", "AccessDeniedException", http.StatusTooManyRequests, http.StatusForbidden,
			map[string]any{"quotaCode": "L-00000000", "serviceCode": service}, nil}
	case "tagging":
		return faultNames{"ThrottledException", "InternalServiceException", "AccessDeniedException", http.StatusTooManyRequests, http.StatusBadRequest, nil, nil}
	case "monitoring":
		return faultNames{"ThrottlingException", "InternalServiceFault", "AccessDeniedException", http.StatusBadRequest, http.StatusForbidden, nil, nil}
	case "sns":
		return faultNames{"Throttled", "InternalError", "AuthorizationError", http.StatusTooManyRequests, http.StatusForbidden, nil, nil}
	case "events":
		return faultNames{"ThrottlingException", "InternalException", "AccessDeniedException", http.StatusBadRequest, http.StatusBadRequest, nil, nil}
	case "chatbot":
		return faultNames{"ServiceUnavailableException", "InternalServiceError", "AccessDeniedException", http.StatusTooManyRequests, http.StatusForbidden, nil, nil}
	case "sts", "iam":
		return faultNames{"Throttling", "InternalFailure", "AccessDenied", http.StatusBadRequest, http.StatusForbidden, nil, nil}
	}
	return faultNames{"ThrottlingException", "InternalServerError", "AccessDeniedException", http.StatusBadRequest, http.StatusBadRequest, nil, nil}
}

func (s *Server) faultError(kind string, op *operation) error {
	n := namesOfFaults(op.service)
	switch kind {
	case FaultThrottle:
		return &wire.Error{Type: n.throttle, Status: n.throttleStatus, Message: "Rate exceeded", Members: n.throttleMembers}
	case FaultInternal:
		e := wire.Internal()
		e.Type, e.Members = n.internal, n.internalMembers
		return e
	}
	return &wire.Error{Type: n.refuse, Status: n.refuseStatus,
		Message: "User: " + callerARN(s.account) + " is not authorized to perform: " + op.service + ":" + op.name}
}

// tamper changes an answer member by member, as JSON; those of forms have functions of their own.
func tamper(out any, change func(map[string]json.RawMessage) error) (any, error) {
	data, err := json.Marshal(out)
	if err != nil {
		return nil, fmt.Errorf("encode an answer: %w", err)
	}
	members := map[string]json.RawMessage{}
	if err := json.Unmarshal(data, &members); err != nil {
		return nil, fmt.Errorf("decode an answer: %w", err)
	}
	if err := change(members); err != nil {
		return nil, err
	}
	return members, nil
}

// tokenOf is the name and value of the token in an answer; the value is "" at the end of a list.
func tokenOf(out map[string]json.RawMessage) (name, value string) {
	for _, name := range pageTokens {
		if raw, ok := out[name]; ok {
			var value string
			if json.Unmarshal(raw, &value) != nil {
				value = ""
			}
			return name, value
		}
	}
	return "", ""
}

// shorten makes a page the last one. A list of one page loses half of its rows instead.
func shorten(out map[string]json.RawMessage) error {
	if name, value := tokenOf(out); value != "" {
		delete(out, name)
		return nil
	}
	for name, raw := range out {
		var rows []json.RawMessage
		if json.Unmarshal(raw, &rows) == nil && len(rows) > 0 {
			half, err := json.Marshal(rows[:len(rows)/2])
			if err != nil {
				return fmt.Errorf("encode half a list: %w", err)
			}
			out[name] = half
		}
	}
	return nil
}

// repeat lets the token of the next page lead to this page again: it is the token that led here, or
// one that begins the list.
func repeat(out map[string]json.RawMessage, op *operation, wc *wire.Call) error {
	name, value := tokenOf(out)
	if value == "" {
		return nil
	}
	here := tokenOfCall(op, wc)
	if here == "" {
		if here = firstPage(value); here == "" {
			return nil
		}
	}
	token, err := json.Marshal(here)
	if err != nil {
		return fmt.Errorf("encode a token: %w", err)
	}
	out[name] = token
	return nil
}

// firstPage is a token that begins the list of another token, "" when that is not one of page.go's.
func firstPage(token string) string {
	raw, err := base64.StdEncoding.DecodeString(token)
	if err != nil || len(raw) < markLength {
		return ""
	}
	return base64.StdEncoding.EncodeToString(raw[:markLength])
}

func tokenOfCall(op *operation, wc *wire.Call) string {
	name := op.pageToken()
	if values := wc.Query[name]; len(values) > 0 {
		return values[0]
	}
	var in map[string]json.RawMessage
	var token string
	if json.Unmarshal(wc.Body, &in) != nil || json.Unmarshal(in[name], &token) != nil {
		return ""
	}
	return token
}
