package kind

// What AWS's access control knows of the actions: on which type of resource each acts,
// how its ARNs are written, and whether a policy can ask for its tags. The source is the
// Service Authorization Reference of the services [iam-ref].

import "strings"

// iamType is a type of resource in policies. Taggable says that conditions on its tags
// hold.
type iamType struct {
	plural   string // as statements are called
	service  string
	paths    []string // the last part of its ARNs, {} for the name; several when AWS's pages disagree
	regions  []string // {} for the target's; several when AWS's pages disagree
	taggable bool
	nameless bool // actions on it take no ARN
}

// The types of resource. Rotations and replication sets have identifiers that nobody
// knows before they exist.
var (
	iamContact = &iamType{plural: "Contacts", service: "ssm-contacts", paths: []string{"contact/{}"}, regions: []string{"{}"}, taggable: true}
	// The reference prints contactchannel, real ARNs have contact-channel [cli-ex] [tf].
	iamChannel  = &iamType{plural: "Channels", service: "ssm-contacts", paths: []string{"contact-channel/{}/*", "contactchannel/{}/*"}, regions: []string{"{}"}}
	iamRotation = &iamType{plural: "Rotations", service: "ssm-contacts", paths: []string{"rotation/{}"}, regions: []string{"{}"}, taggable: true}
	// These belong to no Region; AWS's examples also write a star there [cli-ex].
	iamResponsePlan = &iamType{plural: "ResponsePlans", service: "ssm-incidents", paths: []string{"response-plan/{}"}, regions: []string{"", "*"}, taggable: true}
	iamSet          = &iamType{plural: "ReplicationSets", service: "ssm-incidents", paths: []string{"replication-set/{}"}, regions: []string{"", "*"}, taggable: true}
	iamIncident     = &iamType{plural: "Incidents", service: "ssm-incidents", paths: []string{"incident-record/{}/*"}, regions: []string{"", "*"}, taggable: true}
)

// The neighbours' types.
var (
	iamRole     = &iamType{plural: "Roles", service: "iam", paths: []string{"role" + rolePath + "{}"}, regions: []string{""}, taggable: true}
	iamManaged  = &iamType{plural: "ManagedPolicies", service: "iam", paths: []string{"policy/{}"}, regions: []string{""}}
	iamDocument = &iamType{plural: "Documents", service: "ssm", paths: []string{"document/{}"}, regions: []string{"{}"}, taggable: true}
	iamTopic    = &iamType{plural: "Topics", service: "sns", paths: []string{"{}"}, regions: []string{"{}"}, taggable: true}
	// A rule's bus stands in its ARN, unless it is the default one.
	iamRule = &iamType{plural: "EventRules", service: "events", paths: []string{"rule/{}", "rule/*/{}"}, regions: []string{"{}"}, taggable: true}
	// Chat configurations belong to no Region, and no policy can name one that is not there yet.
	iamChat    = &iamType{plural: "ChatConfigurations", service: "chatbot", paths: []string{"chat-configuration/*/{}"}, regions: []string{""}, taggable: true}
	iamSecret  = &iamType{plural: "Secrets", service: "secretsmanager", paths: []string{"secret:{}"}, regions: []string{"{}"}, taggable: true}
	iamNewChat = &iamType{plural: "NewChatConfigurations", service: "chatbot", nameless: true}
	// An alarm of a fleet has its monitor's name and its target's.
	iamAlarm    = &iamType{plural: "Alarms", service: "cloudwatch", paths: []string{"alarm:watchbill/{}", "alarm:watchbill/{}/*"}, regions: []string{"{}"}, taggable: true}
	iamMuteRule = &iamType{plural: "MuteRules", service: "cloudwatch", paths: []string{"alarm-mute-rule:{}"}, regions: []string{"{}"}, taggable: true}
)

// iamAction is what one action acts on: one of these types, or, without any, the
// account as a whole. Makes says that the resource comes to be by it, so that its tags
// are those of the request; asksAll that it is asked of what is not ours, too.
type iamAction struct {
	on             []*iamType
	makes, asksAll bool
}

var (
	contactTypes  = []*iamType{iamContact, iamRotation}
	incidentTypes = []*iamType{iamResponsePlan, iamSet}
	alarmTypes    = []*iamType{iamAlarm, iamMuteRule}
)

