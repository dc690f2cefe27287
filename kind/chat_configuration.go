package kind

import (
	"context"
	"crypto/sha256"
	"encoding/hex"
	"maps"
	"slices"
	"strings"

	"github.com/watchbill/watchbill/compiler/ast"
	"github.com/watchbill/watchbill/internal/mask"
	"github.com/watchbill/watchbill/internal/resource"
)

// ChatConfiguration is a room of Slack, Microsoft Teams or Chime that listens to topics
// through AWS Chatbot, which is now Amazon Q Developer in chat applications.
type ChatConfiguration struct {
	Service    string   `json:"service" diff:"replace"` // slack, teams or chime
	Team       string   `json:"team" diff:"replace"`    // a workspace of Slack, a team of Teams
	Tenant     string   `json:"tenant" diff:"replace"`  // of Teams
	Channel    string   `json:"channel"`                // of Slack and Teams
	Topics     []string `json:"topics" diff:"set"`      // addresses and ARNs
	Role       string   `json:"role"`                   // that the chat service takes on: address or ARN
	Guardrails []string `json:"guardrails" diff:"set"`  // ARNs of policies; Chime has none
	Logging    string   `json:"logging"`                // ERROR, INFO or NONE
	// Webhook is of Chime, and Description is the webhook's. AWS never shows a webhook; see
	// webhookTag.
	Webhook     mask.String       `json:"webhook" diff:"secret"`
	Description string            `json:"description"`
	Tags        map[string]string `json:"tags"`
}

const chatConfigurationKind = "chat_configuration"

// The services behind rooms, as plans write them.
const (
	inSlack = "slack"
	inTeams = "teams"
	inChime = "chime"
)

var chatConfiguration = &Kind[ChatConfiguration]{
	Name:      chatConfigurationKind,
	Neighbour: chatNeighbour,
	Desired:   desiredChatConfigurations,
	Needs:     func(c ChatConfiguration) []resource.Addr { return append(owned(c.Topics...), owned(c.Role)...) },
	// A name is taken within a service. What stands here is nobody's ARN; it makes the old
	// configuration go before one with its name comes.
	ARN:    func(env *Env, name string) string { return env.arn("chatbot", "", "chat-configuration/"+ownName(name)) },
	Tags:   func(c ChatConfiguration) map[string]string { return c.allTags() },
	List:   listChatConfigurations,
	Read:   readChatConfiguration,
	Create: createChatConfiguration,
	Update: updateChatConfiguration,
	Delete: deleteChatConfiguration,
	Notes:  chatConfigurationNotes,
	Operations: Operations{
		Read: []string{"chatbot:DescribeSlackChannelConfigurations", "chatbot:ListMicrosoftTeamsChannelConfigurations",
			"chatbot:DescribeChimeWebhookConfigurations", "chatbot:ListTagsForResource",
			"chatbot:DescribeSlackWorkspaces", "chatbot:ListMicrosoftTeamsConfiguredTeams"},
		Write: []string{"chatbot:CreateSlackChannelConfiguration", "chatbot:UpdateSlackChannelConfiguration", "chatbot:DeleteSlackChannelConfiguration",
			"chatbot:CreateMicrosoftTeamsChannelConfiguration", "chatbot:UpdateMicrosoftTeamsChannelConfiguration", "chatbot:DeleteMicrosoftTeamsChannelConfiguration",
			"chatbot:CreateChimeWebhookConfiguration", "chatbot:UpdateChimeWebhookConfiguration", "chatbot:DeleteChimeWebhookConfiguration",
			"chatbot:TagResource", "chatbot:UntagResource"},
		Leave: []string{"chatbot:DeleteSlackChannelConfiguration", "chatbot:DeleteMicrosoftTeamsChannelConfiguration", "chatbot:DeleteChimeWebhookConfiguration"},
	},
	Reach:  []Reach{{iamChat, ownName}, {iamNewChat, nil}},
	Beside: chatConfigurationRights,
}

// chatNeighbour: AWS says that the tagging API finds everything, and not in which Region it has
// what belongs to none. The role that was made for a room tells of it, too.
var chatNeighbour = &Neighbour{Type: "chatbot:chat-configuration", Because: func(e *Env) bool {
	return slices.ContainsFunc(e.Live(), func(a resource.Addr) bool { return a.Kind == roleKind && strings.HasPrefix(a.Name, chatRole) })
}}

