package compiler_test

import (
	"bytes"
	"encoding/json"
	"fmt"
	"os"
	"strings"
	"syscall"
	"testing"

	"github.com/watchbill/watchbill/compiler"
)

const referring = `
-- p/a.yaml --
contacts:
  aiko:
    channels:
      a: {email: aiko@example.com}
      b: {sms: {env: AIKO_SMS}}
      c: {voice: {file: secrets/aiko}}
-- p/secrets/aiko --
+12025550123
`

func environment(vars map[string]string) func(string) (string, bool) {
	return func(name string) (string, bool) {
		value, ok := vars[name]
		return value, ok
	}
}

func TestValues(t *testing.T) {
	enter(t, referring)
	env := environment(map[string]string{"AIKO_SMS": "+12025550199\n"})
	addresses := func(o compiler.Options) string {
		var b strings.Builder
		r := compile(t, "p", o)
		for _, c := range r.Plan.Contacts[0].Channels {
			fmt.Fprintf(&b, "%s %s %q %q %s\n", c.Type.V, c.Address.Value.Reveal(), c.Address.From, c.Address.Ref, c.Address.At)
		}
		return b.String() + errorsOf(r)
	}
	same(t, addresses(compiler.Options{Values: true, LookupEnv: env}), `
EMAIL aiko@example.com "" "" p/a.yaml:4:18
SMS +12025550199 "env" "AIKO_SMS" p/a.yaml:5:22
VOICE +12025550123 "file" "secrets/aiko" p/a.yaml:6:25
`)
	same(t, addresses(compiler.Options{LookupEnv: func(string) (string, bool) {
		t.Error("validate reads the environment")
		return "", false
	}}), `
EMAIL aiko@example.com "" "" p/a.yaml:4:18
SMS  "env" "AIKO_SMS" p/a.yaml:5:22
VOICE  "file" "secrets/aiko" p/a.yaml:6:25
`)
}

// Values are not in the revision: anybody could find a phone number whose digest is
// printed by trying them all.
func TestRevisionHoldsNoValue(t *testing.T) {
	enter(t, referring)
	revision := func(sms string) string {
		return compile(t, "p", compiler.Options{Values: true, LookupEnv: environment(map[string]string{"AIKO_SMS": sms})}).Revision
	}
	if revision("+12025550199") != revision("+12025550198") {
		t.Error("the revision depends on a value")
	}
}

func TestValuesStayMasked(t *testing.T) {
	enter(t, referring)
	r := compile(t, "p", compiler.Options{Values: true, LookupEnv: environment(map[string]string{"AIKO_SMS": "+12025550199"})})
	var b bytes.Buffer
	fmt.Fprintf(&b, "%v %+v %#v", r.Plan.Contacts[0].Channels[0], *r.Plan.Contacts[0].Channels[1], *r.Plan.Contacts[0].Channels[2])
	if err := json.NewEncoder(&b).Encode(r.Plan); err != nil {
		t.Fatal(err)
	}
	for _, address := range []string{"aiko@", "2025550199", "2025550123"} {
		if strings.Contains(b.String(), address) {
			t.Errorf("%s is printed:\n%s", address, b.String())
		}
	}
}

func TestUnresolvedValues(t *testing.T) {
	enter(t, `
-- p/a.yaml --
contacts:
  aiko:
    channels:
      a: {email: {env: UNSET}}
      b: {email: {env: EMPTY}}
      c: {sms: {file: nowhere}}
      d: {sms: {file: ../outside}}
      e: {sms: {file: /etc/passwd}}
      f: {sms: {file: link}}
      g: {sms: {file: pipe}}
      h: {sms: {file: empty}}
      i: {sms: {file: lines}}
      j: {sms: {file: large}}
      k: {sms: {file: binary}}
      l: {sms: {file: dir}}
      m: {sms: {file: dir/../inside}}
-- p/empty --

-- p/lines --
+12025550123
+12025550124
-- p/dir/x --
-- p/inside --
+12025550123
-- outside --
+12025550123
`)
	link(t, "../outside", "p/link")
	if err := syscall.Mkfifo("p/pipe", 0o666); err != nil {
		t.Fatal(err)
	}
	for name, src := range map[string]string{"p/large": strings.Repeat("1", 4097), "p/binary": "+1202\xff"} {
		if err := os.WriteFile(name, []byte(src), 0o666); err != nil {
			t.Fatal(err)
		}
	}
	r := compile(t, "p", compiler.Options{Values: true, LookupEnv: environment(map[string]string{"EMPTY": "\n"})})
	same(t, errorsOf(r), `
! p/a.yaml:4:24-29: the environment variable UNSET is not set [unresolved-value]
    -> set it where watchbill runs; validate does without
! p/a.yaml:5:24-29: the environment variable EMPTY is empty [unresolved-value]
    -> give it the address
! p/a.yaml:6:23-30: the file "nowhere" cannot be read: no such file or directory [unresolved-value]
    -> the path begins at the plan folder
! p/a.yaml:7:23-33: the file "../outside" is outside the plan folder [unresolved-value]
    -> name a file below the plan folder by its path from there
! p/a.yaml:8:23-34: the file "/etc/passwd" is outside the plan folder [unresolved-value]
    -> name a file below the plan folder by its path from there
! p/a.yaml:9:23-27: the file "link" is a link out of the plan folder [unresolved-value]
    -> name a file below the plan folder
! p/a.yaml:10:23-27: "pipe": this is a pipe, not a file [unresolved-value]
    -> name a file below the plan folder that holds the address and nothing else
! p/a.yaml:11:23-28: the file "empty" is empty [unresolved-value]
    -> put the address into it
! p/a.yaml:12:23-28: the file "lines" holds more than one line of text [unresolved-value]
    -> put the address and nothing else into it
! p/a.yaml:13:23-28: "large": the file is larger than 4 KiB [unresolved-value]
    -> name a file below the plan folder that holds the address and nothing else
! p/a.yaml:14:23-29: the file "binary" holds more than one line of text [unresolved-value]
    -> put the address and nothing else into it
! p/a.yaml:15:23-26: "dir": this is a folder, not a file [unresolved-value]
    -> name a file below the plan folder that holds the address and nothing else
`)
	if r.Desired != nil {
		t.Error("there is a desired state without the values")
	}
}

// A value that is no address by its looks is covered because of where it is used.
func TestPrivateFindings(t *testing.T) {
	enter(t, `
-- p/a.yaml --
x-number: &number 1_20
contacts:
  aiko: {channels: {a: {sms: *number}, b: {email: 5}, c: {voice: {env: 1X}}, d: {sms: []}}}
`)
	for _, f := range compile(t, "p", compiler.Options{}).Findings {
		if f.Code == "unreachable-contact" {
			continue
		}
		if f.Private == (f.Code == "wrong-type") {
			t.Errorf("private: %v, %s", f.Private, f)
		}
	}
}
