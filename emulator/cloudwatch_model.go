package emulator

// What monitoring (CloudWatch, API version 2010-08-01) accepts, as far as it is here. Reads like
// incidents_model.go. What the model leaves to the service is checked by the handlers.

var (
	cwAlarmName   = text(1, 255)
	cwDescription = text(0, 1024)
	cwNames       = list(cwAlarmName, 0, 100)
	cwActions     = list(text(1, 1024), 0, 5)
	cwMaxRecords  = integer(1, 100)
	cwToken       = text(0, none)
	cwStateValue  = enum("OK", "ALARM", "INSUFFICIENT_DATA")
	cwAlarmTypes  = list(enum("CompositeAlarm", "MetricAlarm"), 0, none)
	cwMuteName    = text(1, 255)
	cwMuteStatus  = enum("SCHEDULED", "ACTIVE", "EXPIRED")
	cwScanBy      = enum("TimestampDescending", "TimestampAscending")
	cwArn         = text(1, 1024)
	cwTags        = list(structure(must("Key", text(1, 128)), must("Value", text(0, 256))), 0, none)

	cwNamespace  = matching(1, 255, `[^:].*`)
	cwMetricName = text(1, 255)
	cwMetricID   = text(1, 255)
	cwPeriod     = integer(1, none)
	cwStatistic  = enum("SampleCount", "Average", "Sum", "Minimum", "Maximum")
	cwUnit       = enum("Seconds", "Microseconds", "Milliseconds", "Bytes", "Kilobytes", "Megabytes", "Gigabytes", "Terabytes", "Bits", "Kilobits",
		"Megabits", "Gigabits", "Terabits", "Percent", "Count", "Bytes/Second", "Kilobytes/Second", "Megabytes/Second", "Gigabytes/Second",
		"Terabytes/Second", "Bits/Second", "Kilobits/Second", "Megabits/Second", "Gigabits/Second", "Terabits/Second", "Count/Second", "None")
	cwDimensions = list(structure(must("Name", text(1, 255)), must("Value", text(1, 1024))), 0, 30)
	cwMetric     = structure(may("Namespace", cwNamespace), may("MetricName", cwMetricName), may("Dimensions", cwDimensions))
	cwQueries    = list(structure(must("Id", cwMetricID),
		may("MetricStat", structure(must("Metric", cwMetric), must("Period", cwPeriod), must("Stat", text(0, none)), may("Unit", cwUnit))),
		may("Expression", text(1, 2048)), may("Label", text(0, none)), may("ReturnData", boolean), may("Period", cwPeriod),
		may("AccountId", text(1, 255))), 0, none)
	cwActionConfiguration = structure(may("AlarmTagsPropagation", structure(must("Enabled", boolean),
		may("ExcludedTagKeys", list(text(1, 128), 1, 50)), may("IncludedTagKeys", list(text(1, 128), 1, 50)))))
	cwWindow   = union(may("SlidingWindow", structure()), may("WallClockWindow", structure(may("Timezone", text(1, 50)))))
	cwCriteria = union(may("PromQLCriteria", structure(must("Query", text(1, 10000)), may("PendingPeriod", integer(0, 86400)),
		may("RecoveryPeriod", integer(0, 86400)))))

	cwDatum = structure(must("MetricName", cwMetricName), may("Dimensions", cwDimensions), may("Timestamp", timestamp), may("Value", number),
		may("StatisticValues", structure(must("SampleCount", number), must("Sum", number), must("Minimum", number), must("Maximum", number))),
		may("Values", list(number, 0, none)), may("Counts", list(number, 0, none)), may("Unit", cwUnit), may("StorageResolution", integer(1, none)))
	cwData   = list(cwDatum, 0, none)
	cwEntity = structure(may("KeyAttributes", mapOf(text(1, 32), text(1, 2048), 2, 4)), may("Attributes", mapOf(text(1, 256), text(1, 2048), 0, 10)))
)

