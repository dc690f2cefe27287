package emulator

// ssm-incidents, API version 2018-05-10: the table of operations, the account gate and the errors.

import (
	"net/http"
	"strconv"
	"strings"
	"time"

	"github.com/watchbill/watchbill/emulator/wire"
)

func incidentsService() *service {
	return &service{
		name: "ssm-incidents",
		ops: append(modelled(incidentsModel,
			rest("POST /createReplicationSet", http.StatusCreated, writing("CreateReplicationSet", createSet)),
			rest("GET /getReplicationSet", http.StatusOK, reading("GetReplicationSet", getSet)),
			rest("POST /listReplicationSets", http.StatusOK, reading("ListReplicationSets", listSets)),
			rest("POST /updateReplicationSet", http.StatusNoContent, writing("UpdateReplicationSet", updateSet)),
			rest("POST /updateDeletionProtection", http.StatusNoContent, writing("UpdateDeletionProtection", protectSet)),
			rest("POST /deleteReplicationSet", http.StatusNoContent, writing("DeleteReplicationSet", deleteSet)),

			rest("POST /createResponsePlan", http.StatusCreated, writing("CreateResponsePlan", createResponsePlan)),
			rest("GET /getResponsePlan", http.StatusOK, reading("GetResponsePlan", getResponsePlan)),
			rest("POST /listResponsePlans", http.StatusOK, reading("ListResponsePlans", listResponsePlans)),
			rest("POST /updateResponsePlan", http.StatusNoContent, writing("UpdateResponsePlan", updateResponsePlan)),
			rest("POST /deleteResponsePlan", http.StatusNoContent, writing("DeleteResponsePlan", deleteResponsePlan)),

			rest("POST /tags", http.StatusNoContent, writing("TagResource", tagIncidents)),
			rest("DELETE /tags", http.StatusNoContent, writing("UntagResource", untagIncidents)),
			rest("GET /tags", http.StatusOK, reading("ListTagsForResource", listIncidentsTags)),

			rest("POST /putResourcePolicy", http.StatusOK, writing("PutResourcePolicy", putPolicy)),
			rest("POST /getResourcePolicies", http.StatusOK, reading("GetResourcePolicies", getPolicies)),
			rest("POST /deleteResourcePolicy", http.StatusOK, writing("DeleteResourcePolicy", deletePolicy)),
		), recordOperations()...),
		gate:    incidentsGate,
		invalid: func(ps problems) *wire.Error { return badIncident(ps.message()) },
		reused: func(c *call) error {
			const text = "The client token was used before with different parameters"
			if c.opts.Rules.TokenConflict {
				return incidentsConflict(text, "", "")
			}
			return badIncident(text)
		},
	}
}

// rest gives an operation its method, path and success status.
func rest(wire string, status int, op *operation) *operation {
	op.wire, op.status = wire, status
	return op
}

// incidentsGate answers for an account without a usable replication set. What the real service
// says is not documented [inference]: the operations of the set itself look for their set, those
// that declare ResourceNotFound miss the replication set, the others find the request invalid.
func incidentsGate(c *call, st *state) error {
	switch c.op.name {
	case "CreateReplicationSet", "GetReplicationSet", "ListReplicationSets", "UpdateReplicationSet",
		"UpdateDeletionProtection", "DeleteReplicationSet",
		"TagResource", "UntagResource", "ListTagsForResource": // their resource may be the set itself
		return nil
	}
	return needSet(c, st)
}

func needSet(c *call, st *state) error {
	if set := currentSet(st, c.now); set != nil && set.usable(c) {
		return nil
	}
	const text = "No active replication set was found for this account and Region"
	switch c.op.name {
	case "ListResponsePlans", "DeleteResponsePlan", "ListIncidentRecords", "DeleteIncidentRecord", "ListTimelineEvents",
		"DeleteTimelineEvent", "ListRelatedItems":
		return badIncident(text)
	}
	return incidentsNotFound(text, kindSet, "")
}

// resourceType members of this service's errors.
const (
	kindSet    = "REPLICATION_SET"
	kindPlan   = "RESPONSE_PLAN"
	kindPolicy = "RESOURCE_POLICY"

	kindIncident = "INCIDENT_RECORD"
	kindEvent    = "TIMELINE_EVENT"
)

func badIncident(why string) *wire.Error {
	return &wire.Error{Type: "ValidationException", Status: http.StatusBadRequest, Message: why}
}

func incidentsNotFound(text, kind, id string) *wire.Error {
	return &wire.Error{Type: "ResourceNotFoundException", Status: http.StatusNotFound, Message: text, Members: identified(kind, id)}
}

func incidentsConflict(text, kind, id string) *wire.Error {
	return &wire.Error{Type: "ConflictException", Status: http.StatusConflict, Message: text, Members: identified(kind, id)}
}

// busySet is the conflict with a change that is under way, and until when.
func busySet(text string, set *replicationSet, until time.Time) error {
	e := incidentsConflict(text, kindSet, set.ARN)
	e.Members["retryAfter"] = epoch(until)
	return e
}

func later(a, b time.Time) time.Time {
	if a.After(b) {
		return a
	}
	return b
}

// incidentsQuota travels with status 402, as the model says.
func incidentsQuota(text, kind, id, code string) *wire.Error {
	m := identified(kind, id)
	m["quotaCode"], m["serviceCode"] = code, "ssm-incidents"
	return &wire.Error{Type: "ServiceQuotaExceededException", Status: http.StatusPaymentRequired, Message: text, Members: m}
}

func identified(kind, id string) map[string]any {
	m := map[string]any{}
	if kind != "" {
		m["resourceType"] = kind
	}
	if id != "" {
		m["resourceIdentifier"] = id
	}
	return m
}

func incidentsDenied(c *call, arn string) *wire.Error {
	return &wire.Error{Type: "AccessDeniedException", Status: http.StatusForbidden,
		Message: "User: " + callerARN(c.account) + " is not authorized to perform: ssm-incidents:" + c.op.name + " on resource: " + arn}
}

// incidentsName takes the name out of an ARN such as arn:aws:ssm-incidents::ACCOUNT:response-plan/NAME.
// The Region part is always empty: a plan is the same in every Region of the set.
func incidentsName(c *call, arn, resource string) (string, error) {
	parts := strings.SplitN(arn, ":", 6)
	if len(parts) < 6 || parts[0] != "arn" || parts[1] != "aws" || parts[2] != "ssm-incidents" || parts[3] != "" {
		return "", badIncident("Invalid resource Arn " + arn)
	}
	name, ok := strings.CutPrefix(parts[5], resource+"/")
	if !ok || name == "" {
		return "", badIncident("Invalid resource Arn " + arn)
	}
	if parts[4] != c.account {
		return "", incidentsDenied(c, arn)
	}
	return name, nil
}

func incidentsARN(account, resource, name string) string {
	return "arn:aws:ssm-incidents::" + account + ":" + resource + "/" + name
}

// epoch is an instant on the wire: seconds since 1970 as a number, to the millisecond.
type epoch time.Time

func (e epoch) MarshalJSON() ([]byte, error) {
	return strconv.AppendFloat(nil, float64(time.Time(e).UnixMilli())/1000, 'f', -1, 64), nil
}
