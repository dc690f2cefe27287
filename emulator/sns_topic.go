package emulator

// Topics, continued: who may publish, what is published, and tags.

import (
	"encoding/json"
	"iter"
	"net/http"
	"slices"
	"strings"

	"github.com/watchbill/watchbill/emulator/wire"
)

// changePolicy rewrites the statements of a topic's policy.
func changePolicy(c *call, tx *tx, arn string, change func([]map[string]any) ([]map[string]any, error)) (any, error) {
	old, err := findTopic(c, tx.state, arn)
	if err != nil {
		return nil, err
	}
	var document map[string]any
	if err := json.Unmarshal([]byte(old.policy(c.account)), &document); err != nil {
		return nil, err // it was checked when it was set
	}
	var statements []map[string]any
	switch list := document["Statement"].(type) {
	case map[string]any:
		statements = append(statements, list)
	case []any:
		for _, s := range list {
			if s, ok := s.(map[string]any); ok {
				statements = append(statements, s)
			}
		}
	}
	if statements, err = change(statements); err != nil {
		return nil, err
	}
	document["Statement"] = statements
	t := old.copy()
	t.Attributes["Policy"] = jsonText(document)
	t.put(c, tx)
	return snsAnswer(c, nil), nil
}

func addTopicPermission(c *call, tx *tx, in *struct {
	TopicArn, Label          string
	AWSAccountId, ActionName []string
}) (any, error) {
	return changePolicy(c, tx, in.TopicArn, func(have []map[string]any) ([]map[string]any, error) {
		if slices.ContainsFunc(have, func(s map[string]any) bool { return s["Sid"] == in.Label }) {
			return nil, badTopic("Statement already exists")
		}
		principals, actions := []string{}, []string{}
		for _, id := range in.AWSAccountId {
			principals = append(principals, "arn:aws:iam::"+id+":root")
		}
		for _, name := range in.ActionName {
			actions = append(actions, "SNS:"+name)
		}
		return append(have, map[string]any{"Sid": in.Label, "Effect": "Allow", "Principal": map[string]any{"AWS": principals}, "Action": actions,
			"Resource": in.TopicArn}), nil
	})
}

func removeTopicPermission(c *call, tx *tx, in *struct{ TopicArn, Label string }) (any, error) {
	return changePolicy(c, tx, in.TopicArn, func(have []map[string]any) ([]map[string]any, error) {
		return slices.DeleteFunc(have, func(s map[string]any) bool { return s["Sid"] == in.Label }), nil
	})
}

// refuses is why Incident Manager cannot publish to a topic for a resource of its own, "" when it
// can. A topic that is not known here is Rules.UnknownTopicsFail; one of another account is not judged.
func refuses(c *call, st *state, topicARN, forARN string) (why string) {
	region, name, ok := topicPlace(c.account, topicARN)
	if !ok {
		return ""
	}
	t := st.topics.get(region + "/" + name)
	switch {
	case t == nil && c.opts.Rules.UnknownTopicsFail:
		return "the topic does not exist"
	case t == nil:
		return ""
	case t.Attributes["KmsMasterKeyId"] == "alias/aws/sns":
		return "the topic is encrypted with the key alias/aws/sns, which ssm-incidents.amazonaws.com cannot use: it takes a key of your own whose policy allows that"
	}
	publishing := ask{action: "SNS:Publish", resource: t.ARN, service: "ssm-incidents.amazonaws.com",
		context: map[string]string{"aws:sourceaccount": c.account, "aws:sourcearn": forARN}}
	if judge([]string{t.policy(c.account)}, publishing) == allowed {
		return ""
	}
	return "the topic's policy does not let ssm-incidents.amazonaws.com perform SNS:Publish"
}

