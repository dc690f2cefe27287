package wire

import (
	"encoding/json"
	"math"
	"net/http"
	"strconv"
	"strings"
	"time"
)

// CloudWatch speaks three dialects at once: RPC v2 CBOR to newer clients, awsJson 1.0 to others and
// awsQuery to the oldest. Which one a request is in, it says itself.
const (
	cloudWatch          = "monitoring" // its name in the credential scope
	cloudWatchTarget    = "GraniteServiceVersion20100801"
	cloudWatchVersion   = "2010-08-01"
	cloudWatchNamespace = "com.amazonaws.cloudwatch"
)

func cloudWatchDialect(r *http.Request) Dialect {
	switch {
	case strings.HasPrefix(r.URL.Path, rpcPath):
		return CBOR{Namespace: cloudWatchNamespace}
	case r.Header.Get("X-Amz-Target") != "":
		return AWSJSON{Version: "1.0", Namespace: cloudWatchNamespace}
	}
	return QueryJSON{Namespace: "http://monitoring.amazonaws.com/doc/" + cloudWatchVersion + "/"}
}

// QueryJSON is awsQuery for operations whose outputs are made for JSON: Call.Text tells that all
// values of the request are text, and an answer's members become elements.
type QueryJSON struct {
	Query
	Namespace string // of the answer's XML
	action    string
}

func (d QueryJSON) open(c *Call, r *http.Request) *Error {
	if err := d.Query.open(c, r); err != nil {
		return err
	}
	d.action, c.Text = c.Operation, true
	c.Dialect = d
	return nil
}

// Write sends the members of out in the order of their names; nil is an operation without a result.
func (d QueryJSON) Write(w http.ResponseWriter, requestID string, status int, out any) {
	res := Result{Action: d.action, Namespace: d.Namespace}
	if out != nil {
		res.Content = elements(readJSON(marshal(out)))
	}
	d.Query.Write(w, requestID, status, res)
}

// elements makes XML of a JSON document: lists have members, maps entries are elements too.
func elements(v any) Element {
	out := Element{}
	switch v := v.(type) {
	case map[string]any:
		names := make(map[string][]string, len(v))
		for name := range v {
			names[name] = nil
		}
		for _, name := range sortedNames(names) {
			if v[name] != nil {
				out = append(out, Field{name, content(v[name])})
			}
		}
	case []any:
		for _, e := range v {
			out = append(out, Field{"member", content(e)})
		}
	}
	return out
}

func content(v any) any {
	switch v := v.(type) {
	case string:
		return v
	case bool:
		return strconv.FormatBool(v)
	case json.Number:
		if seconds, ok := readTime(v); ok {
			return time.UnixMilli(int64(math.Round(seconds * 1000))).UTC().Format("2006-01-02T15:04:05.000Z")
		}
		return string(v)
	}
	return elements(v)
}
