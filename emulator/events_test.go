package emulator_test

import (
	"bytes"
	"encoding/json"
	"fmt"
	"io"
	"net/http"
	"slices"
	"strings"
	"testing"

	"github.com/aws/aws-sdk-go-v2/aws"
	"github.com/aws/aws-sdk-go-v2/service/eventbridge"
	ebtypes "github.com/aws/aws-sdk-go-v2/service/eventbridge/types"
	"github.com/aws/aws-sdk-go-v2/service/iam"
	"github.com/aws/aws-sdk-go-v2/service/resourcegroupstaggingapi"
	"github.com/aws/aws-sdk-go-v2/service/sns"
	"github.com/aws/aws-sdk-go-v2/service/ssmincidents"
	"github.com/aws/aws-sdk-go-v2/service/ssmincidents/types"
	"github.com/google/go-cmp/cmp"

	"github.com/watchbill/watchbill/emulator"
)

func (c *clients) events() *eventbridge.Client {
	return eventbridge.NewFromConfig(config(c.http, home))
}

func (c *clients) rule(name, pattern string) string {
	c.t.Helper()
	return *need(c.events().PutRule(c.ctx, &eventbridge.PutRuleInput{Name: &name, EventPattern: &pattern}))(c.t).RuleArn
}

func (c *clients) aim(rule string, targets ...ebtypes.Target) []ebtypes.PutTargetsResultEntry {
	c.t.Helper()
	out := need(c.events().PutTargets(c.ctx, &eventbridge.PutTargetsInput{Rule: &rule, Targets: targets}))(c.t)
	if int(out.FailedEntryCount) != len(out.FailedEntries) {
		c.t.Errorf("%d failed entries are %v", out.FailedEntryCount, out.FailedEntries)
	}
	return out.FailedEntries
}

func aimed(id, arn string) ebtypes.Target {
	return ebtypes.Target{Id: &id, Arn: &arn, RoleArn: aws.String("arn:aws:iam::" + account + ":role/event")}
}

func busEvent(source, kind, detail string, resources ...string) ebtypes.PutEventsRequestEntry {
	return ebtypes.PutEventsRequestEntry{Source: &source, DetailType: &kind, Detail: &detail, Resources: resources}
}

func (c *clients) tell(entries ...ebtypes.PutEventsRequestEntry) *eventbridge.PutEventsOutput {
	c.t.Helper()
	return need(c.events().PutEvents(c.ctx, &eventbridge.PutEventsInput{Entries: entries}))(c.t)
}

// delivery is one line of /_watchbill/events.
type delivery struct {
	Rule, Target, Incident, Error string
}

func (c *clients) deliveries() []delivery {
	c.t.Helper()
	var out struct{ Deliveries []delivery }
	c.door("events", &out)
	return out.Deliveries
}

