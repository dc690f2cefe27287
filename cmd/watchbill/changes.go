package main

import (
	"github.com/watchbill/watchbill/internal/diag"
	"github.com/watchbill/watchbill/internal/resource"
)

// changesJSON is a change set as plan prints it with --output json. Fields are
// added in later versions, never taken away or given another meaning.
type changesJSON struct {
	SchemaVersion int           `json:"schema_version"`
	Target        string        `json:"target"`
	Digest        string        `json:"digest"` // of what was compared, see resource.Digest
	Expect        string        `json:"expect"` // digest and time, as apply --expect takes them
	Changes       []changeJSON  `json:"changes"`
	Refusals      []refusalJSON `json:"refusals"`
	Unread        []unreadJSON  `json:"unread"`
	Kept          []keptJSON    `json:"kept"` // not in the plan, and staying all the same: ours, or made by hand below ours
	Paging        []pagingJSON  `json:"paging"`
	Shifts        []shiftJSON   `json:"shifts"`
	Activate      []string      `json:"activate"` // channels, CONTACT/CHANNEL, that page only once activated
	Fleets        []fleetJSON   `json:"fleets"`   // of monitors with each, and what of them is covered afterwards
	Cost          costJSON      `json:"cost"`
	Summary       summaryJSON   `json:"summary"`
}

type changeJSON struct {
	Address string                 `json:"address"`
	Action  resource.Action        `json:"action"`
	Fields  []resource.FieldChange `json:"fields"`
	Reason  string                 `json:"reason"`
	Notes   []string               `json:"notes"`
	Origin  *originJSON            `json:"origin"` // null on delete: it is in no file
}

type originJSON struct {
	File   string `json:"file"`
	Line   int    `json:"line"`
	Column int    `json:"column"`
}

type refusalJSON struct {
	Address string          `json:"address"`
	Action  resource.Action `json:"action"`
	Guard   string          `json:"guard"`
	Why     string          `json:"why"`
	Lift    string          `json:"lift"`
}

type unreadJSON struct {
	Address string `json:"address"`
	Error   string `json:"error"`
}

type keptJSON struct {
	Address string `json:"address"`
	Why     string `json:"why"`
}

type summaryJSON struct {
	Create  int `json:"create"`
	Update  int `json:"update"`
	Replace int `json:"replace"`
	Delete  int `json:"delete"`
	Same    int `json:"same"`
}

func newChangesJSON(target string, cs *resource.ChangeSet, paged *pagingReport) changesJSON {
	out := changesJSON{
		SchemaVersion: 1, Target: target, Summary: summary(cs),
		Changes: []changeJSON{}, Refusals: []refusalJSON{}, Unread: []unreadJSON{}, Kept: []keptJSON{},
	}
	for _, c := range cs.Changes {
		out.Changes = append(out.Changes, changeJSON{
			Address: c.Addr.String(), Action: c.Action, Reason: c.Reason, Origin: origin(c.Origin()),
			Fields: append([]resource.FieldChange{}, c.Fields...),
			Notes:  append([]string{}, c.Notes...),
		})
	}
	for _, r := range cs.Refusals {
		out.Refusals = append(out.Refusals, refusalJSON{addressText(r.Addr), r.Action, r.Guard, r.Why, r.Lift})
	}
	for _, u := range cs.Unread {
		out.Unread = append(out.Unread, unreadJSON{addressText(u.Addr), sentence(u.Err)})
	}
	for _, k := range cs.Kept {
		out.Kept = append(out.Kept, keptJSON{k.Addr.String(), k.Why})
	}
	out.Paging, out.Shifts = newPagingJSON(paged)
	out.Activate = activateJSON(paged)
	out.Fleets = paged.fleetsTouched().json()
	out.Cost = newCostJSON(paged.fleetsTouched().price())
	return out
}

func summary(cs *resource.ChangeSet) summaryJSON {
	return summaryJSON{
		Create: cs.Count(resource.Create), Update: cs.Count(resource.Update),
		Replace: cs.Count(resource.Replace), Delete: cs.Count(resource.Delete), Same: cs.Same,
	}
}

func origin(p diag.Pos) *originJSON {
	if p.IsZero() {
		return nil
	}
	return &originJSON{p.File, p.Line, p.Col}
}
