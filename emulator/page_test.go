package emulator_test

import (
	"slices"
	"strings"
	"testing"
	"time"

	"github.com/aws/aws-sdk-go-v2/aws"
	"github.com/aws/aws-sdk-go-v2/service/ssmcontacts"
	"github.com/aws/aws-sdk-go-v2/service/ssmcontacts/types"
	"github.com/google/go-cmp/cmp"

	"github.com/watchbill/watchbill/emulator"
)

func TestAcceptPage(t *testing.T) {
	h := heldAccount(t, emulator.Options{})
	a, b := h.pager("aiko", 30, 10), h.pager("bea", 30, 10)
	h.engage(a, "shop")
	h.engage(b, "shop")
	h.after(10 * time.Minute)
	m, other := h.last("aiko"), h.last("bea")
	wrong := "000000"
	if m.Code == wrong {
		wrong = "000001"
	}
	accept := func(kind types.AcceptType, code string, change func(*ssmcontacts.AcceptPageInput)) error {
		in := &ssmcontacts.AcceptPageInput{PageId: &m.Page, AcceptType: kind, AcceptCode: &code}
		if change != nil {
			change(in)
		}
		_, err := h.contacts.AcceptPage(h.ctx, in)
		return err
	}
	err := accept(types.AcceptTypeRead, wrong, nil)
	if e := fails[*types.ValidationException](t, err); strings.Contains(e.ErrorMessage(), m.Code) || strings.Contains(e.ErrorMessage(), wrong) {
		t.Errorf("the message tells a code: %s", e.ErrorMessage())
	}
	enforce := func(in *ssmcontacts.AcceptPageInput) { in.AcceptCodeValidation = types.AcceptCodeValidationEnforce }
	fails[*types.ValidationException](t, accept(types.AcceptTypeRead, wrong, enforce))
	if err := accept(types.AcceptTypeRead, "12a456", nil); strings.Contains(err.Error(), "12a456") {
		t.Errorf("the message tells what was entered: %v", err)
	}
	fails[*types.ValidationException](t, accept(types.AcceptTypeRead, m.Code, func(in *ssmcontacts.AcceptPageInput) { in.ContactChannelId = &other.Channel }))
	fails[*types.ResourceNotFoundException](t, accept(types.AcceptTypeRead, m.Code, func(in *ssmcontacts.AcceptPageInput) {
		in.ContactChannelId = aws.String(m.Channel[:len(m.Channel)-1] + "x")
	}))
	fails[*types.ResourceNotFoundException](t, accept(types.AcceptTypeRead, m.Code, func(in *ssmcontacts.AcceptPageInput) {
		in.PageId = aws.String(m.Page[:len(m.Page)-1] + "x")
	}))

	note := func(in *ssmcontacts.AcceptPageInput) {
		in.ContactChannelId, in.Note = &m.Channel, aws.String("it buzzed")
	}
	if err := accept(types.AcceptTypeDelivered, m.Code, note); err != nil {
		t.Fatal(err)
	}
	h.after(20 * time.Minute)
	equal(t, "what is delivered is repeated", len(h.sent()), 6)
	ignore := func(in *ssmcontacts.AcceptPageInput) { in.AcceptCodeValidation = types.AcceptCodeValidationIgnore }
	for range 2 {
		if err := accept(types.AcceptTypeRead, wrong, ignore); err != nil {
			t.Fatal(err)
		}
	}
	got := need(h.contacts.DescribePage(h.ctx, &ssmcontacts.DescribePageInput{PageId: &m.Page}))(t)
	if *got.IncidentId != "shop" || !got.DeliveryTime.Equal(firstOfDay.Add(10*time.Minute)) || !got.ReadTime.Equal(firstOfDay.Add(20*time.Minute)) {
		t.Errorf("page %+v", got)
	}
	equal(t, "receipts", h.receipts(m.Page), []string{"0s SENT", "10m0s SENT", "10m0s DELIVERED it buzzed", "20m0s SENT", "20m0s READ", "20m0s READ"})
	if strings.Contains(m.Text, "The shop is down") || !strings.Contains(m.Text, "call in") || !strings.Contains(m.Text, m.Code) {
		t.Errorf("the text message is %q", m.Text)
	}
	loose := heldAccount(t, emulator.Options{Rules: emulator.Rules{AnyAcceptCode: true}})
	loose.engage(loose.pager("aiko", 5, 0), "")
	page := loose.last("aiko").Page
	need(loose.contacts.AcceptPage(loose.ctx, &ssmcontacts.AcceptPageInput{PageId: &page, AcceptType: types.AcceptTypeRead, AcceptCode: &wrong}))(t)
}

