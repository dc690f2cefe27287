package emulator

// iam, API version 2010-05-08: roles with their inline and attached policies, because a runbook runs
// with one. They are there to be read back and to be evaluated when an incident starts its runbook and
// when an event starts an incident; no other call is refused by them.

import (
	"crypto/rand"
	"maps"
	"net/http"
	"net/url"
	"slices"
	"strconv"
	"strings"
	"time"

	"github.com/watchbill/watchbill/emulator/wire"
)

// role is a row. Roles survive the replication set: they are no data of Incident Manager.
type role struct {
	Name        string
	Path        string
	ID          string
	ARN         string
	Created     time.Time
	Trust       string
	Description string            `json:",omitempty"`
	MaxSession  int               `json:",omitempty"`
	Policies    map[string]string // by name
	Attached    []string          `json:",omitempty"` // ARNs of managed policies, sorted
	Boundary    string            `json:",omitempty"`
	Service     string            `json:",omitempty"` // of a service-linked role
	Tags        map[string]string `json:",omitempty"`
}

func iamService() *service {
	return &service{
		name: "iam",
		ops: modelled(iamModel,
			writing("CreateRole", createRole),
			reading("GetRole", getRole),
			reading("ListRoles", listRoles),
			writing("UpdateAssumeRolePolicy", updateTrust),
			writing("DeleteRole", deleteRole),
			writing("TagRole", tagRole),
			writing("PutRolePolicy", putRolePolicy),
			reading("GetRolePolicy", getRolePolicy),
			reading("ListRolePolicies", listRolePolicies),
			writing("DeleteRolePolicy", deleteRolePolicy),
			writing("UpdateRole", updateRole),
			writing("UpdateRoleDescription", updateRoleDescription),
			writing("UntagRole", untagRole),
			reading("ListRoleTags", listRoleTags),
			writing("AttachRolePolicy", attachRolePolicy),
			writing("DetachRolePolicy", detachRolePolicy),
			reading("ListAttachedRolePolicies", listAttachedRolePolicies),
			reading("ListInstanceProfilesForRole", listInstanceProfiles),
			writing("CreateServiceLinkedRole", createServiceLinkedRole),
			writing("CreatePolicy", createPolicy),
			reading("GetPolicy", getManagedPolicy),
			reading("GetPolicyVersion", getPolicyVersion),
			reading("ListPolicies", listManagedPolicies),
			writing("DeletePolicy", deleteManagedPolicy),
		),
		gate:    func(*call, *state) error { return nil },
		invalid: func(ps problems) *wire.Error { return iamError("ValidationError", http.StatusBadRequest, ps.message()) },
	}
}

func iamError(kind string, status int, text string) *wire.Error {
	return &wire.Error{Type: kind, Status: status, Message: text}
}

func noSuchEntity(text string) *wire.Error {
	return iamError("NoSuchEntity", http.StatusNotFound, text)
}

// iamAnswer is the answer of an operation; without content there is no result element.
func iamAnswer(c *call, content wire.Element) wire.Result {
	return wire.Result{Action: c.op.name, Namespace: "https://iam.amazonaws.com/doc/2010-05-08/", Content: content}
}

func createRole(c *call, tx *tx, in *struct {
	Path, RoleName, AssumeRolePolicyDocument, Description, MaxSessionDuration, PermissionsBoundary string
	Tags                                                                                           []struct{ Key, Value string }
}) (any, error) {
	if tx.roles.get(in.RoleName) != nil {
		return nil, iamError("EntityAlreadyExists", http.StatusConflict, "Role with name "+in.RoleName+" already exists.")
	}
	if err := checkPolicy(in.AssumeRolePolicyDocument, maxTrustPolicy); err != nil {
		return nil, err
	}
	r := &role{Name: in.RoleName, Path: in.Path, ID: roleID(), Created: c.now.Truncate(time.Second).UTC(), Trust: in.AssumeRolePolicyDocument,
		Description: in.Description, MaxSession: 3600, Boundary: in.PermissionsBoundary, Policies: map[string]string{}, Tags: map[string]string{}}
	if r.Path == "" {
		r.Path = "/"
	}
	if strings.HasPrefix(r.Path, servicePath) {
		return nil, iamError("ValidationError", http.StatusBadRequest, "The path "+servicePath+" is reserved for service-linked roles.")
	}
	if err := r.setMaxSession(in.MaxSessionDuration); err != nil {
		return nil, err
	}
	r.ARN = "arn:aws:iam::" + c.account + ":role" + r.Path + r.Name
	for _, t := range in.Tags {
		r.Tags[t.Key] = t.Value
	}
	tx.roles.put(tx, r.Name, r)
	return iamAnswer(c, wire.Element{{Name: "Role", Value: r.out(true)}}), nil
}

