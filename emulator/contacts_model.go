package emulator

// What ssm-contacts (API version 2021-05-03) accepts: one line a scalar, one a structure, one an
// operation. Numbers are lengths in characters, sizes of lists, or ranges. Only inputs stand here.

var (
	contactsArn         = matching(1, 2048, `arn:(aws|aws-cn|aws-us-gov):ssm-contacts:[-\w+=\/,.@]*:[0-9]+:([\w+=\/,.@:-]+)*`)
	contactAlias        = matching(1, 255, `^[a-z0-9_\-]*$`)
	contactName         = matching(0, 255, `^[\p{L}\p{Z}\p{N}_.\-]*$`)
	contactType         = enum(personal, escalation, onCallSchedule)
	channelName         = matching(1, 255, `^[\p{L}\p{Z}\p{N}_.\-]*$`)
	channelType         = enum(channelSMS, channelVoice, channelEmail)
	simpleAddress       = secret(text(1, 320))
	activationCode      = secret(matching(6, 10, `^[0-9]*$`))
	stageDuration       = integer(0, 30) // minutes
	retryInterval       = integer(0, 60) // minutes
	contactsToken       = matching(0, 2048, `^[\\\/a-zA-Z0-9_+=\-]*$`)
	contactsPageToken   = matching(0, 2048, `^[\\\/a-zA-Z0-9_+=\-]*$`)
	contactsMaxResults  = integer(0, 1024)
	contactsResource    = text(1, 1011)
	contactsTagKey      = matching(1, 128, `^[\\\/a-zA-Z0-9_+=\-]*$`)
	contactsTagValue    = matching(1, 256, `^[\p{L}\p{Z}\p{N}_.:\/=+\-@]*$`)
	contactsTagsOfShape = list(structure(may("Key", contactsTagKey), may("Value", contactsTagValue)), 0, 50)

	sender           = matching(0, 255, `^[\\a-zA-Z0-9_@#%*+=:?.\/!\s-]*$`)
	subject          = matching(1, 2048, `^[.\s\S]*$`)
	content          = matching(1, 8192, `^[.\s\S]*$`)
	incidentID       = matching(0, 1024, `^[\\a-zA-Z0-9_@#%*+=:?.\/!\s-]*$`)
	stopReason       = matching(0, 255, `^[.\s\S]*$`)
	receiptInfo      = matching(1, 2048, `^[.\s\S]*$`)
	acceptCode       = secret(matching(6, 10, `^[0-9]*$`))
	acceptType       = enum("DELIVERED", "READ")
	acceptValidation = enum("IGNORE", "ENFORCE")
	timeRange        = structure(may("StartTime", timestamp), may("EndTime", timestamp))

	rotationName  = matching(1, 255, `^[a-zA-Z0-9_\-\s\.]*$`)
	rotationTeam  = list(contactsArn, 1, 30)
	timeZoneID    = matching(1, 255, `^[:a-zA-Z0-9_\-\s\.\\/]*$`)
	overrideUUID  = matching(36, 39, `([a-fA-Z0-9]{8,11}-[a-fA-F0-9]{4}-[a-fA-F0-9]{4}-[a-fA-F0-9]{4}-[a-fA-F0-9]{12}){1}`)
	previewMember = notBlank(1, 512)
	contactPolicy = notBlank(1, 395000)
	dayOfWeek     = enum("MON", "TUE", "WED", "THU", "FRI", "SAT", "SUN")
	handOffShape  = structure(must("HourOfDay", integer(0, 23)), must("MinuteOfHour", integer(0, 59)))
	coverageShape = structure(may("Start", handOffShape), may("End", handOffShape))
	// That exactly one of the three lists is set is checked with the rotation: the model does not say so.
	recurrenceShape = structure(
		may("MonthlySettings", list(structure(must("DayOfMonth", integer(1, 31)), must("HandOffTime", handOffShape)), 0, none)),
		may("WeeklySettings", list(structure(must("DayOfWeek", dayOfWeek), must("HandOffTime", handOffShape)), 0, none)),
		may("DailySettings", list(handOffShape, 0, none)),
		must("NumberOfOnCalls", integer(1, none)),
		may("ShiftCoverages", mapOf(dayOfWeek, list(coverageShape, 0, none), 0, none)),
		must("RecurrenceMultiplier", integer(1, 100)))
	previewOverrides = list(structure(may("NewMembers", list(previewMember, 0, 30)), may("StartTime", timestamp),
		may("EndTime", timestamp)), 0, none)

	channelTarget = structure(must("ContactChannelId", contactsArn), may("RetryIntervalInMinutes", retryInterval))
	contactTarget = structure(may("ContactId", contactsArn), must("IsEssential", boolean))
	// A target is a plain structure in the API, not a union: that exactly one member is set is checked with the plan.
	targetShape  = structure(may("ChannelTargetInfo", channelTarget), may("ContactTargetInfo", contactTarget))
	stageShape   = structure(must("DurationInMinutes", stageDuration), must("Targets", list(targetShape, 0, none)))
	planShape    = structure(may("Stages", list(stageShape, 0, none)), may("RotationIds", list(contactsArn, 0, 25)))
	addressShape = structure(may("SimpleAddress", simpleAddress))
)

