package emulator

// Roles, continued: their tags, their attached policies, and those that belong to a service.

import (
	"net/http"
	"slices"
	"strconv"
	"strings"
	"time"

	"github.com/watchbill/watchbill/emulator/wire"
)

func updateRole(c *call, tx *tx, in *struct {
	RoleName, MaxSessionDuration string
	Description                  *string
}) (any, error) {
	return changeRole(c, tx, in.RoleName, func(r *role) error {
		if in.Description != nil {
			r.Description = *in.Description
		}
		return r.setMaxSession(in.MaxSessionDuration)
	})
}

func updateRoleDescription(c *call, tx *tx, in *struct{ RoleName, Description string }) (any, error) {
	_, err := changeRole(c, tx, in.RoleName, func(r *role) error {
		r.Description = in.Description
		return nil
	})
	if err != nil {
		return nil, err
	}
	return iamAnswer(c, wire.Element{{Name: "Role", Value: tx.roles.get(in.RoleName).out(true)}}), nil
}

func tagRole(c *call, tx *tx, in *struct {
	RoleName string
	Tags     []struct{ Key, Value string }
}) (any, error) {
	return changeRole(c, tx, in.RoleName, func(r *role) error {
		if r.Tags == nil {
			r.Tags = map[string]string{}
		}
		for _, t := range in.Tags {
			if strings.HasPrefix(strings.ToLower(t.Key), "aws:") {
				return iamError("InvalidInput", http.StatusBadRequest, "aws: prefixed tag key names are not allowed for external use.")
			}
			r.Tags[t.Key] = t.Value
		}
		if len(r.Tags) > maxTags {
			return iamError("LimitExceeded", http.StatusConflict, "Cannot exceed quota for TagsPerRole: "+strconv.Itoa(maxTags))
		}
		return nil
	})
}

func untagRole(c *call, tx *tx, in *struct {
	RoleName string
	TagKeys  []string
}) (any, error) {
	return changeRole(c, tx, in.RoleName, func(r *role) error {
		for _, key := range in.TagKeys {
			delete(r.Tags, key)
		}
		return nil
	})
}

type roleListInput struct{ RoleName, PathPrefix, Marker, MaxItems string }

func listRoleTags(c *call, st *state, in *roleListInput) (any, error) {
	r, err := findRole(st, in.RoleName)
	if err != nil {
		return nil, err
	}
	return listed(c, "Tags", sortedKeys(r.Tags), in.Marker, in.MaxItems, func(key string) any {
		return wire.Element{{Name: "Key", Value: key}, {Name: "Value", Value: r.Tags[key]}}
	})
}

// maxAttached is how many managed policies a role can have [quotas].
const maxAttached = 10

type attachInput struct{ RoleName, PolicyArn string }

func attachRolePolicy(c *call, tx *tx, in *attachInput) (any, error) {
	if _, err := findManaged(c, tx.state, in.PolicyArn); err != nil {
		return nil, err
	}
	return changeRole(c, tx, in.RoleName, func(r *role) error {
		if slices.Contains(r.Attached, in.PolicyArn) {
			return nil
		}
		if len(r.Attached) >= maxAttached {
			return iamError("LimitExceeded", http.StatusConflict, "Cannot exceed quota for PoliciesPerRole: "+strconv.Itoa(maxAttached))
		}
		r.Attached = append(r.Attached, in.PolicyArn)
		slices.Sort(r.Attached)
		return nil
	})
}

func detachRolePolicy(c *call, tx *tx, in *attachInput) (any, error) {
	return changeRole(c, tx, in.RoleName, func(r *role) error {
		if !slices.Contains(r.Attached, in.PolicyArn) {
			return noSuchEntity("Policy " + in.PolicyArn + " was not found.")
		}
		r.Attached = slices.DeleteFunc(r.Attached, func(arn string) bool { return arn == in.PolicyArn })
		return nil
	})
}

func listAttachedRolePolicies(c *call, st *state, in *roleListInput) (any, error) {
	r, err := findRole(st, in.RoleName)
	if err != nil {
		return nil, err
	}
	var arns []string
	for _, arn := range r.Attached {
		if path, _ := policyPlace(arn); strings.HasPrefix(path, in.PathPrefix) {
			arns = append(arns, arn)
		}
	}
	return listed(c, "AttachedPolicies", arns, in.Marker, in.MaxItems, func(arn string) any {
		_, name := policyPlace(arn)
		return wire.Element{{Name: "PolicyName", Value: name}, {Name: "PolicyArn", Value: arn}}
	})
}

// listInstanceProfiles finds none: programs ask before they delete a role.
func listInstanceProfiles(c *call, st *state, in *roleListInput) (any, error) {
	if _, err := findRole(st, in.RoleName); err != nil {
		return nil, err
	}
	return listed(c, "InstanceProfiles", nil, in.Marker, in.MaxItems, nil)
}

// servicePath is where service-linked roles are.
const servicePath = "/aws-service-role/"

// serviceRoles are the names of the service-linked roles that the services here have. The names of
// others are made up of the service's.
var serviceRoles = map[string]string{
	"ssm-incidents.amazonaws.com":                   "AWSServiceRoleForIncidentManager",
	"ssm-incidents.alarms.cloudwatch.amazonaws.com": "AWSServiceRoleForCloudWatchAlarms_ActionSSMIncidents",
	"management.chatbot.amazonaws.com":              "AWSServiceRoleForAWSChatbot",
	"ssm.amazonaws.com":                             "AWSServiceRoleForAmazonSSM",
}

func createServiceLinkedRole(c *call, tx *tx, in *struct{ AWSServiceName, Description, CustomSuffix string }) (any, error) {
	name, ok := serviceRoles[in.AWSServiceName]
	if !ok {
		label, _, isService := strings.Cut(in.AWSServiceName, ".amazonaws.com")
		if !isService {
			return nil, iamError("InvalidInput", http.StatusBadRequest, "Invalid service name "+in.AWSServiceName)
		}
		name = "AWSServiceRoleFor_" + label
	}
	if in.CustomSuffix != "" {
		name += "_" + in.CustomSuffix
	}
	if tx.roles.get(name) != nil {
		return nil, iamError("InvalidInput", http.StatusBadRequest, "Service role name "+name+" has been taken in this account, please try a different suffix.")
	}
	path := servicePath + in.AWSServiceName + "/"
	r := &role{Name: name, Path: path, ID: roleID(), ARN: "arn:aws:iam::" + c.account + ":role" + path + name, Created: c.now.Truncate(time.Second).UTC(),
		Description: in.Description, MaxSession: 3600, Service: in.AWSServiceName, Policies: map[string]string{},
		Trust: jsonText(map[string]any{"Version": "2012-10-17", "Statement": []any{map[string]any{
			"Action": []string{"sts:AssumeRole"}, "Effect": "Allow", "Principal": map[string]any{"Service": []string{in.AWSServiceName}}}}})}
	tx.roles.put(tx, name, r)
	return iamAnswer(c, wire.Element{{Name: "Role", Value: r.out(true)}}), nil
}
