package emulator

// What secretsmanager (API version 2017-10-17) accepts, as far as it is here.

var (
	secretID      = text(1, 2048) // name, ARN, or ARN without its last seven characters
	secretVersion = text(32, 64)  // a version's ID is the token of the request that made it
	secretStage   = text(1, 256)
	secretString  = secret(text(1, 65536))
	secretBinary  = secret(text(1, 87384)) // 65536 bytes in base64
)

var secretsModel = map[string]*shape{
	"CreateSecret": structure(must("Name", text(1, 512)), may("ClientRequestToken", secretVersion), may("Description", text(0, 2048)),
		may("KmsKeyId", text(0, 2048)), may("SecretString", secretString), may("SecretBinary", secretBinary),
		may("Tags", list(structure(may("Key", text(1, 128)), may("Value", text(0, 256))), 0, none))),
	"PutSecretValue": structure(must("SecretId", secretID), may("ClientRequestToken", secretVersion),
		may("SecretString", secretString), may("SecretBinary", secretBinary), may("VersionStages", list(secretStage, 1, 20))),
	"GetSecretValue": structure(must("SecretId", secretID), may("VersionId", secretVersion), may("VersionStage", secretStage)),
	"DescribeSecret": structure(must("SecretId", secretID)),
	"DeleteSecret": structure(must("SecretId", secretID), may("RecoveryWindowInDays", integer(0, 365)),
		may("ForceDeleteWithoutRecovery", boolean)),
	"RestoreSecret":        structure(must("SecretId", secretID)),
	"PutResourcePolicy":    structure(must("SecretId", secretID), must("ResourcePolicy", text(1, 20480)), may("BlockPublicPolicy", boolean)),
	"GetResourcePolicy":    structure(must("SecretId", secretID)),
	"DeleteResourcePolicy": structure(must("SecretId", secretID)),
	"ListSecrets": structure(may("IncludePlannedDeletion", boolean), may("MaxResults", integer(1, 100)), may("NextToken", text(1, 4096)),
		may("SortOrder", enum("asc", "desc")),
		may("Filters", list(structure(
			may("Key", enum("description", "name", "tag-key", "tag-value", "primary-region", "owning-service", "all")),
			may("Values", list(matching(1, 512, `^\!?[a-zA-Z0-9 :_@\/\+\=\.\-\!]*$`), 1, 10))), 0, 10))),
}
