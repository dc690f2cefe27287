package compiler_test

import (
	"fmt"
	"os"
	"regexp"
	"slices"
	"strings"
	"testing"

	"github.com/watchbill/watchbill/compiler"
	"github.com/watchbill/watchbill/kind"
)

const detectionGuide = "../docs/detection.md"

// guideBase is what the plans of the guide stand beside.
const guideBase = `-- p/base.yaml --
contacts:
  aiko: &person
    channels: {text: {sms: "+12025550101"}, phone: {voice: "+12025550101"}}
    engagement_plan: [{page: [text, phone], wait: 10m}]
  ben: *person
response_plans:
  shop-down: {title: The shop is down, impact: critical, engage: [aiko, ben]}
  ec2-down: {title: An instance is down, impact: critical, engage: [aiko, ben]}
  aws-health: {title: AWS announced trouble, impact: high, engage: [aiko, ben]}
-- p/runbooks/look.yaml --
schemaVersion: '0.3'
mainSteps: [{name: wait, action: 'aws:sleep', inputs: {Duration: PT1M}}]
-- p/keep.yaml --
runbooks: {keep: {source: runbooks/look.yaml, role: {create: true}}}
-- p/block.yaml --
`

var (
	yamlBlock = regexp.MustCompile("(?s)```yaml\n(.*?)```")
	typeRow   = regexp.MustCompile("(?m)^\\| `([a-z0-9-]+:[A-Za-z0-9/_-]+)` \\|")
)

// What the guide shows compiles as it stands there, and it tells of every type of a fleet.
func TestDetectionGuide(t *testing.T) {
	text, err := os.ReadFile(detectionGuide)
	if err != nil {
		t.Fatal(err)
	}
	blocks := yamlBlock.FindAllSubmatch(text, -1)
	if len(blocks) < 8 {
		t.Fatalf("%d examples", len(blocks))
	}
	for i, block := range blocks {
		t.Run(fmt.Sprint(i), func(t *testing.T) {
			enter(t, guideBase+string(block[1]))
			r := compile(t, "p", compiler.Options{Values: true})
			if r.Desired == nil || errorsOf(r) != "" {
				t.Errorf("%s\n%s", block[1], said(r.Findings))
			}
			for _, f := range r.Findings {
				if f.Code != "unused-item" && f.Code != "alarm-without-response" && strings.HasSuffix(f.Pos.File, "block.yaml") {
					t.Error(f)
				}
			}
		})
	}
	var told []string
	for _, m := range typeRow.FindAllSubmatch(text, -1) {
		told = append(told, string(m[1]))
	}
	if known := kind.FleetTypes(); !slices.Equal(told, known) {
		t.Errorf("the guide tells of the types\n%v, and known are\n%v", told, known)
	}
}
