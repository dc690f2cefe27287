package emulator

// The second half of what ssm-incidents accepts: incidents and what belongs to them. Reads like
// incidents_model.go.

var (
	incidentSource  = text(0, 50)
	eventID         = text(0, 50)
	timelineData    = text(0, 12000)
	timelineType    = text(0, 100)
	findingID       = text(0, 128)
	generatedItemID = matching(0, 200, `^related-item/(ANALYSIS|INCIDENT|METRIC|PARENT|ATTACHMENT|OTHER|AUTOMATION|INVOLVED_RESOURCE|TASK)/([0-9]|[A-F]){32}$`)
	itemType        = enum("ANALYSIS", "INCIDENT", "METRIC", "PARENT", "ATTACHMENT", "OTHER", "AUTOMATION", "INVOLVED_RESOURCE", "TASK")
	sortOrder       = enum("ASCENDING", "DESCENDING")
	anyInteger      = integer(-1<<31, 1<<31-1)

	itemValueShape = union(may("arn", incidentsArn), may("metricDefinition", text(0, 4000)),
		may("pagerDutyIncidentDetail", structure(may("autoResolve", boolean), must("id", text(1, 200)), may("secretId", text(1, 512)))),
		may("url", text(0, 1000)))
	itemIdentifierShape = structure(must("type", itemType), must("value", itemValueShape))
	relatedItemShape    = structure(may("generatedId", generatedItemID), must("identifier", itemIdentifierShape), may("title", text(0, 200)))
	triggerShape        = structure(may("rawData", text(0, 10000)), must("source", incidentSource), must("timestamp", timestamp), may("triggerArn", incidentsArn))
	eventReferences     = list(union(may("relatedItemId", generatedItemID), may("resource", incidentsArn)), 0, 10)

	attributeValues = union(may("integerValues", list(anyInteger, 0, 100)), may("stringValues", list(text(0, 1000), 0, 100)))
	filterShapes    = list(structure(must("condition", union(may("after", timestamp), may("before", timestamp), may("equals", attributeValues))),
		must("key", text(0, 50))), 0, 5)
)

var recordsModel = map[string]*shape{
	"StartIncident": structure(token("clientToken", incidentsToken), may("impact", incidentImpact), may("relatedItems", list(relatedItemShape, 0, 100)),
		must("responsePlanArn", incidentsArn), may("title", incidentTitle), may("triggerDetails", triggerShape)),
	"GetIncidentRecord": structure(must("arn", incidentsArn).query()),
	"ListIncidentRecords": structure(may("filters", filterShapes), may("maxResults", incidentsMaxResults),
		may("nextToken", incidentsPageToken)),
	"UpdateIncidentRecord": structure(must("arn", incidentsArn), may("chatChannel", chatChannelShape), token("clientToken", incidentsToken),
		may("impact", incidentImpact), may("notificationTargets", notifications), may("status", enum(incidentOpen, incidentResolved)),
		may("summary", incidentSummary), may("title", incidentTitle)),
	"DeleteIncidentRecord": structure(must("arn", incidentsArn)),

	"CreateTimelineEvent": structure(token("clientToken", incidentsToken), must("eventData", timelineData), may("eventReferences", eventReferences),
		must("eventTime", timestamp), must("eventType", timelineType), must("incidentRecordArn", incidentsArn)),
	"GetTimelineEvent": structure(must("eventId", eventID).query(), must("incidentRecordArn", incidentsArn).query()),
	"ListTimelineEvents": structure(may("filters", filterShapes), must("incidentRecordArn", incidentsArn), may("maxResults", incidentsMaxResults),
		may("nextToken", incidentsPageToken), may("sortBy", enum("EVENT_TIME")), may("sortOrder", sortOrder)),
	"UpdateTimelineEvent": structure(token("clientToken", incidentsToken), may("eventData", timelineData), must("eventId", eventID),
		may("eventReferences", eventReferences), may("eventTime", timestamp), may("eventType", timelineType), must("incidentRecordArn", incidentsArn)),
	"DeleteTimelineEvent": structure(must("eventId", eventID), must("incidentRecordArn", incidentsArn)),

	"ListRelatedItems": structure(must("incidentRecordArn", incidentsArn), may("maxResults", incidentsMaxResults), may("nextToken", incidentsPageToken)),
	"UpdateRelatedItems": structure(token("clientToken", incidentsToken), must("incidentRecordArn", incidentsArn),
		must("relatedItemsUpdate", union(may("itemToAdd", relatedItemShape), may("itemToRemove", itemIdentifierShape)))),

	"ListIncidentFindings":     structure(must("incidentRecordArn", incidentsArn), may("maxResults", integer(1, 20)), may("nextToken", incidentsPageToken)),
	"BatchGetIncidentFindings": structure(must("findingIds", list(findingID, 0, 20)), must("incidentRecordArn", incidentsArn)),
}
