package agent

import (
	"encoding/json"
	"fmt"
	"slices"
	"strings"
	"time"

	"github.com/watchbill/watchbill/internal/resource"
	"github.com/watchbill/watchbill/kind"
)

// Contest is something that a pass leaves as it is, because somebody else writes it too.
type Contest struct {
	Addr resource.Addr
	// Field is the field of the resource, "" for the resource as a whole.
	Field string
	// Why is a sentence, Hint how to find out who it is and what to do.
	Why, Hint string
}

// judgement is what a history makes of one comparison.
type judgement struct {
	history   *History
	owner     string
	desired   *resource.State
	now       time.Time
	changed   map[field]string // what would be set, and what it was found as
	reverts   map[field]bool   // those of them that are set right again
	held      map[field]bool   // those that are left alone
	strangers map[resource.Addr]bool
	contests  []Contest
}

// judge takes out of cs what is left to another writer.
//
//	a field set right maxReverts times     stays as it is; the other fields are set
//	a resource created again as often      is not created, nor what needs it
//	one of ours that somebody else made    is not deleted, nor what it needs or lives below
//
// A plan that says something else there is obeyed, and so is a process that starts anew.
func (h *History) judge(cs *resource.ChangeSet, desired *resource.State, owner string, now time.Time) (*resource.ChangeSet, *judgement) {
	j := &judgement{history: h, owner: owner, desired: desired, now: now,
		changed: map[field]string{}, reverts: map[field]bool{}, held: map[field]bool{}, strangers: map[resource.Addr]bool{}}
	cs = j.leaveStrangers(j.leaveFields(cs))
	slices.SortFunc(j.contests, func(a, b Contest) int {
		if c := a.Addr.Compare(b.Addr); c != 0 {
			return c
		}
		return strings.Compare(a.Field, b.Field)
	})
	return cs, j
}

// leaveFields takes out what was set right maxReverts times.
func (j *judgement) leaveFields(cs *resource.ChangeSet) *resource.ChangeSet {
	absent, kept := map[resource.Addr]bool{}, map[resource.Addr]bool{}
	out := cs.Without(func(*resource.Change) bool { return true })
	for _, c := range cs.Changes {
		if c.Action == resource.Delete {
			out.Changes = append(out.Changes, c)
			continue
		}
		var left []string
		all := fieldsOf(c)
		for _, f := range all {
			j.changed[f] = foundAs(c, f.name)
			j.reverts[f] = j.history.reverts(f, j.desired)
			if t := j.history.tugs[f]; t != nil && j.reverts[f] && t.reverts >= maxReverts {
				left = append(left, f.name)
				j.contest(c, f, t)
			}
		}
		switch {
		case len(left) == 0:
			out.Changes = append(out.Changes, c)
		case c.Action == resource.Update && len(left) < len(all):
			out.Changes = append(out.Changes, c.WithoutFields(left))
		case c.Action == resource.Create:
			absent[c.Addr] = true
		default:
			kept[c.Addr] = c.Action == resource.Replace
			for _, f := range all {
				j.held[f] = true
			}
		}
	}
	return j.leaveDependants(out, absent, kept)
}

// leaveDependants takes out what needs a resource that is not created, and the updates that
// would only follow a replacement that is not made.
func (j *judgement) leaveDependants(cs *resource.ChangeSet, absent, kept map[resource.Addr]bool) *resource.ChangeSet {
	for more := len(absent) > 0; more; {
		more = false
		cs = cs.Without(func(c *resource.Change) bool {
			if c.After == nil {
				return false
			}
			i := slices.IndexFunc(c.After.Needs, func(need resource.Addr) bool { return absent[need] })
			if i < 0 {
				return false
			}
			if c.Action == resource.Create {
				absent[c.Addr], more = true, true
			}
			for _, f := range fieldsOf(c) {
				j.held[f] = true
			}
			j.contests = append(j.contests, Contest{Addr: c.Addr, Why: fmt.Sprintf("%s needs %s, which somebody else keeps deleting", c.Addr, c.After.Needs[i])})
			return true
		})
	}
	moves := map[resource.Addr]bool{}
	for _, c := range cs.Changes {
		moves[c.Addr] = moves[c.Addr] || c.Action == resource.Replace || c.Spare()
	}
	return cs.Without(func(c *resource.Change) bool {
		return c.Action == resource.Update && len(c.Fields) == 0 &&
			slices.ContainsFunc(c.After.Needs, func(need resource.Addr) bool { return kept[need] }) &&
			!slices.ContainsFunc(c.After.Needs, func(need resource.Addr) bool { return moves[need] })
	})
}