func (h *held) receipts(page string) (out []string) {
	h.t.Helper()
	for p := ssmcontacts.NewListPageReceiptsPaginator(h.contacts, &ssmcontacts.ListPageReceiptsInput{PageId: &page}); p.HasMorePages(); {
		for _, r := range need(p.NextPage(h.ctx))(h.t).Receipts {
			line := r.ReceiptTime.Sub(h.start).String() + " " + string(r.ReceiptType)
			if r.ReceiptInfo != nil {
				line += " " + *r.ReceiptInfo
			}
			out = append(out, line)
		}
	}
	return out
}

func TestStopEngagement(t *testing.T) {
	h := heldAccount(t, emulator.Options{})
	e := h.engage(h.pager("aiko", 5, 1), "")
	h.after(90 * time.Second)
	m := h.last("aiko")
	for range 2 {
		need(h.contacts.StopEngagement(h.ctx, &ssmcontacts.StopEngagementInput{EngagementId: &e, Reason: aws.String("false alarm")}))(t)
		h.after(time.Hour)
	}
	got := need(h.contacts.DescribeEngagement(h.ctx, &ssmcontacts.DescribeEngagementInput{EngagementId: &e}))(t)
	equal(t, "stop", got.StopTime.Sub(h.start), 90*time.Second)
	h.accept("aiko")
	equal(t, "receipts", h.receipts(m.Page), []string{"0s SENT", "1m0s SENT", "1m30s STOP false alarm", "1h0m0s READ"})
}

func TestFinishedHasStopTime(t *testing.T) {
	for _, rule := range []bool{false, true} {
		h := heldAccount(t, emulator.Options{Rules: emulator.Rules{FinishedHasStopTime: rule}})
		a, b := h.pager("aiko", 5, 1), h.pager("bea", 10, 1)
		ofA, ofB, ofWeb := h.engage(a, "shop"), h.engage(b, "shop"), h.engage(h.escalation("web", stage(30, reach(b, true))), "shop")
		h.after(3 * time.Minute)
		h.accept("bea")
		h.after(time.Hour)
		for arn, want := range map[string]time.Duration{ofA: 5 * time.Minute, ofB: 3 * time.Minute, ofWeb: 3 * time.Minute} {
			got := need(h.contacts.DescribeEngagement(h.ctx, &ssmcontacts.DescribeEngagementInput{EngagementId: &arn}))(t).StopTime
			if rule != (got != nil) || rule && got.Sub(h.start) != want {
				t.Errorf("with the rule %v, %s stopped at %v, want after %s", rule, arn, got, want)
			}
		}
	}
}

func TestResolutions(t *testing.T) {
	h := heldAccount(t, emulator.Options{MaxPage: 1})
	a := h.person("aiko")
	h.plan(a, stage(1), stage(1, try(h.device(a, "sms", types.ChannelTypeSms), 0)))
	web := h.escalation("web", stage(3), stage(3, reach(a, true)))
	h.engage(web, "")
	h.engage(a, "")
	h.after(4 * time.Minute)
	var got [][]types.ResolutionContact
	for _, m := range h.outbox() {
		if m.Kind != "page" {
			continue
		}
		var path []types.ResolutionContact
		for p := ssmcontacts.NewListPageResolutionsPaginator(h.contacts, &ssmcontacts.ListPageResolutionsInput{PageId: &m.Page}); p.HasMorePages(); {
			path = append(path, need(p.NextPage(h.ctx))(t).PageResolutions...)
		}
		got = append(got, path)
	}
	want := [][]types.ResolutionContact{
		{{ContactArn: &a, Type: types.ContactTypePersonal, StageIndex: aws.Int32(1)}},
		{{ContactArn: &web, Type: types.ContactTypeEscalation, StageIndex: aws.Int32(1)},
			{ContactArn: &a, Type: types.ContactTypePersonal, StageIndex: aws.Int32(1)}},
	}
	if diff := cmp.Diff(want, got, same); diff != "" {
		t.Error(diff)
	}
}

