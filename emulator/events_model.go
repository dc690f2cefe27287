package emulator

// What events, that is EventBridge (API version 2015-10-07), accepts, as far as it is here: rules, their
// targets, events and tags.

import "math"

var (
	eventRuleName  = matching(1, 64, `[\.\-_A-Za-z0-9]+`)
	eventBusName   = matching(1, 256, `[/\.\-_A-Za-z0-9]+`)
	eventBusRef    = matching(1, 1600, `(arn:aws[\w-]*:events:[a-z]+-[a-z]+-[\w-]+:[0-9]{12}:event-bus\/)?[/\.\-_A-Za-z0-9]+`)
	eventARN       = text(1, 1600)
	eventToken     = text(1, 2048)
	eventLimit     = integer(1, 100)
	eventTags      = list(structure(must("Key", text(1, 128)), must("Value", text(0, 256))), 0, none)
	targetID       = matching(1, 64, `[\.\-_A-Za-z0-9]+`)
	anyText        = text(0, none)
	eventTargetBy  = matching(0, 512, `[^\x00-\x1F\x7F]+`)
	eventTargetCap = list(structure(must("capacityProvider", text(1, 255)), may("weight", integer(0, 1000)), may("base", integer(0, 100000))), 0, 6)
)

// eventTarget has the parameters of all kinds of targets: they are kept and read back.
var eventTarget = structure(must("Id", targetID), must("Arn", eventARN), may("RoleArn", eventARN),
	may("Input", text(0, 8192)), may("InputPath", text(0, 256)),
	may("InputTransformer", structure(may("InputPathsMap", mapOf(matching(1, 256, `[A-Za-z0-9\_\-]+`), text(0, 256), 0, 100)),
		must("InputTemplate", text(1, 8192)))),
	may("DeadLetterConfig", structure(may("Arn", eventARN))),
	may("RetryPolicy", structure(may("MaximumRetryAttempts", integer(0, 185)), may("MaximumEventAgeInSeconds", integer(60, 86400)))),
	may("KinesisParameters", structure(must("PartitionKeyPath", text(0, 256)))),
	may("RunCommandParameters", structure(must("RunCommandTargets", list(structure(
		must("Key", matching(1, 128, `^[\p{L}\p{Z}\p{N}_.:/=+\-@]*$`)), must("Values", list(text(1, 256), 1, 50))), 1, 5)))),
	may("EcsParameters", structure(must("TaskDefinitionArn", eventARN), may("TaskCount", integer(1, math.MaxInt32)),
		may("LaunchType", enum("EC2", "FARGATE", "EXTERNAL")),
		may("NetworkConfiguration", structure(may("awsvpcConfiguration", structure(must("Subnets", list(anyText, 0, none)),
			may("SecurityGroups", list(anyText, 0, none)), may("AssignPublicIp", enum("ENABLED", "DISABLED")))))),
		may("PlatformVersion", anyText), may("Group", anyText), may("CapacityProviderStrategy", eventTargetCap), may("EnableECSManagedTags", boolean),
		may("EnableExecuteCommand", boolean),
		may("PlacementConstraints", list(structure(may("type", enum("distinctInstance", "memberOf")), may("expression", text(0, 2000))), 0, 10)),
		may("PlacementStrategy", list(structure(may("type", enum("random", "spread", "binpack")), may("field", text(0, 255))), 0, 5)),
		may("PropagateTags", enum("TASK_DEFINITION")), may("ReferenceId", text(0, 1024)), may("Tags", eventTags))),
	may("BatchParameters", structure(must("JobDefinition", anyText), must("JobName", anyText),
		may("ArrayProperties", structure(may("Size", anyInteger))), may("RetryStrategy", structure(may("Attempts", anyInteger))))),
	may("SqsParameters", structure(may("MessageGroupId", text(0, 100)))),
	may("HttpParameters", structure(may("PathParameterValues", list(anyText, 0, none)),
		may("HeaderParameters", mapOf(text(0, 512), text(0, 512), 0, none)), may("QueryStringParameters", mapOf(eventTargetBy, text(0, 512), 0, none)))),
	may("RedshiftDataParameters", structure(may("SecretManagerArn", eventARN), must("Database", text(1, 64)), may("DbUser", text(1, 128)),
		may("Sql", text(1, 100000)), may("StatementName", text(1, 500)), may("WithEvent", boolean), may("Sqls", list(text(1, 100000), 0, 40)))),
	may("SageMakerPipelineParameters", structure(may("PipelineParameterList", list(structure(
		must("Name", matching(1, 256, `^[a-zA-Z0-9](-*[a-zA-Z0-9])*$`)), must("Value", text(0, 1024))), 0, 200)))),
	may("AppSyncParameters", structure(may("GraphQLOperation", text(1, 1048576)))))

