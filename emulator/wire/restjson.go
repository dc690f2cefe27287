package wire

import (
	"net/http"
	"net/url"
)

// RESTJSON is restJson1: the operation is method and path, members stand in path, query and body.
type RESTJSON struct{}

func (RESTJSON) open(c *Call, r *http.Request) *Error {
	first, tail, err := segment(r.URL)
	if err != nil {
		return Serialization("The path is not valid percent-encoding.")
	}
	query, err := url.ParseQuery(r.URL.RawQuery)
	if err != nil {
		return Serialization("The query string is not valid percent-encoding.")
	}
	c.Operation, c.Tail, c.Query = r.Method+" "+first, tail, query
	return nil
}

// Write sends JSON, or no body for 204 and for a nil out.
func (RESTJSON) Write(w http.ResponseWriter, requestID string, status int, out any) {
	w.Header().Set(requestIDHeader, requestID)
	if status == http.StatusNoContent {
		w.WriteHeader(status)
		return
	}
	if out == nil {
		send(w, "application/json", status, []byte("{}"))
		return
	}
	send(w, "application/json", status, marshal(out))
}

// Fail spells the text member in lower case: restJson1 services do.
func (RESTJSON) Fail(w http.ResponseWriter, requestID string, e *Error) {
	fail(w, requestID, "application/json", "message", e)
}
