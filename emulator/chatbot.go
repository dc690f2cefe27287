package emulator

// chatbot, API version 2017-10-11: the chat rooms that listen to topics. Nothing is said in any room. A
// Slack workspace or a team of Microsoft Teams has to be authorised once by a person, in the console;
// here that is the side door /_watchbill/chat.

import (
	"maps"
	"net/http"
	"slices"
	"strings"

	"github.com/watchbill/watchbill/emulator/wire"
)

func chatService() *service {
	return &service{
		name: "chatbot",
		ops: modelled(chatModel,
			rest("POST /create-slack-channel-configuration", http.StatusCreated, writing("CreateSlackChannelConfiguration", createSlackRoom)),
			rest("POST /update-slack-channel-configuration", http.StatusOK, writing("UpdateSlackChannelConfiguration", updateRoom)),
			rest("POST /delete-slack-channel-configuration", http.StatusNoContent, writing("DeleteSlackChannelConfiguration", deleteRoom)),
			rest("POST /describe-slack-channel-configurations", http.StatusOK, reading("DescribeSlackChannelConfigurations", listRooms)),
			rest("POST /describe-slack-workspaces", http.StatusOK, reading("DescribeSlackWorkspaces", listChatTeams)),
			rest("POST /delete-slack-workspace-authorization", http.StatusNoContent, writing("DeleteSlackWorkspaceAuthorization", dropChatTeam)),
			rest("POST /create-ms-teams-channel-configuration", http.StatusCreated, writing("CreateMicrosoftTeamsChannelConfiguration", createTeamsRoom)),
			rest("POST /update-ms-teams-channel-configuration", http.StatusOK, writing("UpdateMicrosoftTeamsChannelConfiguration", updateRoom)),
			rest("POST /delete-ms-teams-channel-configuration", http.StatusNoContent, writing("DeleteMicrosoftTeamsChannelConfiguration", deleteRoom)),
			rest("POST /get-ms-teams-channel-configuration", http.StatusOK, reading("GetMicrosoftTeamsChannelConfiguration", getRoom)),
			rest("POST /list-ms-teams-channel-configurations", http.StatusOK, reading("ListMicrosoftTeamsChannelConfigurations", listRooms)),
			rest("POST /list-ms-teams-configured-teams", http.StatusOK, reading("ListMicrosoftTeamsConfiguredTeams", listChatTeams)),
			rest("POST /delete-ms-teams-configured-teams", http.StatusNoContent, writing("DeleteMicrosoftTeamsConfiguredTeam", dropChatTeam)),
			rest("POST /create-chime-webhook-configuration", http.StatusCreated, writing("CreateChimeWebhookConfiguration", createChimeRoom)),
			rest("POST /update-chime-webhook-configuration", http.StatusOK, writing("UpdateChimeWebhookConfiguration", updateRoom)),
			rest("POST /delete-chime-webhook-configuration", http.StatusNoContent, writing("DeleteChimeWebhookConfiguration", deleteRoom)),
			rest("POST /describe-chime-webhook-configurations", http.StatusOK, reading("DescribeChimeWebhookConfigurations", listRooms)),
			rest("POST /tag-resource", http.StatusOK, writing("TagResource", tagRoom)),
			rest("POST /untag-resource", http.StatusOK, writing("UntagResource", untagRoom)),
			rest("POST /list-tags-for-resource", http.StatusOK, reading("ListTagsForResource", listRoomTags)),
		),
		gate: func(*call, *state) error { return nil },
		invalid: func(ps problems) *wire.Error {
			return chatError("InvalidParameterException", http.StatusBadRequest, ps.message())
		},
	}
}

func chatError(kind string, status int, text string) *wire.Error {
	return &wire.Error{Type: kind, Status: status, Message: text}
}

func badChat(text string) error {
	return chatError("InvalidRequestException", http.StatusBadRequest, text)
}

// The kinds of rooms, as their ARNs name them.
const (
	slackRoom = "slack-channel"
	teamsRoom = "microsoft-teams-channel"
	chimeRoom = "chime-webhook"
)

// roomKind is the kind that an operation is about.
func (c *call) roomKind() string {
	switch {
	case strings.Contains(c.op.name, "Slack"):
		return slackRoom
	case strings.Contains(c.op.name, "Teams"):
		return teamsRoom
	}
	return chimeRoom
}

// chatRoom is a row; its key is KIND/NAME: the service is one for all Regions.
type chatRoom struct {
	Kind        string
	Name        string
	ARN         string
	Team        string `json:",omitempty"` // workspace or team
	Tenant      string `json:",omitempty"`
	TeamName    string `json:",omitempty"`
	Channel     string `json:",omitempty"`
	ChannelName string `json:",omitempty"`
	Webhook     string `json:",omitempty"` // whoever has it can write into the room
	Description string `json:",omitempty"`
	Role        string
	Topics      []string
	Guardrails  []string
	Logging     string
	Authorise   bool              `json:",omitempty"` // each person for themselves
	Tags        map[string]string `json:",omitempty"`
}

