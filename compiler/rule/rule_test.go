package rule_test

import (
	"fmt"
	"strings"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"
	"pgregory.net/rapid"

	"github.com/watchbill/watchbill/compiler/ast"
	"github.com/watchbill/watchbill/compiler/rule"
	"github.com/watchbill/watchbill/internal/diag"
	"github.com/watchbill/watchbill/internal/mask"
)

// writer gives every value a place of its own, as a file would.
type writer struct{ line int }

func (w *writer) at() diag.Pos {
	w.line++
	return diag.Pos{File: "plan.yaml", Line: w.line, Col: 3, End: 9}
}

func (w *writer) text(s string) ast.Text { return ast.Text{V: s, At: w.at()} }

func (w *writer) wait(d time.Duration) ast.Duration { return ast.Duration{V: d, At: w.at()} }

func (w *writer) item(name string) ast.Item { return ast.Item{Name: w.text(name)} }

func (w *writer) stage(wait time.Duration, page ...string) *ast.Stage {
	s := &ast.Stage{At: w.at(), Wait: w.wait(wait)}
	for _, name := range page {
		s.Page = append(s.Page, &ast.Target{Name: w.text(name)})
	}
	return s
}

func TestResolve(t *testing.T) {
	w := &writer{}
	ben := &ast.Contact{Item: w.item("ben"), EngagementPlan: []*ast.Stage{w.stage(time.Minute, "text", "fax")}}
	ben.Channels = []*ast.Channel{{Item: w.item("text"), Type: w.text("SMS")}}
	again := &ast.Contact{Item: w.item("ben")}
	web := &ast.EscalationPlan{Item: w.item("web"), Stages: []*ast.Stage{w.stage(time.Minute, "ben", "web")}}
	low := &ast.ImpactLevel{Item: w.item("low")}
	mine := &ast.ImpactLevel{Item: w.item("mine"), Level: ast.Int{V: 2, At: w.at()}}
	restart := &ast.Runbook{Item: w.item("restart"), Document: w.text("restart")}
	response := func(impact, runbook string, engage ...string) *ast.ResponsePlan {
		rp := &ast.ResponsePlan{Item: w.item("r"), Impact: w.text(impact), Runbook: w.text(runbook)}
		for _, name := range engage {
			rp.Engage = append(rp.Engage, &ast.Engagement{Name: w.text(name)})
		}
		return rp
	}
	first, second := response("low", "restart", "ben", "web", "zoe"), response("critical", "", "web")
	second.Runbook = ast.Text{}
	third := response("mine", "nothing", "ben")
	p := &ast.Plan{
		Contacts: []*ast.Contact{ben, again}, EscalationPlans: []*ast.EscalationPlan{web}, ImpactLevels: []*ast.ImpactLevel{low, mine},
		Runbooks: []*ast.Runbook{restart}, ResponsePlans: []*ast.ResponsePlan{first, second, third},
	}
	var l diag.List
	rule.Resolve(p, &l)

	page := ben.EngagementPlan[0].Page
	if page[0].Channel != ben.Channels[0] || page[1].Channel != nil || page[0].Contact != nil {
		t.Error("a contact's stages page its own channels")
	}
	if stage := web.Stages[0].Page; stage[0].Contact != ben || stage[1].Contact != nil {
		t.Error("a stage of an escalation plan pages contacts, the first of a name")
	}
	if e := first.Engage; e[0].Contact != ben || e[0].EscalationPlan != nil || e[1].EscalationPlan != web || e[2].Contact != nil || e[2].EscalationPlan != nil {
		t.Error("a response plan engages contacts and escalation plans")
	}
	if first.ImpactLevel != low || low.Level.V != 4 || low.Level.Set() {
		t.Error("a built-in level that is refined has its own number")
	}
	if level := second.ImpactLevel; level == nil || level.Level.V != 1 || level.Name.V != "critical" || level.Name.Set() {
		t.Error("a built-in level exists without being written")
	}
	if third.ImpactLevel != mine || first.RunbookItem != restart || second.RunbookItem != nil || third.RunbookItem != nil {
		t.Error("levels and runbooks are found by name")
	}
	var codes []string
	for _, f := range l.Sorted() {
		codes = append(codes, f.Code)
	}
	if diff := cmp.Diff([]string{"unknown-reference", "escalation-cycle", "unknown-reference", "unknown-reference"}, codes); diff != "" {
		t.Error(diff)
	}
}