func TestRules(t *testing.T) {
	c := empty(t, emulator.Options{MaxPage: 1})
	arn := c.rule("health", `{"source":["aws.health"]}`)
	if arn != "arn:aws:events:"+home+":"+account+":rule/health" {
		t.Errorf("rule %s", arn)
	}
	need(c.events().PutRule(c.ctx, &eventbridge.PutRuleInput{Name: aws.String("health"), EventPattern: aws.String(`{"source":["aws.ec2"]}`), Description: aws.String("d"),
		State: ebtypes.RuleStateDisabled, Tags: []ebtypes.Tag{{Key: aws.String("late"), Value: aws.String("x")}}}))(t)
	got := need(c.events().DescribeRule(c.ctx, &eventbridge.DescribeRuleInput{Name: aws.String("health")}))(t)
	if got.State != ebtypes.RuleStateDisabled || *got.EventPattern != `{"source":["aws.ec2"]}` || *got.Description != "d" || *got.CreatedBy != account || *got.EventBusName != "default" {
		t.Errorf("rule %+v", got)
	}
	if tags := need(c.events().ListTagsForResource(c.ctx, &eventbridge.ListTagsForResourceInput{ResourceARN: &arn}))(t).Tags; len(tags) != 0 {
		t.Errorf("tags of an update were taken: %v", tags)
	}
	need(c.events().EnableRule(c.ctx, &eventbridge.EnableRuleInput{Name: aws.String("health")}))(t)
	need(c.events().PutRule(c.ctx, &eventbridge.PutRuleInput{Name: aws.String("health"), EventPattern: got.EventPattern}))(t)
	if got := need(c.events().DescribeRule(c.ctx, &eventbridge.DescribeRuleInput{Name: aws.String("health")}))(t); got.Description != nil || got.State != ebtypes.RuleStateEnabled {
		t.Errorf("PutRule does not replace: %+v", got)
	}
	c.rule("a", `{"source":["x"]}`)
	c.rule("hello", `{"source":["x"]}`)
	list := func(prefix *string) (names []string) {
		in := &eventbridge.ListRulesInput{NamePrefix: prefix}
		for {
			page := need(c.events().ListRules(c.ctx, in))(t)
			for _, r := range page.Rules {
				names = append(names, *r.Name)
			}
			if in.NextToken = page.NextToken; in.NextToken == nil {
				return names
			}
		}
	}
	if diff := cmp.Diff([]string{"health", "hello"}, list(aws.String("he"))); diff != "" {
		t.Error(diff)
	}
	if diff := cmp.Diff([]string{"a", "health", "hello"}, list(nil)); diff != "" {
		t.Error(diff)
	}
	for _, pattern := range []string{"", "{", "[]", "{}", `{"a":"b"}`, `{"a":[]}`, `{"a":[{"colour":"red"}]}`, `{"a":[{"prefix":5}]}`, `{"a":[{"numeric":[">"]}]}`} {
		_, err := c.events().PutRule(c.ctx, &eventbridge.PutRuleInput{Name: aws.String("bad"), EventPattern: &pattern})
		if pattern == "" {
			says(t, err, "ValidationException")
			continue
		}
		fails[*ebtypes.InvalidEventPatternException](t, err)
	}
	_, err := c.events().DescribeRule(c.ctx, &eventbridge.DescribeRuleInput{Name: aws.String("gone")})
	fails[*ebtypes.ResourceNotFoundException](t, err)
	_, err = c.events().PutRule(c.ctx, &eventbridge.PutRuleInput{Name: aws.String("x"), EventBusName: aws.String("team"), EventPattern: aws.String(`{"source":["x"]}`)})
	fails[*ebtypes.ResourceNotFoundException](t, err)
	need(c.events().CreateEventBus(c.ctx, &eventbridge.CreateEventBusInput{Name: aws.String("team")}))(t)
	on := need(c.events().PutRule(c.ctx, &eventbridge.PutRuleInput{Name: aws.String("x"), EventBusName: aws.String("team"), EventPattern: aws.String(`{"source":["x"]}`)}))(t)
	if *on.RuleArn != "arn:aws:events:"+home+":"+account+":rule/team/x" {
		t.Errorf("rule %s", *on.RuleArn)
	}
	for range 2 {
		need(c.events().DeleteRule(c.ctx, &eventbridge.DeleteRuleInput{Name: aws.String("a")}))(t)
	}
}

