package resource

import (
	"crypto/sha256"
	"encoding/hex"
	"encoding/json"
	"fmt"
	"hash"
	"reflect"
	"slices"

	"github.com/watchbill/watchbill/internal/mask"
)

// Digest identifies a comparison: 32 hex digits over everything both sides say, and
// over what else decides what would be done (scope: the target, the owner). Two
// comparisons with one digest change the same things to the same values.
//
// Left out are AWS's identifiers, which say nothing about what is there, where things
// were written, and what people own: activation, and live objects that are neither
// ours nor in the way. Of a secret value only sixteen bits go in: a changed address
// is noticed (missed once in 65,536), and whoever knows everything else cannot try
// out phone numbers against a digest that stands in a pull request.
func Digest(desired, observed *State, scope ...string) string {
	h := sha256.New()
	part(h, "watchbill-digest-1")
	for _, s := range scope {
		part(h, s)
	}
	desired.digest(h, func(*Object) bool { return true })
	observed.digest(h, func(o *Object) bool { return o.Owner == Ours || desired.Has(o.Addr) })
	return hex.EncodeToString(h.Sum(nil))[:32]
}

func (s *State) digest(h hash.Hash, counts func(*Object) bool) {
	var objects []string
	for _, o := range s.All() {
		if counts(o) {
			objects = append(objects, o.text())
		}
	}
	slices.Sort(objects) // several live ones of an address have no order of their own
	part(h, fmt.Sprint(len(objects)))
	for _, o := range objects {
		part(h, o)
	}
	for _, a := range s.Unknowns() {
		part(h, "unknown "+a.String())
	}
}

// text is all that an object says.
func (o *Object) text() string {
	spec, err := json.Marshal(o.Spec)
	if err != nil {
		panic(fmt.Sprintf("%s: a specification that cannot be written: %v", o.Addr, err)) // a bug in the kind
	}
	return fmt.Sprintf("%s protect=%t owner=%d %q %s %x",
		o.Addr, o.Protect, o.Owner, o.OwnedBy, spec, secrets(nil, reflect.ValueOf(o.Spec)))
}

// secrets appends sixteen bits of each secret value in v.
func secrets(sums []byte, v reflect.Value) []byte {
	switch v.Kind() {
	case reflect.Struct:
		if s, ok := v.Interface().(mask.String); ok {
			sum := sha256.Sum256([]byte(s.Reveal()))
			return append(sums, sum[:2]...)
		}
		for i := range v.NumField() {
			if v.Type().Field(i).IsExported() {
				sums = secrets(sums, v.Field(i))
			}
		}
	case reflect.Slice, reflect.Array:
		for i := range v.Len() {
			sums = secrets(sums, v.Index(i))
		}
	case reflect.Pointer, reflect.Interface:
		if !v.IsNil() {
			sums = secrets(sums, v.Elem())
		}
	}
	return sums
}

// part writes a text so that no two lists of texts run together.
func part(h hash.Hash, text string) { fmt.Fprintf(h, "%d:%s", len(text), text) }
