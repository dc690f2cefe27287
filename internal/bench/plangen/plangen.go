// Package plangen writes plan folders of any size, for benchmarks and for tests
// that need many of everything. The same Shape always gives the same bytes.
package plangen

import (
	"bytes"
	"fmt"
	"os"
	"path/filepath"
)

// Shape is the size of a generated plan folder. Every contact has a mail address,
// a text and a phone and an engagement plan of two stages: 26 lines with its
// comments. Every 10 contacts share an escalation plan, every 50 a response plan.
type Shape struct {
	Contacts int // at least 1
	Files    int // how many files the contacts are spread over, at least 1
	Region   string
	// Monitors is how many alarms on one metric of one resource there are beside them, each
	// for one of the response plans.
	Monitors int
}

// Write makes the plan folder dir.
func Write(dir string, s Shape) error {
	files := map[string][]byte{
		"watchbill.yaml": []byte("owner: bench\n"),
		"account.yaml":   fmt.Appendf(nil, "version: 1\nreplication_set:\n  regions:\n    %s: {}\n", s.Region),
		"escalate.yaml":  s.escalation(),
	}
	if s.Monitors > 0 {
		files["detect.yaml"] = s.monitors()
	}
	for f := range s.Files {
		files[fmt.Sprintf("team-%04d.yaml", f)] = s.team(f)
	}
	if err := os.MkdirAll(dir, 0o700); err != nil {
		return fmt.Errorf("make the plan folder: %w", err)
	}
	for name, data := range files {
		if err := os.WriteFile(filepath.Join(dir, name), data, 0o600); err != nil {
			return fmt.Errorf("write a plan file: %w", err)
		}
	}
	return nil
}

// Lines counts the lines Write puts into the plan files of s.
func (s Shape) Lines() int {
	n := 4 + bytes.Count(s.escalation(), []byte("\n"))
	if s.Monitors > 0 {
		n += bytes.Count(s.monitors(), []byte("\n"))
	}
	for f := range s.Files {
		n += bytes.Count(s.team(f), []byte("\n"))
	}
	return n
}

// team is file number f: every s.Files-th contact.
func (s Shape) team(f int) []byte {
	var b bytes.Buffer
	b.WriteString("# A team's people, written by a generator.\nversion: 1\n\ncontacts:\n")
	for c := f; c < s.Contacts; c += s.Files {
		// The reserved range has a hundred numbers; contacts may share one.
		fmt.Fprintf(&b, `  # Person number %[1]d.
  person-%05[1]d:
    name: Person Number %[1]d
    channels:
      # Where the details go.
      mail:
        email: person-%05[1]d@example.com
      # What wakes them.
      text:
        sms: "+120255501%02[2]d"
      phone:
        voice: "+120255501%02[2]d"
    engagement_plan:
      # Quietly first.
      - page:
          - mail
          - text
        retry: 2m
        wait: 5m
      # Then aloud.
      - page:
          - phone
        retry: 3m
        wait: 15m
    tags:
      team: team-%04[3]d
`, c, c%100, f)
	}
	return b.Bytes()
}

func (s Shape) escalation() []byte {
	var b bytes.Buffer
	b.WriteString("version: 1\n\nescalation_plans:\n")
	for first := 0; first < s.Contacts; first += 10 {
		fmt.Fprintf(&b, "  group-%04d:\n    name: Group %d\n    stages:\n", first/10, first/10)
		for c := first; c < min(first+10, s.Contacts); c++ {
			fmt.Fprintf(&b, "      - {page: [person-%05d], wait: 10m}\n", c)
		}
	}
	b.WriteString("\nresponse_plans:\n")
	for first := 0; first < s.Contacts; first += 50 {
		fmt.Fprintf(&b, "  service-%04d:\n    title: Service %d is down\n    impact: high\n    engage:\n", first/50, first/50)
		for g := first; g < min(first+50, s.Contacts); g += 10 {
			fmt.Fprintf(&b, "      - group-%04d\n", g/10)
		}
	}
	return b.Bytes()
}

func (s Shape) monitors() []byte {
	var b bytes.Buffer
	b.WriteString("version: 1\n\nmonitors:\n")
	for m := range s.Monitors {
		fmt.Fprintf(&b, `  host-%05[1]d:
    response_plan: service-%04[2]d
    metric:
      {namespace: AWS/EC2, name: StatusCheckFailed, statistic: Maximum, period: 1m, dimensions: {InstanceId: i-%017[1]x}}
    when: {at_least: 1, for: 2}
`, m, m%((s.Contacts+49)/50))
	}
	return b.Bytes()
}
