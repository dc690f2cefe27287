package emulator

import (
	"slices"
	"strings"
	"time"
)

// execution is a row: a runbook that an incident started; its key is REGION/ID. Nothing runs here,
// so what starts succeeds at once.
type execution struct {
	ID         string
	ARN        string
	Number     int
	Document   string
	Version    string
	Role       string
	Incident   string // ARN
	Parameters map[string][]string
	At         time.Time
}

const executionStatus = "Success"

// executionOut is an execution as Get shows it, with everything that lists show.
type executionOut struct {
	AutomationExecutionId, DocumentName, DocumentVersion, AutomationExecutionStatus, ExecutedBy, Mode string
	AutomationType                                                                                    string `json:",omitempty"`
	ExecutionStartTime, ExecutionEndTime                                                              epoch
	StepExecutions                                                                                    []struct{} `json:",omitempty"`
	StepExecutionsTruncated                                                                           bool
	Parameters                                                                                        map[string][]string `json:",omitempty"`
	Outputs                                                                                           map[string][]string
}

func (e *execution) out() executionOut {
	return executionOut{AutomationExecutionId: e.ID, DocumentName: e.Document, DocumentVersion: e.Version, AutomationExecutionStatus: executionStatus,
		ExecutedBy: e.Role, Mode: "Auto", ExecutionStartTime: epoch(e.At), ExecutionEndTime: epoch(e.At), Parameters: e.Parameters,
		Outputs: map[string][]string{}}
}

func getExecution(c *call, st *state, in *struct{ AutomationExecutionId string }) (any, error) {
	e := st.executions.get(c.region + "/" + in.AutomationExecutionId)
	if e == nil {
		return nil, ssmError("AutomationExecutionNotFoundException", "Automation execution "+in.AutomationExecutionId+" does not exist")
	}
	return map[string]any{"AutomationExecution": e.out()}, nil
}

type executionFilter struct {
	Key    string
	Values []string
}

// accepts: a filter that can never hold here, such as a parent execution, accepts nothing.
func (f executionFilter) accepts(e *execution) bool {
	return slices.ContainsFunc(f.Values, func(v string) bool {
		switch f.Key {
		case "DocumentNamePrefix":
			return strings.HasPrefix(e.Document, v)
		case "ExecutionStatus":
			return v == executionStatus
		case "ExecutionId":
			return v == e.ID
		case "AutomationType":
			return v == "Local"
		case "StartTimeBefore", "StartTimeAfter":
			t, err := time.Parse(time.RFC3339, v)
			return err == nil && (f.Key == "StartTimeBefore" && e.At.Before(t) || f.Key == "StartTimeAfter" && e.At.After(t))
		}
		return false
	})
}

// listExecutions shows the newest first.
func listExecutions(c *call, st *state, in *struct {
	Filters    []executionFilter
	MaxResults int
	NextToken  string
}) (any, error) {
	if in.MaxResults == 0 {
		in.MaxResults = 50
	}
	pg, ok := newPage(c, in.NextToken, in.MaxResults, jsonText(in.Filters))
	if !ok {
		return nil, ssmError("InvalidNextToken", "The specified token is not valid.")
	}
	var found []*execution
	for _, e := range st.executions.below(c.region + "/") {
		if !slices.ContainsFunc(in.Filters, func(f executionFilter) bool { return !f.accepts(e) }) {
			found = append(found, e)
		}
	}
	rows := takeSorted(pg, found, func(e *execution) string { return placeInTime(e.At, e.Number) + e.ID }, true)
	list := make([]executionOut, len(rows))
	for i, e := range rows {
		list[i] = e.out()
		list[i].Parameters, list[i].AutomationType = nil, "Local"
	}
	return struct {
		AutomationExecutionMetadataList []executionOut
		NextToken                       string `json:",omitempty"`
	}{list, pg.next}, nil
}
