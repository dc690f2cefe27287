package rule

import (
	"strings"

	"github.com/watchbill/watchbill/compiler/ast"
)

// pagerDutySecret reports secrets of PagerDuty that Incident Manager cannot use. It tries them
// when the response plan is saved and says only that it was "unable to validate" one, so each
// thing that it wants is looked at when the target is.
// https://docs.aws.amazon.com/incident-manager/latest/userguide/integrations-pagerduty.html
func pagerDutySecret(p *ast.Plan, in Input, r *Reporter) {
	if in.Live == nil {
		return
	}
	for _, rp := range p.ResponsePlans {
		if rp.PagerDuty == nil {
			continue
		}
		secret := rp.PagerDuty.Secret
		if wrong := in.Live.PagerDuty[secret.V]; len(wrong) > 0 {
			r.Report(secret.At, "Incident Manager cannot use the secret on %s: %s", in.Live.Target, strings.Join(wrong, "; ")).
				WithHint("it must be in the home Region, encrypted with a key of your own, and let ssm-incidents.amazonaws.com read it, as the key must")
		}
	}
}