func TestTargets(t *testing.T) {
	c := empty(t, emulator.Options{MaxPage: 1})
	c.rule("health", `{"source":["aws.health"]}`)
	plan := "arn:aws:ssm-incidents::" + account + ":response-plan/down"
	full := aimed("watchbill", plan)
	full.RetryPolicy = &ebtypes.RetryPolicy{MaximumRetryAttempts: aws.Int32(3), MaximumEventAgeInSeconds: aws.Int32(60)}
	full.EcsParameters = &ebtypes.EcsParameters{TaskDefinitionArn: aws.String("arn:aws:ecs:x"), NetworkConfiguration: &ebtypes.NetworkConfiguration{
		AwsvpcConfiguration: &ebtypes.AwsVpcConfiguration{Subnets: []string{"s"}}}}
	bare := aimed("bare", plan)
	bare.RoleArn = nil
	failed := c.aim("health", full, bare, aimed("odd", "down"), aimed("region", "arn:aws:ssm-incidents:"+home+":"+account+":response-plan/down"), aimed("b", "arn:aws:sns:"+home+":"+account+":ops"))
	var ids []string
	for _, f := range failed {
		ids = append(ids, *f.TargetId)
	}
	if diff := cmp.Diff([]string{"bare", "odd", "region"}, ids); diff != "" || !strings.Contains(*failed[0].ErrorMessage, "RoleArn is required") {
		t.Errorf("%s: %v", diff, failed)
	}
	list := func() (all []ebtypes.Target) {
		in := &eventbridge.ListTargetsByRuleInput{Rule: aws.String("health")}
		for {
			page := need(c.events().ListTargetsByRule(c.ctx, in))(t)
			all = append(all, page.Targets...)
			if in.NextToken = page.NextToken; in.NextToken == nil {
				return all
			}
		}
	}
	all := list()
	if len(all) != 2 || *all[0].Id != "b" || *all[1].RetryPolicy.MaximumRetryAttempts != 3 || all[1].EcsParameters.NetworkConfiguration.AwsvpcConfiguration.Subnets[0] != "s" {
		t.Errorf("targets %+v", all)
	}
	names := need(c.events().ListRuleNamesByTarget(c.ctx, &eventbridge.ListRuleNamesByTargetInput{TargetArn: &plan}))(t).RuleNames
	if !slices.Equal(names, []string{"health"}) {
		t.Errorf("rules of the target: %v", names)
	}
	_, err := c.events().DeleteRule(c.ctx, &eventbridge.DeleteRuleInput{Name: aws.String("health")})
	says(t, err, "ValidationException")
	var many []ebtypes.Target
	for i := range 4 {
		many = append(many, aimed(fmt.Sprint("t", i), plan))
	}
	_, err = c.events().PutTargets(c.ctx, &eventbridge.PutTargetsInput{Rule: aws.String("health"), Targets: many})
	fails[*ebtypes.LimitExceededException](t, err)
	out := need(c.events().RemoveTargets(c.ctx, &eventbridge.RemoveTargetsInput{Rule: aws.String("health"), Ids: []string{"b", "watchbill", "gone"}}))(t)
	if out.FailedEntryCount != 0 || len(list()) != 0 {
		t.Errorf("removed %+v", out)
	}
	need(c.events().DeleteRule(c.ctx, &eventbridge.DeleteRuleInput{Name: aws.String("health")}))(t)
	_, err = c.events().PutTargets(c.ctx, &eventbridge.PutTargetsInput{Rule: aws.String("health"), Targets: []ebtypes.Target{full}})
	fails[*ebtypes.ResourceNotFoundException](t, err)
}

// A rule of another AWS service can be looked at and not changed.
func TestManagedRules(t *testing.T) {
	s := open(t, emulator.Options{})
	c := connect(t, s.Transport(), home)
	c.rule("theirs", `{"source":["x"]}`)
	state := need(s.Export())(t)
	managed := bytes.Replace(state, []byte(`"State":"ENABLED"`), []byte(`"State":"ENABLED","ManagedBy":"autoscaling.amazonaws.com"`), 1)
	if err := s.Import(managed); err != nil {
		t.Fatal(err)
	}
	if r := need(c.events().DescribeRule(c.ctx, &eventbridge.DescribeRuleInput{Name: aws.String("theirs")}))(t); aws.ToString(r.ManagedBy) != "autoscaling.amazonaws.com" {
		t.Errorf("rule %+v", r)
	}
	_, err := c.events().PutRule(c.ctx, &eventbridge.PutRuleInput{Name: aws.String("theirs"), EventPattern: aws.String(`{"source":["x"]}`)})
	fails[*ebtypes.ManagedRuleException](t, err)
	_, err = c.events().DisableRule(c.ctx, &eventbridge.DisableRuleInput{Name: aws.String("theirs")})
	fails[*ebtypes.ManagedRuleException](t, err)
	_, err = c.events().DeleteRule(c.ctx, &eventbridge.DeleteRuleInput{Name: aws.String("theirs")})
	fails[*ebtypes.ManagedRuleException](t, err)
	need(c.events().DeleteRule(c.ctx, &eventbridge.DeleteRuleInput{Name: aws.String("theirs"), Force: true}))(t)
}

