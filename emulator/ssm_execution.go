package emulator

import (
	"slices"
	"strconv"
	"strings"
	"time"
)

// execution is a row: a runbook that an incident or a client started; its key is REGION/ID. Nothing
// runs here, so what starts succeeds at once.
type execution struct {
	ID         string
	ARN        string
	Number     int
	Document   string
	Version    string
	Role       string // of the response plan; "" when a client started it
	Incident   string // ARN; "" when a client started it
	Parameters map[string][]string
	Token      string `json:",omitempty"` // of the client
	At         time.Time
}

const executionStatus = "Success"

// addExecution notes that a document runs, in the version that its name means now. The row may be
// filled in until the transaction ends.
func addExecution(c *call, tx *tx, d namedDocument, parameters map[string][]string) *execution {
	id := newUUID()
	e := &execution{ID: id, ARN: "arn:aws:ssm:" + c.region + ":" + c.account + ":automation-execution/" + id, Number: tx.executions.len(),
		Document: d.name, Version: d.version, Parameters: parameters, At: c.instant()}
	if _, v, err := ofDocument(c, tx.state, d); v != nil && err == nil {
		e.Version = strconv.Itoa(v.Number)
	} else if e.Version[0] == '$' {
		e.Version = "1" // a document that is not known here
	}
	tx.executions.put(tx, c.region+"/"+id, e)
	mendHosts(c, tx, e, d)
	return e
}

// startExecution starts a document for a client. It runs here or nowhere: targets are refused.
func startExecution(c *call, tx *tx, in *struct {
	DocumentName, DocumentVersion, ClientToken, TargetParameterName string
	Parameters                                                      map[string][]string
	Targets, TargetMaps, TargetLocations                            []struct{}
}) (any, error) {
	if len(in.Targets)+len(in.TargetLocations) > 0 || in.TargetParameterName != "" {
		return nil, ssmError("InvalidTarget", "Executions with targets are not known here: give the parameters themselves")
	}
	d := nameDocument(c, ssmAutomation{DocumentName: in.DocumentName, DocumentVersion: &in.DocumentVersion})
	if why := startable(c, tx.state, d, nil, in.Parameters); why != "" {
		return nil, asSSMError(why)
	}
	if row, _, _ := ofDocument(c, tx.state, d); row == nil && !ownedByAWS(d.name) {
		return nil, ssmError("AutomationDefinitionNotFoundException", "Automation definition not found: document "+d.name+" does not exist")
	}
	key := in.ClientToken
	for _, e := range tx.executions.below(c.region + "/") {
		if key != "" && e.Token == key {
			return map[string]string{"AutomationExecutionId": e.ID}, nil
		}
	}
	e := addExecution(c, tx, d, in.Parameters)
	e.Token = key
	return map[string]string{"AutomationExecutionId": e.ID}, nil
}

// asSSMError turns the words of a timeline, which end with an error's name, into that error.
func asSSMError(why string) error {
	text, name, ok := strings.Cut(strings.TrimSuffix(why, ")"), " (")
	if !ok {
		return ssmError("InvalidAutomationExecutionParametersException", why)
	}
	return ssmError(name, text)
}

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
