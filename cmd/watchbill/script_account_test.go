//go:build unix

package main

// What scripts do to a served account from outside, by the hand of its owner.

import (
	"bytes"
	"encoding/json"
	"fmt"
	"io"
	"net/http"
	"slices"
	"strconv"
	"strings"
	"time"

	"github.com/rogpeppe/go-internal/testscript"
	"github.com/watchbill/watchbill/kind"
)

// code NAME URL CONTACT TYPE sets $NAME to the newest code that was sent to a contact's
// channel of that type.
func code(ts *testscript.TestScript, neg bool, args []string) {
	if neg || len(args) != 4 {
		ts.Fatalf("usage: code NAME URL CONTACT TYPE")
	}
	resp, err := http.Get(args[1] + "/_watchbill/outbox?kind=activation&contact=" + args[2])
	ts.Check(err)
	defer resp.Body.Close()
	var box struct{ Messages []sent }
	ts.Check(json.NewDecoder(resp.Body).Decode(&box))
	found := ""
	for _, m := range box.Messages {
		if m.Type == args[3] {
			found = m.Code
		}
	}
	if found == "" {
		ts.Fatalf("no code was sent to %s by %s", args[2], args[3])
	}
	ts.Setenv(args[0], found)
}

// optOut URL REGION CONTACT CHANNEL deactivates a channel, as AWS does when the owner of the device
// answers UNSUBSCRIBE.
func optOut(ts *testscript.TestScript, neg bool, args []string) {
	if neg || len(args) != 4 {
		ts.Fatalf("usage: optout URL REGION CONTACT CHANNEL")
	}
	var list struct {
		ContactChannels []struct{ Name, ContactChannelArn string }
	}
	contact := "arn:aws:ssm-contacts:" + args[1] + ":111122223333:contact/" + args[2]
	ts.Check(json.Unmarshal(contacts(ts, args[0], "ListContactChannels", map[string]string{"ContactId": contact}), &list))
	for _, c := range list.ContactChannels {
		if c.Name == args[3] {
			contacts(ts, args[0], "DeactivateContactChannel", map[string]string{"ContactChannelId": c.ContactChannelArn})
			return
		}
	}
	ts.Fatalf("%s has no channel %s", args[2], args[3])
}

// fault URL RULE makes calls go wrong from now on: fault $URL '{"operation":"List*","fault":"refuse"}'. With
// no RULE they go right again.
func fault(ts *testscript.TestScript, neg bool, args []string) {
	if neg || len(args) < 1 || len(args) > 2 {
		ts.Fatalf("usage: fault URL [RULE]")
	}
	method, rule := http.MethodDelete, ""
	if len(args) == 2 {
		method, rule = http.MethodPost, args[1]
	}
	r, err := http.NewRequest(method, args[0]+"/_watchbill/faults", strings.NewReader(rule))
	ts.Check(err)
	resp, err := http.DefaultClient.Do(r)
	ts.Check(err)
	answered(ts, "fault", resp)
}

// contacts calls an operation of ssm-contacts.
func contacts(ts *testscript.TestScript, url, operation string, in any) []byte {
	body, err := json.Marshal(in)
	ts.Check(err)
	r, err := http.NewRequest(http.MethodPost, url, bytes.NewReader(body))
	ts.Check(err)
	r.Header.Set("Content-Type", "application/x-amz-json-1.1")
	r.Header.Set("X-Amz-Target", "SSMContacts."+operation)
	resp, err := http.DefaultClient.Do(r)
	ts.Check(err)
	return answered(ts, operation, resp)
}

// answered is the text of a good answer.
func answered(ts *testscript.TestScript, what string, resp *http.Response) []byte {
	defer resp.Body.Close()
	text, err := io.ReadAll(resp.Body)
	ts.Check(err)
	if resp.StatusCode/100 != 2 {
		ts.Fatalf("%s: %s", what, text)
	}
	return text
}

// override URL REGION ROTATION FROM TO CONTACT... puts other people on call, as somebody in the
// console does. ROTATION is its name in AWS; FROM and TO are RFC 3339.
func override(ts *testscript.TestScript, neg bool, args []string) {
	if neg || len(args) < 5 {
		ts.Fatalf("usage: override URL REGION ROTATION FROM TO CONTACT...")
	}
	var list struct {
		Rotations []struct{ Name, RotationArn string }
	}
	ts.Check(json.Unmarshal(contacts(ts, args[0], "ListRotations", map[string]string{"RotationNamePrefix": args[2]}), &list))
	if len(list.Rotations) != 1 {
		ts.Fatalf("%d rotations %s", len(list.Rotations), args[2])
	}
	var times [2]int64
	for i, text := range args[3:5] {
		at, err := time.Parse(time.RFC3339, text)
		ts.Check(err)
		times[i] = at.Unix()
	}
	people := []string{}
	for _, p := range args[5:] {
		people = append(people, "arn:aws:ssm-contacts:"+args[1]+":111122223333:contact/"+p)
	}
	contacts(ts, args[0], "CreateRotationOverride", map[string]any{
		"RotationId": list.Rotations[0].RotationArn, "NewContactIds": people, "StartTime": times[0], "EndTime": times[1]})
}

// byhand NAME URL OPERATION INPUT [KEY...] calls an operation of ssm-contacts, as somebody with the
// AWS CLI does, and sets $NAME to what the answer has under the keys; - sets nothing.
func byHand(ts *testscript.TestScript, neg bool, args []string) {
	if neg || len(args) < 4 {
		ts.Fatalf("usage: byhand NAME URL OPERATION INPUT [KEY...]")
	}
	var out any
	ts.Check(json.Unmarshal(contacts(ts, args[1], args[2], json.RawMessage(args[3])), &out))
	for _, key := range args[4:] {
		switch in := out.(type) {
		case map[string]any:
			out = in[key]
		case []any:
			i, err := strconv.Atoi(key)
			ts.Check(err)
			out = in[i]
		}
	}
	if args[0] != "-" {
		ts.Setenv(args[0], out.(string))
	}
}

// allow URL POLICY lets a served Incident Manager refuse every operation that anything of
// ours calls and that the policy document in the file does not allow.
func allow(ts *testscript.TestScript, neg bool, args []string) {
	if neg || len(args) != 2 {
		ts.Fatalf("usage: allow URL POLICY")
	}
	var policy struct{ Statement []struct{ Action []string } }
	ts.Check(json.Unmarshal([]byte(ts.ReadFile(args[1])), &policy))
	var allowed []string
	for _, s := range policy.Statement {
		allowed = append(allowed, s.Action...)
	}
	fault(ts, false, args[:1])
	refused := 0
	for _, action := range declared() {
		if slices.Contains(allowed, action) {
			continue
		}
		refused++
		operation := strings.NewReplacer("tag:", "tagging.", "cloudwatch:", "monitoring.", ":", ".").Replace(action)
		fault(ts, false, []string{args[0], fmt.Sprintf(`{"operation":%q,"fault":"refuse"}`, operation)})
	}
	if refused == 0 {
		ts.Fatalf("the policy allows everything")
	}
}

// declared are all actions that the kinds, the engine and activation say they call.
func declared() []string {
	all := []kind.Operations{kind.Common, kind.Activation, kind.Respond}
	for _, k := range kind.All {
		all = append(all, k.KindOperations())
	}
	var out []string
	for _, ops := range all {
		out = slices.Concat(out, ops.Read, ops.Write, ops.Leave, ops.Raze)
	}
	slices.Sort(out)
	return slices.Compact(out)
}