func TestRuleTags(t *testing.T) {
	c := empty(t, emulator.Options{MaxPage: 1})
	arn := *need(c.events().PutRule(c.ctx, &eventbridge.PutRuleInput{Name: aws.String("x"), EventPattern: aws.String(`{"source":["x"]}`),
		Tags: []ebtypes.Tag{{Key: aws.String("a"), Value: aws.String("1")}}}))(t).RuleArn
	need(c.events().CreateEventBus(c.ctx, &eventbridge.CreateEventBusInput{Name: aws.String("b")}))(t)
	other := *need(c.events().PutRule(c.ctx, &eventbridge.PutRuleInput{Name: aws.String("z"), EventBusName: aws.String("b"), EventPattern: aws.String(`{"source":["x"]}`),
		Tags: []ebtypes.Tag{{Key: aws.String("a"), Value: aws.String("1")}}}))(t).RuleArn
	need(c.events().TagResource(c.ctx, &eventbridge.TagResourceInput{ResourceARN: &arn, Tags: []ebtypes.Tag{{Key: aws.String("b"), Value: aws.String("2")}}}))(t)
	need(c.events().UntagResource(c.ctx, &eventbridge.UntagResourceInput{ResourceARN: &arn, TagKeys: []string{"a"}}))(t)
	found := c.resources(&resourcegroupstaggingapi.GetResourcesInput{ResourceTypeFilters: []string{"events:rule"}})
	if diff := cmp.Diff(map[string]map[string]string{arn: {"b": "2"}, other: {"a": "1"}}, found); diff != "" {
		t.Error(diff)
	}
	_, err := c.events().TagResource(c.ctx, &eventbridge.TagResourceInput{ResourceARN: aws.String(arn + "x"), Tags: []ebtypes.Tag{}})
	fails[*ebtypes.ResourceNotFoundException](t, err)
}

func TestPutEventsRefusals(t *testing.T) {
	c := empty(t, emulator.Options{})
	out := c.tell(busEvent("x", "y", "{}"), busEvent("aws.ec2", "y", "{}"), busEvent("x", "y", "[]"), busEvent("x", "", "{}"))
	var codes []string
	for _, e := range out.Entries {
		codes = append(codes, aws.ToString(e.ErrorCode))
		if (e.EventId == nil) != (e.ErrorCode != nil) {
			t.Errorf("entry %+v", e)
		}
	}
	if diff := cmp.Diff([]string{"", "NotAuthorizedForSource", "MalformedDetail", "InvalidArgument"}, codes); diff != "" || out.FailedEntryCount != 3 {
		t.Errorf("%d failed: %s", out.FailedEntryCount, diff)
	}
}

const eventTrust = `{"Version":"2012-10-17","Statement":[{"Effect":"Allow","Principal":{"Service":"events.amazonaws.com"},"Action":"sts:AssumeRole",` +
	`"Condition":{"StringEquals":{"aws:SourceAccount":"` + account + `"},"ArnLike":{"aws:SourceArn":"arn:aws:events:*:` + account + `:rule/shop"}}}]}`

func (c *clients) eventRole(trust, resource string) {
	c.t.Helper()
	need(c.iam().CreateRole(c.ctx, &iam.CreateRoleInput{RoleName: aws.String("event"), AssumeRolePolicyDocument: &trust}))(c.t)
	need(c.iam().PutRolePolicy(c.ctx, &iam.PutRolePolicyInput{RoleName: aws.String("event"), PolicyName: aws.String("start"),
		PolicyDocument: aws.String(`{"Version":"2012-10-17","Statement":[{"Effect":"Allow","Action":"ssm-incidents:StartIncident","Resource":"` + resource + `"}]}`)}))(c.t)
}

