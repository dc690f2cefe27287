package rule

// The half of runbook-role-account that reads policies.

import (
	"regexp"
	"strings"

	"github.com/watchbill/watchbill/compiler/ast"
	"github.com/watchbill/watchbill/internal/automation"
	"github.com/watchbill/watchbill/internal/diag"
	"github.com/watchbill/watchbill/internal/policy"
)

// Policy is what one file says of permissions: the statements of all its policies.
type Policy struct{ Statements []*Statement }

// Statement is one statement of a policy, with places. Principals are those of the type AWS.
type Statement struct {
	At         diag.Pos
	Effect     string
	Actions    []ast.Text
	Resources  []ast.Text
	Principals []ast.Text
	Conditions []Condition
}

// Condition is one key of a condition, whatever its operator.
type Condition struct {
	Key    ast.Text
	Values []ast.Text
}

// CheckPolicies says what is wrong with policies, of which nobody knows whose they are.
func CheckPolicies(policies []*Policy, in Input, l *diag.List) {
	rule, _ := Find("runbook-role-account")
	if len(policies) == 0 || rule.effective(in.Severities) == diag.Off {
		return
	}
	named := *rule
	named.Check = func(_ *ast.Plan, _ Input, r *Reporter) {
		for _, p := range policies {
			(&policyCheck{p, r}).check()
		}
	}
	named.run(&ast.Plan{}, in, l)
}

type policyCheck struct {
	*Policy
	r *Reporter
}

const startAction = "ssm:StartAutomationExecution"

func (c *policyCheck) check() {
	for _, s := range c.Statements {
		for _, t := range append(s.Resources[:len(s.Resources):len(s.Resources)], s.Principals...) {
			c.role(t)
		}
		for _, condition := range s.Conditions {
			if strings.EqualFold(condition.Key.V, "aws:SourceArn") {
				for _, v := range condition.Values {
					c.source(v)
				}
			}
		}
		if s.does(startAction) {
			c.starts(s)
		}
	}
	c.executions()
}

// does reports whether the statement speaks of the action.
func (s *Statement) does(action string) bool {
	v, _ := policy.Judge([]policy.Document{{Statements: []policy.Statement{{Effect: "Allow", Action: texts(s.Actions)}}}},
		policy.Question{Action: action})
	return v == policy.Allowed
}

func texts(in []ast.Text) policy.List {
	var out policy.List
	for _, t := range in {
		out = append(out, t.V)
	}
	return out
}

// allows reports whether some statement lets the resource's documents be started.
func (c *policyCheck) allows(resource string) bool {
	var d policy.Document
	for _, s := range c.Statements {
		if s.Effect == "Allow" {
			d.Statements = append(d.Statements, policy.Statement{Effect: s.Effect, Action: texts(s.Actions), Resource: texts(s.Resources)})
		}
	}
	v, _ := policy.Judge([]policy.Document{d}, policy.Question{Action: startAction, Resource: resource})
	return v == policy.Allowed
}

// starts looks at what a statement lets be started, or denies.
func (c *policyCheck) starts(s *Statement) {
	verb := "allows"
	if s.Effect == "Deny" {
		verb = "denies"
	}
	for _, t := range s.Resources {
		a, ok := patternARN(t.V)
		if !ok || a.service != "ssm" {
			continue
		}
		kind, name, _ := strings.Cut(a.resource, "/")
		switch kind {
		case "document", "automation-definition":
			c.document(t, a, name, verb)
			c.version(t, kind, name, verb)
		case "automation-execution":
			if a.account == "" {
				c.r.Report(t.At, "executions are in an account: with none in their ARN this %s nothing", verb).
					WithHint("write %s", a.in("ACCOUNT"))
			}
		}
	}
}

// document wants the account of a document where it belongs: AWS's own are in none.
func (c *policyCheck) document(t ast.Text, a patterned, name, verb string) {
	bare, _, _ := strings.Cut(name, ":")
	literal, _, wild := strings.Cut(strings.ReplaceAll(bare, "?", "*"), "*")
	owned := automation.Reserved(literal)
	bare = a.shown(bare)
	switch {
	case strings.HasPrefix(bare, "${"): // whose it is, nobody knows
	case owned && a.account != "" && a.account != "*":
		right := a.in("")
		f := c.r.As(c.weight(right), t.At, "%s is AWS's own document and in no account: with the account %s in its ARN this %s nothing", bare, a.shown(a.account), verb)
		f.WithHint("write %s, with the account left empty", right)
	case !owned && a.account == "" && !(wild && mayBeReserved(literal)):
		f := c.r.As(diag.Error, t.At, "%s is in an account, and its ARN has none: this %s nothing", bare, verb)
		f.WithHint("write %s, with the account the document is in", a.in("ACCOUNT"))
	}
}

// weight is how much a mistake weighs that something else in the file makes good: nothing
// fails then, a line is only useless.
func (c *policyCheck) weight(right string) diag.Severity {
	if c.allows(strings.ReplaceAll(right, "*", "x")) {
		return diag.Info
	}
	return c.r.rule.Severity
}

