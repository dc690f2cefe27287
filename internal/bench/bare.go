package main

import (
	"context"
	"encoding/json"
	"fmt"
	"net/http"
	"os"
	"path/filepath"
	"strings"

	"github.com/aws/aws-sdk-go-v2/aws"
	"github.com/aws/aws-sdk-go-v2/credentials"
	tagging "github.com/aws/aws-sdk-go-v2/service/resourcegroupstaggingapi"
	"github.com/aws/aws-sdk-go-v2/service/ssmcontacts"
	"github.com/aws/aws-sdk-go-v2/service/ssmincidents"
	"golang.org/x/sync/errgroup"

	"github.com/watchbill/watchbill/emulator"
)

// bareReads makes the reads of one pass and nothing else: no plan, no
// comparison, no printing. It is the floor plan is measured against.
func bareReads(ctx context.Context, store string) error {
	att, err := emulator.Attach(ctx, store, emulator.Options{})
	if err != nil {
		return err
	}
	defer att.Close()
	cfg := aws.Config{
		Region:      region,
		Credentials: credentials.NewStaticCredentialsProvider("bench", "bench", ""),
		HTTPClient:  &http.Client{Transport: att},
	}
	endpoint := aws.String("http://incident-manager.local")
	contacts := ssmcontacts.NewFromConfig(cfg, func(o *ssmcontacts.Options) { o.BaseEndpoint = endpoint })
	incidents := ssmincidents.NewFromConfig(cfg, func(o *ssmincidents.Options) { o.BaseEndpoint = endpoint })
	tags := tagging.NewFromConfig(cfg, func(o *tagging.Options) { o.BaseEndpoint = endpoint })

	g, ctx := errgroup.WithContext(ctx)
	g.SetLimit(16)
	if err := readSet(ctx, incidents, tags); err != nil {
		return err
	}
	pages := ssmcontacts.NewListContactsPaginator(contacts, &ssmcontacts.ListContactsInput{MaxResults: aws.Int32(1024)})
	for pages.HasMorePages() {
		page, err := pages.NextPage(ctx)
		if err != nil {
			return err
		}
		for _, c := range page.Contacts {
			g.Go(func() error {
				_, err := contacts.GetContact(ctx, &ssmcontacts.GetContactInput{ContactId: c.ContactArn})
				return err
			})
			if c.Type != "PERSONAL" {
				continue
			}
			g.Go(func() error {
				_, err := contacts.ListContactChannels(ctx, &ssmcontacts.ListContactChannelsInput{ContactId: c.ContactArn})
				return err
			})
		}
	}
	plans := ssmincidents.NewListResponsePlansPaginator(incidents, &ssmincidents.ListResponsePlansInput{})
	for plans.HasMorePages() {
		page, err := plans.NextPage(ctx)
		if err != nil {
			return err
		}
		for _, p := range page.ResponsePlanSummaries {
			g.Go(func() error {
				_, err := incidents.GetResponsePlan(ctx, &ssmincidents.GetResponsePlanInput{Arn: p.Arn})
				return err
			})
			g.Go(func() error {
				_, err := incidents.GetResourcePolicies(ctx, &ssmincidents.GetResourcePoliciesInput{ResourceArn: p.Arn})
				return err
			})
		}
	}
	return g.Wait()
}

// readSet reads the replication set and all tags.
func readSet(ctx context.Context, incidents *ssmincidents.Client, tags *tagging.Client) error {
	sets, err := incidents.ListReplicationSets(ctx, &ssmincidents.ListReplicationSetsInput{})
	if err != nil {
		return err
	}
	for _, arn := range sets.ReplicationSetArns {
		if _, err := incidents.GetReplicationSet(ctx, &ssmincidents.GetReplicationSetInput{Arn: &arn}); err != nil {
			return err
		}
	}
	pages := tagging.NewGetResourcesPaginator(tags, &tagging.GetResourcesInput{ResourcesPerPage: aws.Int32(100)})
	for pages.HasMorePages() {
		if _, err := pages.NextPage(ctx); err != nil {
			return err
		}
	}
	return nil
}

// countCalls counts what an apply from nothing and then a plan ask of AWS. This
// process owns the store meanwhile, so the commands reach it through its socket
// and the emulator's own counters see every call.
func (b *bench) countCalls(dir, store string) (writes, reads int, err error) {
	if err := os.RemoveAll(store); err != nil {
		return 0, 0, err
	}
	att, err := emulator.Attach(context.Background(), store, emulator.Options{})
	if err != nil {
		return 0, 0, err
	}
	defer att.Close()
	for _, step := range []struct {
		command string
		count   *int
		want    func(op string) bool
	}{{"apply", &writes, isWrite}, {"plan", &reads, func(op string) bool { return !isWrite(op) }}} {
		if *step.count, err = b.countedOn(att, step.want, step.command, filepath.Clean(dir)); err != nil {
			return 0, 0, err
		}
	}
	return writes, reads, nil
}

// countedOn is how many calls of the wanted operations a command makes on a store that this
// process owns.
func (b *bench) countedOn(att *emulator.Attachment, want func(op string) bool, args ...string) (int, error) {
	if _, err := callCounts(att, http.MethodDelete); err != nil {
		return 0, err
	}
	if _, err := once(b.program, args...); err != nil {
		return 0, err
	}
	counts, err := callCounts(att, http.MethodGet)
	if err != nil {
		return 0, err
	}
	calls := 0
	for op, n := range counts {
		if want(op) {
			calls += n
		}
	}
	return calls, nil
}

// isWrite reads the operation's name, service.Operation.
func isWrite(op string) bool {
	_, name, _ := strings.Cut(op, ".")
	return !strings.HasPrefix(name, "List") && !strings.HasPrefix(name, "Get") && !strings.HasPrefix(name, "Describe")
}

// callCounts reads (GET) or resets (DELETE) the emulator's counters.
func callCounts(att *emulator.Attachment, method string) (map[string]int, error) {
	req, err := http.NewRequest(method, "http://incident-manager.local/_watchbill/calls", nil)
	if err != nil {
		return nil, err
	}
	resp, err := att.RoundTrip(req)
	if err != nil {
		return nil, err
	}
	defer resp.Body.Close()
	if resp.StatusCode/100 != 2 {
		return nil, fmt.Errorf("count the calls: the emulator answered %s", resp.Status)
	}
	counts := map[string]int{}
	if method == http.MethodGet {
		if err := json.NewDecoder(resp.Body).Decode(&counts); err != nil {
			return nil, fmt.Errorf("count the calls: %w", err)
		}
	}
	return counts, nil
}
