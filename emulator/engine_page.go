package emulator

// What the engine writes down: engagements, pages, receipts and messages to devices.

import (
	"crypto/rand"
	"fmt"
	"math"
	"math/big"
	"strconv"
	"strings"
	"time"

	"github.com/watchbill/watchbill/oncall"
)

// engagement is a row: somebody being reached out to.
type engagement struct {
	ARN           string // engagement/ALIAS/ID with the alias of what was engaged
	Key           string // REGION/ID
	ContactARN    string // what was engaged, of any type
	Sender        string
	Subject       string
	Content       string
	PublicSubject string `json:",omitempty"`
	PublicContent string `json:",omitempty"`
	Incident      string `json:",omitempty"`
	Start         time.Time
	Stop          time.Time `json:",omitzero"`
	Run           string    // the key of its run
	Root          int       // its index in the run
}

// page is a row: one message to one channel, with its repetitions.
type page struct {
	ARN        string
	Key        string // REGION/ALIAS/ID
	Engagement string // key
	ContactARN string // the person
	ChannelARN string
	Code       string // acknowledges it; never in an error or a log
	Path       []resolution
	Receipts   int       // how many there are
	Sent       time.Time `json:",omitzero"` // the last time
	Delivered  time.Time `json:",omitzero"` // the first time
	Read       time.Time `json:",omitzero"` // the first time
}

// resolution is a step from what was engaged to the person who was paged.
type resolution struct {
	ContactArn, Type string
	StageIndex       *int `json:",omitempty"`
}

// receipt is a row: something that happened to a page.
type receipt struct {
	ChannelARN string `json:",omitempty"`
	Type       string
	Info       string `json:",omitempty"`
	At         time.Time
}

// The types of a receipt.
const (
	receiptSent      = "SENT"
	receiptDelivered = "DELIVERED"
	receiptRead      = "READ"
	receiptStop      = "STOP"
)

// ref is a row of the listings: another table's row by its key.
type ref struct{ Key string }

// enlist adds a row to a listing that is read newest first.
func enlist(tx *tx, listing string, at time.Time, key string) {
	place := fmt.Sprintf("%s\x00%019d%012d", listing, math.MaxInt64-at.UnixNano(), 1_000_000_000_000-1-tx.listings.len())
	tx.listings.put(tx, place, &ref{key})
}

// The listings. Ids of incidents hold no zero byte.
func listingOfEngagements(region string) string    { return "engagements " + region }
func listingOfIncident(region, id string) string   { return "incident " + region + " " + id }
func listingOfContact(region, alias string) string { return "contact " + region + "/" + alias }
func listingOfPages(engagementKey string) string   { return "pages " + engagementKey }
func receiptKey(pageKey string, n int) string      { return fmt.Sprintf("%s/%09d", pageKey, n) }
func engagementARN(account, region, alias, id string) string {
	return "arn:aws:ssm-contacts:" + region + ":" + account + ":engagement/" + alias + "/" + id
}

// personARN is an engagement's ARN as the pages of a person show it: under the person's alias [api-ref].
func (row *engagement) personARN(contactARN string) string {
	parts := strings.SplitN(row.ARN, ":", 6)
	_, id, _ := strings.Cut(row.Key, "/")
	_, alias := splitContactARN(contactARN)
	return engagementARN(parts[4], parts[3], alias, id)
}

func putEngagement(tx *tx, row *engagement) {
	region, _, _ := strings.Cut(row.Key, "/")
	tx.engagements.put(tx, row.Key, row)
	enlist(tx, listingOfEngagements(region), row.Start, row.Key)
	if row.Incident != "" {
		enlist(tx, listingOfIncident(region, row.Incident), row.Start, row.Key)
	}
}

// stopped notes that an engagement has ended before its time, and on every page of it that nobody
// has read, for what reason. It does nothing when the engagement was stopped before.
func stopped(tx *tx, key string, at time.Time, reason string) {
	old := tx.engagements.get(key)
	if old == nil || !old.Stop.IsZero() {
		return
	}
	row := *old
	row.Stop = at.Round(0).UTC()
	tx.engagements.put(tx, key, &row)
	var unread []string
	for _, r := range tx.listings.below(listingOfPages(key) + "\x00") {
		if p := tx.pages.get(r.Key); p.Read.IsZero() {
			unread = append(unread, r.Key)
		}
	}
	for _, key := range unread {
		p := *tx.pages.get(key)
		p.receive(tx, receipt{Type: receiptStop, Info: reason, At: row.Stop})
	}
}

