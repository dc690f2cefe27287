package kind_test

// Unknown is not absent: what cannot be read is neither created nor deleted, and
// what can be read is not taken for unknown.

import (
	"errors"
	"net"
	"net/http"
	"slices"
	"strings"
	"sync/atomic"
	"testing"
	"testing/synctest"

	"github.com/watchbill/watchbill/emulator"
	"github.com/watchbill/watchbill/internal/awsapi"
	"github.com/watchbill/watchbill/internal/resource"
	"github.com/watchbill/watchbill/kind"
)

// troubles are the ways in which one call fails although its object may be there.
var troubles = map[string]func(pass) (*http.Response, error){
	"denied":         fails("AccessDeniedException", http.StatusForbidden),
	"throttled out":  fails("ThrottlingException", http.StatusTooManyRequests),
	"failing inside": fails("InternalServerException", http.StatusInternalServerError),
	"cut short":      cutShort,
	"not JSON":       func(pass) (*http.Response, error) { return answer(http.StatusOK, "", "<html>proxy</html>"), nil },
}

// blind says which operation fails, for whom, and what is unknown then.
var blind = map[string]struct {
	op, about string // "" is any
	unknown   string
}{
	"one contact's channels":   {"ssm-contacts:ListContactChannels", "contact/aiko", "channel/aiko/ engagement_plan/aiko"},
	"one contact's stages":     {"ssm-contacts:GetContact", "contact/aiko", "engagement_plan/aiko"},
	"one escalation plan":      {"ssm-contacts:GetContact", "contact/web", "escalation_plan/web"},
	"one response plan":        {"ssm-incidents:GetResponsePlan", "down", "response_plan/down"},
	"its policies":             {"ssm-incidents:GetResourcePolicies", "down", "response_plan/down"},
	"one schedule":             {"ssm-contacts:GetContact", "contact/primary", "schedule/primary"},
	"one rotation's overrides": {"ssm-contacts:ListRotationOverrides", "", "override/primary/weekly/"},
	"all rotations":            {"ssm-contacts:ListRotations", "", "rotation/ schedule/primary"},
	"all contacts":             {"ssm-contacts:ListContacts", "", "contact/ escalation_plan/ response_plan/down rotation/primary/weekly schedule/"},
	"all response plans":       {"ssm-incidents:ListResponsePlans", "", "response_plan/"},
	"the list of sets":         {"ssm-incidents:ListReplicationSets", "", "contact/ escalation_plan/ replication_set/ response_plan/ rotation/ schedule/"},
	"the set":                  {"ssm-incidents:GetReplicationSet", "", "replication_set/"},
	"the bulk of tags":         {"tag:GetResources", "", ""},
}

func TestUnknownIsNotAbsent(t *testing.T) {
	for what, b := range blind {
		for how, trouble := range troubles {
			t.Run(what+" "+how, func(t *testing.T) {
				synctest.Test(t, func(t *testing.T) { // retries wait, and nobody has to
					a := open(t, emulator.Options{})
					a.apply(compile(t, staffed))
					a.wire.meddling(only(func(c call) bool {
						return c.op == b.op && strings.Contains(c.text, b.about)
					}, trouble))
					// Everything is to change, and everything of ours is to go.
					for _, desired := range []*resource.State{compile(t, staffed), compile(t, another), {}} {
						a.judge(a.look(desired), strings.Fields(b.unknown))
					}
				})
			})
		}
	}
}

// Every operation that a kind reads with, failing in every way: what it leaves open is
// said to be unknown, and nothing is made or deleted for it.
func TestPromiseUnknownByOperation(t *testing.T) {
	for _, k := range kind.All {
		for _, op := range k.KindOperations().Read {
			for how, trouble := range troubles {
				t.Run(k.KindName()+" "+op+" "+how, func(t *testing.T) {
					t.Parallel()
					synctest.Test(t, func(t *testing.T) {
						a := open(t, emulator.Options{})
						a.apply(compile(t, whole))
						var called atomic.Int32
						a.wire.meddling(only(func(c call) bool {
							if c.op == op {
								called.Add(1)
							}
							return c.op == op
						}, trouble))
						for _, desired := range []*resource.State{compile(t, whole), compile(t, another+others), {}} {
							a.neverFor(a.look(desired), desired)
						}
						if called.Load() == 0 {
							t.Skip("no kind needs it for this plan")
						}
					})
				})
			}
		}
	}
}

// neverFor fails when something is made, or deleted for being unknown.
func (a *account) neverFor(l *look, desired *resource.State) {
	a.t.Helper()
	for _, c := range l.cs.Changes {
		switch {
		case c.Action == resource.Create:
			a.t.Errorf("%s would be created", c.Addr)
		case l.observed.Unknown(c.Addr) != nil, c.Before != nil && l.observed.Unknown(c.Before.Parent) != nil:
			a.t.Errorf("%s is unknown and planned for: %s", c.Addr, c.Action)
		case c.Action == resource.Delete && desired.Has(c.Addr):
			a.t.Errorf("%s would be deleted: %s", c.Addr, c.Reason)
		}
	}
	if n := len(l.cs.Refusals); n > 0 {
		a.t.Errorf("%d refusals: %v", n, l.cs.Refusals)
	}
}

