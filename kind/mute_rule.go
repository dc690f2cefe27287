package kind

import (
	"context"
	"fmt"
	"slices"
	"strconv"
	"strings"
	"time"

	"github.com/aws/aws-sdk-go-v2/aws"
	"github.com/aws/aws-sdk-go-v2/service/cloudwatch"
	"github.com/aws/aws-sdk-go-v2/service/cloudwatch/types"

	"github.com/watchbill/watchbill/compiler/ast"
	"github.com/watchbill/watchbill/internal/resource"
)

// MuteRule is a window in which the alarms of a monitor act on nothing. Starts is CloudWatch's
// cron(…) or at(…). Extras are members that no plan can say.
type MuteRule struct {
	Description string            `json:"description"`
	Starts      string            `json:"starts"`
	Minutes     int               `json:"minutes"`
	Timezone    string            `json:"timezone"`
	Alarms      []resource.Addr   `json:"alarms" diff:"set"`
	Others      []string          `json:"others" diff:"set"` // names of alarms without our naming
	Extras      map[string]string `json:"extras"`
	Tags        map[string]string `json:"tags"`
	Draft       *AlarmDraft       `json:"draft"`
}

const muteRuleKind = "mute_rule"

// muteRulePrefix begins the names of all mute rules we make. What may stand in one AWS does not
// say; letters, digits and dashes are safe.
const muteRulePrefix = "watchbill-"

// maxMuted is the most alarms of a mute rule [model].
const maxMuted = 100

// muteRule has its address MONITOR/wN, of the N-th window, and MONITOR/wNpM for the M-th hundred
// of alarms from the second on. In CloudWatch a dash stands for the slash.
//
// Rules are looked for when the plan wants one or there are alarms of ours: without alarms they do
// nothing, and the tagging API does not know them.
var muteRule = &Kind[MuteRule]{
	Name:      muteRuleKind,
	Neighbour: &Neighbour{Type: "cloudwatch:alarm"},
	Desired:   desiredMuteRules,
	Needs: func(m MuteRule) []resource.Addr {
		if m.Draft != nil {
			return slices.Clone(m.Draft.Any)
		}
		return slices.Clone(m.Alarms)
	},
	ARN:    func(env *Env, name string) string { return env.muteRuleARN(muteRuleName(name)) },
	Tags:   func(m MuteRule) map[string]string { return m.Tags },
	List:   listMuteRules,
	Read:   readMuteRule,
	Create: createMuteRule,
	Update: updateMuteRule,
	Delete: func(ctx context.Context, env *Env, f Found, _ MuteRule) error {
		_, err := env.aws.Alarms.DeleteAlarmMuteRule(ctx, &cloudwatch.DeleteAlarmMuteRuleInput{AlarmMuteRuleName: aws.String(muteRuleName(f.Name))})
		return unlessGone(err)
	},
	Operations: Operations{
		Read: []string{"cloudwatch:ListAlarmMuteRules", "cloudwatch:GetAlarmMuteRule", "cloudwatch:ListTagsForResource"},
		Write: []string{"cloudwatch:PutAlarmMuteRule", "cloudwatch:DeleteAlarmMuteRule",
			"cloudwatch:TagResource", "cloudwatch:UntagResource"},
		Leave: []string{"cloudwatch:DeleteAlarmMuteRule"},
	},
	// A rule is put on the rule itself and on each alarm it mutes.
	Reach: []Reach{{iamMuteRule, muteRuleName}, {iamAlarm, parentName}},
}

func (e *Env) muteRuleARN(name string) string {
	return e.arn("cloudwatch", e.aws.Region(), "alarm-mute-rule:"+name)
}

func muteRuleName(name string) string {
	monitor, window := cutLast(name)
	return muteRulePrefix + monitor + "-" + window
}

// mutedBy is the name of the address of a mute rule of ours, false for others'.
func mutedBy(awsName string) (string, bool) {
	name, ours := strings.CutPrefix(awsName, muteRulePrefix)
	i := strings.LastIndexByte(name, '-')
	if !ours || i < 1 || !strings.HasPrefix(name[i+1:], "w") {
		return "", false
	}
	return name[:i] + "/" + name[i+1:], true
}

func desiredMuteRules(p *ast.Plan, add func(Item[MuteRule])) {
	for _, m := range p.Monitors {
		alarm := resource.Addr{Kind: alarmKind, Name: m.Name.V}
		for i, w := range m.Mute {
			spec := MuteRule{Starts: w.Starts.V, Minutes: minutes(w.For), Timezone: w.Timezone.Or("UTC"), Tags: tagged(m.Tags, ast.Flag{})}
			if m.Each != nil {
				spec.Draft = &AlarmDraft{Any: []resource.Addr{alarm}}
			} else {
				spec.Alarms = []resource.Addr{alarm}
			}
			add(Item[MuteRule]{Name: m.Name.V + "/w" + strconv.Itoa(i+1), Spec: spec, Origin: w.At})
		}
	}
}

