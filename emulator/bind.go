package emulator

import (
	"reflect"
	"strings"
	"time"
)

// bind puts a checked input into a handler's struct. A field takes the member of its own name
// (contacts) or of its name with a small first letter (incidents); there are no tags to get wrong,
// and no case-insensitive matching that would let an unchecked member in.
//
// Fields: string, int, float64, bool, time.Time, pointers to them (nil: the member was absent), slices (nil: absent),
// maps with string keys, structs.
func bind(in map[string]any, out any) { bindStruct(in, reflect.ValueOf(out).Elem()) }

func bindStruct(in map[string]any, out reflect.Value) {
	t := out.Type()
	for i := range t.NumField() {
		if t.Field(i).Anonymous {
			bindStruct(in, out.Field(i))
			continue
		}
		name := t.Field(i).Name
		v, ok := in[name]
		if !ok {
			v, ok = in[strings.ToLower(name[:1])+name[1:]]
		}
		if ok {
			bindValue(v, out.Field(i))
		}
	}
}

func bindValue(v any, out reflect.Value) {
	switch out.Kind() {
	case reflect.Pointer:
		p := reflect.New(out.Type().Elem())
		bindValue(v, p.Elem())
		out.Set(p)
	case reflect.Struct:
		if t, ok := v.(time.Time); ok {
			out.Set(reflect.ValueOf(t))
			return
		}
		bindStruct(v.(map[string]any), out)
	case reflect.Slice:
		list := v.([]any)
		s := reflect.MakeSlice(out.Type(), len(list), len(list))
		for i, e := range list {
			bindValue(e, s.Index(i))
		}
		out.Set(s)
	case reflect.Map:
		m := reflect.MakeMapWithSize(out.Type(), len(v.(map[string]any)))
		for k, e := range v.(map[string]any) {
			elem := reflect.New(out.Type().Elem()).Elem()
			bindValue(e, elem)
			m.SetMapIndex(reflect.ValueOf(k), elem)
		}
		out.Set(m)
	default:
		out.Set(reflect.ValueOf(v).Convert(out.Type()))
	}
}
