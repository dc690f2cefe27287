package emulator_test

// The neighbours that are here in part, held against AWS's own clients: each operation that is here must know
// every member of its request, by the name and of the type it has on the wire, and insist on
// those that the client insists on. Nothing is a list by hand but how many operations there are.

import (
	"context"
	"encoding/json"
	"errors"
	"io"
	"net/http"
	"reflect"
	"slices"
	"strings"
	"testing"
	"time"

	"github.com/aws/aws-sdk-go-v2/service/chatbot"
	"github.com/aws/aws-sdk-go-v2/service/eventbridge"
	"github.com/aws/aws-sdk-go-v2/service/iam"
	"github.com/aws/aws-sdk-go-v2/service/sns"
	"github.com/aws/aws-sdk-go-v2/service/ssm"
	"github.com/aws/smithy-go"
	"github.com/google/go-cmp/cmp"

	"github.com/watchbill/watchbill/emulator"
)

// fillDeep sets every member down to a depth that no request here reaches: some types contain themselves.
func fillDeep(v reflect.Value, depth int) {
	if depth > 12 {
		return
	}
	switch kind := v.Type(); {
	case kind == reflect.TypeFor[time.Time]():
		v.Set(reflect.ValueOf(time.Unix(1, 0)))
	case kind.Kind() == reflect.Pointer:
		v.Set(reflect.New(kind.Elem()))
		fillDeep(v.Elem(), depth+1)
	case kind.Kind() == reflect.Struct:
		for _, f := range members(kind) {
			fillDeep(v.FieldByIndex(f.Index), depth+1)
		}
	case kind == reflect.TypeFor[[]byte]():
		v.SetBytes([]byte("x"))
	case kind.Kind() == reflect.Slice:
		v.Set(reflect.MakeSlice(kind, 1, 1))
		fillDeep(v.Index(0), depth+1)
	case kind.Kind() == reflect.Map:
		elem := reflect.New(kind.Elem()).Elem()
		fillDeep(elem, depth+1)
		v.Set(reflect.MakeMap(kind))
		v.SetMapIndex(reflect.ValueOf("us-east-1").Convert(kind.Key()), elem)
	case kind.Kind() == reflect.String:
		v.SetString("\x01")
	case v.CanInt():
		v.SetInt(1)
	case v.CanFloat():
		v.SetFloat(1)
	case kind.Kind() == reflect.Bool:
		v.SetBool(true)
	}
}

// noted takes down a request of any dialect.
type noted struct{ raw }

func (n *noted) RoundTrip(r *http.Request) (*http.Response, error) {
	var body []byte
	if r.Body != nil {
		body, _ = io.ReadAll(r.Body)
	}
	n.raw = raw{method: r.Method, path: r.URL.RequestURI(), body: string(body), target: r.Header.Get("X-Amz-Target"),
		header: http.Header{"Content-Type": r.Header.Values("Content-Type")}}
	return nil, errors.New("taken down")
}

func TestEveryNeighbour(t *testing.T) {
	c := empty(t, emulator.Options{})
	var paper noted
	cfg := config(&paper, home)
	cfg.RetryMaxAttempts = 1
	for _, tc := range []struct {
		service    string
		client     any
		operations int
		form       bool
	}{
		{"ssm", ssm.NewFromConfig(cfg), 23, false},
		{"events", eventbridge.NewFromConfig(cfg), 19, false},
		{"chatbot", chatbot.NewFromConfig(cfg), 20, false},
		{"sns", sns.NewFromConfig(cfg), 16, true},
		{"iam", iam.NewFromConfig(cfg), 24, true},
	} {
		t.Run(tc.service, func(t *testing.T) {
			there := 0
			for _, op := range operations(tc.client) {
				in := reflect.New(op.input)
				fillDeep(in.Elem(), 0)
				if f := in.Elem().FieldByName("EndpointId"); f.IsValid() {
					f.SetZero() // the client takes another address for it
				}
				paper.raw = raw{}
				op.call.Call([]reflect.Value{reflect.ValueOf(context.Background()), in})
				if paper.path == "" {
					continue // an operation whose request cannot be made up so; it is missed below if it is here
				}
				paper.service = tc.service
				kind := c.send(paper.raw).header.Get("X-Amzn-ErrorType")
				if kind == "UnknownOperationException" || kind == "InvalidAction" {
					continue
				}
				there++
				t.Run(op.name, func(t *testing.T) {
					if kind == "SerializationException" {
						t.Fatalf("the request cannot be read: %s", c.send(paper.raw).body)
					}
					if !tc.form { // a form has only texts
						everyMemberOf(t, c, paper.raw)
					}
					requiredOf(t, c, op, paper.raw, tc.form)
				})
			}
			if there != tc.operations {
				t.Errorf("%d operations are here, want %d", there, tc.operations)
			}
		})
	}
}

