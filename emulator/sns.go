package emulator

// sns, API version 2010-03-31: topics, because response plans tell them of incidents and chat
// channels listen to them. Messages reach nobody: they lie in the outbox.

import (
	"maps"
	"net/http"
	"regexp"
	"slices"
	"strconv"
	"strings"
	"time"

	"github.com/watchbill/watchbill/emulator/wire"
)

func snsService() *service {
	return &service{
		name: "sns",
		ops: modelled(snsModel,
			writing("CreateTopic", createTopic),
			writing("DeleteTopic", deleteTopic),
			reading("GetTopicAttributes", getTopicAttributes),
			writing("SetTopicAttributes", setTopicAttributes),
			reading("ListTopics", listTopics),
			writing("AddPermission", addTopicPermission),
			writing("RemovePermission", removeTopicPermission),
			writing("Subscribe", subscribe),
			writing("Unsubscribe", unsubscribe),
			reading("ListSubscriptions", listSubscriptions),
			reading("ListSubscriptionsByTopic", listSubscriptions),
			reading("GetSubscriptionAttributes", getSubscriptionAttributes),
			writing("Publish", publish),
			writing("TagResource", tagTopic),
			writing("UntagResource", untagTopic),
			reading("ListTagsForResource", listTopicTags),
		),
		gate: func(*call, *state) error { return nil },
		invalid: func(ps problems) *wire.Error {
			return &wire.Error{Type: "ValidationError", Status: http.StatusBadRequest, Message: ps.message()}
		},
	}
}

func badTopic(text string) *wire.Error {
	return &wire.Error{Type: "InvalidParameter", Status: http.StatusBadRequest, Message: "Invalid parameter: " + text}
}

func snsAnswer(c *call, content wire.Element) wire.Result {
	return wire.Result{Action: c.op.name, Namespace: "http://sns.amazonaws.com/doc/2010-03-31/", Content: content}
}

// topic is a row; its key is REGION/NAME. Topics survive the replication set.
type topic struct {
	Name          string
	ARN           string
	Created       time.Time
	Attributes    map[string]string // those that were set; a Policy only if it is not the usual one
	Subscriptions int               // ever made
	Unsubscribed  int
	Tags          map[string]string `json:",omitempty"`
	Tagged        bool              `json:",omitempty"`
}

func topicPrefix(c *call) string { return "arn:aws:sns:" + c.region + ":" + c.account + ":" }

// topicPlace is the Region and the name in the ARN of a topic of this account.
func topicPlace(account, arn string) (region, name string, ok bool) {
	parts := strings.Split(arn, ":")
	if len(parts) != 6 || parts[0] != "arn" || parts[2] != "sns" || parts[4] != account || parts[5] == "" {
		return "", "", false
	}
	return parts[3], parts[5], true
}

func findTopic(c *call, st *state, arn string) (*topic, error) {
	region, name, ok := topicPlace(c.account, arn)
	if !ok {
		if len(strings.Split(arn, ":")) < 6 {
			return nil, badTopic("TopicArn Reason: An ARN must have at least 6 elements, not " + strconv.Itoa(len(strings.Split(arn, ":"))))
		}
		return nil, &wire.Error{Type: "AuthorizationError", Status: http.StatusForbidden,
			Message: "User: " + callerARN(c.account) + " is not authorized to perform: SNS:" + c.op.name + " on resource: " + arn}
	}
	if t := st.topics.get(region + "/" + name); t != nil && region == c.region {
		return t, nil
	}
	return nil, &wire.Error{Type: "NotFound", Status: http.StatusNotFound, Message: "Topic does not exist"}
}

func (t *topic) copy() *topic {
	out := *t
	out.Attributes, out.Tags = maps.Clone(t.Attributes), maps.Clone(t.Tags)
	if out.Tags == nil {
		out.Tags = map[string]string{}
	}
	if out.Attributes == nil {
		out.Attributes = map[string]string{}
	}
	return &out
}

func (t *topic) put(c *call, tx *tx) { tx.topics.put(tx, c.region+"/"+t.Name, t) }

// Limits of topics [quotas].
const (
	maxTopics      = 100_000
	maxTopicPolicy = 30 << 10  // bytes
	maxSNSMessage  = 256 << 10 // bytes
)

var topicName = regexp.MustCompile(`\A[A-Za-z0-9_-]{1,256}\z`)

