package kind_test

// The neighbours' kinds against a server that we did not write: moto, where its program moto_server is
// on the machine. What both it and the embedded account take is no misreading that we made twice.

import (
	"bufio"
	"net/http"
	"net/url"
	"os"
	"os/exec"
	"regexp"
	"slices"
	"strings"
	"testing"

	"github.com/watchbill/watchbill/emulator"
)

// atMoto are the services of which the neighbours' kinds are.
var atMoto = []string{"ssm", "iam", "sns", "events"}

// moto starts the server for the embedded account's number and returns its address. It ends with the test.
func moto(t *testing.T) *url.URL {
	t.Helper()
	program, err := exec.LookPath("moto_server")
	if err != nil || exec.Command(program, "--help").Run() != nil {
		t.Skip("moto_server is not on this machine: nobody else's opinion of the neighbours' kinds")
	}
	cmd := exec.Command(program, "-H", "127.0.0.1", "-p", "0")
	cmd.Env = append(os.Environ(), "MOTO_ACCOUNT_ID="+emulator.DefaultAccount)
	stderr, err := cmd.StderrPipe()
	if err != nil {
		t.Fatal(err)
	}
	if err := cmd.Start(); err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() {
		cmd.Process.Kill()
		cmd.Wait() // it was killed: that is no news
	})
	lines := bufio.NewScanner(stderr)
	running := regexp.MustCompile(`Running on (http://127\.0\.0\.1:\d+)`)
	for lines.Scan() {
		if m := running.FindStringSubmatch(lines.Text()); m != nil {
			go func() {
				for lines.Scan() { // it stops when nobody reads
				}
			}()
			u, err := url.Parse(m[1])
			if err != nil {
				t.Fatal(err)
			}
			return u
		}
	}
	t.Fatal("moto_server ended before it listened")
	return nil
}

// split sends the neighbours' calls to moto and all others to the embedded account.
type split struct {
	embedded http.RoundTripper
	moto     *url.URL
}

func (s split) RoundTrip(r *http.Request) (*http.Response, error) {
	if !slices.Contains(atMoto, signedFor(r)) {
		return s.embedded.RoundTrip(r)
	}
	there := r.Clone(r.Context())
	there.URL.Scheme, there.URL.Host, there.Host, there.RequestURI = s.moto.Scheme, s.moto.Host, s.moto.Host, ""
	return http.DefaultTransport.RoundTrip(there)
}

const motoPlan = set + `
runbooks:
  look:
    source: look.yaml
    role: {create: true, allow: ["ec2:DescribeInstances"]}
    tags: {team: web}
chat_channels:
  ops: {tags: {team: web}}
response_plans:
  down: {title: It is down, impact: high, runbook: look, chat: [ops]}
event_rules:
  shop:
    description: The shop says so
    response_plan: down
    pattern: {source: [com.example.shop], detail: {severity: [{numeric: [">", 3]}]}}
    tags: {team: web}
-- look.yaml --
schemaVersion: "0.3"
description: Looks around.
mainSteps:
  - {name: wait, action: "aws:sleep", inputs: {Duration: PT1S}}
`

// TestMoto leads one life of documents, roles, topics and event rules in the embedded account and at moto: both see the
// same changes, and a second run writes nothing.
func TestMoto(t *testing.T) {
	ours, theirs := open(t, emulator.Options{RegionLock: -1}), open(t, emulator.Options{RegionLock: -1})
	theirs.wire.base = split{theirs.wire.base, moto(t)}
	plan := motoPlan
	for _, e := range []edit{
		{},
		{"PT1S", "PT2S", ""},
		{"{team: web}", "{team: data, tier: gold}", ""},
		{"com.example.shop", "com.example.store", ""},
		{"ec2:DescribeInstances", "ec2:RebootInstances", ""},
		{"    description: The shop says so\n", "    disabled: true\n", ""},
	} {
		plan = strings.ReplaceAll(plan, e.old, e.new)
		if e.old == "" {
			plan = motoPlan
		}
		desired := compile(t, plan)
		here, there := ours.look(desired), theirs.look(desired)
		if want, got := told(here), told(there); want != got || want == "" {
			t.Fatalf("%q → %q\nembedded:\n%s\nmoto:\n%s", e.old, e.new, want, got)
		}
		here.do()
		there.do()
		ours.settled(desired)
		theirs.settled(desired)
	}
}
