package kind_test

import (
	"encoding/json"
	"net/http"
	"slices"
	"strings"
	"testing"

	"github.com/aws/aws-sdk-go-v2/aws"
	"github.com/aws/aws-sdk-go-v2/service/ssmincidents"

	"github.com/watchbill/watchbill/emulator"
	"github.com/watchbill/watchbill/kind"
)

const sharedPlan = set + `
response_plans:
  down: {title: It is down, impact: high, share_with: ["222233334444", "333344445555"]}
`

// policies are the documents on the plan, by identifier.
func (a *account) policies() map[string]string {
	a.t.Helper()
	out, err := a.hand.Incidents.GetResourcePolicies(a.t.Context(), &ssmincidents.GetResourcePoliciesInput{ResourceArn: planARN})
	if err != nil {
		a.t.Fatal(err)
	}
	docs := map[string]string{}
	for _, p := range out.ResourcePolicies {
		docs[*p.PolicyId] = *p.PolicyDocument
	}
	return docs
}

// rewrite puts an edited copy of the only policy in its place, as somebody would by
// hand.
func (a *account) rewrite(edit func(statement map[string]any)) {
	a.t.Helper()
	for id, text := range a.policies() {
		var doc map[string]any
		if err := json.Unmarshal([]byte(text), &doc); err != nil {
			a.t.Fatal(err)
		}
		edit(doc["Statement"].([]any)[0].(map[string]any))
		changed, err := json.Marshal(doc)
		if err != nil {
			a.t.Fatal(err)
		}
		a.putPolicy(string(changed))
		if _, err := a.hand.Incidents.DeleteResourcePolicy(a.t.Context(), &ssmincidents.DeleteResourcePolicyInput{ResourceArn: planARN, PolicyId: &id}); err != nil {
			a.t.Fatal(err)
		}
	}
}

func (a *account) putPolicy(doc string) {
	a.t.Helper()
	if _, err := a.hand.Incidents.PutResourcePolicy(a.t.Context(), &ssmincidents.PutResourcePolicyInput{ResourceArn: planARN, Policy: &doc}); err != nil {
		a.t.Fatal(err)
	}
}

// A policy is compared by what it means; one that means something else is drift.
func TestSharingIsComparedByMeaning(t *testing.T) {
	const update = "update response_plan/down share_with"
	edits := map[string]struct {
		edit    func(map[string]any)
		changes string
	}{
		"lists in another order": {func(s map[string]any) {
			slices.Reverse(s["Action"].([]any))
			slices.Reverse(s["Resource"].([]any))
			slices.Reverse(s["Principal"].(map[string]any)["AWS"].([]any))
		}, ""},
		"actions in another case": {func(s map[string]any) {
			for i, a := range s["Action"].([]any) {
				s["Action"].([]any)[i] = strings.ToLower(a.(string))
			}
		}, ""},
		"accounts by their numbers": {func(s map[string]any) {
			s["Principal"] = map[string]any{"AWS": []string{"333344445555", "222233334444"}}
		}, ""},
		"a single text for a list of one, and an account less": {func(s map[string]any) {
			s["Principal"] = map[string]any{"AWS": "arn:aws:iam::222233334444:root"}
		}, update},
		"an account more": {func(s map[string]any) {
			s["Principal"] = map[string]any{"AWS": []string{"222233334444", "333344445555", "999999999999"}}
		}, update},
		"a role instead of an account": {func(s map[string]any) {
			s["Principal"] = map[string]any{"AWS": []string{"arn:aws:iam::222233334444:role/x", "333344445555"}}
		}, update},
		"everybody": {func(s map[string]any) { s["Principal"] = "*" }, update},
		"a condition": {func(s map[string]any) {
			s["Condition"] = map[string]any{"StringEquals": map[string]any{"aws:SourceAccount": "1"}}
		}, update},
		"an action less": {func(s map[string]any) { s["Action"] = s["Action"].([]any)[1:] }, update},
		"denied":         {func(s map[string]any) { s["Effect"] = "Deny" }, update},
		"more resources": {func(s map[string]any) { s["Resource"] = "*" }, update},
	}
	for name, e := range edits {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			a := open(t, emulator.Options{})
			desired := compile(t, sharedPlan)
			a.apply(desired)
			a.rewrite(e.edit)
			a.look(desired).expect(e.changes).do()
			a.settled(desired)
			if n := len(a.policies()); n != 1 {
				t.Errorf("%d policies are left, want 1", n)
			}
		})
	}
}

// Policies of others on the plan (AWS RAM writes some) are none of our business, nor
// are those that are no policy as we know them.
func TestPoliciesOfOthersStay(t *testing.T) {
	a := open(t, emulator.Options{})
	a.apply(compile(t, sharedPlan))
	theirs := []string{
		`{"Version":"2012-10-17","Statement":[{"Sid":"RAM","Effect":"Allow","Principal":{"AWS":"444455556666"},"Action":"ssm-incidents:GetResponsePlan","Resource":"*"}]}`,
		`{"Version":"2012-10-17","Statement":{"Effect":"Allow","Principal":"*","Action":["ssm-incidents:GetResponsePlan"],"Resource":"*"}}`,
		`[1, 2]`,
	}
	for _, doc := range theirs {
		a.putPolicy(doc)
	}
	a.settled(compile(t, sharedPlan))
	unshared := compile(t, replaced(sharedPlan, `, share_with: ["222233334444", "333344445555"]`, ""))
	a.look(unshared).expect("update response_plan/down share_with").do()
	a.settled(unshared)
	for _, doc := range a.policies() {
		if !slices.Contains(theirs, doc) {
			t.Errorf("left or changed: %s", doc)
		}
	}
	if n := len(a.policies()); n != len(theirs) {
		t.Errorf("%d policies are left, want %d", n, len(theirs))
	}
}

// A second policy of ours, debris of a pass that died, goes.
func TestSecondPolicyOfOursGoes(t *testing.T) {
	a := open(t, emulator.Options{})
	desired := compile(t, sharedPlan)
	a.apply(desired)
	for _, doc := range a.policies() {
		a.putPolicy(doc)
	}
	a.look(desired).expect("update response_plan/down share_with").do()
	a.settled(desired)
	if n := len(a.policies()); n != 1 {
		t.Errorf("%d policies are left, want 1", n)
	}
}

// A plan that could not be shared is there all the same, and the next pass shares it.
func TestSharingThatFailsIsMadeUpFor(t *testing.T) {
	a := open(t, emulator.Options{})
	desired := compile(t, sharedPlan)
	a.apply(compile(t, set))
	l := a.look(desired)
	a.wire.meddling(only(func(c call) bool { return c.op == "ssm-incidents:PutResourcePolicy" }, fails("AccessDeniedException", http.StatusForbidden)))
	if err := kind.Do(t.Context(), l.env, l.steps()[0]); err == nil {
		t.Fatal("no error")
	}
	if id, err := l.env.ID(l.cs.Changes[0].Addr); err != nil || id != aws.ToString(planARN) {
		t.Errorf("the plan that was created is not known: %q, %v", id, err)
	}
	a.wire.meddling(nil)
	a.look(desired).expect("update response_plan/down share_with").do()
	a.settled(desired)
}
