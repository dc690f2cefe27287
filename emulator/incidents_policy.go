package emulator

import (
	"encoding/json"
	"strings"
)

// resourcePolicy is a row: a policy that shares a response plan. The emulator keeps policies and
// does not act on them: there is only one account.
type resourcePolicy struct {
	ID       string
	Document string
	Region   string // the Region it was put in
}

func putPolicy(c *call, tx *tx, in *struct{ Policy, ResourceArn string }) (any, error) {
	p, err := findPlan(c, tx.state, in.ResourceArn)
	if err != nil {
		return nil, err
	}
	if !json.Valid([]byte(in.Policy)) {
		return nil, badIncident("The policy is not a valid JSON document")
	}
	id := strings.ReplaceAll(newUUID(), "-", "")
	tx.policies.put(tx, p.ARN+" "+id, &resourcePolicy{ID: id, Document: in.Policy, Region: c.region})
	return map[string]string{"policyId": id}, nil
}

func getPolicies(c *call, st *state, in *struct {
	MaxResults             int
	NextToken, ResourceArn string
}) (any, error) {
	p, err := findPlan(c, st, in.ResourceArn)
	if err != nil {
		return nil, err
	}
	pg, err := incidentsPage(c, in.NextToken, in.MaxResults, p.ARN)
	if err != nil {
		return nil, err
	}
	type policy struct {
		PolicyDocument         string `json:"policyDocument"`
		PolicyID               string `json:"policyId"`
		RAMResourceShareRegion string `json:"ramResourceShareRegion"`
	}
	rows := takePage(pg, st.policies.after(p.ARN+" ", pg.after), nil)
	out := make([]policy, len(rows))
	for i, r := range rows {
		out[i] = policy{r.Document, r.ID, r.Region}
	}
	return map[string]any{"nextToken": pg.nullableNext(), "resourcePolicies": out}, nil
}

func deletePolicy(c *call, tx *tx, in *struct{ PolicyId, ResourceArn string }) (any, error) {
	p, err := findPlan(c, tx.state, in.ResourceArn)
	if err != nil {
		return nil, err
	}
	key := p.ARN + " " + in.PolicyId
	if tx.policies.get(key) == nil {
		return nil, incidentsNotFound("Resource policy not found", kindPolicy, in.PolicyId)
	}
	tx.policies.put(tx, key, nil)
	return nil, nil
}