var eventsModel = map[string]*shape{
	"PutRule": structure(must("Name", eventRuleName), may("ScheduleExpression", text(0, 256)), may("EventPattern", text(0, 4096)),
		may("State", enum("ENABLED", "DISABLED", "ENABLED_WITH_ALL_CLOUDTRAIL_MANAGEMENT_EVENTS")), may("Description", text(0, 512)),
		may("RoleArn", eventARN), may("Tags", eventTags), may("EventBusName", eventBusRef)),
	"DescribeRule": structure(must("Name", eventRuleName), may("EventBusName", eventBusRef)),
	"ListRules": structure(may("NamePrefix", eventRuleName), may("EventBusName", eventBusRef), may("NextToken", eventToken),
		may("Limit", eventLimit)),
	"ListRuleNamesByTarget": structure(must("TargetArn", eventARN), may("EventBusName", eventBusRef), may("NextToken", eventToken),
		may("Limit", eventLimit)),
	"EnableRule":    structure(must("Name", eventRuleName), may("EventBusName", eventBusRef)),
	"DisableRule":   structure(must("Name", eventRuleName), may("EventBusName", eventBusRef)),
	"DeleteRule":    structure(must("Name", eventRuleName), may("EventBusName", eventBusRef), may("Force", boolean)),
	"PutTargets":    structure(must("Rule", eventRuleName), may("EventBusName", eventBusRef), must("Targets", list(eventTarget, 1, 100))),
	"RemoveTargets": structure(must("Rule", eventRuleName), may("EventBusName", eventBusRef), must("Ids", list(targetID, 1, 100)), may("Force", boolean)),
	"ListTargetsByRule": structure(must("Rule", eventRuleName), may("EventBusName", eventBusRef), may("NextToken", eventToken),
		may("Limit", eventLimit)),
	"PutEvents": structure(must("Entries", list(structure(may("Time", timestamp), may("Source", anyText), may("Resources", list(text(0, 2048), 0, none)),
		may("DetailType", anyText), may("Detail", anyText), may("EventBusName", eventBusRef), may("TraceHeader", text(1, 500))), 1, 10)),
		may("EndpointId", matching(1, 50, `^[A-Za-z0-9\-]+[\.][A-Za-z0-9\-]+$`))),
	"TestEventPattern": structure(must("EventPattern", text(0, 4096)), must("Event", anyText)),

	"TagResource":         structure(must("ResourceARN", eventARN), must("Tags", eventTags)),
	"UntagResource":       structure(must("ResourceARN", eventARN), must("TagKeys", list(text(1, 128), 0, none))),
	"ListTagsForResource": structure(must("ResourceARN", eventARN)),

	"CreateEventBus": structure(must("Name", eventBusName), may("EventSourceName", matching(1, 256, `aws\.partner(/[\.\-_A-Za-z0-9]+){2,}`)),
		may("Description", text(0, 512)), may("KmsKeyIdentifier", text(0, 2048)), may("DeadLetterConfig", structure(may("Arn", eventARN))),
		may("LogConfig", structure(may("IncludeDetail", enum("NONE", "FULL")), may("Level", enum("OFF", "ERROR", "INFO", "TRACE")))), may("Tags", eventTags)),
	"DescribeEventBus": structure(may("Name", eventBusRef)),
	"DeleteEventBus":   structure(must("Name", eventBusName)),
	"ListEventBuses":   structure(may("NamePrefix", eventBusName), may("NextToken", eventToken), may("Limit", eventLimit)),
}