// createTopic gives a topic that is there already, unless it is another one by its attributes or tags.
func createTopic(c *call, tx *tx, in *struct {
	Name, DataProtectionPolicy string
	Attributes                 map[string]string
	Tags                       []struct{ Key, Value string }
}) (any, error) {
	stem, fifo := strings.CutSuffix(in.Name, ".fifo")
	if !topicName.MatchString(stem) || len(in.Name) > 256 || fifo != (in.Attributes["FifoTopic"] == "true") {
		return nil, badTopic("Topic Name")
	}
	t := &topic{Name: in.Name, ARN: topicPrefix(c) + in.Name, Created: c.instant(), Attributes: map[string]string{}, Tags: map[string]string{},
		Tagged: len(in.Tags) > 0}
	for _, name := range sortedKeys(in.Attributes) {
		if err := t.set(name, in.Attributes[name]); err != nil {
			return nil, err
		}
	}
	for _, tag := range in.Tags {
		t.Tags[tag.Key] = tag.Value
	}
	answer := snsAnswer(c, wire.Element{{Name: "TopicArn", Value: t.ARN}})
	if have := tx.topics.get(c.region + "/" + t.Name); have != nil {
		for name, value := range t.Attributes {
			if have.Attributes[name] != value {
				return nil, badTopic("Attributes Reason: Topic already exists with different attributes")
			}
		}
		if t.Tagged && !maps.Equal(have.Tags, t.Tags) {
			return nil, badTopic("Tags Reason: Topic already exists with different tags")
		}
		return answer, nil
	}
	if len(t.Tags) > maxTags {
		return nil, tooManyTopicTags
	}
	if tx.topics.len() >= maxTopics {
		return nil, &wire.Error{Type: "TopicLimitExceeded", Status: http.StatusForbidden, Message: "Topic limit exceeded"}
	}
	t.put(c, tx)
	return answer, nil
}

var topicAttributes = []string{"DisplayName", "Policy", "DeliveryPolicy", "KmsMasterKeyId", "TracingConfig", "SignatureVersion", "FifoTopic",
	"ContentBasedDeduplication", "FifoThroughputScope", "ArchivePolicy", "DataProtectionPolicy"}

// set takes an attribute. An empty one is the usual one again.
func (t *topic) set(name, value string) error {
	feedback := strings.HasSuffix(name, "FeedbackRoleArn") || strings.HasSuffix(name, "FeedbackSampleRate")
	switch {
	case !feedback && !slices.Contains(topicAttributes, name):
		return badTopic("AttributeName")
	case name == "DisplayName" && len(value) > 100:
		return badTopic("Attributes Reason: Display name must be at most 100 characters")
	case name == "Policy" && value != "":
		if err := checkTopicPolicy(value); err != nil {
			return err
		}
	}
	t.Attributes[name] = value
	if value == "" {
		delete(t.Attributes, name)
	}
	return nil
}

// checkTopicPolicy refuses what is no policy of a topic.
func checkTopicPolicy(document string) error {
	if len(document) > maxTopicPolicy {
		return badTopic("Policy Error: the policy is longer than " + strconv.Itoa(maxTopicPolicy) + " bytes")
	}
	p, ok := parsePolicy(document)
	if !ok || len(p.Statement) == 0 {
		return badTopic("Policy Error: null")
	}
	for _, s := range p.Statement {
		switch {
		case s.Effect != "Allow" && s.Effect != "Deny", s.Principal == nil && s.NotPrincipal == nil, len(s.Action)+len(s.NotAction) == 0:
			return badTopic("Policy Error: null")
		case slices.ContainsFunc(slices.Concat(s.Action, s.NotAction), func(a string) bool { return !strings.HasPrefix(strings.ToLower(a), "sns:") && a != "*" }):
			return badTopic("Policy statement action out of service scope!")
		case slices.ContainsFunc(s.Resource, func(r string) bool { return !strings.HasPrefix(r, "arn:aws:sns:") && r != "*" }):
			return badTopic("Policy statement resource out of service scope!")
		}
	}
	return nil
}

// policy is what a topic allows: what was set, or what AWS gives every topic: its account may do everything.
func (t *topic) policy(account string) string {
	if p := t.Attributes["Policy"]; p != "" {
		return p
	}
	return jsonText(map[string]any{"Version": "2008-10-17", "Id": "__default_policy_ID", "Statement": []any{map[string]any{
		"Sid": "__default_statement_ID", "Effect": "Allow", "Principal": map[string]string{"AWS": "*"},
		"Action": []string{"SNS:GetTopicAttributes", "SNS:SetTopicAttributes", "SNS:AddPermission", "SNS:RemovePermission", "SNS:DeleteTopic",
			"SNS:Subscribe", "SNS:ListSubscriptionsByTopic", "SNS:Publish"},
		"Resource": t.ARN, "Condition": map[string]any{"StringEquals": map[string]string{"AWS:SourceOwner": account}}}}})
}

