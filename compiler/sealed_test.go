package compiler_test

import (
	"bytes"
	"encoding/base64"
	"fmt"
	"os"
	"os/exec"
	"path/filepath"
	"regexp"
	"slices"
	"strings"
	"testing"

	"filippo.io/age"
	"filippo.io/age/armor"

	"github.com/watchbill/watchbill/compiler"
	"github.com/watchbill/watchbill/internal/diag"
	"github.com/watchbill/watchbill/internal/resource"
)

const secretPlan = `contacts:
  aiko:
    name: Aiko Sato
    channels:
      mail: {email: aiko@example.com}
      phone: {voice: "+12025550123"}
    engagement_plan:
      - {page: [mail, phone], wait: 5m}
`

// encrypt writes text, encrypted for a new identity, and returns the identity's lines.
func encrypt(t *testing.T, name, text string, armored bool) string {
	t.Helper()
	identity, err := age.GenerateX25519Identity()
	if err != nil {
		t.Fatal(err)
	}
	var out bytes.Buffer
	w := armor.NewWriter(&out)
	if !armored {
		w = nopCloser{&out}
	}
	in, err := age.Encrypt(w, identity.Recipient())
	if err != nil {
		t.Fatal(err)
	}
	if _, err := in.Write([]byte(text)); err != nil {
		t.Fatal(err)
	}
	for _, close := range []func() error{in.Close, w.Close} {
		if err := close(); err != nil {
			t.Fatal(err)
		}
	}
	if err := os.WriteFile(name, out.Bytes(), 0o600); err != nil {
		t.Fatal(err)
	}
	return identity.String() + "\n"
}

type nopCloser struct{ *bytes.Buffer }

func (nopCloser) Close() error { return nil }

// only answers for one variable: the machine's own keys are not the test's.
func only(name, value string) func(string) (string, bool) {
	return environment(map[string]string{name: value})
}

// printed is what is said of a plan, as the text of findings and the sources with them.
func printed(t *testing.T, r *compiler.Result) string {
	t.Helper()
	var out bytes.Buffer
	if err := diag.Print(&out, "text", r.Findings, r.Sources, diag.PrintOptions{}); err != nil {
		t.Fatal(err)
	}
	return out.String()
}

// codesOf are the findings without their words.
func codesOf(r *compiler.Result) string {
	var b strings.Builder
	for _, f := range r.Findings {
		fmt.Fprintf(&b, "%s %s %s\n", f.Pos, f.Severity, f.Code)
	}
	return b.String()
}

func TestAge(t *testing.T) {
	for _, armored := range []bool{true, false} {
		enter(t, "-- p/watchbill.yaml --\nrules: {unused-item: off, plain-pii: error}\n-- p/keys/none --\n")
		key := encrypt(t, "p/people.yaml.age", secretPlan, armored)
		if err := os.WriteFile("identity", []byte("# mine\n"+key), 0o600); err != nil {
			t.Fatal(err)
		}
		for variable, value := range map[string]string{"SOPS_AGE_KEY": key, "SOPS_AGE_KEY_FILE": "identity", "WATCHBILL_AGE_IDENTITY_FILE": "identity"} {
			r := compile(t, "p", compiler.Options{Values: true, LookupEnv: only(variable, value)})
			if r.Desired == nil || r.Plan.Contacts[0].Channels[1].Address.Value.Reveal() != "+12025550123" || len(r.Findings) > 0 {
				t.Errorf("%s, armored %v: %v", variable, armored, r.Findings)
			}
			if offline := compile(t, "p", compiler.Options{LookupEnv: only(variable, value)}); offline.Desired == nil || offline.Revision != r.Revision {
				t.Errorf("%s, armored %v, without values: %v", variable, armored, offline.Findings)
			}
		}
		nobody := environment(nil)
		r := compile(t, "p", compiler.Options{LookupEnv: nobody})
		same(t, codesOf(r), `
p/people.yaml.age info unopened-file
`)
		if r.Desired != nil {
			t.Error("a plan of which nothing is known wants something")
		}
		r = compile(t, "p", compiler.Options{Values: true, LookupEnv: nobody})
		same(t, codesOf(r), `
p/people.yaml.age error sealed-file
`)
	}
}

