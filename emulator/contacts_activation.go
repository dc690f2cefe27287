package emulator

import (
	"crypto/subtle"
	"fmt"
	"time"
)

// Activation: a code goes to the device, and comes back in ActivateContactChannel. Here the device
// is the outbox, which can be read at GET /_watchbill/outbox and nowhere else.

// message is what a device got.
type message struct {
	ID         string    `json:"id"`
	Time       time.Time `json:"time"`
	Kind       string    `json:"kind"` // "activation", "page" or "notification"
	ContactARN string    `json:"contact_arn"`
	ChannelARN string    `json:"channel_arn"`
	Type       string    `json:"type"` // of the channel
	Address    string    `json:"address"`
	Code       string    `json:"code,omitempty"`
	Text       string    `json:"text"`

	// Of pages only.
	PageARN       string `json:"page_arn,omitempty"`
	EngagementARN string `json:"engagement_arn,omitempty"`
	Incident      string `json:"incident,omitempty"`

	TopicARN string `json:"topic_arn,omitempty"` // of notifications only: they go to a topic, not to a device
}

// maxOutbox bounds the outbox; the oldest messages go first.
const maxOutbox = 1000

// post puts a message into the outbox. Keys count up, so the order of keys is the order of time.
func post(tx *tx, m message) {
	n := 1
	if keys := tx.outbox.keys; len(keys) > 0 {
		fmt.Sscanf(keys[len(keys)-1], "%d", &n)
		n++
		if len(keys) >= maxOutbox {
			tx.outbox.put(tx, keys[0], nil)
		}
	}
	m.ID = fmt.Sprintf("%012d", n)
	tx.outbox.put(tx, m.ID, &m)
}

// sendCode makes a new code for a channel whose row is being written.
func sendCode(c *call, tx *tx, ch *channel) {
	ch.Code, ch.CodeSent = randomCode(), c.now.Round(0).UTC()
	post(tx, message{Time: c.now, Kind: "activation", ContactARN: ch.ContactARN, ChannelARN: ch.ARN, Type: ch.Type,
		Address: ch.Address, Code: ch.Code, Text: "Your Incident Manager activation code is " + ch.Code})
}

func sendActivationCode(c *call, tx *tx, in *channelID) (any, error) {
	old, err := findChannel(c, tx.state, in.ContactChannelId)
	if err != nil {
		return nil, err
	}
	ch := *old
	sendCode(c, tx, &ch)
	tx.channels.put(tx, ch.Key, &ch)
	return nil, nil
}

// activateChannel takes the newest code only, and only once.
func activateChannel(c *call, tx *tx, in *struct{ ContactChannelId, ActivationCode string }) (any, error) {
	old, err := findChannel(c, tx.state, in.ContactChannelId)
	if err != nil {
		return nil, err
	}
	if old.Code == "" || subtle.ConstantTimeCompare([]byte(old.Code), []byte(in.ActivationCode)) == 0 {
		return nil, badContact("The activation code is not valid")
	}
	if life := c.opts.Rules.ActivationLifetime; life > 0 && c.now.Sub(old.CodeSent) >= life {
		return nil, badContact("The activation code has expired")
	}
	ch := *old
	ch.Status, ch.Code = activated, ""
	tx.channels.put(tx, ch.Key, &ch)
	return nil, nil
}

func deactivateChannel(c *call, tx *tx, in *channelID) (any, error) {
	old, err := findChannel(c, tx.state, in.ContactChannelId)
	if err != nil {
		return nil, err
	}
	ch := *old
	ch.Status, ch.Code = notActivated, ""
	tx.channels.put(tx, ch.Key, &ch)
	return nil, nil
}
