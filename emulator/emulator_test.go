package emulator_test

// All tests of this package speak to the emulator through AWS's own Go clients, so that no misreading
// of the wire can stand on both sides.

import (
	"context"
	"encoding/json"
	"net/http"
	"sync"
	"testing"
	"time"

	"github.com/aws/aws-sdk-go-v2/aws"
	"github.com/aws/aws-sdk-go-v2/credentials"
	"github.com/aws/aws-sdk-go-v2/service/resourcegroupstaggingapi"
	"github.com/aws/aws-sdk-go-v2/service/ssmcontacts"
	contactstypes "github.com/aws/aws-sdk-go-v2/service/ssmcontacts/types"
	"github.com/aws/aws-sdk-go-v2/service/ssmincidents"
	incidentstypes "github.com/aws/aws-sdk-go-v2/service/ssmincidents/types"
	"github.com/aws/aws-sdk-go-v2/service/sts"

	"github.com/watchbill/watchbill/emulator"
)

const (
	home    = "ap-northeast-1"
	dr      = "us-west-2"
	account = "111122223333"
)

// clock is a clock the test holds.
type clock struct {
	mu  sync.Mutex
	now time.Time
}

func newClock() *clock { return &clock{now: time.Date(2026, 12, 7, 9, 0, 0, 0, time.UTC)} }

func (c *clock) Now() time.Time {
	c.mu.Lock()
	defer c.mu.Unlock()
	return c.now
}

func (c *clock) Advance(d time.Duration) {
	c.mu.Lock()
	defer c.mu.Unlock()
	c.now = c.now.Add(d)
}

// clients are the SDK's clients of one account in one Region.
type clients struct {
	t         testing.TB
	ctx       context.Context
	http      http.RoundTripper
	contacts  *ssmcontacts.Client
	incidents *ssmincidents.Client
	tagging   *resourcegroupstaggingapi.Client
	sts       *sts.Client
}

func config(rt http.RoundTripper, region string) aws.Config {
	return aws.Config{
		Region:       region,
		BaseEndpoint: aws.String("http://emulator.invalid"),
		HTTPClient:   &http.Client{Transport: rt},
		Credentials:  credentials.NewStaticCredentialsProvider("AKIDEXAMPLE", "secret", ""),
	}
}

func connect(t testing.TB, rt http.RoundTripper, region string) *clients {
	cfg := config(rt, region)
	return &clients{t: t, ctx: t.Context(), http: rt,
		contacts:  ssmcontacts.NewFromConfig(cfg),
		incidents: ssmincidents.NewFromConfig(cfg),
		tagging:   resourcegroupstaggingapi.NewFromConfig(cfg),
		sts:       sts.NewFromConfig(cfg),
	}
}

func open(t testing.TB, o emulator.Options) *emulator.Server {
	t.Helper()
	s, err := emulator.Open(o)
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() {
		if err := s.Close(); err != nil {
			t.Error(err)
		}
	})
	return s
}

// empty is an account without a replication set.
func empty(t testing.TB, o emulator.Options) *clients {
	t.Helper()
	return connect(t, open(t, o).Transport(), home)
}

// onboarded is an account with an ACTIVE replication set of one Region.
func onboarded(t testing.TB, o emulator.Options) *clients {
	t.Helper()
	if o.ReplicationDelay == 0 {
		o.ReplicationDelay = -1
	}
	c := empty(t, o)
	c.createSet(home)
	return c
}

func (c *clients) createSet(regions ...string) string {
	c.t.Helper()
	in := &ssmincidents.CreateReplicationSetInput{Regions: map[string]incidentstypes.RegionMapInputValue{}}
	for _, r := range regions {
		in.Regions[r] = incidentstypes.RegionMapInputValue{}
	}
	return *need(c.incidents.CreateReplicationSet(c.ctx, in))(c.t).Arn
}

// need is the value of a call that must succeed.
func need[T any](v T, err error) func(testing.TB) T {
	return func(t testing.TB) T {
		t.Helper()
		if err != nil {
			t.Fatal(err)
		}
		return v
	}
}

// person creates a PERSONAL contact without stages and returns its ARN.
func (c *clients) person(alias string) string {
	c.t.Helper()
	return c.contact(alias, contactstypes.ContactTypePersonal, &contactstypes.Plan{Stages: []contactstypes.Stage{}})
}

