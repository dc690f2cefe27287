package kind

import (
	"context"

	"github.com/watchbill/watchbill/internal/resource"
)

// What only the tests of this package may see.

// caller is the key under which a call's context holds the kind that makes it.
type caller struct{}

// CallerOf is the name of the kind that makes a call, "" for the engine.
func CallerOf(ctx context.Context) string {
	name, _ := ctx.Value(caller{}).(string)
	return name
}

// TellCaller makes the kinds of a pass write their names into their calls' contexts.
func (e *Env) TellCaller() {
	var told []Any
	for _, k := range e.kinds {
		told = append(told, telling{k})
	}
	e.kinds = told
}

type telling struct{ Any }

func (k telling) tell(ctx context.Context) context.Context {
	return context.WithValue(ctx, caller{}, k.KindName())
}

func (k telling) list(ctx context.Context, env *Env, parent *Found) ([]Found, error) {
	return k.Any.list(k.tell(ctx), env, parent)
}

func (k telling) read(ctx context.Context, env *Env, f Found) (*resource.Object, error) {
	return k.Any.read(k.tell(ctx), env, f)
}

func (k telling) create(ctx context.Context, env *Env, o *resource.Object) (string, error) {
	return k.Any.create(k.tell(ctx), env, o)
}

func (k telling) update(ctx context.Context, env *Env, have, want *resource.Object) error {
	return k.Any.update(k.tell(ctx), env, have, want)
}

func (k telling) delete(ctx context.Context, env *Env, have *resource.Object) error {
	return k.Any.delete(k.tell(ctx), env, have)
}

// FleetAlarm is what the alarm of a resource is called in a fleet.
func FleetAlarm(resourceType, monitor, arn, home string) (name string, ok bool) {
	t, _, _ := fleetTypeOf(resourceType, "")
	_, id, ok := t.target(arn, home)
	f := Fleet{Monitor: monitor, Encoding: encodingPerTarget, Targets: []FleetTarget{{ARN: arn, ID: id}}}
	f.name()
	return f.Targets[0].Alarm.Name, ok
}