var cloudWatchModel = map[string]*shape{
	"PutMetricAlarm": structure(must("AlarmName", cwAlarmName), may("ActionConfiguration", cwActionConfiguration), may("EvaluationWindow", cwWindow),
		may("WarmUpConfiguration", structure(must("WarmUpPeriodDurationInMinutes", integer(1, 7*24*60)), may("OnlyStartEvaluatingAfterWarmUpPeriodEnds", boolean))),
		may("AlarmDescription", cwDescription), may("ActionsEnabled", boolean),
		may("OKActions", cwActions), may("AlarmActions", cwActions), may("InsufficientDataActions", cwActions), may("MetricName", cwMetricName),
		may("Namespace", cwNamespace), may("Statistic", cwStatistic), may("ExtendedStatistic", text(0, none)), may("Dimensions", cwDimensions),
		may("Period", cwPeriod), may("Unit", cwUnit), may("EvaluationPeriods", integer(1, none)), may("DatapointsToAlarm", integer(1, none)),
		may("Threshold", number), may("ComparisonOperator", enum("GreaterThanOrEqualToThreshold", "GreaterThanThreshold", "LessThanThreshold",
			"LessThanOrEqualToThreshold", "LessThanLowerOrGreaterThanUpperThreshold", "LessThanLowerThreshold", "GreaterThanUpperThreshold")),
		may("TreatMissingData", text(1, 255)), may("EvaluateLowSampleCountPercentile", text(1, 255)), may("Metrics", cwQueries),
		may("Tags", cwTags), may("ThresholdMetricId", cwMetricID), may("EvaluationCriteria", cwCriteria), may("EvaluationInterval", integer(10, 3600))),
	"PutCompositeAlarm": structure(may("ActionConfiguration", cwActionConfiguration), may("ActionsEnabled", boolean), may("AlarmActions", cwActions), may("AlarmDescription", cwDescription),
		must("AlarmName", cwAlarmName), must("AlarmRule", text(1, 10240)), may("InsufficientDataActions", cwActions), may("OKActions", cwActions),
		may("Tags", cwTags), may("ActionsSuppressor", text(1, 1600)), may("ActionsSuppressorWaitPeriod", anyInteger),
		may("ActionsSuppressorExtensionPeriod", anyInteger)),
	"DescribeAlarms": structure(may("AlarmNames", cwNames), may("AlarmNamePrefix", cwAlarmName), may("AlarmTypes", cwAlarmTypes),
		may("ChildrenOfAlarmName", cwAlarmName), may("ParentsOfAlarmName", cwAlarmName), may("StateValue", cwStateValue),
		may("ActionPrefix", text(1, 1024)), may("MaxRecords", cwMaxRecords), may("NextToken", cwToken)),
	"DescribeAlarmsForMetric": structure(must("MetricName", cwMetricName), must("Namespace", cwNamespace), may("Statistic", cwStatistic),
		may("ExtendedStatistic", text(0, none)), may("Dimensions", cwDimensions), may("Period", cwPeriod), may("Unit", cwUnit)),
	"DescribeAlarmHistory": structure(may("AlarmName", cwAlarmName), may("AlarmContributorId", text(1, 16)), may("AlarmTypes", cwAlarmTypes),
		may("HistoryItemType", enum("ConfigurationUpdate", "StateUpdate", "Action", "AlarmContributorStateUpdate", "AlarmContributorAction")),
		may("StartDate", timestamp), may("EndDate", timestamp), may("MaxRecords", cwMaxRecords), may("NextToken", cwToken), may("ScanBy", cwScanBy)),
	"DescribeAlarmContributors": structure(must("AlarmName", cwAlarmName), may("NextToken", cwToken)),
	"DeleteAlarms":              structure(must("AlarmNames", cwNames)),
	"SetAlarmState": structure(must("AlarmName", cwAlarmName), must("StateValue", cwStateValue), must("StateReason", text(0, 1023)),
		may("StateReasonData", text(0, 4000))),
	"EnableAlarmActions":  structure(must("AlarmNames", cwNames)),
	"DisableAlarmActions": structure(must("AlarmNames", cwNames)),

	"TagResource":         structure(must("ResourceARN", cwArn), must("Tags", cwTags)),
	"UntagResource":       structure(must("ResourceARN", cwArn), must("TagKeys", list(text(1, 128), 0, none))),
	"ListTagsForResource": structure(must("ResourceARN", cwArn)),

	"PutAlarmMuteRule": structure(must("Name", cwMuteName), may("Description", cwDescription), must("Rule", structure(must("Schedule",
		structure(must("Expression", text(1, 256)), must("Duration", text(1, 50)), may("Timezone", text(1, 50)))))),
		may("MuteTargets", structure(must("AlarmNames", list(cwMuteName, 0, 100)))), may("Tags", cwTags), may("StartDate", timestamp), may("ExpireDate", timestamp)),
	"GetAlarmMuteRule": structure(must("AlarmMuteRuleName", cwMuteName)),
	"ListAlarmMuteRules": structure(may("AlarmName", cwMuteName), may("Statuses", list(cwMuteStatus, 0, none)), may("MaxRecords", cwMaxRecords),
		may("NextToken", cwToken)),
	"DeleteAlarmMuteRule": structure(must("AlarmMuteRuleName", cwMuteName)),

	"PutMetricData": structure(must("Namespace", cwNamespace), may("MetricData", cwData),
		may("EntityMetricData", list(structure(may("Entity", cwEntity), may("MetricData", cwData)), 0, none)), may("StrictEntityValidation", boolean)),
	"GetMetricData": structure(must("MetricDataQueries", cwQueries), must("StartTime", timestamp), must("EndTime", timestamp), may("NextToken", cwToken),
		may("ScanBy", cwScanBy), may("MaxDatapoints", anyInteger), may("LabelOptions", structure(may("Timezone", text(0, none))))),
	"ListMetrics": structure(may("Namespace", cwNamespace), may("MetricName", cwMetricName),
		may("Dimensions", list(structure(must("Name", text(1, 255)), may("Value", text(1, 1024))), 0, 10)), may("NextToken", cwToken),
		may("RecentlyActive", enum("PT3H")), may("IncludeLinkedAccounts", boolean), may("OwningAccount", text(1, 255))),
}
