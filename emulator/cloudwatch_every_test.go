package emulator_test

// What is here of CloudWatch, held against AWS's own client as ssm-incidents is (incidents_every_test.go):
// every member by the name and of the type it has on the wire, in both of the dialects that say types.

import (
	"bytes"
	"compress/gzip"
	"context"
	"encoding/json"
	"errors"
	"io"
	"net/http"
	"reflect"
	"slices"
	"strings"
	"testing"

	"github.com/aws/aws-sdk-go-v2/service/cloudwatch"
	"github.com/aws/smithy-go"
	"github.com/aws/smithy-go/encoding/cbor"
	"github.com/google/go-cmp/cmp"

	"github.com/watchbill/watchbill/emulator"
)

// cloudWatchHas is the operations that are here.
var cloudWatchHas = []string{"DeleteAlarmMuteRule", "DeleteAlarms", "DescribeAlarmContributors", "DescribeAlarmHistory", "DescribeAlarms",
	"DescribeAlarmsForMetric", "DisableAlarmActions", "EnableAlarmActions", "GetAlarmMuteRule", "GetMetricData", "ListAlarmMuteRules", "ListMetrics",
	"ListTagsForResource", "PutAlarmMuteRule", "PutCompositeAlarm", "PutMetricAlarm", "PutMetricData", "SetAlarmState", "TagResource", "UntagResource"}

// cborTaken notes a request's CBOR down instead of sending it.
type cborTaken struct{ path, body string }

func (k *cborTaken) RoundTrip(r *http.Request) (*http.Response, error) {
	var in io.Reader = r.Body
	if r.Header.Get("Content-Encoding") == "gzip" {
		unpacked, err := gzip.NewReader(r.Body)
		if err != nil {
			return nil, err
		}
		in = unpacked
	}
	body, err := io.ReadAll(in)
	if err != nil {
		return nil, err
	}
	k.path, k.body = r.URL.Path, string(body)
	return nil, errors.New("taken down")
}

// plain is a CBOR value as JSON would have it.
func plain(v cbor.Value) any {
	switch v := v.(type) {
	case cbor.Uint:
		return float64(v)
	case cbor.Float32:
		return float64(v)
	case cbor.Float64:
		return float64(v)
	case cbor.String:
		return string(v)
	case cbor.Bool:
		return bool(v)
	case *cbor.Tag:
		return plain(v.Value)
	case cbor.List:
		out := []any{}
		for _, e := range v {
			out = append(out, plain(e))
		}
		return out
	case cbor.Map:
		out := map[string]any{}
		for name, e := range v {
			out[name] = plain(e)
		}
		return out
	}
	return nil
}

func asJSON10(op, body string) raw {
	return raw{service: "monitoring", target: "GraniteServiceVersion20100801." + op, body: body}
}

func TestEveryCloudWatchOperation(t *testing.T) {
	c := empty(t, emulator.Options{})
	var paper cborTaken
	client := cloudwatch.NewFromConfig(config(&paper, home), func(o *cloudwatch.Options) { o.RetryMaxAttempts = 1 })
	var have []string
	for _, op := range operations(client) {
		if !slices.Contains(cloudWatchHas, op.name) {
			if got := c.send(asJSON10(op.name, "{}")); !strings.Contains(got.header.Get("X-Amzn-ErrorType"), "UnknownOperation") {
				t.Errorf("%s: %d %s", op.name, got.status, got.body)
			}
			continue
		}
		have = append(have, op.name)
		t.Run(op.name, func(t *testing.T) {
			for round := range 2 { // the largest union has so many members
				everyCloudWatchMember(t, c, op, &paper, round)
			}
			var want, missing []string
			out := op.call.Call([]reflect.Value{reflect.ValueOf(context.Background()), reflect.New(op.input)})
			var invalid smithy.InvalidParamsError
			if err, _ := out[1].Interface().(error); errors.As(err, &invalid) {
				for _, e := range invalid.Errs() {
					path := e.(smithy.InvalidParamError).Field()
					field := path[strings.LastIndexByte(path, '.')+1:]
					want = append(want, strings.ToLower(field[:1])+field[1:])
				}
			}
			for _, part := range strings.Split(c.send(asJSON10(op.name, "{}")).body, "Value null at '")[1:] {
				name, _, _ := strings.Cut(part, "'")
				missing = append(missing, name)
			}
			slices.Sort(want)
			slices.Sort(missing)
			if diff := cmp.Diff(want, missing); diff != "" {
				t.Errorf("required members: %s", diff)
			}
		})
	}
	if diff := cmp.Diff(cloudWatchHas, have); diff != "" {
		t.Errorf("operations: %s", diff)
	}
}

