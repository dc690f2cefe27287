package emulator

// tagging, the Resource Groups Tagging API of 2017-01-26: GetResources over everything here that
// can carry tags.

import (
	"net/http"
	"slices"
	"strings"

	"github.com/watchbill/watchbill/emulator/wire"
)

var taggingModel = map[string]*shape{
	"GetResources": structure(
		may("PaginationToken", text(0, 2048)), may("ResourcesPerPage", integer(1, 100)), may("TagsPerPage", integer(100, 500)),
		may("TagFilters", list(structure(may("Key", text(1, 128)), may("Values", list(text(0, 256), 0, 20))), 0, 50)),
		may("ResourceTypeFilters", list(text(0, 256), 0, none)),
		may("ResourceARNList", list(text(1, 1011), 1, 100)),
		may("IncludeComplianceDetails", boolean), may("ExcludeCompliantResources", boolean)),
}

func taggingService() *service {
	return &service{
		name:    "tagging",
		ops:     modelled(taggingModel, reading("GetResources", getResources)),
		gate:    func(*call, *state) error { return nil },
		invalid: func(ps problems) *wire.Error { return badParameter(ps.message()) },
	}
}

func badParameter(text string) *wire.Error {
	return &wire.Error{Type: "InvalidParameterException", Status: http.StatusBadRequest, Message: text}
}

// taggedResource is one answer of GetResources.
type taggedResource struct {
	kind string // "ssm-contacts:contact"
	arn  string
	tags map[string]string
}

type tagFilter struct {
	Key    string
	Values []string
}

// getResources also shows what once had tags and has none now, as the real one does.
func getResources(c *call, st *state, in *struct {
	PaginationToken     string
	ResourcesPerPage    int
	TagFilters          []tagFilter
	ResourceTypeFilters []string
	ResourceARNList     []string
}) (any, error) {
	if len(in.ResourceARNList) > 0 && (len(in.TagFilters) > 0 || in.ResourcesPerPage > 0 || in.PaginationToken != "") {
		return nil, badParameter("ResourceARNList cannot be combined with filters or paging")
	}
	if in.ResourcesPerPage == 0 {
		in.ResourcesPerPage = 50
	}
	if len(in.ResourceARNList) > 0 {
		in.ResourcesPerPage = len(in.ResourceARNList)
	}
	question := slices.Clone(in.ResourceTypeFilters)
	for _, f := range in.TagFilters {
		question = append(append(question, "tag", f.Key), f.Values...)
	}
	pg, ok := newPage(c, in.PaginationToken, in.ResourcesPerPage, question...)
	if !ok {
		return nil, &wire.Error{Type: "PaginationTokenExpiredException", Status: http.StatusBadRequest,
			Message: "The pagination token is not valid any more: start again without one"}
	}
	rows := takePage(pg, taggedResources(c, st, in.ResourceTypeFilters, pg.after), func(r *taggedResource) bool {
		if len(in.ResourceARNList) > 0 {
			return slices.Contains(in.ResourceARNList, r.arn)
		}
		return ofType(r.kind, in.ResourceTypeFilters) && hasTags(r.tags, in.TagFilters)
	})
	type tag struct{ Key, Value string }
	type mapping struct {
		ResourceARN string
		Tags        []tag
	}
	list := make([]mapping, len(rows))
	for i, r := range rows {
		list[i] = mapping{r.arn, []tag{}}
		for _, key := range sortedKeys(r.tags) {
			list[i].Tags = append(list[i].Tags, tag{key, r.tags[key]})
		}
	}
	return struct {
		PaginationToken        string // "" is the end
		ResourceTagMappingList []mapping
	}{pg.next, list}, nil
}

// ofType accepts "ssm-contacts" for all types of a service and "ssm-contacts:contact" for one.
func ofType(kind string, filters []string) bool {
	if len(filters) == 0 {
		return true
	}
	service, _, _ := strings.Cut(kind, ":")
	general, _, _ := strings.Cut(kind, "/") // elasticloadbalancing:loadbalancer is application and network ones
	return slices.Contains(filters, kind) || slices.Contains(filters, service) || slices.Contains(filters, general)
}

// hasTags: all filters, any of a filter's values; a filter without values asks for the key only.
func hasTags(tags map[string]string, filters []tagFilter) bool {
	for _, f := range filters {
		value, ok := tags[f.Key]
		if !ok || len(f.Values) > 0 && !slices.Contains(f.Values, value) {
			return false
		}
	}
	return true
}
