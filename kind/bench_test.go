package kind_test

// What reading a target costs beside the calls it is made of. BenchmarkBareCalls
// makes the calls of BenchmarkObserve with plain SDK clients and looks at nothing.

import (
	"context"
	"fmt"
	"net/http"
	"path/filepath"
	"testing"

	"github.com/aws/aws-sdk-go-v2/aws"
	"github.com/aws/aws-sdk-go-v2/credentials"
	tagging "github.com/aws/aws-sdk-go-v2/service/resourcegroupstaggingapi"
	"github.com/aws/aws-sdk-go-v2/service/ssmcontacts"
	"github.com/aws/aws-sdk-go-v2/service/ssmcontacts/types"
	"github.com/aws/aws-sdk-go-v2/service/ssmincidents"
	"github.com/aws/aws-sdk-go-v2/service/sts"
	"golang.org/x/sync/errgroup"

	"github.com/watchbill/watchbill/emulator"
	"github.com/watchbill/watchbill/internal/awsapi"
	"github.com/watchbill/watchbill/internal/bench/plangen"
	"github.com/watchbill/watchbill/internal/resource"
	"github.com/watchbill/watchbill/kind"
)

// crowds are the sizes measured.
var crowds = []int{300, 5000}

// inFlight is how many calls are under way at once, here and there.
const inFlight = 16

// crowd is an account where a generated plan is live.
func crowd(b *testing.B, n int) (http.RoundTripper, *resource.State) {
	b.Helper()
	dir := filepath.Join(b.TempDir(), "plans")
	if err := plangen.Write(dir, plangen.Shape{Contacts: n, Files: 10, Region: region}); err != nil {
		b.Fatal(err)
	}
	a := open(b, emulator.Options{})
	desired := compileDir(b, dir)
	env, clients := a.env(desired)
	a.lookWith(env, clients, desired).do()
	return a.base.Transport(), desired
}

// BenchmarkObserve is the reading half of a no-change pass.
func BenchmarkObserve(b *testing.B) {
	for _, n := range crowds {
		b.Run(fmt.Sprint(n), func(b *testing.B) {
			wire, desired := crowd(b, n)
			b.ReportAllocs()
			for b.Loop() {
				clients, err := awsapi.New(b.Context(), awsapi.Config{Region: region, Local: wire})
				if err != nil {
					b.Fatal(err)
				}
				env := kind.NewEnv(clients, "tests", desired)
				observed, err := kind.Observe(b.Context(), env, inFlight)
				if err != nil || observed.Len() != desired.Len() || len(observed.Unknowns()) > 0 {
					b.Fatalf("%d of %d objects: %v", observed.Len(), desired.Len(), err)
				}
			}
		})
	}
}

// BenchmarkNoChange is Observe and the comparison.
func BenchmarkNoChange(b *testing.B) {
	for _, n := range crowds {
		b.Run(fmt.Sprint(n), func(b *testing.B) {
			wire, desired := crowd(b, n)
			b.ReportAllocs()
			for b.Loop() {
				clients, err := awsapi.New(b.Context(), awsapi.Config{Region: region, Local: wire})
				if err != nil {
					b.Fatal(err)
				}
				observed, err := kind.Observe(b.Context(), kind.NewEnv(clients, "tests", desired), inFlight)
				if err != nil {
					b.Fatal(err)
				}
				if cs := resource.Diff(desired, observed); !cs.Empty() {
					b.Fatal("there are changes")
				}
			}
		})
	}
}

func BenchmarkBareCalls(b *testing.B) {
	for _, n := range crowds {
		b.Run(fmt.Sprint(n), func(b *testing.B) {
			wire, _ := crowd(b, n)
			b.ReportAllocs()
			for b.Loop() {
				if err := newBare(wire).all(b.Context()); err != nil {
					b.Fatal(err)
				}
			}
		})
	}
}

// bare are SDK clients as anybody would make them.
type bare struct {
	contacts  *ssmcontacts.Client
	incidents *ssmincidents.Client
	tagging   *tagging.Client
	sts       *sts.Client
}

func newBare(wire http.RoundTripper) *bare {
	cfg := aws.Config{Region: region, Credentials: credentials.NewStaticCredentialsProvider("bench", "bench", ""),
		HTTPClient: &http.Client{Transport: wire}, BaseEndpoint: aws.String("http://embedded.invalid")}
	return &bare{ssmcontacts.NewFromConfig(cfg), ssmincidents.NewFromConfig(cfg), tagging.NewFromConfig(cfg), sts.NewFromConfig(cfg)}
}

// all makes the calls of a no-change pass.
func (c *bare) all(ctx context.Context) error {
	g, ctx := errgroup.WithContext(ctx)
	g.SetLimit(inFlight)
	if err := c.onceEach(ctx); err != nil {
		return err
	}
	contacts := ssmcontacts.NewListContactsPaginator(c.contacts, &ssmcontacts.ListContactsInput{MaxResults: aws.Int32(1024)})
	for contacts.HasMorePages() {
		page, err := contacts.NextPage(ctx)
		if err != nil {
			return err
		}
		for _, p := range page.Contacts {
			g.Go(func() error { return c.contact(ctx, p) })
		}
	}
	plans := ssmincidents.NewListResponsePlansPaginator(c.incidents, &ssmincidents.ListResponsePlansInput{MaxResults: aws.Int32(100)})
	for plans.HasMorePages() {
		page, err := plans.NextPage(ctx)
		if err != nil {
			return err
		}
		for _, p := range page.ResponsePlanSummaries {
			g.Go(func() error { return c.plan(ctx, p.Arn) })
		}
	}
	return g.Wait()
}

func (c *bare) onceEach(ctx context.Context) error {
	if _, err := c.sts.GetCallerIdentity(ctx, &sts.GetCallerIdentityInput{}); err != nil {
		return err
	}
	sets, err := c.incidents.ListReplicationSets(ctx, &ssmincidents.ListReplicationSetsInput{})
	if err != nil {
		return err
	}
	if _, err := c.incidents.GetReplicationSet(ctx, &ssmincidents.GetReplicationSetInput{Arn: &sets.ReplicationSetArns[0]}); err != nil {
		return err
	}
	tags := tagging.NewGetResourcesPaginator(c.tagging, &tagging.GetResourcesInput{ResourcesPerPage: aws.Int32(100),
		ResourceTypeFilters: []string{"ssm-contacts", "ssm-incidents"}})
	for tags.HasMorePages() {
		if _, err := tags.NextPage(ctx); err != nil {
			return err
		}
	}
	return nil
}

func (c *bare) contact(ctx context.Context, p types.Contact) error {
	if p.Type == types.ContactTypePersonal {
		if _, err := c.contacts.ListContactChannels(ctx, &ssmcontacts.ListContactChannelsInput{ContactId: p.ContactArn}); err != nil {
			return err
		}
	}
	_, err := c.contacts.GetContact(ctx, &ssmcontacts.GetContactInput{ContactId: p.ContactArn})
	return err
}

func (c *bare) plan(ctx context.Context, arn *string) error {
	if _, err := c.incidents.GetResponsePlan(ctx, &ssmincidents.GetResponsePlanInput{Arn: arn}); err != nil {
		return err
	}
	_, err := c.incidents.GetResourcePolicies(ctx, &ssmincidents.GetResourcePoliciesInput{ResourceArn: arn})
	return err
}