// iamActions are all actions that Operations name.
var iamActions = map[string]iamAction{
	"sts:GetCallerIdentity":             {},
	"tag:GetResources":                  {},
	"ssm-contacts:ListContacts":         {},
	"ssm-contacts:ListRotations":        {},
	"ssm-incidents:ListReplicationSets": {},
	"ssm-incidents:ListResponsePlans":   {},

	"ssm-incidents:ListIncidentRecords":  {},
	"ssm-incidents:GetIncidentRecord":    {on: []*iamType{iamIncident}},
	"ssm-incidents:ListTimelineEvents":   {on: []*iamType{iamIncident}},
	"ssm-incidents:GetTimelineEvent":     {on: []*iamType{iamIncident}},
	"ssm-incidents:UpdateIncidentRecord": {on: []*iamType{iamIncident}},
	"ssm-incidents:StartIncident":        {on: []*iamType{iamResponsePlan}},
	"ssm-contacts:ListEngagements":       {},
	"ssm-contacts:ListPagesByEngagement": {on: []*iamType{iamEngagement}},
	"ssm-contacts:ListPageReceipts":      {on: []*iamType{iamPage}},
	"ssm-contacts:AcceptPage":            {on: []*iamType{iamPage}},
	"ssm:GetAutomationExecution":         {on: []*iamType{iamExecution}, asksAll: true},

	"ssm-contacts:ListTagsForResource":  {on: contactTypes, asksAll: true},
	"ssm-incidents:ListTagsForResource": {on: incidentTypes, asksAll: true},
	"ssm-incidents:GetReplicationSet":   {on: []*iamType{iamSet}, asksAll: true},

	"ssm-contacts:CreateContact":          {on: []*iamType{iamContact}, makes: true},
	"ssm-contacts:GetContact":             {on: []*iamType{iamContact}},
	"ssm-contacts:UpdateContact":          {on: []*iamType{iamContact}},
	"ssm-contacts:DeleteContact":          {on: []*iamType{iamContact}},
	"ssm-contacts:ListContactChannels":    {on: []*iamType{iamContact}},
	"ssm-contacts:CreateContactChannel":   {on: []*iamType{iamContact}},
	"ssm-contacts:GetContactChannel":      {on: []*iamType{iamChannel}},
	"ssm-contacts:UpdateContactChannel":   {on: []*iamType{iamChannel}},
	"ssm-contacts:DeleteContactChannel":   {on: []*iamType{iamChannel}},
	"ssm-contacts:SendActivationCode":     {on: []*iamType{iamChannel}},
	"ssm-contacts:ActivateContactChannel": {on: []*iamType{iamChannel}},
	"ssm-contacts:CreateRotation":         {on: []*iamType{iamRotation}, makes: true},
	"ssm-contacts:GetRotation":            {on: []*iamType{iamRotation}},
	"ssm-contacts:UpdateRotation":         {on: []*iamType{iamRotation}},
	"ssm-contacts:DeleteRotation":         {on: []*iamType{iamRotation}},
	"ssm-contacts:ListRotationOverrides":  {on: []*iamType{iamRotation}},
	"ssm-contacts:CreateRotationOverride": {on: []*iamType{iamRotation}},
	"ssm-contacts:DeleteRotationOverride": {on: []*iamType{iamRotation}},
	"ssm-contacts:TagResource":            {on: contactTypes},
	"ssm-contacts:UntagResource":          {on: contactTypes},

	"cloudwatch:GetMetricData":       {}, // whether a query finds a fleet
	"cloudwatch:DescribeAlarms":      {},
	"cloudwatch:ListAlarmMuteRules":  {},
	"cloudwatch:ListTagsForResource": {on: alarmTypes, asksAll: true},
	"cloudwatch:GetAlarmMuteRule":    {on: []*iamType{iamMuteRule}},
	"cloudwatch:PutMetricAlarm":      {on: []*iamType{iamAlarm}, makes: true},
	"cloudwatch:PutCompositeAlarm":   {on: []*iamType{iamAlarm}, makes: true},
	"cloudwatch:DeleteAlarms":        {on: []*iamType{iamAlarm}},
	"cloudwatch:PutAlarmMuteRule":    {on: alarmTypes, makes: true},
	"cloudwatch:DeleteAlarmMuteRule": {on: []*iamType{iamMuteRule}},
	"cloudwatch:TagResource":         {on: alarmTypes},
	"cloudwatch:UntagResource":       {on: alarmTypes},

	"ssm-incidents:CreateReplicationSet":     {on: []*iamType{iamSet}, makes: true},
	"ssm-incidents:UpdateReplicationSet":     {on: []*iamType{iamSet}},
	"ssm-incidents:UpdateDeletionProtection": {on: []*iamType{iamSet}},
	"ssm-incidents:DeleteReplicationSet":     {on: []*iamType{iamSet}},
	"ssm-incidents:CreateResponsePlan":       {on: []*iamType{iamResponsePlan}, makes: true},
	"ssm-incidents:GetResponsePlan":          {on: []*iamType{iamResponsePlan}},
	"ssm-incidents:UpdateResponsePlan":       {on: []*iamType{iamResponsePlan}},
	"ssm-incidents:DeleteResponsePlan":       {on: []*iamType{iamResponsePlan}},
	"ssm-incidents:GetResourcePolicies":      {on: []*iamType{iamResponsePlan}},
	"ssm-incidents:PutResourcePolicy":        {on: []*iamType{iamResponsePlan}},
	"ssm-incidents:DeleteResourcePolicy":     {on: []*iamType{iamResponsePlan}},
	"ssm-incidents:TagResource":              {on: incidentTypes},
	"ssm-incidents:UntagResource":            {on: incidentTypes},

	"iam:ListRoles":                {},
	"iam:GetRole":                  {on: []*iamType{iamRole}},
	"iam:ListRoleTags":             {on: []*iamType{iamRole}, asksAll: true},
	"iam:ListRolePolicies":         {on: []*iamType{iamRole}},
	"iam:GetRolePolicy":            {on: []*iamType{iamRole}},
	"iam:ListAttachedRolePolicies": {on: []*iamType{iamRole}},
	"iam:GetPolicy":                {on: []*iamType{iamManaged}},
	"iam:GetPolicyVersion":         {on: []*iamType{iamManaged}},
	"iam:CreateRole":               {on: []*iamType{iamRole}, makes: true},
	"iam:UpdateAssumeRolePolicy":   {on: []*iamType{iamRole}},
	"iam:PutRolePolicy":            {on: []*iamType{iamRole}},
	"iam:DeleteRolePolicy":         {on: []*iamType{iamRole}},
	"iam:AttachRolePolicy":         {on: []*iamType{iamRole}},
	"iam:DetachRolePolicy":         {on: []*iamType{iamRole}},
	"iam:DeleteRole":               {on: []*iamType{iamRole}},
	"iam:TagRole":                  {on: []*iamType{iamRole}},
	"iam:UntagRole":                {on: []*iamType{iamRole}},

	"ssm:DescribeDocument":             {on: []*iamType{iamDocument}},
	"ssm:GetDocument":                  {on: []*iamType{iamDocument}},
	"ssm:ListTagsForResource":          {on: []*iamType{iamDocument}, asksAll: true},
	"ssm:CreateDocument":               {on: []*iamType{iamDocument}, makes: true},
	"ssm:UpdateDocument":               {on: []*iamType{iamDocument}},
	"ssm:UpdateDocumentDefaultVersion": {on: []*iamType{iamDocument}},
	"ssm:DeleteDocument":               {on: []*iamType{iamDocument}},
	"ssm:AddTagsToResource":            {on: []*iamType{iamDocument}},
	"ssm:RemoveTagsFromResource":       {on: []*iamType{iamDocument}},

	"sns:ListTagsForResource":      {on: []*iamType{iamTopic}, asksAll: true},
	"sns:GetTopicAttributes":       {on: []*iamType{iamTopic}},
	"sns:ListSubscriptionsByTopic": {on: []*iamType{iamTopic}},
	"sns:CreateTopic":              {on: []*iamType{iamTopic}, makes: true},
	"sns:SetTopicAttributes":       {on: []*iamType{iamTopic}},
	"sns:DeleteTopic":              {on: []*iamType{iamTopic}},
	"sns:TagResource":              {on: []*iamType{iamTopic}},
	"sns:UntagResource":            {on: []*iamType{iamTopic}},

	"events:ListTagsForResource": {on: []*iamType{iamRule}, asksAll: true},
	"events:DescribeRule":        {on: []*iamType{iamRule}},
	"events:ListTargetsByRule":   {on: []*iamType{iamRule}},
	"events:PutRule":             {on: []*iamType{iamRule}, makes: true},
	"events:PutTargets":          {on: []*iamType{iamRule}},
	"events:RemoveTargets":       {on: []*iamType{iamRule}},
	"events:DeleteRule":          {on: []*iamType{iamRule}},
	"events:TagResource":         {on: []*iamType{iamRule}},
	"events:UntagResource":       {on: []*iamType{iamRule}},

	"chatbot:DescribeSlackChannelConfigurations":       {},
	"chatbot:ListMicrosoftTeamsChannelConfigurations":  {},
	"chatbot:DescribeChimeWebhookConfigurations":       {},
	"chatbot:DescribeSlackWorkspaces":                  {},
	"chatbot:ListMicrosoftTeamsConfiguredTeams":        {},
	"chatbot:ListTagsForResource":                      {on: []*iamType{iamChat}, asksAll: true},
	"chatbot:CreateSlackChannelConfiguration":          {on: []*iamType{iamNewChat}, makes: true},
	"chatbot:CreateMicrosoftTeamsChannelConfiguration": {on: []*iamType{iamNewChat}, makes: true},
	"chatbot:CreateChimeWebhookConfiguration":          {on: []*iamType{iamNewChat}, makes: true},
	"chatbot:UpdateSlackChannelConfiguration":          {on: []*iamType{iamChat}},
	"chatbot:UpdateMicrosoftTeamsChannelConfiguration": {on: []*iamType{iamChat}},
	"chatbot:UpdateChimeWebhookConfiguration":          {on: []*iamType{iamChat}},
	"chatbot:DeleteSlackChannelConfiguration":          {on: []*iamType{iamChat}},
	"chatbot:DeleteMicrosoftTeamsChannelConfiguration": {on: []*iamType{iamChat}},
	"chatbot:DeleteChimeWebhookConfiguration":          {on: []*iamType{iamChat}},
	"chatbot:TagResource":                              {on: []*iamType{iamChat}},
	"chatbot:UntagResource":                            {on: []*iamType{iamChat}},

	"secretsmanager:DescribeSecret":    {on: []*iamType{iamSecret}},
	"secretsmanager:GetResourcePolicy": {on: []*iamType{iamSecret}},
	"secretsmanager:GetSecretValue":    {on: []*iamType{iamSecret}},
}

