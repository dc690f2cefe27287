package wire

import (
	"net/http"
	"strings"
)

// AWSJSON is awsJson 1.1: POST /, the operation in X-Amz-Target, everything else in one JSON object.
type AWSJSON struct {
	Version string // "1.0" or "" for 1.1
	// Namespace stands before the names of errors of a service that once spoke awsQuery and still
	// gives its errors the names they had then; "" for others.
	Namespace string
}

func (d AWSJSON) contentType() string {
	if d.Version != "" {
		return "application/x-amz-json-" + d.Version
	}
	return "application/x-amz-json-1.1"
}

func (AWSJSON) open(c *Call, r *http.Request) *Error {
	_, op, _ := strings.Cut(r.Header.Get("X-Amz-Target"), ".")
	c.Operation = op
	if r.Method != http.MethodPost || op == "" {
		return UnknownOperation(http.StatusBadRequest)
	}
	return nil
}

// Write sends 200 and a JSON object; nil is {}.
func (d AWSJSON) Write(w http.ResponseWriter, requestID string, status int, out any) {
	w.Header().Set(requestIDHeader, requestID)
	if out == nil {
		send(w, d.contentType(), status, []byte("{}"))
		return
	}
	send(w, d.contentType(), status, marshal(out))
}

// Fail names the type twice: older clients read only the body, and the text member is Message.
func (d AWSJSON) Fail(w http.ResponseWriter, requestID string, e *Error) {
	if d.Namespace != "" {
		queryError(w, e)
	}
	fail(w, requestID, d.contentType(), "Message", e)
}

func fail(w http.ResponseWriter, requestID, contentType, textMember string, e *Error) {
	body := map[string]any{"__type": e.Type, textMember: e.Message}
	for k, v := range e.Members {
		body[k] = v
	}
	w.Header().Set(requestIDHeader, requestID)
	w.Header().Set("X-Amzn-ErrorType", e.Type)
	send(w, contentType, e.Status, marshal(body))
}
