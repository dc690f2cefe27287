// Package awsapi makes the clients of the AWS services watchbill speaks, each
// call counted, paced and retried, each error safe to print. The embedded
// target is the same clients over another transport.
package awsapi

import (
	"cmp"
	"context"
	"fmt"
	"net/http"
	"slices"
	"strings"
	"time"

	"github.com/aws/aws-sdk-go-v2/aws"
	"github.com/aws/aws-sdk-go-v2/aws/retry"
	v4 "github.com/aws/aws-sdk-go-v2/aws/signer/v4"
	"github.com/aws/aws-sdk-go-v2/config"
	"github.com/aws/aws-sdk-go-v2/credentials"
	"github.com/aws/aws-sdk-go-v2/credentials/stscreds"
	"github.com/aws/aws-sdk-go-v2/service/chatbot"
	"github.com/aws/aws-sdk-go-v2/service/cloudwatch"
	"github.com/aws/aws-sdk-go-v2/service/eventbridge"
	"github.com/aws/aws-sdk-go-v2/service/iam"
	"github.com/aws/aws-sdk-go-v2/service/resourcegroupstaggingapi"
	"github.com/aws/aws-sdk-go-v2/service/secretsmanager"
	"github.com/aws/aws-sdk-go-v2/service/sns"
	"github.com/aws/aws-sdk-go-v2/service/ssm"
	"github.com/aws/aws-sdk-go-v2/service/ssmcontacts"
	"github.com/aws/aws-sdk-go-v2/service/ssmincidents"
	"github.com/aws/aws-sdk-go-v2/service/sts"
)

// Config says whose account is spoken to, where, and how fast.
type Config struct {
	// Region is the AWS Region, for example eu-west-1. Never empty.
	Region string
	// Account is the twelve digits the credentials must be of; "" for any.
	Account string
	// AssumeRole is the ARN of a role to take on first; "" for none.
	AssumeRole string
	// Local, when set, is the embedded target: every request goes there, with
	// fixed credentials, and nothing in the environment is read.
	Local http.RoundTripper
	// Rate limits each operation, in calls a second. 0 is DefaultRate, and no
	// limit when Local is set; negative is no limit.
	Rate float64
	// AttemptTimeout bounds one attempt of a call, its answer included: an attempt that
	// hangs is given up and made again. CallTimeout bounds a call with all its attempts,
	// the pauses and the waits for its turn. 0 is DefaultAttemptTimeout and
	// DefaultCallTimeout, and no limit when Local is set; negative is no limit.
	AttemptTimeout, CallTimeout time.Duration
}

// withDefaults fills in the limits of a target on AWS.
func (c Config) withDefaults() Config {
	c.Rate = cmp.Or(c.Rate, DefaultRate)
	c.AttemptTimeout = cmp.Or(c.AttemptTimeout, DefaultAttemptTimeout)
	c.CallTimeout = cmp.Or(c.CallTimeout, DefaultCallTimeout)
	return c
}

const (
	// DefaultRate is the pace of one operation on AWS, in calls a second. AWS
	// publishes no limits for these two services; five is what others found to
	// pass without throttling [inference], and throttling slows it down further.
	DefaultRate = 5

	// DefaultAttemptTimeout is far above what these services take to answer, a second or
	// two [inference]; DefaultCallTimeout lets six attempts of that length, their pauses
	// and the slowest pace pass.
	DefaultAttemptTimeout = 30 * time.Second
	DefaultCallTimeout    = 10 * time.Minute

	// maxAttempts bounds the tries of one call, the first included; maxBackoff
	// bounds the pause between two of them. A throttled call waits from one
	// second up, so six tries take about half a minute.
	maxAttempts = 6
	maxBackoff  = 20 * time.Second

	// identityAttempts are the tries of the first call: it finds out whether there
	// is a way to AWS at all, and a person may be waiting.
	identityAttempts = 3

	// localEndpoint is where requests of the embedded target seem to go. The
	// name cannot resolve (RFC 6761), should a request ever leave the process.
	localEndpoint = "http://watchbill.invalid"
)

// Clients are one target's service clients, safe for concurrent use.
type Clients struct {
	Contacts  *ssmcontacts.Client
	Incidents *ssmincidents.Client
	Tagging   *resourcegroupstaggingapi.Client
	// SSM has documents, and in Parameter Store addresses that do not stand in plan files, as
	// Secrets has.
	SSM     *ssm.Client
	Secrets *secretsmanager.Client
	// The neighbours of Incident Manager: what raises incidents, what they run as, and where
	// people hear of them.
	Alarms *cloudwatch.Client
	Events *eventbridge.Client
	Topics *sns.Client
	Roles  *iam.Client
	Chat   *chatbot.Client

	sts    *sts.Client
	source aws.CredentialsProvider // of the SDK's chain
	creds  aws.CredentialsProvider // of the role, or the source
	config Config
	meter  *meter
}

