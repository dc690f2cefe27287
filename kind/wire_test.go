package kind_test

// The wire between the clients under test and the embedded account: it tells what
// passes, and tests can cut it.

import (
	"bytes"
	"encoding/json"
	"errors"
	"io"
	"net/http"
	"net/url"
	"strings"
	"sync"

	"github.com/watchbill/watchbill/kind"
)

// call is one request as tests see it.
type call struct {
	op   string // ssm-contacts:CreateContact
	by   string // the kind that makes it, "" for the engine; see kind.TellCaller
	text string // URL and body, to find an identifier in
}

// pass lets a call through to the account.
type pass func() (*http.Response, error)

// wire is a transport that notes every call.
type wire struct {
	base http.RoundTripper

	mu     sync.Mutex
	calls  []call
	meddle func(call, pass) (*http.Response, error) // nil lets everything through
}

func (w *wire) RoundTrip(r *http.Request) (*http.Response, error) {
	c, err := read(r)
	if err != nil {
		return nil, err
	}
	w.mu.Lock()
	w.calls = append(w.calls, c)
	meddle := w.meddle
	w.mu.Unlock()
	through := func() (*http.Response, error) { return w.base.RoundTrip(r) }
	if meddle != nil {
		return meddle(c, through)
	}
	return through()
}

// read names a request's operation and leaves the request as it was.
func read(r *http.Request) (call, error) {
	var body []byte
	if r.Body != nil {
		var err error
		if body, err = io.ReadAll(r.Body); err != nil {
			return call{}, err
		}
		r.Body.Close()
		r.Body = io.NopCloser(bytes.NewReader(body))
	}
	return call{op: operation(r, body), by: kind.CallerOf(r.Context()), text: r.URL.String() + " " + string(body)}, nil
}

// operation is a request's action. The service is whom it is signed for; what it is to do
// stands where the service's protocol has it.
func operation(r *http.Request, body []byte) string {
	service := signedFor(r) + ":"
	if target := r.Header.Get("X-Amz-Target"); target != "" {
		_, op, _ := strings.Cut(target, ".")
		return service + op
	}
	if _, op, cbor := strings.Cut(r.URL.Path, "/operation/"); cbor {
		return service + op
	}
	if form, err := url.ParseQuery(string(body)); err == nil && form.Get("Action") != "" {
		return service + form.Get("Action")
	}
	path := strings.TrimPrefix(r.URL.EscapedPath(), "/")
	if strings.HasPrefix(path, "tags/") {
		return service + map[string]string{"GET": "ListTagsForResource", "POST": "TagResource", "DELETE": "UntagResource"}[r.Method]
	}
	var op strings.Builder
	for word := range strings.SplitSeq(path, "-") {
		op.WriteString(strings.ToUpper(word[:1]) + word[1:])
	}
	return service + named(op.String())
}

// named is the operation of a path that is not simply its name.
func named(op string) string {
	return strings.NewReplacer("MsTeams", "MicrosoftTeams").Replace(op)
}

// signedFor is the service that a request is signed for, as policies call it.
func signedFor(r *http.Request) string {
	_, scope, _ := strings.Cut(r.Header.Get("Authorization"), "Credential=")
	parts := strings.Split(scope, "/")
	if len(parts) < 4 {
		return ""
	}
	if service, ok := map[string]string{"monitoring": "cloudwatch", "tagging": "tag"}[parts[3]]; ok {
		return service
	}
	return parts[3]
}

// meddling sets what meddles with calls from now on.
func (w *wire) meddling(f func(call, pass) (*http.Response, error)) {
	w.mu.Lock()
	defer w.mu.Unlock()
	w.meddle = f
}

// counted are the calls since the last time it was asked, by operation.
func (w *wire) counted() map[string]int {
	out := map[string]int{}
	for _, c := range w.taken() {
		out[c.op]++
	}
	return out
}

