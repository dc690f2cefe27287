package emulator

// What Parameter Store, a part of ssm (API version 2014-11-06), accepts.

var (
	parameterName  = text(1, 2048)
	parameterNames = list(text(1, 2048), 1, 10)
	parameterValue = secret(text(1, none)) // its length depends on the tier
	parameterKey   = matching(1, 256, `^([a-zA-Z0-9:/_-]+)$`)

	parameterFilters = list(structure(
		must("Key", matching(1, 132, `tag:.+|Name|Type|KeyId|Path|Label|Tier|DataType`)),
		may("Option", text(1, 10)), may("Values", list(text(1, 1024), 1, 50))), 0, none)
)

var parameterModel = map[string]*shape{
	"PutParameter": structure(must("Name", parameterName), must("Value", parameterValue), may("Description", text(0, 1024)),
		may("Type", enum("String", "StringList", "SecureString")), may("KeyId", parameterKey), may("Overwrite", boolean),
		may("AllowedPattern", text(0, 1024)), may("Tags", ssmTags), may("Tier", enum("Standard", "Advanced", "Intelligent-Tiering")),
		may("Policies", text(1, 4096)), may("DataType", text(0, 128))),
	"GetParameter":  structure(must("Name", parameterName), may("WithDecryption", boolean)),
	"GetParameters": structure(must("Names", parameterNames), may("WithDecryption", boolean)),
	"GetParametersByPath": structure(must("Path", parameterName), may("Recursive", boolean), may("ParameterFilters", parameterFilters),
		may("WithDecryption", boolean), may("MaxResults", integer(1, 10)), may("NextToken", text(0, none))),
	"DescribeParameters": structure(
		may("Filters", list(structure(must("Key", enum("Name", "Type", "KeyId")), must("Values", list(text(1, 1024), 1, 50))), 0, none)),
		may("ParameterFilters", parameterFilters), may("MaxResults", integer(1, 50)), may("NextToken", text(0, none)), may("Shared", boolean)),
	"DeleteParameter":  structure(must("Name", parameterName)),
	"DeleteParameters": structure(must("Names", parameterNames)),
}
