package compiler_test

import (
	"bytes"
	"os"
	"path/filepath"
	"strings"
	"syscall"
	"testing"

	"github.com/watchbill/watchbill/compiler"
)

const contact = "contacts: {aiko: {channels: {m: {email: aiko@example.com}}}}\n"

func link(t *testing.T, target, name string) {
	t.Helper()
	if err := os.MkdirAll(filepath.Dir(name), 0o777); err != nil {
		t.Fatal(err)
	}
	if err := os.Symlink(target, name); err != nil {
		t.Fatal(err)
	}
}

// Kubernetes mounts a ConfigMap as links into ..data, itself a link.
func TestConfigMap(t *testing.T) {
	enter(t, "-- p/..2026_11_23/web.yaml --\n"+contact+"-- p/..2026_11_23/watchbill.yaml --\nowner: k8s\n")
	link(t, "..2026_11_23", "p/..data")
	link(t, "..data/web.yaml", "p/web.yaml")
	link(t, "..data/watchbill.yaml", "p/watchbill.yaml")
	r := compile(t, "p", compiler.Options{})
	same(t, errorsOf(r), "")
	same(t, strings.Join(r.Files, " ")+" "+r.Settings.Owner.V, "p/web.yaml k8s")
}

// It is replaced while it is read: what is compiled is one state of it or the other.
func TestConfigMapMoves(t *testing.T) {
	const plan = "contacts: {aiko: {channels: {m: {email: {env: MAIL}}}}}\n"
	enter(t, "-- p/..old/a.yaml --\n"+plan+"-- p/..new/a.yaml --\nimpact_levels: {new: {level: 1}}\n"+plan)
	link(t, "..old", "p/..data")
	link(t, "..data/a.yaml", "p/a.yaml")
	asked := 0
	r := compile(t, "p", compiler.Options{Values: true, LookupEnv: func(string) (string, bool) {
		if asked++; asked == 1 {
			link(t, "..new", "p/..tmp")
			if err := os.Rename("p/..tmp", "p/..data"); err != nil {
				t.Fatal(err)
			}
		}
		return "aiko@example.com", true
	}})
	if asked != 2 || len(r.Plan.ImpactLevels) != 1 {
		t.Errorf("read %d times, %d levels:\n%s", asked, len(r.Plan.ImpactLevels), said(r.Findings))
	}
}

func TestConfigMapNeverRests(t *testing.T) {
	const plan = "contacts: {aiko: {channels: {m: {email: {env: MAIL}}}}}\n"
	enter(t, "-- p/..one/a.yaml --\n"+plan+"-- p/..two/a.yaml --\n"+plan)
	link(t, "..one", "p/..data")
	link(t, "..data/a.yaml", "p/a.yaml")
	asked := 0
	r := compile(t, "p", compiler.Options{Values: true, LookupEnv: func(string) (string, bool) {
		asked++
		link(t, []string{"..one", "..two"}[asked%2], "p/..tmp")
		if err := os.Rename("p/..tmp", "p/..data"); err != nil {
			t.Fatal(err)
		}
		return "aiko@example.com", true
	}})
	same(t, errorsOf(r), `
! p: the links of the folder are moved again and again while it is read [unreadable]
    -> try again when nobody changes it
`)
}

func TestLinks(t *testing.T) {
	enter(t, "-- p/a.yaml --\n"+contact+"-- p/sub/b.yaml --\nversion: 1\n-- q/c.yaml --\nversion: 1\n-- q/d.txt --\n")
	link(t, "a.yaml", "p/again.yaml")         // each file once
	link(t, "..", "p/sub/up")                 // a cycle
	link(t, "sub", "p/more")                  // a folder that was there already
	link(t, "../q/c.yaml", "p/out.yaml")      // leaves
	link(t, "../q", "p/outside")              // leaves
	link(t, "../q/d.txt", "p/note.txt")       // leaves, and is no plan file
	link(t, "nowhere", "p/lost.yaml")         // leads nowhere
	link(t, "nowhere", "p/lost.txt")          // nobody asks
	link(t, "loop.yaml", "p/loop.yaml")       // leads to itself
	link(t, "sub/../sub/b.yaml", "p/far.yml") // inside, the long way
	full, err := filepath.Abs("p/sub/b.yaml")
	if err != nil {
		t.Fatal(err)
	}
	link(t, full, "p/full.yaml") // inside, from the root
	r := compile(t, "p", compiler.Options{})
	same(t, errorsOf(r), `
! p/loop.yaml: the link cannot be followed: too many links [unreadable]
    -> let it lead to a file of the folder, or remove it
! p/lost.yaml: the link cannot be followed: no such file or directory [unreadable]
    -> let it lead to a file of the folder, or remove it
! p/out.yaml: the link leads out of the plan folder [outside-folder]
    -> put the files into the folder, or remove the link
! p/outside: the link leads out of the plan folder [outside-folder]
    -> put the files into the folder, or remove the link
`)
	same(t, strings.Join(r.Files, " "), "p/a.yaml p/sub/b.yaml")
}

