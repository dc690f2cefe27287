package emulator

// What sns (API version 2010-03-31) accepts, as far as it is here. Its model knows few limits: the
// handlers look at the rest, as the service does.

var (
	topicARN    = text(0, none)
	snsTags     = list(structure(must("Key", text(1, 128)), must("Value", text(0, 256))), 0, none)
	snsTagged   = text(1, 1011)
	snsAttrs    = mapOf(text(0, none), text(0, none), 0, none)
	snsEndpoint = secret(text(0, none)) // it may be somebody's address
)

var snsModel = map[string]*shape{
	"CreateTopic":               structure(must("Name", text(0, none)), may("Attributes", snsAttrs), may("Tags", snsTags), may("DataProtectionPolicy", text(0, none))),
	"DeleteTopic":               structure(must("TopicArn", topicARN)),
	"GetTopicAttributes":        structure(must("TopicArn", topicARN)),
	"SetTopicAttributes":        structure(must("TopicArn", topicARN), must("AttributeName", text(0, none)), may("AttributeValue", text(0, none))),
	"ListTopics":                structure(may("NextToken", text(0, none))),
	"AddPermission":             structure(must("TopicArn", topicARN), must("Label", text(0, none)), must("AWSAccountId", list(text(0, none), 0, none)), must("ActionName", list(text(0, none), 0, none))),
	"RemovePermission":          structure(must("TopicArn", topicARN), must("Label", text(0, none))),
	"ListSubscriptions":         structure(may("NextToken", text(0, none))),
	"ListSubscriptionsByTopic":  structure(must("TopicArn", topicARN), may("NextToken", text(0, none))),
	"GetSubscriptionAttributes": structure(must("SubscriptionArn", text(0, none))),
	"Subscribe": structure(must("TopicArn", topicARN), must("Protocol", text(0, none)), may("Endpoint", snsEndpoint), may("Attributes", snsAttrs),
		may("ReturnSubscriptionArn", enum("true", "false"))),
	"Unsubscribe": structure(must("SubscriptionArn", text(0, none))),
	"Publish": structure(may("TopicArn", topicARN), may("TargetArn", text(0, none)), may("PhoneNumber", snsEndpoint), must("Message", text(0, none)),
		may("Subject", text(0, none)), may("MessageStructure", text(0, none)),
		may("MessageAttributes", mapOf(text(0, none), structure(must("DataType", text(0, none)), may("StringValue", text(0, none)),
			may("BinaryValue", text(0, none))), 0, none)),
		may("MessageDeduplicationId", text(0, none)), may("MessageGroupId", text(0, none))),

	"TagResource":         structure(must("ResourceArn", snsTagged), must("Tags", snsTags)),
	"UntagResource":       structure(must("ResourceArn", snsTagged), must("TagKeys", list(text(1, 128), 0, none))),
	"ListTagsForResource": structure(must("ResourceArn", snsTagged)),
}
