package emulator_test

// The whole of ssm-incidents, held against AWS's own client: every request is filled by reflection
// and taken down as the client writes it. So the service must know every path and every member, by
// the name and of the type it has on the wire. The only list by hand is that of the unions, since
// reflection cannot find the types behind an interface.

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

	cwtypes "github.com/aws/aws-sdk-go-v2/service/cloudwatch/types"
	"github.com/aws/aws-sdk-go-v2/service/ssmincidents"
	"github.com/aws/aws-sdk-go-v2/service/ssmincidents/types"
	"github.com/aws/smithy-go"
	"github.com/google/go-cmp/cmp"

	"github.com/watchbill/watchbill/emulator"
)

// unionMembers are the types behind each union of a request.
var unionMembers = map[reflect.Type][]any{
	reflect.TypeFor[types.Action]():                   {&types.ActionMemberSsmAutomation{}},
	reflect.TypeFor[types.AttributeValueList]():       {&types.AttributeValueListMemberIntegerValues{}, &types.AttributeValueListMemberStringValues{}},
	reflect.TypeFor[types.ChatChannel]():              {&types.ChatChannelMemberChatbotSns{}, &types.ChatChannelMemberEmpty{}},
	reflect.TypeFor[types.Condition]():                {&types.ConditionMemberAfter{}, &types.ConditionMemberBefore{}, &types.ConditionMemberEquals{}},
	reflect.TypeFor[types.DynamicSsmParameterValue](): {&types.DynamicSsmParameterValueMemberVariable{}},
	reflect.TypeFor[types.EventReference]():           {&types.EventReferenceMemberRelatedItemId{}, &types.EventReferenceMemberResource{}},
	reflect.TypeFor[types.Integration]():              {&types.IntegrationMemberPagerDutyConfiguration{}},
	reflect.TypeFor[types.ItemValue](): {&types.ItemValueMemberArn{}, &types.ItemValueMemberMetricDefinition{},
		&types.ItemValueMemberPagerDutyIncidentDetail{}, &types.ItemValueMemberUrl{}},
	reflect.TypeFor[types.NotificationTargetItem]():     {&types.NotificationTargetItemMemberSnsTopicArn{}},
	reflect.TypeFor[types.RelatedItemsUpdate]():         {&types.RelatedItemsUpdateMemberItemToAdd{}, &types.RelatedItemsUpdateMemberItemToRemove{}},
	reflect.TypeFor[cwtypes.EvaluationWindow]():         {&cwtypes.EvaluationWindowMemberSlidingWindow{}, &cwtypes.EvaluationWindowMemberWallClockWindow{}},
	reflect.TypeFor[cwtypes.EvaluationCriteria]():       {&cwtypes.EvaluationCriteriaMemberPromQLCriteria{}},
	reflect.TypeFor[types.UpdateReplicationSetAction](): {&types.UpdateReplicationSetActionMemberAddRegionAction{}, &types.UpdateReplicationSetActionMemberDeleteRegionAction{}},
}

// fill sets every member at every depth. Of each union it takes the member numbered round.
func fill(t *testing.T, v reflect.Value, round int) {
	switch kind := v.Type(); {
	case kind == reflect.TypeFor[time.Time]():
		v.Set(reflect.ValueOf(time.Unix(1, 0)))
	case kind.Kind() == reflect.Interface:
		behind := unionMembers[kind]
		if behind == nil {
			t.Fatalf("nothing is known behind %v", kind)
		}
		of := reflect.New(reflect.TypeOf(behind[round%len(behind)]).Elem())
		fill(t, of.Elem(), round)
		v.Set(of)
	case kind.Kind() == reflect.Pointer:
		v.Set(reflect.New(kind.Elem()))
		fill(t, v.Elem(), round)
	case kind.Kind() == reflect.Struct:
		for _, f := range members(kind) {
			fill(t, v.FieldByIndex(f.Index), round)
		}
	case kind.Kind() == reflect.Slice:
		v.Set(reflect.MakeSlice(kind, 1, 1))
		fill(t, v.Index(0), round)
	case kind.Kind() == reflect.Map:
		elem := reflect.New(kind.Elem()).Elem()
		fill(t, elem, round)
		v.Set(reflect.MakeMap(kind))
		v.SetMapIndex(reflect.ValueOf("us-east-1").Convert(kind.Key()), elem)
	case kind.Kind() == reflect.String:
		v.SetString("\x00")
	case kind.Kind() == reflect.Int32:
		v.SetInt(1)
	case kind.Kind() == reflect.Float64:
		v.SetFloat(0.5)
	case kind.Kind() == reflect.Bool:
		v.SetBool(true)
	default:
		t.Fatalf("no value for a %v", kind)
	}
}