// version tells the two spellings apart: only the older one ends with the document's version.
func (c *policyCheck) version(t ast.Text, kind, name, verb string) {
	bare, version, has := strings.Cut(name, ":")
	switch {
	case kind == "document" && has:
		c.r.As(diag.Warning, t.At, "the ARN of a document has no version: with :%s this %s nothing", version, verb).
			WithHint("write %s", strings.TrimSuffix(t.V, ":"+version))
	case kind == "automation-definition" && !has && !strings.HasSuffix(bare, "*"):
		c.r.As(diag.Warning, t.At, "the ARN of an automation-definition ends with a version: without one this %s nothing", verb).
			WithHint("write %s:*", t.V)
	}
}

// executions wants the right to the execution itself where documents are named in the newer
// spelling: it is asked for beside the right to the document.
// https://docs.aws.amazon.com/systems-manager/latest/userguide/automation-setup-iam.html
func (c *policyCheck) executions() {
	for _, s := range c.Statements {
		if s.Effect != "Allow" || !s.does(startAction) {
			continue
		}
		for _, t := range s.Resources {
			a, ok := patternARN(t.V)
			if !ok || a.service != "ssm" || !strings.HasPrefix(a.resource, "document/") {
				continue
			}
			account := a.account
			if account == "" || account == "*" {
				account = "ACCOUNT"
			}
			a.account, a.resource = account, "automation-execution/*"
			if !c.anyExecution() {
				c.r.Report(t.At, "the right to start the document is there, and the one to its executions is missing").
					WithHint("add %s to the statement's Resource", a.in(account))
			}
			return
		}
	}
}

// anyExecution reports whether executions of some account may be started.
func (c *policyCheck) anyExecution() bool {
	for _, s := range c.Statements {
		if s.Effect != "Allow" || !s.does(startAction) {
			continue
		}
		for _, t := range s.Resources {
			if a, ok := patternARN(t.V); t.V == "*" || ok && (a.resource == "*" || strings.HasPrefix(a.resource, "automation-execution/")) {
				return true
			}
		}
	}
	return false
}

// role wants the account in the ARN of a role, and no Region.
func (c *policyCheck) role(t ast.Text) {
	a, ok := patternARN(t.V)
	if !ok || a.service != "iam" || !strings.HasPrefix(a.resource, "role/") {
		return
	}
	switch {
	case a.region != "" && a.region != "*":
		right := a
		right.region = ""
		c.r.Report(t.At, "roles are in no Region: with %s in its ARN this means no role", a.shown(a.region)).
			WithHint("write %s", right.in(a.account))
	case a.account == "":
		c.r.Report(t.At, "the role's ARN names no account").
			WithHint("write %s, with the account the role is in", a.in("ACCOUNT"))
	}
}

// source wants what Incident Manager says of itself when it takes on a role: the ARN of the
// incident, which has no Region.
// https://docs.aws.amazon.com/incident-manager/latest/userguide/cross-service-confused-deputy-prevention.html
func (c *policyCheck) source(t ast.Text) {
	a, ok := patternARN(t.V)
	if !ok || a.service != "ssm-incidents" {
		return
	}
	right := a
	if plan, is := strings.CutPrefix(a.resource, "response-plan/"); is {
		right.resource = "incident-record/" + strings.TrimSuffix(plan, "/*") + "/*"
	}
	if a.region != "*" {
		right.region = ""
	}
	switch {
	case right.resource != a.resource:
		c.r.Report(t.At, "the source of a runbook is the incident, not its response plan: with this ARN the role cannot be taken on").
			WithHint("write %s", right.in(a.account))
	case right.region != a.region:
		c.r.Report(t.At, "the ARN of an incident has no Region: with %s in it the role cannot be taken on", a.shown(a.region)).
			WithHint("write %s", right.in(a.account))
	}
}

// mayBeReserved reports whether a name that goes on behind the prefix may be AWS's.
func mayBeReserved(prefix string) bool {
	low := strings.ToLower(prefix)
	return strings.HasPrefix("aws", low) || strings.HasPrefix("amazon", low) || strings.HasPrefix("amzn", low)
}

// patterned is an ARN in a policy: with wildcards, and with the variables of templates and
// policies in ${…}, which may have colons.
type patterned struct {
	arn
	vars []string
}

var templateVar = regexp.MustCompile(`\$\{[^}]*\}`)

// patternARN reads an ARN; each variable in it is one character, a private one.
func patternARN(s string) (patterned, bool) {
	var p patterned
	s = templateVar.ReplaceAllStringFunc(s, func(v string) string {
		p.vars = append(p.vars, v)
		return string(rune(0xE000 + len(p.vars)))
	})
	var ok bool
	p.arn, ok = parseARN(s)
	return p, ok
}

// in is the ARN with another account, as it would be written.
func (p patterned) in(account string) string {
	return p.shown(strings.Join([]string{"arn", p.partition, p.service, p.region, account, p.resource}, ":"))
}

func (p patterned) shown(s string) string {
	for i, v := range p.vars {
		s = strings.ReplaceAll(s, string(rune(0xE001+i)), v)
	}
	return s
}