// defaultGuardrail is what limits a room that names no policy: nothing.
const defaultGuardrail = awsPolicyPrefix + "AdministratorAccess"

// roomInput is what operations say of a room; an absent member of an update stays as it is.
type roomInput struct {
	ChatConfigurationArn                        string
	ConfigurationName                           string
	SlackTeamId, SlackChannelId                 string
	TeamId, TenantId, TeamName, ChannelId       string
	SlackChannelName, ChannelName, LoggingLevel *string
	WebhookUrl, WebhookDescription, IamRoleArn  *string
	SnsTopicArns, GuardrailPolicyArns           []string
	UserAuthorizationRequired                   *bool
	Tags                                        []struct{ TagKey, TagValue string }
}

// take changes a room by what an input says.
func (r *chatRoom) take(in *roomInput) {
	for to, from := range map[*string]*string{&r.ChannelName: in.SlackChannelName, &r.Logging: in.LoggingLevel, &r.Webhook: in.WebhookUrl,
		&r.Description: in.WebhookDescription, &r.Role: in.IamRoleArn} {
		if from != nil {
			*to = *from
		}
	}
	if in.ChannelName != nil {
		r.ChannelName = *in.ChannelName
	}
	if channel := in.SlackChannelId + in.ChannelId; channel != "" {
		r.Channel = channel
	}
	if in.UserAuthorizationRequired != nil {
		r.Authorise = *in.UserAuthorizationRequired
	}
	patchList(&r.Topics, in.SnsTopicArns)
	patchList(&r.Guardrails, in.GuardrailPolicyArns)
}

func createSlackRoom(c *call, tx *tx, in *roomInput) (any, error) {
	if tx.chatTeams.get(slackRoom+"/"+in.SlackTeamId) == nil {
		return nil, badChat("AWS Chatbot can't create the configuration because Slack workspace " + in.SlackTeamId +
			" is not authorized with AWS account " + c.account + ". Please refer to https://docs.aws.amazon.com/chatbot/latest/adminguide/slack-setup.html")
	}
	return createRoom(c, tx, in, &chatRoom{Team: in.SlackTeamId})
}

func createTeamsRoom(c *call, tx *tx, in *roomInput) (any, error) {
	team := tx.chatTeams.get(teamsRoom + "/" + strings.ToLower(in.TeamId))
	if team == nil || !strings.EqualFold(team.Tenant, in.TenantId) {
		return nil, badChat("AWS Chatbot can't create the configuration because Microsoft Teams team " + in.TeamId +
			" is not authorized with AWS account " + c.account + ". Please refer to https://docs.aws.amazon.com/chatbot/latest/adminguide/teams-setup.html")
	}
	return createRoom(c, tx, in, &chatRoom{Team: in.TeamId, Tenant: in.TenantId, TeamName: in.TeamName})
}

func createChimeRoom(c *call, tx *tx, in *roomInput) (any, error) {
	return createRoom(c, tx, in, &chatRoom{})
}

// createRoom refuses a second configuration of a name or of a room.
func createRoom(c *call, tx *tx, in *roomInput, r *chatRoom) (any, error) {
	r.Kind, r.Name, r.Logging, r.Topics, r.Tags = c.roomKind(), in.ConfigurationName, "NONE", []string{}, map[string]string{}
	r.ARN = "arn:aws:chatbot::" + c.account + ":chat-configuration/" + r.Kind + "/" + r.Name
	r.Guardrails = []string{defaultGuardrail}
	r.take(in)
	for _, t := range in.Tags {
		r.Tags[t.TagKey] = t.TagValue
	}
	for _, have := range tx.chatRooms.below(r.Kind + "/") {
		if have.Name == r.Name || have.Team == r.Team && have.Channel == r.Channel && have.Webhook == r.Webhook {
			return nil, chatError("ConflictException", http.StatusConflict, "There is a configuration of this name or for this channel already: "+have.ARN)
		}
	}
	if err := r.check(); err != nil {
		return nil, err
	}
	listen(c, tx, r.key(), nil, r.Topics)
	tx.chatRooms.put(tx, r.key(), r)
	return r.answer(), nil
}

func (r *chatRoom) key() string { return r.Kind + "/" + r.Name }

func (r *chatRoom) check() error {
	switch {
	case slices.ContainsFunc(r.Guardrails, func(arn string) bool { return strings.Contains(arn, "/aws-service-role/") }):
		return badChat("Policies of service-linked roles cannot be guardrails.")
	case len(r.Tags) > maxTags:
		return chatError("InvalidParameterException", http.StatusBadRequest, "A configuration can have 50 tags.")
	}
	return nil
}

