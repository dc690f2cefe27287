package kind

// Whether a query finds a fleet. Tags are on telemetry only in accounts that switched that on, and
// no alarm says that its query finds nothing; so before auto makes the first query alarm of a
// monitor, the query is asked once, and its answer must be the fleet. What a monitor has already
// stays, so that the same fleet is not encoded now this way and now that.

import (
	"context"
	"fmt"
	"strings"
	"time"

	"github.com/aws/aws-sdk-go-v2/aws"
	"github.com/aws/aws-sdk-go-v2/service/cloudwatch"
	"github.com/aws/aws-sdk-go-v2/service/cloudwatch/types"

	"github.com/watchbill/watchbill/internal/awsapi"
)

// doubt is why a query is not to be trusted to find the fleet, "" when it is. When what the monitor
// has cannot be read, the fleet is unknown: each resource would get an alarm otherwise, and the
// query go, because a call failed. The error is trouble that makes the pass meaningless.
func (x *expansion) doubt(ctx context.Context, f *Fleet, period int) (why string, err error) {
	one, err := x.clients.Alarms.DescribeAlarms(ctx, &cloudwatch.DescribeAlarmsInput{AlarmNames: []string{alarmPrefix + f.Monitor}})
	if err != nil {
		if awsapi.IsHopeless(err) || ctx.Err() != nil {
			return "", err
		}
		f.Err = fmt.Errorf("whether a query watches it: %w", err)
		return "", nil
	}
	for _, a := range one.MetricAlarms {
		if len(a.Metrics) == 1 && aws.ToString(a.Metrics[0].Expression) == f.Query {
			return "", nil
		}
	}
	each, err := x.clients.Alarms.DescribeAlarms(ctx, &cloudwatch.DescribeAlarmsInput{AlarmNamePrefix: aws.String(alarmPrefix + f.Monitor + "/"), MaxRecords: aws.Int32(1)})
	if err != nil {
		return doubtful(ctx, err)
	}
	if len(each.MetricAlarms) > 0 {
		return `it has them already, and one query could be enough: see whether it is, with "encoding: query"`, nil
	}
	if len(f.Targets) == 0 {
		return "whether a query finds what appears cannot be seen while there is nothing", nil
	}
	seen, err := x.ask(ctx, f.Query, period)
	if err != nil {
		return doubtful(ctx, err)
	}
	return f.differs(seen), nil
}

func doubtful(ctx context.Context, err error) (string, error) {
	if awsapi.IsHopeless(err) || ctx.Err() != nil {
		return "", err
	}
	return "whether a query finds the fleet could not be asked: " + err.Error(), nil
}

// evidence is how far back a query is asked, at least: what went away before that is forgotten,
// and what is there has had a value in it.
const evidence = 15 * time.Minute

// ask are the labels of a query's answer about the last few periods.
func (x *expansion) ask(ctx context.Context, query string, period int) ([]string, error) {
	back := max(evidence, 3*time.Duration(period)*time.Second)
	pages := cloudwatch.NewGetMetricDataPaginator(x.clients.Alarms, &cloudwatch.GetMetricDataInput{
		StartTime: aws.Time(x.at.Add(-back)), EndTime: aws.Time(x.at),
		MetricDataQueries: []types.MetricDataQuery{{Id: aws.String("fleet"), Expression: &query, Period: aws.Int32(int32(period))}},
	})
	var out []string
	for n := 0; pages.HasMorePages() && n < maxFleetPages; n++ {
		page, err := pages.NextPage(ctx)
		if err != nil {
			return nil, err
		}
		for _, r := range page.MetricDataResults {
			out = append(out, aws.ToString(r.Label))
		}
	}
	return out, nil
}

// differs says how a query's answer is not the fleet.
func (f *Fleet) differs(labels []string) string {
	found := map[string]bool{}
	members := map[string]bool{}
	for _, t := range f.Targets {
		members[t.ID] = true
	}
	for _, label := range labels {
		known := false
		for _, word := range strings.Fields(label) { // the metric's name may stand before it
			if members[word] {
				found[word], known = true, true
			}
		}
		if !known {
			return "a query for the fleet's tags also finds " + label + ", which is not in it"
		}
	}
	if len(found) < len(members) {
		return fmt.Sprintf("a query for the fleet's tags finds %d of its %d resources: CloudWatch knows tags where the account has them on telemetry, "+
			"and resources that had a value of late", len(found), len(members))
	}
	return ""
}
