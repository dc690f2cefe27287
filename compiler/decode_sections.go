package compiler

import (
	"github.com/watchbill/watchbill/compiler/ast"
)

// A section is decoded item by item: decode returns the item, add puts it into the
// plan. An item whose name is taken already is not added.
type section struct {
	decode func(d *decoder, e *entry) any
	add    func(p *ast.Plan, item any)
}

// decoders has one entry a section of the schema; a test compares the two.
var decoders = map[string]section{
	"replication_set": {
		func(d *decoder, e *entry) any { return d.replicationSet(e) },
		func(p *ast.Plan, item any) { p.ReplicationSet = item.(*ast.ReplicationSet) },
	},
	"contacts": {
		func(d *decoder, e *entry) any { return d.contact(e) },
		func(p *ast.Plan, item any) { p.Contacts = append(p.Contacts, item.(*ast.Contact)) },
	},
	"schedules": {
		func(d *decoder, e *entry) any { return d.schedule(e) },
		func(p *ast.Plan, item any) { p.Schedules = append(p.Schedules, item.(*ast.Schedule)) },
	},
	"escalation_plans": {
		func(d *decoder, e *entry) any { return d.escalationPlan(e) },
		func(p *ast.Plan, item any) { p.EscalationPlans = append(p.EscalationPlans, item.(*ast.EscalationPlan)) },
	},
	"impact_levels": {
		func(d *decoder, e *entry) any { return d.impactLevel(e) },
		func(p *ast.Plan, item any) { p.ImpactLevels = append(p.ImpactLevels, item.(*ast.ImpactLevel)) },
	},
	"runbooks": {
		func(d *decoder, e *entry) any { return d.runbook(e) },
		func(p *ast.Plan, item any) { p.Runbooks = append(p.Runbooks, item.(*ast.Runbook)) },
	},
	"chat_channels": {
		func(d *decoder, e *entry) any { return d.chatChannel(e) },
		func(p *ast.Plan, item any) { p.ChatChannels = append(p.ChatChannels, item.(*ast.ChatChannel)) },
	},
	"monitors": {
		func(d *decoder, e *entry) any { return d.monitor(e) },
		func(p *ast.Plan, item any) { p.Monitors = append(p.Monitors, item.(*ast.Monitor)) },
	},
	"event_rules": {
		func(d *decoder, e *entry) any { return d.eventRule(e) },
		func(p *ast.Plan, item any) { p.EventRules = append(p.EventRules, item.(*ast.EventRule)) },
	},
	"response_plans": {
		func(d *decoder, e *entry) any { return d.responsePlan(e) },
		func(p *ast.Plan, item any) { p.ResponsePlans = append(p.ResponsePlans, item.(*ast.ResponsePlan)) },
	},
}

func (d *decoder) replicationSet(e *entry) *ast.ReplicationSet {
	in := e.value
	set := &ast.ReplicationSet{
		At:                 e.pos(),
		DeletionProtection: d.flag(in.get("deletion_protection")),
		Protect:            d.flag(in.get("protect")),
		Tags:               d.pairs(in.get("tags")),
	}
	for _, region := range d.table(in.get("regions")) {
		set.Regions = append(set.Regions, &ast.Region{Name: keyText(region), KMSKey: d.text(region.value.get("kms_key"))})
	}
	return set
}

func (d *decoder) contact(e *entry) *ast.Contact {
	in := e.value
	c := &ast.Contact{
		Item:        d.item(e),
		DisplayName: d.text(in.get("name")),
		Tags:        d.pairs(in.get("tags")),
	}
	for _, channel := range d.table(in.get("channels")) {
		c.Channels = append(c.Channels, d.channel(channel))
	}
	for _, stage := range d.items(in.get("engagement_plan")) {
		c.EngagementPlan = append(c.EngagementPlan, d.stage(stage))
	}
	return c
}

