// Package kind holds the kinds of resource watchbill manages: one file a kind,
// one typed value in it, and all.go with the table. A kind states facts (how it
// is read from the plan, and AWS's five verbs for it); comparing, ordering,
// applying and printing are written once, elsewhere.
//
// To add a kind copy contact.go, the one people copy. CONTRIBUTING.md has the
// steps, and TestComplete names whatever was forgotten.
package kind

import (
	"context"
	"fmt"
	"slices"
	"strings"

	"github.com/watchbill/watchbill/compiler/ast"
	"github.com/watchbill/watchbill/internal/diag"
	"github.com/watchbill/watchbill/internal/resource"
)

// Kind is one kind of resource with specification S, a plain struct compared
// field by field (struct tags: see resource.Diff).
type Kind[S any] struct {
	// Name is the first half of the kind's addresses, and its file's name.
	Name string
	// Parent is the kind whose objects this one lives under: List is called once
	// for each of our parents, and owner and protection are the parent's. Empty
	// for kinds that stand alone and carry tags.
	Parent string
	// Sole says that a parent has at most one of these, under the parent's name;
	// otherwise a child's name is PARENT/NAME.
	Sole bool
	// Neighbour says that the kind lives in another AWS service; nil for Incident Manager's own.
	Neighbour *Neighbour
	// Unprotected says that the parent's protection does not reach these.
	Unprotected bool

	// Desired reads the kind's items out of a plan. It knows no network.
	Desired func(p *ast.Plan, add func(Item[S]))
	// Needs are the addresses a spec refers to; the parent is added by itself.
	Needs func(S) []resource.Addr
	// ARN is the identifier AWS will give to the resource, for kinds where the
	// name decides it; nil otherwise.
	ARN func(env *Env, name string) string
	// Tags are the spec's tags, for kinds without a parent: the engine compares
	// them with the bulk read, and reads whose a resource is from them.
	Tags func(S) map[string]string

	// List finds what is there: names and identifiers, below parent if the kind
	// has one. Whose it is, the engine adds; only of a child that is not ours, although
	// its parent is, List says so.
	List func(ctx context.Context, env *Env, parent *Found) ([]Found, error)
	// Read returns the spec of what List found; ok is false when it is gone.
	Read func(ctx context.Context, env *Env, f Found) (spec S, ok bool, err error)
	// Create returns the new identifier.
	Create func(ctx context.Context, env *Env, name string, want S) (id string, err error)
	// Update changes a live resource from have to want in place. It is also
	// called for equal specs, when something that want refers to was replaced.
	Update func(ctx context.Context, env *Env, f Found, have, want S) error
	// Delete removes a live resource; one that is gone already is no error. Nil
	// for what is never deleted.
	Delete func(ctx context.Context, env *Env, f Found, have S) error

	// Notes are sentences for the reader of a change; have or want is nil on
	// create and delete. Optional.
	Notes func(have, want *S) []string
	// Refuse names a change that AWS cannot do, or that watchbill never does;
	// "" lets it pass. Optional.
	Refuse func(have, want *S) (why, lift string)
	// Taken is what to do when the live resource is not ours. Optional: usually
	// the item can have another name.
	Taken string

	// Operations are the AWS actions (service:Operation) the kind calls, for
	// iam-policy and for the test that compares them with what was called.
	Operations Operations
	// Reach is what the operations act on, in the words of policies.
	Reach []Reach
	// Beside are rights that a spec needs and that no operation shows. Optional.
	Beside func(to Account, name string, spec S) []Right
}

// Operations are AWS actions by what they are needed for. Leave are those of Write that
// take away what left the plan. Raze is for destroy --replication-set alone: nobody who
// applies plans needs the right to it.
type Operations struct{ Read, Write, Leave, Raze []string }

// Item is one desired resource: its name, spec and the place it was written.
type Item[S any] struct {
	Name    string
	Spec    S
	Origin  diag.Pos
	Protect bool
}

// Found is a live resource as a List call shows it. Name is the second half of
// its address.
type Found struct {
	Name string
	ID   string
	// Summary is whatever List already learnt and Read wants; nil otherwise.
	Summary any
	// Status is what AWS says of the resource that is no part of its spec; see
	// resource.Object.
	Status string

	// What the engine adds before Read, and before List of the kinds below: the
	// live tags (a child has its parent's) and what they say.
	Tags    map[string]string
	Owner   resource.Owner
	OwnedBy string
	Protect bool
	asked   bool // Tags come from the resource itself
}

// Any is a Kind with its S erased, as the engine sees it.
type Any interface {
	KindName() string
	ParentKind() string
	KindOperations() Operations

	neighbour() *Neighbour
	sole() bool
	unprotected() bool
	desired(p *ast.Plan, into *resource.State)
	arn(env *Env, name string) string
	tags(o *resource.Object) map[string]string
	list(ctx context.Context, env *Env, parent *Found) ([]Found, error)
	read(ctx context.Context, env *Env, f Found) (*resource.Object, error)
	create(ctx context.Context, env *Env, o *resource.Object) (string, error)
	update(ctx context.Context, env *Env, have, want *resource.Object) error
	delete(ctx context.Context, env *Env, have *resource.Object) error
	notes(have, want *resource.Object) []string
	refuse(have, want *resource.Object) (why, lift string)
	taken() string
	reach() []Reach
	beside(to Account, o *resource.Object) []Right
}