// taken are the calls since the last time.
func (w *wire) taken() []call {
	w.mu.Lock()
	defer w.mu.Unlock()
	out := w.calls
	w.calls = nil
	return out
}

// only meddles with the calls that which chooses.
func only(which func(call) bool, with func(pass) (*http.Response, error)) func(call, pass) (*http.Response, error) {
	return func(c call, p pass) (*http.Response, error) {
		if which(c) {
			return with(p)
		}
		return p()
	}
}

// fails answers with an error of the service.
func fails(code string, status int) func(pass) (*http.Response, error) {
	return func(pass) (*http.Response, error) {
		return answer(status, code, `{"__type":"`+code+`","Message":"not now","message":"not now"}`), nil
	}
}

// cutShort lets the call through and loses the second half of the answer.
func cutShort(p pass) (*http.Response, error) {
	res, err := p()
	if err != nil {
		return nil, err
	}
	body, err := io.ReadAll(res.Body)
	if err != nil {
		return nil, err
	}
	res.Body = io.NopCloser(io.MultiReader(bytes.NewReader(body[:len(body)/2]), broken{}))
	return res, nil
}

// rewriting lets the call through and replaces a text of the answer.
func rewriting(p pass, old, with string) (*http.Response, error) {
	res, err := p()
	if err != nil {
		return nil, err
	}
	body, err := io.ReadAll(res.Body)
	if err != nil {
		return nil, err
	}
	body = bytes.ReplaceAll(body, []byte(old), []byte(with))
	res.Body, res.ContentLength = io.NopCloser(bytes.NewReader(body)), int64(len(body))
	res.Header.Del("Content-Length")
	return res, nil
}

// stsFails is fails in the dialect of STS.
func stsFails(code string, status int) func(pass) (*http.Response, error) {
	return func(pass) (*http.Response, error) {
		return answer(status, "", `<ErrorResponse xmlns="https://sts.amazonaws.com/doc/2011-06-15/"><Error><Type>Sender</Type><Code>`+
			code+`</Code><Message>not you</Message></Error><RequestId>1</RequestId></ErrorResponse>`), nil
	}
}

type broken struct{}

func (broken) Read([]byte) (int, error) { return 0, errors.New("the line went dead") }

func answer(status int, code, body string) *http.Response {
	h := http.Header{"Content-Type": {"application/json"}}
	if code != "" {
		h.Set("X-Amzn-ErrorType", code)
	}
	return &http.Response{StatusCode: status, Header: h, Body: io.NopCloser(strings.NewReader(body)), ContentLength: int64(len(body))}
}

// withOthers makes a list show everything twice: ours, and the same names of another
// account.
func withOthers(res *http.Response) (*http.Response, error) {
	body, err := io.ReadAll(res.Body)
	if err != nil {
		return nil, err
	}
	var out map[string]any
	if err := json.Unmarshal(body, &out); err != nil {
		return nil, err
	}
	for key, v := range out {
		if list, ok := v.([]any); ok {
			theirs, err := json.Marshal(list)
			if err != nil {
				return nil, err
			}
			var more []any
			if err := json.Unmarshal(bytes.ReplaceAll(theirs, []byte(":111122223333:"), []byte(":444455556666:")), &more); err != nil {
				return nil, err
			}
			out[key] = append(more, list...)
		}
	}
	if body, err = json.Marshal(out); err != nil {
		return nil, err
	}
	res.Body, res.ContentLength = io.NopCloser(bytes.NewReader(body)), int64(len(body))
	res.Header.Del("Content-Length")
	return res, nil
}

// cutAfter lets one call through and loses its answer.
func cutAfter(done *bool) func(pass) (*http.Response, error) {
	return func(p pass) (*http.Response, error) {
		*done = true
		if res, err := p(); err == nil {
			res.Body.Close()
		}
		return answer(http.StatusServiceUnavailable, "", "<ErrorResponse><Error><Code>ServiceUnavailable</Code></Error></ErrorResponse>"), nil
	}
}
