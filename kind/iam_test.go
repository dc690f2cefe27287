package kind

import (
	"encoding/json"
	"fmt"
	"maps"
	"slices"
	"testing"

	"github.com/watchbill/watchbill/internal/resource"
)

// Every action that anything declares acts on something a policy can name, and every
// kind reaches it.
func TestEveryActionHasAReach(t *testing.T) {
	all := map[string]Operations{"Common": Common, "Activation": Activation, "Look": Look}
	for _, k := range All {
		ops := k.KindOperations()
		all[k.KindName()] = ops
		if len(k.reach()) == 0 {
			t.Errorf("%s does not say what its operations act on", k.KindName())
		}
		for _, action := range slices.Concat(ops.Write, ops.Leave, ops.Raze) {
			if len(reachOf(k.reach(), action)) == 0 {
				t.Errorf("%s calls %s, and its Reach has nothing of what that acts on", k.KindName(), action)
			}
		}
		for _, action := range ops.Leave {
			if !slices.Contains(ops.Write, action) {
				t.Errorf("%s: %s is among Leave and not among Write", k.KindName(), action)
			}
		}
	}
	for who, ops := range all {
		for _, action := range slices.Concat(ops.Read, ops.Write, ops.Leave, ops.Raze) {
			if _, known := iamActions[action]; !known {
				t.Errorf("%s calls %s, which iamActions does not have", who, action)
			}
		}
	}
}

// What is joined grants what its parts granted, action by action, type by type, under the
// same conditions, and nothing more.
func TestJoinedStatementsGrantTheSame(t *testing.T) {
	account := Account{Number: "111122223333", Region: "us-east-1", Partition: "aws", Owner: "us"}
	for _, command := range PolicyCommands {
		b := PolicyFor{Account: account, Command: command, Desired: oneOfEach(), Prune: true, DropSet: true, Compact: true}
		whole := LeastPolicy(b).Statement
		for _, parts := range [][]PolicyStatement{apart(whole), whole} {
			joined := account.merged(parts)
			if got, want := allGrants(account, joined), allGrants(account, parts); !maps.Equal(got, want) {
				t.Errorf("%s: joined grants %v, its parts %v", command, got, want)
			}
			if again := account.merged(joined); len(again) != len(joined) {
				t.Errorf("%s: %d statements can still be joined to %d", command, len(joined), len(again))
			}
		}
	}
}

// oneOfEach is a state with an item of each kind that needs no more than a name.
func oneOfEach() *resource.State {
	out := &resource.State{}
	out.Add(&resource.Object{Addr: resource.Addr{Kind: contactKind, Name: "aiko"}, Spec: Contact{}})
	out.Add(&resource.Object{Addr: resource.Addr{Kind: responsePlanKind, Name: "down"}, Spec: ResponsePlan{}})
	out.Add(&resource.Object{Addr: theSet, Spec: ReplicationSet{}})
	return out
}

// apart is one statement for each action and each type it acts on.
func apart(statements []PolicyStatement) []PolicyStatement {
	var out []PolicyStatement
	for _, s := range statements {
		for _, action := range s.Action {
			for _, arn := range s.Resource {
				out = append(out, PolicyStatement{Sid: s.Sid, Effect: s.Effect, Condition: s.Condition, Action: []string{action}, Resource: []string{arn}})
			}
		}
	}
	return out
}

func allGrants(a Account, statements []PolicyStatement) map[string]bool {
	out := map[string]bool{}
	for _, s := range statements {
		condition, _ := json.Marshal(s.Condition)
		grants, ok := a.grants(s)
		if !ok {
			out[fmt.Sprint(s.Action, s.Resource, string(condition))] = true
			continue
		}
		for g := range grants {
			out[g.action+" "+g.on.plural+" "+string(condition)] = true
		}
	}
	return out
}