// Region is the Region the clients speak to.
func (c *Clients) Region() string { return c.config.Region }

// Rate is how often each operation may be called, in calls a second; 0 for no limit. PerSecond
// says which are slower.
func (c *Clients) Rate() float64 { return max(0, c.config.Rate) }

// New makes the clients. It makes no call: the first one is Identify.
func New(ctx context.Context, c Config) (*Clients, error) {
	if c.Local != nil {
		return newLocal(c), nil
	}
	c = c.withDefaults()
	cfg, err := config.LoadDefaultConfig(ctx, config.WithRegion(c.Region), config.WithRetryer(newRetryer))
	if err != nil {
		return nil, fmt.Errorf("read the AWS configuration: %w", err)
	}
	m := newMeter(c)
	newSTS := func() *sts.Client {
		return sts.NewFromConfig(cfg, func(o *sts.Options) {
			o.APIOptions = append(o.APIOptions, m.watch("sts"))
			o.Retryer = retry.AddWithMaxAttempts(newRetryer(), identityAttempts)
		})
	}
	source := cfg.Credentials
	if c.AssumeRole != "" {
		cfg.Credentials = aws.NewCredentialsCache(stscreds.NewAssumeRoleProvider(newSTS(), c.AssumeRole,
			func(o *stscreds.AssumeRoleOptions) { o.RoleSessionName = "watchbill" }))
	}
	return &Clients{
		Contacts: ssmcontacts.NewFromConfig(cfg, func(o *ssmcontacts.Options) {
			o.APIOptions = append(o.APIOptions, m.watch("ssm-contacts"))
		}),
		Incidents: ssmincidents.NewFromConfig(cfg, func(o *ssmincidents.Options) {
			o.APIOptions = append(o.APIOptions, m.watch("ssm-incidents"))
		}),
		Tagging: resourcegroupstaggingapi.NewFromConfig(cfg, func(o *resourcegroupstaggingapi.Options) {
			o.APIOptions = append(o.APIOptions, m.watch("tag"))
		}),
		SSM: ssm.NewFromConfig(cfg, func(o *ssm.Options) {
			o.APIOptions = append(o.APIOptions, m.watch("ssm"))
		}),
		Secrets: secretsmanager.NewFromConfig(cfg, func(o *secretsmanager.Options) {
			o.APIOptions = append(o.APIOptions, m.watch("secretsmanager"))
		}),
		Alarms: cloudwatch.NewFromConfig(cfg, func(o *cloudwatch.Options) {
			o.APIOptions = append(o.APIOptions, m.watch("cloudwatch"))
		}),
		Events: eventbridge.NewFromConfig(cfg, func(o *eventbridge.Options) {
			o.APIOptions = append(o.APIOptions, m.watch("events"))
		}),
		Topics: sns.NewFromConfig(cfg, func(o *sns.Options) {
			o.APIOptions = append(o.APIOptions, m.watch("sns"))
		}),
		Roles: iam.NewFromConfig(cfg, func(o *iam.Options) {
			o.APIOptions = append(o.APIOptions, m.watch("iam"))
		}),
		Chat: chatbot.NewFromConfig(cfg, func(o *chatbot.Options) {
			o.Region = chatRegion(c.Region)
			o.APIOptions = append(o.APIOptions, m.watch("chatbot"))
		}),
		sts: newSTS(), source: source, creds: cfg.Credentials, config: c, meter: m,
	}, nil
}