// channelTypes are AWS's words for the keys a channel has one of.
var channelTypes = []struct{ key, aws string }{{"email", "EMAIL"}, {"sms", "SMS"}, {"voice", "VOICE"}}

func (d *decoder) channel(e *entry) *ast.Channel {
	c := &ast.Channel{Item: d.item(e), DisplayName: d.text(e.value.get("name"))}
	for _, t := range channelTypes {
		if address := e.value.get(t.key); address != nil && !c.Type.Set() {
			c.Type = ast.Text{V: t.aws, At: address.pos()}
			c.Address = d.address(address)
		}
	}
	return c
}

func (d *decoder) stage(n *node) *ast.Stage {
	s := &ast.Stage{At: n.pos(), Retry: d.duration(n.get("retry")), Wait: d.duration(n.get("wait"))}
	for _, target := range d.items(n.get("page")) {
		if t := d.pageTarget(target); t.Name.Set() {
			s.Page = append(s.Page, t)
		}
	}
	return s
}

func (d *decoder) pageTarget(n *node) *ast.Target {
	if n.kind == text {
		return &ast.Target{Name: d.textOf(n)}
	}
	return &ast.Target{Name: d.text(n.get("contact")), StopsEscalation: d.flag(n.get("stops_escalation"))}
}

func (d *decoder) escalationPlan(e *entry) *ast.EscalationPlan {
	in := e.value
	p := &ast.EscalationPlan{
		Item:        d.item(e),
		DisplayName: d.text(in.get("name")),
		Tags:        d.pairs(in.get("tags")),
	}
	for _, stage := range d.items(in.get("stages")) {
		p.Stages = append(p.Stages, d.stage(stage))
	}
	return p
}

// impactLevel leaves it to the rules whether the name needs a level.
func (d *decoder) impactLevel(e *entry) *ast.ImpactLevel {
	in := e.value
	level := &ast.ImpactLevel{
		Item:        d.item(e),
		Level:       d.int(in.get("level")),
		Description: d.text(in.get("description")),
	}
	if require := in.get("require"); require != nil && require.value.kind == table {
		level.Require = &ast.Require{
			At:          require.pos(),
			PageWithin:  d.duration(require.value.get("page_within")),
			HumanStages: d.int(require.value.get("human_stages")),
			Runbook:     d.flag(require.value.get("runbook")),
			Chat:        d.flag(require.value.get("chat")),
		}
	}
	return level
}

// topics are entries of a chat or notify list.
func (d *decoder) topics(e *entry) []*ast.TopicUse {
	var out []*ast.TopicUse
	for _, name := range d.texts(e) {
		out = append(out, &ast.TopicUse{Name: name})
	}
	return out
}

func (d *decoder) responsePlan(e *entry) *ast.ResponsePlan {
	in := e.value
	p := &ast.ResponsePlan{
		Item:         d.item(e),
		DisplayName:  d.text(in.get("name")),
		Title:        d.text(in.get("title")),
		Impact:       d.text(in.get("impact")),
		Summary:      d.text(in.get("summary")),
		Chat:         d.topics(in.get("chat")),
		Runbook:      d.text(in.get("runbook")),
		Dedupe:       d.text(in.get("dedupe")),
		Notify:       d.topics(in.get("notify")),
		IncidentTags: d.pairs(in.get("incident_tags")),
		Tags:         d.pairs(in.get("tags")),
		ShareWith:    d.texts(in.get("share_with")),
	}
	for _, name := range d.texts(in.get("engage")) {
		p.Engage = append(p.Engage, &ast.Engagement{Name: name})
	}
	if pd := in.get("pagerduty"); pd != nil && pd.value.kind == table {
		p.PagerDuty = &ast.PagerDuty{
			At:      pd.pos(),
			Name:    d.text(pd.value.get("name")),
			Service: d.text(pd.value.get("service")),
			Secret:  d.text(pd.value.get("secret")),
		}
	}
	return p
}