func TestEventStartsIncident(t *testing.T) {
	c, _ := byHand(t, emulator.Options{})
	plan := c.plan("down")
	rule := c.rule("shop", `{"source":["com.example.shop"],"detail":{"severity":[{"numeric":[">=",3]}]}}`)
	c.aim("shop", aimed("watchbill", plan))
	c.eventRole(eventTrust, plan)
	const queue = "arn:aws:sqs:ap-northeast-1:111122223333:orders"
	c.tell(busEvent("com.example.shop", "Orders stuck", `{"severity":2}`, queue))
	if got := c.deliveries(); len(got) != 0 {
		t.Errorf("an event that does not match was delivered: %v", got)
	}
	c.tell(busEvent("com.example.shop", "Orders stuck", `{"severity":4}`, queue))
	got := c.deliveries()
	if len(got) != 1 || got[0].Error != "" || got[0].Rule != rule || got[0].Target != plan || got[0].Incident == "" {
		t.Fatalf("delivered %+v", got)
	}
	r := c.incident(got[0].Incident)
	if *r.IncidentRecordSource.Source != "com.example.shop" || aws.ToString(r.IncidentRecordSource.ResourceArn) != rule || !strings.Contains(*r.Title, "Orders stuck") {
		t.Errorf("incident %+v, source %+v", r, r.IncidentRecordSource)
	}
	involved := slices.ContainsFunc(c.related(*r.Arn), func(i types.RelatedItem) bool {
		v, ok := i.Identifier.Value.(*types.ItemValueMemberArn)
		return ok && i.Identifier.Type == types.ItemTypeInvolvedResource && v.Value == queue
	})
	if !involved {
		t.Error("the event's resource is not involved")
	}
	c.tell(busEvent("com.example.shop", "Orders stuck", `{"severity":5}`))
	if got := c.deliveries(); len(got) != 2 || got[1].Incident != got[0].Incident {
		t.Errorf("the second event of the rule is not absorbed: %+v", got)
	}
	need(c.events().DisableRule(c.ctx, &eventbridge.DisableRuleInput{Name: aws.String("shop")}))(t)
	c.tell(busEvent("com.example.shop", "Orders stuck", `{"severity":5}`))
	if got := c.deliveries(); len(got) != 2 {
		t.Error("a disabled rule delivers")
	}
}

func TestEventRole(t *testing.T) {
	for name, tc := range map[string]struct{ trust, resource, want string }{
		"right":           {eventTrust, "arn:aws:ssm-incidents::" + account + ":response-plan/down", ""},
		"another plan":    {eventTrust, "arn:aws:ssm-incidents::" + account + ":response-plan/up", "ssm-incidents:StartIncident"},
		"another rule":    {strings.Replace(eventTrust, "rule/shop", "rule/other", 1), "*", "sts:AssumeRole"},
		"another service": {strings.Replace(eventTrust, "events.amazonaws.com", "ssm-incidents.amazonaws.com", 1), "*", "sts:AssumeRole"},
	} {
		t.Run(name, func(t *testing.T) {
			c, _ := byHand(t, emulator.Options{})
			plan := c.plan("down")
			c.rule("shop", `{"source":["com.example.shop"]}`)
			c.aim("shop", aimed("watchbill", plan))
			c.eventRole(tc.trust, tc.resource)
			c.tell(busEvent("com.example.shop", "x", "{}"))
			got := c.deliveries()
			if len(got) != 1 || (got[0].Error == "") != (tc.want == "") || !strings.Contains(got[0].Error, tc.want) {
				t.Errorf("delivered %+v", got)
			}
			if open := need(c.incidents.ListIncidentRecords(c.ctx, &ssmincidents.ListIncidentRecordsInput{}))(t).IncidentRecordSummaries; (len(open) == 1) != (tc.want == "") {
				t.Errorf("%d incidents", len(open))
			}
		})
	}
}

func (c *clients) postDoor(path, body string) int {
	c.t.Helper()
	r := need(http.NewRequestWithContext(c.ctx, http.MethodPost, "http://emulator.invalid/_watchbill/"+path, strings.NewReader(body)))(c.t)
	res := need(c.http.RoundTrip(r))(c.t)
	defer res.Body.Close()
	need(io.Copy(io.Discard, res.Body))(c.t)
	return res.StatusCode
}

