package compiler

import (
	"maps"
	"slices"
	"strconv"
	"strings"
	"time"

	"github.com/watchbill/watchbill/compiler/ast"
	"github.com/watchbill/watchbill/compiler/rule"
	"github.com/watchbill/watchbill/internal/diag"
	"github.com/watchbill/watchbill/schema"
)

// LocalTarget is the embedded Incident Manager: the target of whoever names none,
// there without being written.
const LocalTarget = "local"

// AllTargets stands for every target where one is named, and so is no target's name.
const AllTargets = "all"

// Settings are watchbill.yaml with its defaults filled in.
type Settings struct {
	File    string // as printed in findings; "" when the folder has none
	Owner   ast.Text
	Project ast.Text // "" for none
	Prune   string   // owned or none
	Targets map[string]*Target
	Target  *Target // the chosen one
	Guard   Guard
	Rules   map[string]diag.Severity // by code, as far as written
	// Policies are patterns of paths in the plan folder: IAM policies that validate looks at.
	Policies []ast.Text
}

// Target is where a plan is applied. Empty fields were not written.
type Target struct {
	Name       string
	At         diag.Pos
	Account    string // twelve digits
	Region     string
	AssumeRole string // ARN
	Vars       map[string]string
	Limits     Limits
}

// Limits are how a target is called. What was not written is zero.
type Limits struct {
	CallsPerSecond int           // of one operation
	AttemptTimeout time.Duration // of one attempt
	CallTimeout    time.Duration // of a call with all its attempts
}

// Guard limits what one apply may change, for each kind of resource. Shares are
// per cent of the live resources.
type Guard struct {
	MaxDeletes     int
	MaxDeleteShare int
	MaxChangeShare int
	// MaxVanishedShare is of the live alarms of one fleet, because their targets are gone.
	MaxVanishedShare int
}

// UnknownTargetError says that the settings have no such target: wrong usage, for
// the name came from a flag or the environment.
type UnknownTargetError struct {
	Name  string
	Known []string // sorted
}

func (e *UnknownTargetError) Error() string {
	return "no target is called " + quote(e.Name) + didYouMean(e.Name, e.Known) +
		" (" + SettingsFile + " has " + and(e.Known) + ")"
}

// targets names the targets of the settings, sorted.
func (s *Settings) targets() []string { return slices.Sorted(maps.Keys(s.Targets)) }

func defaultSettings() *Settings {
	return &Settings{
		Owner:   ast.Text{V: "watchbill"},
		Prune:   "owned",
		Targets: map[string]*Target{LocalTarget: {Name: LocalTarget}},
		Guard:   Guard{MaxDeletes: 5, MaxDeleteShare: 20, MaxChangeShare: 50, MaxVanishedShare: 50},
		Rules:   map[string]diag.Severity{},
	}
}

// loadSettings reads watchbill.yaml. f is nil when there is none or it could not
// be read; ok is false when something in it is wrong, and what is not is filled in.
func (d *folder) loadSettings(l *diag.List) (s *Settings, f *file, ok bool) {
	s = defaultSettings()
	if _, err := d.root.Lstat(SettingsFile); err != nil {
		return s, nil, true
	}
	s.File = d.name(SettingsFile)
	before := l.Len()
	target, inside, err := d.resolve(SettingsFile)
	switch {
	case err != nil:
		l.Errorf(diag.Pos{File: s.File}, "unreadable", "the file cannot be read: %v", cause(err))
		return s, nil, false
	case !inside:
		l.Errorf(diag.Pos{File: s.File}, "outside-folder", "the link leads out of the plan folder").
			WithHint("put the file into the folder, or remove the link")
		return s, nil, false
	}
	d.targets[SettingsFile] = target
	if f = d.read(candidate{SettingsFile, target}, l); f == nil {
		return s, nil, false
	}
	docs, _ := parse(f, nil, l)
	for _, doc := range docs {
		top := &node{kind: table, file: f, line: 1, col: 1, entries: doc.sections}
		translate(schema.Validate(schema.Settings, top.any()), subject{noun: "the settings", value: top}, l)
		s.fill(top, &decoder{list: l})
	}
	return s, f, l.Len() == before
}

func (s *Settings) fill(top *node, d *decoder) {
	if owner := d.text(top.get("owner")); owner.Set() {
		s.Owner = owner
	}
	if project := d.text(top.get("project")); project.Set() {
		s.Project = project
	}
	if prune := d.text(top.get("prune")); prune.Set() {
		s.Prune = prune.V
	}
	for _, e := range d.table(top.get("targets")) {
		if e.key == AllTargets {
			d.list.Errorf(e.pos(), "wrong-value", "no target can be called %s: --target %[1]s means all of them", AllTargets).
				WithHint("give it another name")
		}
		s.Targets[e.key] = d.target(e)
	}
	if guard := top.get("guard"); guard != nil {
		in := guard.value
		s.Guard.MaxDeletes = d.int(in.get("max_deletes")).Or(s.Guard.MaxDeletes)
		s.Guard.MaxDeleteShare = share(d.text(in.get("max_delete_share")), s.Guard.MaxDeleteShare)
		s.Guard.MaxVanishedShare = share(d.text(in.get("max_vanished_share")), s.Guard.MaxVanishedShare)
		s.Guard.MaxChangeShare = share(d.text(in.get("max_change_share")), s.Guard.MaxChangeShare)
	}
	s.Policies = d.texts(top.get("policies"))
	for _, e := range d.table(top.get("rules")) {
		d.ruleCode(e)
		// off is a plain word here, whatever other readers take it for.
		if severity, ok := diag.ParseSeverity(e.value.text); ok {
			s.Rules[e.key] = severity
		}
	}
}

// ruleCode reports a code whose severity cannot be set.
func (d *decoder) ruleCode(e *entry) {
	var settable []string
	for _, r := range rule.All {
		if !r.Fixed {
			settable = append(settable, r.Code)
		}
	}
	if slices.Contains(settable, e.key) {
		return
	}
	if _, fixed := rule.Find(e.key); fixed {
		d.list.Errorf(e.pos(), "wrong-value", "%s is always an error: a plan cannot be applied with it", quote(e.key)).
			WithHint("remove the line")
		return
	}
	d.list.Errorf(e.pos(), "unknown-key", "no rule is called %s%s", quote(e.key), didYouMean(e.key, settable)).
		WithHint("only what rules report can be set; what makes a file unreadable is always an error")
}

func (d *decoder) target(e *entry) *Target {
	t := &Target{Name: e.key, At: e.pos(), Vars: map[string]string{}}
	t.Account = d.text(e.value.get("account")).V
	t.Region = d.text(e.value.get("region")).V
	t.AssumeRole = d.text(e.value.get("assume_role")).V
	if in := e.value.get("limits"); in != nil {
		t.Limits = Limits{
			CallsPerSecond: d.int(in.value.get("calls_per_second")).Or(0),
			AttemptTimeout: timeout(d.text(in.value.get("attempt_timeout"))),
			CallTimeout:    timeout(d.text(in.value.get("call_timeout"))),
		}
	}
	for _, v := range d.table(e.value.get("vars")) {
		t.Vars[v.key] = d.text(v).V
	}
	return t
}

// timeout reads "30s"; what is no such text is absent, or reported.
func timeout(text ast.Text) time.Duration {
	d, err := time.ParseDuration(text.V)
	if err != nil {
		return 0
	}
	return d
}

// share reads "20%".
func share(text ast.Text, otherwise int) int {
	n, err := strconv.Atoi(strings.TrimSuffix(text.V, "%"))
	if err != nil {
		return otherwise // absent, or reported
	}
	return n
}
