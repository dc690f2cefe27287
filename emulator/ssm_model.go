package emulator

// What ssm (API version 2014-11-06) accepts, as far as it is here: documents, tags, and the executions of
// Automation documents.

var (
	documentName    = matching(0, none, `^[a-zA-Z0-9_\-.]{3,128}$`)
	documentRef     = matching(0, none, `^[a-zA-Z0-9_\-.:/]{3,128}$`)
	documentNumber  = matching(0, none, `(^[1-9][0-9]*$)`)
	documentNumbers = matching(0, none, `([$]LATEST|[$]DEFAULT|^[1-9][0-9]*$)`)
	documentFormat  = enum("YAML", "JSON", "TEXT")
	documentType    = enum("Command", "Policy", "Automation", "Session", "Package", "ApplicationConfiguration", "ApplicationConfigurationSchema",
		"DeploymentStrategy", "ChangeCalendar", "Automation.ChangeTemplate", "ProblemAnalysis", "ProblemAnalysisTemplate", "CloudFormation",
		"ConformancePackTemplate", "QuickSetup", "ManualApprovalPolicy", "AutoApprovalPolicy")
	documentTitle  = matching(0, 1024, `^[\w\.\-\:\/ ]*$`)
	documentTarget = matching(0, 200, `^\/[\w\.\-\:\/]*$`)
	versionName    = matching(0, none, `^[a-zA-Z0-9_\-.]{1,128}$`)
	attachments    = list(structure(may("Key", enum("SourceUrl", "S3FileUrl", "AttachmentReference")), may("Values", list(text(1, 1024), 1, 1)),
		may("Name", documentName)), 0, 20)
	shareWith = list(matching(0, none, `(?i)all|[0-9]{12}`), 0, 20)

	ssmTagKey       = matching(1, 128, `^([\p{L}\p{Z}\p{N}_.:/=+\-@]*)$`)
	ssmTags         = list(structure(must("Key", ssmTagKey), must("Value", matching(0, 256, `^([\p{L}\p{Z}\p{N}_.:/=+\-@]*)$`))), 0, 1000)
	ssmResourceType = enum("Document", "ManagedInstance", "MaintenanceWindow", "Parameter", "PatchBaseline", "OpsItem", "OpsMetadata", "Automation",
		"Association")

	automationTargets = list(structure(
		may("Key", matching(1, 163, `^[\p{L}\p{Z}\p{N}_.:/=\-@]*$|resource-groups:ResourceTypeFilters|resource-groups:Name`)),
		may("Values", list(text(0, none), 0, 50))), 0, 5)
	automationAtOnce = matching(1, 7, `^([1-9][0-9]*|[1-9][0-9]%|[1-9]%|100%)$`)
	automationErrors = matching(1, 7, `^([1-9][0-9]*|[0]|[1-9][0-9]%|[0-9]%|100%)$`)
	automationAlarms = structure(may("IgnorePollAlarmFailure", boolean), must("Alarms", list(structure(must("Name", text(1, 255))), 1, 1)))
)

