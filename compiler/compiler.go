// Package compiler turns a plan folder into a desired state, or into findings that
// say why not. It is pure: it reads files and speaks to no network.
//
//	load → parse → validate (schema) → decode → references → resolve, rules → settle → lower
//
// Compile is all of it. What is wrong with a plan is a finding with a place, and
// all of them are reported; an error is our own trouble.
package compiler

import (
	"context"
	"crypto/sha256"
	"encoding/hex"
	"fmt"
	"hash"
	"io"
	"os"
	"path/filepath"
	"slices"
	"sync/atomic"
	"time"

	"github.com/watchbill/watchbill/compiler/ast"
	"github.com/watchbill/watchbill/compiler/rule"
	"github.com/watchbill/watchbill/internal/diag"
	"github.com/watchbill/watchbill/internal/resource"
	"github.com/watchbill/watchbill/kind"
	"github.com/watchbill/watchbill/oncall"
)

// Options say how a folder is compiled. The zero value validates it for the
// embedded target.
type Options struct {
	// Target names the target whose vars fill ${…}; LocalTarget when empty.
	Target string
	// Values reads the addresses that stand elsewhere, as plan and apply need them:
	// {env: …} and {file: …} here, {ssm: …} and {secret: …} through References.
	Values bool
	// Open opens encrypted plan files by all means, as Values does: one that cannot be is an
	// error. Without it they are opened only when an age key is at hand, and are an info
	// otherwise; Desired is nil then, unless nothing but addresses is encrypted.
	Open bool
	// References asks the target; one that is nil leaves what it would be asked for
	// with a finding.
	References ReadReferences
	// Breaches lets a plan through that breaks its promises (broken-promise), for those
	// who ask how an incident would unfold: Desired is there in spite of the finding.
	Breaches bool
	// LookupEnv answers {env: …}; os.LookupEnv when nil.
	LookupEnv func(string) (string, bool)
	// Now is when the plan is looked at; what is said about time is said about what
	// comes after it. time.Now when zero.
	Now time.Time
	// Tests has the test files read too, into Result.Tests.
	Tests bool
	// Policies has the policy files of the settings read too, and those of PolicyFiles, for
	// what the plan's roles may be made of. What is wrong with them is among Findings.
	Policies    bool
	PolicyFiles []PolicyFile
	// Observed is what the target has of the plan, for the rules about what is live. Nil: it
	// was not looked at.
	Observed *resource.State
	// Answers are what the target says of what the plan only names, for the same rules. Nil: it
	// was not asked.
	Answers *kind.Answers
}

// Result is a compiled folder. Everything but Desired is there whatever the
// findings are, as far as it could be read.
type Result struct {
	Dir      string // the plan folder, as the user would write it
	Settings *Settings
	Plan     *ast.Plan
	Files    []string        // the plan files as printed in Pos.File, sorted
	Findings []diag.Finding  // sorted, with the severities of the settings, ignores applied
	Sources  diag.Sources    // the files that findings point into
	Desired  *resource.State // nil when a finding is an error, or a file was not opened (see Options.Open)
	// Tests are the test files, nil unless Options asked for them. Nothing that is wrong
	// with them is among Findings: they are no part of the plan and never stop it.
	Tests *Tests
	// Revision is the SHA-256 (hex) of the settings, of all plan files and of the documents
	// that runbooks name, with their paths in the folder, encrypted ones as they lie there.
	// Addresses that are read from elsewhere are not in it.
	Revision string
}

// Compile compiles the plan folder that path means (see Root). The error is an
// *UnknownTargetError, or ctx's.
func Compile(ctx context.Context, path string, o Options) (*Result, error) {
	dir, err := Root(path)
	if err != nil {
		return unreadable(path, err), nil
	}
	for tries := 1; ; tries++ {
		out, moved, err := compileOnce(ctx, dir, o, tries == maxMoves)
		if err != nil || !moved {
			return out, err
		}
	}
}

// maxMoves is how often a folder is read again because its links were moved while
// it was read: half of the old files and half of the new ones are a plan nobody
// wrote, and applying it could delete what was only about to be renamed.
const maxMoves = 5