// A mistake in a file that was opened has its place, and no line of the file is shown.
func TestAgeShowsNothing(t *testing.T) {
	enter(t, "-- p/watchbill.yaml --\n")
	key := encrypt(t, "p/people.yaml.age", strings.ReplaceAll(secretPlan, "wait: 5m", "wait: 5x, canary: canary"), true)
	r := compile(t, "p", compiler.Options{Values: true, LookupEnv: only("SOPS_AGE_KEY", key)})
	got := printed(t, r)
	if !strings.Contains(got, "p/people.yaml.age:8:37: error: ") || strings.Contains(got, "Aiko") || len(r.Sources) > 0 {
		t.Errorf("printed\n%s", got)
	}
}

func TestAgeDamaged(t *testing.T) {
	enter(t, "-- p/watchbill.yaml --\n-- p/a.yaml.age --\ncontacts: {}\n-- p/watchbill.yaml.age --\nowner: x\n")
	key := encrypt(t, "p/b.yaml.age", secretPlan, false)
	src, err := os.ReadFile("p/b.yaml.age")
	if err != nil {
		t.Fatal(err)
	}
	src[len(src)-1] ^= 1
	other := encrypt(t, "p/c.yaml.age", secretPlan, false)
	if err := os.WriteFile("p/b.yaml.age", src, 0o600); err != nil {
		t.Fatal(err)
	}
	r := compile(t, "p", compiler.Options{Open: true, LookupEnv: only("SOPS_AGE_KEY", key)})
	for _, want := range []string{
		"p/a.yaml.age: error: the file was not opened with age: it is not encrypted with age",
		"p/b.yaml.age: error: the file was not opened with age: the age file is damaged",
		"p/c.yaml.age: error: the file was not opened with age: none of the age identities here opens it",
	} {
		if got := printed(t, r); !strings.Contains(got, want) {
			t.Errorf("%q is not in\n%s", want, got)
		}
	}
	for _, bad := range []string{"+12025550123", other[:20], "AGE-SECRET-KEY-1"} {
		r := compile(t, "p", compiler.Options{Values: true, LookupEnv: only("SOPS_AGE_KEY", bad)})
		if got := printed(t, r); strings.Contains(got, bad) || !strings.Contains(got, "SOPS_AGE_KEY holds something that is no age identity") {
			t.Errorf("printed\n%s", got)
		}
	}
}

// Encrypted files are laid out by who encrypts them.
func TestFormatLeavesEncryptedFiles(t *testing.T) {
	enter(t, "-- p/x --\n")
	encrypt(t, "p/a", secretPlan, true)
	encrypt(t, "p/b", secretPlan, false)
	for _, name := range []string{"p/a", "p/b"} {
		src, err := os.ReadFile(name)
		if err != nil {
			t.Fatal(err)
		}
		if out, err := compiler.Format(src); err != nil || !bytes.Equal(out, src) {
			t.Errorf("%s was changed: %v", name, err)
		}
	}
	for _, sealed := range []string{sopsed("a:\n\n\n    b:      ENC(c)\n"), "a:\n\n\n\n    b:   1\nsops:\n    mac:   x\n"} {
		if out, err := compiler.Format([]byte(sealed)); err != nil || string(out) != sealed {
			t.Errorf("%s was changed: %v", sealed, err)
		}
	}
	if out, err := compiler.Format([]byte("sops:   {a:   1}\n")); err != nil || string(out) != "sops: {a:   1}\n" {
		t.Errorf("a key of that name alone: %s, %v", out, err)
	}
}

var toSeal = regexp.MustCompile(`ENC\(([^)]*)\)`)

// sopsed is a plan as the stand-in for sops keeps it: each ENC(text) is a value.
func sopsed(plan string) string {
	return toSeal.ReplaceAllStringFunc(plan, func(s string) string {
		backwards := []byte(toSeal.FindStringSubmatch(s)[1])
		slices.Reverse(backwards)
		return fmt.Sprintf("ENC[AES256_GCM,data:%s,iv:AAAA,tag:AAAA,type:str]", base64.StdEncoding.EncodeToString(backwards))
	}) + "sops:\n    mac: right\n    version: 3.13.3\n"
}

// withSOPS puts the stand-in for sops on the PATH, alone.
func withSOPS(t *testing.T) {
	t.Helper()
	dir := t.TempDir()
	build := exec.Command("go", "build", "-o", filepath.Join(dir, "sops"), "../internal/sealed/testdata/sops")
	if out, err := build.CombinedOutput(); err != nil {
		t.Fatalf("%v\n%s", err, out)
	}
	t.Setenv("PATH", dir)
}

