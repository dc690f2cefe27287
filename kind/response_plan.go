package kind

import (
	"context"
	"fmt"
	"slices"

	"github.com/aws/aws-sdk-go-v2/aws"
	"github.com/aws/aws-sdk-go-v2/service/ssmincidents"
	"github.com/aws/aws-sdk-go-v2/service/ssmincidents/types"

	"github.com/watchbill/watchbill/compiler/ast"
	"github.com/watchbill/watchbill/internal/resource"
)

// ResponsePlan is what happens when an incident starts. Lists marked as sets have
// no order in AWS.
type ResponsePlan struct {
	DisplayName  string            `json:"display_name"`
	Title        string            `json:"title"`
	Impact       int               `json:"impact"` // 1 critical … 5 none
	Summary      string            `json:"summary"`
	Dedupe       string            `json:"dedupe"`
	Engage       []resource.Addr   `json:"engage" diff:"set"`
	Chat         []string          `json:"chat" diff:"set"`   // topics: addresses and ARNs
	Notify       []string          `json:"notify" diff:"set"` // topics: addresses and ARNs
	Runbook      Runbook           `json:"runbook"`
	PagerDuty    PagerDuty         `json:"pagerduty"`
	ShareWith    []string          `json:"share_with" diff:"set"` // account IDs
	IncidentTags map[string]string `json:"incident_tags"`
	Tags         map[string]string `json:"tags"`
}

// Runbook is the Automation document that starts with the incident; the zero
// Runbook is none. Version "" is the document's default version. Account is owner
// or impacted. Role is the address of a role of the plan's own, or an ARN. FromIncident maps a parameter to incident_arn or involved_resources.
type Runbook struct {
	Document     string              `json:"document"`
	Version      string              `json:"version"`
	Role         string              `json:"role"`
	Account      string              `json:"account"`
	Parameters   map[string][]string `json:"parameters"` // the order of values means something
	FromIncident map[string]string   `json:"from_incident"`
}

// PagerDuty mirrors incidents to a PagerDuty service; the zero PagerDuty is none.
type PagerDuty struct {
	Name    string `json:"name"`
	Service string `json:"service"`
	Secret  string `json:"secret"` // ARN of the secret that holds the token
}

var responsePlan = &Kind[ResponsePlan]{
	Name:    responsePlanKind,
	Desired: desiredResponsePlans,
	Needs:   responsePlanNeeds,
	ARN:     func(env *Env, name string) string { return env.arn("ssm-incidents", "", "response-plan/"+name) },
	Tags:    func(p ResponsePlan) map[string]string { return p.Tags },
	List:    listResponsePlans,
	Read:    readResponsePlan,
	Create:  createResponsePlan,
	Update:  updateResponsePlan,
	Delete:  deleteResponsePlan,
	Operations: Operations{
		Read: []string{"ssm-incidents:ListResponsePlans", "ssm-incidents:GetResponsePlan",
			"ssm-incidents:GetResourcePolicies"},
		Write: []string{"ssm-incidents:CreateResponsePlan", "ssm-incidents:UpdateResponsePlan", "ssm-incidents:DeleteResponsePlan",
			"ssm-incidents:PutResourcePolicy", "ssm-incidents:DeleteResourcePolicy",
			"ssm-incidents:TagResource", "ssm-incidents:UntagResource"},
		Leave: []string{"ssm-incidents:DeleteResponsePlan"},
	},
	Reach:  []Reach{{iamResponsePlan, itself}},
	Beside: responsePlanRights,
}

// responsePlanNeeds are what of the plan's own it refers to, whom it engages, and how they are reached: an incident that
// starts in between should not find a person without a plan.
func responsePlanNeeds(p ResponsePlan) []resource.Addr {
	out := append(slices.Clone(p.Engage), owned(p.Runbook.Role)...)
	out = append(out, owned(p.Chat...)...)
	out = append(out, owned(p.Notify...)...)
	if p.Runbook.ownDocument() {
		out = append(out, resource.Addr{Kind: documentKind, Name: p.Runbook.Document})
	}
	for _, a := range p.Engage {
		if a.Kind == contactKind {
			out = append(out, resource.Addr{Kind: engagementPlanKind, Name: a.Name})
		}
	}
	return out
}

