package compiler

// IAM policies that the author shows: files of the folder that the settings name, and those of
// validate --policy. They are no part of the plan, and only validate looks at them.

import (
	"io/fs"
	"path"
	"path/filepath"
	"slices"

	"github.com/watchbill/watchbill/compiler/ast"
	"github.com/watchbill/watchbill/compiler/rule"
	"github.com/watchbill/watchbill/internal/diag"
)

// PolicyFile is a file with IAM policies: its name as the user would write it, and its bytes.
type PolicyFile struct {
	Name string
	Data []byte
}

// maxPolicy is the size of a policy file. IAM takes policies of ten thousand characters; a
// file may be a template with many of them.
const maxPolicy = 1 << 20

// CheckPolicies says what is wrong with policies alone, without a plan.
func CheckPolicies(files []PolicyFile) ([]diag.Finding, diag.Sources) {
	c := &compilation{options: Options{PolicyFiles: files}, out: &Result{Settings: defaultSettings(), Plan: &ast.Plan{}}}
	c.out.Settings.Target = &Target{Name: LocalTarget}
	c.policies()
	sources := diag.Sources{}
	for _, f := range c.shown {
		sources[f.name] = f.src
	}
	return rule.Settle(c.list.Sorted(), nil, nil), sources
}

// policies checks the policy files.
func (c *compilation) policies() {
	files := c.shownPolicies()
	for _, f := range c.options.PolicyFiles {
		files = append(files, newFile(filepath.ToSlash(f.Name), "", f.Data))
	}
	var policies []*rule.Policy
	for _, f := range files {
		if p := c.policy(f); p != nil {
			policies = append(policies, p)
		}
	}
	t := c.out.Settings.Target
	rule.CheckPolicies(policies, rule.Input{Region: t.Region, Account: t.Account, Severities: c.out.Settings.Rules}, &c.list)
	c.shown = files
}

// shownPolicies are the files that the settings' patterns name, each once. A pattern that
// names none would check nothing and look as if it did.
func (c *compilation) shownPolicies() []*file {
	var files []*file
	seen := map[string]bool{}
	for _, pattern := range c.out.Settings.Policies {
		names, err := fs.Glob(c.folder.root.FS(), path.Clean(pattern.V))
		switch {
		case err != nil:
			c.list.Errorf(pattern.At, "wrong-value", "%s is no pattern: %v", quote(pattern.V), err).
				WithHint("write a path below the plan folder, with * for any name")
		case len(names) == 0:
			c.list.Errorf(pattern.At, "wrong-value", "no file is called like %s", quote(pattern.V)).
				WithHint("write a path below the plan folder, with * for any name, or remove it")
		}
		for _, name := range names {
			if !seen[name] {
				seen[name] = true
				if f := c.shownPolicy(name); f != nil {
					files = append(files, f)
				}
			}
		}
	}
	slices.SortFunc(files, func(a, b *file) int { return byPath(candidate{rel: a.rel}, candidate{rel: b.rel}) })
	return files
}

func (c *compilation) shownPolicy(name string) *file {
	src, finding := c.folder.bytes(name, maxPolicy)
	if finding != nil {
		finding.Pos.File = c.folder.name(name)
		c.list.Add(*finding)
		return nil
	}
	return newFile(c.folder.name(name), name, src)
}

// policy reads one file. nil: what is wrong with it is said.
func (c *compilation) policy(f *file) *rule.Policy {
	if finding := notText(f.src); finding != nil {
		finding.Pos.File = f.name
		c.list.Add(*finding)
		return nil
	}
	tree, finding := parseJSON(f)
	if finding != nil {
		finding.Code, finding.Hint = "unreadable", "show the policy as JSON, as IAM takes it"
		c.list.Add(*finding)
		return nil
	}
	p := &rule.Policy{}
	statementsOf(tree, p)
	if len(p.Statements) == 0 {
		c.list.Errorf(diag.Pos{File: f.name}, "unreadable", "the file holds no policy: nothing in it has a Statement").
			WithHint("show a policy document, or something that holds one, as aws iam get-role-policy prints it")
		return nil
	}
	return p
}

// statementsOf collects the statements of all policy documents in a tree, however deep they
// are: the answer of an AWS command holds one, and a template several.
func statementsOf(n *jsonNode, into *rule.Policy) {
	if list := n.get("Statement"); list != nil {
		if list.members != nil {
			into.Statements = append(into.Statements, statementOf(list))
		}
		for _, s := range list.items {
			into.Statements = append(into.Statements, statementOf(s))
		}
		return
	}
	for _, m := range n.members {
		statementsOf(m.value, into)
	}
	for _, item := range n.items {
		statementsOf(item, into)
	}
}

func statementOf(n *jsonNode) *rule.Statement {
	s := &rule.Statement{
		At: n.text.At, Effect: "Allow",
		Actions: jsonTexts(n.get("Action")), Resources: jsonTexts(n.get("Resource")),
	}
	if effect := n.get("Effect"); effect != nil && effect.isText {
		s.Effect = effect.text.V
	}
	if who := n.get("Principal"); who != nil {
		s.Principals = jsonTexts(who.get("AWS"))
	}
	if condition := n.get("Condition"); condition != nil {
		for _, operator := range condition.members {
			for _, key := range operator.value.members {
				s.Conditions = append(s.Conditions, rule.Condition{Key: key.key, Values: jsonTexts(key.value)})
			}
		}
	}
	return s
}

// jsonTexts are the texts of a list that may be written without brackets. Of a template's
// {"Fn::Sub": TEXT} it is the text.
func jsonTexts(n *jsonNode) []ast.Text {
	switch {
	case n == nil:
		return nil
	case n.isText:
		return []ast.Text{n.text}
	case n.members != nil:
		if sub := n.get("Fn::Sub"); sub != nil && sub.isText {
			return []ast.Text{sub.text}
		}
		return nil
	}
	var out []ast.Text
	for _, item := range n.items {
		out = append(out, jsonTexts(item)...)
	}
	return out
}
