package emulator

// What ssm-incidents (API version 2018-05-10) accepts: one line a scalar, one a structure, one an
// operation. Numbers are lengths in characters, sizes of lists and maps, or ranges. Only inputs
// stand here; .query() and .path() members do not travel in the body.

var (
	incidentsArn        = matching(0, 1000, `^arn:aws(-cn|-us-gov)?:[a-z0-9-]*:[a-z0-9-]*:([0-9]{12})?:.+$`)
	incidentsResource   = text(0, none)
	incidentsToken      = text(0, 128)
	incidentsMaxResults = integer(1, 100)
	incidentsPageToken  = text(0, 2000)
	incidentsTagKey     = matching(1, 128, `^(?!aws:)[A-Za-z0-9 _=@:.+-/]+$`)
	incidentsTagValue   = matching(0, 256, `^[A-Za-z0-9 _=@:.+-/]*$`)
	incidentsTags       = mapOf(incidentsTagKey, incidentsTagValue, 1, 50)

	regionName = text(0, 20)
	kmsKey     = text(0, 2048)

	planName         = matching(1, 200, `^[a-zA-Z0-9-_]*$`)
	planDisplayName  = text(0, 200)
	incidentTitle    = text(0, 200)
	incidentImpact   = integer(1, 5)
	incidentSummary  = text(0, 8000)
	dedupeString     = text(0, 1000)
	engagements      = list(matching(0, 2048, `^arn:aws(-cn|-us-gov)?:ssm-contacts:[a-z0-9-]*:([0-9]{12}):contact/[a-z0-9_-]+$`), 0, 5)
	notifications    = list(union(may("snsTopicArn", incidentsArn)), 0, 10)
	chatChannelShape = union(may("chatbotSns", list(text(0, 1000), 1, 5)), may("empty", structure()))
	policyDocument   = text(0, 4000)
	policyID         = text(0, 256)

	dynamicParameter = union(may("variable", enum("INCIDENT_RECORD_ARN", "INVOLVED_RESOURCES")))
	automationShape  = structure(
		must("documentName", matching(0, none, `^[a-zA-Z0-9_\-.:/]{3,128}$`)),
		may("documentVersion", text(0, 128)),
		may("dynamicParameters", mapOf(text(1, 50), dynamicParameter, 1, 200)),
		may("parameters", mapOf(text(1, 50), list(text(0, 512), 0, 100), 1, 200)),
		must("roleArn", matching(0, 1000, `^arn:aws(-cn|-us-gov)?:iam::([0-9]{12})?:role/.+$`)),
		may("targetAccount", enum("RESPONSE_PLAN_OWNER_ACCOUNT", "IMPACTED_ACCOUNT")))
	actionsShape      = list(union(may("ssmAutomation", automationShape)), 0, 1)
	pagerDutyShape    = structure(must("name", text(1, 200)), must("pagerDutyIncidentConfiguration", structure(must("serviceId", text(1, 200)))), must("secretId", text(1, 512)))
	integrationsShape = list(union(may("pagerDutyConfiguration", pagerDutyShape)), 0, 1)

	templateShape = structure(may("dedupeString", dedupeString), must("impact", incidentImpact), may("incidentTags", incidentsTags),
		may("notificationTargets", notifications), may("summary", incidentSummary), must("title", incidentTitle))
	regionInput     = structure(may("sseKmsKeyId", kmsKey))
	setActionShapes = list(union(
		may("addRegionAction", structure(must("regionName", regionName), may("sseKmsKeyId", kmsKey))),
		may("deleteRegionAction", structure(must("regionName", regionName)))), 1, 1)
)

var incidentsModel = map[string]*shape{
	"CreateReplicationSet": structure(token("clientToken", incidentsToken), must("regions", mapOf(regionName, regionInput, 1, 3)),
		may("tags", incidentsTags)),
	"GetReplicationSet":   structure(must("arn", incidentsArn).query()),
	"ListReplicationSets": structure(may("maxResults", incidentsMaxResults), may("nextToken", incidentsPageToken)),
	"UpdateReplicationSet": structure(must("actions", setActionShapes), must("arn", incidentsArn),
		token("clientToken", incidentsToken)),
	"UpdateDeletionProtection": structure(must("arn", incidentsArn), token("clientToken", incidentsToken),
		must("deletionProtected", boolean)),
	"DeleteReplicationSet": structure(must("arn", incidentsArn).query()),

	"CreateResponsePlan": structure(may("actions", actionsShape), may("chatChannel", chatChannelShape),
		token("clientToken", incidentsToken), may("displayName", planDisplayName), may("engagements", engagements),
		must("incidentTemplate", templateShape), may("integrations", integrationsShape), must("name", planName),
		may("tags", incidentsTags)),
	"GetResponsePlan":   structure(must("arn", incidentsArn).query()),
	"ListResponsePlans": structure(may("maxResults", incidentsMaxResults), may("nextToken", incidentsPageToken)),
	"UpdateResponsePlan": structure(may("actions", actionsShape), must("arn", incidentsArn), may("chatChannel", chatChannelShape),
		token("clientToken", incidentsToken), may("displayName", planDisplayName), may("engagements", engagements),
		may("incidentTemplateDedupeString", dedupeString), may("incidentTemplateImpact", incidentImpact),
		may("incidentTemplateNotificationTargets", notifications), may("incidentTemplateSummary", incidentSummary),
		// The only map of tags that may be empty: that is how it is cleared.
		may("incidentTemplateTags", mapOf(incidentsTagKey, incidentsTagValue, 0, 50)),
		may("incidentTemplateTitle", incidentTitle), may("integrations", integrationsShape)),
	"DeleteResponsePlan": structure(must("arn", incidentsArn)),

	"TagResource":         structure(must("resourceArn", incidentsResource).path(), must("tags", incidentsTags)),
	"UntagResource":       structure(must("resourceArn", incidentsResource).path(), must("tagKeys", list(incidentsTagKey, 1, 50)).query()),
	"ListTagsForResource": structure(must("resourceArn", incidentsResource).path()),

	"PutResourcePolicy": structure(must("policy", policyDocument), must("resourceArn", incidentsArn)),
	"GetResourcePolicies": structure(may("maxResults", incidentsMaxResults), may("nextToken", incidentsPageToken),
		must("resourceArn", incidentsArn).query()),
	"DeleteResourcePolicy": structure(must("policyId", policyID), must("resourceArn", incidentsArn)),
}
