package emulator

// Faults of answers to forms, which are XML, and of calls that take many entries.

import (
	"encoding/json"
	"slices"
	"strconv"

	"github.com/watchbill/watchbill/emulator/wire"
)

// tokenField is where an answer has the token of the next page, -1 when it is the last one.
func tokenField(content wire.Element) int {
	return slices.IndexFunc(content, func(f wire.Field) bool { return slices.Contains(pageTokens, f.Name) })
}

// shortenForm is shorten.
func shortenForm(r wire.Result) wire.Result {
	r.Content = slices.Clone(r.Content)
	if at := tokenField(r.Content); at >= 0 {
		r.Content = slices.Delete(r.Content, at, at+1)
		for i, f := range r.Content {
			if f.Name == "IsTruncated" {
				r.Content[i].Value = strconv.FormatBool(false)
			}
		}
		return r
	}
	for i, f := range r.Content {
		if rows, ok := f.Value.(wire.Element); ok && len(rows) > 0 && rows[0].Name == "member" {
			r.Content[i].Value = rows[:len(rows)/2]
		}
	}
	return r
}

// repeatForm is repeat: it needs a token that led here. The markers of IAM are names, and none begins a list.
func repeatForm(r wire.Result, op *operation, wc *wire.Call) wire.Result {
	at := tokenField(r.Content)
	if at < 0 {
		return r
	}
	value, _ := r.Content[at].Value.(string)
	here := tokenOfCall(op, wc)
	if here == "" {
		here = firstPage(value)
	}
	if here != "" {
		r.Content = slices.Clone(r.Content)
		r.Content[at].Value = here
	}
	return r
}

// entriesOf is the member with the entries of a call, and what names one; "" is the place in the list.
var entriesOf = map[string]string{
	"events.PutTargets":    "Targets",
	"events.RemoveTargets": "Ids",
	"events.PutEvents":     "Entries",
}

// noEntries is an answer that took none of a call's entries.
func noEntries(op *operation, wc *wire.Call) any {
	var in map[string]json.RawMessage
	var entries []json.RawMessage
	if json.Unmarshal(wc.Body, &in) != nil || json.Unmarshal(in[entriesOf[op.service+"."+op.name]], &entries) != nil {
		entries = nil
	}
	const code, why = "InternalFailure", "An internal failure kept the entry from being taken"
	failed := []failedEntry{}
	results := []eventResult{}
	for _, raw := range entries {
		var t struct{ Id string }
		var id string
		if json.Unmarshal(raw, &id) != nil && json.Unmarshal(raw, &t) == nil {
			id = t.Id
		}
		failed = append(failed, failedEntry{id, code, why})
		results = append(results, eventResult{ErrorCode: code, ErrorMessage: why})
	}
	if op.name == "PutEvents" {
		return map[string]any{"FailedEntryCount": len(results), "Entries": results}
	}
	return failedEntries(failed)
}
