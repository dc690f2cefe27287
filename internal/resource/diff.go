package resource

import (
	"cmp"
	"encoding/json"
	"fmt"
	"reflect"
	"slices"
	"strings"

	"github.com/watchbill/watchbill/internal/mask"
)

// Diff compares what is wanted with what is there. It is pure, generic over all
// kinds, and reads these struct tags on spec fields:
//
//	diff:"replace"  AWS cannot change the field in place
//	diff:"secret"   the value is never shown, only that it differs
//	diff:"set"      the order of the list has no meaning
//	diff:"note"     the field is never compared: only the kind's notes speak of it
//
//	desired   observed        outcome
//	   x         –            create
//	   x         x  equal     same
//	   x         x  differs   update, or replace if a replace field differs
//	   –         x  ours      delete
//	   –         x  not ours  nothing: it is none of our business
//	   x         x  not ours  refusal: it carries our name and not our mark
//	   x or –    ?            unread: unknown is not absent
//
// A child of something unknown is unknown with it. Several live objects at one
// address: the one that differs least is kept, the others are deleted. An object
// that refers to a replaced one, or to one of several, is updated too, because
// the address stays and the identifier behind it does not.
func Diff(desired, observed *State) *ChangeSet {
	cs := &ChangeSet{}
	for _, addr := range observed.Unknowns() {
		cs.Unread = append(cs.Unread, Unread{addr, observed.unknown[addr]})
	}
	for _, want := range desired.All() {
		if unread(observed, want) == nil {
			cs.compare(want, observed.Get(want.Addr))
		}
	}
	for _, have := range observed.All() {
		if !desired.Has(have.Addr) && have.Owner == Ours && observed.Unknown(have.Addr) == nil {
			cs.delete(have, "it is no longer in the plan")
		}
	}
	cs.followReplacements(desired, observed)
	slices.SortStableFunc(cs.Changes, compareChanges)
	return cs
}

// unread is why nothing is known of the live side of want, nil when it was read.
func unread(observed *State, want *Object) error {
	if err := observed.Unknown(want.Addr); err != nil || want.Parent.IsZero() {
		return err
	}
	return observed.Unknown(want.Parent)
}

func compareChanges(a, b *Change) int {
	return cmp.Or(a.Addr.Compare(b.Addr), cmp.Compare(a.Action, b.Action), cmp.Compare(a.id(), b.id()))
}

func (c *Change) id() string {
	if c.Before == nil {
		return ""
	}
	return c.Before.ID
}

// compare adds the outcome for one wanted object and the live ones at its
// address.
func (cs *ChangeSet) compare(want *Object, live []*Object) {
	if len(live) == 0 {
		cs.Changes = append(cs.Changes, &Change{
			Addr: want.Addr, Action: Create, After: want, Fields: Fields(nil, want.Spec),
		})
		return
	}
	if i := slices.IndexFunc(live, func(o *Object) bool { return o.Owner != Ours }); i >= 0 {
		cs.refuseForeign(want, live[i])
		return
	}
	best, fields := nearest(want, live)
	for _, have := range live {
		if have != best {
			cs.delete(have, "it is a second "+have.Addr.String())
			cs.Changes[len(cs.Changes)-1].spare = true
		}
	}
	if len(fields) == 0 {
		cs.Same++
		return
	}
	action := Update
	if slices.ContainsFunc(fields, func(f FieldChange) bool { return f.forcesReplace }) {
		action = Replace
	}
	cs.Changes = append(cs.Changes, &Change{Addr: want.Addr, Action: action, Before: best, After: want, Fields: fields})
}

func (cs *ChangeSet) refuseForeign(want, have *Object) {
	r := Refusal{Addr: want.Addr, Action: Update, Guard: ForeignGuard,
		Why:  fmt.Sprintf("%s exists and carries no ownership mark, so watchbill did not make it and does not touch it", want.Addr),
		Lift: "give the item another name in the plan, or take the live one over: watchbill adopt " + want.Addr.String(),
	}
	if have.Owner == Foreign {
		r.Why = fmt.Sprintf("%s belongs to owner %q and is not touched", want.Addr, have.OwnedBy)
		r.Lift = "give the item another name in the plan, or take it from that owner: watchbill adopt " + want.Addr.String()
	}
	cs.Refusals = append(cs.Refusals, r)
}