const sopsPlan = `contacts:
    aiko:
        name: ENC(Aiko Sato)
        channels:
            mail:
                email: ENC(aiko@example.com)
            # ENC(watchbill:ignore unused-channel it will be paged soon)
            phone:
                voice: ENC(+12025550123)
        engagement_plan:
            - page:
                - ENC(mail)
              wait: ENC(5m)
`

func TestSOPS(t *testing.T) {
	withSOPS(t)
	t.Setenv("SOPS_FAKE", "open")
	nobody := environment(nil)
	enter(t, "-- p/watchbill.yaml --\nrules: {plain-pii: error}\n-- p/a.yaml --\n"+sopsed(sopsPlan))
	r := compile(t, "p", compiler.Options{Values: true, LookupEnv: nobody})
	same(t, codesOf(r), "") // the comment is decrypted, too
	aiko := r.Plan.Contacts[0]
	phone := aiko.Channels[1].Address
	if aiko.DisplayName.V != "Aiko Sato" || phone.Value.Reveal() != "+12025550123" || phone.At.Line != 9 || phone.At.Col != 24 || phone.From != "sops" {
		t.Errorf("read as %q, %+v", aiko.DisplayName.V, phone)
	}
	// What is written wrongly is shown as it lies there.
	enter(t, "-- p/watchbill.yaml --\nrules: {unused-item: off}\n-- p/a.yaml --\n"+sopsed(strings.Replace(strings.Replace(sopsPlan, "ENC(5m)", "ENC(5x)", 1), "ENC(mail)", "ENC(mial)", 1)))
	got := printed(t, compile(t, "p", compiler.Options{Values: true, LookupEnv: nobody}))
	if !strings.Contains(got, "p/a.yaml:13:21: error: ") || !strings.Contains(got, "   13 |               wait: ENC[AES256_GCM,data:") {
		t.Errorf("printed\n%s", got)
	}
}

// Without a key the structure is checked, and that the values were not is said once.
func TestSOPSUnread(t *testing.T) {
	t.Setenv("PATH", t.TempDir())
	nobody := environment(nil)
	addresses := strings.NewReplacer("ENC(watchbill:ignore unused-channel it will be paged soon)", "watchbill:ignore unused-channel soon", "ENC(Aiko Sato)", "Aiko", "ENC(mail)", "mail", "ENC(5m)", "5m").Replace(sopsPlan)
	enter(t, "-- p/watchbill.yaml --\nrules: {unused-item: off}\n-- p/a.yaml --\n"+sopsed(addresses))
	r := compile(t, "p", compiler.Options{LookupEnv: nobody})
	same(t, codesOf(r), "\np/a.yaml info unopened-file\n")
	if r.Desired == nil || len(r.Plan.Contacts[0].Channels) != 2 {
		t.Error("only addresses are encrypted: who is paged when is known")
	}
	// More is encrypted: nothing is concluded from what is not known.
	enter(t, "-- p/watchbill.yaml --\n-- p/a.yaml --\n"+sopsed(sopsPlan)+"-- p/b.yaml --\n"+sopsed("contacts:\n  ben:\n    nmae: x\n    channels:\n      a:\n        email: ENC(b@example.com)\n"))
	r = compile(t, "p", compiler.Options{LookupEnv: nobody})
	same(t, codesOf(r), "\np/a.yaml info unopened-file\np/b.yaml:3:5 error unknown-key\n")
	if r.Desired != nil {
		t.Error("a plan that is known in part wants something")
	}
	same(t, codesOf(compile(t, "p", compiler.Options{Values: true, LookupEnv: nobody})),
		"\np/a.yaml:14:1 error sealed-file\np/b.yaml:3:5 error unknown-key\np/b.yaml:7:1 error sealed-file\n")
	// What names a document may be encrypted.
	runbook := "runbooks:\n    look:\n        source: ENC(look.yaml)\n        role: ENC(arn:aws:iam::111122223333:role/x)\n"
	enter(t, "-- p/look.yaml --\nschemaVersion: '0.3'\nmainSteps: [{name: a, action: 'aws:sleep'}]\n-- p/a.yaml --\n"+sopsed(runbook))
	same(t, codesOf(compile(t, "p", compiler.Options{LookupEnv: nobody})), "\np/a.yaml info unopened-file\n")
}