// compileOnce compiles the folder as it is now. moved is whether that was more
// than one state of it; the last try says so in a finding.
func compileOnce(ctx context.Context, dir string, o Options, last bool) (out *Result, moved bool, err error) {
	folder, err := openFolder(dir)
	if err != nil {
		return unreadable(dir, err), false, nil
	}
	defer folder.root.Close()
	c := &compilation{folder: folder, options: o, broken: map[string][]span{}, parsed: map[string][]int{}, out: &Result{Dir: dir}}
	if err := c.run(ctx); err != nil {
		return nil, false, err
	}
	if moved = folder.moved(); moved && last {
		c.list.Errorf(diag.Pos{File: folder.name(".")}, "unreadable", "the links of the folder are moved again and again while it is read").
			WithHint("try again when nobody changes it")
		moved = false
	}
	c.finish()
	return c.out, moved, nil
}

// unreadable is the result for a folder that is not there.
func unreadable(path string, err error) *Result {
	var l diag.List
	l.Errorf(diag.Pos{File: filepath.ToSlash(path)}, "unreadable", "the plan folder cannot be read: %v", cause(err)).
		WithHint("name an existing folder, or a file in one")
	s := defaultSettings()
	s.Target = s.Targets[LocalTarget]
	return &Result{Dir: path, Settings: s, Plan: &ast.Plan{}, Findings: l.Sorted()}
}

// compilation is one Compile under way.
type compilation struct {
	folder  *folder
	options Options
	vars    *variables
	list    diag.List
	sources []*file // settings, plan files and documents that could be read
	plans   int     // how many of sources are no documents
	hidden  bool    // some runbook's source is encrypted and was not opened
	shown   []*file // policy files
	// incomplete is set when something was lost that may hold definitions: rules
	// would then report names as unknown that are not.
	incomplete bool
	// lowered is what the roster was dealt from; nil while there is none.
	lowered *resource.State
	// broken are the items with findings, by file: only Local rules say more about them.
	broken map[string][]span
	// parsed are the lines of what parsing found, by file, sorted.
	parsed  map[string][]int
	ignores []rule.Ignore
	// unopened are the encrypted files that were left as they are.
	unopened []string
	sopsRuns atomic.Int64
	out      *Result
}

func (c *compilation) run(ctx context.Context) error {
	if err := c.settings(); err != nil {
		return err
	}
	c.folder.tests.wanted = c.options.Tests
	if err := c.folder.find(ctx); err != nil {
		return fmt.Errorf("read the plan folder: %w", err)
	}
	loaded, err := c.load(ctx)
	if err != nil {
		return fmt.Errorf("read the plan files: %w", err)
	}
	c.list.Add(c.folder.list.Sorted()...)
	c.incomplete = c.incomplete || c.folder.list.Len() > 0
	if err := c.items(ctx, loaded); err != nil {
		return fmt.Errorf("validate the plan files: %w", err)
	}
	c.plans = len(c.sources)
	c.documents()
	c.out.Revision = c.revision()
	if err := c.references(ctx); err != nil {
		return err
	}
	c.rules()
	if c.options.Policies {
		c.policies()
	}
	if c.options.Tests {
		return c.tests(ctx)
	}
	return nil
}

// settings reads watchbill.yaml and chooses the target.
func (c *compilation) settings() error {
	s, f, ok := c.folder.loadSettings(&c.list)
	c.out.Settings = s
	if f != nil {
		c.sources = append(c.sources, f)
	}
	name := c.options.Target
	if name == "" {
		name = LocalTarget
	}
	s.Target = s.Targets[name]
	if s.Target == nil {
		if ok {
			return &UnknownTargetError{name, s.targets()}
		}
		s.Target = &Target{Name: name} // it may be in the part that could not be read
	}
	c.vars = variablesOf(s, s.Target)
	c.vars.unread = !ok
	return nil
}

// load reads and parses the plan files.
func (c *compilation) load(ctx context.Context) ([]loaded, error) {
	files := c.folder.files
	all, err := c.read(ctx, files)
	if err != nil {
		return nil, err
	}
	if c.folder.size.Load() > maxFolderSize {
		c.folder.report(".", "file-too-large", "the plan files are larger than %s together", bytesSize(maxFolderSize)).
			WithHint("is this the plan folder?")
	}
	files, all = c.split(files, all)
	for i, l := range all {
		c.out.Files = append(c.out.Files, c.folder.name(files[i].rel))
		for _, f := range l.list.Sorted() {
			c.list.Add(f)
			c.parsed[f.Pos.File] = append(c.parsed[f.Pos.File], f.Pos.Line)
		}
		c.incomplete = c.incomplete || l.broken
		if l.unopened {
			c.unopened = append(c.unopened, c.out.Files[i])
		}
		c.ignores = append(c.ignores, l.ignores...)
		if l.file != nil {
			c.sources = append(c.sources, l.file)
		}
	}
	return all, nil
}

