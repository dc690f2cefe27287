package kind

// Reading fleets: one question to the Resource Groups Tagging API for each type and tags, however
// many monitors ask it.

import (
	"context"
	"errors"
	"fmt"
	"slices"
	"strings"
	"sync"

	"github.com/aws/aws-sdk-go-v2/aws"
	"github.com/aws/aws-sdk-go-v2/service/resourcegroupstaggingapi"
	tagtypes "github.com/aws/aws-sdk-go-v2/service/resourcegroupstaggingapi/types"
	"golang.org/x/sync/errgroup"

	"github.com/watchbill/watchbill/internal/awsapi"
	"github.com/watchbill/watchbill/internal/resource"
)

// answered is what came of one question: the ARNs, sorted, or why nobody knows them all.
type answered struct {
	found []string
	err   error
}

// question is what is asked for a fleet, in one text.
func (q FleetQuery) question() string {
	parts := []string{q.filter()}
	for _, t := range q.Tags {
		parts = append(parts, fmt.Sprintf("%q%q", t.Key, t.Values))
	}
	return strings.Join(parts, " ")
}

func (q FleetQuery) filter() string {
	if t, _, ok := fleetTypeOf(q.Resource, ""); ok && q.Resource != "elasticloadbalancing:loadbalancer" {
		return t.filter
	}
	return q.Resource
}

// Bounds of one question: what a fleet that grows while it is read, or a service that never
// comes to an end, may cost.
const (
	maxFleetPages  = 1000 // of a hundred
	maxFleetStarts = 3
	fleetReaders   = 4
)

// readFleets asks each question once. The error is trouble that no other question can escape.
func readFleets(ctx context.Context, clients *awsapi.Clients, drafts []*resource.Object) (map[string]answered, error) {
	out := map[string]answered{}
	var mu sync.Mutex
	g, work := errgroup.WithContext(ctx)
	g.SetLimit(fleetReaders)
	for _, o := range drafts {
		q := draftOf(o).Fleet
		if q == nil {
			continue
		}
		key := q.question()
		mu.Lock()
		_, asked := out[key]
		if !asked {
			out[key] = answered{}
		}
		mu.Unlock()
		if asked {
			continue
		}
		g.Go(func() error {
			found, err := readFleet(work, clients, *q)
			if err != nil && (awsapi.IsHopeless(err) || work.Err() != nil) {
				return err
			}
			mu.Lock()
			defer mu.Unlock()
			out[key] = answered{found, err}
			return nil
		})
	}
	return out, g.Wait()
}

// readFleet asks one question. A page that has expired means to begin again.
func readFleet(ctx context.Context, clients *awsapi.Clients, q FleetQuery) (found []string, err error) {
	for range maxFleetStarts {
		found, err = readFleetPages(ctx, clients, q)
		var expired *tagtypes.PaginationTokenExpiredException
		if !errors.As(err, &expired) {
			break
		}
	}
	if err != nil {
		return nil, err
	}
	slices.Sort(found)
	return slices.Compact(found), nil
}

func readFleetPages(ctx context.Context, clients *awsapi.Clients, q FleetQuery) ([]string, error) {
	in := &resourcegroupstaggingapi.GetResourcesInput{
		ResourceTypeFilters: []string{q.filter()}, ResourcesPerPage: aws.Int32(100), // the most the API gives
	}
	for _, t := range q.Tags {
		in.TagFilters = append(in.TagFilters, tagtypes.TagFilter{Key: aws.String(t.Key), Values: t.Values})
	}
	var found []string
	for range maxFleetPages {
		page, err := clients.Tagging.GetResources(ctx, in)
		if err != nil {
			return nil, err
		}
		for _, r := range page.ResourceTagMappingList {
			found = append(found, aws.ToString(r.ResourceARN))
		}
		if aws.ToString(page.PaginationToken) == "" {
			return found, nil
		}
		if aws.ToString(page.PaginationToken) == aws.ToString(in.PaginationToken) {
			return nil, errors.New("the list of resources does not come to an end")
		}
		in.PaginationToken = page.PaginationToken
	}
	return nil, fmt.Errorf("more than %d resources match", maxFleetPages*100)
}
