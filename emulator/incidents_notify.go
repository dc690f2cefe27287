package emulator

import (
	"encoding/json"
	"slices"
	"time"
)

// notify tells the SNS topics of an incident, those of its notification targets and of its chat
// channel, of an event. The message lies in the outbox; a topic that does not let Incident Manager
// publish gets none, and nobody is told. The text is an envelope like EventBridge's, whose detail-type is the type of the event [user-code].
func (r *incident) notify(c *call, tx *tx, kind, data string) {
	var topics []string
	for _, t := range r.Notifications {
		topics = append(topics, t.SnsTopicArn)
	}
	if r.ChatChannel != nil {
		topics = append(topics, r.ChatChannel.ChatbotSns...)
	}
	slices.Sort(topics)
	topics = slices.DeleteFunc(slices.Compact(topics), func(arn string) bool { return refuses(c, tx.state, arn, r.ARN) != "" })
	if len(topics) == 0 {
		return
	}
	text := jsonText(map[string]any{"version": "0", "id": newUUID(), "detail-type": kind, "source": "aws.ssm-incidents", "account": c.account,
		"time": c.now.UTC().Format(time.RFC3339), "region": c.region, "resources": []string{r.ARN}, "detail": json.RawMessage(data)})
	for _, topic := range topics {
		post(tx, message{Time: c.now.UTC(), Kind: "notification", TopicARN: topic, Text: text})
	}
}