// read reads and parses files of the folder, on all cores.
func (c *compilation) read(ctx context.Context, files []candidate) ([]loaded, error) {
	all := make([]loaded, len(files))
	err := parallel(ctx, len(files), func(i int) {
		l := &all[i]
		if isAgeFile(files[i].rel) {
			l.file = c.readAge(files[i], l)
		} else {
			l.file = c.folder.read(files[i], &l.list)
		}
		if l.file == nil || l.broken {
			l.broken = true
			return
		}
		l.ignores = rule.ScanIgnores(l.file.name, l.file.src)
		c.openSOPS(ctx, l)
		docs, broken := parse(l.file, c.vars, &l.list)
		l.docs, l.broken = docs, l.broken || broken
	})
	return all, err
}

// revision digests what was read.
func (c *compilation) revision() string {
	h := sha256.New()
	for _, f := range c.sources {
		part(h, f.rel)
		part(h, string(f.bytes()))
	}
	return hex.EncodeToString(h.Sum(nil))
}

func part(h hash.Hash, s string) {
	fmt.Fprintf(h, "%d:", len(s))
	io.WriteString(h, s) // a hash does not fail
}

// values are how addresses are read, nil when they are not.
func (c *compilation) values() *values {
	if !c.options.Values {
		return nil
	}
	lookup := c.options.LookupEnv
	if lookup == nil {
		lookup = os.LookupEnv
	}
	return &values{c.folder, lookup}
}

// rules links the plan's names and says what no schema can see. Of a plan that is
// known in part only, they would say what is not so: they wait until it is whole.
func (c *compilation) rules() {
	if c.incomplete {
		return
	}
	t := c.out.Settings.Target
	var found diag.List
	rule.Resolve(c.out.Plan, &found)
	rule.Check(c.out.Plan, rule.Input{
		Region: t.Region, Account: t.Account, Severities: c.out.Settings.Rules,
		Marks: c.marks(), Now: c.now(), Roster: c.roster(&found), Live: c.live(), Partial: c.list.Len() > 0, Steps: c.steps(),
	}, &found)
	said := map[diag.Pos]bool{}
	for _, f := range c.list.Sorted() {
		said[f.Pos] = true
	}
	for _, f := range found.Sorted() {
		in := holding(c.broken[f.Pos.File], f.Pos.Line)
		if r, ok := rule.Find(f.Code); in == nil || ok && r.Local && !in.misread && !said[f.Pos] {
			c.list.Add(f)
		}
	}
}

// marks is how many tags the ownership mark is.
func (c *compilation) marks() int {
	if c.out.Settings.Project.V != "" {
		return 2
	}
	return 1
}

func (c *compilation) now() time.Time {
	if c.options.Now.IsZero() {
		return time.Now()
	}
	return c.options.Now
}

// roster is who is paged when, nil while the plan has errors that keep it from
// being lowered, whole.
func (c *compilation) roster(found *diag.List) *oncall.Roster {
	if diag.HasErrors(c.list.Sorted()) || diag.HasErrors(found.Sorted()) {
		return nil
	}
	c.lowered = kind.Lower(c.out.Plan)
	r, err := kind.RosterOf(c.lowered)
	if err != nil {
		return nil // a rotation nobody can deal has its own finding
	}
	return r
}

// blocked reports whether a finding keeps the plan from being lowered.
func (c *compilation) blocked() bool {
	return slices.ContainsFunc(c.out.Findings, func(f diag.Finding) bool {
		return f.Severity == diag.Error && !(c.options.Breaches && f.Code == "broken-promise")
	})
}

// finish applies severities and ignores and keeps the files findings point into.
func (c *compilation) finish() {
	c.unopenedFinding()
	c.out.Findings = rule.Settle(c.list.Sorted(), c.out.Settings.Rules, c.ignores)
	if !c.blocked() && !c.incomplete {
		if c.out.Desired = c.lowered; c.lowered == nil {
			c.out.Desired = kind.Lower(c.out.Plan)
		}
	}
	named := map[string]bool{}
	for _, f := range c.out.Findings {
		named[f.Pos.File] = true
		for _, n := range f.Notes {
			named[n.Pos.File] = true
		}
	}
	c.out.Sources = diag.Sources{}
	for _, f := range slices.Concat(c.sources, c.shown) {
		if named[f.name] && f.raw == nil {
			c.out.Sources[f.name] = f.src
		}
	}
}
