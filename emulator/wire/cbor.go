package wire

import (
	"encoding/base64"
	"encoding/json"
	"errors"
	"math"
	"net/http"
	"strconv"
	"strings"
	"time"

	"github.com/aws/smithy-go/encoding/cbor"
)

// CBOR is Smithy's RPC v2 over CBOR: POST /service/SERVICE/operation/OPERATION with one map. It is
// translated to JSON on the way in and from JSON on the way out, so that operations know one form
// only. A time is a Time on the way out; on the way in it is a number of seconds.
type CBOR struct {
	// Namespace stands before the names of errors: "com.amazonaws.cloudwatch".
	Namespace string
}

const cborType = "application/cbor"

// rpcPath is what every path of RPC v2 begins with.
const rpcPath = "/service/"

func (CBOR) open(c *Call, r *http.Request) *Error {
	_, op, ok := strings.Cut(strings.TrimPrefix(r.URL.Path, rpcPath), "/operation/")
	if r.Method != http.MethodPost || !ok || op == "" {
		return UnknownOperation(http.StatusNotFound)
	}
	c.Operation = op
	if len(c.Body) == 0 {
		return nil
	}
	if !plausibleCBOR(c.Body) {
		return Serialization("The request body has too many values, or says that it is longer than it is.")
	}
	v, err := cbor.Decode(c.Body)
	if err != nil {
		return Serialization("The request body is not valid CBOR.")
	}
	doc, err := fromCBOR(v)
	if err != nil {
		return Serialization("The request body cannot be read: " + err.Error() + ".")
	}
	c.Body = marshal(doc)
	return nil
}

// Write sends a map; nil is an empty one: older clients stumble over a body that is not there.
func (CBOR) Write(w http.ResponseWriter, requestID string, status int, out any) {
	if out == nil {
		out = struct{}{}
	}
	sendCBOR(w, requestID, status, toCBOR(readJSON(marshal(out))))
}

// Fail names the error's shape in the body and, for clients that used to speak awsQuery, the older
// code in a header.
func (d CBOR) Fail(w http.ResponseWriter, requestID string, e *Error) {
	body := cbor.Map{"__type": cbor.String(d.Namespace + "#" + e.Type), "message": cbor.String(e.Message)}
	for name, v := range e.Members {
		body[name] = toCBOR(readJSON(marshal(v)))
	}
	queryError(w, e)
	sendCBOR(w, requestID, e.Status, body)
}

// queryError is the header by which services that once spoke awsQuery go on naming their errors.
func queryError(w http.ResponseWriter, e *Error) {
	fault := "Sender"
	if e.Status >= http.StatusInternalServerError {
		fault = "Receiver"
	}
	w.Header().Set("X-Amzn-Query-Error", e.code()+";"+fault)
}

func sendCBOR(w http.ResponseWriter, requestID string, status int, v cbor.Value) {
	w.Header().Set(requestIDHeader, requestID)
	w.Header().Set("Smithy-Protocol", "rpc-v2-cbor")
	send(w, cborType, status, cbor.Encode(v))
}

// maxCBORValues is how many values a request may have, as maxValues of the JSON dialects.
const maxCBORValues = 50_000

// plausibleCBOR counts the values of a body before anything is built of them: a megabyte of empty
// lists would take fifty. It does not check that the body is CBOR.
func plausibleCBOR(p []byte) bool {
	for n := 0; len(p) > 0; n++ {
		if n > maxCBORValues {
			return false
		}
		major, minor := p[0]>>5, p[0]&0x1f
		size := 0 // bytes of the argument behind the head
		if minor >= 24 && minor <= 27 {
			size = 1 << (minor - 24)
		}
		if len(p) < 1+size {
			return true // cut short: decoding says so
		}
		argument := uint64(minor)
		if size > 0 {
			argument = 0
			for _, b := range p[1 : 1+size] {
				argument = argument<<8 | uint64(b)
			}
		}
		p = p[1+size:]
		if major >= 2 && major <= 5 && minor < 28 && argument > uint64(len(p)) {
			return false // longer than all that is there
		}
		if (major == 2 || major == 3) && minor < 28 {
			p = p[argument:]
		}
	}
	return true
}

