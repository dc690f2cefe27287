package kind

// The ownership mark, and how tags are read and written. Marks are the only
// memory watchbill has: there is no state file.

import (
	"context"
	"errors"
	"fmt"
	"maps"
	"slices"
	"strings"

	"github.com/aws/aws-sdk-go-v2/aws"
	"github.com/aws/aws-sdk-go-v2/service/resourcegroupstaggingapi"
	tagtypes "github.com/aws/aws-sdk-go-v2/service/resourcegroupstaggingapi/types"

	"github.com/watchbill/watchbill/compiler/ast"
	"github.com/watchbill/watchbill/internal/awsapi"
	"github.com/watchbill/watchbill/internal/resource"
)

// The marks. Contacts allow no dots and no colons in keys; a slash is legal in
// both APIs.
const (
	// ownerTag holds the owner of watchbill.yaml. It is written once, on
	// creation, and never compared or changed.
	ownerTag = "watchbill-owner"
	// projectTag holds the project of watchbill.yaml, for those who have one: two plan
	// folders of one owner in one account.
	projectTag = "watchbill-project"
	// protectTag says that the resource, and what lives under it, must not be
	// deleted. Protection must outlive the item, which may have left the plan.
	// With /NAME after it, it speaks of one child: children carry no tags.
	protectTag   = "watchbill-protect"
	protectValue = "true"
)

// TagReads says where a pass learns the tags of what it finds.
//
// The Resource Groups Tagging API gives the tags of a hundred resources a call,
// asking each resource costs a call each. But it follows with a delay, and AWS
// does not say whether it knows these two services in every Region. So its word
// is taken only where acting on it does nothing: the tags it reports equal the
// desired ones, or a resource that is not desired carries another owner's mark.
// Whatever would lead to a change, to a refusal, or to leaving something of ours
// behind is asked again of the resource itself. If the bulk read fails or is
// denied, every resource is asked.
type TagReads int

// TagsBulk is the default; TagsEach never uses the bulk read.
const (
	TagsBulk TagReads = iota
	TagsEach
)

// Common are the actions the engine itself calls, beside those of the kinds.
var Common = Operations{Read: []string{"sts:GetCallerIdentity", "tag:GetResources",
	"ssm-contacts:ListTagsForResource", "ssm-incidents:ListTagsForResource"}}

// tagged are an item's tags as wanted: the author's, its protection, and that of
// the children named.
func tagged(pairs []ast.Pair, protect ast.Flag, children ...string) map[string]string {
	out := map[string]string{}
	for _, p := range pairs {
		out[p.Key.V] = p.Value.V
	}
	if protect.V {
		out[protectTag] = protectValue
	}
	for _, c := range children {
		out[protectTag+"/"+c] = protectValue
	}
	return noneIfEmpty(out)
}

// marked adds the ownership mark for a creation.
func (e *Env) marked(tags map[string]string) map[string]string {
	out := maps.Clone(tags)
	if out == nil {
		out = map[string]string{}
	}
	maps.Copy(out, e.mark())
	return out
}

// mark are the tags that make a resource ours.
func (e *Env) mark() map[string]string {
	if e.Project == "" {
		return map[string]string{ownerTag: e.owner}
	}
	return map[string]string{ownerTag: e.owner, projectTag: e.Project}
}

// isOurs reports whether tags hold our mark, the whole of it and nothing besides.
func (e *Env) isOurs(tags map[string]string) bool {
	return tags[ownerTag] == e.owner && tags[projectTag] == e.Project
}

// holder is the owner that other tags name, with the project if it says more.
func (e *Env) holder(tags map[string]string) string {
	switch project := tags[projectTag]; {
	case project != "":
		return tags[ownerTag] + ", project " + project
	case tags[ownerTag] == e.owner:
		return tags[ownerTag] + ", no project"
	}
	return tags[ownerTag]
}

// comparableTags are the live tags that a spec is compared by.
func (f Found) comparableTags() map[string]string {
	out := maps.Clone(f.Tags)
	maps.DeleteFunc(out, func(key, _ string) bool { return key == ownerTag || key == projectTag || isMark(key) })
	return noneIfEmpty(out)
}

// protects reports whether the parent f protects its child, given by its whole name.
func (f Found) protects(child string) bool {
	_, key, _ := strings.Cut(child, "/")
	return f.Protect || f.Tags[protectTag+"/"+key] == protectValue
}

func noneIfEmpty[K comparable, V any](m map[K]V) map[K]V {
	if len(m) == 0 {
		return nil
	}
	return m
}

// claim fills in the tags of f, and what they say: whose it is, and whether it
// is protected. An error means that nobody knows.
func (e *Env) claim(ctx context.Context, k Any, f *Found) error {
	tags, err := e.readTags(ctx, k, f)
	if err != nil {
		return err
	}
	f.Tags, f.Protect = tags, tags[protectTag] == protectValue
	switch _, marked := tags[ownerTag]; {
	case e.isOurs(tags):
		f.Owner = resource.Ours
	case !marked:
		f.Owner = resource.Unmarked
	default:
		f.Owner, f.OwnedBy = resource.Foreign, e.holder(tags)
	}
	e.adopt(resource.Addr{Kind: k.KindName(), Name: f.Name}, f)
	return nil
}