// resolverAccess is AWS's policy for people who answer incidents. Without a guardrail the chat
// service would take AdministratorAccess for one [chatbot].
const resolverAccess = "arn:aws:iam::aws:policy/AWSIncidentManagerResolverAccess"

// The logging that an unwritten level is.
const noLogging = "NONE"

func desiredChatConfigurations(p *ast.Plan, add func(Item[ChatConfiguration])) {
	for _, c := range p.ChatChannels {
		spec := ChatConfiguration{
			Topics: []string{topicRef(&ast.TopicUse{Channel: c})}, Role: chatRoleRef(c), Guardrails: texts(c.Guardrails),
			Logging: strings.ToUpper(c.Logging.Or(noLogging)), Tags: tagged(c.Tags, c.Protect),
		}
		if len(spec.Guardrails) == 0 {
			spec.Guardrails = []string{resolverAccess}
		}
		switch {
		case c.Slack != nil:
			spec.Service, spec.Team, spec.Channel = inSlack, c.Slack.Workspace.V, c.Slack.Channel.V
		case c.Teams != nil:
			spec.Service, spec.Team, spec.Tenant, spec.Channel = inTeams, c.Teams.Team.V, c.Teams.Tenant.V, c.Teams.Channel.V
		case c.Chime != nil:
			spec.Service, spec.Webhook, spec.Description = inChime, c.Chime.Webhook.Value, c.Chime.Description.Or(c.Name.V)
			spec.Guardrails = nil
		default:
			continue
		}
		add(Item[ChatConfiguration]{Name: c.Name.V, Spec: spec.canonical(), Origin: c.Name.Pos(), Protect: c.Protect.V})
	}
}

// chatRoleRef is the role that the chat service takes on: the one that is made for the
// channel, or an ARN.
func chatRoleRef(c *ast.ChatChannel) string {
	return c.Role.Or(resource.Addr{Kind: roleKind, Name: fit(chatRole+c.Name.V, maxRole)}.String())
}

func (c ChatConfiguration) canonical() ChatConfiguration {
	for _, list := range []*[]string{&c.Topics, &c.Guardrails} {
		slices.Sort(*list)
		*list = slices.Compact(*list)
	}
	if c.Logging == "" {
		c.Logging = noLogging
	}
	if c.Service == inTeams { // UUIDs, and a part of an address: their case means nothing
		c.Team, c.Tenant = strings.ToLower(c.Team), strings.ToLower(c.Tenant)
		c.Channel = strings.NewReplacer("%3a", "%3A", ":", "%3A", "@", "%40").Replace(c.Channel)
	}
	return c
}

// webhookTag holds the digest of the webhook that was written last, the only way to see that
// the plan has another one by now: its token is too long to be guessed from a digest.
const webhookTag = "watchbill-webhook"

func webhookDigest(w mask.String) string {
	sum := sha256.Sum256([]byte(w.Reveal()))
	return hex.EncodeToString(sum[:8])
}

// unknownWebhook stands for a live webhook that is not the wanted one.
var unknownWebhook = mask.New("https://another")

// allTags are the tags with what remembers the webhook.
func (c ChatConfiguration) allTags() map[string]string {
	if c.Webhook.IsZero() {
		return c.Tags
	}
	out := maps.Clone(c.Tags)
	put(&out, webhookTag, webhookDigest(c.Webhook))
	return out
}

// observeTags fills what the live tags say: the author's, and whether the webhook is the
// wanted one.
func (c *ChatConfiguration) observeTags(f Found, wanted ChatConfiguration) {
	c.Tags = f.comparableTags()
	digest := c.Tags[webhookTag]
	delete(c.Tags, webhookTag)
	c.Tags = noneIfEmpty(c.Tags)
	switch {
	case c.Service != inChime:
	case !wanted.Webhook.IsZero() && digest == webhookDigest(wanted.Webhook):
		c.Webhook = wanted.Webhook
	default:
		c.Webhook = unknownWebhook
	}
}

// listChatConfigurations asks each service for all it has, which is little: one call each.
func listChatConfigurations(ctx context.Context, env *Env, _ *Found) ([]Found, error) {
	var out []Found
	for _, service := range []string{inSlack, inTeams, inChime} {
		found, err := rooms[service].list(ctx, env)
		if err != nil {
			return nil, err
		}
		for _, f := range found {
			if name, ours := strings.CutPrefix(f.Name, namePrefix); ours {
				f.Name = name
				out = append(out, f)
			}
		}
	}
	return out, nil
}