// tags reports whether an action writes tags: creating with tags needs the right to it,
// when the resource has none yet.
func tags(action string) bool {
	_, op, _ := strings.Cut(action, ":")
	return op == "TagResource" || op == "TagRole" || op == "AddTagsToResource"
}

// Reach is one type of resource that a kind's operations act on, for iam-policy. Of is
// the name there of an item's resource; nil when AWS chooses it.
type Reach struct {
	Type *iamType
	Of   func(name string) string
}

// itself is the reach of an item that has its own name in AWS.
func itself(name string) string { return name }

// Right is what a plan needs beside the operations that are called: permission-only
// actions, and what AWS does with the caller's rights.
//
// Type is what Resource is of; nil for what is not named after items of the plan.
type Right struct {
	Sid       string
	Type      *iamType
	Action    []string
	Resource  []string
	Condition Condition
}

// Condition is a policy's: operator, key, values.
type Condition map[string]map[string][]string

// Account is the account a policy is for. Partition is aws, aws-cn or aws-us-gov.
type Account struct {
	Number, Region, Partition string
	// Owner and Project are the ownership mark.
	Owner, Project string
}

// arn is an ARN of the account; region is "" for what belongs to none.
func (a Account) arn(service, region, rest string) string {
	return "arn:" + a.Partition + ":" + service + ":" + region + ":" + a.Number + ":" + rest
}