// newLocal builds every option in code. LoadDefaultConfig would read the user's
// files and variables, which could send a "local" run to AWS (AWS_ENDPOINT_URL)
// or fail it (AWS_CA_BUNDLE), and costs more than a small plan does.
func newLocal(c Config) *Clients {
	creds := credentials.NewStaticCredentialsProvider("embedded", "embedded", "")
	client := direct{c.Local}
	m := newMeter(c)
	return &Clients{
		Contacts: ssmcontacts.New(ssmcontacts.Options{
			Region: c.Region, Credentials: creds, HTTPClient: client, HTTPSignerV4: unsigned{}, Retryer: newRetryer(),
			BaseEndpoint: aws.String(localEndpoint), APIOptions: stackOptions(m.watch("ssm-contacts")),
		}),
		Incidents: ssmincidents.New(ssmincidents.Options{
			Region: c.Region, Credentials: creds, HTTPClient: client, HTTPSignerV4: unsigned{}, Retryer: newRetryer(),
			BaseEndpoint: aws.String(localEndpoint), APIOptions: stackOptions(m.watch("ssm-incidents")),
		}),
		Tagging: resourcegroupstaggingapi.New(resourcegroupstaggingapi.Options{
			Region: c.Region, Credentials: creds, HTTPClient: client, HTTPSignerV4: unsigned{}, Retryer: newRetryer(),
			BaseEndpoint: aws.String(localEndpoint), APIOptions: stackOptions(m.watch("tag")),
		}),
		SSM: ssm.New(ssm.Options{
			Region: c.Region, Credentials: creds, HTTPClient: client, HTTPSignerV4: unsigned{}, Retryer: newRetryer(),
			BaseEndpoint: aws.String(localEndpoint), APIOptions: stackOptions(m.watch("ssm")),
		}),
		Secrets: secretsmanager.New(secretsmanager.Options{
			Region: c.Region, Credentials: creds, HTTPClient: client, HTTPSignerV4: unsigned{}, Retryer: newRetryer(),
			BaseEndpoint: aws.String(localEndpoint), APIOptions: stackOptions(m.watch("secretsmanager")),
		}),
		Alarms: cloudwatch.New(cloudwatch.Options{
			Region: c.Region, Credentials: creds, HTTPClient: client, HTTPSignerV4: unsigned{}, Retryer: newRetryer(),
			BaseEndpoint: aws.String(localEndpoint), APIOptions: stackOptions(m.watch("cloudwatch")),
		}),
		Events: eventbridge.New(eventbridge.Options{
			Region: c.Region, Credentials: creds, HTTPClient: client, HTTPSignerV4: unsigned{}, Retryer: newRetryer(),
			BaseEndpoint: aws.String(localEndpoint), APIOptions: stackOptions(m.watch("events")),
		}),
		Topics: sns.New(sns.Options{
			Region: c.Region, Credentials: creds, HTTPClient: client, HTTPSignerV4: unsigned{}, Retryer: newRetryer(),
			BaseEndpoint: aws.String(localEndpoint), APIOptions: stackOptions(m.watch("sns")),
		}),
		Roles: iam.New(iam.Options{
			Region: c.Region, Credentials: creds, HTTPClient: client, HTTPSignerV4: unsigned{}, Retryer: newRetryer(),
			BaseEndpoint: aws.String(localEndpoint), APIOptions: stackOptions(m.watch("iam")),
		}),
		Chat: chatbot.New(chatbot.Options{
			Region: c.Region, Credentials: creds, HTTPClient: client, HTTPSignerV4: unsigned{}, Retryer: newRetryer(),
			BaseEndpoint: aws.String(localEndpoint), APIOptions: stackOptions(m.watch("chatbot")),
		}),
		sts: sts.New(sts.Options{
			Region: c.Region, Credentials: creds, HTTPClient: client, HTTPSignerV4: unsigned{}, Retryer: newRetryer(),
			BaseEndpoint: aws.String(localEndpoint), APIOptions: stackOptions(m.watch("sts")),
		}),
		source: creds, creds: creds, config: c, meter: m,
	}
}

// chatRegion is where the Chatbot API is spoken to for a target: it lives in four Regions, and
// what it keeps belongs to none [chatbot, service endpoints].
func chatRegion(region string) string {
	area, _, _ := strings.Cut(region, "-")
	switch {
	case slices.Contains([]string{"us-east-2", "us-west-2", "eu-west-1", "ap-southeast-1"}, region),
		area == "cn", strings.HasPrefix(region, "us-gov-"): // there is none in those partitions
		return region
	case area == "ap":
		return "ap-southeast-1"
	case slices.Contains([]string{"eu", "af", "me", "il"}, area):
		return "eu-west-1"
	}
	return "us-east-2"
}

// unsigned says when a request of the embedded target is sent and whom it is for, as a signature does, and
// leaves the signature away: nobody there looks at it, and it is a twentieth of a call.
type unsigned struct{}

func (unsigned) SignHTTP(_ context.Context, c aws.Credentials, r *http.Request, _, service, region string, at time.Time, _ ...func(*v4.SignerOptions)) error {
	date := at.UTC().Format("20060102T150405Z")
	r.Header.Set("X-Amz-Date", date)
	r.Header.Set("Authorization", "AWS4-HMAC-SHA256 Credential="+c.AccessKeyID+"/"+date[:len("20060102")]+"/"+region+"/"+service+"/aws4_request")
	return nil
}

// direct sends requests without what http.Client does for a network: no redirects,
// no cookies, no timers.
type direct struct{ wire http.RoundTripper }

func (d direct) Do(r *http.Request) (*http.Response, error) { return d.wire.RoundTrip(r) }

func newRetryer() aws.Retryer {
	return retry.NewStandard(func(o *retry.StandardOptions) {
		o.MaxAttempts, o.MaxBackoff = maxAttempts, maxBackoff
		o.Retryables = append(o.Retryables, retry.RetryableErrorCode{Codes: atOnce})
	})
}
