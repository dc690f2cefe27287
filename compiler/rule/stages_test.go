package rule_test

import (
	"fmt"
	"slices"
	"testing"
	"time"

	"github.com/watchbill/watchbill/compiler/ast"
	"github.com/watchbill/watchbill/compiler/rule"
	"github.com/watchbill/watchbill/internal/resource"
	"github.com/watchbill/watchbill/kind"
)

// What the rules say a stage is compiled into is what it is lowered into.
func TestCompiledStages(t *testing.T) {
	for retry := range 61 {
		w := &writer{}
		p := &ast.Plan{}
		var stages []*ast.Stage
		for wait := 0; wait <= 24*60; wait += 1 + wait/50 {
			s := w.stage(time.Duration(wait)*time.Minute, "text")
			s.Retry = w.wait(time.Duration(retry) * time.Minute)
			stages = append(stages, s)
			c := &ast.Contact{Item: w.item(fmt.Sprint("c", wait)), EngagementPlan: []*ast.Stage{s}}
			c.Channels = []*ast.Channel{{Item: w.item("text"), Type: w.text("SMS")}}
			p.Contacts = append(p.Contacts, c)
		}
		lowered := kind.Lower(p)
		for i, c := range p.Contacts {
			spec := lowered.Get(resource.Addr{Kind: "engagement_plan", Name: c.Name.V})[0].Spec.(kind.EngagementPlan)
			var want []time.Duration
			for _, s := range spec.Stages {
				want = append(want, time.Duration(s.WaitMinutes)*time.Minute)
			}
			if got := rule.CompiledStages(stages[i]); !slices.Equal(got, want) {
				t.Errorf("wait %v, retry %dm: %v, lowered %v", stages[i].Wait.V, retry, got, want)
			}
		}
	}
}
