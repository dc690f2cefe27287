package main

import (
	"bytes"
	"os"
	"path/filepath"
	"strings"
	"testing"
)

// The pictures of the guides are drawn by the program, of the example plans. UPDATE=1 draws
// them anew.
func TestPictures(t *testing.T) {
	const folder = "../../docs/pictures"
	for name, line := range map[string][]string{
		"oncall.svg":   {"oncall", "../../plans/holidays", "--now", "2026-12-21T00:00:00Z", "--output", "svg"},
		"simulate.svg": {"simulate", "ec2-down", "../../plans", "--at", "2026-12-13 03:00 Asia/Tokyo", "--ack", "ben@12m", "--output", "svg"},
	} {
		var out, said bytes.Buffer
		if exit := run(t.Context(), process{out: &out, err: &said}, line); exit != exitDone {
			t.Errorf("watchbill %s: exit code %d\n%s", strings.Join(line, " "), exit, said.String())
			continue
		}
		file := filepath.Join(folder, name)
		if os.Getenv("UPDATE") != "" {
			if err := os.WriteFile(file, out.Bytes(), 0o644); err != nil {
				t.Fatal(err)
			}
		}
		have, err := os.ReadFile(file)
		if err != nil {
			t.Fatal(err)
		}
		if !bytes.Equal(have, out.Bytes()) {
			t.Errorf("%s is not what the program draws; UPDATE=1 go test ./cmd/watchbill -run TestPictures draws it anew", file)
		}
	}
}