// plans are plans of few names, so that they meet: valid and broken ones.
func plans(t *rapid.T) *ast.Plan {
	w := &writer{}
	name := rapid.SampledFrom([]string{"a", "b", "c", "web", "data", "critical", "high", "x y"})
	channel := rapid.SampledFrom([]string{"mail", "text", "phone"})
	some := func(what string, do func()) {
		for range rapid.IntRange(0, 3).Draw(t, what) {
			do()
		}
	}
	stages := func(names *rapid.Generator[string]) (out []*ast.Stage) {
		some("stages", func() {
			s := w.stage(time.Duration(rapid.IntRange(0, 1440).Draw(t, "wait"))*time.Minute, rapid.SliceOfN(names, 0, 3).Draw(t, "page")...)
			if rapid.Bool().Draw(t, "retries") {
				s.Retry = w.wait(time.Duration(rapid.IntRange(0, 60).Draw(t, "retry")) * time.Minute)
			}
			for _, target := range s.Page {
				if rapid.Bool().Draw(t, "flagged") {
					target.StopsEscalation = ast.Flag{V: rapid.Bool().Draw(t, "stops"), At: w.at()}
				}
			}
			out = append(out, s)
		})
		return out
	}
	tags := func() (out []ast.Pair) {
		some("tags", func() {
			out = append(out, ast.Pair{Key: w.text(name.Draw(t, "key")), Value: w.text(rapid.String().Draw(t, "value"))})
		})
		return out
	}
	arns := rapid.SampledFrom([]string{"", "arn:", "arn:aws:sns:us-east-1:111122223333:ops", "arn:aws:iam:::role/x", "arn:aws:ssm:us-east-1:111122223333:document/AWS-X", "x"})
	p := &ast.Plan{}
	if rapid.Bool().Draw(t, "set") {
		p.ReplicationSet = &ast.ReplicationSet{At: w.at(), Tags: tags()}
		some("regions", func() {
			p.ReplicationSet.Regions = append(p.ReplicationSet.Regions, &ast.Region{Name: w.text(rapid.SampledFrom([]string{"us-east-1", "eu-west-1", "x"}).Draw(t, "region")), KMSKey: w.text(arns.Draw(t, "key"))})
		})
	}
	some("contacts", func() {
		c := &ast.Contact{Item: w.item(name.Draw(t, "name")), EngagementPlan: stages(channel), Tags: tags()}
		some("channels", func() {
			ch := &ast.Channel{Item: w.item(channel.Draw(t, "channel")), Type: w.text(rapid.SampledFrom([]string{"EMAIL", "SMS", "VOICE"}).Draw(t, "type"))}
			ch.Address = ast.Address{At: w.at(), Value: mask.New(rapid.SampledFrom([]string{"", "+12025550123", "ben@example.com", "x"}).Draw(t, "address"))}
			c.Channels = append(c.Channels, ch)
		})
		p.Contacts = append(p.Contacts, c)
	})
	some("plans", func() {
		p.EscalationPlans = append(p.EscalationPlans, &ast.EscalationPlan{Item: w.item(name.Draw(t, "name")), Stages: stages(name), Tags: tags()})
	})
	some("levels", func() {
		p.ImpactLevels = append(p.ImpactLevels, &ast.ImpactLevel{Item: w.item(name.Draw(t, "name")), Level: ast.Int{V: rapid.IntRange(0, 6).Draw(t, "level"), At: w.at()}})
	})
	some("runbooks", func() {
		rb := &ast.Runbook{Item: w.item(name.Draw(t, "name")), Document: w.text(arns.Draw(t, "document")), Role: w.text(arns.Draw(t, "role"))}
		rb.Parameters = []*ast.Parameter{{Key: w.text("p"), Values: []ast.Text{w.text(arns.Draw(t, "value"))}}}
		rb.FromIncident = []ast.Pair{{Key: w.text(rapid.SampledFrom([]string{"p", "q"}).Draw(t, "from")), Value: w.text("involved_resources")}}
		if rapid.Bool().Draw(t, "own") {
			rb.Source, rb.Tags = w.text("a.yaml"), tags()
			rb.Content, rb.Format = rapid.SampledFrom([]string{"", "mainSteps: [a]", "schemaVersion: '0.3'\nparameters: {p: {type: StringList}, q: {}}\nmainSteps: [{name: web}]", "x: ["}).Draw(t, "content"), "YAML"
			rb.MakeRole = &ast.RunbookRole{At: w.at(), Starts: []ast.Text{w.text(arns.Draw(t, "starts"))}}
		}
		p.Runbooks = append(p.Runbooks, rb)
	})
	topics := func() (out []*ast.TopicUse) {
		some("topics", func() {
			out = append(out, &ast.TopicUse{Name: w.text(rapid.OneOf(name, arns).Draw(t, "topic"))})
		})
		return out
	}
	some("chats", func() {
		p.ChatChannels = append(p.ChatChannels, &ast.ChatChannel{Item: w.item(name.Draw(t, "name")), Topic: w.text(arns.Draw(t, "topic")),
			Role: w.text(arns.Draw(t, "role")), Guardrails: []ast.Text{w.text(arns.Draw(t, "guardrail"))}, Tags: tags()})
	})
	some("monitors", func() {
		p.Monitors = append(p.Monitors, monitor(t, w, name, topics(), tags()))
	})
	some("events", func() {
		p.EventRules = append(p.EventRules, &ast.EventRule{Item: w.item(name.Draw(t, "name")), ResponsePlan: w.text(name.Draw(t, "plan")),
			Pattern: w.text("{}"), DeadLetter: w.text(arns.Draw(t, "queue")), Tags: tags()})
	})
	some("responses", func() {
		rp := &ast.ResponsePlan{Item: w.item(name.Draw(t, "name")), Impact: w.text(name.Draw(t, "impact")), Runbook: w.text(name.Draw(t, "runbook")), Dedupe: w.text(name.Draw(t, "dedupe")), Tags: tags(), IncidentTags: tags()}
		rp.Chat, rp.Notify = topics(), topics()
		some("engage", func() { rp.Engage = append(rp.Engage, &ast.Engagement{Name: w.text(name.Draw(t, "engage"))}) })
		p.ResponsePlans = append(p.ResponsePlans, rp)
	})
	return p
}