// TestListEngagements: newest first, by incident, by time, page by page.
func TestListEngagements(t *testing.T) {
	for _, maxPage := range []int{0, 2} {
		h := heldAccount(t, emulator.Options{MaxPage: maxPage})
		a := h.pager("aiko", 30, 1)
		var shop, all []string
		for i := range 7 {
			h.after(time.Duration(i/2) * time.Minute) // some at the same time
			incident := ""
			if i%2 == 1 {
				incident = "shop"
			}
			arn := h.engage(a, incident)
			all = append([]string{arn}, all...)
			if incident != "" {
				shop = append([]string{arn}, shop...)
			}
		}
		h.engage(a, "shop 2")
		list := func(in *ssmcontacts.ListEngagementsInput) (out []string) {
			for p := ssmcontacts.NewListEngagementsPaginator(h.contacts, in); p.HasMorePages(); {
				for _, e := range need(p.NextPage(h.ctx))(t).Engagements {
					out = append(out, *e.EngagementArn)
				}
			}
			return out
		}
		equal(t, "of the shop", list(&ssmcontacts.ListEngagementsInput{IncidentId: aws.String("shop")}), shop)
		equal(t, "all", list(&ssmcontacts.ListEngagementsInput{})[1:], all)
		in := func(from, to time.Duration) *ssmcontacts.ListEngagementsInput {
			return &ssmcontacts.ListEngagementsInput{TimeRangeValue: &types.TimeRange{StartTime: aws.Time(h.start.Add(from)), EndTime: aws.Time(h.start.Add(to))}}
		}
		equal(t, "in a range", list(in(time.Minute, 2*time.Minute)), all[1:5])
		equal(t, "from a time on", list(&ssmcontacts.ListEngagementsInput{TimeRangeValue: &types.TimeRange{StartTime: aws.Time(h.start.Add(2 * time.Minute))},
			IncidentId: aws.String("shop")}), shop[:1])
		_, err := h.contacts.ListEngagements(h.ctx, in(time.Minute, 0))
		fails[*types.ValidationException](t, err)
		_, err = h.contacts.ListEngagements(h.ctx, &ssmcontacts.ListEngagementsInput{NextToken: aws.String("abcd")})
		fails[*types.ValidationException](t, err)
		dr := connect(t, h.http, dr)
		_, err = dr.contacts.DescribeEngagement(h.ctx, &ssmcontacts.DescribeEngagementInput{EngagementId: &all[0]})
		if err == nil {
			t.Error("another Region shows the engagement")
		}
	}
}

// TestListPages: by contact and by engagement, in both forms of the engagement's ARN.
func TestListPages(t *testing.T) {
	h := heldAccount(t, emulator.Options{MaxPage: 1})
	a, b := h.pager("aiko", 5, 1), h.pager("bea", 5, 1)
	e := h.engage(h.escalation("web", stage(6, reach(a, true), reach(b, true)), stage(6, reach(b, true))), "")
	h.after(time.Hour)
	collect := func(pages []types.Page) (out []string) {
		for _, p := range pages {
			out = append(out, p.SentTime.Sub(h.start).String()+" "+(*p.PageArn)[strings.Index(*p.PageArn, ":page/"):strings.LastIndexByte(*p.PageArn, '/')])
		}
		return out
	}
	byEngagement := func(arn string) (pages []types.Page) {
		for p := ssmcontacts.NewListPagesByEngagementPaginator(h.contacts, &ssmcontacts.ListPagesByEngagementInput{EngagementId: &arn}); p.HasMorePages(); {
			pages = append(pages, need(p.NextPage(h.ctx))(t).Pages...)
		}
		return pages
	}
	ofB := strings.Replace(e, "/web/", "/bea/", 1)
	equal(t, "of the engagement", collect(byEngagement(e)), []string{"10m0s :page/bea", "4m0s :page/bea", "4m0s :page/aiko"})
	equal(t, "of a person in it", collect(byEngagement(ofB)), []string{"10m0s :page/bea", "4m0s :page/bea"})
	var pages []types.Page
	for p := ssmcontacts.NewListPagesByContactPaginator(h.contacts, &ssmcontacts.ListPagesByContactInput{ContactId: &b}); p.HasMorePages(); {
		pages = append(pages, need(p.NextPage(h.ctx))(t).Pages...)
	}
	equal(t, "of a contact", collect(pages), []string{"10m0s :page/bea", "4m0s :page/bea"})
	if !slices.ContainsFunc(pages, func(p types.Page) bool { return *p.EngagementArn == ofB }) {
		t.Errorf("pages of a contact name other engagements than %s", ofB)
	}
	_, err := h.contacts.ListPagesByEngagement(h.ctx, &ssmcontacts.ListPagesByEngagementInput{EngagementId: aws.String(strings.Replace(e, "/web/", "/chidi/", 1))})
	fails[*types.ResourceNotFoundException](t, err)
}

