// Package wire takes AWS's dialects off a request and puts them on an answer.
//
// It knows how services are spelled on the wire (awsJson, restJson1, awsQuery, RPC v2 CBOR), where the
// name of the operation and the Region stand, and how errors travel. It knows nothing about what
// an operation means: that is package emulator. One file a dialect.
//
// Signatures are not verified: whoever can reach the emulator may use it.
package wire

import (
	"bytes"
	"compress/gzip"
	"encoding/json"
	"errors"
	"io"
	"net/http"
	"strconv"
)

// MaxBody is the longest request body in bytes. AWS refuses far less for every operation spoken
// here: the longest documented member is a contact policy of 395,000 characters.
const MaxBody = 1 << 20

// requestIDHeader is x-amzn-RequestId, spelled as net/http keeps it.
const requestIDHeader = "X-Amzn-Requestid"

// Call is a request with its dialect taken off.
type Call struct {
	Service string  // name in the SigV4 credential scope, such as "ssm-contacts"; "" when unknown
	Region  string  // Region of the credential scope; DefaultRegion without one
	Dialect Dialect // how to answer

	// Operation is the operation's name ("CreateContact") in awsJson and awsQuery. In restJson it
	// is the method and the first path segment ("POST /createResponsePlan", "GET /tags").
	Operation string
	// Tail is what follows the first path segment in restJson, decoded ("arn:aws:…").
	Tail string
	// Query holds the members of the query string (restJson) or of the form (awsQuery).
	Query map[string][]string
	// Body holds the JSON document; empty means {}.
	Body []byte
	// Text says that all values in Body are text, whatever they should be: it was a form.
	Text bool
}

// Dialect answers a call.
type Dialect interface {
	// Write sends a success. A nil out, or status 204, sends no body in restJson and {} in awsJson.
	Write(w http.ResponseWriter, requestID string, status int, out any)
	// Fail sends an error: header X-Amzn-ErrorType and the type in the body.
	Fail(w http.ResponseWriter, requestID string, e *Error)
}

// Error is an error as the service's API declares it.
type Error struct {
	Type    string         // "ConflictException"
	Status  int            // HTTP status
	Message string         // may be empty: the real service has sent such
	Code    string         // its name in awsQuery, "" when that is the type
	Members map[string]any // the members besides the message, spelled as the service spells them
}

func (e *Error) Error() string { return e.Type + ": " + e.Message }

func (e *Error) code() string {
	if e.Code != "" {
		return e.Code
	}
	return e.Type
}

// Internal is the answer to trouble of our own. It carries no detail, because a detail may be data.
func Internal() *Error {
	return &Error{Type: "InternalServerException", Status: http.StatusInternalServerError, Message: "Internal server error"}
}

// UnknownOperation is the answer of AWS's front door to an operation it does not have.
func UnknownOperation(status int) *Error {
	return &Error{Type: "UnknownOperationException", Status: status, Message: "The requested operation is not recognized by the service."}
}

// Serialization is the answer of AWS's front door to a body it cannot read.
func Serialization(why string) *Error {
	return &Error{Type: "SerializationException", Status: http.StatusBadRequest, Message: why}
}

var tooLarge = &Error{Type: "RequestEntityTooLargeException", Status: http.StatusRequestEntityTooLarge,
	Message: "Request must be smaller than " + strconv.Itoa(MaxBody) + " bytes."}

// Read takes the dialect off a request. The Call is never nil and can always carry an answer, also
// when the error is not nil.
func Read(r *http.Request) (*Call, *Error) {
	c := route(r)
	body, err := readBody(r)
	if err != nil {
		var mbe *http.MaxBytesError
		if errors.As(err, &mbe) {
			return c, tooLarge
		}
		return c, Serialization("The request body could not be read.")
	}
	if len(body) > MaxBody {
		return c, tooLarge
	}
	if c.Body, err = unpacked(r, body); err != nil {
		return c, Serialization("The request body could not be read: " + err.Error())
	}
	if f, ok := c.Dialect.(interface {
		open(*Call, *http.Request) *Error
	}); ok {
		return c, f.open(c, r)
	}
	return c, UnknownOperation(http.StatusBadRequest)
}

func readBody(r *http.Request) ([]byte, error) {
	// In process the request is the client's own: there a ContentLength of 0 means unknown.
	if r.Body == nil || r.Body == http.NoBody {
		return nil, nil
	}
	var buf bytes.Buffer
	if n := r.ContentLength; n > 0 && n <= MaxBody {
		buf.Grow(int(n) + bytes.MinRead) // MinRead: the room ReadFrom wants to see the end
	}
	_, err := buf.ReadFrom(io.LimitReader(r.Body, MaxBody+1))
	return buf.Bytes(), err
}

// unpacked undoes the compression that clients use for calls with much data, such as PutMetricData.
func unpacked(r *http.Request, body []byte) ([]byte, error) {
	if r.Header.Get("Content-Encoding") != "gzip" {
		return body, nil
	}
	in, err := gzip.NewReader(bytes.NewReader(body))
	if err != nil {
		return nil, errors.New("it is not gzip")
	}
	out, err := io.ReadAll(io.LimitReader(in, MaxBody+1))
	switch {
	case err != nil:
		return nil, errors.New("it is not gzip")
	case len(out) > MaxBody:
		return nil, errors.New("unpacked, it is too long")
	}
	return out, nil
}

// marshal encodes an output. Outputs are our own structs: failing is a programming error.
func marshal(v any) []byte {
	b, err := json.Marshal(v)
	if err != nil {
		panic("wire: encode answer: " + err.Error())
	}
	return b
}

func send(w http.ResponseWriter, contentType string, status int, body []byte) {
	h := w.Header()
	h.Set("Content-Type", contentType)
	h.Set("Content-Length", strconv.Itoa(len(body)))
	w.WriteHeader(status)
	w.Write(body) // the client may be gone; there is nobody to tell
}
