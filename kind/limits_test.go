package kind_test

import (
	"bytes"
	"fmt"
	"io"
	"net/http"
	"regexp"
	"strings"
	"testing"

	"github.com/watchbill/watchbill/emulator"
)

// A resource can have fifty tags, the ownership mark among them. Renaming all of the
// author's must not need a moment with more.
func TestAllTagsRenamed(t *testing.T) {
	tagged := func(prefix string) string {
		var tags []string
		for i := range 49 {
			tags = append(tags, fmt.Sprintf("%s%d: x", prefix, i))
		}
		return fmt.Sprintf(`
replication_set: {regions: {us-east-1: {}}, tags: {%[1]s}}
contacts:
  aiko:
    channels: {text: {sms: "+12025550101"}, phone: {voice: "+12025550101"}}
    engagement_plan: [{page: [text, phone], wait: 5m}]
    tags: {%[1]s}
response_plans:
  down: {title: Down, impact: high, engage: [aiko], tags: {%[1]s}}
`, strings.Join(tags, ", "))
	}
	a := open(t, emulator.Options{})
	for _, prefix := range []string{"a", "b"} {
		desired := compile(t, tagged(prefix))
		a.look(desired).do()
		if again := a.look(desired).String(); again != "" {
			t.Errorf("after %s: %s", prefix, again)
		}
	}
}

// The API takes a parameter without values, and gives it back as an empty list.
func TestParameterWithoutValues(t *testing.T) {
	a := open(t, emulator.Options{})
	desired := compile(t, `
replication_set: {regions: {us-east-1: {}}}
contacts:
  aiko:
    channels: {text: {sms: "+12025550101"}, phone: {voice: "+12025550101"}}
    engagement_plan: [{page: [text, phone], wait: 5m}]
runbooks:
  run: {document: Mine, role: "arn:aws:iam::111122223333:role/run", parameters: {A: []}}
response_plans:
  down: {title: Down, impact: high, engage: [aiko], runbook: run}
`)
	a.look(desired).do()
	if again := a.look(desired).String(); again != "" {
		t.Error(again)
	}
}

// AWS's model lets a list leave a channel's type out. That is not another type: the
// channel itself is asked, and nothing is replaced.
func TestChannelWithoutType(t *testing.T) {
	a := open(t, emulator.Options{})
	desired := compile(t, `
replication_set: {regions: {us-east-1: {}}}
contacts:
  aiko:
    channels: {text: {sms: "+12025550101"}, phone: {voice: "+12025550101"}}
    engagement_plan: [{page: [text, phone], wait: 5m}]
`)
	a.look(desired).do()
	a.wire.meddle = func(c call, through pass) (*http.Response, error) {
		res, err := through()
		if err != nil || c.op != "ssm-contacts:ListContactChannels" {
			return res, err
		}
		body, err := io.ReadAll(res.Body)
		body = regexp.MustCompile(`,?"Type":"[A-Z]+"`).ReplaceAll(body, nil)
		res.Body, res.ContentLength = io.NopCloser(bytes.NewReader(body)), int64(len(body))
		return res, err
	}
	if again := a.look(desired).String(); again != "" {
		t.Error(again)
	}
	asked := 0
	for _, c := range a.wire.calls {
		if c.op == "ssm-contacts:GetContactChannel" {
			asked++
		}
	}
	if asked != 2 {
		t.Errorf("the channels were asked %d times, not once each", asked)
	}
}
