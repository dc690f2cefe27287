package compiler_test

import (
	"context"
	"fmt"
	"os"
	"path/filepath"
	"strings"
	"testing"

	"github.com/watchbill/watchbill/compiler"
	"github.com/watchbill/watchbill/internal/diag"
)

// writeTeam writes one plan file as a team would: contacts with two channels and
// two stages, an escalation plan over them and a response plan, about fifty lines
// for two contacts.
func writeTeam(b *strings.Builder, team, people int) {
	b.WriteString("version: 1\n\nx-timing: &urgent {retry: 2m, wait: 5m}\n\ncontacts:\n")
	for i := range people {
		fmt.Fprintf(b, `  # person %[2]d of team %[1]d
  t%[1]d-p%[2]d:
    name: Person %[2]d of team %[1]d
    channels:
      mail: {email: t%[1]d-p%[2]d@example.com}
      phone:
        voice: "+1202555%04[3]d"
    engagement_plan:
      - page: [mail]
        <<: *urgent
      - page: [phone]
        retry: 3m
        wait: 15m
    tags:
      team: t%[1]d
      site: tokyo

`, team, i, 100+i%100)
	}
	fmt.Fprintf(b, "escalation_plans:\n  t%[1]d:\n    name: Team %[1]d\n    stages:\n", team)
	for i := range min(people, 20) {
		fmt.Fprintf(b, "      - page: [t%d-p%d]\n        wait: 10m\n", team, i)
	}
	fmt.Fprintf(b, `
response_plans:
  t%[1]d-down:
    title: Service of team %[1]d is down
    impact: critical
    summary: |
      Look at the dashboard of team %[1]d first.
    engage: [t%[1]d]
    dedupe: t%[1]d-down
`, team)
}

func writePlan(b *testing.B, files, people int) (dir string, bytes int64) {
	dir = b.TempDir()
	set := "version: 1\nreplication_set:\n  regions: {us-east-1: {}}\n"
	if err := os.WriteFile(filepath.Join(dir, "account.yaml"), []byte(set), 0o666); err != nil {
		b.Fatal(err)
	}
	for i := range files {
		var text strings.Builder
		writeTeam(&text, i, people)
		bytes += int64(text.Len())
		name := filepath.Join(dir, fmt.Sprintf("team-%04d.yaml", i))
		if err := os.WriteFile(name, []byte(text.String()), 0o666); err != nil {
			b.Fatal(err)
		}
	}
	return dir, bytes
}

func BenchmarkCompile(b *testing.B) {
	for _, size := range []struct {
		name          string
		files, people int
	}{
		{"100files", 100, 2},
		{"1000files", 1000, 2},
		{"1file_2000contacts", 1, 2000},
	} {
		b.Run(size.name, func(b *testing.B) {
			dir, bytes := writePlan(b, size.files, size.people)
			b.SetBytes(bytes)
			b.ReportAllocs()
			for b.Loop() {
				r, err := compiler.Compile(context.Background(), dir, compiler.Options{})
				if err != nil || diag.HasErrors(r.Findings) {
					b.Fatal(err, r.Findings[:min(len(r.Findings), 3)])
				}
			}
		})
	}
}