var contactsModel = map[string]*shape{
	"CreateContact": structure(must("Alias", contactAlias), may("DisplayName", contactName), must("Type", contactType),
		must("Plan", planShape), may("Tags", contactsTagsOfShape), token("IdempotencyToken", contactsToken)),
	"GetContact": structure(must("ContactId", contactsArn)),
	"ListContacts": structure(may("NextToken", contactsPageToken), may("MaxResults", contactsMaxResults),
		may("AliasPrefix", contactAlias), may("Type", contactType)),
	"UpdateContact": structure(must("ContactId", contactsArn), may("DisplayName", contactName), may("Plan", planShape)),
	"DeleteContact": structure(must("ContactId", contactsArn)),

	"CreateContactChannel": structure(must("ContactId", contactsArn), must("Name", channelName), must("Type", channelType),
		must("DeliveryAddress", addressShape), may("DeferActivation", boolean), token("IdempotencyToken", contactsToken)),
	"GetContactChannel": structure(must("ContactChannelId", contactsArn)),
	"ListContactChannels": structure(must("ContactId", contactsArn), may("NextToken", contactsPageToken),
		may("MaxResults", contactsMaxResults)),
	"UpdateContactChannel": structure(must("ContactChannelId", contactsArn), may("Name", channelName),
		may("DeliveryAddress", addressShape)),
	"DeleteContactChannel": structure(must("ContactChannelId", contactsArn)),

	"ActivateContactChannel":   structure(must("ContactChannelId", contactsArn), must("ActivationCode", activationCode)),
	"DeactivateContactChannel": structure(must("ContactChannelId", contactsArn)),
	"SendActivationCode":       structure(must("ContactChannelId", contactsArn)),

	"StartEngagement": structure(must("ContactId", contactsArn), must("Sender", sender), must("Subject", subject),
		must("Content", content), may("PublicSubject", subject), may("PublicContent", content), may("IncidentId", incidentID),
		token("IdempotencyToken", contactsToken)),
	"StopEngagement":     structure(must("EngagementId", contactsArn), may("Reason", stopReason)),
	"DescribeEngagement": structure(must("EngagementId", contactsArn)),
	"ListEngagements": structure(may("NextToken", contactsPageToken), may("MaxResults", contactsMaxResults),
		may("IncidentId", incidentID), may("TimeRangeValue", timeRange)),

	"AcceptPage": structure(must("PageId", contactsArn), may("ContactChannelId", contactsArn), must("AcceptType", acceptType),
		may("Note", receiptInfo), must("AcceptCode", acceptCode), may("AcceptCodeValidation", acceptValidation)),
	"DescribePage": structure(must("PageId", contactsArn)),
	"ListPagesByContact": structure(must("ContactId", contactsArn), may("NextToken", contactsPageToken),
		may("MaxResults", contactsMaxResults)),
	"ListPagesByEngagement": structure(must("EngagementId", contactsArn), may("NextToken", contactsPageToken),
		may("MaxResults", contactsMaxResults)),
	"ListPageReceipts": structure(must("PageId", contactsArn), may("NextToken", contactsPageToken),
		may("MaxResults", contactsMaxResults)),
	"ListPageResolutions": structure(may("NextToken", contactsPageToken), must("PageId", contactsArn)),

	"CreateRotation": structure(must("Name", rotationName), must("ContactIds", rotationTeam), may("StartTime", timestamp),
		must("TimeZoneId", timeZoneID), must("Recurrence", recurrenceShape), may("Tags", contactsTagsOfShape),
		token("IdempotencyToken", contactsToken)),
	"GetRotation": structure(must("RotationId", contactsArn)),
	"ListRotations": structure(may("RotationNamePrefix", rotationName), may("NextToken", contactsPageToken),
		may("MaxResults", contactsMaxResults)),
	"UpdateRotation": structure(must("RotationId", contactsArn), may("ContactIds", rotationTeam), may("StartTime", timestamp),
		may("TimeZoneId", timeZoneID), must("Recurrence", recurrenceShape)),
	"DeleteRotation": structure(must("RotationId", contactsArn)),
	"ListRotationShifts": structure(must("RotationId", contactsArn), may("StartTime", timestamp), must("EndTime", timestamp),
		may("NextToken", contactsPageToken), may("MaxResults", contactsMaxResults)),
	"ListPreviewRotationShifts": structure(may("RotationStartTime", timestamp), may("StartTime", timestamp), must("EndTime", timestamp),
		must("Members", list(previewMember, 1, 30)), must("TimeZoneId", timeZoneID), must("Recurrence", recurrenceShape),
		may("Overrides", previewOverrides), may("NextToken", contactsPageToken), may("MaxResults", contactsMaxResults)),

	"CreateRotationOverride": structure(must("RotationId", contactsArn), must("NewContactIds", list(contactsArn, 0, 30)),
		must("StartTime", timestamp), must("EndTime", timestamp), token("IdempotencyToken", contactsToken)),
	"GetRotationOverride": structure(must("RotationId", contactsArn), must("RotationOverrideId", overrideUUID)),
	"ListRotationOverrides": structure(must("RotationId", contactsArn), must("StartTime", timestamp), must("EndTime", timestamp),
		may("NextToken", contactsPageToken), may("MaxResults", contactsMaxResults)),
	"DeleteRotationOverride": structure(must("RotationId", contactsArn), must("RotationOverrideId", overrideUUID)),

	"PutContactPolicy": structure(must("ContactArn", contactsArn), must("Policy", contactPolicy)),
	"GetContactPolicy": structure(must("ContactArn", contactsArn)),

	"TagResource":         structure(must("ResourceARN", contactsResource), must("Tags", contactsTagsOfShape)),
	"UntagResource":       structure(must("ResourceARN", contactsResource), must("TagKeys", list(contactsTagKey, 0, 50))),
	"ListTagsForResource": structure(must("ResourceARN", contactsResource)),
}