func (r *role) setMaxSession(seconds string) error {
	if seconds == "" {
		return nil
	}
	r.MaxSession, _ = strconv.Atoi(seconds) // at most five digits
	if r.MaxSession < 3600 || r.MaxSession > 43200 {
		return iamError("ValidationError", http.StatusBadRequest, "MaxSessionDuration must be 3600 to 43200 seconds")
	}
	return nil
}

// roleID is a unique id as IAM makes them.
func roleID() string { return "AROA" + rand.Text()[:17] }

func findRole(st *state, name string) (*role, error) {
	if r := st.roles.get(name); r != nil {
		return r, nil
	}
	return nil, noSuchEntity("The role with name " + name + " cannot be found.")
}

// out is a role as Create and Get show it, and, without tags, List.
func (r *role) out(tags bool) wire.Element {
	e := wire.Element{{Name: "Path", Value: r.Path}, {Name: "RoleName", Value: r.Name}, {Name: "RoleId", Value: r.ID}, {Name: "Arn", Value: r.ARN},
		{Name: "CreateDate", Value: r.Created.Format(time.RFC3339)}, {Name: "AssumeRolePolicyDocument", Value: percent(r.Trust)}}
	if r.Description != "" {
		e = append(e, wire.Field{Name: "Description", Value: r.Description})
	}
	e = append(e, wire.Field{Name: "MaxSessionDuration", Value: strconv.Itoa(r.MaxSession)})
	if r.Boundary != "" {
		e = append(e, wire.Field{Name: "PermissionsBoundary", Value: wire.Element{
			{Name: "PermissionsBoundaryType", Value: "Policy"}, {Name: "PermissionsBoundaryArn", Value: r.Boundary}}})
	}
	if tags && len(r.Tags) > 0 {
		e = append(e, wire.Field{Name: "Tags", Value: xmlTags(r.Tags)})
	}
	return e
}

// xmlTags are tags as awsQuery lists them.
func xmlTags(tags map[string]string) wire.Element {
	list := wire.Element{}
	for _, key := range sortedKeys(tags) {
		list = append(list, wire.Field{Name: "member", Value: wire.Element{{Name: "Key", Value: key}, {Name: "Value", Value: tags[key]}}})
	}
	return list
}

// percent encodes as RFC 3986 does: policies come back so.
func percent(s string) string { return strings.ReplaceAll(url.QueryEscape(s), "+", "%20") }

type roleInput struct{ RoleName, PolicyName, PolicyDocument string }

func getRole(c *call, st *state, in *roleInput) (any, error) {
	r, err := findRole(st, in.RoleName)
	if err != nil {
		return nil, err
	}
	return iamAnswer(c, wire.Element{{Name: "Role", Value: r.out(true)}}), nil
}

func listRoles(c *call, st *state, in *struct{ PathPrefix, Marker, MaxItems string }) (any, error) {
	var names []string
	for name, r := range st.roles.below("") {
		if strings.HasPrefix(r.Path, in.PathPrefix) {
			names = append(names, name)
		}
	}
	return listed(c, "Roles", names, in.Marker, in.MaxItems, func(name string) any { return st.roles.get(name).out(false) })
}

func listRolePolicies(c *call, st *state, in *struct{ RoleName, Marker, MaxItems string }) (any, error) {
	r, err := findRole(st, in.RoleName)
	if err != nil {
		return nil, err
	}
	return listed(c, "PolicyNames", sortedKeys(r.Policies), in.Marker, in.MaxItems, func(name string) any { return name })
}

