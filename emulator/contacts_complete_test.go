package emulator_test

// The whole of ssm-contacts, held against AWS's own client: which operations there are, which members
// a request has, of which type, and which of them are required. Nothing here is a list by hand.

import (
	"context"
	"encoding/json"
	"errors"
	"net/http"
	"reflect"
	"slices"
	"strings"
	"testing"
	"time"

	"github.com/aws/smithy-go"
	"github.com/google/go-cmp/cmp"

	"github.com/watchbill/watchbill/emulator"
)

// operation is one of the client's calls.
type operation struct {
	name  string
	input reflect.Type
	call  reflect.Value
}

// operations are all calls of one of AWS's clients.
func operations(client any) (ops []operation) {
	v := reflect.ValueOf(client)
	for i := range v.NumMethod() {
		m := v.Type().Method(i)
		if m.Type.NumIn() == 4 && m.Type.In(2).Name() == "" && m.Type.In(2).Elem().Name() == m.Name+"Input" {
			ops = append(ops, operation{m.Name, m.Type.In(2).Elem(), v.Method(i)})
		}
	}
	return ops
}

// members are the fields of a request or of a structure in one.
func members(t reflect.Type) (fields []reflect.StructField) {
	for i := range t.NumField() {
		if f := t.Field(i); f.IsExported() && f.Name != "ResultMetadata" {
			fields = append(fields, f)
		}
	}
	return fields
}

// contactsCall sends a body that the SDK would not.
func (c *clients) contactsCall(op string, body any) map[string]any {
	c.t.Helper()
	data := need(json.Marshal(body))(c.t)
	r := need(http.NewRequestWithContext(c.ctx, http.MethodPost, "http://emulator.invalid/", strings.NewReader(string(data))))(c.t)
	r.Header.Set("X-Amz-Target", "SSMContacts."+op)
	r.Header.Set("Content-Type", "application/x-amz-json-1.1")
	res := need(c.http.RoundTrip(r))(c.t)
	defer res.Body.Close()
	answer := map[string]any{}
	if err := json.NewDecoder(res.Body).Decode(&answer); err != nil {
		c.t.Fatal(err)
	}
	return answer
}

func TestEveryContactsOperation(t *testing.T) {
	c := onboarded(t, emulator.Options{})
	ops := operations(c.contacts)
	if len(ops) != 39 {
		t.Errorf("the client has %d operations", len(ops))
	}
	for _, op := range ops {
		t.Run(op.name, func(t *testing.T) {
			// Every member is known, at every depth: one of the wrong type cannot be read.
			wrongTypes(t, c, op.name, op.input, nil)

			// What the client insists on, the service insists on, and on nothing else.
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
			var got []string
			answer := c.contactsCall(op.name, map[string]any{})
			for _, f := range asList(answer["Fields"]) {
				got = append(got, f.(map[string]any)["Name"].(string))
			}
			slices.Sort(want)
			slices.Sort(got)
			if diff := cmp.Diff(want, got); diff != "" {
				t.Errorf("required members: %s", diff)
			}
		})
	}
}

func asList(v any) []any { list, _ := v.([]any); return list }

// wrongTypes puts a value of the wrong type at every member below a path. A path element of "" is
// any element of a list, "*" any value of a map.
func wrongTypes(t *testing.T, c *clients, op string, in reflect.Type, path []string) {
	for _, f := range members(in) {
		here := append(slices.Clone(path), f.Name)
		kind := f.Type
		for {
			var wrong any = "text"
			switch value := dereferenced(kind); {
			case value == reflect.TypeFor[time.Time]():
			case value.Kind() == reflect.String:
				wrong = 5
			case value.Kind() == reflect.Struct:
				wrongTypes(t, c, op, value, here)
			}
			answer := c.contactsCall(op, nested(here, wrong))
			if answer["__type"] != "SerializationException" {
				t.Errorf("%v at %s: %v", wrong, strings.Join(here, "."), answer)
			}
			switch value := dereferenced(kind); value.Kind() {
			case reflect.Slice:
				kind, here = value.Elem(), append(slices.Clone(here), "")
				continue
			case reflect.Map:
				kind, here = value.Elem(), append(slices.Clone(here), "*")
				continue
			}
			break
		}
	}
}

func dereferenced(t reflect.Type) reflect.Type {
	if t.Kind() == reflect.Pointer {
		return t.Elem()
	}
	return t
}

func nested(path []string, v any) any {
	for _, step := range slices.Backward(path) {
		switch step {
		case "":
			v = []any{v}
		case "*":
			v = map[string]any{"MON": v}
		default:
			v = map[string]any{step: v}
		}
	}
	return v
}
