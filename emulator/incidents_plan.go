package emulator

// responsePlan is a row: the template of incidents. Members keep the difference between absent and
// empty, because the service does.
type responsePlan struct {
	ARN          string
	Name         string
	DisplayName  *string
	Actions      []action
	ChatChannel  *chatChannel
	Engagements  []string
	Integrations []integration
	Template     incidentTemplate
	Tags         map[string]string `json:",omitempty"`
	Tagged       bool              `json:",omitempty"`
}

// The tags spell the structures below as the wire does. Lists read back as [], everything else
// that is absent as an explicit null: that is what the real service sends [api-ref].

type incidentTemplate struct {
	DedupeString        *string              `json:"dedupeString"`
	Impact              int                  `json:"impact"`
	IncidentTags        map[string]string    `json:"incidentTags"`
	NotificationTargets []notificationTarget `json:"notificationTargets"`
	Summary             *string              `json:"summary"`
	Title               string               `json:"title"`
}

type notificationTarget struct {
	SnsTopicArn string `json:"snsTopicArn"`
}

type chatChannel struct {
	ChatbotSns []string  `json:"chatbotSns,omitempty"`
	Empty      *struct{} `json:"empty,omitempty"`
}

type action struct {
	SsmAutomation ssmAutomation `json:"ssmAutomation"`
}

type ssmAutomation struct {
	DocumentName      string                  `json:"documentName"`
	DocumentVersion   *string                 `json:"documentVersion"`
	DynamicParameters map[string]dynamicValue `json:"dynamicParameters,omitempty"`
	Parameters        map[string][]string     `json:"parameters,omitempty"`
	RoleArn           string                  `json:"roleArn"`
	TargetAccount     *string                 `json:"targetAccount"`
}

type dynamicValue struct {
	Variable string `json:"variable"`
}

type integration struct {
	PagerDutyConfiguration struct {
		Name                           string `json:"name"`
		PagerDutyIncidentConfiguration struct {
			ServiceId string `json:"serviceId"`
		} `json:"pagerDutyIncidentConfiguration"`
		SecretId string `json:"secretId"`
	} `json:"pagerDutyConfiguration"`
}

// settled gives actions the default the service fills in: the account that owns the plan
// [inference]. Engagements are not looked up: CreateResponsePlan needs no permission on contacts,
// and its errors have no resource type for them, so the service cannot be checking.
func settled(actions []action) []action {
	for i := range actions {
		if actions[i].SsmAutomation.TargetAccount == nil {
			owner := "RESPONSE_PLAN_OWNER_ACCOUNT"
			actions[i].SsmAutomation.TargetAccount = &owner
		}
	}
	return actions
}

func createResponsePlan(c *call, tx *tx, in *struct {
	Actions          []action
	ChatChannel      *chatChannel
	DisplayName      *string
	Engagements      []string
	IncidentTemplate incidentTemplate
	Integrations     []integration
	Name             string
	Tags             map[string]string
}) (any, error) {
	p := &responsePlan{ARN: incidentsARN(c.account, "response-plan", in.Name), Name: in.Name, DisplayName: in.DisplayName,
		Actions: settled(in.Actions), ChatChannel: in.ChatChannel, Engagements: in.Engagements, Integrations: in.Integrations,
		Template: in.IncidentTemplate, Tags: in.Tags, Tagged: len(in.Tags) > 0}
	if tx.plans.get(p.Name) != nil {
		return nil, incidentsConflict("A response plan with the name "+p.Name+" already exists", kindPlan, p.ARN)
	}
	if len(in.Tags) > 0 {
		if err := incidentsTagsHere(c, tx.state); err != nil {
			return nil, err
		}
	}
	if err := testChat(c, tx, p); err != nil {
		return nil, err
	}
	tx.plans.put(tx, p.Name, p)
	return map[string]string{"arn": p.ARN}, nil
}

func findPlan(c *call, st *state, arn string) (*responsePlan, error) {
	name, err := incidentsName(c, arn, "response-plan")
	if err != nil {
		return nil, err
	}
	if p := st.plans.get(name); p != nil {
		return p, nil
	}
	return nil, incidentsNotFound("Response plan not found", kindPlan, arn)
}

type planARN struct{ Arn string }

