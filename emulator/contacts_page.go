package emulator

// Pages, their receipts, and how a page is acknowledged.

import (
	"crypto/subtle"
	"fmt"
	"iter"
)

func findPage(c *call, st *state, arn string) (*page, error) {
	key, err := contactsKey(c, arn, "page", kindPage)
	if err != nil {
		return nil, err
	}
	if p := st.pages.get(key); p != nil {
		return p, nil
	}
	return nil, contactsNotFound(kindPage, arn)
}

// acceptPage is somebody's answer to a page. It is taken however late it comes, also for a page
// of an engagement that is over [api-ref].
func acceptPage(c *call, tx *tx, in *struct {
	PageId, ContactChannelId, AcceptType, Note, AcceptCode, AcceptCodeValidation string
}) (any, error) {
	old, err := findPage(c, tx.state, in.PageId)
	if err != nil {
		return nil, err
	}
	if in.ContactChannelId != "" {
		ch, err := findChannel(c, tx.state, in.ContactChannelId)
		if err != nil {
			return nil, err
		}
		if ch.ContactARN != old.ContactARN {
			return nil, badContact("The contact channel does not belong to the contact that was paged")
		}
	}
	enforce := in.AcceptCodeValidation == "ENFORCE" || in.AcceptCodeValidation == "" && !c.opts.Rules.AnyAcceptCode
	if enforce && subtle.ConstantTimeCompare([]byte(old.Code), []byte(in.AcceptCode)) == 0 {
		return nil, badContact("The accept code is not valid")
	}
	p := *old
	first := in.AcceptType == receiptRead && p.Read.IsZero()
	p.receive(tx, receipt{ChannelARN: in.ContactChannelId, Type: in.AcceptType, Info: in.Note, At: c.now.Round(0).UTC()})
	if first {
		acknowledge(c, tx, &p)
	}
	return nil, nil
}

// acknowledge tells the engine that a person has answered.
func acknowledge(c *call, tx *tx, p *page) {
	of := tx.engagements.get(p.Engagement)
	e := newEngine(tx, c.opts.Rules)
	live := e.open(of.Run)
	e.happened(live, live.Course.AcknowledgeEngagement(e.rosterOf(live), of.Root, p.ContactARN, c.now))
	e.flush()
	tellHooks(tx, pagingEvent{Kind: pageAcknowledged, At: p.Read, Incident: of.Incident, ContactARN: p.ContactARN,
		EngagementARN: of.personARN(p.ContactARN), PageARN: p.ARN})
}

// pageOut is a page as lists show it.
type pageOut struct {
	PageArn, EngagementArn, ContactArn, Sender string
	IncidentId                                 string `json:",omitempty"`
	SentTime                                   *epoch `json:",omitempty"`
	DeliveryTime                               *epoch `json:",omitempty"`
	ReadTime                                   *epoch `json:",omitempty"`
}

// out shows the page under the person's form of the engagement's ARN, as DescribePage does. [api-ref]
func (p *page) out(of *engagement) pageOut {
	return pageOut{p.ARN, of.personARN(p.ContactARN), p.ContactARN, of.Sender, of.Incident,
		optionalEpoch(p.Sent), optionalEpoch(p.Delivered), optionalEpoch(p.Read)}
}

func describePage(c *call, st *state, in *struct{ PageId string }) (any, error) {
	p, err := findPage(c, st, in.PageId)
	if err != nil {
		return nil, err
	}
	of := st.engagements.get(p.Engagement)
	return struct {
		pageOut
		words
	}{p.out(of), of.words()}, nil
}

// pagesOut is the answer of both lists of pages.
type pagesOut struct {
	NextToken string `json:",omitempty"`
	Pages     []pageOut
}

func listPagesByContact(c *call, st *state, in *struct {
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
	rows := takePage(pg, st.listings.after(listingOfContact(owner.Region, owner.Alias)+"\x00", pg.after), nil)
	out := pagesOut{pg.next, make([]pageOut, len(rows))}
	for i, r := range rows {
		p := st.pages.get(r.Key)
		out.Pages[i] = p.out(st.engagements.get(p.Engagement))
	}
	return out, nil
}

// listPagesByEngagement shows all pages under the ARN that was asked for [api-ref]; under a person's
// form of it, those of the person.
func listPagesByEngagement(c *call, st *state, in *struct {
	EngagementId, NextToken string
	MaxResults              int
}) (any, error) {
	of, contactARN, err := findEngagement(c, st, in.EngagementId)
	if err != nil {
		return nil, err
	}
	pg, err := contactsPage(c, in.NextToken, in.MaxResults, in.EngagementId)
	if err != nil {
		return nil, err
	}
	rows := takePage(pg, st.listings.after(listingOfPages(of.Key)+"\x00", pg.after), func(r *ref) bool {
		return of.ContactARN == contactARN || st.pages.get(r.Key).ContactARN == contactARN
	})
	out := pagesOut{pg.next, make([]pageOut, len(rows))}
	for i, r := range rows {
		out.Pages[i] = st.pages.get(r.Key).out(of)
		out.Pages[i].EngagementArn = in.EngagementId
	}
	return out, nil
}

// listPageReceipts is in the order in which the receipts came.
func listPageReceipts(c *call, st *state, in *struct {
	PageId, NextToken string
	MaxResults        int
}) (any, error) {
	p, err := findPage(c, st, in.PageId)
	if err != nil {
		return nil, err
	}
	pg, err := contactsPage(c, in.NextToken, in.MaxResults, p.ARN)
	if err != nil {
		return nil, err
	}
	type receiptOut struct {
		ContactChannelArn string `json:",omitempty"`
		ReceiptType       string
		ReceiptInfo       string `json:",omitempty"`
		ReceiptTime       epoch
	}
	rows := takePage(pg, st.receipts.after(p.Key+"/", pg.after), nil)
	out := struct {
		NextToken string `json:",omitempty"`
		Receipts  []receiptOut
	}{pg.next, make([]receiptOut, len(rows))}
	for i, r := range rows {
		out.Receipts[i] = receiptOut{r.ChannelARN, r.Type, r.Info, epoch(r.At)}
	}
	return out, nil
}

// listPageResolutions is the way from what was engaged to the person.
func listPageResolutions(c *call, st *state, in *struct{ PageId, NextToken string }) (any, error) {
	p, err := findPage(c, st, in.PageId)
	if err != nil {
		return nil, err
	}
	pg, err := contactsPage(c, in.NextToken, 0, p.ARN)
	if err != nil {
		return nil, err
	}
	rows := takePage(pg, numbered(p.Path, pg.after), nil)
	out := struct {
		NextToken       string `json:",omitempty"`
		PageResolutions []*resolution
	}{pg.next, rows}
	if rows == nil {
		out.PageResolutions = []*resolution{}
	}
	return out, nil
}

// numbered walks a short list by number, after the last one shown.
func numbered[T any](list []T, last string) iter.Seq2[string, *T] {
	return func(yield func(string, *T) bool) {
		for i := range list {
			if key := fmt.Sprintf("%04d", i); key > last && !yield(key, &list[i]) {
				return
			}
		}
	}
}
