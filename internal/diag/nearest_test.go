package diag_test

import (
	"testing"

	"github.com/watchbill/watchbill/internal/diag"
)

func TestNearest(t *testing.T) {
	people := []string{"aiko", "alice", "ben", "chie", "database-primary"}
	for word, want := range map[string]string{
		"alcie":            "alice", // swapped
		"alic":             "alice",
		"Alice":            "alice",
		"bne":              "ben",
		"datbase-primray":  "database-primary",
		"zoe":              "",
		"b":                "",
		"":                 "",
		"ben":              "", // it is known: whatever is wrong, it is not the spelling
		"completely-other": "",
	} {
		if got := diag.Nearest(word, people); got != want {
			t.Errorf("Nearest(%q) = %q, want %q", word, got, want)
		}
	}
}
