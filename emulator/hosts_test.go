package emulator_test

import (
	"encoding/json"
	"fmt"
	"io"
	"net/http"
	"slices"
	"strings"
	"testing"
	"time"

	"github.com/aws/aws-sdk-go-v2/aws"
	cwtypes "github.com/aws/aws-sdk-go-v2/service/cloudwatch/types"
	"github.com/aws/aws-sdk-go-v2/service/resourcegroupstaggingapi"
	taggingtypes "github.com/aws/aws-sdk-go-v2/service/resourcegroupstaggingapi/types"
	"github.com/aws/aws-sdk-go-v2/service/ssmincidents"
	incidentstypes "github.com/aws/aws-sdk-go-v2/service/ssmincidents/types"

	"github.com/watchbill/watchbill/emulator"
)

// hosts sends an order to the hosts' door and returns the status and the answer.
func (c *clients) hosts(method, query, body string) (int, string) {
	c.t.Helper()
	r := need(http.NewRequestWithContext(c.ctx, method, "http://emulator.invalid/_watchbill/hosts"+query, strings.NewReader(body)))(c.t)
	res := need(c.http.RoundTrip(r))(c.t)
	defer res.Body.Close()
	return res.StatusCode, string(need(io.ReadAll(res.Body))(c.t))
}

// host orders a host and must succeed.
func (c *clients) host(body string) {
	c.t.Helper()
	if status, answer := c.hosts(http.MethodPost, "", body); status != http.StatusOK {
		c.t.Fatalf("%d %s", status, answer)
	}
}

// byTag is the ends of the ARNs of what has a tag env=production.
func (c *clients) byTag(kinds ...string) (found []string) {
	c.t.Helper()
	pages := resourcegroupstaggingapi.NewGetResourcesPaginator(c.tagging, &resourcegroupstaggingapi.GetResourcesInput{ResourceTypeFilters: kinds,
		TagFilters: []taggingtypes.TagFilter{{Key: aws.String("env"), Values: []string{"production"}}}, ResourcesPerPage: aws.Int32(100)})
	for pages.HasMorePages() {
		for _, r := range need(pages.NextPage(c.ctx))(c.t).ResourceTagMappingList {
			found = append(found, strings.SplitN(*r.ResourceARN, ":", 6)[5])
		}
	}
	return found
}

func TestHostsAreFoundByTag(t *testing.T) {
	c := onboarded(t, emulator.Options{})
	c.host(`{"hosts": [{"id": "i-0b", "tags": {"env": "production"}}, {"id": "i-0a", "tags": {"env": "production", "team": "web"}},
		{"id": "i-0c", "tags": {"env": "test"}}, {"id": "web/api", "type": "ecs:service", "tags": {"env": "production"}},
		{"id": "app/web/50dc", "type": "elasticloadbalancing:loadbalancer", "tags": {"env": "production"}},
		{"id": "lost", "type": "sqs", "tags": {"env": "production"}}, {"id": "i-0d", "region": "us-west-2", "tags": {"env": "production"}}]}`)
	for _, try := range []struct {
		kind string
		want []string
	}{
		{"ec2:instance", []string{"instance/i-0a", "instance/i-0b"}},
		{"ecs:service", []string{"service/web/api"}},
		{"elasticloadbalancing:loadbalancer/app", []string{"loadbalancer/app/web/50dc"}},
		{"elasticloadbalancing:loadbalancer", []string{"loadbalancer/app/web/50dc"}},
		{"sqs", []string{"lost"}},
		{"rds:db", nil},
	} {
		if got := c.byTag(try.kind); !slices.Equal(got, try.want) {
			t.Errorf("%s: %q, want %q", try.kind, got, try.want)
		}
	}
	c.host(`{"id": "i-0b", "tags": {"env": null, "team": "web"}}`)
	if status, _ := c.hosts(http.MethodDelete, "?id=i-0a", ""); status != http.StatusNoContent {
		t.Errorf("removing: %d", status)
	}
	if got := c.byTag("ec2:instance"); got != nil {
		t.Errorf("left: %q", got)
	}
	if status, answer := c.hosts(http.MethodDelete, "?id=i-0a", ""); status != http.StatusNotFound {
		t.Errorf("removing again: %d %s", status, answer)
	}
	var shown struct {
		Hosts []struct {
			ID, Region, ARN string
			Tags            map[string]string
		}
	}
	c.door("hosts?type=ec2:instance&region="+home, &shown)
	if len(shown.Hosts) != 2 || shown.Hosts[0].ID != "i-0b" || shown.Hosts[0].Tags["team"] != "web" || shown.Hosts[0].Region != home {
		t.Errorf("shown: %+v", shown)
	}
}

