package compiler

// What starts an incident, and where people talk about it.

import (
	"regexp"
	"strconv"
	"strings"
	"time"

	"github.com/watchbill/watchbill/compiler/ast"
	"github.com/watchbill/watchbill/kind"
	"github.com/watchbill/watchbill/schema"
)

func (d *decoder) chatChannel(e *entry) *ast.ChatChannel {
	in := e.value
	c := &ast.ChatChannel{
		Item:       d.item(e),
		Topic:      d.text(in.get("topic")),
		Role:       d.text(in.get("role")),
		Guardrails: d.texts(in.get("guardrails")),
		Logging:    d.text(in.get("logging")),
		Tags:       d.pairs(in.get("tags")),
	}
	var rooms []string
	for _, room := range []string{"slack", "teams", "chime"} {
		of := in.get(room)
		if of == nil || of.value.kind != table {
			continue
		}
		if rooms = append(rooms, room); len(rooms) == 2 {
			d.list.Errorf(of.pos(), "wrong-value", "%s has %s at once", quote(e.key), and(rooms)).
				WithHint("a chat channel is one room; make two of it, and name both where it is used")
		}
		d.room(c, room, of)
	}
	return c
}

// room is what a chat channel has at most one of; of a second one nothing is kept.
func (d *decoder) room(c *ast.ChatChannel, room string, e *entry) {
	in := e.value
	switch {
	case c.Slack != nil || c.Teams != nil || c.Chime != nil:
	case room == "slack":
		c.Slack = &ast.Slack{At: e.pos(), Workspace: d.text(in.get("workspace")), Channel: d.text(in.get("channel"))}
	case room == "teams":
		c.Teams = &ast.Teams{At: e.pos(), Team: d.text(in.get("team")), Tenant: d.text(in.get("tenant")), Channel: d.text(in.get("channel"))}
	default:
		c.Chime = &ast.Chime{At: e.pos(), Description: d.text(in.get("description"))}
		if webhook := in.get("webhook"); webhook != nil {
			c.Chime.Webhook = d.address(webhook)
		}
	}
}

func (d *decoder) monitor(e *entry) *ast.Monitor {
	in := e.value
	m := &ast.Monitor{
		Item:         d.item(e),
		Description:  d.text(in.get("description")),
		ResponsePlan: d.text(in.get("response_plan")),
		Metric:       d.metric(in.get("metric")),
		Composite:    d.composite(in.get("composite")),
		When:         d.when(in.get("when")),
		MissingData:  d.text(in.get("missing_data")),
		Each:         d.each(in.get("each")),
		Encoding:     d.text(in.get("encoding")),
		Notify:       d.topics(in.get("notify")),
		Tags:         d.pairs(in.get("tags")),
	}
	for _, q := range d.table(in.get("metrics")) {
		m.Metrics = append(m.Metrics, &ast.MetricQuery{
			ID:         keyText(q),
			Metric:     d.metric(q.value.get("metric")),
			Expression: d.text(q.value.get("expression")),
			Label:      d.text(q.value.get("label")),
			Period:     d.length(q.value.get("period")),
			Returns:    d.flag(q.value.get("returns")),
		})
	}
	for _, n := range d.items(in.get("mute")) {
		m.Mute = append(m.Mute, d.mute(n))
	}
	if by := in.get("suppressed_by"); by != nil && by.value.kind == table {
		m.SuppressedBy = &ast.Suppressor{
			At:     by.pos(),
			By:     &ast.MonitorUse{Name: d.text(by.value.get("monitor"))},
			Wait:   d.duration(by.value.get("wait")),
			Extend: d.duration(by.value.get("extend")),
		}
	}
	if problem := kind.QueryFault(m); problem != "" && m.Encoding.V == "query" {
		d.list.Errorf(m.Encoding.At, "wrong-value", "no query can watch the fleet of %s: %s", quote(e.key), problem).
			WithHint("write encoding: per_target, or leave it out")
	}
	return m
}

func (d *decoder) mute(n *node) *ast.Mute {
	m := &ast.Mute{At: n.pos(), Starts: d.text(n.get("starts")), For: d.length(n.get("for")), Timezone: d.text(n.get("timezone"))}
	if at, ok := strings.CutPrefix(m.Starts.V, "at("); ok && schema.Fits("wall", strings.TrimSuffix(at, ")")) {
		if _, err := time.Parse(wallLayout, strings.TrimSuffix(at, ")")); err != nil {
			d.list.Errorf(m.Starts.At, "wrong-value", "there is no %s", at[:len("2006-01-02")]).WithHint("write a day of that month")
		}
	}
	return m
}

func (d *decoder) metric(e *entry) *ast.Metric {
	if e == nil || e.value.kind != table {
		return nil
	}
	in := e.value
	return &ast.Metric{
		At:         e.pos(),
		Namespace:  d.text(in.get("namespace")),
		Name:       d.text(in.get("name")),
		Statistic:  d.text(in.get("statistic")),
		Unit:       d.text(in.get("unit")),
		Period:     d.length(in.get("period")),
		Dimensions: d.pairs(in.get("dimensions")),
	}
}

