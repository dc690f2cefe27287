package kind

// Kinds that live in other AWS services than Incident Manager: topics, roles, alarms. Most
// plans have none of them, and most policies do not allow to ask for them, so they are asked for
// only with a reason: the plan wants one, or something there carries our mark.

import (
	"context"
	"maps"
	"slices"
	"strings"
	"time"

	"github.com/aws/aws-sdk-go-v2/aws"
	"github.com/aws/aws-sdk-go-v2/service/resourcegroupstaggingapi"
	tagtypes "github.com/aws/aws-sdk-go-v2/service/resourcegroupstaggingapi/types"

	"github.com/watchbill/watchbill/internal/resource"
)

// Neighbour says that a kind lives in another AWS service. Type is its type in the Resource
// Groups Tagging API, service:type or service; "" when that API does not know it.
//
// Because is another reason than a mark to list what left the plan; nil for none. Kinds before
// this one in the table have been listed by then.
type Neighbour struct {
	Type    string
	Because func(e *Env) bool
}

// neighbourTypes are the types of all neighbours that the tagging API knows.
func (e *Env) neighbourTypes() []string {
	var out []string
	for _, k := range e.kinds {
		if n := k.neighbour(); n != nil && n.Type != "" {
			out = append(out, n.Type)
		}
	}
	return out
}

// neighbourTags are the tags of everything in the neighbour services that carries an
// ownership mark, whoever's: identifier to tags. Like bulkTags it follows with a delay.
func (e *Env) neighbourTags(ctx context.Context) (map[string]map[string]string, error) {
	return once(e, "neighbour tags", func() (map[string]map[string]string, error) {
		out := map[string]map[string]string{}
		types := e.neighbourTypes()
		if len(types) == 0 {
			return out, nil
		}
		pages := resourcegroupstaggingapi.NewGetResourcesPaginator(e.aws.Tagging, &resourcegroupstaggingapi.GetResourcesInput{
			ResourceTypeFilters: types,
			TagFilters:          []tagtypes.TagFilter{{Key: aws.String(ownerTag)}},
			ResourcesPerPage:    aws.Int32(100), // the most the API gives
		})
		for pages.HasMorePages() {
			page, err := pages.NextPage(ctx)
			if err != nil {
				return nil, err
			}
			for _, r := range page.ResourceTagMappingList {
				out[aws.ToString(r.ResourceARN)] = tagMap(r.Tags, func(t tagtypes.Tag) (*string, *string) { return t.Key, t.Value })
			}
		}
		return out, nil
	})
}

// markedOurs are the identifiers of a neighbour kind that the bulk read shows with our mark.
func (e *Env) markedOurs(ctx context.Context, n *Neighbour) ([]string, error) {
	all, err := e.neighbourTags(ctx)
	var out []string
	for _, id := range slices.Sorted(maps.Keys(all)) {
		if e.isOurs(all[id]) && n.is(id) {
			out = append(out, id)
		}
	}
	return out, err
}

// is reports whether an ARN is of the neighbour's type.
func (n *Neighbour) is(arn string) bool {
	parts := strings.SplitN(arn, ":", 6)
	service, kind, typed := strings.Cut(n.Type, ":")
	if len(parts) < 6 || parts[2] != service {
		return false
	}
	rest, ok := strings.CutPrefix(parts[5], kind)
	return !typed || ok && rest != "" && (rest[0] == '/' || rest[0] == ':')
}

// leftoverPatience is how long is waited for the answer of a service that nothing in the plan
// asks for: it may not be reachable from here at all.
const leftoverPatience = 5 * time.Second

// listRoot lists a kind that stands alone. A neighbour that the plan does not want is listed
// only to find what left the plan; when that fails, nothing is planned for it, and nobody is told.
func (e *Env) listRoot(ctx context.Context, k Any) ([]Found, error) {
	n := k.neighbour()
	alone := e.Alone || e.ReadAll
	if n == nil || e.wants(k.KindName()) && !alone {
		return k.list(ctx, e, nil)
	}
	if alone {
		return nil, nil
	}
	if n.Type != "" && (n.Because == nil || !n.Because(e)) {
		if ours, err := e.markedOurs(ctx, n); err != nil || len(ours) == 0 {
			return nil, ctx.Err()
		}
	}
	patient, cancel := context.WithTimeout(ctx, leftoverPatience)
	defer cancel()
	found, err := k.list(patient, e, nil)
	if err != nil {
		return nil, ctx.Err()
	}
	return found, nil
}

// wants reports whether the plan has an item of the kind, or one that could not be told.
func (e *Env) wants(kind string) bool { return len(e.wantedOf(kind)) > 0 || e.desired.AnyUnknown(kind) }

// wantedOf are the desired objects of a kind, sorted.
func (e *Env) wantedOf(kind string) []*resource.Object {
	e.mu.Lock()
	defer e.mu.Unlock()
	if e.byKind == nil {
		e.byKind = map[string][]*resource.Object{}
		for _, o := range e.desired.All() {
			e.byKind[o.Addr.Kind] = append(e.byKind[o.Addr.Kind], o)
		}
	}
	return e.byKind[kind]
}

// candidates are what may be ours of a neighbour kind: what the plan wants, under the
// identifier that it will have, and what the bulk read shows with our mark. Nobody has
// asked yet whether any of it is there: its tags will tell.
func (e *Env) candidates(ctx context.Context, kind string, n *Neighbour, id func(*resource.Object) string) ([]Found, error) {
	return e.candidatesNamed(ctx, kind, n, id, func(name string) (string, bool) { return strings.CutPrefix(name, namePrefix) })
}

// candidatesNamed is candidates of a kind with other names in AWS: itemOf is the item's name
// in one, false when we would not have given it.
func (e *Env) candidatesNamed(ctx context.Context, kind string, n *Neighbour, id func(*resource.Object) string,
	itemOf func(string) (string, bool)) ([]Found, error) {
	ids := map[string]string{}
	for _, o := range e.wantedOf(kind) {
		ids[id(o)] = o.Addr.Name
	}
	// Without the bulk read nobody knows what left the plan, and it stays.
	ours, _ := e.markedOurs(ctx, n)
	for _, id := range ours {
		if name, ok := itemOf(nameIn(id)); ok {
			ids[id] = name
		}
	}
	var out []Found
	for _, id := range slices.Sorted(maps.Keys(ids)) {
		out = append(out, Found{Name: ids[id], ID: id})
	}
	return out, ctx.Err()
}

// nameIn is the last part of an ARN: what AWS calls the resource.
func nameIn(arn string) string { return arn[strings.LastIndexAny(arn, ":/")+1:] }

// ownName is what AWS calls a topic, a chat configuration or an event rule that we make.
func ownName(name string) string { return namePrefix + name }

const namePrefix = "watchbill-"

// InNeighbour reports whether a kind lives in another AWS service than Incident Manager.
func InNeighbour(kind string) bool {
	k := Find(kind)
	return k != nil && k.neighbour() != nil
}
