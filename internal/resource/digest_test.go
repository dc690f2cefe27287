package resource_test

import (
	"errors"
	"strings"
	"testing"

	"github.com/watchbill/watchbill/internal/mask"
	"github.com/watchbill/watchbill/internal/resource"
)

type digested struct {
	Name    string      `json:"name"`
	Address mask.String `json:"address"`
	Nested  []struct {
		Key mask.String `json:"key"`
	} `json:"nested"`
}

func digestState(objects ...*resource.Object) *resource.State {
	s := &resource.State{}
	for _, o := range objects {
		s.Add(o)
	}
	return s
}

func digestObject(name, address string) *resource.Object {
	return &resource.Object{
		Addr: resource.Addr{Kind: "channel", Name: name}, ID: "arn:" + name,
		Spec: digested{Name: name, Address: mask.New(address)},
	}
}

// A digest moves with whatever either side says, and with nothing else.
func TestDigest(t *testing.T) {
	base := func() *resource.Object { return digestObject("aiko/phone", "+12025550101") }
	empty := digestState()
	first := resource.Digest(digestState(base()), empty, "local", "web")
	if len(first) != 32 || strings.Trim(first, "0123456789abcdef") != "" {
		t.Fatalf("digest %q is not 32 hex digits", first)
	}

	same := base()
	same.ID = "arn:another"
	same.Status = "ACTIVATED"
	if got := resource.Digest(digestState(same), empty, "local", "web"); got != first {
		t.Error("an identifier or an activation moved the digest")
	}
	theirs := digestObject("ben/phone", "")
	theirs.Owner = resource.Unmarked
	if got := resource.Digest(digestState(base()), digestState(theirs), "local", "web"); got != first {
		t.Error("something of no concern to the plan moved the digest")
	}

	changed := map[string]string{}
	note := func(what, digest string) {
		if other, taken := changed[digest]; taken || digest == first {
			t.Errorf("%s has the digest of %s", what, other+" or of the first")
		}
		changed[digest] = what
	}
	note("another address", resource.Digest(digestState(digestObject("aiko/phone", "+12025550102")), empty, "local", "web"))
	note("another side", resource.Digest(empty, digestState(base()), "local", "web"))
	note("another scope", resource.Digest(digestState(base()), empty, "localw", "eb"))
	note("both sides", resource.Digest(digestState(base()), digestState(base()), "local", "web"))
	note("two at one address", resource.Digest(digestState(base()), digestState(base(), base()), "local", "web"))
	for what, change := range map[string]func(*resource.Object){
		"protection": func(o *resource.Object) { o.Protect = true },
		"owner":      func(o *resource.Object) { o.Owner, o.OwnedBy = resource.Foreign, "db" },
		"nested secret": func(o *resource.Object) {
			spec := o.Spec.(digested)
			spec.Nested = append(spec.Nested, struct {
				Key mask.String `json:"key"`
			}{mask.New("+12025550103")})
			o.Spec = spec
		},
	} {
		o := base()
		change(o)
		note(what, resource.Digest(digestState(base()), digestState(o), "local", "web"))
	}
	unread := digestState(base())
	unread.MarkUnknown(resource.Addr{Kind: "contact"}, errors.New("denied"))
	note("unread", resource.Digest(digestState(base()), unread, "local", "web"))
}
