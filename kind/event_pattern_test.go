package kind

import (
	"encoding/json"
	"testing"

	"pgregory.net/rapid"
)

func TestCanonicalPattern(t *testing.T) {
	const canonical = `{"detail":{"code":[1,2],"load":[{"numeric":[">",0,"<=",5]}],"name":["a",{"prefix":"<b&"}]},"source":["aws.ec2","aws.health"]}`
	for _, same := range []string{
		canonical,
		`{"source": ["aws.health", "aws.ec2", "aws.health"], "detail": {"name": [{"prefix": "\u003cb\u0026"}, "a"],
		  "load": [{"numeric": [">", 0, "<=", 5]}], "code": [2, 1]}}`,
	} {
		if got := canonicalPattern(same); got != canonical {
			t.Errorf("%s\nis %s", same, got)
		}
	}
	for _, other := range []string{
		`{"detail":{"code":[1,2],"load":[{"numeric":["<=",5,">",0]}],"name":["a",{"prefix":"<b&"}]},"source":["aws.ec2","aws.health"]}`,
		`{"detail":{"code":[1.0,2],"load":[{"numeric":[">",0,"<=",5]}],"name":["a",{"prefix":"<b&"}]},"source":["aws.ec2","aws.health"]}`,
		`{"detail":{"code":["1",2],"load":[{"numeric":[">",0,"<=",5]}],"name":["a",{"prefix":"<b&"}]},"source":["aws.ec2","aws.health"]}`,
		canonical + "{}", "{", "",
	} {
		if canonicalPattern(other) == canonical {
			t.Errorf("%s is taken for the other", other)
		}
	}
}

// One text for a pattern however its keys and alternatives are ordered, and that text is its
// own.
func TestCanonicalPatternLaw(t *testing.T) {
	scalar := rapid.OneOf(rapid.Map(rapid.SampledFrom([]string{"a", "b", "<", "é"}), func(s string) any { return s }),
		rapid.Map(rapid.IntRange(-3, 3), func(n int) any { return n }), rapid.Just[any](nil), rapid.Map(rapid.Bool(), func(b bool) any { return b }))
	var pattern func(depth int) *rapid.Generator[any]
	pattern = func(depth int) *rapid.Generator[any] {
		return rapid.Custom(func(t *rapid.T) any {
			out := map[string]any{}
			for _, key := range rapid.SliceOfNDistinct(rapid.SampledFrom([]string{"x", "y", "z"}), 1, 3, rapid.ID).Draw(t, "keys") {
				if depth > 0 && rapid.Bool().Draw(t, "deeper") {
					out[key] = pattern(depth-1).Draw(t, "below")
				} else {
					out[key] = rapid.SliceOfN(scalar, 1, 4).Draw(t, "values")
				}
			}
			return out
		})
	}
	rapid.Check(t, func(t *rapid.T) {
		p := pattern(2).Draw(t, "pattern")
		text := write(t, p)
		canonical := canonicalPattern(text)
		if again := canonicalPattern(canonical); again != canonical {
			t.Fatalf("%s becomes %s", canonical, again)
		}
		if other := canonicalPattern(write(t, shuffled(t, p))); other != canonical {
			t.Fatalf("%s is %s, and shuffled %s", text, canonical, other)
		}
	})
}

func write(t *rapid.T, v any) string {
	b, err := json.MarshalIndent(v, "", " ")
	if err != nil {
		t.Fatal(err)
	}
	return string(b)
}

// shuffled is the pattern with its alternatives in another order.
func shuffled(t *rapid.T, v any) any {
	switch v := v.(type) {
	case map[string]any:
		out := map[string]any{}
		for key, member := range v {
			out[key] = shuffled(t, member)
		}
		return out
	case []any:
		return rapid.Permutation(v).Draw(t, "order")
	}
	return v
}