// listed is one page of sorted names; a marker is the last name of the page before.
func listed(c *call, title string, names []string, marker, maxItems string, show func(string) any) (any, error) {
	limit := 100
	if maxItems != "" {
		limit, _ = strconv.Atoi(maxItems) // the model lets 1 to 1000 through
	}
	if c.opts.MaxPage > 0 {
		limit = min(limit, c.opts.MaxPage)
	}
	var rows wire.Element
	truncated, last := false, ""
	for _, name := range names {
		if marker != "" && name <= marker {
			continue
		}
		if len(rows) == limit {
			truncated = true
			break
		}
		rows, last = append(rows, wire.Field{Name: "member", Value: show(name)}), name
	}
	out := wire.Element{{Name: title, Value: rows}, {Name: "IsTruncated", Value: strconv.FormatBool(truncated)}}
	if truncated {
		out = append(out, wire.Field{Name: "Marker", Value: last})
	}
	return iamAnswer(c, out), nil
}

// changeRole puts a changed copy of a role.
func changeRole(c *call, tx *tx, name string, change func(*role) error) (any, error) {
	old, err := findRole(tx.state, name)
	if err != nil {
		return nil, err
	}
	r := *old
	if old.Service != "" {
		return nil, iamError("UnmodifiableEntity", http.StatusBadRequest, "Cannot perform the operation on the protected role '"+name+
			"' - this role is only modifiable by AWS")
	}
	r.Policies, r.Tags, r.Attached = maps.Clone(old.Policies), maps.Clone(old.Tags), slices.Clone(old.Attached)
	if err := change(&r); err != nil {
		return nil, err
	}
	tx.roles.put(tx, name, &r)
	return iamAnswer(c, nil), nil
}

func updateTrust(c *call, tx *tx, in *roleInput) (any, error) {
	return changeRole(c, tx, in.RoleName, func(r *role) error {
		r.Trust = in.PolicyDocument
		return checkPolicy(in.PolicyDocument, maxTrustPolicy)
	})
}

// The sizes of policies, in characters without white space.
const (
	maxTrustPolicy    = 2048
	maxInlinePolicies = 10240 // of a role together
)

func putRolePolicy(c *call, tx *tx, in *roleInput) (any, error) {
	return changeRole(c, tx, in.RoleName, func(r *role) error {
		others := 0
		for name, document := range r.Policies {
			if name != in.PolicyName {
				others += policySize(document)
			}
		}
		if r.Policies == nil {
			r.Policies = map[string]string{}
		}
		r.Policies[in.PolicyName] = in.PolicyDocument
		return checkPolicy(in.PolicyDocument, maxInlinePolicies-others)
	})
}

func noPolicy(name string) error {
	return noSuchEntity("The role policy with name " + name + " cannot be found.")
}

func getRolePolicy(c *call, st *state, in *roleInput) (any, error) {
	r, err := findRole(st, in.RoleName)
	if err != nil {
		return nil, err
	}
	document, ok := r.Policies[in.PolicyName]
	if !ok {
		return nil, noPolicy(in.PolicyName)
	}
	return iamAnswer(c, wire.Element{{Name: "RoleName", Value: r.Name}, {Name: "PolicyName", Value: in.PolicyName},
		{Name: "PolicyDocument", Value: percent(document)}}), nil
}

func deleteRolePolicy(c *call, tx *tx, in *roleInput) (any, error) {
	return changeRole(c, tx, in.RoleName, func(r *role) error {
		if _, ok := r.Policies[in.PolicyName]; !ok {
			return noPolicy(in.PolicyName)
		}
		delete(r.Policies, in.PolicyName)
		return nil
	})
}

func deleteRole(c *call, tx *tx, in *roleInput) (any, error) {
	r, err := findRole(tx.state, in.RoleName)
	if err != nil {
		return nil, err
	}
	switch {
	case r.Service != "":
		return nil, iamError("UnmodifiableEntity", http.StatusBadRequest, "Cannot perform the operation on the protected role '"+r.Name+
			"' - this role is only modifiable by AWS")
	case len(r.Attached) > 0:
		return nil, iamError("DeleteConflict", http.StatusConflict, "Cannot delete entity, must detach all policies first.")
	case len(r.Policies) > 0:
		return nil, iamError("DeleteConflict", http.StatusConflict, "Cannot delete entity, must delete policies first.")
	}
	tx.roles.put(tx, in.RoleName, nil)
	return iamAnswer(c, nil), nil
}