// arns are the ARNs of a type's resource of that name; * is all of them.
func (a Account) arns(t *iamType, name string) []string {
	if t.nameless {
		return []string{"*"}
	}
	var out []string
	for _, region := range t.regions {
		for _, path := range t.paths {
			if name == "*" {
				path = strings.ReplaceAll(path, "{}/*", "*")
			}
			out = append(out, a.arn(t.service, strings.ReplaceAll(region, "{}", a.Region), strings.ReplaceAll(path, "{}", name)))
		}
	}
	return out
}

// ours is the condition that a resource carries our mark and nobody else's.
func (a Account) ours() Condition {
	if a.Project == "" {
		return Condition{"StringEquals": {"aws:ResourceTag/" + ownerTag: {a.Owner}}, "Null": {"aws:ResourceTag/" + projectTag: {"true"}}}
	}
	return Condition{"StringEquals": {"aws:ResourceTag/" + ownerTag: {a.Owner}, "aws:ResourceTag/" + projectTag: {a.Project}}}
}

// marking is the condition that a request writes our mark.
func (a Account) marking() Condition {
	want := map[string][]string{"aws:RequestTag/" + ownerTag: {a.Owner}}
	if a.Project != "" {
		want["aws:RequestTag/"+projectTag] = []string{a.Project}
	}
	return Condition{"StringEquals": want}
}
