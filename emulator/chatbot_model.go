package emulator

// What chatbot, that is AWS Chatbot or Amazon Q Developer in chat applications (API version 2017-10-11),
// accepts, as far as it is here.

var (
	chatARN   = matching(19, 1169, `arn:aws:(wheatley|chatbot):[A-Za-z0-9_/.-]{0,63}:[A-Za-z0-9_/.-]{0,63}:[A-Za-z0-9][A-Za-z0-9:_/+=,@.-]{0,1023}`)
	chatOther = matching(12, 1224, `arn:aws:[A-Za-z0-9][A-Za-z0-9_/.-]{0,62}:[A-Za-z0-9_/.-]{0,63}:[A-Za-z0-9_/.-]{0,63}:[A-Za-z0-9][A-Za-z0-9:_/+=,@.-]{0,1023}`)
	// AWS's pattern also forbids the policies of service-linked roles, which Go's regexp cannot say: see checkGuardrails.
	chatGuardrail = matching(11, 1163, `(^$|arn:aws:iam:[A-Za-z0-9_\/.-]{0,63}:[A-Za-z0-9_\/.-]{0,63}:[A-Za-z0-9][A-Za-z0-9:_\/+=,@.-]{0,1023})`)

	chatTopics  = list(chatOther, 0, none)
	chatName    = matching(1, 128, `[A-Za-z0-9-_]+`)
	chatLogging = matching(4, 5, `(ERROR|INFO|NONE)`)
	chatTags    = list(structure(must("TagKey", text(1, 128)), must("TagValue", text(0, 256))), 0, none)
	chatMax     = integer(1, 100)
	chatToken   = matching(1, 1276, `[a-zA-Z0-9=\/+_.\-,#:\\"{}]{4,1276}`)
	chatTagged  = matching(1, 1011, chatARN.pattern.text)

	slackTeam    = matching(1, 255, `[0-9A-Z]{1,255}`)
	slackChannel = matching(1, 255, `[A-Za-z0-9]+`)
	teamsID      = matching(36, 36, `[0-9A-Fa-f]{8}(?:-[0-9A-Fa-f]{4}){3}-[0-9A-Fa-f]{12}`)
	teamsChannel = matching(1, 255, `([a-zA-Z0-9-_=+\/.,])*%3[aA]([a-zA-Z0-9-_=+\/.,])*%40([a-zA-Z0-9-_=+\/.,])*`)
	chimeWebhook = secret(matching(1, 255, `https://hooks\.chime\.aws/incomingwebhooks/[A-Za-z0-9\-]+?\?token=[A-Za-z0-9\-]+`))
)

var chatModel = map[string]*shape{
	"CreateSlackChannelConfiguration": structure(must("SlackTeamId", slackTeam), must("SlackChannelId", slackChannel),
		may("SlackChannelName", text(1, 255)), may("SnsTopicArns", chatTopics), must("IamRoleArn", chatOther), must("ConfigurationName", chatName),
		may("LoggingLevel", chatLogging), may("GuardrailPolicyArns", list(chatGuardrail, 0, none)), may("UserAuthorizationRequired", boolean),
		may("Tags", chatTags)),
	"UpdateSlackChannelConfiguration": structure(must("ChatConfigurationArn", chatARN), must("SlackChannelId", slackChannel),
		may("SlackChannelName", text(1, 255)), may("SnsTopicArns", chatTopics), may("IamRoleArn", chatOther), may("LoggingLevel", chatLogging),
		may("GuardrailPolicyArns", list(chatGuardrail, 0, none)), may("UserAuthorizationRequired", boolean)),
	"DeleteSlackChannelConfiguration":    structure(must("ChatConfigurationArn", chatARN)),
	"DescribeSlackChannelConfigurations": structure(may("MaxResults", chatMax), may("NextToken", chatToken), may("ChatConfigurationArn", chatARN)),
	"DescribeSlackWorkspaces":            structure(may("MaxResults", chatMax), may("NextToken", chatToken)),
	"DeleteSlackWorkspaceAuthorization":  structure(must("SlackTeamId", slackTeam)),

	"CreateMicrosoftTeamsChannelConfiguration": structure(must("ChannelId", teamsChannel), may("ChannelName", matching(1, 1000, `(.*)`)),
		must("TeamId", teamsID), may("TeamName", matching(1, 255, `(.*)`)), must("TenantId", teamsID), may("SnsTopicArns", chatTopics),
		must("IamRoleArn", chatOther), must("ConfigurationName", chatName), may("LoggingLevel", chatLogging),
		may("GuardrailPolicyArns", list(chatGuardrail, 0, none)), may("UserAuthorizationRequired", boolean), may("Tags", chatTags)),
	"UpdateMicrosoftTeamsChannelConfiguration": structure(must("ChatConfigurationArn", chatARN), must("ChannelId", teamsChannel),
		may("ChannelName", matching(1, 1000, `(.*)`)), may("SnsTopicArns", chatTopics), may("IamRoleArn", chatOther), may("LoggingLevel", chatLogging),
		may("GuardrailPolicyArns", list(chatGuardrail, 0, none)), may("UserAuthorizationRequired", boolean)),
	"DeleteMicrosoftTeamsChannelConfiguration": structure(must("ChatConfigurationArn", chatARN)),
	"GetMicrosoftTeamsChannelConfiguration":    structure(must("ChatConfigurationArn", chatARN)),
	"ListMicrosoftTeamsChannelConfigurations":  structure(may("MaxResults", chatMax), may("NextToken", chatToken), may("TeamId", teamsID)),
	"ListMicrosoftTeamsConfiguredTeams":        structure(may("MaxResults", chatMax), may("NextToken", chatToken)),
	"DeleteMicrosoftTeamsConfiguredTeam":       structure(must("TeamId", teamsID)),

	"CreateChimeWebhookConfiguration": structure(must("WebhookDescription", text(1, 255)), must("WebhookUrl", chimeWebhook),
		must("SnsTopicArns", chatTopics), must("IamRoleArn", chatOther), must("ConfigurationName", chatName), may("LoggingLevel", chatLogging),
		may("Tags", chatTags)),
	"UpdateChimeWebhookConfiguration": structure(must("ChatConfigurationArn", chatARN), may("WebhookDescription", text(1, 255)),
		may("WebhookUrl", chimeWebhook), may("SnsTopicArns", chatTopics), may("IamRoleArn", chatOther), may("LoggingLevel", chatLogging)),
	"DeleteChimeWebhookConfiguration":    structure(must("ChatConfigurationArn", chatARN)),
	"DescribeChimeWebhookConfigurations": structure(may("MaxResults", chatMax), may("NextToken", chatToken), may("ChatConfigurationArn", chatARN)),

	"TagResource":         structure(must("ResourceARN", chatTagged), must("Tags", list(chatTags.elem, 0, 200))),
	"UntagResource":       structure(must("ResourceARN", chatTagged), must("TagKeys", list(text(1, 128), 0, 200))),
	"ListTagsForResource": structure(must("ResourceARN", chatTagged)),
}