// leaveStrangers keeps what somebody else made with our mark, or below something of ours,
// since this process began, and with it what it needs and what lives below it.
func (j *judgement) leaveStrangers(cs *resource.ChangeSet) *resource.ChangeSet {
	stays := map[resource.Addr]resource.Addr{} // for whose sake
	var goes []*resource.Change
	for _, c := range cs.Changes {
		if c.Action != resource.Delete || c.Spare() {
			continue
		}
		goes = append(goes, c)
		if j.history.stranger(c.Addr) {
			stays[c.Addr], j.strangers[c.Addr] = c.Addr, true
		}
	}
	for more := len(stays) > 0; more; {
		more = false
		keep := func(addr, sake resource.Addr) {
			if _, known := stays[addr]; !known {
				stays[addr], more = sake, true
			}
		}
		for _, c := range goes {
			if sake, ok := stays[c.Addr]; ok {
				for _, need := range c.Before.Needs {
					keep(need, sake)
				}
			} else if sake, ok := stays[c.Before.Parent]; ok {
				keep(c.Addr, sake)
			}
		}
	}
	return cs.Without(func(c *resource.Change) bool {
		sake, ok := stays[c.Addr]
		if !ok || c.Action != resource.Delete || c.Spare() {
			return false
		}
		j.contests = append(j.contests, j.strange(c, sake))
		return true
	})
}

func (j *judgement) strange(c *resource.Change, sake resource.Addr) Contest {
	if sake != c.Addr {
		return Contest{Addr: c.Addr, Why: fmt.Sprintf("%s left the plan and stays for the sake of %s, which somebody else made", c.Addr, sake)}
	}
	return Contest{Addr: c.Addr,
		Why: fmt.Sprintf("%s is not in the plan and is not deleted: somebody else made it while this process ran, %s", c.Addr, j.likely()),
		Hint: "let one writer only have this owner and project, then run watchbill apply; " +
			"CloudTrail knows who called " + call(c.Addr.Kind, "Create"),
	}
}

// likely says who may write beside us; AWS tells no more than the mark.
func (j *judgement) likely() string {
	return fmt.Sprintf("another watchbill of owner %q with another revision of the plan, or a person", j.owner)
}

// contest notes that a field is left alone.
func (j *judgement) contest(c *resource.Change, f field, t *tug) {
	j.held[f] = true
	took := j.now.Sub(t.since).Round(time.Second)
	hint := "end the other writer, or let the plan say what it writes; then run watchbill apply; CloudTrail knows who called "
	if f.name == "" {
		j.contests = append(j.contests, Contest{Addr: c.Addr,
			Why:  fmt.Sprintf("somebody else keeps deleting %s: it was created again %d times in %s and is left alone; %s", c.Addr, t.reverts, took, j.likely()),
			Hint: hint + call(c.Addr.Kind, "Delete")})
		return
	}
	who := "a different value each time, as people leave it"
	if slices.Max(t.met) == slices.Min(t.met) {
		who = "the same value each time: " + j.likely()
	}
	j.contests = append(j.contests, Contest{Addr: c.Addr, Field: f.name,
		Why: fmt.Sprintf("somebody else keeps writing %s of %s: it was set right %d times in %s and is left alone, last seen as %s; %s",
			f.name, c.Addr, t.reverts, took, foundAs(c, f.name), who),
		Hint: hint + call(c.Addr.Kind, "Update")})
}

// call names the kind's writing action of a verb, for people who search a trail.
func call(kindName, verb string) string {
	for _, k := range kind.All {
		if k.KindName() != kindName {
			continue
		}
		for _, action := range k.KindOperations().Write {
			if _, op, _ := strings.Cut(action, ":"); strings.HasPrefix(op, verb) {
				return action
			}
		}
	}
	return "the service"
}

// maxFound bounds a value in a sentence, in bytes.
const maxFound = 80

// foundAs is what a field was found as, in JSON and short. Addresses are masked in a
// change already.
func foundAs(c *resource.Change, name string) string {
	var found []string
	for _, fc := range c.Fields {
		if name != "" && fieldName(fc.Path) == name {
			text, err := json.Marshal(fc.Before)
			if err != nil {
				text = []byte("?")
			}
			found = append(found, string(text))
		}
	}
	text := strings.Join(found, ", ")
	if len(text) > maxFound {
		text = strings.ToValidUTF8(text[:maxFound], "") + "…"
	}
	return text
}