func (e *Env) readTags(ctx context.Context, k Any, f *Found) (map[string]string, error) {
	if e.TagReads == TagsBulk {
		read := e.bulkTags
		if k.neighbour() != nil {
			read = e.neighbourTags
		}
		all, err := read(ctx)
		if tags, listed := all[f.ID]; err == nil && listed && e.harmless(k, f, tags) {
			return tags, nil
		}
	}
	f.asked = true
	return e.askTags(ctx, f.ID)
}

// harmless reports whether believing the bulk read's tags changes nothing. Marks of
// overrides are not judged here: who wants to know of them asks.
func (e *Env) harmless(k Any, f *Found, tags map[string]string) bool {
	want := e.desired.Get(resource.Addr{Kind: k.KindName(), Name: f.Name})
	if len(want) > 0 {
		tags = maps.Clone(tags)
		maps.DeleteFunc(tags, func(key, _ string) bool { return isMark(key) })
		return maps.Equal(tags, e.marked(k.tags(want[0])))
	}
	return tags[ownerTag] != "" && !e.isOurs(tags)
}

// bulkTags reads the tags of everything in the two services: identifier to tags.
func (e *Env) bulkTags(ctx context.Context) (map[string]map[string]string, error) {
	return once(e, "bulk tags", func() (map[string]map[string]string, error) {
		out := map[string]map[string]string{}
		pages := resourcegroupstaggingapi.NewGetResourcesPaginator(e.aws.Tagging, &resourcegroupstaggingapi.GetResourcesInput{
			ResourceTypeFilters: []string{"ssm-contacts", "ssm-incidents"},
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

// askTags reads one resource's tags from the resource itself.
func (e *Env) askTags(ctx context.Context, id string) (map[string]string, error) {
	return tagServiceOf(id).ask(ctx, e, id)
}

func tagMap[T any](tags []T, pair func(T) (key, value *string)) map[string]string {
	out := make(map[string]string, len(tags))
	for _, t := range tags {
		if k, v := pair(t); !isReserved(aws.ToString(k)) {
			out[aws.ToString(k)] = aws.ToString(v)
		}
	}
	return out
}

// isReserved reports AWS's own tags, which nobody but AWS can set.
func isReserved(key string) bool { return strings.HasPrefix(key, "aws:") }

// setTags brings the tags of a resource from have to want; neither holds the
// ownership mark.
func (e *Env) setTags(ctx context.Context, id string, have, want map[string]string) error {
	put := map[string]string{}
	for k, v := range want {
		if old, ok := have[k]; !ok || old != v {
			put[k] = v
		}
	}
	var drop []string
	for _, k := range slices.Sorted(maps.Keys(have)) {
		if _, keep := want[k]; !keep {
			drop = append(drop, k)
		}
	}
	// The ownership mark is in neither count. New tags go first, unless the old ones
	// leave them no room; then just as many old ones as must.
	if room := maxTags - len(e.mark()) - len(have); len(put) > 0 && len(drop) > 0 && len(put) > room {
		first := min(len(drop), len(put)-room)
		if err := e.untag(ctx, id, drop[:first]); err != nil {
			return err
		}
		drop = drop[first:]
	}
	if len(put) > 0 {
		if err := e.tag(ctx, id, put); err != nil {
			return err
		}
	}
	if len(drop) > 0 {
		return e.untag(ctx, id, drop)
	}
	return nil
}

// maxTags is the most tags of a resource in both APIs [model].
const maxTags = 50

func (e *Env) tag(ctx context.Context, id string, tags map[string]string) error {
	return tagServiceOf(id).tag(ctx, e, id, tags)
}

func (e *Env) untag(ctx context.Context, id string, keys []string) error {
	return tagServiceOf(id).untag(ctx, e, id, keys)
}

// freshTags asks a resource for its tags before the first thing that is done to it,
// once a pass.
func (e *Env) freshTags(ctx context.Context, id string) (map[string]string, error) {
	return once(e, "fresh tags "+id, func() (map[string]string, error) { return e.askTags(ctx, id) })
}

// confirmOurs asks a resource itself whether it carries our mark, once a pass and
// before the first thing that is done to it or below it: what the comparison was
// made from may be old by then, and somebody may have taken the resource over. One
// that is gone is nobody's; what is done to it will tell.
func (e *Env) confirmOurs(ctx context.Context, id string) error {
	_, err := once(e, "ours "+id, func() (struct{}, error) {
		tags, err := e.freshTags(ctx, id)
		switch {
		case awsapi.IsNotFound(err):
			return struct{}{}, nil
		case err != nil:
			return struct{}{}, fmt.Errorf("read whose it is: %w", err)
		case !e.isOurs(tags):
			return struct{}{}, errors.New("it no longer carries our ownership mark, so it is not touched")
		}
		return struct{}{}, nil
	})
	return err
}
