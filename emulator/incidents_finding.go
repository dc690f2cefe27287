package emulator

// Findings: deployments and stack updates that Incident Manager notices near an incident. Nobody
// deploys anything here, so they come in by a side door:
//
//	POST /_watchbill/findings {"incidentRecordArn": ARN, "details": {"cloudFormationStackUpdate" or "codeDeployDeployment": {…}}, "id": …}
//
// It takes one finding as the API would show it and answers {"id": …}. With the id of a finding
// that is there, it changes that one.

import (
	"io"
	"net/http"
	"time"

	"github.com/watchbill/watchbill/emulator/wire"
)

// finding is a row; its key is PLAN/UUID/ID.
type finding struct {
	ID       string
	Details  findingDetails
	Created  time.Time
	Modified time.Time
}

// findingDetails has one member set.
type findingDetails struct {
	CloudFormationStackUpdate *stackUpdate
	CodeDeployDeployment      *deployment
}

type stackUpdate struct {
	EndTime   *time.Time
	StackArn  string
	StartTime time.Time
}

type deployment struct {
	DeploymentGroupArn string
	DeploymentId       string
	EndTime            *time.Time
	StartTime          time.Time
}

// findingShape is what the side door takes.
var findingShape = structure(
	must("incidentRecordArn", incidentsArn),
	may("id", matching(1, 128, `^[A-Za-z0-9._-]*$`)),
	must("details", union(
		may("cloudFormationStackUpdate", structure(must("stackArn", incidentsArn), must("startTime", timestamp), may("endTime", timestamp))),
		may("codeDeployDeployment", structure(must("deploymentGroupArn", incidentsArn), must("deploymentId", text(0, 128)),
			must("startTime", timestamp), may("endTime", timestamp))))))

// findingDoor is POST /_watchbill/findings.
func (s *Server) findingDoor(w http.ResponseWriter, r *http.Request) {
	var in struct {
		IncidentRecordArn, Id string
		Details               findingDetails
	}
	if err := readDoor(r, findingShape, &in); err != nil {
		http.Error(w, err.Error(), http.StatusBadRequest)
		return
	}
	err := s.store.update(func(tx *tx) error {
		key := incidentKeyOf(in.IncidentRecordArn)
		now := s.now(tx.state).Truncate(time.Millisecond)
		incident := tx.incidents.get(key)
		if incident == nil || incident.ARN != in.IncidentRecordArn {
			return incidentsNotFound("Incident record not found", kindIncident, in.IncidentRecordArn)
		}
		if in.Id == "" {
			in.Id = newUUID()
		}
		row := &finding{ID: in.Id, Details: in.Details, Created: now, Modified: now}
		if old := tx.findings.get(key + "/" + in.Id); old != nil {
			row.Created = old.Created
		}
		tx.findings.put(tx, key+"/"+in.Id, row)
		return nil
	})
	if err != nil {
		e := asWireError(err)
		http.Error(w, e.Message, e.Status)
		return
	}
	sendJSON(w, map[string]string{"id": in.Id})
}

// readDoor reads the body of a side door against a shape.
func readDoor(r *http.Request, s *shape, into any) error {
	body, err := io.ReadAll(io.LimitReader(r.Body, wire.MaxBody))
	if err != nil {
		return err
	}
	raw, err := decodeBody(body)
	if err != nil {
		return err
	}
	var ps problems
	in, err := s.check(raw, "", &ps)
	if err != nil {
		return err
	}
	if len(ps) > 0 {
		return badIncident(ps.message())
	}
	bind(in.(map[string]any), into)
	return nil
}

// listFindings shows at most 20 a page.
func listFindings(c *call, st *state, in *struct {
	IncidentRecordArn string
	MaxResults        int
	NextToken         string
}) (any, error) {
	r, err := findIncident(c, st, in.IncidentRecordArn)
	if err != nil {
		return nil, err
	}
	if in.MaxResults == 0 {
		in.MaxResults = 20
	}
	pg, err := incidentsPage(c, in.NextToken, in.MaxResults, r.Key)
	if err != nil {
		return nil, err
	}
	type summary struct {
		ID               string `json:"id"`
		LastModifiedTime epoch  `json:"lastModifiedTime"`
	}
	rows := takePage(pg, st.findings.after(r.Key+"/", pg.after), nil)
	out := make([]summary, len(rows))
	for i, f := range rows {
		out[i] = summary{f.ID, epoch(f.Modified)}
	}
	return map[string]any{"findings": out, "nextToken": pg.nullableNext()}, nil
}

// getFindings is the one operation with errors of its own for each item. The code is that of the
// error a single item would get [inference].
func getFindings(c *call, st *state, in *struct {
	FindingIds        []string
	IncidentRecordArn string
}) (any, error) {
	r, err := findIncident(c, st, in.IncidentRecordArn)
	if err != nil {
		return nil, err
	}
	type itemError struct {
		Code      string `json:"code"`
		FindingID string `json:"findingId"`
		Message   string `json:"message"`
	}
	type item struct {
		CreationTime     epoch          `json:"creationTime"`
		Details          map[string]any `json:"details"`
		ID               string         `json:"id"`
		LastModifiedTime epoch          `json:"lastModifiedTime"`
	}
	found, missing := []item{}, []itemError{}
	for _, id := range in.FindingIds {
		f := st.findings.get(r.Key + "/" + id)
		if f == nil {
			missing = append(missing, itemError{"ResourceNotFoundException", id, "Finding not found"})
			continue
		}
		found = append(found, item{epoch(f.Created), f.Details.out(), f.ID, epoch(f.Modified)})
	}
	return map[string]any{"errors": missing, "findings": found}, nil
}

func (d findingDetails) out() map[string]any {
	end := func(t *time.Time) *epoch {
		if t == nil {
			return nil
		}
		return nullableEpoch(*t)
	}
	if u := d.CloudFormationStackUpdate; u != nil {
		return map[string]any{"cloudFormationStackUpdate": map[string]any{
			"endTime": end(u.EndTime), "stackArn": u.StackArn, "startTime": epoch(u.StartTime)}}
	}
	u := d.CodeDeployDeployment
	return map[string]any{"codeDeployDeployment": map[string]any{"deploymentGroupArn": u.DeploymentGroupArn,
		"deploymentId": u.DeploymentId, "endTime": end(u.EndTime), "startTime": epoch(u.StartTime)}}
}