func (cs *ChangeSet) delete(have *Object, reason string) {
	cs.Changes = append(cs.Changes, &Change{
		Addr: have.Addr, Action: Delete, Before: have, Fields: Fields(have.Spec, nil), Reason: reason,
	})
}

// nearest picks the live object that is cheapest to bring to want: no
// replacement before replacement, then fewest fields, then lowest ID.
func nearest(want *Object, live []*Object) (*Object, []FieldChange) {
	cost := func(fs []FieldChange) int {
		n := len(fs)
		for _, f := range fs {
			if f.forcesReplace {
				n += 1 << 20
			}
		}
		return n
	}
	var best *Object
	var fields []FieldChange
	for _, o := range live {
		fs := Fields(o.Spec, want.Spec)
		if best == nil || cost(fs) < cost(fields) || (cost(fs) == cost(fields) && o.ID < best.ID) {
			best, fields = o, fs
		}
	}
	return best, fields
}

// followReplacements adds an update for every unchanged object that refers to an
// address whose identifier moves: one that is replaced, or one of several live
// objects (nobody knows which of them is referred to).
func (cs *ChangeSet) followReplacements(desired, observed *State) {
	changed, moved := map[Addr]bool{}, map[Addr]string{}
	for _, c := range cs.Changes {
		switch {
		case c.spare:
			moved[c.Addr] = fmt.Sprintf("there is more than one %s", c.Addr)
		case c.Action == Replace:
			moved[c.Addr] = fmt.Sprintf("%s is replaced", c.Addr)
		}
		changed[c.Addr] = changed[c.Addr] || c.After != nil
	}
	if len(moved) == 0 {
		return
	}
	for _, want := range desired.All() {
		i := slices.IndexFunc(want.Needs, func(need Addr) bool { return moved[need] != "" })
		live := observed.Get(want.Addr)
		if i < 0 || changed[want.Addr] || unread(observed, want) != nil || len(live) == 0 ||
			slices.ContainsFunc(live, func(o *Object) bool { return o.Owner != Ours }) {
			continue
		}
		cs.Changes = append(cs.Changes, &Change{Addr: want.Addr, Action: Update,
			Before: Nearest(want, live), After: want, Reason: moved[want.Needs[i]]})
		cs.Same--
	}
}

// Nearest is the one of several live objects that the comparison keeps for want;
// nil when there is none.
func Nearest(want *Object, live []*Object) *Object {
	best, _ := nearest(want, live)
	return best
}

// Fields lists the differing fields of two specs of one type, either of which
// may be nil: then every field of the other that is not empty is listed.
func Fields(before, after any) []FieldChange {
	var w fieldWalk
	w.walk("", reflect.ValueOf(before), reflect.ValueOf(after), fieldTag{})
	return w.out
}

type fieldTag struct{ replace, secret, set, note bool }

func parseTag(tag string) (t fieldTag) {
	for word := range strings.SplitSeq(tag, ",") {
		switch word {
		case "replace":
			t.replace = true
		case "secret":
			t.secret = true
		case "set":
			t.set = true
		case "note":
			t.note = true
		}
	}
	return t
}

type fieldWalk struct{ out []FieldChange }

var maskType = reflect.TypeFor[mask.String]()

// walk descends into structs, and into lists of equal length; everything else
// is compared and reported whole.
func (w *fieldWalk) walk(path string, a, b reflect.Value, tag fieldTag) {
	if a.IsValid() && b.IsValid() && reflect.DeepEqual(a.Interface(), b.Interface()) {
		return
	}
	t := typeOf(a, b)
	switch {
	case t == nil:
	case t.Kind() == reflect.Struct && t != maskType && !isText(t):
		w.walkStruct(path, t, a, b, tag)
	case t.Kind() == reflect.Slice && tag.set && a.IsValid() && b.IsValid() && sameSet(a, b):
	case t.Kind() == reflect.Slice && !tag.set && a.IsValid() && b.IsValid() && a.Len() == b.Len():
		for i := range a.Len() {
			w.walk(fmt.Sprintf("%s[%d]", path, i), a.Index(i), b.Index(i), tag)
		}
	default:
		w.report(path, t, a, b, tag)
	}
}