// another is the plan "staffed" with a difference in everything.
var another = replaced(staffed, "on_call: 1", "on_call: 2", "2026-12-26T09:00", "2026-12-27T09:00", "name: Primary", "name: Other", "  aiko:\n", "  aiko:\n    name: Aiko Sato\n", "aiko@", "sato@", "+12025550101", "+12025550111",
	"wait: 5m", "wait: 6m", "wait: 10m", "wait: 11m", "It is down", "All is down", "us-east-1: {}", "us-east-1: {}, us-west-2: {}")

// others is the plan "neighbours" with a difference in everything.
var others = replaced(neighbours, "PT1S", "PT2S", "{create: true}", "{create: true, allow: [\"ec2:StopInstances\"]}", "It is busy", "It is lazy", "aws.health", "aws.ec2")

// judge fails when something else is unknown, or something is planned for what is.
func (a *account) judge(l *look, unknown []string) {
	a.t.Helper()
	var got []string
	for _, addr := range l.observed.Unknowns() {
		got = append(got, addr.String())
	}
	if !slices.Equal(got, unknown) {
		a.t.Errorf("unknown: %v, want %v", got, unknown)
	}
	for _, c := range l.cs.Changes {
		switch {
		case c.Action == resource.Create:
			a.t.Errorf("%s would be created", c.Addr)
		case l.observed.Unknown(c.Addr) != nil:
			a.t.Errorf("%s is unknown and planned for: %s", c.Addr, c.Action)
		}
	}
	if n := len(l.cs.Refusals); n > 0 {
		a.t.Errorf("%d refusals: %v", n, l.cs.Refusals)
	}
}

// Whose a resource is, is asked of itself when the bulk read has no word on it that
// can be trusted; when it does not answer either, it is unknown, with all below it.
func TestUnknownOwner(t *testing.T) {
	a := open(t, emulator.Options{})
	a.apply(compile(t, all))
	denied := fails("AccessDeniedException", http.StatusForbidden)
	a.wire.meddling(only(func(c call) bool {
		return c.op == "tag:GetResources" || c.op == "ssm-contacts:ListTagsForResource" && strings.Contains(c.text, "contact/aiko")
	}, denied))
	a.judge(a.look(compile(t, all)), []string{"contact/aiko"})
	a.judge(a.look(&resource.State{}), []string{"contact/aiko"})
	a.wire.meddling(only(func(c call) bool {
		return c.op == "tag:GetResources" || strings.HasSuffix(c.op, ":ListTagsForResource")
	}, denied))
	for _, desired := range []*resource.State{compile(t, all), {}} {
		a.judge(a.look(desired), []string{"contact/aiko", "contact/ben", "escalation_plan/web", "replication_set/default", "response_plan/down"})
	}
}

// A denied bulk read costs a call a resource and nothing else.
func TestEachIsAskedWhenTheBulkFails(t *testing.T) {
	a := open(t, emulator.Options{})
	a.apply(compile(t, all))
	a.wire.meddling(only(func(c call) bool { return c.op == "tag:GetResources" }, fails("AccessDeniedException", http.StatusForbidden)))
	a.wire.taken()
	a.look(compile(t, all)).expect("")
	got := a.wire.counted()
	if got["ssm-contacts:ListTagsForResource"] != 3 || got["ssm-incidents:ListTagsForResource"] != 2 || got["tag:GetResources"] != 2 {
		t.Errorf("calls: %v", got)
	}
	a.wire.meddling(nil)
	env, clients := a.env(compile(t, all))
	env.TagReads = kind.TagsEach
	a.wire.taken()
	a.lookWith(env, clients, compile(t, all)).expect("")
	if got := a.wire.counted(); got["tag:GetResources"] != 1 || // what of ours there is in the other services
		got["ssm-contacts:ListTagsForResource"] != 3 {
		t.Errorf("calls: %v", got)
	}
}