// KindName is the first half of the kind's addresses.
func (k *Kind[S]) KindName() string { return k.Name }

// ParentKind is the kind this one lives under, "" for none.
func (k *Kind[S]) ParentKind() string { return k.Parent }

// KindOperations are the AWS actions the kind calls.
func (k *Kind[S]) KindOperations() Operations { return k.Operations }

func (k *Kind[S]) neighbour() *Neighbour { return k.Neighbour }
func (k *Kind[S]) sole() bool            { return k.Sole }
func (k *Kind[S]) unprotected() bool     { return k.Unprotected }
func (k *Kind[S]) taken() string         { return k.Taken }
func (k *Kind[S]) reach() []Reach        { return k.Reach }

func (k *Kind[S]) beside(to Account, o *resource.Object) []Right {
	if k.Beside == nil {
		return nil
	}
	return k.Beside(to, o.Addr.Name, o.Spec.(S))
}

func (k *Kind[S]) desired(p *ast.Plan, into *resource.State) {
	k.Desired(p, func(it Item[S]) {
		into.Add(k.object(it.Name, it.Spec, func(o *resource.Object) {
			o.Origin, o.Protect = it.Origin, it.Protect
		}))
	})
}

// object builds one side's object, with what the spec needs.
func (k *Kind[S]) object(name string, spec S, more func(*resource.Object)) *resource.Object {
	o := &resource.Object{Addr: resource.Addr{Kind: k.Name, Name: name}, Spec: spec}
	if k.Needs != nil {
		o.Needs = k.Needs(spec)
	}
	if k.Parent != "" {
		o.Parent = resource.Addr{Kind: k.Parent, Name: parentName(name)}
		o.Needs = append(o.Needs, o.Parent)
	}
	slices.SortFunc(o.Needs, resource.Addr.Compare)
	o.Needs = slices.Compact(o.Needs)
	more(o)
	return o
}

func (k *Kind[S]) arn(env *Env, name string) string {
	if k.ARN == nil {
		return ""
	}
	return k.ARN(env, name)
}

func (k *Kind[S]) tags(o *resource.Object) map[string]string {
	if k.Tags == nil || o == nil {
		return nil
	}
	return k.Tags(o.Spec.(S))
}

func (k *Kind[S]) list(ctx context.Context, env *Env, parent *Found) ([]Found, error) {
	return k.List(ctx, env, parent)
}

func (k *Kind[S]) read(ctx context.Context, env *Env, f Found) (*resource.Object, error) {
	spec, ok, err := k.Read(ctx, env, f)
	if err != nil || !ok {
		return nil, err
	}
	return k.object(f.Name, spec, func(o *resource.Object) {
		o.ID, o.Owner, o.OwnedBy, o.Protect, o.Status = f.ID, f.Owner, f.OwnedBy, f.Protect, f.Status
	}), nil
}

func (k *Kind[S]) create(ctx context.Context, env *Env, o *resource.Object) (string, error) {
	return k.Create(ctx, env, o.Addr.Name, o.Spec.(S))
}

func (k *Kind[S]) update(ctx context.Context, env *Env, have, want *resource.Object) error {
	return k.Update(ctx, env, found(have), have.Spec.(S), want.Spec.(S))
}

func (k *Kind[S]) delete(ctx context.Context, env *Env, have *resource.Object) error {
	if k.Delete == nil {
		return fmt.Errorf("%s is never deleted", have.Addr)
	}
	return k.Delete(ctx, env, found(have), have.Spec.(S))
}

func (k *Kind[S]) notes(have, want *resource.Object) []string {
	if k.Notes == nil {
		return nil
	}
	return k.Notes(specOf[S](have), specOf[S](want))
}

func (k *Kind[S]) refuse(have, want *resource.Object) (why, lift string) {
	if k.Refuse == nil {
		return "", ""
	}
	return k.Refuse(specOf[S](have), specOf[S](want))
}

func specOf[S any](o *resource.Object) *S {
	if o == nil {
		return nil
	}
	spec := o.Spec.(S)
	return &spec
}

func found(o *resource.Object) Found {
	return Found{Name: o.Addr.Name, ID: o.ID, Owner: o.Owner, OwnedBy: o.OwnedBy, Protect: o.Protect}
}

// parentName is the name of the parent of a child's name.
func parentName(child string) string {
	parent, _ := cutLast(child)
	return parent
}

// cutLast splits a child's name into its parent's and its own; one without a parent
// is both.
func cutLast(name string) (parent, own string) {
	if i := strings.LastIndexByte(name, '/'); i >= 0 {
		return name[:i], name[i+1:]
	}
	return name, name
}