func (c *clients) contact(alias string, kind contactstypes.ContactType, plan *contactstypes.Plan) string {
	c.t.Helper()
	return *need(c.contacts.CreateContact(c.ctx, &ssmcontacts.CreateContactInput{Alias: &alias, Type: kind, Plan: plan}))(c.t).ContactArn
}

// channel creates a channel whose code is not sent and returns its ARN.
func (c *clients) channel(contact, name string, kind contactstypes.ChannelType, address string) string {
	c.t.Helper()
	return *need(c.contacts.CreateContactChannel(c.ctx, &ssmcontacts.CreateContactChannelInput{
		ContactId: &contact, Name: &name, Type: kind, DeferActivation: aws.Bool(true),
		DeliveryAddress: &contactstypes.ContactChannelAddress{SimpleAddress: &address}}))(c.t).ContactChannelArn
}

// door reads a side door into v.
func (c *clients) door(path string, v any) {
	c.t.Helper()
	r := need(http.NewRequestWithContext(c.ctx, http.MethodGet, "http://emulator.invalid/_watchbill/"+path, nil))(c.t)
	res := need(c.http.RoundTrip(r))(c.t)
	defer res.Body.Close()
	if res.StatusCode != http.StatusOK {
		c.t.Fatalf("%s: status %d", path, res.StatusCode)
	}
	if err := json.NewDecoder(res.Body).Decode(v); err != nil {
		c.t.Fatal(err)
	}
}

func create(client *ssmcontacts.Client, alias string) error {
	_, err := client.CreateContact(context.Background(), &ssmcontacts.CreateContactInput{
		Alias: &alias, Type: contactstypes.ContactTypePersonal, Plan: &contactstypes.Plan{Stages: []contactstypes.Stage{}}})
	return err
}

func TestWholeStory(t *testing.T) {
	c := onboarded(t, emulator.Options{})
	aiko := c.person("aiko")
	if want := "arn:aws:ssm-contacts:" + home + ":" + account + ":contact/aiko"; aiko != want {
		t.Errorf("contact ARN %s, want %s", aiko, want)
	}
	phone := c.channel(aiko, "phone", contactstypes.ChannelTypeVoice, "+12025550123")
	need(c.contacts.UpdateContact(c.ctx, &ssmcontacts.UpdateContactInput{ContactId: &aiko, Plan: &contactstypes.Plan{
		Stages: []contactstypes.Stage{{DurationInMinutes: aws.Int32(5), Targets: []contactstypes.Target{
			{ChannelTargetInfo: &contactstypes.ChannelTargetInfo{ContactChannelId: &phone, RetryIntervalInMinutes: aws.Int32(1)}}}}}}}))(t)
	got := need(c.contacts.GetContact(c.ctx, &ssmcontacts.GetContactInput{ContactId: &aiko}))(t)
	if len(got.Plan.Stages) != 1 || *got.Plan.Stages[0].Targets[0].ChannelTargetInfo.ContactChannelId != phone {
		t.Errorf("plan reads back as %+v", got.Plan)
	}
	web := c.contact("web", contactstypes.ContactTypeEscalation, &contactstypes.Plan{Stages: []contactstypes.Stage{{
		DurationInMinutes: aws.Int32(10), Targets: []contactstypes.Target{{ContactTargetInfo: &contactstypes.ContactTargetInfo{
			ContactId: &aiko, IsEssential: aws.Bool(true)}}}}}})
	plan := need(c.incidents.CreateResponsePlan(c.ctx, &ssmincidents.CreateResponsePlanInput{
		Name: aws.String("ec2-down"), Engagements: []string{web},
		IncidentTemplate: &incidentstypes.IncidentTemplate{Title: aws.String("EC2 is down"), Impact: aws.Int32(1)}}))(t)
	read := need(c.incidents.GetResponsePlan(c.ctx, &ssmincidents.GetResponsePlanInput{Arn: plan.Arn}))(t)
	if *read.IncidentTemplate.Title != "EC2 is down" || read.Engagements[0] != web {
		t.Errorf("response plan reads back as %+v", read)
	}
	who := need(c.sts.GetCallerIdentity(c.ctx, &sts.GetCallerIdentityInput{}))(t)
	if *who.Account != account {
		t.Errorf("account %s", *who.Account)
	}
}