// length is a duration that is more than nothing.
func (d *decoder) length(e *entry) ast.Duration {
	v := d.duration(e)
	if v.Set() && v.V == 0 {
		d.list.Errorf(v.At, "wrong-value", "%s must be at least 1m", quote(e.key))
	}
	return v
}

func (d *decoder) composite(e *entry) *ast.Composite {
	if e == nil || e.value.kind != table {
		return nil
	}
	uses := func(key string) (out []*ast.MonitorUse) {
		for _, name := range d.texts(e.value.get(key)) {
			out = append(out, &ast.MonitorUse{Name: name})
		}
		return out
	}
	return &ast.Composite{At: e.pos(), Any: uses("any"), All: uses("all"), Rule: d.text(e.value.get("rule"))}
}

// whenWords are the ways to write a threshold; a monitor has one of them.
var whenWords = []string{"at_least", "above", "at_most", "below"}

func (d *decoder) when(e *entry) *ast.When {
	if e == nil || e.value.kind != table {
		return nil
	}
	w := &ast.When{At: e.pos(), For: d.int(e.value.get("for")), OutOf: d.int(e.value.get("out_of"))}
	for _, word := range whenWords {
		if at := e.value.get(word); at != nil && !w.Word.Set() {
			w.Word, w.Threshold = keyText(at), d.number(at)
		}
	}
	return w
}

// number is a number as JSON writes them; the ways to write one that other readers take
// for another are refused.
func (d *decoder) number(e *entry) ast.Val[float64] {
	n := e.value
	if n.kind != integer && n.kind != float {
		return ast.Val[float64]{} // the schema says so
	}
	v, err := strconv.ParseFloat(n.text, 64)
	if err != nil || !jsonNumber(n.text) {
		d.notPlain(n)
	}
	return ast.Val[float64]{V: v, At: n.pos()}
}

// notPlain reports a number that is written in one of YAML's many other ways.
func (d *decoder) notPlain(n *node) {
	d.list.Errorf(n.pos(), "wrong-value", "%s is not how a number is written here", quotePlain(n.text)).
		WithHint("write digits, with a point or an exponent if need be and without leading zeros: 1, 0.5, 2e9")
}

func (d *decoder) each(e *entry) *ast.Each {
	if e == nil || e.value.kind != table {
		return nil
	}
	in := e.value
	each := &ast.Each{
		At:        e.pos(),
		Resource:  d.text(in.get("resource")),
		Except:    d.texts(in.get("except")),
		AllowNone: d.flag(in.get("allow_none")),
	}
	d.fleetType(each.Resource)
	for _, tag := range d.table(in.get("tags")) {
		filter := &ast.TagFilter{Key: keyText(tag), Values: d.texts(tag)}
		if tag.value.kind != list {
			value := d.text(tag)
			if !value.Set() {
				continue // the schema says so; without the value the fleet would be larger
			}
			filter.Values = []ast.Text{value}
		}
		each.Tags = append(each.Tags, filter)
	}
	return each
}

// fleetForm is what the schema wants of a type; it says so itself.
var fleetForm = regexp.MustCompile(`^[a-z0-9-]+(:[a-zA-Z0-9/_-]+)?$`)

// fleetType wants a type whose metrics are known by their dimensions.
func (d *decoder) fleetType(t ast.Text) {
	if !t.Set() || kind.IsFleetType(t.V) || !fleetForm.MatchString(t.V) {
		return
	}
	known := kind.FleetTypes()
	near := didYouMean(t.V, known)
	f := d.list.Errorf(t.At, "wrong-value", "watchbill does not know the metrics of resources of the type %s%s", quote(t.V), near)
	if near == "" {
		f.WithHint("write one of %s; a resource of another type gets a monitor of its own, with dimensions", or(known))
	}
}

// maxPattern is the longest event pattern, in characters of JSON.
const maxPattern = 4096

func (d *decoder) eventRule(e *entry) *ast.EventRule {
	in := e.value
	r := &ast.EventRule{
		Item:         d.item(e),
		Description:  d.text(in.get("description")),
		ResponsePlan: d.text(in.get("response_plan")),
		Bus:          d.text(in.get("bus")),
		Role:         d.text(in.get("role")),
		Disabled:     d.flag(in.get("disabled")),
		DeadLetter:   d.text(in.get("dead_letter")),
		Tags:         d.pairs(in.get("tags")),
	}
	if pattern := in.get("pattern"); pattern != nil && pattern.value.kind == table {
		r.Pattern = ast.Text{V: d.pattern(pattern.value), At: pattern.pos()}
		if n := len(strings.ToValidUTF8(r.Pattern.V, "")); n > maxPattern {
			d.list.Errorf(pattern.pos(), "wrong-value", "the pattern has %d characters as JSON, and %d are allowed", n, maxPattern).
				WithHint("make two rules of it")
		}
	}
	if retry := in.get("retry"); retry != nil && retry.value.kind == table {
		r.MaxAge, r.MaxRetries = d.length(retry.value.get("max_age")), d.int(retry.value.get("max_attempts"))
	}
	return r
}