var ssmModel = map[string]*shape{
	"CreateDocument": structure(must("Content", text(1, none)), must("Name", documentName), may("DisplayName", documentTitle),
		may("VersionName", versionName), may("DocumentType", documentType), may("DocumentFormat", documentFormat),
		may("TargetType", documentTarget), may("Tags", ssmTags), may("Attachments", attachments),
		may("Requires", list(structure(must("Name", documentRef), may("Version", documentNumbers),
			may("RequireType", matching(0, 128, `^[a-zA-Z0-9_\-.]{1,128}$`)), may("VersionName", versionName)), 1, none))),
	"DescribeDocument": structure(must("Name", documentRef), may("DocumentVersion", documentNumbers), may("VersionName", versionName)),
	"GetDocument": structure(must("Name", documentRef), may("DocumentVersion", documentNumbers), may("VersionName", versionName),
		may("DocumentFormat", documentFormat)),
	"UpdateDocument": structure(must("Content", text(1, none)), must("Name", documentName), may("DisplayName", documentTitle),
		may("VersionName", versionName), may("DocumentVersion", documentNumbers), may("DocumentFormat", documentFormat),
		may("TargetType", documentTarget), may("Attachments", attachments)),
	"UpdateDocumentDefaultVersion": structure(must("Name", documentName), must("DocumentVersion", documentNumber)),
	"ListDocuments": structure(
		may("DocumentFilterList", list(structure(must("key", enum("Name", "Owner", "PlatformTypes", "DocumentType")), must("value", text(1, none))), 1, none)),
		may("Filters", list(structure(may("Key", text(1, 128)), may("Values", list(text(1, 256), 0, none))), 0, 6)),
		may("MaxResults", integer(1, 50)), may("NextToken", text(0, none))),
	"ListDocumentVersions": structure(must("Name", documentRef), may("MaxResults", integer(1, 50)), may("NextToken", text(0, none))),
	"DeleteDocument":       structure(must("Name", documentName), may("DocumentVersion", documentNumbers), may("VersionName", versionName), may("Force", boolean)),
	"ModifyDocumentPermission": structure(must("Name", documentName), must("PermissionType", enum("Share")), may("AccountIdsToAdd", shareWith),
		may("AccountIdsToRemove", shareWith), may("SharedDocumentVersion", matching(0, 8, `([$]LATEST|[$]DEFAULT|[$]ALL)`))),
	"DescribeDocumentPermission": structure(must("Name", documentName), must("PermissionType", enum("Share")), may("MaxResults", integer(1, 200)),
		may("NextToken", text(0, none))),

	"AddTagsToResource":      structure(must("ResourceType", ssmResourceType), must("ResourceId", text(0, none)), must("Tags", ssmTags)),
	"RemoveTagsFromResource": structure(must("ResourceType", ssmResourceType), must("ResourceId", text(0, none)), must("TagKeys", list(ssmTagKey, 0, none))),
	"ListTagsForResource":    structure(must("ResourceType", ssmResourceType), must("ResourceId", text(0, none))),

	"StartAutomationExecution": structure(must("DocumentName", documentRef), may("DocumentVersion", documentNumbers),
		may("Parameters", mapOf(text(1, 50), list(text(1, 512), 0, 50), 1, 200)),
		may("ClientToken", matching(36, 36, `[a-fA-F0-9]{8}-[a-fA-F0-9]{4}-[a-fA-F0-9]{4}-[a-fA-F0-9]{4}-[a-fA-F0-9]{12}`)),
		may("Mode", enum("Auto", "Interactive")), may("TargetParameterName", text(1, 50)), may("Targets", automationTargets),
		may("TargetMaps", list(mapOf(text(1, 50), list(text(1, 50), 0, 25), 1, 20), 0, 300)),
		may("MaxConcurrency", automationAtOnce), may("MaxErrors", automationErrors),
		may("TargetLocations", list(structure(
			may("Accounts", list(text(0, none), 1, 50)), may("Regions", list(text(0, none), 1, 50)),
			may("TargetLocationMaxConcurrency", automationAtOnce), may("TargetLocationMaxErrors", automationErrors),
			may("ExecutionRoleName", matching(1, 64, `[\w+=,.@/-]+`)), may("TargetLocationAlarmConfiguration", automationAlarms),
			may("IncludeChildOrganizationUnits", boolean),
			may("ExcludeAccounts", list(matching(6, 68, `^(ou-[a-z0-9]{4,32}-[a-z0-9]{8,32})|(\d{12})$`), 1, 5000)),
			may("Targets", automationTargets), may("TargetsMaxConcurrency", automationAtOnce), may("TargetsMaxErrors", automationErrors)), 1, 100)),
		may("Tags", ssmTags), may("AlarmConfiguration", automationAlarms),
		may("TargetLocationsURL", matching(0, none, `^https:\/\/[-a-zA-Z0-9@:%._\+~#=]{1,253}\.s3(\.[a-z\d-]{9,16})?\.amazonaws\.com\/.{1,2000}`))),
	"GetAutomationExecution": structure(must("AutomationExecutionId", text(36, 36))),
	"DescribeAutomationExecutions": structure(
		may("Filters", list(structure(
			must("Key", enum("DocumentNamePrefix", "ExecutionStatus", "ExecutionId", "ParentExecutionId", "CurrentAction", "StartTimeBefore", "StartTimeAfter",
				"AutomationType", "TagKey", "TargetResourceGroup", "AutomationSubtype", "OpsItemId")),
			must("Values", list(text(1, 150), 1, 10))), 1, 10)),
		may("MaxResults", integer(1, 50)), may("NextToken", text(0, none))),
}