func everyMemberOf(t *testing.T, c *clients, paper raw) {
	var body map[string]any
	if err := json.Unmarshal([]byte(paper.body), &body); err != nil {
		t.Fatal(err)
	}
	leaves(body, "", func(path string) {
		wrong := paper
		wrong.body = string(need(json.Marshal(body))(t))
		if got := c.send(wrong); got.header.Get("X-Amzn-ErrorType") != "SerializationException" {
			t.Errorf("another type at %s: %d %s", path, got.status, got.body)
		}
	})
}

func requiredOf(t *testing.T, c *clients, op operation, paper raw, form bool) {
	var want []string
	out := op.call.Call([]reflect.Value{reflect.ValueOf(context.Background()), reflect.New(op.input)})
	var missing smithy.InvalidParamsError
	if err, _ := out[1].Interface().(error); errors.As(err, &missing) {
		for _, e := range missing.Errs() {
			path := e.(smithy.InvalidParamError).Field()
			field := path[strings.LastIndexByte(path, '.')+1:]
			want = append(want, strings.ToLower(field[:1])+field[1:])
		}
	}
	bare := paper
	bare.body = "{}"
	if form {
		bare.body = "Action=" + op.name
	}
	var got []string
	text := strings.ReplaceAll(c.send(bare).body, "&#39;", "'")
	for _, part := range strings.Split(text, "Value null at '")[1:] {
		name, _, _ := strings.Cut(part, "'")
		got = append(got, name)
	}
	slices.Sort(want)
	for i, name := range got {
		got[i] = strings.ToLower(name[:1]) + name[1:]
	}
	slices.Sort(got)
	if diff := cmp.Diff(want, got); diff != "" {
		t.Errorf("required members: %s", diff)
	}
}

// Lists in forms can be cut short and come twice as those in JSON can.
func TestFaultsOfForms(t *testing.T) {
	s := open(t, emulator.Options{MaxPage: 2})
	c := connect(t, s.Transport(), home)
	for _, name := range []string{"a", "b", "c"} {
		c.topic(name)
	}
	count := func(kind string, times int) int {
		need(s.AddFault(emulator.Fault{Operation: "sns.ListTopics", Kind: kind, Times: times}))(t)
		defer s.ClearFaults()
		n := 0
		in := &sns.ListTopicsInput{}
		for range 5 {
			page := need(c.sns().ListTopics(c.ctx, in))(t)
			n += len(page.Topics)
			if in.NextToken = page.NextToken; in.NextToken == nil {
				break
			}
		}
		return n
	}
	if n := count(emulator.FaultShort, 1); n != 2 {
		t.Errorf("cut short: %d topics", n)
	}
	if n := count(emulator.FaultRepeat, 1); n != 5 {
		t.Errorf("with a page twice: %d topics", n)
	}
}

// Entries that are not taken are counted in an answer that succeeds.
func TestFailedEntries(t *testing.T) {
	s := open(t, emulator.Options{})
	c := connect(t, s.Transport(), home)
	c.rule("shop", `{"source":["x"]}`)
	need(s.AddFault(emulator.Fault{Operation: "events.PutTargets", Kind: emulator.FaultEntries, Times: 1}))(t)
	target := aimed("a", "arn:aws:ssm-incidents::"+account+":response-plan/down")
	if failed := c.aim("shop", target); len(failed) != 1 || *failed[0].TargetId != "a" || *failed[0].ErrorCode == "" {
		t.Errorf("failed %+v", failed)
	}
	if got := need(c.events().ListTargetsByRule(c.ctx, &eventbridge.ListTargetsByRuleInput{Rule: &[]string{"shop"}[0]}))(t).Targets; len(got) != 0 {
		t.Errorf("taken all the same: %v", got)
	}
	if failed := c.aim("shop", target); len(failed) != 0 {
		t.Errorf("failed %+v", failed)
	}
	if _, err := s.AddFault(emulator.Fault{Operation: "ssm.*", Kind: emulator.FaultEntries}); err == nil {
		t.Error("a fault of entries for calls without any")
	}
	need(s.AddFault(emulator.Fault{Operation: "events.PutEvents", Kind: emulator.FaultEntries}))(t)
	if out := c.tell(busEvent("x", "y", "{}")); out.FailedEntryCount != 1 || len(out.Entries) != 1 {
		t.Errorf("events %+v", out)
	}
}
