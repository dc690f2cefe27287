package emulator

import (
	"regexp"
	"strings"
	"sync"
	"time"
)

// The types of a channel, and its two states.
const (
	channelSMS   = "SMS"
	channelVoice = "VOICE"
	channelEmail = "EMAIL"

	activated    = "ACTIVATED"
	notActivated = "NOT_ACTIVATED"
)

// channel is a row: one way to reach a person.
type channel struct {
	ARN        string
	ContactARN string
	Key        string // REGION/ALIAS/UUID
	Name       string
	Type       string
	Address    string    // never in an error or a log
	Status     string    // activated or notActivated
	Code       string    `json:",omitempty"` // the newest activation code; "" when none is out
	CodeSent   time.Time `json:",omitzero"`
}

type deliveryAddress struct {
	SimpleAddress *string `json:",omitempty"`
}

// fitAddress is Rules.UncheckedAddresses: the text of the console and of the documentation, as a
// pattern. The message does not repeat the address.
func fitAddress(c *call, kind string, a deliveryAddress) (string, error) {
	if a.SimpleAddress == nil {
		return "", badContact("SimpleAddress must be set in DeliveryAddress")
	}
	address := *a.SimpleAddress
	if c.opts.Rules.UncheckedAddresses {
		return address, nil
	}
	if kind == channelEmail {
		user, host, ok := strings.Cut(address, "@")
		if !ok || user == "" || host == "" || strings.ContainsAny(address, " \t\r\n") || strings.Contains(host, "@") {
			return "", badContact("The delivery address is not a valid email address")
		}
		return address, nil
	}
	if !phoneNumber().MatchString(address) {
		return "", badContact("The delivery address is not a valid phone number: it must be + and country code and number")
	}
	return address, nil
}

var phoneNumber = sync.OnceValue(func() *regexp.Regexp { return regexp.MustCompile(`\A\+[1-9][0-9]{7,14}\z`) })

// createChannel: the operation declares no ResourceNotFound, so an unknown contact is an invalid
// value [inference].
func createChannel(c *call, tx *tx, in *struct {
	ContactId, Name, Type string
	DeliveryAddress       deliveryAddress
	DeferActivation       bool
}) (any, error) {
	owner, err := findContact(c, tx.state, in.ContactId)
	if err != nil {
		return nil, badContact("Invalid resource Arn " + in.ContactId)
	}
	if owner.Type != personal {
		return nil, badContact("Only PERSONAL contacts can have contact channels")
	}
	address, err := fitAddress(c, in.Type, in.DeliveryAddress)
	if err != nil {
		return nil, err
	}
	if err := uniqueChannel(c, tx.state, owner, "", in.Type, address); err != nil {
		return nil, err
	}
	id := newUUID()
	ch := &channel{ARN: channelARN(c.account, c.region, owner.Alias, id), ContactARN: owner.ARN,
		Key: owner.key() + "/" + id, Name: in.Name, Type: in.Type, Address: address, Status: notActivated}
	if !in.DeferActivation {
		sendCode(c, tx, ch)
	}
	tx.channels.put(tx, ch.Key, ch)
	return struct{ ContactChannelArn string }{ch.ARN}, nil
}

// uniqueChannel is Rules.DuplicateChannels: type and address are unique within a contact. Which
// attribute AWS means is not documented, only that duplicates are a Conflict.
func uniqueChannel(c *call, st *state, owner *contact, self, kind, address string) error {
	if c.opts.Rules.DuplicateChannels {
		return nil
	}
	for key, other := range st.channels.below(owner.key() + "/") {
		if key != self && other.Type == kind && other.Address == address {
			return contactsConflict("The contact already has a contact channel of this type and address", kindChannel, other.ARN)
		}
	}
	return nil
}

func findChannel(c *call, st *state, arn string) (*channel, error) {
	key, err := contactsKey(c, arn, "contact-channel", kindChannel)
	if err != nil {
		return nil, err
	}
	if ch := st.channels.get(key); ch != nil {
		return ch, nil
	}
	return nil, contactsNotFound(kindChannel, arn)
}

type channelID struct{ ContactChannelId string }

// channelOut is a channel as Get and List show it.
type channelOut struct {
	ContactArn, ContactChannelArn, Name, Type string
	DeliveryAddress                           deliveryAddress
	ActivationStatus                          string
}

func (ch *channel) out() channelOut {
	return channelOut{ch.ContactARN, ch.ARN, ch.Name, ch.Type, deliveryAddress{&ch.Address}, ch.Status}
}

func getChannel(c *call, st *state, in *channelID) (any, error) {
	ch, err := findChannel(c, st, in.ContactChannelId)
	if err != nil {
		return nil, err
	}
	return ch.out(), nil
}

func listChannels(c *call, st *state, in *struct {
	ContactId, NextToken string
	MaxResults           int
}) (any, error) {
	owner, err := findContact(c, st, in.ContactId)
	if err != nil {
		return nil, err
	}
	pg, err := contactsPage(c, in.NextToken, in.MaxResults, owner.ARN)
	if err != nil {
		return nil, err
	}
	rows := takePage(pg, st.channels.after(owner.key()+"/", pg.after), nil)
	out := struct {
		NextToken       string `json:",omitempty"`
		ContactChannels []channelOut
	}{pg.next, make([]channelOut, len(rows))}
	for i, ch := range rows {
		out.ContactChannels[i] = ch.out()
	}
	return out, nil
}

// updateChannel is a patch. A new address has to be activated anew; no code is sent by itself.
func updateChannel(c *call, tx *tx, in *struct {
	ContactChannelId string
	Name             *string
	DeliveryAddress  *deliveryAddress
}) (any, error) {
	old, err := findChannel(c, tx.state, in.ContactChannelId)
	if err != nil {
		return nil, err
	}
	ch := *old
	if in.Name != nil {
		ch.Name = *in.Name
	}
	if in.DeliveryAddress != nil {
		address, err := fitAddress(c, ch.Type, *in.DeliveryAddress)
		if err != nil {
			return nil, err
		}
		if address != ch.Address {
			owner := tx.contacts.get(ch.Key[:strings.LastIndexByte(ch.Key, '/')])
			if err := uniqueChannel(c, tx.state, owner, ch.Key, ch.Type, address); err != nil {
				return nil, err
			}
			ch.Address, ch.Status, ch.Code = address, notActivated, ""
		}
	}
	tx.channels.put(tx, ch.Key, &ch)
	return nil, nil
}

// deleteChannel leaves plans alone: a stage that names the channel is ignored when it is paged.
func deleteChannel(c *call, tx *tx, in *channelID) (any, error) {
	ch, err := findChannel(c, tx.state, in.ContactChannelId)
	if err != nil {
		return nil, err
	}
	tx.channels.put(tx, ch.Key, nil)
	return nil, nil
}
