package main

import (
	"bytes"
	"encoding/json"
	"errors"
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"
	"github.com/watchbill/watchbill/internal/diag"
	"github.com/watchbill/watchbill/internal/mask"
	"github.com/watchbill/watchbill/internal/resource"
)

// sample has one of everything a change set can hold.
func sample() *resource.ChangeSet {
	at := func(line int) *resource.Object {
		return &resource.Object{Origin: diag.Pos{File: "plans/people.yaml", Line: line, Col: 3}}
	}
	type target struct {
		Channel resource.Addr `json:"channel"`
		Retry   int           `json:"retry_minutes"`
	}
	stage := func(name string) []target { return []target{{resource.Addr{Kind: "channel", Name: name}, 2}} }
	addr := func(kind, name string) resource.Addr { return resource.Addr{Kind: kind, Name: name} }
	return &resource.ChangeSet{
		Changes: []*resource.Change{
			{Addr: addr("channel", "aiko/phone"), Action: resource.Update, Before: at(0), After: at(7), Fields: []resource.FieldChange{
				{Path: "address", Before: mask.New("+12025550101"), After: mask.New("+12025550102"), Sensitive: true},
			}, Notes: []string{"the new address must be activated again"}},
			{Addr: addr("channel", "ben/mail"), Action: resource.Update, Before: at(0), After: at(8), Fields: []resource.FieldChange{
				{Path: "address", Before: mask.New("ben@example.com"), After: mask.New("benjamin@example.com"), Sensitive: true},
			}},
			{Addr: addr("channel", "ben/text"), Action: resource.Replace, Before: at(0), After: at(9), Fields: []resource.FieldChange{
				{Path: "type", Before: "SMS", After: "VOICE"},
			}},
			{Addr: addr("contact", "aiko"), Action: resource.Create, After: at(4), Fields: []resource.FieldChange{
				{Path: "display_name", After: "Aiko | Sato\n`x`"},
				{Path: "tags", After: map[string]string{"team": "web", "a b": "c"}},
			}},
			{Addr: addr("contact", "chie"), Action: resource.Delete, Before: at(0), Reason: "it is no longer in the plan",
				Fields: []resource.FieldChange{{Path: "display_name", Before: "Chie"}}},
			{Addr: addr("engagement_plan", "aiko"), Action: resource.Create, After: at(5), Fields: []resource.FieldChange{
				{Path: "stages", After: [][]target{stage("aiko/mail")}},
			}},
			{Addr: addr("engagement_plan", "ben"), Action: resource.Update, Before: at(0), After: at(6), Fields: []resource.FieldChange{
				{Path: "stages", Before: [][]target{stage("ben/a"), stage("ben/z")}, After: [][]target{stage("ben/a"), stage("ben/b"), stage("ben/z")}},
				{Path: "wait_minutes", Before: 5, After: 10},
				{Path: "chat", Before: nil, After: []string{"one", "two"}},
			}},
		},
		Refusals: []resource.Refusal{{Addr: addr("contact", "dora"), Action: resource.Update, Guard: "foreign",
			Why: "contact/dora belongs to owner \"other\" and is not touched", Lift: "give it another name"}},
		Unread: []resource.Unread{
			{Addr: addr("response_plan", ""), Err: errors.New("denied")},
			{Addr: addr("channel", "ben/"), Err: errors.New("call +12025550101 failed")},
		},
		Same: 4,
	}
}

const sampleText = `~ channel/aiko/phone (plans/people.yaml:7:3)
    address: +***01 -> +***02
    note: the new address must be activated again
~ channel/ben/mail (plans/people.yaml:8:3)
    address: ***@example.com -> ***@example.com (the hidden part differs)
-/+ channel/ben/text (plans/people.yaml:9:3)
    type: SMS -> VOICE
+ contact/aiko (plans/people.yaml:4:3)
    display_name: "Aiko | Sato\n` + "`x`" + `"
    tags: {"a b": c, team: web}
- contact/chie
    because it is no longer in the plan
+ engagement_plan/aiko (plans/people.yaml:5:3)
    stages:
      + [{channel: channel/aiko/mail, retry_minutes: 2}]
~ engagement_plan/ben (plans/people.yaml:6:3)
    stages: 2 -> 3 entries
        [{channel: channel/ben/a, retry_minutes: 2}]
      + [{channel: channel/ben/b, retry_minutes: 2}]
        [{channel: channel/ben/z, retry_minutes: 2}]
    wait_minutes: 5 -> 10
    chat: (none) -> [one, two]

Plan: 2 to create, 3 to update, 1 to replace, 1 to delete. Refused: 1. Not read: 2.
`