// monitor is a monitor of any form, whatever goes together.
func monitor(t *rapid.T, w *writer, name *rapid.Generator[string], notify []*ast.TopicUse, tags []ast.Pair) *ast.Monitor {
	m := &ast.Monitor{Item: w.item(name.Draw(t, "name")), Notify: notify, Tags: tags}
	is := func(what string) bool { return rapid.Bool().Draw(t, what) }
	number := func(what string) ast.Int {
		return ast.Int{V: rapid.IntRange(0, 300).Draw(t, what), At: w.at()}
	}
	uses := func() (out []*ast.MonitorUse) {
		for range rapid.IntRange(0, 3).Draw(t, "uses") {
			out = append(out, &ast.MonitorUse{Name: w.text(name.Draw(t, "use"))})
		}
		return out
	}
	metric := func() *ast.Metric {
		return &ast.Metric{At: w.at(), Namespace: w.text("AWS/EC2"), Name: w.text("x"), Period: w.wait(time.Duration(rapid.IntRange(0, 120).Draw(t, "period")) * time.Minute),
			Statistic: w.text(rapid.SampledFrom([]string{"", "Sum", "p99", "p101", "TM(1%:2%)", "max"}).Draw(t, "statistic"))}
	}
	if is("starts") {
		m.ResponsePlan = w.text(name.Draw(t, "plan"))
	}
	if is("on a metric") {
		m.Metric = metric()
	}
	for range rapid.IntRange(0, 2).Draw(t, "queries") {
		m.Metrics = append(m.Metrics, &ast.MetricQuery{ID: w.text(name.Draw(t, "id")), Metric: metric(), Returns: ast.Flag{V: is("returns"), At: w.at()},
			Expression: w.text(rapid.SampledFrom([]string{"", "a + b * c", "SUM(METRICS())", "web / 1e3", "select x", "'"}).Draw(t, "expression"))})
	}
	if is("composite") {
		m.Composite = &ast.Composite{At: w.at(), Any: uses(), All: uses()}
	}
	if is("when") {
		m.When = &ast.When{At: w.at(), Word: w.text("above"), For: number("for"), OutOf: number("out of")}
	}
	if is("each") {
		m.Each = &ast.Each{At: w.at(), Resource: w.text("ec2:instance"), Tags: []*ast.TagFilter{{Key: w.text("env")}}}
		m.Encoding = w.text(rapid.SampledFrom([]string{"auto", "query", "per_target"}).Draw(t, "encoding"))
	}
	if is("suppressed") {
		m.SuppressedBy = &ast.Suppressor{At: w.at(), By: &ast.MonitorUse{Name: w.text(name.Draw(t, "by"))}}
	}
	if is("muted") {
		m.Mute = []*ast.Mute{{At: w.at(), Timezone: w.text(rapid.SampledFrom([]string{"", "UTC", "PST", "Asia/Tokyo"}).Draw(t, "zone"))}}
	}
	return m
}

