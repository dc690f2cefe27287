package paging

import (
	"cmp"
	"slices"
	"strconv"
	"strings"
	"time"

	"github.com/watchbill/watchbill/oncall"
)

// Outcome says what became of an attempt to reach somebody.
type Outcome string

// Paged: a message is sent. NotActivated: it would be, to a channel whose code nobody
// has entered. Unreachable: the contact, or what stands in its place, has no way to
// be paged. NobodyOnCall: a schedule is engaged while it covers nobody.
const (
	Paged        Outcome = "page"
	NotActivated Outcome = "not_activated"
	Unreachable  Outcome = "unreachable"
	NobodyOnCall Outcome = "nobody_on_call"
)

// Page is a row of equal messages to one person, or the lack of them.
type Page struct {
	Outcome Outcome
	Contact string             // "" when nobody is on call
	Type    oncall.ChannelType // "" when it is not about a channel
	After   time.Duration      // from the opening of the incident to the first
	Times   int                // messages in all, 1 or more
	Every   time.Duration      // between them; 0 when there is only one
}

// Story is what an incident that nobody answers does to people, ascending by time. It
// holds no names of channels, schedules or plans: a story that is told through others is
// the same one. Empty: nobody is engaged at all.
type Story []Page

// sign is one thing that happens in a story.
type sign struct {
	outcome Outcome
	contact string
	kind    oncall.ChannelType
}

func (s sign) compare(t sign) int {
	return cmp.Or(cmp.Compare(s.contact, t.contact), cmp.Compare(s.kind, t.kind), cmp.Compare(s.outcome, t.outcome))
}

// condense turns the events of an incident that opened at an instant into its story.
// Somebody whose every channel waits for its code is told by the channels.
func condense(events []oncall.Event, opened time.Time) Story {
	waits := map[string]bool{}
	for _, e := range events {
		waits[e.Contact] = waits[e.Contact] || e.Reason == oncall.NotActivated
	}
	when := map[sign][]time.Duration{}
	for _, e := range events {
		if e.Reason == oncall.NoActivePage && waits[e.Contact] {
			continue
		}
		if s, tells := signOf(e); tells {
			when[s] = append(when[s], e.Time.Sub(opened))
		}
	}
	story := Story{}
	for s, offsets := range when {
		slices.Sort(offsets)
		for _, row := range rows(offsets) {
			row.Outcome, row.Contact, row.Type = s.outcome, s.contact, s.kind
			story = append(story, row)
		}
	}
	slices.SortFunc(story, func(a, b Page) int {
		return cmp.Or(cmp.Compare(a.After, b.After), a.sign().compare(b.sign()), cmp.Compare(a.Times, b.Times), cmp.Compare(a.Every, b.Every))
	})
	return story
}

func (p Page) sign() sign { return sign{p.Outcome, p.Contact, p.Type} }

func signOf(e oncall.Event) (s sign, tells bool) {
	switch e.Type {
	case oncall.Paged, oncall.Retried:
		return sign{Paged, e.Contact, e.ChannelType}, true
	case oncall.NobodyOnCall:
		return sign{outcome: NobodyOnCall}, true
	case oncall.Unreachable:
		if e.Reason == oncall.NotActivated {
			return sign{NotActivated, e.Contact, e.ChannelType}, true
		}
		return sign{Unreachable, e.Contact, e.ChannelType}, true
	}
	return sign{}, false
}

// rows folds ascending offsets into as few rows of equal steps as a reader would see.
// Every offset is in exactly one row; two at one time are in two.
func rows(offsets []time.Duration) []Page {
	var out []Page
	for len(offsets) > 0 {
		var first, again []time.Duration
		for i, o := range offsets {
			if i > 0 && o == offsets[i-1] {
				again = append(again, o)
			} else {
				first = append(first, o)
			}
		}
		out = append(out, steps(first)...)
		offsets = again
	}
	return out
}

// steps folds offsets that all differ. One that is nearer to its next but one than to the
// row before begins a row of its own.
func steps(offsets []time.Duration) []Page {
	var out []Page
	for len(offsets) > 0 {
		row := Page{After: offsets[0], Times: 1}
		if len(offsets) > 1 {
			step := offsets[1] - offsets[0]
			isLone := len(offsets) > 2 && offsets[2]-offsets[1] < step
			for !isLone && row.Times < len(offsets) && offsets[row.Times]-offsets[row.Times-1] == step {
				row.Times, row.Every = row.Times+1, step
			}
		}
		out = append(out, row)
		offsets = offsets[row.Times:]
	}
	return out
}

// key is the story as a map key.
func (s Story) key() string {
	var b strings.Builder
	for _, p := range s {
		b.WriteString(string(p.Outcome))
		b.WriteByte(' ')
		b.WriteString(p.Contact)
		b.WriteByte(' ')
		b.WriteString(string(p.Type))
		for _, n := range []int64{int64(p.After), int64(p.Times), int64(p.Every)} {
			b.WriteByte(' ')
			b.WriteString(strconv.FormatInt(n, 36))
		}
		b.WriteByte('\n')
	}
	return b.String()
}