func TestChangesText(t *testing.T) {
	var out bytes.Buffer
	writeChanges(&out, "local", sample(), nil, false)
	if d := cmp.Diff(sampleText, out.String()); d != "" {
		t.Error(d)
	}
}

// Colours add nothing but colours.
func TestChangesColored(t *testing.T) {
	var out bytes.Buffer
	writeChanges(&out, "local", sample(), nil, true)
	if !strings.Contains(out.String(), "\x1b[") {
		t.Error("no colours")
	}
	if d := cmp.Diff(sampleText, withoutColors(out.String())); d != "" {
		t.Error(d)
	}
}

func withoutColors(s string) string {
	var b strings.Builder
	for {
		before, after, found := strings.Cut(s, "\x1b[")
		b.WriteString(before)
		if !found {
			return b.String()
		}
		_, s, _ = strings.Cut(after, "m")
	}
}

func TestHindrances(t *testing.T) {
	var out bytes.Buffer
	writeHindrances(&out, sample())
	want := `watchbill: every response_plan could not be read, so nothing is planned for it: denied
watchbill: every channel of ben could not be read, so nothing is planned for it: call +***01 failed
watchbill: refused: contact/dora belongs to owner "other" and is not touched [foreign]
  hint: give it another name
`
	if d := cmp.Diff(want, out.String()); d != "" {
		t.Error(d)
	}
}

func TestMarkdown(t *testing.T) {
	var out bytes.Buffer
	writeMarkdown(&out, "to*kyo", sample(), nil)
	text := out.String()
	for _, want := range []string{
		"### watchbill: to\\*kyo\n",
		"**Plan: 2 to create, 3 to update, 1 to replace, 1 to delete. Refused: 1. Not read: 2.**",
		"> **Refused** (foreign): contact/dora belongs to owner \"other\" and is not touched  \n> give it another name\n",
		"> **Not read**: every response\\_plan: denied\n",
		"\n```diff\n! channel/aiko/phone (plans/people.yaml:7:3)\n",
		"\n! (replace) channel/ben/text (plans/people.yaml:9:3)\n",
		"\n- contact/chie\n",
		"\n+       [{channel: channel/ben/b, retry_minutes: 2}]\n",
	} {
		if !strings.Contains(text, want) {
			t.Errorf("no %q in\n%s", want, text)
		}
	}
}

// A value cannot end the block it stands in.
func TestMarkdownFence(t *testing.T) {
	cs := &resource.ChangeSet{Changes: []*resource.Change{{
		Addr: resource.Addr{Kind: "contact", Name: "a"}, Action: resource.Create, After: &resource.Object{},
		Fields: []resource.FieldChange{{Path: "name", After: "````"}},
	}}}
	var out bytes.Buffer
	writeMarkdown(&out, "local", cs, nil)
	if !strings.Contains(out.String(), "\n`````diff\n") {
		t.Errorf("the fence is too short:\n%s", out.String())
	}
}

// The keys of the issue are there, with their types, and empty lists are lists.
func TestChangesJSON(t *testing.T) {
	text, err := json.Marshal(newChangesJSON("local", sample(), nil))
	if err != nil {
		t.Fatal(err)
	}
	var got struct {
		SchemaVersion int    `json:"schema_version"`
		Target        string `json:"target"`
		Changes       []struct {
			Address, Action string
			Fields          []struct {
				Path          string
				Before, After any
				Sensitive     bool
			}
			Origin *struct {
				File         string
				Line, Column int
			}
		}
		Summary map[string]int
	}
	if err := json.Unmarshal(text, &got); err != nil {
		t.Fatal(err)
	}
	if got.SchemaVersion != 1 || got.Target != "local" || len(got.Changes) != 7 {
		t.Errorf("got %s", text)
	}
	first := got.Changes[0]
	if first.Address != "channel/aiko/phone" || first.Action != "update" || first.Origin.Line != 7 || !first.Fields[0].Sensitive || first.Fields[0].Before != "+***01" {
		t.Errorf("first change: %+v", first)
	}
	if d := cmp.Diff(map[string]int{"create": 2, "update": 3, "replace": 1, "delete": 1, "same": 4}, got.Summary); d != "" {
		t.Error(d)
	}
	empty, err := json.Marshal(newChangesJSON("local", &resource.ChangeSet{}, nil))
	if err != nil || strings.Contains(string(empty), "null") {
		t.Errorf("an empty change set: %s %v", empty, err)
	}
}
