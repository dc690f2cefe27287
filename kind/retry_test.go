package kind_test

import (
	"net/http"
	"testing"
	"testing/synctest"

	"github.com/watchbill/watchbill/emulator"
	"github.com/watchbill/watchbill/internal/resource"
)

// everything is a plan that has all there is.
var everything = contracts["response_plan"].plan

// The first answer to every writing call is lost after the call took effect. The
// client repeats it: nothing is there twice, and nothing is wrong, because creations
// carry a token and everything else says the same when it is said again.
func TestLostAnswers(t *testing.T) {
	synctest.Test(t, func(t *testing.T) { // repeating waits
		a := open(t, emulator.Options{RegionLock: -1, Rules: emulator.Rules{DuplicateChannels: true}})
		lost, repeated := map[string]int{}, map[string]bool{}
		a.wire.meddling(func(c call, p pass) (*http.Response, error) {
			res, err := p()
			if err == nil && isWrite(c.op) && !repeated[c.op+c.text] {
				lost[c.op]++
				repeated[c.op+c.text] = true
				res.Body.Close()
				return answer(http.StatusServiceUnavailable, "InternalServerException", `{"Message":"who knows","message":"who knows"}`), nil
			}
			return res, err
		})
		small := set + `
contacts:
  aiko:
    channels: {cell: {sms: "+12025550101"}, phone: {sms: "+12025550109"}}
    engagement_plan: [{page: [cell, phone], wait: 5m}]
    tags: {team: web}
response_plans:
  down: {title: It is down, impact: high, share_with: ["333344445555"]}
`
		for _, desired := range []*resource.State{compile(t, everything), compile(t, small), compile(t, everything), compile(t, set)} {
			a.apply(desired)
		}
		for _, op := range []string{"ssm-contacts:CreateContact", "ssm-contacts:CreateContactChannel", "ssm-incidents:CreateResponsePlan", "ssm-incidents:PutResourcePolicy"} {
			if lost[op] == 0 {
				t.Errorf("no answer to %s was lost", op)
			}
		}
	})
}