func TestSpecialFiles(t *testing.T) {
	enter(t, "-- p/a.yaml --\n"+contact+"-- p/dir.yaml/b.yaml --\nversion: 1\n")
	if err := syscall.Mkfifo("p/pipe.yaml", 0o666); err != nil {
		t.Fatal(err)
	}
	if err := syscall.Mkfifo("p/pipe", 0o666); err != nil {
		t.Fatal(err)
	}
	link(t, "pipe", "p/linked.yaml")
	link(t, "/dev/null", "p/null.yaml")
	r := compile(t, "p", compiler.Options{})
	same(t, errorsOf(r), `
! p/linked.yaml: "linked.yaml" leads to a pipe, not to a file [not-a-file]
    -> remove the link, or give it another ending
! p/null.yaml: the link leads out of the plan folder [outside-folder]
    -> put the files into the folder, or remove the link
! p/pipe.yaml: "pipe.yaml" is a pipe, not a file [not-a-file]
    -> move it out of the plan folder, or give it another ending
`)
	same(t, strings.Join(r.Files, " "), "p/a.yaml p/dir.yaml/b.yaml")
}

func TestSettingsThatAreNoFile(t *testing.T) {
	enter(t, "-- p/a.yaml --\n"+contact+"-- q/watchbill.yaml --\nowner: stray\n")
	link(t, "../q/watchbill.yaml", "p/watchbill.yaml")
	want := `
! p/watchbill.yaml: the link leads out of the plan folder [outside-folder]
    -> put the file into the folder, or remove the link
`
	same(t, errorsOf(compile(t, "p", compiler.Options{Target: "tokyo"})), want)
	if err := os.Remove("p/watchbill.yaml"); err != nil {
		t.Fatal(err)
	}
	if err := syscall.Mkfifo("p/watchbill.yaml", 0o666); err != nil {
		t.Fatal(err)
	}
	same(t, errorsOf(compile(t, "p", compiler.Options{})), `
! p/watchbill.yaml: this is a pipe, not a file [not-a-file]
    -> give it another name, or move it out of the plan folder
`)
}

func TestFolderThatIsNotThere(t *testing.T) {
	t.Chdir(t.TempDir())
	r := compile(t, "plans", compiler.Options{})
	same(t, errorsOf(r), `
! plans: the plan folder cannot be read: no such file or directory [unreadable]
    -> name an existing folder, or a file in one
`)
	if r.Plan == nil || r.Settings == nil || r.Settings.Target == nil {
		t.Error("the result is not whole")
	}
}

func TestEmptyPlans(t *testing.T) {
	for archive, want := range map[string]string{
		"-- p/readme.txt --\n": `
! p: the folder holds no plan file [empty-plan]
    -> plan files end in .yaml or .yml; watchbill init writes a first one
`,
		"-- p/a.yaml --\nversion: 1\nx-a: [1]\n-- p/b.yaml --\n# nothing\n-- p/c.yaml --\ncontacts:\n": `
! p: the plan files of the folder define nothing [empty-plan]
    -> begin with a section, for example contacts: (or, when everything is meant to go, apply with --allow-empty)
`,
	} {
		enter(t, archive)
		same(t, errorsOf(compile(t, "p", compiler.Options{})), want)
	}
}

func TestSizes(t *testing.T) {
	enter(t, "-- p/a.yaml --\n"+contact)
	big := append([]byte("x-a: "), bytes.Repeat([]byte("a"), 4<<20-5)...)
	for name, src := range map[string][]byte{"p/fits.yaml": big, "p/large.yaml": append(big, 'a')} {
		if err := os.WriteFile(name, src, 0o666); err != nil {
			t.Fatal(err)
		}
	}
	same(t, errorsOf(compile(t, "p", compiler.Options{})), `
! p/large.yaml: the file is larger than 4 MiB [file-too-large]
    -> spread its sections over several files
`)
	for _, n := range strings.Split("abcdefghijklmnop", "") {
		if err := os.WriteFile("p/"+n+".yaml", big, 0o666); err != nil {
			t.Fatal(err)
		}
	}
	got := errorsOf(compile(t, "p", compiler.Options{}))
	if !strings.Contains(got, "! p: the plan files are larger than 64 MiB together [file-too-large]\n") {
		t.Error(got)
	}
}

func TestManyFiles(t *testing.T) {
	enter(t, "-- p/a.yaml --\n"+contact)
	for i := range 10_000 {
		name := filepath.Join("p", "f"+strings.Repeat("0", i%7)+string(rune('a'+i%26))+"-"+strings.Repeat("x", i/182)+".yaml")
		if err := os.WriteFile(name, nil, 0o666); err != nil {
			t.Fatal(err)
		}
	}
	same(t, errorsOf(compile(t, "p", compiler.Options{})), `
! p: the folder holds more than 10000 plan files [too-many-files]
    -> is this the plan folder?
`)
}

func TestNotText(t *testing.T) {
	enter(t, "")
	for name, src := range map[string]string{
		"p/latin.yaml": "contacts:\n  a: {name: Andr\xe9}\n",
		"p/utf16.yaml": "\xff\xfec\x00o\x00",
		"p/mark.yaml":  "\uFEFFcontcts: {}\n",
	} {
		if err := os.MkdirAll("p", 0o777); err != nil {
			t.Fatal(err)
		}
		if err := os.WriteFile(name, []byte(src), 0o666); err != nil {
			t.Fatal(err)
		}
	}
	same(t, errorsOf(compile(t, "p", compiler.Options{})), `
! p/latin.yaml:2:17-18: the byte 0xe9 here is not UTF-8 [not-utf8]
    -> save the file as UTF-8
! p/mark.yaml:1:1-8: unknown section "contcts"; did you mean "contacts"? [unknown-key]
! p/utf16.yaml: the file is UTF-16 [not-utf8]
    -> save it as UTF-8
`)
}