// taken notes a request down instead of sending it.
type taken struct {
	raw
	rawPath string
}

func (k *taken) RoundTrip(r *http.Request) (*http.Response, error) {
	var body json.RawMessage
	if r.Body != nil {
		if err := json.NewDecoder(r.Body).Decode(&body); err != nil && r.ContentLength > 0 {
			return nil, err
		}
	}
	k.raw = raw{service: "ssm-incidents", method: r.Method, path: r.URL.RequestURI(), body: string(body)}
	k.rawPath = r.URL.EscapedPath()
	return nil, errors.New("taken down")
}

// leaves calls back with a body of which one value has another type, for each value in it.
func leaves(v any, path string, changed func(path string)) {
	swap := func(at string, old any, set func(any)) {
		var wrong any = "text"
		if _, ok := old.(string); ok {
			wrong = 5
		}
		set(wrong)
		changed(path + at)
		set(old)
		leaves(old, path+at, changed)
	}
	switch v := v.(type) {
	case map[string]any:
		for name, old := range v {
			swap("."+name, old, func(to any) { v[name] = to })
		}
	case []any:
		for i, old := range v {
			swap("[]", old, func(to any) { v[i] = to })
		}
	}
}

func TestEveryIncidentsOperation(t *testing.T) {
	c := onboarded(t, emulator.Options{})
	var paper taken
	client := ssmincidents.NewFromConfig(config(&paper, home), func(o *ssmincidents.Options) { o.RetryMaxAttempts = 1 })
	ops := operations(client)
	if len(ops) != 31 {
		t.Errorf("the client has %d operations", len(ops))
	}
	for _, op := range ops {
		t.Run(op.name, func(t *testing.T) {
			for round := range 4 { // the largest union has so many members
				in := reflect.New(op.input)
				fill(t, in.Elem(), round)
				paper = taken{}
				op.call.Call([]reflect.Value{reflect.ValueOf(context.Background()), in})
				if paper.path == "" {
					t.Fatal("the client sent nothing")
				}
				everyMember(t, c, paper)
			}
			requiredMembers(t, c, op, paper)
		})
	}
}

// everyMember holds that the request can be read and that none of its members can be of another type.
func everyMember(t *testing.T, c *clients, paper taken) {
	// The text in it fits no enum and no pattern, so it is always refused, but as a known operation.
	if got := c.send(paper.raw); got.status == http.StatusMethodNotAllowed || strings.Contains(got.body, "SerializationException") ||
		strings.Contains(got.header.Get("X-Amzn-ErrorType"), "Unknown") || got.header.Get("X-Amzn-ErrorType") == "SerializationException" {
		t.Fatalf("%s %s: %d %v %s", paper.method, paper.path, got.status, got.header, got.body)
	}
	if paper.body == "" {
		return
	}
	var body map[string]any
	if err := json.Unmarshal([]byte(paper.body), &body); err != nil {
		t.Fatal(err)
	}
	leaves(body, "", func(path string) {
		wrong := paper.raw
		wrong.body = string(need(json.Marshal(body))(t))
		if got := c.send(wrong); got.header.Get("X-Amzn-ErrorType") != "SerializationException" {
			t.Errorf("another type at %s: %d %s", path, got.status, got.body)
		}
	})
}

// requiredMembers holds that what the client insists on the service insists on, and on nothing else.
// What is part of a path cannot be left out.
func requiredMembers(t *testing.T, c *clients, op operation, paper taken) {
	var want []string
	out := op.call.Call([]reflect.Value{reflect.ValueOf(context.Background()), reflect.New(op.input)})
	var missing smithy.InvalidParamsError
	if err, _ := out[1].Interface().(error); errors.As(err, &missing) {
		for _, e := range missing.Errs() {
			path := e.(smithy.InvalidParamError).Field()
			field := path[strings.LastIndexByte(path, '.')+1:]
			if name := strings.ToLower(field[:1]) + field[1:]; !strings.HasPrefix(paper.rawPath, "/tags/") || name != "resourceArn" {
				want = append(want, name)
			}
		}
	}
	empty := raw{service: paper.service, method: paper.method, path: paper.rawPath}
	if paper.body != "" {
		empty.body = "{}"
	}
	var got []string
	for _, part := range strings.Split(c.send(empty).body, "Value null at '")[1:] {
		name, _, _ := strings.Cut(part, "'")
		got = append(got, name)
	}
	slices.Sort(want)
	slices.Sort(got)
	if diff := cmp.Diff(want, got); diff != "" {
		t.Errorf("required members: %s", diff)
	}
}