// everyCloudWatchMember holds that the client's own request can be read, and that no member of it can be of another type.
func everyCloudWatchMember(t *testing.T, c *clients, op operation, paper *cborTaken, round int) {
	in := reflect.New(op.input)
	fill(t, in.Elem(), round)
	*paper = cborTaken{}
	op.call.Call([]reflect.Value{reflect.ValueOf(context.Background()), in})
	if paper.path != "/service/GraniteServiceVersion20100801/operation/"+op.name {
		t.Fatalf("the client sent %q", paper.path)
	}
	got := c.send(raw{service: "monitoring", path: paper.path, body: paper.body})
	if kind := errorType(t, got); kind == "SerializationException" || strings.HasPrefix(kind, "Unknown") {
		t.Errorf("%d %s", got.status, kind)
	}
	body := plain(need(cbor.Decode([]byte(paper.body)))(t)).(map[string]any)
	leaves(body, "", func(path string) {
		if got := c.send(asJSON10(op.name, string(need(json.Marshal(body))(t)))); got.header.Get("X-Amzn-ErrorType") != "SerializationException" {
			t.Errorf("another type at %s: %d %s", path, got.status, got.body)
		}
	})
}

// errorType is the type in a CBOR answer, "" for a success.
func errorType(t *testing.T, got answer) string {
	t.Helper()
	v, ok := need(cbor.Decode([]byte(got.body)))(t).(cbor.Map)
	if !ok || got.header.Get("Smithy-Protocol") != "rpc-v2-cbor" || got.header.Get("Content-Type") != "application/cbor" {
		t.Fatalf("this is no answer in CBOR: %d %v %q", got.status, got.header, got.body)
	}
	if got.status == http.StatusOK {
		return ""
	}
	kind, _ := v["__type"].(cbor.String)
	_, name, _ := strings.Cut(string(kind), "#")
	return name
}

// What other encoders write must be read: half floats, whole numbers for doubles, lengths that are told
// and lengths that are not, times that are whole.
func TestCBORAsOthersWriteIt(t *testing.T) {
	c := empty(t, emulator.Options{Now: newClock().Now})
	path := "/service/GraniteServiceVersion20100801/operation/"
	send := func(op string, body []byte) answer {
		return c.send(raw{service: "monitoring", path: path + op, body: string(body), header: http.Header{"Smithy-Protocol": {"rpc-v2-cbor"}}})
	}
	text := func(s string) []byte { return append([]byte{0x78, byte(len(s))}, s...) }
	for name, value := range map[string][]byte{"a half": {0xf9, 0x3c, 0x00}, "a single": {0xfa, 0x3f, 0x80, 0, 0}, "a whole number": {0x01}} {
		for _, indefinite := range []bool{true, false} {
			open, shut := []byte{0xa7}, []byte{}
			if indefinite {
				open, shut = []byte{0xbf}, []byte{0xff}
			}
			body := bytes.Join([][]byte{open, text("AlarmName"), text("a"), text("Namespace"), text("App"), text("MetricName"), text("Errors"), text("Statistic"),
				text("Sum"), text("Period"), {0x18, 60}, text("EvaluationPeriods"), {0x01}, text("Threshold"), value}, nil)
			body = append(body, shut...)
			if got := errorType(t, send("PutMetricAlarm", body)); got != "ValidationException" { // it has no operator
				t.Errorf("%s: %s", name, got)
			}
		}
	}
	whole := bytes.Join([][]byte{{0xbf}, text("StartDate"), {0xc1, 0x1a, 0x6a, 0, 0, 0}, text("AlarmName"), {0xf6}, {0xff}}, nil)
	if got := errorType(t, send("DescribeAlarmHistory", whole)); got != "" {
		t.Errorf("a whole time and null: %s", got)
	}
	for name, body := range map[string][]byte{
		"no number":       bytes.Join([][]byte{{0xa1}, text("MaxRecords"), {0xf9, 0x7e, 0x00}}, nil),
		"cut short":       {0xbf, 0x61},
		"a list":          {0x80},
		"many lists":      append([]byte{0xa1, 0x61, 'a', 0x9f}, bytes.Repeat([]byte{0x80}, 900_000)...),
		"deep lists":      bytes.Repeat([]byte{0x81}, 900_000),
		"a length of all": {0xa1, 0x61, 'a', 0x9b, 0xff, 0xff, 0xff, 0xff, 0xff, 0xff, 0xff, 0xff},
		"a text of all":   {0xa1, 0x61, 'a', 0x7b, 0xff, 0xff, 0xff, 0xff, 0xff, 0xff, 0xff, 0xff},
		"no body":         {0xff},
	} {
		if got := errorType(t, send("DescribeAlarms", body)); got != "SerializationException" {
			t.Errorf("%s: %s", name, got)
		}
	}
	if got := errorType(t, send("DescribeAlarms", nil)); got != "" {
		t.Errorf("an empty body: %s", got)
	}
	if got := send("Nothing", nil); got.status < 400 {
		t.Errorf("an unknown operation: %d", got.status)
	}
}
