package emulator

// What iam (API version 2010-05-08) accepts, as far as it is here: roles and their policies.
// Forms hold text only, so numbers are texts with a pattern.

var (
	roleName       = matching(1, 64, `[\w+=,.@-]+`)
	rolePolicyName = matching(1, 128, `[\w+=,.@-]+`)
	iamPath        = matching(1, 512, `(\x{002F})|(\x{002F}[\x{0021}-\x{007E}]+\x{002F})`)
	iamDocument    = matching(1, 131072, `[\x{0009}\x{000A}\x{000D}\x{0020}-\x{00FF}]+`)
	iamMarker      = matching(1, 320, `[\x{0020}-\x{00FF}]+`)
	iamMaxItems    = matching(1, 4, `[1-9][0-9]{0,2}|1000`)
	iamTagKey      = matching(1, 128, `[\p{L}\p{Z}\p{N}_.:/=+\-@]+`)
	iamTags        = list(structure(must("Key", iamTagKey), must("Value", matching(0, 256, `[\p{L}\p{Z}\p{N}_.:/=+\-@]*`))), 0, 50)
	iamDescription = matching(0, 1000, `[\x{0009}\x{000A}\x{000D}\x{0020}-\x{007E}\x{00A1}-\x{00FF}]*`)
	iamSeconds     = matching(1, 5, `[0-9]+`)
	policyARN      = text(20, 2048)
	policyPath     = matching(1, 512, `((/[A-Za-z0-9\.,\+@=_-]+)*)/`)
)

var iamModel = map[string]*shape{
	"CreateRole": structure(may("Path", iamPath), must("RoleName", roleName), must("AssumeRolePolicyDocument", iamDocument),
		may("Description", iamDescription), may("MaxSessionDuration", iamSeconds), may("PermissionsBoundary", policyARN),
		may("Tags", iamTags)),
	"GetRole":                structure(must("RoleName", roleName)),
	"ListRoles":              structure(may("PathPrefix", text(1, 512)), may("Marker", iamMarker), may("MaxItems", iamMaxItems)),
	"UpdateAssumeRolePolicy": structure(must("RoleName", roleName), must("PolicyDocument", iamDocument)),
	"DeleteRole":             structure(must("RoleName", roleName)),
	"TagRole":                structure(must("RoleName", roleName), must("Tags", iamTags)),

	"PutRolePolicy":    structure(must("RoleName", roleName), must("PolicyName", rolePolicyName), must("PolicyDocument", iamDocument)),
	"GetRolePolicy":    structure(must("RoleName", roleName), must("PolicyName", rolePolicyName)),
	"ListRolePolicies": structure(must("RoleName", roleName), may("Marker", iamMarker), may("MaxItems", iamMaxItems)),
	"DeleteRolePolicy": structure(must("RoleName", roleName), must("PolicyName", rolePolicyName)),

	"UpdateRole":                  structure(must("RoleName", roleName), may("Description", iamDescription), may("MaxSessionDuration", iamSeconds)),
	"UpdateRoleDescription":       structure(must("RoleName", roleName), must("Description", iamDescription)),
	"UntagRole":                   structure(must("RoleName", roleName), must("TagKeys", list(iamTagKey, 0, 50))),
	"ListRoleTags":                structure(must("RoleName", roleName), may("Marker", iamMarker), may("MaxItems", iamMaxItems)),
	"ListInstanceProfilesForRole": structure(must("RoleName", roleName), may("Marker", iamMarker), may("MaxItems", iamMaxItems)),

	"AttachRolePolicy": structure(must("RoleName", roleName), must("PolicyArn", policyARN)),
	"DetachRolePolicy": structure(must("RoleName", roleName), must("PolicyArn", policyARN)),
	"ListAttachedRolePolicies": structure(must("RoleName", roleName), may("PathPrefix", policyPath), may("Marker", iamMarker),
		may("MaxItems", iamMaxItems)),
	"CreateServiceLinkedRole": structure(must("AWSServiceName", rolePolicyName), may("Description", iamDescription),
		may("CustomSuffix", roleName)),

	"CreatePolicy": structure(must("PolicyName", rolePolicyName), may("Path", policyPath), must("PolicyDocument", iamDocument),
		may("Description", text(0, 1000)), may("Tags", iamTags)),
	"GetPolicy":        structure(must("PolicyArn", policyARN)),
	"GetPolicyVersion": structure(must("PolicyArn", policyARN), must("VersionId", matching(0, none, `v[1-9][0-9]*(\.[A-Za-z0-9-]*)?`))),
	"ListPolicies": structure(may("Scope", enum("All", "AWS", "Local")), may("OnlyAttached", enum("true", "false")), may("PathPrefix", policyPath),
		may("PolicyUsageFilter", enum("PermissionsPolicy", "PermissionsBoundary")), may("Marker", iamMarker), may("MaxItems", iamMaxItems)),
	"DeletePolicy": structure(must("PolicyArn", policyARN)),
}