func TestSOPSRefuses(t *testing.T) {
	withSOPS(t)
	nobody := environment(nil)
	enter(t, "-- p/watchbill.yaml --\nrules: {unused-item: off}\n-- p/a.yaml --\n"+sopsed(sopsPlan)+"-- q/a.yaml --\n"+strings.Replace(sopsed(sopsPlan), "mac: right", "mac: wrong", 1))
	for _, tc := range []struct{ dir, mode, want string }{
		{"p", "", "sops has no key that opens it"},
		{"p", "shape", "what sops decrypts has other keys or entries than the file"},
		{"p", "text", "what sops decrypts is not YAML"},
		{"p", "flood", "it holds more than 4 MiB"},
		{"q", "open", "its signature (MAC) is not that of its values"},
	} {
		t.Setenv("SOPS_FAKE", tc.mode)
		r := compile(t, tc.dir, compiler.Options{Values: true, LookupEnv: nobody})
		got := printed(t, r)
		if !strings.Contains(got, tc.dir+"/a.yaml:14:1: error: the file was not opened with sops: "+tc.want) || r.Desired != nil || len(r.Findings) != 1 {
			t.Errorf("%s %s\n%s", tc.dir, tc.mode, got)
		}
		if strings.Contains(got, "2025550") || strings.Contains(got, "key@") || strings.Contains(got, "\x1b") {
			t.Errorf("what sops says was repeated:\n%s", got)
		}
	}
}

// The program itself, with an age key.
func TestSOPSItself(t *testing.T) {
	sops, err := exec.LookPath("sops")
	if err != nil {
		t.Skip("sops is not on this machine")
	}
	identity, err := age.GenerateX25519Identity()
	if err != nil {
		t.Fatal(err)
	}
	// Everything that SOPS writes in another way: comments, anchors, flows, blocks, kinds of
	// scalars, several documents.
	const plan = "# head\nx-stage: &st {page: [mail, phone], wait: 5m, retry: 2m}\n" + secretPlan + `      - *st
      - <<: *st
        wait: 1h30m
    tags: {}
---
contacts:
  ben: # watchbill:ignore unused-item soon
    name: "no"
    channels: {mail: {email: ben@example.com, protect: true}}
    engagement_plan: [{page: [mail], wait: 5m}]
response_plans:
  down:
    title: '佐藤 is "down": x'
    impact: critical
    summary: |
      one

      two
    engage: [aiko]
    incident_tags: {a: "09:00", b: "0123"}
replication_set: {regions: {eu-west-1: {}, us-east-1: null}}
`
	enter(t, "-- p/watchbill.yaml --\nrules: {single-person: off}\n-- p/a.yaml --\n"+plan)
	key := only("SOPS_AGE_KEY", identity.String())
	t.Setenv("SOPS_AGE_KEY", identity.String())
	plain := compile(t, "p", compiler.Options{Values: true, LookupEnv: key})
	if plain.Desired == nil {
		t.Fatal(plain.Findings)
	}
	for _, more := range [][]string{nil, {"--encrypted-regex", "^(email|sms|voice)$"}} {
		if err := os.WriteFile("p/a.yaml", []byte(plan), 0o600); err != nil {
			t.Fatal(err)
		}
		args := append([]string{"--encrypt", "--in-place", "--age", identity.Recipient().String()}, more...)
		if out, err := exec.Command(sops, append(args, "p/a.yaml")...).CombinedOutput(); err != nil {
			t.Fatalf("%v\n%s", err, out)
		}
		r := compile(t, "p", compiler.Options{Values: true, LookupEnv: key})
		if r.Desired == nil || !resource.Diff(plain.Desired, r.Desired).Empty() || len(r.Findings) != len(plain.Findings) {
			t.Errorf("%v: %v, without encryption %v", more, r.Findings, plain.Findings)
			continue
		}
		if at := r.Plan.Contacts[0].Channels[1].Address; at.Value.Reveal() != "+12025550123" {
			t.Errorf("%v: the number is %v", more, at)
		}
		if offline := compile(t, "p", compiler.Options{LookupEnv: key}); offline.Desired == nil || len(offline.Findings) != len(plain.Findings) {
			t.Errorf("%v: with the key at hand validate says %v", more, offline.Findings)
		}
		// A hand that changes the file breaks its signature.
		src, err := os.ReadFile("p/a.yaml")
		if err != nil {
			t.Fatal(err)
		}
		if err := os.WriteFile("p/a.yaml", bytes.Replace(src, []byte("\ncontacts:"), []byte("\nx-more: 1\ncontacts:"), 1), 0o600); err != nil {
			t.Fatal(err)
		}
		if got := printed(t, compile(t, "p", compiler.Options{Values: true, LookupEnv: key})); !strings.Contains(got, "was changed without sops") {
			t.Errorf("%v: changed by hand\n%s", more, got)
		}
	}
}
