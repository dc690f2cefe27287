package emulator

// What iam (API version 2010-05-08) accepts, as far as it is here: roles and their inline policies.
// Forms hold text only, so numbers are texts with a pattern.

var (
	roleName       = matching(1, 64, `[\w+=,.@-]+`)
	rolePolicyName = matching(1, 128, `[\w+=,.@-]+`)
	iamPath        = matching(1, 512, `(\x{002F})|(\x{002F}[\x{0021}-\x{007E}]+\x{002F})`)
	iamDocument    = matching(1, 131072, `[\x{0009}\x{000A}\x{000D}\x{0020}-\x{00FF}]+`)
	iamMarker      = matching(1, 320, `[\x{0020}-\x{00FF}]+`)
	iamMaxItems    = matching(1, 4, `[1-9][0-9]{0,2}|1000`)
	iamTags        = list(structure(must("Key", text(1, 128)), must("Value", text(0, 256))), 0, 50)
)

var iamModel = map[string]*shape{
	"CreateRole": structure(may("Path", iamPath), must("RoleName", roleName), must("AssumeRolePolicyDocument", iamDocument),
		may("Description", text(0, 1000)), may("MaxSessionDuration", matching(1, 5, `[0-9]+`)), may("PermissionsBoundary", text(20, 2048)),
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
}
