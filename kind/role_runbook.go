package kind

// The roles that are made for runbooks. A runbook starts when nobody has time to look after a
// role, and what is wrong with one only shows on the timeline then, so everything that AWS asks
// for is in it from the start; the cases are those of [guide] and [guide-new].

import (
	"slices"
	"strings"

	"github.com/watchbill/watchbill/compiler/ast"
	"github.com/watchbill/watchbill/internal/automation"
	"github.com/watchbill/watchbill/internal/policy"
)

// runbookRoles: a runbook that no response plan uses needs no role, and nobody could be named
// in its trust.
func runbookRoles(p *ast.Plan, add func(Item[Role])) {
	for _, r := range p.Runbooks {
		plans := plansOf(p, r)
		if r.MakeRole == nil || len(plans) == 0 {
			continue
		}
		trust, allow := RunbookRights(p, r)
		add(Item[Role]{
			Name:    roleAddr(r).Name,
			Spec:    Role{Trust: trust, Allow: allow, Tags: tagged(r.Tags, r.Protect)},
			Origin:  r.Name.Pos(),
			Protect: r.Protect.V,
		})
	}
}

// plansOf are the names of the response plans that run a runbook, sorted.
func plansOf(p *ast.Plan, r *ast.Runbook) []string {
	var out []string
	for _, plan := range p.ResponsePlans {
		if plan.RunbookItem == r {
			out = append(out, plan.Name.V)
		}
	}
	slices.Sort(out)
	return out
}

// RunbookRights are the statements that the role of a runbook needs: whom it has to trust, and
// what it has to allow, beside what the document's steps do. The target's account and partition
// stand in them as ${account} and ${partition}.
func RunbookRights(p *ast.Plan, r *ast.Runbook) (trust, allow []policy.Statement) {
	var incidents []string
	for _, plan := range plansOf(p, r) {
		// The Region of an incident is written as * or as nothing [guide]; a star is both.
		incidents = append(incidents, ownARN("ssm-incidents", "*", "incident-record/"+plan+"/*"))
	}
	return []policy.Statement{serviceTrust(incidentManager, incidents...)}, walkRunbook(p, r).statements(p, r)
}

func walkRunbook(p *ast.Plan, r *ast.Runbook) *runbookWalk {
	w := &runbookWalk{own: map[string]*ast.Runbook{}, seen: map[string]bool{}}
	for _, other := range p.Runbooks {
		if other.Source.Set() {
			w.own[other.DocumentName()] = other
		}
	}
	w.runbook(r)
	return w
}

// runbookWalk follows what a runbook's document starts, through the plan's own documents.
type runbookWalk struct {
	own           map[string]*ast.Runbook // by the document's name
	seen          map[string]bool
	nested, roles []string
}

func (w *runbookWalk) runbook(r *ast.Runbook) {
	name := r.DocumentName()
	w.seen[name] = true
	for _, p := range r.Parameters {
		for _, v := range p.Values {
			if p.Key.V == assumeParameter {
				w.passes(v.V)
			}
		}
	}
	w.inside(name)
	if r.MakeRole != nil {
		for _, s := range r.MakeRole.Starts {
			w.starts(s.V)
		}
	}
}

// assumeParameter is what AWS's own documents, and by habit others, call the role that their
// steps run as.
const assumeParameter = "AutomationAssumeRole"

// inside follows a document of the plan's own; of another nobody knows the steps here.
func (w *runbookWalk) inside(name string) {
	r := w.own[name]
	if r == nil {
		return
	}
	d, err := automation.Parse(r.Content, r.Format)
	if err != nil {
		return // the document's own finding
	}
	w.passes(d.AssumeRole)
	for _, s := range d.Starts() {
		w.starts(s)
	}
}

// starts notes a nested document; one whose name is only known when it runs is for the author
// to name.
func (w *runbookWalk) starts(document string) {
	if strings.Contains(document, "{{") || document == "" {
		return
	}
	w.nested = append(w.nested, document)
	if !w.seen[document] {
		w.seen[document] = true
		w.inside(document)
	}
}