// receive adds a receipt to a page and puts the page.
func (p *page) receive(tx *tx, r receipt) {
	switch {
	case r.Type == receiptSent:
		p.Sent = r.At
	case r.Type == receiptDelivered && p.Delivered.IsZero():
		p.Delivered = r.At
	case r.Type == receiptRead && p.Read.IsZero():
		p.Read = r.At
	}
	tx.receipts.put(tx, receiptKey(p.Key, p.Receipts), &r)
	p.Receipts++
	tx.pages.put(tx, p.Key, p)
}

// happened writes down what a run said.
func (e *engine) happened(live *liveRun, events []oncall.Event) {
	for _, event := range events {
		if event.Type == oncall.Paged || event.Type == oncall.Retried {
			e.send(live, event)
		}
	}
	if e.rules.FinishedHasStopTime {
		e.stopFinished(live)
	}
}

// pageSlot names a page within its run: repetitions of a message are the same page.
func pageSlot(event oncall.Event) string {
	return strconv.Itoa(event.Engaged) + " " + strconv.Itoa(event.Stage) + " " + event.Channel
}

// send is one attempt: a new page, or an old one again.
func (e *engine) send(live *liveRun, event oncall.Event) {
	of := e.tx.engagements.get(live.Engagements[event.Root])
	slot := pageSlot(event)
	var p page
	if old := e.tx.pages.get(live.Pages[slot]); old != nil && event.Type == oncall.Retried {
		p = *old
	} else {
		p = e.newPage(of, event)
		live.Pages[slot] = p.Key
	}
	p.receive(e.tx, receipt{ChannelARN: p.ChannelARN, Type: receiptSent, At: event.Time})
	if e.roster.Rules.DeliveredOnce {
		p.receive(e.tx, receipt{ChannelARN: p.ChannelARN, Type: receiptDelivered, At: event.Time})
	}
	e.post(of, &p, event.Time)
	if event.Type == oncall.Paged {
		tellHooks(e.tx, pagingEvent{Kind: personPaged, At: event.Time, Incident: of.Incident, ContactARN: p.ContactARN,
			EngagementARN: of.personARN(p.ContactARN), PageARN: p.ARN})
	}
}

func (e *engine) newPage(of *engagement, event oncall.Event) page {
	region, alias := splitContactARN(event.Contact)
	id := newUUID()
	p := page{ARN: strings.Replace(event.Contact, ":contact/", ":page/", 1) + "/" + id, Key: region + "/" + alias + "/" + id,
		Engagement: of.Key, ContactARN: event.Contact, ChannelARN: event.Channel, Code: randomCode(), Path: pathOf(event)}
	enlist(e.tx, listingOfContact(region, alias), event.Time, p.Key)
	enlist(e.tx, listingOfPages(of.Key), event.Time, p.Key)
	return p
}

// pathOf is the way to a page as ListPageResolutions tells it, the person last. Only escalation
// plans and people have stages.
func pathOf(event oncall.Event) []resolution {
	var path []resolution
	for _, hop := range event.Path {
		step := resolution{ContactArn: hop.Name, Type: onCallSchedule}
		if hop.Kind == oncall.EscalationPlan {
			step.Type, step.StageIndex = escalation, new(hop.Stage)
		}
		path = append(path, step)
	}
	return append(path, resolution{ContactArn: event.Contact, Type: personal, StageIndex: new(event.Stage)})
}

// post puts a page's message into the outbox. A text message holds only what the engagement calls public.
func (e *engine) post(of *engagement, p *page, at time.Time) {
	ch := e.channels[p.ChannelARN]
	subject, content := of.Subject, of.Content
	if ch.Type == channelSMS {
		subject, content = of.PublicSubject, of.PublicContent
	}
	var text strings.Builder
	for _, part := range []string{subject, content} {
		if part != "" {
			text.WriteString(part + "\n")
		}
	}
	if text.Len() == 0 {
		text.WriteString("Incident Manager is engaging you.\n")
	}
	text.WriteString("Acknowledge with the code " + p.Code)
	post(e.tx, message{Time: at, Kind: "page", ContactARN: p.ContactARN, ChannelARN: p.ChannelARN, Type: ch.Type, Address: ch.Address,
		Code: p.Code, Text: text.String(), PageARN: p.ARN, EngagementARN: of.ARN, Incident: of.Incident})
}

// randomCode is six digits.
func randomCode() string {
	n, err := rand.Int(rand.Reader, big.NewInt(1_000_000))
	if err != nil {
		panic("emulator: no randomness") // crypto/rand promises that this cannot be
	}
	return fmt.Sprintf("%06d", n)
}
