package emulator

// Subscriptions. They are kept and listed; nothing is delivered to them. One that a person or a web
// server has to confirm stays pending.

import (
	"maps"
	"net/http"
	"slices"
	"strconv"
	"strings"

	"github.com/watchbill/watchbill/emulator/wire"
)

// subscription is a row; its key is REGION/TOPIC/UUID.
type subscription struct {
	ARN        string
	TopicARN   string
	Protocol   string
	Endpoint   string
	Pending    bool              `json:",omitempty"`
	Attributes map[string]string `json:",omitempty"`
}

// subscriptionKey is the key in a subscription's ARN, "" when there is none.
func subscriptionKey(c *call, arn string) string {
	rest, ok := strings.CutPrefix(arn, topicPrefix(c))
	name, id, cut := strings.Cut(rest, ":")
	if !ok || !cut {
		return ""
	}
	return c.region + "/" + name + "/" + id
}

func findSubscription(c *call, st *state, arn string) (*subscription, string, error) {
	key := subscriptionKey(c, arn)
	if key == "" {
		return nil, "", badTopic("SubscriptionArn Reason: it is not the ARN of a subscription")
	}
	if s := st.subscriptions.get(key); s != nil {
		return s, key, nil
	}
	return nil, key, &wire.Error{Type: "NotFound", Status: http.StatusNotFound, Message: "Subscription does not exist"}
}

var subscriptionProtocols = []string{"http", "https", "email", "email-json", "sms", "sqs", "application", "lambda", "firehose"}

// subscribe gives the subscription that is there already for the same endpoint.
func subscribe(c *call, tx *tx, in *struct {
	TopicArn, Protocol, Endpoint, ReturnSubscriptionArn string
	Attributes                                          map[string]string
}) (any, error) {
	old, err := findTopic(c, tx.state, in.TopicArn)
	switch {
	case err != nil:
		return nil, err
	case !slices.Contains(subscriptionProtocols, in.Protocol):
		return nil, badTopic("Does not support this protocol string: " + in.Protocol)
	case in.Endpoint == "" || strings.HasPrefix(in.Protocol, "http") && !strings.HasPrefix(in.Endpoint, in.Protocol+"://"):
		return nil, badTopic("Endpoint")
	}
	s := addSubscription(c, tx, old, in.Protocol, in.Endpoint, in.Attributes)
	shown := s.ARN
	if s.Pending && in.ReturnSubscriptionArn != "true" {
		shown = "pending confirmation"
	}
	return snsAnswer(c, wire.Element{{Name: "SubscriptionArn", Value: shown}}), nil
}

func addSubscription(c *call, tx *tx, on *topic, protocol, endpoint string, attributes map[string]string) *subscription {
	for _, s := range tx.subscriptions.below(c.region + "/" + on.Name + "/") {
		if s.Protocol == protocol && s.Endpoint == endpoint {
			return s
		}
	}
	id := newUUID()
	s := &subscription{ARN: on.ARN + ":" + id, TopicARN: on.ARN, Protocol: protocol, Endpoint: endpoint, Attributes: attributes,
		Pending: endpoint != chatEndpoint && slices.Contains([]string{"http", "https", "email", "email-json"}, protocol)}
	tx.subscriptions.put(tx, c.region+"/"+on.Name+"/"+id, s)
	t := on.copy()
	t.Subscriptions++
	t.put(c, tx)
	return s
}

// chatEndpoint is where AWS Chatbot listens to topics. It confirms its subscriptions itself.
const chatEndpoint = "https://global.sns-api.chatbot.amazonaws.com"

// unsubscribe succeeds for a subscription that is not there.
func unsubscribe(c *call, tx *tx, in *struct{ SubscriptionArn string }) (any, error) {
	s, key, err := findSubscription(c, tx.state, in.SubscriptionArn)
	switch {
	case err != nil && key == "":
		return nil, err
	case err != nil:
		return snsAnswer(c, nil), nil
	}
	tx.subscriptions.put(tx, key, nil)
	if old, err := findTopic(c, tx.state, s.TopicARN); err == nil {
		t := old.copy()
		t.Unsubscribed++
		t.put(c, tx)
	}
	return snsAnswer(c, nil), nil
}

// listSubscriptions shows all, or with a topic its own.
func listSubscriptions(c *call, st *state, in *topicInput) (any, error) {
	prefix := c.region + "/"
	if in.TopicArn != "" {
		t, err := findTopic(c, st, in.TopicArn)
		if err != nil {
			return nil, err
		}
		prefix += t.Name + "/"
	}
	pg, err := newSNSPage(c, in.NextToken, in.TopicArn)
	if err != nil {
		return nil, err
	}
	rows := wire.Element{}
	for _, s := range takePage(pg, st.subscriptions.after(prefix, pg.after), nil) {
		arn := s.ARN
		if s.Pending {
			arn = "PendingConfirmation"
		}
		rows = append(rows, wire.Field{Name: "member", Value: wire.Element{{Name: "SubscriptionArn", Value: arn}, {Name: "Owner", Value: c.account},
			{Name: "Protocol", Value: s.Protocol}, {Name: "Endpoint", Value: s.Endpoint}, {Name: "TopicArn", Value: s.TopicARN}}})
	}
	return snsList(c, pg, "Subscriptions", rows), nil
}

func getSubscriptionAttributes(c *call, st *state, in *struct{ SubscriptionArn string }) (any, error) {
	s, _, err := findSubscription(c, st, in.SubscriptionArn)
	if err != nil {
		return nil, err
	}
	out := map[string]string{"RawMessageDelivery": "false"}
	maps.Copy(out, s.Attributes)
	maps.Copy(out, map[string]string{"SubscriptionArn": s.ARN, "TopicArn": s.TopicARN, "Owner": c.account, "Protocol": s.Protocol, "Endpoint": s.Endpoint,
		"PendingConfirmation": strconv.FormatBool(s.Pending), "ConfirmationWasAuthenticated": strconv.FormatBool(!s.Pending)})
	return snsAnswer(c, wire.Element{{Name: "Attributes", Value: entries(out)}}), nil
}
