package compiler_test

import (
	"strings"
	"syscall"
	"testing"

	"github.com/watchbill/watchbill/compiler"
)

const paged = `-- p/plan.yaml --
contacts:
  aiko:
    channels: {text: {sms: {env: AIKO}}}
    engagement_plan: [{page: [text], wait: 5m}]
response_plans:
  down: {title: Down, impact: high, engage: [aiko]}
`

const oneTest = "tests: [{name: A, response_plan: down, at: now, expect: [{first_page: 0m}]}]\n"

// Broken tests are told apart from a broken plan: they never stop it, and it is the
// same plan with them and without.
func TestTestsNeverStopThePlan(t *testing.T) {
	enter(t, paged)
	without := compile(t, "p", compiler.Options{})
	enter(t, paged+"-- p/a_test.yaml --\ntests: [{name: A, response_plan: dwon, at: noww}]\n-- p/b_test.yaml --\n{\n")
	r := compile(t, "p", compiler.Options{Tests: true})
	if r.Desired == nil || said(r.Findings) != said(without.Findings) || r.Revision != without.Revision {
		t.Errorf("the plan has\n%s\nbecause of its tests", said(r.Findings))
	}
	if len(r.Tests.Findings) != 4 {
		t.Errorf("the tests have\n%s", said(r.Tests.Findings))
	}
	if without.Tests != nil {
		t.Error("nobody asked for tests")
	}
}

// Tests lie where plan files may, and no others are read.
func TestTestFiles(t *testing.T) {
	other := "-- p/other/watchbill.yaml --\nowner: other\n-- p/other/x_test.yaml --\n" + oneTest
	enter(t, paged+"-- p/z_test.yaml --\n"+oneTest+"-- p/sub/a_test.yml --\n"+oneTest+"-- p/.hidden_test.yaml --\n{\n"+other+"-- away/y_test.yaml --\n{\n")
	link(t, "z_test.yaml", "p/link_test.yaml")
	link(t, "../away/y_test.yaml", "p/away_test.yaml")
	link(t, "nowhere", "p/lost_test.yaml")
	if err := syscall.Mkfifo("p/pipe_test.yaml", 0o600); err != nil {
		t.Fatal(err)
	}
	r := compile(t, "p", compiler.Options{Tests: true})
	same(t, strings.Join(r.Tests.Files, " "), "p/sub/a_test.yml p/z_test.yaml")
	same(t, said(r.Tests.Findings), `! p/away_test.yaml: the link leads out of the plan folder [outside-folder]
    -> put the files into the folder, or remove the link
! p/lost_test.yaml: the link cannot be followed: no such file or directory [unreadable]
    -> let it lead to a file of the folder, or remove it
! p/pipe_test.yaml: "pipe_test.yaml" is a pipe, not a file [not-a-file]
    -> move it out of the plan folder, or give it another ending
`)
	files, err := compiler.PlanFiles(t.Context(), "p")
	same(t, strings.Join(files, " "), "p/plan.yaml p/sub/a_test.yml p/z_test.yaml")
	if err != nil {
		t.Error(err)
	}
}

// What the schema and the reader say about a test file.
func TestTestFindings(t *testing.T) {
	enter(t, paged+`-- p/watchbill.yaml --
targets: {local: {vars: {who: aiko}}}
-- p/a_test.yaml --
version: 1
x-night: &night {response_plan: down, at: 2026-12-13T03:00:00Z}
test: []
tests:
  - {<<: *night, name: A, expect: [{contact: "${who}", by: 5}]}
  - {<<: *night, name: A, expect: [{contact: aiko, nobody: aiko}, {by: 5m}]}
  - {<<: *night, name: B, expcet: [], expect: []}
  - {name: C, at: [], acknowledge: [aiko], expect: {first_page: 5m}}
  - D
-- p/b_test.yaml --
- tests
-- p/c_test.yaml --
contacts: {}
-- p/f_test.yaml --
version: 1
-- p/d_test.yaml --
# nothing yet
-- p/e_test.yaml --
tests:
`)
	r := compile(t, "p", compiler.Options{Tests: true})
	same(t, said(r.Tests.Findings), `! p/a_test.yaml:3:1-5: unknown key "test" in the test file; did you mean "tests"? [unknown-key]
! p/a_test.yaml:5:60-61: "by" must be a duration, not 5 [bad-duration]
    -> write 5m
! p/a_test.yaml:6:24-25: two tests of this file are called "A" [duplicate-name]
    p/a_test.yaml:5:24: the first one is here
    -> give one another name: --run and reports tell tests apart by it
! p/a_test.yaml:6:36-65: expectation 1 has contact and nobody at once [wrong-value]
    -> write exactly one of contact, nobody, first_page, stops or on_call
! p/a_test.yaml:6:67-75: expectation 2 has none of contact, nobody, first_page, stops and on_call [missing-key]
    -> write exactly one of contact, nobody, first_page, stops or on_call
! p/a_test.yaml:6:72-74: by says when a contact is paged at the latest, and this expects no contact to be paged [untestable]
    -> write {contact: NAME, by: …}; what must not be yet is {nobody: NAME, before: …}
! p/a_test.yaml:7:27-33: unknown key "expcet" in test 3; did you mean "expect"? [unknown-key]
! p/a_test.yaml:7:39-45: "expect" is empty [wrong-value]
    -> for example expect: [{by: 5m, contact: aiko}]
! p/a_test.yaml:8:15-17: "at" is empty [wrong-value]
    -> for example at: "2026-12-13 03:00 Asia/Tokyo"
! p/a_test.yaml:8:36-42: "acknowledge" must be a mapping, not a list [wrong-type]
    -> for example acknowledge: {ben: 12m}
! p/a_test.yaml:8:52-68: "expect" must be a list, not a mapping [wrong-type]
    -> for example expect: [{by: 5m, contact: aiko}]
! p/a_test.yaml:9:5-6: test 5 must be a mapping, not a text [wrong-type]
! p/b_test.yaml:1:1-8: a test file must be a mapping, not a list [wrong-type]
    -> begin with tests:
! p/c_test.yaml:1:1-9: "contacts" belongs into a plan file, and this is one of tests: its name ends in _test [unknown-key]
    -> move it into another file, or rename this one
! p/f_test.yaml:1:1-8: the test file has no "tests" [missing-key]
    -> add tests: [{at: now, expect: [{first_page: 0m}], name: "Somebody is paged at once", response_plan: site-down}]
`)
}

// A name goes to terminals and CI servers as it is.
func TestNameOfATestIsOneLine(t *testing.T) {
	for _, name := range []string{`A\nok    B`, `\e[2K`, `\u202eA`, `A\u2028B`} {
		enter(t, paged+"-- p/a_test.yaml --\n"+strings.Replace(oneTest, "name: A", `name: "`+name+`"`, 1))
		r := compile(t, "p", compiler.Options{Tests: true})
		if len(r.Tests.Findings) != 1 || r.Tests.Findings[0].Code != "wrong-value" {
			t.Errorf("of %s it says\n%s", name, said(r.Tests.Findings))
		}
	}
}