var errNotFinite = errors.New("a number is not finite")

// fromCBOR makes of a value what JSON would have made of it.
func fromCBOR(v cbor.Value) (any, error) {
	switch v := v.(type) {
	case cbor.Uint:
		return float64(v), nil
	case cbor.NegInt:
		return -float64(v), nil
	case cbor.Float32:
		return finite(float64(v))
	case cbor.Float64:
		return finite(float64(v))
	case cbor.String:
		return string(v), nil
	case cbor.Slice:
		return base64.StdEncoding.EncodeToString(v), nil
	case cbor.Bool:
		return bool(v), nil
	case *cbor.Tag:
		return fromCBOR(v.Value) // 1 is a time: seconds, as everywhere here
	case cbor.List:
		out := make([]any, len(v))
		for i, e := range v {
			var err error
			if out[i], err = fromCBOR(e); err != nil {
				return nil, err
			}
		}
		return out, nil
	case cbor.Map:
		out := make(map[string]any, len(v))
		for name, e := range v {
			var err error
			if out[name], err = fromCBOR(e); err != nil {
				return nil, err
			}
		}
		return out, nil
	}
	return nil, nil // null, undefined
}

func finite(f float64) (any, error) {
	if math.IsNaN(f) || math.IsInf(f, 0) {
		return nil, errNotFinite
	}
	return f, nil
}

// Time is an instant in an answer of a service that speaks several dialects. In JSON it is seconds
// with an exponent, 1.796634E9 in the manner of AWS itself and 1796634000.5E0 here: no other number
// of an answer has one, so the other dialects know it again.
type Time time.Time

const timeMark = "E0"

// MarshalJSON writes seconds, to the millisecond.
func (t Time) MarshalJSON() ([]byte, error) {
	return append(strconv.AppendFloat(nil, float64(time.Time(t).UnixMilli())/1000, 'f', -1, 64), timeMark...), nil
}

// readTime is the instant of a number that a Time wrote.
func readTime(n json.Number) (seconds float64, ok bool) {
	text, ok := strings.CutSuffix(string(n), timeMark)
	if !ok {
		return 0, false
	}
	seconds, err := strconv.ParseFloat(text, 64)
	return seconds, err == nil
}

// readJSON reads our own answer again, numbers as they are written.
func readJSON(data []byte) any {
	d := json.NewDecoder(strings.NewReader(string(data)))
	d.UseNumber()
	var v any
	if err := d.Decode(&v); err != nil {
		panic("wire: an answer is no JSON: " + err.Error())
	}
	return v
}

// epochTag is CBOR's tag of a number of seconds since 1970.
const epochTag = 1

func toCBOR(v any) cbor.Value {
	switch v := v.(type) {
	case string:
		return cbor.String(v)
	case bool:
		return cbor.Bool(v)
	case json.Number:
		return numberToCBOR(v)
	case []any:
		out := make(cbor.List, len(v))
		for i, e := range v {
			out[i] = toCBOR(e)
		}
		return out
	case map[string]any:
		out := make(cbor.Map, len(v))
		for name, e := range v {
			if e != nil {
				out[name] = toCBOR(e)
			}
		}
		return out
	}
	return &cbor.Nil{}
}

func numberToCBOR(n json.Number) cbor.Value {
	if seconds, ok := readTime(n); ok {
		return &cbor.Tag{ID: epochTag, Value: cbor.Float64(seconds)}
	}
	if i, err := n.Int64(); err == nil {
		if i < 0 {
			return cbor.NegInt(-i)
		}
		return cbor.Uint(i)
	}
	f, err := n.Float64()
	if err != nil {
		panic("wire: an answer has a number out of range")
	}
	return cbor.Float64(f)
}