// testChat publishes a test message to the topics of a response plan's chat channel, as the service
// does when a plan is saved: without the right to it, the plan cannot be [guide]. Which error says so
// is not documented [inference].
func testChat(c *call, tx *tx, p *responsePlan) error {
	if p.ChatChannel == nil {
		return nil
	}
	for _, arn := range p.ChatChannel.ChatbotSns {
		if why := refuses(c, tx.state, arn, p.ARN); why != "" {
			return badIncident("Incident Manager could not publish a test message to the chat channel's SNS topic " + arn + ": " + why)
		}
	}
	for _, arn := range p.ChatChannel.ChatbotSns {
		if region, name, ok := topicPlace(c.account, arn); ok && tx.topics.get(region+"/"+name) != nil {
			post(tx, message{Time: c.now.UTC(), Kind: "notification", TopicARN: arn,
				Text: "This is a test message of Incident Manager for the response plan " + p.Name + "."})
		}
	}
	return nil
}

func publish(c *call, tx *tx, in *struct{ TopicArn, TargetArn, PhoneNumber, Message, Subject string }) (any, error) {
	switch {
	case in.Message == "":
		return nil, badTopic("Empty message")
	case len(in.Message) > maxSNSMessage:
		return nil, badTopic("Message too long")
	case len(in.Subject) > 100 || strings.ContainsAny(in.Subject, "\r\n"):
		return nil, badTopic("Subject")
	case in.TopicArn == "":
		in.TopicArn = in.TargetArn
	}
	if in.TopicArn == "" {
		return nil, badTopic("TopicArn or TargetArn Reason: no value for required parameter")
	}
	t, err := findTopic(c, tx.state, in.TopicArn)
	if err != nil {
		return nil, err
	}
	post(tx, message{Time: c.now.UTC(), Kind: "notification", TopicARN: t.ARN, Text: in.Message})
	return snsAnswer(c, wire.Element{{Name: "MessageId", Value: newUUID()}}), nil
}

// Of tags the service says that there is no resource, where it says elsewhere that there is no topic.
func taggedTopic(c *call, st *state, arn string) (*topic, error) {
	t, err := findTopic(c, st, arn)
	if err != nil && asWireError(err).Type == "NotFound" {
		return nil, &wire.Error{Type: "ResourceNotFound", Status: http.StatusNotFound, Message: "Resource does not exist"}
	}
	return t, err
}

var tooManyTopicTags = &wire.Error{Type: "TagLimitExceeded", Status: http.StatusBadRequest,
	Message: "Could not complete request: tag quota of per resource exceeded"}

func tagTopic(c *call, tx *tx, in *struct {
	ResourceArn string
	Tags        []struct{ Key, Value string }
}) (any, error) {
	old, err := taggedTopic(c, tx.state, in.ResourceArn)
	if err != nil {
		return nil, err
	}
	t := old.copy()
	for _, tag := range in.Tags {
		t.Tags[tag.Key] = tag.Value
	}
	if len(t.Tags) > maxTags {
		return nil, tooManyTopicTags
	}
	t.Tagged = t.Tagged || len(t.Tags) > 0
	t.put(c, tx)
	return snsAnswer(c, wire.Element{}), nil
}

func untagTopic(c *call, tx *tx, in *struct {
	ResourceArn string
	TagKeys     []string
}) (any, error) {
	old, err := taggedTopic(c, tx.state, in.ResourceArn)
	if err != nil {
		return nil, err
	}
	t := old.copy()
	for _, key := range in.TagKeys {
		delete(t.Tags, key)
	}
	t.put(c, tx)
	return snsAnswer(c, wire.Element{}), nil
}

func listTopicTags(c *call, st *state, in *struct{ ResourceArn string }) (any, error) {
	t, err := taggedTopic(c, st, in.ResourceArn)
	if err != nil {
		return nil, err
	}
	return snsAnswer(c, wire.Element{{Name: "Tags", Value: xmlTags(t.Tags)}}), nil
}

// taggedTopics: the type of a topic is that of the service, because their ARNs name none.
func taggedTopics(c *call, st *state, last string) iter.Seq2[string, *taggedResource] {
	return taggedRows(&st.topics, c.region+"/", topicPrefix(c), last, func(t *topic) *taggedResource {
		return shownTags(t.Tagged, "sns", t.ARN, t.Tags)
	})
}
