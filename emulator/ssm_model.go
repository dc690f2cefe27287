package emulator

// What ssm (API version 2014-11-06) accepts, as far as it is here: documents, and the executions of
// Automation documents that incidents started.

var (
	documentName    = matching(3, 128, `^[a-zA-Z0-9_\-.]{3,128}$`)
	documentRef     = matching(0, none, `^[a-zA-Z0-9_\-.:/]{3,128}$`)
	documentVersion = matching(0, none, `([$]LATEST|[$]DEFAULT|^[1-9][0-9]*$)`)
	documentFormat  = enum("YAML", "JSON", "TEXT")
	documentType    = enum("Command", "Policy", "Automation", "Session", "Package", "ApplicationConfiguration", "ApplicationConfigurationSchema",
		"DeploymentStrategy", "ChangeCalendar", "Automation.ChangeTemplate", "ProblemAnalysis", "ProblemAnalysisTemplate", "CloudFormation",
		"ConformancePackTemplate", "QuickSetup", "ManualApprovalPolicy", "AutoApprovalPolicy")
	versionName = matching(0, none, `^[a-zA-Z0-9_\-.]{1,128}$`)
	ssmTags     = list(structure(must("Key", matching(1, 128, `^([\p{L}\p{Z}\p{N}_.:/=+\-@]*)$`)), must("Value", matching(0, 256, `^([\p{L}\p{Z}\p{N}_.:/=+\-@]*)$`))), 0, 1000)
)

var ssmModel = map[string]*shape{
	"CreateDocument": structure(must("Content", text(1, none)), must("Name", documentName), may("DisplayName", text(0, 1024)),
		may("VersionName", versionName), may("DocumentType", documentType), may("DocumentFormat", documentFormat),
		may("TargetType", matching(0, 200, `^\/[\w\.\-\:\/]*$`)), may("Tags", ssmTags)),
	"DescribeDocument": structure(must("Name", documentRef), may("DocumentVersion", documentVersion), may("VersionName", versionName)),
	"GetDocument": structure(must("Name", documentRef), may("DocumentVersion", documentVersion), may("VersionName", versionName),
		may("DocumentFormat", documentFormat)),
	"DeleteDocument": structure(must("Name", documentName), may("DocumentVersion", documentVersion), may("VersionName", versionName), may("Force", boolean)),

	"GetAutomationExecution": structure(must("AutomationExecutionId", text(36, 36))),
	"DescribeAutomationExecutions": structure(
		may("Filters", list(structure(
			must("Key", enum("DocumentNamePrefix", "ExecutionStatus", "ExecutionId", "ParentExecutionId", "CurrentAction", "StartTimeBefore", "StartTimeAfter",
				"AutomationType", "TagKey", "TargetResourceGroup", "AutomationSubtype", "OpsItemId")),
			must("Values", list(text(1, 150), 1, 10))), 1, 10)),
		may("MaxResults", integer(1, 50)), may("NextToken", text(0, none))),
}