func findRoom(c *call, st *state, arn string) (*chatRoom, error) {
	key, _ := strings.CutPrefix(arn, "arn:aws:chatbot::"+c.account+":chat-configuration/")
	if r := st.chatRooms.get(key); r != nil {
		return r, nil
	}
	return nil, chatError("ResourceNotFoundException", http.StatusNotFound, "The configuration "+arn+" does not exist.")
}

// roomOf is findRoom for an operation of one kind.
func roomOf(c *call, st *state, arn string) (*chatRoom, error) {
	r, err := findRoom(c, st, arn)
	if err == nil && r.Kind != c.roomKind() {
		return nil, chatError("ResourceNotFoundException", http.StatusNotFound, "The configuration "+arn+" does not exist.")
	}
	return r, err
}

func updateRoom(c *call, tx *tx, in *roomInput) (any, error) {
	old, err := roomOf(c, tx.state, in.ChatConfigurationArn)
	if err != nil {
		return nil, err
	}
	r := *old
	r.take(in)
	if err := r.check(); err != nil {
		return nil, err
	}
	listen(c, tx, r.key(), old.Topics, r.Topics)
	tx.chatRooms.put(tx, r.key(), &r)
	return r.answer(), nil
}

func deleteRoom(c *call, tx *tx, in *roomInput) (any, error) {
	r, err := roomOf(c, tx.state, in.ChatConfigurationArn)
	if err != nil {
		return nil, err
	}
	tx.chatRooms.put(tx, r.key(), nil)
	listen(c, tx, r.key(), r.Topics, nil)
	return nil, nil
}

// listen subscribes the chat service to the topics that a room has now, and ends its subscriptions to
// those that the room had before and no other one has. Topics that are not known here are left alone.
func listen(c *call, tx *tx, room string, before, after []string) {
	for _, arn := range before {
		used := slices.Contains(after, arn)
		for _, r := range tx.chatRooms.below("") {
			used = used || r.key() != room && slices.Contains(r.Topics, arn)
		}
		if used {
			continue
		}
		there, t := topicAt(c, tx.state, arn)
		if t == nil {
			continue
		}
		for key, s := range tx.subscriptions.below(there.region + "/" + t.Name + "/") {
			if s.Endpoint == chatEndpoint {
				tx.subscriptions.put(tx, key, nil)
				break
			}
		}
	}
	for _, arn := range after {
		if there, t := topicAt(c, tx.state, arn); t != nil {
			addSubscription(there, tx, t, "https", chatEndpoint, nil)
		}
	}
}

// topicAt is a topic of this account, nil when it is not here, and the call as if made in its Region.
func topicAt(c *call, st *state, arn string) (*call, *topic) {
	region, name, ok := topicPlace(c.account, arn)
	if !ok {
		return nil, nil
	}
	there := *c
	there.region = region
	return &there, st.topics.get(region + "/" + name)
}

type chatTag struct{ TagKey, TagValue string }

func (r *chatRoom) tags() []chatTag {
	out := []chatTag{}
	for _, key := range sortedKeys(r.Tags) {
		out = append(out, chatTag{key, r.Tags[key]})
	}
	return out
}

// out is a room as its operations show it: each kind has other names.
func (r *chatRoom) out() map[string]any {
	out := map[string]any{"ChatConfigurationArn": r.ARN, "IamRoleArn": r.Role, "SnsTopicArns": r.Topics, "ConfigurationName": r.Name,
		"LoggingLevel": r.Logging, "Tags": r.tags(), "State": "ENABLED"}
	switch r.Kind {
	case slackRoom:
		maps.Copy(out, map[string]any{"SlackTeamId": r.Team, "SlackTeamName": r.TeamName, "SlackChannelId": r.Channel, "SlackChannelName": r.ChannelName})
	case teamsRoom:
		maps.Copy(out, map[string]any{"TeamId": r.Team, "TenantId": r.Tenant, "TeamName": r.TeamName, "ChannelId": r.Channel, "ChannelName": r.ChannelName})
	default:
		out["WebhookDescription"] = r.Description
		return out
	}
	out["GuardrailPolicyArns"], out["UserAuthorizationRequired"] = r.Guardrails, r.Authorise
	return out
}

func (r *chatRoom) answer() any {
	if r.Kind == chimeRoom {
		return map[string]any{"WebhookConfiguration": r.out()}
	}
	return map[string]any{"ChannelConfiguration": r.out()}
}

// getRoom declares no ResourceNotFound: what is not there is an invalid request.
func getRoom(c *call, st *state, in *roomInput) (any, error) {
	r, err := roomOf(c, st, in.ChatConfigurationArn)
	if err != nil {
		return nil, badChat(asWireError(err).Message)
	}
	return r.answer(), nil
}