// getResponsePlan returns no tags, as AWS does not.
func getResponsePlan(c *call, st *state, in *planARN) (any, error) {
	p, err := findPlan(c, st, in.Arn)
	if err != nil {
		return nil, err
	}
	template := p.Template
	template.NotificationTargets = orEmpty(template.NotificationTargets)
	return struct {
		Actions          []action         `json:"actions"`
		Arn              string           `json:"arn"`
		ChatChannel      *chatChannel     `json:"chatChannel"`
		DisplayName      *string          `json:"displayName"`
		Engagements      []string         `json:"engagements"`
		IncidentTemplate incidentTemplate `json:"incidentTemplate"`
		Integrations     []integration    `json:"integrations"`
		Name             string           `json:"name"`
	}{orEmpty(p.Actions), p.ARN, p.ChatChannel, p.DisplayName, orEmpty(p.Engagements), template, orEmpty(p.Integrations), p.Name}, nil
}

func orEmpty[T any](list []T) []T {
	if list == nil {
		return []T{}
	}
	return list
}

func listResponsePlans(c *call, st *state, in *struct {
	MaxResults int
	NextToken  string
}) (any, error) {
	pg, err := incidentsPage(c, in.NextToken, in.MaxResults)
	if err != nil {
		return nil, err
	}
	type summary struct {
		Arn         string  `json:"arn"`
		DisplayName *string `json:"displayName"`
		Name        string  `json:"name"`
	}
	rows := takePage(pg, st.plans.after("", pg.after), nil)
	out := make([]summary, len(rows))
	for i, p := range rows {
		out[i] = summary{p.ARN, p.DisplayName, p.Name}
	}
	return map[string]any{"nextToken": pg.nullableNext(), "responsePlanSummaries": out}, nil
}

// updateResponsePlan is a patch: an absent member stays, an empty one clears.
func updateResponsePlan(c *call, tx *tx, in *struct {
	Actions                             []action
	Arn                                 string
	ChatChannel                         *chatChannel
	DisplayName                         *string
	Engagements                         []string
	IncidentTemplateDedupeString        *string
	IncidentTemplateImpact              *int
	IncidentTemplateNotificationTargets []notificationTarget
	IncidentTemplateSummary             *string
	IncidentTemplateTags                map[string]string
	IncidentTemplateTitle               *string
	Integrations                        []integration
}) (any, error) {
	old, err := findPlan(c, tx.state, in.Arn)
	if err != nil {
		return nil, err
	}
	p := *old
	patchList(&p.Actions, settled(in.Actions))
	patchList(&p.Engagements, in.Engagements)
	patchList(&p.Integrations, in.Integrations)
	patchList(&p.Template.NotificationTargets, in.IncidentTemplateNotificationTargets)
	patch(&p.ChatChannel, in.ChatChannel)
	patch(&p.DisplayName, in.DisplayName)
	patch(&p.Template.DedupeString, in.IncidentTemplateDedupeString)
	patch(&p.Template.Summary, in.IncidentTemplateSummary)
	if in.IncidentTemplateTags != nil {
		p.Template.IncidentTags = in.IncidentTemplateTags
	}
	if in.IncidentTemplateImpact != nil {
		p.Template.Impact = *in.IncidentTemplateImpact
	}
	if in.IncidentTemplateTitle != nil {
		p.Template.Title = *in.IncidentTemplateTitle
	}
	if err := testChat(c, tx, &p); err != nil {
		return nil, err
	}
	tx.plans.put(tx, p.Name, &p)
	return nil, nil
}

func patch[T any](to **T, with *T) {
	if with != nil {
		*to = with
	}
}

func patchList[T any](to *[]T, with []T) {
	if with != nil {
		*to = with
	}
}

// deleteResponsePlan declares no ResourceNotFound: deleting what is not there succeeds.
func deleteResponsePlan(c *call, tx *tx, in *planARN) (any, error) {
	name, err := incidentsName(c, in.Arn, "response-plan")
	if err != nil {
		return nil, err
	}
	var keys []string
	for key := range tx.policies.below(in.Arn + " ") {
		keys = append(keys, key)
	}
	for _, key := range keys {
		tx.policies.put(tx, key, nil)
	}
	tx.plans.put(tx, name, nil)
	return nil, nil
}