// What AWS's own services tell comes in by the side door, and from the alarms here.
func TestEventsOfServices(t *testing.T) {
	c, _ := byHand(t, emulator.Options{})
	plan := c.plan("down")
	c.rule("health", `{"source":["aws.health"],"detail-type":["AWS Health Event"]}`)
	c.aim("health", aimed("watchbill", plan))
	if status := c.postDoor("events", `{"source":"aws.health","detail-type":"AWS Health Event","detail":{"service":"EC2"},"region":"`+home+`"}`); status != http.StatusOK {
		t.Errorf("status %d", status)
	}
	if got := c.deliveries(); len(got) != 1 || got[0].Incident == "" {
		t.Errorf("delivered %+v", got)
	}
	if status := c.postDoor("events", `{"detail":{}}`); status != http.StatusBadRequest {
		t.Errorf("an event without a source: %d", status)
	}
}

// What a target gets is the event, a part of it, a fixed text, or a filled template.
func TestTargetInput(t *testing.T) {
	for name, tc := range map[string]struct {
		change func(*ebtypes.Target)
		want   string
	}{
		"fixed": {func(t *ebtypes.Target) { t.Input = aws.String(`{"a":1}`) }, `{"a":1}`},
		"part":  {func(t *ebtypes.Target) { t.InputPath = aws.String("$.detail.hosts[1]") }, `"b"`},
		"filled": {func(t *ebtypes.Target) {
			t.InputTransformer = &ebtypes.InputTransformer{InputPathsMap: map[string]string{"host": "$.detail.hosts[0]", "all": "$.detail.hosts", "no": "$.x"},
				InputTemplate: aws.String(`{"text":"host <host> of <aws.events.rule-name><no>","hosts":<all>,"one":<host>}`)}
		}, `{"text":"host a of shop","hosts":["a","b"],"one":"a"}`},
	} {
		t.Run(name, func(t *testing.T) {
			c, _ := byHand(t, emulator.Options{})
			topic := c.topic("ops")
			if err := c.setTopic(topic, "Policy", strings.Replace(publishing(topic, account), "ssm-incidents.", "events.", 1)); err != nil {
				t.Fatal(err)
			}
			c.rule("shop", `{"source":["x"]}`)
			target := ebtypes.Target{Id: aws.String("t"), Arn: &topic}
			tc.change(&target)
			if failed := c.aim("shop", target); len(failed) != 0 {
				t.Fatal(failed)
			}
			c.tell(busEvent("x", "y", `{"hosts":["a","b"]}`))
			var box struct{ Messages []struct{ Text string } }
			c.door("outbox?kind=notification", &box)
			if len(box.Messages) != 1 || box.Messages[0].Text != tc.want {
				t.Errorf("got %+v, want %s", box.Messages, tc.want)
			}
		})
	}
}

