package kind

// How the policies of roles are written and compared. A spec holds statements with
// placeholders, because a plan does not know its account; what AWS has is brought to the same
// statements wherever it means the same.

import (
	"fmt"
	"slices"
	"strings"

	"github.com/watchbill/watchbill/internal/policy"
)

// The placeholders of specs. IAM has none of these names among its own variables.
const (
	inAccount   = "${account}"
	inPartition = "${partition}"
)

// ownARN is an ARN of the target's account, with placeholders.
func ownARN(service, region, name string) string {
	return "arn:" + inPartition + ":" + service + ":" + region + ":" + inAccount + ":" + name
}

// serviceTrust lets an AWS service take on a role, for the account's own sake only and, when
// sources are given, only for those: without that anybody could make the service use it [guide].
func serviceTrust(service string, sources ...string) policy.Statement {
	s := policy.Statement{Effect: "Allow", Principal: policy.Principals{"Service": {service}}, Action: policy.List{"sts:AssumeRole"},
		Condition: policy.Conditions{"StringEquals": {"aws:SourceAccount": {inAccount}}}}
	if len(sources) > 0 {
		s.Condition["ArnLike"] = map[string]policy.List{"aws:SourceArn": sortedList(sources)}
	}
	return s
}

// allowing lets actions be done to resources.
func allowing(actions, resources []string) policy.Statement {
	return policy.Statement{Effect: "Allow", Action: sortedList(actions), Resource: sortedList(resources)}
}

func sortedList(values []string) policy.List {
	out := slices.Clone(values)
	slices.Sort(out)
	return slices.Compact(out)
}

// spelledOut is a text of a spec with the target's account and partition.
func (e *Env) spelledOut(text string) string {
	parts := strings.SplitN(e.arn("iam", "", ""), ":", 6)
	return strings.NewReplacer(inPartition, parts[1], inAccount, parts[4]).Replace(text)
}

// policyText is the policy document that IAM is sent.
func (e *Env) policyText(statements []policy.Statement) string {
	return e.spelledOut(policy.Document{Statements: statements}.String())
}

// statements are those of a live policy: as wanted when the whole means the same, else each
// as it is wanted when one means the same, and with placeholders when none does.
func (e *Env) statements(live string, wanted []policy.Statement) ([]policy.Statement, error) {
	have, err := policy.Parse(live)
	if err != nil {
		return nil, err
	}
	want, err := policy.Parse(e.policyText(wanted))
	if err != nil {
		return nil, err
	}
	if have.Equal(want) {
		return wanted, nil
	}
	var out []policy.Statement
	for _, s := range have.Statements {
		if i := slices.IndexFunc(want.Statements, func(w policy.Statement) bool { return w.Key() == s.Key() }); i >= 0 {
			out = append(out, wanted[i])
			continue
		}
		folded, err := policy.Parse(e.folded(policy.Document{Statements: []policy.Statement{s}}.String()))
		if err != nil {
			return nil, err
		}
		out = append(out, folded.Statements...)
	}
	return out, nil
}

// folded is spelledOut's way back.
func (e *Env) folded(text string) string {
	parts := strings.SplitN(e.arn("iam", "", ""), ":", 6)
	return strings.NewReplacer(":"+parts[4]+":", ":"+inAccount+":", `"`+parts[4]+`"`, `"`+inAccount+`"`, `"arn:`+parts[1]+":", `"arn:`+inPartition+":").Replace(text)
}

func sameStatements(a, b []policy.Statement) bool {
	return policy.Document{Statements: a}.Equal(policy.Document{Statements: b})
}

// refuseRole: IAM would refuse what is too long, after other things were made for it.
func refuseRole(have, want *Role) (why, lift string) {
	if want == nil {
		return "", ""
	}
	if have != nil && have.Path != "" {
		return fmt.Sprintf("it stands at the path %s and not at %s, and IAM moves no role", have.Path, rolePath),
			"name it by its ARN in the plan instead of having one made, or delete it"
	}
	// The longest partition and any account: the same refusal for every target.
	full := strings.NewReplacer(inPartition, "aws-us-gov", inAccount, "111122223333")
	size := func(s []policy.Statement) int {
		return policy.Size(full.Replace(policy.Document{Statements: s}.String()))
	}
	if n := size(want.Trust); n > policy.MaxTrust {
		return fmt.Sprintf("its trust policy would have %d characters, and IAM takes %d", n, policy.MaxTrust),
			"let fewer response plans share one runbook: write the runbook a second time, under another name, for some of them"
	}
	if n := size(want.Allow); n > policy.MaxInline {
		return fmt.Sprintf("its policy would have %d characters, and IAM takes %d", n, policy.MaxInline),
			"write shorter lists in allow:, with * in them, or name a role of your own"
	}
	return "", ""
}
