package emulator_test

import (
	"encoding/json"
	"errors"
	"testing"
	"time"

	"github.com/watchbill/watchbill/emulator"
)

// tables is an exported state, for the test to spoil.
type tables struct {
	Format  int                                  `json:"format"`
	Account string                               `json:"account"`
	Tables  map[string]map[string]map[string]any `json:"tables"`
}

// TestEngagementsAreImported: a state that was exported in the middle goes on from there, twice alike;
// one that does not hold together is refused and changes nothing.
func TestEngagementsAreImported(t *testing.T) {
	h := heldAccount(t, emulator.Options{})
	a, b := h.pager("aiko", 5, 1), h.pager("bea", 3, 1)
	h.engage(h.escalation("web", stage(4, reach(a, true)), stage(4, reach(b, true))), "shop")
	h.after(150 * time.Second)
	middle := need(h.server.Export())(t)
	h.after(time.Hour)
	want := h.sent()
	if len(want) != 8 {
		t.Fatalf("messages %q", want)
	}
	for what, spoil := range map[string]func(tables){
		"nobody waits":    func(s tables) { clear(s.Tables["dues"]) },
		"no engagement":   func(s tables) { clear(s.Tables["engagements"]); clear(s.Tables["listings"]); clear(s.Tables["pages"]) },
		"no run":          func(s tables) { clear(s.Tables["runs"]) },
		"no page":         func(s tables) { clear(s.Tables["pages"]) },
		"wrong name":      func(s tables) { s.Tables["runs"]["x"] = s.Tables["runs"]["shop"] },
		"wrong place":     func(s tables) { someRow(s, "engagements")["Root"] = 1 },
		"too many":        func(s tables) { someRow(s, "runs")["Engagements"] = []string{"x", "y"} },
		"leads nowhere":   func(s tables) { first(someRow(s, "runs")["Course"].(map[string]any)["due"])["of"] = 9 },
		"engaged nowhere": func(s tables) { first(someRow(s, "runs")["Course"].(map[string]any)["engaged"])["root"] = -1 },
	} {
		var s tables
		if err := json.Unmarshal(middle, &s); err != nil {
			t.Fatal(err)
		}
		spoil(s)
		if err := h.server.Import(need(json.Marshal(s))(t)); !errors.Is(err, emulator.ErrState) {
			t.Errorf("%s: %v", what, err)
		}
	}
	equal(t, "messages after refused imports", h.sent(), want)
	if err := h.server.Import(middle); err != nil {
		t.Fatal(err)
	}
	equal(t, "time", h.clock().Now.Sub(firstOfDay), 150*time.Second)
	equal(t, "messages in the middle", h.sent(), want[:3])
	h.after(time.Hour)
	equal(t, "messages", h.sent(), want)
}

// someRow is some row of a table.
func someRow(s tables, table string) map[string]any {
	for _, row := range s.Tables[table] {
		return row
	}
	return nil
}

func first(list any) map[string]any { return list.([]any)[0].(map[string]any) }