func TestHostsAreRefusedTogether(t *testing.T) {
	c := onboarded(t, emulator.Options{})
	for _, bad := range []string{`{`, `{"id": ""}`, `{"id": "a b"}`, `{"id": "x", "type": "ec2:moon"}`, `{"id": "x", "region": "the moon"}`,
		`{"id": "one", "type": "ecs:service"}`, `{"id": "x", "colour": "red"}`, `{"hosts": [{"id": "i-0a"}, {"id": ""}]}`, `{"id": "x", "tags": {"": "y"}}`} {
		if status, answer := c.hosts(http.MethodPost, "", bad); status != http.StatusBadRequest || !strings.HasPrefix(answer, "hosts: ") {
			t.Errorf("%s: %d %s", bad, status, answer)
		}
	}
	var shown struct{ Hosts []json.RawMessage }
	if c.door("hosts", &shown); len(shown.Hosts) != 0 {
		t.Errorf("hosts: %s", shown.Hosts)
	}
}

func TestManyHostsInPages(t *testing.T) {
	c := onboarded(t, emulator.Options{})
	var b strings.Builder
	for i := range 2500 {
		fmt.Fprintf(&b, `,{"id": "i-%05d", "tags": {"env": "production"}}`, i)
	}
	c.host(`{"hosts": [` + b.String()[1:] + `]}`)
	if got := c.byTag("ec2:instance"); len(got) != 2500 || !slices.IsSorted(got) {
		t.Errorf("%d found", len(got))
	}
}

func TestRunbookMendsItsHost(t *testing.T) {
	for _, stays := range []bool{false, true} {
		clock := newClock()
		s := open(t, emulator.Options{Now: clock.Now, Clock: emulator.ClockStopped, ReplicationDelay: -1, Rules: emulator.Rules{BrokenHostsStay: stays}})
		c := connect(t, s.Transport(), home)
		c.createSet(home)
		w := watching(c)
		w.host(`{"hosts": [{"id": "i-0a", "broken": true}, {"id": "i-0b", "broken": true}]}`)
		w.put(statusAlarm("a", "i-0a", w.plan("down", restarting)))
		w.pass(s, 2*time.Minute)
		if w.state("a") != "ALARM" {
			t.Fatalf("state %s", w.state("a"))
		}
		w.pass(s, 10*time.Minute)
		var shown struct{ Hosts []struct{ Broken bool } }
		if w.door("hosts", &shown); shown.Hosts[0].Broken != stays || !shown.Hosts[1].Broken {
			t.Errorf("hosts %+v", shown)
		}
		if want := map[bool]cwtypes.StateValue{false: "OK", true: "ALARM"}[stays]; w.state("a") != want {
			t.Errorf("state %s, want %s", w.state("a"), want)
		}
	}
}

// restarting gives a response plan the runbook that restarts the instances an alarm is about.
func restarting(in *ssmincidents.CreateResponsePlanInput) {
	in.Actions = []incidentstypes.Action{&incidentstypes.ActionMemberSsmAutomation{Value: incidentstypes.SsmAutomation{
		DocumentName: aws.String("AWS-RestartEC2Instance"), RoleArn: aws.String("arn:aws:iam::" + account + ":role/runbook"),
		DynamicParameters: map[string]incidentstypes.DynamicSsmParameterValue{
			"InstanceId": &incidentstypes.DynamicSsmParameterValueMemberVariable{Value: incidentstypes.VariableTypeInvolvedResources}}}}}
}