func (w *fieldWalk) walkStruct(path string, t reflect.Type, a, b reflect.Value, tag fieldTag) {
	for i := range t.NumField() {
		f := t.Field(i)
		name := jsonName(f)
		if path != "" {
			name = path + "." + name
		}
		sub := parseTag(f.Tag.Get("diff"))
		if sub.note {
			continue
		}
		sub.replace = sub.replace || tag.replace
		sub.secret = sub.secret || tag.secret
		w.walk(name, fieldOf(a, i), fieldOf(b, i), sub)
	}
}

// jsonName is what a spec's field is called in paths.
func jsonName(f reflect.StructField) string {
	name, _, _ := strings.Cut(f.Tag.Get("json"), ",")
	if name == "" {
		return strings.ToLower(f.Name)
	}
	return name
}

func (w *fieldWalk) report(path string, t reflect.Type, a, b reflect.Value, tag fieldTag) {
	both := a.IsValid() && b.IsValid()
	before, after := plainValue(a, both), plainValue(b, both)
	if before == nil && after == nil {
		return
	}
	secret := tag.secret || t == maskType
	if secret && t != maskType {
		before, after = hidden(before), hidden(after)
	}
	w.out = append(w.out, FieldChange{Path: path, Before: before, After: after, Sensitive: secret, forcesReplace: tag.replace && both})
}

func hidden(v any) any {
	if v == nil {
		return nil
	}
	return "***"
}

func typeOf(a, b reflect.Value) reflect.Type {
	switch {
	case a.IsValid():
		return a.Type()
	case b.IsValid():
		return b.Type()
	}
	return nil
}

func fieldOf(v reflect.Value, i int) reflect.Value {
	if !v.IsValid() {
		return reflect.Value{}
	}
	return v.Field(i)
}

var textType = reflect.TypeFor[interface{ MarshalText() ([]byte, error) }]()

// isText reports whether values of t print as one word (an Addr), so that a
// difference is not taken apart.
func isText(t reflect.Type) bool { return t.Implements(textType) }

// sameSet compares two lists as multisets by their JSON forms.
func sameSet(a, b reflect.Value) bool {
	keys := func(v reflect.Value) []string {
		out := make([]string, v.Len())
		for i := range out {
			j, err := json.Marshal(v.Index(i).Interface())
			if err != nil {
				return nil
			}
			out[i] = string(j)
		}
		slices.Sort(out)
		return out
	}
	return a.Len() == b.Len() && slices.Equal(keys(a), keys(b))
}

// plainValue is v for printing and JSON: nil for absent and for empty texts and
// lists; false and 0 only where zeros matters, in a change from or to them.
func plainValue(v reflect.Value, zeros bool) any {
	if !v.IsValid() {
		return nil
	}
	switch v.Kind() {
	case reflect.Bool, reflect.Int, reflect.Int32, reflect.Int64, reflect.Float64:
		if v.IsZero() && !zeros {
			return nil
		}
	case reflect.Slice, reflect.Map:
		if v.Len() == 0 {
			return nil
		}
	case reflect.Pointer:
		return plainValue(v.Elem(), zeros)
	default:
		if v.IsZero() {
			return nil
		}
	}
	return scrubbed(v.Interface())
}

// scrubbed is a value as it may be shown. A person can write a number to dial into
// a title or a tag, where nothing says that it is one.
func scrubbed(v any) any {
	switch v := v.(type) {
	case string:
		return mask.Scrub(v)
	case []string:
		out := make([]string, len(v))
		for i, s := range v {
			out[i] = mask.Scrub(s)
		}
		return out
	case map[string]string:
		out := make(map[string]string, len(v))
		for k, s := range v {
			out[k] = mask.Scrub(s)
		}
		return out
	case map[string][]string:
		out := make(map[string][]string, len(v))
		for k, list := range v {
			out[k] = scrubbed(list).([]string)
		}
		return out
	}
	return v
}
