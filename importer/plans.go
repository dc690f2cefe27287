package importer

import (
	"fmt"
	"reflect"
	"regexp"
	"slices"
	"strings"

	"github.com/watchbill/watchbill/internal/resource"
	"github.com/watchbill/watchbill/kind"
)

func (d *Draft) replicationSet(o *resource.Object, spec kind.ReplicationSet) *item {
	i := &item{addr: o.Addr, section: "replication_set", stands: []resource.Addr{o.Addr}}
	t := &text{}
	d.ownerComment(t, 0, o)
	t.line(0, "replication_set:")
	t.line(1, "regions:")
	regions := slices.Clone(spec.Regions)
	slices.SortStableFunc(regions, func(a, b kind.Region) int { // home first
		switch d.options.Region {
		case a.Name:
			return -1
		case b.Name:
			return 1
		}
		return 0
	})
	for _, r := range regions {
		key := "{}"
		if r.KMSKey != "" {
			key = "{kms_key: " + scalar(r.KMSKey) + "}"
		}
		t.line(2, scalar(r.Name)+": "+key)
	}
	if p := spec.DeletionProtection; p != nil && *p {
		t.line(1, "deletion_protection: true")
	}
	i.finish(t, 1, spec.Tags, "tags")
	return i
}

func (d *Draft) escalationPlan(o *resource.Object, spec kind.EscalationPlan) *item {
	i, t := d.newItem("escalation_plans", o)
	t.field(2, "name", spec.DisplayName)
	if len(spec.Stages) == 0 {
		i.leave("it has no stage")
	}
	t.line(2, "stages:")
	for _, s := range spec.Written() {
		page := []string{}
		for _, target := range spec.Stages[s.First].Targets {
			a := target.Contact
			if a.Kind != "contact" && a.Kind != "schedule" {
				i.leave("it engages %s, and an escalation plan engages contacts and schedules", shown(a))
			}
			i.refs = append(i.refs, a)
			word := scalar(a.Name)
			if !target.StopsEscalation {
				word = "{contact: " + word + ", stops_escalation: false}"
			}
			page = append(page, word)
		}
		stage(t, page, raw, s)
	}
	i.finish(t, 2, spec.Tags, "tags")
	return i
}

// impacts are the words for AWS's codes, which begin at 1.
var impacts = [...]string{"", "critical", "high", "medium", "low", "none"}

func (d *Draft) responsePlan(o *resource.Object, spec kind.ResponsePlan, books *runbooks) *item {
	i, t := d.newItem("response_plans", o)
	t.field(2, "name", spec.DisplayName)
	t.field(2, "title", spec.Title)
	if spec.Impact < 1 || spec.Impact >= len(impacts) {
		i.leave("its impact is %d, and a plan knows 1 to 5", spec.Impact)
	} else {
		t.line(2, "impact: "+scalarImpact(spec.Impact))
	}
	t.field(2, "summary", spec.Summary)
	var engage []string
	for _, a := range spec.Engage {
		i.refs = append(i.refs, a)
		engage = append(engage, a.Name)
	}
	slices.Sort(engage)
	t.list(2, "engage", engage, scalar)
	t.list(2, "chat", spec.Chat, scalar)
	if spec.Runbook.Document != "" {
		book := books.of(spec.Runbook)
		i.refs = append(i.refs, book.addr)
		i.runbook, i.runbookLine = book, len(t.lines)
		t.line(2, "") // nameRunbooks fills it in
	}
	t.field(2, "dedupe", spec.Dedupe)
	t.list(2, "notify", spec.Notify, scalar)
	t.table(2, "incident_tags", spec.IncidentTags)
	if pd := spec.PagerDuty; pd != (kind.PagerDuty{}) {
		t.line(2, "pagerduty:")
		if pd.Name != o.Addr.Name {
			t.field(3, "name", pd.Name)
		}
		t.field(3, "service", pd.Service)
		t.field(3, "secret", pd.Secret)
	}
	for _, account := range spec.ShareWith {
		if len(account) != 12 || strings.Trim(account, "0123456789") != "" {
			i.leave("it is shared in a way that watchbill does not write: %s", account)
		}
	}
	t.list(2, "share_with", spec.ShareWith, quoted)
	i.finish(t, 2, spec.Tags, "tags")
	return i
}

// scalarImpact is the word of an impact, for YAML too: none is no empty value.
func scalarImpact(impact int) string { return scalar(impacts[impact]) }

func quoted(s string) string { return `"` + s + `"` }

// version is what a plan takes for one without quotes.
var version = regexp.MustCompile(`^(\$[A-Z]+|[1-9][0-9]{0,8})$`)

// runbooks are the runbooks of all response plans, each once.
type runbooks struct {
	items []*item
	specs []kind.Runbook
}

// of is the item of a runbook; plans that start the same one share it.
func (b *runbooks) of(spec kind.Runbook) *item {
	for n, have := range b.specs {
		if reflect.DeepEqual(have, spec) {
			return b.items[n]
		}
	}
	// The place is its name until it gets one.
	i := &item{addr: resource.Addr{Kind: "runbook", Name: fmt.Sprintf("%06d", len(b.items))}, section: "runbooks"}
	i.document = spec.Document[strings.LastIndexAny(spec.Document, "/:")+1:]
	t := &text{}
	t.line(1, "") // nameRunbooks fills it in
	t.field(2, "document", spec.Document)
	if version.MatchString(spec.Version) {
		t.line(2, "version: "+spec.Version)
	} else {
		t.field(2, "version", spec.Version)
	}
	t.field(2, "role", spec.Role)
	if spec.Account != "owner" {
		t.field(2, "account", spec.Account)
	}
	if len(spec.Parameters) > 0 {
		t.line(2, "parameters:")
		for _, key := range sortedKeys(spec.Parameters) {
			t.list(3, scalar(key), append([]string{}, spec.Parameters[key]...), scalar)
		}
	}
	t.table(2, "from_incident", spec.FromIncident)
	i.body = t.lines
	b.items, b.specs = append(b.items, i), append(b.specs, spec)
	return i
}

// nameRunbooks names those that are written after their documents: no name shall speak of
// one that is left out.
func (d *Draft) nameRunbooks() {
	taken := map[string]bool{}
	names := map[*item]string{}
	for _, book := range d.kept("runbooks") {
		names[book] = nameFor(book.document, "runbook", taken)
		book.body[0] = "  " + scalar(names[book]) + ":"
	}
	for _, plan := range d.kept("response_plans") {
		if plan.runbook != nil {
			plan.body[plan.runbookLine] = "    runbook: " + scalar(names[plan.runbook])
		}
	}
}

func sortedKeys[V any](m map[string]V) []string {
	keys := make([]string, 0, len(m))
	for k := range m {
		keys = append(keys, k)
	}
	slices.Sort(keys)
	return keys
}

// Counts says how many of each kind are written: "3 contacts, 1 schedule".
func (d *Draft) Counts() string {
	var words []string
	for _, s := range []struct{ section, one, many string }{
		{"replication_set", "replication set", ""}, {"contacts", "contact", "contacts"}, {"schedules", "schedule", "schedules"},
		{"escalation_plans", "escalation plan", "escalation plans"}, {"runbooks", "runbook", "runbooks"},
		{"response_plans", "response plan", "response plans"},
	} {
		switch n := len(d.kept(s.section)); {
		case n == 1:
			words = append(words, "1 "+s.one)
		case n > 1:
			words = append(words, fmt.Sprintf("%d %s", n, s.many))
		}
	}
	return strings.Join(words, ", ")
}