// readChatConfiguration asks nothing: the list has it all.
func readChatConfiguration(_ context.Context, env *Env, f Found) (ChatConfiguration, bool, error) {
	spec, wanted := f.Summary.(ChatConfiguration), ChatConfiguration{}
	for _, o := range env.desired.Get(resource.Addr{Kind: chatConfigurationKind, Name: f.Name}) {
		wanted = o.Spec.(ChatConfiguration)
	}
	topics := make([]string, len(spec.Topics))
	for i, arn := range spec.Topics {
		topics[i] = env.refOf(arn, wanted.Topics...)
	}
	spec.Topics = topics
	spec.Role = env.refOf(spec.Role, wanted.Role)
	spec.observeTags(f, wanted)
	return spec.canonical(), true, nil
}

func createChatConfiguration(ctx context.Context, env *Env, name string, want ChatConfiguration) (string, error) {
	raw, err := env.withChatARNs(want)
	if err != nil {
		return "", err
	}
	id, tags := "", chatTags(env.marked(want.allTags()))
	err = env.withRole(ctx, want.Role, func() (err error) {
		id, err = rooms[want.Service].create(ctx, env, ownName(name), raw, tags)
		return err
	})
	if err != nil {
		return "", env.explainChat(ctx, want, err)
	}
	return id, nil
}

// updateChatConfiguration writes every field: one that is not sent stays as it was.
func updateChatConfiguration(ctx context.Context, env *Env, f Found, have, want ChatConfiguration) error {
	bare := func(c ChatConfiguration) ChatConfiguration { c.Tags = nil; return c }
	if len(resource.Fields(bare(have), bare(want))) > 0 || len(resource.Fields(have, want)) == 0 {
		raw, err := env.withChatARNs(want)
		if err != nil {
			return err
		}
		err = env.withRole(ctx, want.Role, func() error { return rooms[want.Service].update(ctx, env, f.ID, raw) })
		if err != nil {
			return env.explainChat(ctx, want, err)
		}
	}
	return env.setTags(ctx, f.ID, have.allTags(), want.allTags())
}

func deleteChatConfiguration(ctx context.Context, env *Env, f Found, have ChatConfiguration) error {
	return unlessGone(rooms[have.Service].remove(ctx, env, f.ID))
}

// withChatARNs is a spec with ARNs in the place of addresses.
func (e *Env) withChatARNs(c ChatConfiguration) (out ChatConfiguration, err error) {
	if c.Topics, err = e.targets(c.Topics); err != nil {
		return c, err
	}
	c.Role, err = e.target(c.Role)
	return c, err
}

func chatConfigurationNotes(have, want *ChatConfiguration) []string {
	if want == nil || have != nil && have.Service == want.Service && have.Team == want.Team {
		return nil
	}
	if room := rooms[want.Service]; room.authorise != "" {
		return []string{"works once a person has authorised the " + room.team + " in the console, if nobody has yet (" + room.authorise +
			"); until then it fails, everything else is applied, and applying again finishes"}
	}
	return nil
}

// chatService is what AWS calls the chat service where roles are passed, and managementChat
// where it makes its own.
const (
	chatService    = "chatbot.amazonaws.com"
	managementChat = "management.chatbot.amazonaws.com"
)

// chatConfigurationRights: the role is handed to the chat service, which subscribes itself to
// the topics with the caller's rights and makes a role of its own [chatbot guide].
func chatConfigurationRights(to Account, _ string, c ChatConfiguration) []Right {
	topics := Right{Sid: "SubscribeChat", Type: iamTopic, Action: []string{"sns:Subscribe", "sns:Unsubscribe", "sns:ListSubscriptionsByTopic"}}
	for _, t := range c.Topics {
		if addr, ok := own(t); ok {
			topics.Resource = append(topics.Resource, to.arns(iamTopic, ownName(addr.Name))...)
		} else {
			topics.Resource = append(topics.Resource, t)
		}
	}
	return []Right{topics,
		{Sid: "PassChatRoles", Type: madeRole(c.Role), Action: []string{"iam:PassRole"}, Resource: []string{to.roleARN(c.Role)},
			Condition: Condition{"StringEquals": {"iam:PassedToService": {chatService}}}},
		{Sid: "CreateChatServiceRole", Action: []string{"iam:CreateServiceLinkedRole"},
			Resource:  []string{to.arn("iam", "", "role/aws-service-role/"+managementChat+"/AWSServiceRoleForAWSChatbot")},
			Condition: Condition{"StringEquals": {"iam:AWSServiceName": {managementChat}}}}}
}
