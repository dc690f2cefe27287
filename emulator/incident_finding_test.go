package emulator_test

import (
	"encoding/json"
	"io"
	"net/http"
	"strings"
	"testing"
	"time"

	"github.com/aws/aws-sdk-go-v2/service/ssmincidents"
	"github.com/aws/aws-sdk-go-v2/service/ssmincidents/types"

	"github.com/watchbill/watchbill/emulator"
)

// post sends JSON to a side door.
func (c *clients) post(path string, v any) answer {
	c.t.Helper()
	body := need(json.Marshal(v))(c.t)
	r := need(http.NewRequest(http.MethodPost, "http://x/_watchbill/"+path, strings.NewReader(string(body))))(c.t)
	res := need(c.http.RoundTrip(r))(c.t)
	defer res.Body.Close()
	return answer{res.StatusCode, res.Header, string(need(io.ReadAll(res.Body))(c.t))}
}

func TestFindings(t *testing.T) {
	c, hands := byHand(t, emulator.Options{})
	arn := c.start(c.plan("down"))
	stack := map[string]any{"incidentRecordArn": arn, "id": "stack-1", "details": map[string]any{"cloudFormationStackUpdate": map[string]any{
		"stackArn": "arn:aws:cloudformation:ap-northeast-1:111122223333:stack/web/1", "startTime": 1.735787045678e9}}}
	if got := c.post("findings", stack); got.status != 200 || got.body != "{\"id\":\"stack-1\"}\n" {
		t.Fatalf("%d %s", got.status, got.body)
	}
	hands.Advance(time.Minute)
	if got := c.post("findings", stack); got.status != 200 {
		t.Fatal(got.body)
	}
	if got := c.post("findings", map[string]any{"incidentRecordArn": arn, "details": map[string]any{"codeDeployDeployment": map[string]any{
		"deploymentGroupArn": "arn:aws:codedeploy:ap-northeast-1:111122223333:deploymentgroup:a/b", "deploymentId": "d-1", "startTime": 1735787045, "endTime": 1735787050}}}); got.status != 200 {
		t.Fatal(got.body)
	}
	list := need(c.incidents.ListIncidentFindings(c.ctx, &ssmincidents.ListIncidentFindingsInput{IncidentRecordArn: &arn}))(t).Findings
	if len(list) != 2 {
		t.Fatalf("findings %+v", list)
	}
	got := need(c.incidents.BatchGetIncidentFindings(c.ctx, &ssmincidents.BatchGetIncidentFindingsInput{IncidentRecordArn: &arn, FindingIds: []string{"stack-1", "gone"}}))(t)
	if len(got.Errors) != 1 || *got.Errors[0].FindingId != "gone" || len(got.Findings) != 1 {
		t.Fatalf("%+v", got)
	}
	f := got.Findings[0]
	update := f.Details.(*types.FindingDetailsMemberCloudFormationStackUpdate).Value
	if f.CreationTime.Equal(*f.LastModifiedTime) || update.StartTime.UnixMilli() != 1735787045678 || update.EndTime != nil {
		t.Errorf("finding %+v %+v", f, update)
	}
	for name, tc := range map[string]struct {
		in   any
		want int
	}{
		"no incident":  {map[string]any{"incidentRecordArn": c.arn("incident-record/down/gone"), "details": stack["details"]}, 404},
		"no details":   {map[string]any{"incidentRecordArn": arn}, 400},
		"two details":  {map[string]any{"incidentRecordArn": arn, "details": map[string]any{}}, 400},
		"not an ARN":   {map[string]any{"incidentRecordArn": "x", "details": stack["details"]}, 400},
		"text as time": {map[string]any{"incidentRecordArn": arn, "details": map[string]any{"cloudFormationStackUpdate": map[string]any{"stackArn": arn, "startTime": "x"}}}, 400},
		"a list":       {[]int{}, 400},
	} {
		if got := c.post("findings", tc.in); got.status != tc.want {
			t.Errorf("%s: %d %s", name, got.status, got.body)
		}
	}
}