func desiredResponsePlans(p *ast.Plan, add func(Item[ResponsePlan])) {
	for _, r := range p.ResponsePlans {
		spec := ResponsePlan{
			DisplayName: r.DisplayName.V, Title: r.Title.V, Summary: r.Summary.V, Dedupe: r.Dedupe.V,
			Chat: topicRefs(r.Chat), Notify: topicRefs(r.Notify), ShareWith: texts(r.ShareWith),
			IncidentTags: tagged(r.IncidentTags, ast.Flag{}), Tags: tagged(r.Tags, r.Protect),
		}
		if r.ImpactLevel != nil {
			spec.Impact = r.ImpactLevel.Level.V
		}
		for _, e := range r.Engage {
			kind := contactKind
			switch {
			case e.Schedule != nil:
				kind = scheduleKind
			case e.EscalationPlan != nil:
				kind = escalationPlanKind
			}
			spec.Engage = append(spec.Engage, resource.Addr{Kind: kind, Name: e.Name.V})
		}
		if r.RunbookItem != nil {
			spec.Runbook = desiredRunbook(r.RunbookItem)
		}
		if pd := r.PagerDuty; pd != nil {
			// AWS wants a name for the integration; the console shows it.
			spec.PagerDuty = PagerDuty{Name: pd.Name.Or(r.Name.V), Service: pd.Service.V, Secret: pd.Secret.V}
		}
		add(Item[ResponsePlan]{Name: r.Name.V, Spec: spec.canonical(), Origin: r.Name.Pos(), Protect: r.Protect.V})
	}
}

func desiredRunbook(r *ast.Runbook) Runbook {
	out := Runbook{Document: r.DocumentName(), Version: r.Version.V, Role: roleRef(r), Account: r.Account.Or(accountOwner)}
	for _, p := range r.Parameters {
		put(&out.Parameters, p.Key.V, append([]string{}, texts(p.Values)...)) // never nil: the SDK writes no value then
	}
	for _, p := range r.FromIncident {
		put(&out.FromIncident, p.Key.V, p.Value.V)
	}
	return out
}

// The words of the plan language for AWS's enumerations.
const (
	accountOwner    = "owner"
	accountImpacted = "impacted"
	defaultVersion  = "$DEFAULT"
)

var (
	targetAccounts = map[string]types.SsmTargetAccount{
		accountOwner:    types.SsmTargetAccountResponsePlanOwnerAccount,
		accountImpacted: types.SsmTargetAccountImpactedAccount,
	}
	incidentVariables = map[string]types.VariableType{
		"incident_arn":       types.VariableTypeIncidentRecordArn,
		"involved_resources": types.VariableTypeInvolvedResources,
	}
)

func (p ResponsePlan) canonical() ResponsePlan {
	slices.SortFunc(p.Engage, resource.Addr.Compare)
	p.Engage = slices.Compact(p.Engage)
	for _, list := range []*[]string{&p.Chat, &p.Notify, &p.ShareWith} {
		slices.Sort(*list)
		*list = slices.Compact(*list)
	}
	if p.Runbook.Version == defaultVersion {
		p.Runbook.Version = ""
	}
	return p
}

func texts(ts []ast.Text) []string {
	var out []string
	for _, t := range ts {
		out = append(out, t.V)
	}
	return out
}

func put[V any](m *map[string]V, key string, v V) {
	if *m == nil {
		*m = map[string]V{}
	}
	(*m)[key] = v
}

func listResponsePlans(ctx context.Context, env *Env, _ *Found) ([]Found, error) {
	if set, err := env.liveSet(ctx); err != nil || set == "" {
		return nil, err
	}
	account := env.Account()
	var out []Found
	pages := ssmincidents.NewListResponsePlansPaginator(env.aws.Incidents, &ssmincidents.ListResponsePlansInput{MaxResults: aws.Int32(100)})
	for pages.HasMorePages() {
		page, err := pages.NextPage(ctx)
		if err != nil {
			return nil, err
		}
		for _, s := range page.ResponsePlanSummaries {
			if arn := aws.ToString(s.Arn); accountOf(arn) == account {
				out = append(out, Found{Name: aws.ToString(s.Name), ID: arn})
			}
		}
	}
	return out, nil
}

