package policy_test

import (
	"fmt"
	"math/rand/v2"
	"slices"
	"strings"
	"testing"

	"pgregory.net/rapid"

	"github.com/watchbill/watchbill/internal/policy"
)

// A small world, in which everything that can be asked is asked.
var (
	actions    = []string{"a:x", "a:xy", "b:x"}
	resources  = []string{"r/1", "r/12", "q/1"}
	services   = []string{"one.example.com", "two.example.com"}
	principals = []policy.Principals{nil, {"Service": {"one.example.com"}}, {"Service": {"two.example.com", "one.example.com"}}, {"AWS": {"*"}}}
	conditions = []policy.Conditions{nil, {"StringEquals": {"k:one": {"1"}}}, {"StringLike": {"k:one": {"1", "2"}}}, {"stringequals": {"K:One": {"1"}}},
		{"ArnLike": {"k:one": {"1"}}, "StringNotEquals": {"k:two": {"1"}}}, {"Null": {"k:two": {"true"}}}}
)

func document(t *rapid.T, label string) policy.Document {
	list := func(values ...string) policy.List {
		return rapid.SliceOfN(rapid.SampledFrom(values), 1, 3).Draw(t, label)
	}
	var d policy.Document
	for range rapid.IntRange(0, 3).Draw(t, label+" statements") {
		s := policy.Statement{Effect: rapid.SampledFrom([]string{"Allow", "Deny"}).Draw(t, label),
			Principal: rapid.SampledFrom(principals).Draw(t, label), Condition: rapid.SampledFrom(conditions).Draw(t, label)}
		if rapid.Bool().Draw(t, label) {
			s.Action = list("a:x", "A:X*", "a:*", "*", "?:x")
		} else {
			s.NotAction = list("a:x", "A:X*", "a:*", "b:*")
		}
		if rapid.Bool().Draw(t, label) {
			s.Resource = list("r/1", "r/*", "*", "?/1")
		} else {
			s.NotResource = list("r/1", "r/*", "q/*")
		}
		d.Statements = append(d.Statements, s)
	}
	return d
}

// answers are a document's to every question of the small world.
func answers(d policy.Document) string {
	var b strings.Builder
	for _, action := range actions {
		for _, r := range resources {
			for _, who := range append([]string{""}, services...) {
				for _, one := range [][]string{{}, {"1"}, {"2"}} {
					for _, two := range [][]string{{}, {"1"}} {
						v, _ := policy.Judge([]policy.Document{d}, policy.Question{Action: action, Resource: r, Service: who,
							Context: map[string][]string{"k:one": one, "k:two": two}})
						fmt.Fprint(&b, int(v))
					}
				}
			}
		}
	}
	return b.String()
}

// Documents that are called equal answer every question alike.
func TestEqualMeansEqual(t *testing.T) {
	rapid.Check(t, func(t *rapid.T) {
		a, b := document(t, "a"), document(t, "b")
		if rapid.Bool().Draw(t, "near") { // two at random are hardly ever equal
			b = reformed(t, a)
			if len(b.Statements) > 0 && rapid.Bool().Draw(t, "changed") {
				s := &b.Statements[rapid.IntRange(0, len(b.Statements)-1).Draw(t, "which")]
				other := document(t, "other")
				if len(other.Statements) > 0 {
					s.Action, s.NotAction = other.Statements[0].Action, other.Statements[0].NotAction
				}
			}
		}
		if a.Equal(b) && answers(a) != answers(b) {
			t.Fatalf("equal, and answering differently:\n%s\n%s", a, b)
		}
	})
}

// However a document is put down, it is the same, and it is the same when it is read back.
func TestReformedIsEqual(t *testing.T) {
	rapid.Check(t, func(t *rapid.T) {
		a := document(t, "a")
		b := reformed(t, a)
		if !a.Equal(b) || !b.Equal(a) {
			t.Fatalf("not equal:\n%s\n%s", a, b)
		}
		back, err := policy.Parse(b.String())
		if err != nil || !back.Equal(a) {
			t.Fatalf("%v: not equal when read back:\n%s\n%s", err, a, back)
		}
	})
}

// What answers differently is not equal: no change of meaning is overlooked.
func TestChangeIsSeen(t *testing.T) {
	rapid.Check(t, func(t *rapid.T) {
		a, b := document(t, "a"), document(t, "b")
		if answers(a) != answers(b) && a.Equal(b) {
			t.Fatalf("called equal:\n%s\n%s", a, b)
		}
	})
}

// reformed is the document with statements and lists shuffled, repeated, split, and in other
// letters where those mean nothing.
func reformed(t *rapid.T, d policy.Document) policy.Document {
	r := rand.New(rand.NewPCG(rapid.Uint64().Draw(t, "seed"), 0))
	shuffled := func(l policy.List) policy.List {
		if l == nil {
			return nil
		}
		out := append(slices.Clone(l), l[r.IntN(len(l))])
		r.Shuffle(len(out), func(i, j int) { out[i], out[j] = out[j], out[i] })
		return out
	}
	var out policy.Document
	for _, s := range d.Statements {
		c := s
		c.Action, c.NotAction, c.Resource, c.NotResource = shuffled(s.Action), shuffled(s.NotAction), shuffled(s.Resource), shuffled(s.NotResource)
		for i := range c.Action {
			c.Action[i] = strings.ToUpper(c.Action[i])
		}
		c.Condition = policy.Conditions{}
		for op, keys := range s.Condition {
			c.Condition[strings.ToUpper(op)] = map[string]policy.List{}
			for key, values := range keys {
				c.Condition[strings.ToUpper(op)][strings.ToUpper(key)] = shuffled(values)
			}
		}
		if n := len(c.Action); n > 1 && r.IntN(2) == 0 {
			half := c
			half.Action, c.Action = c.Action[:n/2], c.Action[n/2:]
			out.Statements = append(out.Statements, half)
		}
		out.Statements = append(out.Statements, c)
		if r.IntN(3) == 0 {
			out.Statements = append(out.Statements, c)
		}
	}
	r.Shuffle(len(out.Statements), func(i, j int) { out.Statements[i], out.Statements[j] = out.Statements[j], out.Statements[i] })
	return out
}