type topicInput struct{ TopicArn, AttributeName, AttributeValue, NextToken string }

// deleteTopic succeeds for a topic that is not there.
func deleteTopic(c *call, tx *tx, in *topicInput) (any, error) {
	t, err := findTopic(c, tx.state, in.TopicArn)
	if err != nil {
		if e := asWireError(err); e.Type != "NotFound" {
			return nil, err
		}
		return snsAnswer(c, nil), nil
	}
	var gone []string
	for key := range tx.subscriptions.below(c.region + "/" + t.Name + "/") {
		gone = append(gone, key)
	}
	for _, key := range gone {
		tx.subscriptions.put(tx, key, nil)
	}
	tx.topics.put(tx, c.region+"/"+t.Name, nil)
	return snsAnswer(c, nil), nil
}

// entries is a map as awsQuery writes it.
func entries(m map[string]string) wire.Element {
	out := wire.Element{}
	for _, name := range sortedKeys(m) {
		out = append(out, wire.Field{Name: "entry", Value: wire.Element{{Name: "key", Value: name}, {Name: "value", Value: m[name]}}})
	}
	return out
}

func getTopicAttributes(c *call, st *state, in *topicInput) (any, error) {
	t, err := findTopic(c, st, in.TopicArn)
	if err != nil {
		return nil, err
	}
	confirmed, pending := 0, 0
	for _, s := range st.subscriptions.below(c.region + "/" + t.Name + "/") {
		if s.Pending {
			pending++
		} else {
			confirmed++
		}
	}
	out := maps.Clone(t.Attributes)
	maps.Copy(out, map[string]string{"TopicArn": t.ARN, "Owner": c.account, "Policy": t.policy(c.account), "DisplayName": t.Attributes["DisplayName"],
		"SubscriptionsConfirmed": strconv.Itoa(confirmed), "SubscriptionsPending": strconv.Itoa(pending), "SubscriptionsDeleted": strconv.Itoa(t.Unsubscribed),
		"EffectiveDeliveryPolicy": `{"http":{"defaultHealthyRetryPolicy":{"minDelayTarget":20,"maxDelayTarget":20,"numRetries":3,"numMaxDelayRetries":0,` +
			`"numNoDelayRetries":0,"numMinDelayRetries":0,"backoffFunction":"linear"},"disableSubscriptionOverrides":false}}`})
	return snsAnswer(c, wire.Element{{Name: "Attributes", Value: entries(out)}}), nil
}

func setTopicAttributes(c *call, tx *tx, in *topicInput) (any, error) {
	old, err := findTopic(c, tx.state, in.TopicArn)
	if err != nil {
		return nil, err
	}
	if in.AttributeName == "FifoTopic" {
		return nil, badTopic("AttributeName")
	}
	t := old.copy()
	if err := t.set(in.AttributeName, in.AttributeValue); err != nil {
		return nil, err
	}
	t.put(c, tx)
	return snsAnswer(c, nil), nil
}

// snsPage is how many rows a page of any list has.
const snsPage = 100

func newSNSPage(c *call, token string, question ...string) (*pageRequest, error) {
	pg, ok := newPage(c, token, snsPage, question...)
	if !ok {
		return nil, badTopic("NextToken Reason: the token is not valid")
	}
	return pg, nil
}

// snsList is a page of members with the token of the next one.
func snsList(c *call, pg *pageRequest, title string, rows wire.Element) wire.Result {
	content := wire.Element{{Name: title, Value: rows}}
	if pg.next != "" {
		content = append(content, wire.Field{Name: "NextToken", Value: pg.next})
	}
	return snsAnswer(c, content)
}

func listTopics(c *call, st *state, in *topicInput) (any, error) {
	pg, err := newSNSPage(c, in.NextToken)
	if err != nil {
		return nil, err
	}
	rows := wire.Element{}
	for _, t := range takePage(pg, st.topics.after(c.region+"/", pg.after), nil) {
		rows = append(rows, wire.Field{Name: "member", Value: wire.Element{{Name: "TopicArn", Value: t.ARN}}})
	}
	return snsList(c, pg, "Topics", rows), nil
}