// mute adds the rules for the alarms of a fleet, a hundred each; a fleet without alarms needs
// none.
func (x *expansion) mute(o *resource.Object, spec MuteRule) {
	alarms := slices.Clone(x.alarmsOf(spec.Draft.Any[0]))
	slices.SortFunc(alarms, resource.Addr.Compare)
	spec.Draft = nil
	part := 0
	for chunk := range slices.Chunk(alarms, maxMuted) {
		name := o.Addr.Name
		if part++; part > 1 {
			name += "p" + strconv.Itoa(part)
		}
		spec.Alarms = chunk
		x.out.Add(muteRule.object(name, spec, func(made *resource.Object) { completed(made, o) }))
	}
}

func listMuteRules(ctx context.Context, env *Env, _ *Found) ([]Found, error) {
	var out []Found
	pages := cloudwatch.NewListAlarmMuteRulesPaginator(env.aws.Alarms, &cloudwatch.ListAlarmMuteRulesInput{MaxRecords: aws.Int32(100)})
	for pages.HasMorePages() {
		page, err := pages.NextPage(ctx)
		if err != nil {
			return nil, err
		}
		for _, s := range page.AlarmMuteRuleSummaries {
			arn := aws.ToString(s.AlarmMuteRuleArn)
			if name, ours := mutedBy(arn[strings.LastIndexByte(arn, ':')+1:]); ours {
				out = append(out, Found{Name: name, ID: arn, Status: string(s.Status)})
			}
		}
	}
	return out, nil
}

func readMuteRule(ctx context.Context, env *Env, f Found) (MuteRule, bool, error) {
	out, err := env.aws.Alarms.GetAlarmMuteRule(ctx, &cloudwatch.GetAlarmMuteRuleInput{AlarmMuteRuleName: aws.String(muteRuleName(f.Name))})
	if err != nil {
		return MuteRule{}, false, unlessGone(err)
	}
	spec := MuteRule{Description: aws.ToString(out.Description), Timezone: "UTC", Tags: f.comparableTags()}
	if out.Rule != nil && out.Rule.Schedule != nil {
		s := out.Rule.Schedule
		spec.Starts, spec.Minutes = aws.ToString(s.Expression), isoMinutes(aws.ToString(s.Duration))
		if s.Timezone != nil {
			spec.Timezone = *s.Timezone
		}
	}
	if out.MuteTargets != nil {
		for _, name := range out.MuteTargets.AlarmNames {
			if own, ours := strings.CutPrefix(name, alarmPrefix); ours {
				spec.Alarms = append(spec.Alarms, resource.Addr{Kind: alarmKind, Name: own})
			} else {
				spec.Others = append(spec.Others, name)
			}
		}
	}
	for name, at := range map[string]*time.Time{"StartDate": out.StartDate, "ExpireDate": out.ExpireDate} {
		if at != nil {
			put(&spec.Extras, name, at.UTC().Format(time.RFC3339))
		}
	}
	return spec, true, nil
}

func createMuteRule(ctx context.Context, env *Env, name string, want MuteRule) (string, error) {
	if err := env.putMuteRule(ctx, name, want); err != nil {
		return "", err
	}
	return env.muteRuleARN(muteRuleName(name)), nil
}

func updateMuteRule(ctx context.Context, env *Env, f Found, have, want MuteRule) error {
	h, w := have, want
	h.Tags, w.Tags = nil, nil
	if len(resource.Fields(h, w)) > 0 {
		if err := env.putMuteRule(ctx, f.Name, want); err != nil {
			return err
		}
	}
	return env.setTags(ctx, f.ID, have.Tags, want.Tags)
}

func (e *Env) putMuteRule(ctx context.Context, name string, want MuteRule) error {
	in := &cloudwatch.PutAlarmMuteRuleInput{
		Name: aws.String(muteRuleName(name)), Description: orNil(want.Description), MuteTargets: &types.MuteTargets{}, Tags: alarmTags(e.marked(want.Tags)),
		Rule: &types.Rule{Schedule: &types.Schedule{Expression: &want.Starts, Duration: aws.String(fmt.Sprintf("PT%dM", want.Minutes)), Timezone: &want.Timezone}},
	}
	for _, a := range want.Alarms {
		in.MuteTargets.AlarmNames = append(in.MuteTargets.AlarmNames, alarmPrefix+a.Name)
	}
	_, err := e.aws.Alarms.PutAlarmMuteRule(ctx, in)
	return err
}

// isoMinutes reads a duration of ISO 8601 in days, hours and minutes; 0 for any other.
func isoMinutes(s string) int {
	s, ok := strings.CutPrefix(s, "P")
	total, n := 0, 0
	for _, r := range strings.Replace(s, "T", "", 1) {
		unit, known := map[rune]int{'W': 7 * 24 * 60, 'D': 24 * 60, 'H': 60, 'M': 1}[r]
		switch {
		case r >= '0' && r <= '9':
			n = n*10 + int(r-'0')
		case known:
			total, n = total+n*unit, 0
		default:
			ok = false
		}
	}
	if !ok {
		return 0
	}
	return total
}