func TestEngagementErrors(t *testing.T) {
	h := heldAccount(t, emulator.Options{})
	a := h.pager("aiko", 5, 1)
	start := func(change func(*ssmcontacts.StartEngagementInput)) error {
		in := &ssmcontacts.StartEngagementInput{ContactId: &a, Sender: aws.String("tests"), Subject: aws.String("s"), Content: aws.String("c"),
			IdempotencyToken: aws.String("again")}
		if change != nil {
			change(in)
		}
		_, err := h.contacts.StartEngagement(h.ctx, in)
		return err
	}
	for what, change := range map[string]func(*ssmcontacts.StartEngagementInput){
		"subject":    func(in *ssmcontacts.StartEngagementInput) { in.Subject = aws.String("") },
		"content":    func(in *ssmcontacts.StartEngagementInput) { in.Content = aws.String(strings.Repeat("x", 8193)) },
		"sender":     func(in *ssmcontacts.StartEngagementInput) { in.Sender = aws.String("<b>") },
		"incidentId": func(in *ssmcontacts.StartEngagementInput) { in.IncidentId = aws.String("a\x00b") },
		"contactId":  func(in *ssmcontacts.StartEngagementInput) { in.ContactId = aws.String("aiko") },
	} {
		err := start(change)
		if e := fails[*types.ValidationException](t, err); !strings.Contains(e.ErrorMessage(), "'"+what+"'") {
			t.Errorf("%s: %s", what, e.ErrorMessage())
		}
	}
	fails[*types.ResourceNotFoundException](t, start(func(in *ssmcontacts.StartEngagementInput) { in.ContactId = aws.String(a + "x") }))
	fails[*types.AccessDeniedException](t, start(func(in *ssmcontacts.StartEngagementInput) {
		in.ContactId = aws.String(strings.Replace(a, account, "444455556666", 1))
	}))
	for range 3 {
		if err := start(nil); err != nil {
			t.Fatal(err)
		}
	}
	equal(t, "a token engages once", h.sent(), []string{"0s aiko"})
	other := strings.Replace(a, ":contact/aiko", ":engagement/aiko/0b0e6c1c-0000-4000-8000-000000000000", 1)
	_, err := h.contacts.DescribeEngagement(h.ctx, &ssmcontacts.DescribeEngagementInput{EngagementId: &other})
	if e := fails[*types.ResourceNotFoundException](t, err); *e.ResourceType != "ENGAGEMENT" || *e.ResourceId != other {
		t.Errorf("error %+v", e)
	}
	for _, arn := range []string{a, strings.Replace(a, ":contact/aiko", ":engagement/", 1)} {
		_, err = h.contacts.StopEngagement(h.ctx, &ssmcontacts.StopEngagementInput{EngagementId: &arn})
		fails[*types.ValidationException](t, err)
	}
	page := strings.Replace(other, ":engagement/", ":page/", 1)
	_, err = h.contacts.DescribePage(h.ctx, &ssmcontacts.DescribePageInput{PageId: &page})
	if e := fails[*types.ResourceNotFoundException](t, err); *e.ResourceType != "PAGE" {
		t.Errorf("error %+v", e)
	}
	_, err = h.contacts.ListPageReceipts(h.ctx, &ssmcontacts.ListPageReceiptsInput{PageId: &page})
	fails[*types.ResourceNotFoundException](t, err)
	_, err = h.contacts.ListPageResolutions(h.ctx, &ssmcontacts.ListPageResolutionsInput{PageId: &page})
	fails[*types.ResourceNotFoundException](t, err)
	_, err = h.contacts.ListPagesByContact(h.ctx, &ssmcontacts.ListPagesByContactInput{ContactId: aws.String(a + "x")})
	fails[*types.ResourceNotFoundException](t, err)
}