func TestEventPatterns(t *testing.T) {
	c := empty(t, emulator.Options{})
	body := map[string]any{"id": "1", "account": account, "source": "aws.ec2", "time": "2026-12-07T09:00:00Z", "region": home, "resources": []string{"arn:a", "arn:b"},
		"detail-type": "State", "detail": map[string]any{"state": "running", "cpu": 81.5, "count": 3, "ok": true, "none": nil, "ip": "10.0.0.7", "empty": []string{},
			"list": []any{map[string]any{"k": "a"}, map[string]any{"k": "b"}}, "path": "logs/2026/x.txt"}}
	text := string(need(json.Marshal(body))(t))
	for pattern, want := range map[string]bool{
		`{"source":["aws.ec2"]}`:                                              true,
		`{"source":["aws.rds","aws.ec2"],"region":["us-east-1"]}`:             false,
		`{"resources":["arn:b"]}`:                                             true,
		`{"detail":{"state":[{"prefix":"run"}]}}`:                             true,
		`{"detail":{"state":[{"prefix":{"equals-ignore-case":"RUN"}}]}}`:      true,
		`{"detail":{"state":[{"suffix":"ing"}]}}`:                             true,
		`{"detail":{"state":[{"suffix":"x"}]}}`:                               false,
		`{"detail":{"state":[{"equals-ignore-case":"RUNNING"}]}}`:             true,
		`{"detail":{"state":[{"anything-but":["stopped","running"]}]}}`:       false,
		`{"detail":{"state":[{"anything-but":"stopped"}]}}`:                   true,
		`{"detail":{"state":[{"anything-but":{"prefix":"run"}}]}}`:            false,
		`{"detail":{"state":[{"anything-but":{"suffix":["x","y"]}}]}}`:        true,
		`{"detail":{"gone":[{"anything-but":"x"}]}}`:                          false,
		`{"detail":{"cpu":[{"numeric":[">",80,"<=",81.5]}]}}`:                 true,
		`{"detail":{"cpu":[{"numeric":["=",80]}]}}`:                           false,
		`{"detail":{"count":[3]}}`:                                            true,
		`{"detail":{"count":[3.0]}}`:                                          false,
		`{"detail":{"count":["3"]}}`:                                          false,
		`{"detail":{"ok":[true]}}`:                                            true,
		`{"detail":{"none":[null]}}`:                                          true,
		`{"detail":{"gone":[null]}}`:                                          false,
		`{"detail":{"none":[{"exists":true}]}}`:                               true,
		`{"detail":{"gone":[{"exists":false}]}}`:                              true,
		`{"detail":{"state":[{"exists":false}]}}`:                             false,
		`{"detail":{"empty":[{"exists":false}]}}`:                             true,
		`{"gone":{"deep":[{"exists":false}]}}`:                                true,
		`{"gone":{"deep":["x"]}}`:                                             false,
		`{"detail":{"ip":[{"cidr":"10.0.0.0/24"}]}}`:                          true,
		`{"detail":{"ip":[{"cidr":"10.0.1.0/24"}]}}`:                          false,
		`{"detail":{"list":{"k":["b"]}}}`:                                     true,
		`{"detail":{"list":{"k":["c"]}}}`:                                     false,
		`{"detail":{"path":[{"wildcard":"logs/*/*.txt"}]}}`:                   true,
		`{"detail":{"path":[{"wildcard":"logs/*.csv"}]}}`:                     false,
		`{"detail":{"path":[{"anything-but":{"wildcard":"*.txt"}}]}}`:         false,
		`{"$or":[{"source":["x"]},{"detail":{"count":[3]}}]}`:                 true,
		`{"$or":[{"source":["x"]},{"detail":{"count":[4]}}]}`:                 false,
		`{"source":["aws.ec2"],"detail":{"$or":[{"a":["b"]},{"ok":[true]}]}}`: true,
	} {
		out, err := c.events().TestEventPattern(c.ctx, &eventbridge.TestEventPatternInput{EventPattern: &pattern, Event: &text})
		if err != nil {
			t.Errorf("%s: %v", pattern, err)
		} else if out.Result != want {
			t.Errorf("%s: %v", pattern, out.Result)
		}
	}
	_, err := c.events().TestEventPattern(c.ctx, &eventbridge.TestEventPatternInput{EventPattern: aws.String(`{"source":["x"]}`), Event: aws.String(`{"id":"1"}`)})
	says(t, err, "ValidationException")
}

// Rules outlive the process, and the end of Incident Manager.
func TestRulesLast(t *testing.T) {
	dir := t.TempDir()
	s := need(emulator.Open(emulator.Options{Dir: dir}))(t)
	c := connect(t, s.Transport(), home)
	c.rule("shop", `{"source":["x"]}`)
	c.aim("shop", aimed("a", "arn:aws:ssm-incidents::"+account+":response-plan/down"))
	c.topic("ops")
	c.document("Mine", steps("one"))
	need(c.revise("Mine", steps("two")))(t)
	if err := s.Close(); err != nil {
		t.Fatal(err)
	}
	c = connect(t, open(t, emulator.Options{Dir: dir, ReplicationDelay: -1, RegionLock: -1}).Transport(), home)
	c.createSet(home)
	c.removeSet()
	if got := need(c.events().ListTargetsByRule(c.ctx, &eventbridge.ListTargetsByRuleInput{Rule: aws.String("shop")}))(t).Targets; len(got) != 1 {
		t.Errorf("targets %v", got)
	}
	if d := need(c.revise("Mine", steps("three")))(t); *d.LatestVersion != "3" {
		t.Errorf("document %+v", d)
	}
	need(c.sns().GetTopicAttributes(c.ctx, &sns.GetTopicAttributesInput{TopicArn: aws.String("arn:aws:sns:" + home + ":" + account + ":ops")}))(t)
}