// The bulk read follows with a delay. Whatever it says, it causes no change, no
// refusal and no deletion that the resources themselves would not.
func TestOldBulkReadDoesNoHarm(t *testing.T) {
	said := map[string]string{ // what the bulk read says
		"nothing":                 `{"ResourceTagMappingList":[],"PaginationToken":""}`,
		"that all are unmarked":   tagsForAll(`[]`),
		"that all are ours":       tagsForAll(`[{"Key":"watchbill-owner","Value":"tests"}]`),
		"that all are others'":    tagsForAll(`[{"Key":"watchbill-owner","Value":"others"}]`),
		"that tags are different": tagsForAll(`[{"Key":"watchbill-owner","Value":"tests"},{"Key":"team","Value":"old"},{"Key":"watchbill-protect","Value":"true"}]`),
	}
	for what, body := range said {
		t.Run(what, func(t *testing.T) {
			a := open(t, emulator.Options{RegionLock: -1})
			lie := only(func(c call) bool { return c.op == "tag:GetResources" }, func(pass) (*http.Response, error) {
				return answer(http.StatusOK, "", body), nil
			})
			a.wire.meddling(lie)
			a.apply(compile(t, all))
			a.apply(compile(t, another))
			a.apply(compile(t, all))
			b := open(t, emulator.Options{})
			b.handMade(nil)
			b.wire.meddling(lie)
			for _, s := range []string{all, another} {
				l := b.look(compile(t, s))
				if what == "that all are ours" {
					continue // believed as long as it leads to nothing: see below
				}
				if n := len(l.cs.Refusals); n != 4 {
					t.Errorf("%d refusals: %s", n, l)
				}
			}
		})
	}
}

// When the bulk read wrongly says that a resource is ours and as it should be, the
// resource itself is asked before anything is done to it.
func TestOldBulkReadIsNotActedOn(t *testing.T) {
	a := open(t, emulator.Options{})
	a.handMade(nil)
	a.wire.meddling(only(func(c call) bool { return c.op == "tag:GetResources" }, func(pass) (*http.Response, error) {
		return answer(http.StatusOK, "", tagsForAll(`[{"Key":"watchbill-owner","Value":"tests"}]`)), nil
	}))
	l := a.look(compile(t, another[strings.Index(another, "contacts:"):strings.Index(another, "schedules:")]))
	steps := l.steps()
	a.wire.taken()
	for _, s := range steps {
		if s.Change.Addr.Name == "ben" || strings.HasPrefix(s.Change.Addr.Name, "ben/") {
			continue
		}
		if err := kind.Do(t.Context(), l.env, s); err == nil {
			t.Errorf("%s %s was done", s.Change.Action, s.Change.Addr)
		}
	}
	for op := range a.wire.counted() {
		if isWrite(op) {
			t.Errorf("%s was called", op)
		}
	}
}

func tagsForAll(tags string) string {
	var all []string
	for _, arn := range []string{*contactID("aiko"), *contactID("ben"), *contactID("web"), *planARN} {
		all = append(all, `{"ResourceARN":"`+arn+`","Tags":`+tags+`}`)
	}
	return `{"ResourceTagMappingList":[` + strings.Join(all, ",") + `],"PaginationToken":""}`
}

// Trouble that no other call can escape is the error of the whole read, with a
// sentence for people.
func TestHopelessTroubleIsAnError(t *testing.T) {
	refused := &net.OpError{Op: "dial", Net: "tcp", Err: errors.New("connection refused")}
	for name, h := range map[string]struct {
		op       string
		with     func(pass) (*http.Response, error)
		sentence string
	}{
		"expired at once":   {"sts:GetCallerIdentity", stsFails("ExpiredTokenException", http.StatusForbidden), "the AWS credentials have expired"},
		"expired meanwhile": {"ssm-contacts:GetContact", fails("ExpiredTokenException", http.StatusForbidden), "the AWS credentials have expired"},
		"bad signature":     {"ssm-contacts:ListContacts", fails("InvalidSignatureException", http.StatusForbidden), "AWS does not accept the credentials"},
		"network at once":   {"sts:GetCallerIdentity", func(pass) (*http.Response, error) { return nil, refused }, "AWS cannot be reached for sts:GetCallerIdentity"},
		"network meanwhile": {"ssm-contacts:ListContactChannels", func(pass) (*http.Response, error) { return nil, refused }, "AWS cannot be reached for ssm-contacts:ListContactChannels"},
		"a name unresolved": {"ssm-incidents:ListReplicationSets", func(pass) (*http.Response, error) {
			return nil, &net.DNSError{Name: "incidents.example.com", IsNotFound: true}
		}, "incidents.example.com cannot be resolved"},
		"identity is denied": {"sts:GetCallerIdentity", stsFails("AccessDenied", http.StatusForbidden), "AWS denied sts:GetCallerIdentity"},
	} {
		t.Run(name, func(t *testing.T) {
			synctest.Test(t, func(t *testing.T) {
				a := open(t, emulator.Options{})
				a.apply(compile(t, all))
				a.wire.meddling(only(func(c call) bool { return c.op == h.op }, h.with))
				env, _ := a.env(compile(t, all))
				_, err := kind.Observe(t.Context(), env, 4)
				if sentence, _ := awsapi.Explain(err); !strings.Contains(sentence, h.sentence) {
					t.Errorf("%v: %q", err, sentence)
				}
			})
		})
	}
}