// passes notes a role that is handed to Systems Manager.
func (w *runbookWalk) passes(role string) {
	for _, known := range []struct{ variable, is string }{{"global:ACCOUNT_ID", inAccount}, {"global:AWS_PARTITION", inPartition}} {
		for _, spelled := range []string{"{{" + known.variable + "}}", "{{ " + known.variable + " }}"} {
			role = strings.ReplaceAll(role, spelled, known.is)
		}
	}
	if strings.HasPrefix(role, "arn:") && !strings.Contains(role, "{{") {
		w.roles = append(w.roles, role)
	}
}

func (w *runbookWalk) statements(p *ast.Plan, r *ast.Runbook) []policy.Statement {
	var out []policy.Statement
	start := []string{ownARN("ssm", "*", "automation-execution/*")}
	if byDocument, byDefinition, version := startable(r.DocumentName(), r.Version.V); version != "" {
		pinned := allowing([]string{startExecution}, []string{byDocument})
		pinned.Condition = policy.Conditions{"StringEquals": {"ssm:DocumentVersion": {version}}}
		out = append(out, pinned)
		start = append(start, byDefinition)
	} else {
		start = append(start, byDocument, byDefinition)
	}
	for _, n := range w.nested {
		byDocument, byDefinition, _ := startable(n, "")
		start = append(start, byDocument, byDefinition)
	}
	out = append(out, allowing([]string{startExecution}, start))
	if len(w.nested) > 0 {
		// A step waits for what it started.
		out = append(out, allowing([]string{"ssm:GetAutomationExecution"}, []string{ownARN("ssm", "*", "automation-execution/*")}))
	}
	if r.Account.V == accountImpacted {
		out = append(out, elsewhere(p, r))
	}
	if len(w.roles) > 0 {
		pass := allowing([]string{"iam:PassRole"}, w.roles)
		pass.Condition = policy.Conditions{"StringEquals": {"iam:PassedToService": {systemsManager}}}
		out = append(out, pass)
	}
	if r.MakeRole != nil {
		for _, a := range r.MakeRole.Allow {
			resources := texts(a.Resources)
			if len(resources) == 0 {
				resources = []string{"*"}
			}
			out = append(out, allowing(texts(a.Actions), resources))
		}
	}
	return out
}

// systemsManager is what AWS calls the service that runs the steps.
const systemsManager = "ssm.amazonaws.com"

// executionRole is what Systems Manager takes on in the account that it goes to [guide].
const executionRole = "role/AWS-SystemsManager-AutomationExecutionRole"

// elsewhere lets a runbook run in the accounts that raise incidents: this one, and those that its
// response plans are shared with, unless the author names them.
func elsewhere(p *ast.Plan, r *ast.Runbook) policy.Statement {
	accounts := []string{inAccount}
	if r.MakeRole != nil && len(r.MakeRole.Accounts) > 0 {
		accounts = texts(r.MakeRole.Accounts)
	} else {
		for _, plan := range p.ResponsePlans {
			if plan.RunbookItem == r {
				accounts = append(accounts, texts(plan.ShareWith)...)
			}
		}
	}
	slices.Sort(accounts)
	var roles []string
	for _, a := range slices.Compact(accounts) {
		roles = append(roles, "arn:"+inPartition+":iam::"+a+":"+executionRole)
	}
	s := allowing([]string{"sts:AssumeRole"}, roles)
	s.Condition = policy.Conditions{"StringEquals": {"aws:CalledViaLast": {systemsManager}}}
	return s
}

// startable are the two spellings, of both generations of AWS's documentation, of the right to
// start a document. AWS's own documents belong to no account. Version is the number of a pinned
// one: the first spelling needs a condition then.
func startable(document, pinned string) (byDocument, byDefinition, version string) {
	partition, account, name := inPartition, inAccount, document
	if parts := strings.SplitN(document, ":", 6); len(parts) == 6 && parts[0] == "arn" {
		partition, account, name = parts[1], parts[4], strings.TrimPrefix(parts[5], "document/")
	} else if automation.Reserved(name) {
		account = ""
	}
	suffix := "*"
	if pinned != "" && pinned[0] != '$' {
		version, suffix = pinned, pinned
	}
	arn := "arn:" + partition + ":ssm:*:" + account + ":"
	return arn + "document/" + name, arn + "automation-definition/" + name + ":" + suffix, version
}