func readResponsePlan(ctx context.Context, env *Env, f Found) (ResponsePlan, bool, error) {
	out, err := env.aws.Incidents.GetResponsePlan(ctx, &ssmincidents.GetResponsePlanInput{Arn: &f.ID})
	if err != nil {
		return ResponsePlan{}, false, unlessGone(err)
	}
	spec := ResponsePlan{DisplayName: aws.ToString(out.DisplayName), Tags: f.comparableTags()}
	wanted := env.wantedPlan(f.Name)
	if t := out.IncidentTemplate; t != nil {
		spec.Title, spec.Impact = aws.ToString(t.Title), int(aws.ToInt32(t.Impact))
		spec.Summary, spec.Dedupe = aws.ToString(t.Summary), aws.ToString(t.DedupeString)
		spec.IncidentTags = noneIfEmpty(t.IncidentTags)
		for _, n := range t.NotificationTargets {
			if topic, ok := n.(*types.NotificationTargetItemMemberSnsTopicArn); ok {
				spec.Notify = append(spec.Notify, env.refOf(topic.Value, wanted.Notify...))
			}
		}
	}
	if len(out.Engagements) > 0 {
		// Without the list of contacts nobody can tell whom an identifier is for.
		if _, err := env.allContacts(ctx); err != nil {
			return ResponsePlan{}, false, fmt.Errorf("tell whom it engages: %w", err)
		}
	}
	for _, id := range out.Engagements {
		spec.Engage = append(spec.Engage, env.engaged(id))
	}
	if chat, ok := out.ChatChannel.(*types.ChatChannelMemberChatbotSns); ok {
		for _, arn := range chat.Value {
			spec.Chat = append(spec.Chat, env.refOf(arn, wanted.Chat...))
		}
	}
	for _, a := range out.Actions {
		if run, ok := a.(*types.ActionMemberSsmAutomation); ok {
			spec.Runbook = observedRunbook(run.Value)
			spec.Runbook.Role = env.refOf(spec.Runbook.Role, wanted.Runbook.Role)
		}
	}
	for _, i := range out.Integrations {
		if pd, ok := i.(*types.IntegrationMemberPagerDutyConfiguration); ok {
			spec.PagerDuty = observedPagerDuty(pd.Value)
		}
	}
	spec.ShareWith, err = env.sharedWith(ctx, f)
	return spec.canonical(), true, err
}

// wantedPlan is the response plan of a name as it is wanted, the zero one when it is not.
func (e *Env) wantedPlan(name string) ResponsePlan {
	for _, o := range e.desired.Get(resource.Addr{Kind: responsePlanKind, Name: name}) {
		return o.Spec.(ResponsePlan)
	}
	return ResponsePlan{}
}

func observedRunbook(a types.SsmAutomation) Runbook {
	out := Runbook{
		Document: aws.ToString(a.DocumentName), Version: aws.ToString(a.DocumentVersion), Role: aws.ToString(a.RoleArn),
		Account: accountOwner, Parameters: noneIfEmpty(a.Parameters),
	}
	if a.TargetAccount == types.SsmTargetAccountImpactedAccount {
		out.Account = accountImpacted
	}
	for key, v := range a.DynamicParameters {
		if variable, ok := v.(*types.DynamicSsmParameterValueMemberVariable); ok {
			put(&out.FromIncident, key, wordFor(variable.Value))
		}
	}
	return out
}

func wordFor(v types.VariableType) string {
	for word, aws := range incidentVariables {
		if aws == v {
			return word
		}
	}
	return string(v)
}

func observedPagerDuty(c types.PagerDutyConfiguration) PagerDuty {
	out := PagerDuty{Name: aws.ToString(c.Name), Secret: aws.ToString(c.SecretId)}
	if c.PagerDutyIncidentConfiguration != nil {
		out.Service = aws.ToString(c.PagerDutyIncidentConfiguration.ServiceId)
	}
	return out
}