// Whatever a plan holds, the rules come to an end, point into it, speak in
// sentences of the house, and say the same twice.
func TestRulesOnAnyPlan(t *testing.T) {
	rapid.Check(t, func(t *rapid.T) {
		p := plans(t)
		in := rule.Input{
			Region:     rapid.SampledFrom([]string{"", "us-east-1", "eu-west-1"}).Draw(t, "target region"),
			Account:    rapid.SampledFrom([]string{"", "111122223333", "444455556666"}).Draw(t, "target account"),
			Severities: map[string]diag.Severity{"plain-pii": diag.Warning},
		}
		run := func() []diag.Finding {
			var l diag.List
			rule.Resolve(p, &l)
			rule.Check(p, in, &l)
			return l.Sorted()
		}
		fs := run()
		for _, f := range fs {
			if _, ok := rule.Find(f.Code); !ok {
				t.Errorf("no rule has the code of %s", f)
			}
			if f.Pos.IsZero() || f.Severity >= diag.Off || f.Message == "" {
				t.Errorf("not a finding: %+v", f)
			}
			for _, s := range []string{f.Message, f.Hint} {
				if strings.HasSuffix(s, ".") || strings.Contains(s, "%!") || strings.Contains(s, "\n") {
					t.Errorf("not a sentence of ours: %s", s)
				}
			}
		}
		if diff := cmp.Diff(fs, run()); diff != "" {
			t.Errorf("the second time differs:\n%s", diff)
		}
	})
}

// people is a plan of n contacts in good order, ten to an escalation plan.
func people(n int) *ast.Plan {
	w := &writer{}
	p := &ast.Plan{}
	for i := range n {
		c := &ast.Contact{Item: w.item(fmt.Sprintf("contact-%d", i)), Tags: []ast.Pair{{Key: w.text("team"), Value: w.text("web")}}}
		for name, kind := range map[string]string{"mail": "EMAIL", "text": "SMS", "phone": "VOICE"} {
			address := fmt.Sprintf("+1202555%04d", i)
			if kind == "EMAIL" {
				address = fmt.Sprintf("contact.%d@example.com", i)
			}
			c.Channels = append(c.Channels, &ast.Channel{Item: w.item(name), Type: w.text(kind), Address: ast.Address{At: w.at(), Value: mask.New(address)}})
		}
		c.EngagementPlan = []*ast.Stage{w.stage(5*time.Minute, "mail", "text"), w.stage(15*time.Minute, "phone")}
		p.Contacts = append(p.Contacts, c)
		if i%10 != 0 {
			p.EscalationPlans[i/10].Stages = append(p.EscalationPlans[i/10].Stages, w.stage(10*time.Minute, c.Name.V))
			continue
		}
		e := &ast.EscalationPlan{Item: w.item(fmt.Sprintf("plan-%d", i)), Stages: []*ast.Stage{w.stage(10*time.Minute, c.Name.V)}}
		p.EscalationPlans = append(p.EscalationPlans, e)
		p.ResponsePlans = append(p.ResponsePlans, &ast.ResponsePlan{
			Item: w.item(fmt.Sprintf("response-%d", i)), Impact: w.text("critical"), Engage: []*ast.Engagement{{Name: w.text(e.Name.V)}},
		})
	}
	return p
}

// All rules over 5,000 contacts with 15,000 channels.
func BenchmarkRules(b *testing.B) {
	p := people(5000)
	for b.Loop() {
		var l diag.List
		rule.Resolve(p, &l)
		rule.Check(p, rule.Input{}, &l)
		if l.Len() > 0 {
			b.Fatal(l.Sorted()[0])
		}
	}
}

// The worst that can be written about people: every name leads nowhere.
func BenchmarkUnknownNames(b *testing.B) {
	p := people(2000)
	for _, e := range p.EscalationPlans {
		for _, s := range e.Stages {
			s.Page[0].Name.V += "-gone"
		}
	}
	for b.Loop() {
		var l diag.List
		rule.Resolve(p, &l)
	}
}

// The worst that can be written about ignores: 100,000 of them, all on one line.
func BenchmarkScanIgnores(b *testing.B) {
	src := []byte(strings.Repeat("# watchbill:ignore x y\n", 100_000) + "  a:\n" + strings.Repeat("    b: c\n", 1000))
	b.SetBytes(int64(len(src)))
	for b.Loop() {
		if n := len(rule.ScanIgnores("f.yaml", src)); n != 100_000 {
			b.Fatal(n)
		}
	}
}
