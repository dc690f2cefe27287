package emulator

// How the page looks.

import (
	"crypto/sha256"
	"encoding/base64"
	"fmt"
	"strconv"
	"time"

	g "maragu.dev/gomponents"
	"maragu.dev/gomponents/html"
)

const watchStyle = `:root{color-scheme:light dark}
body{font:15px/1.45 system-ui,sans-serif;max-width:72rem;margin:0 auto;padding:1rem}
h1{font-size:1.3rem}h2{font-size:1.1rem;margin:1.6rem 0 .4rem}h3{font-size:.95rem;margin:.8rem 0 .2rem}
table{border-collapse:collapse;width:100%}th{text-align:left;font-weight:600}
th,td{padding:.2rem .8rem .2rem 0;border-bottom:1px solid #8884;vertical-align:top;overflow-wrap:anywhere}
td:first-child{white-space:nowrap}
details{border:1px solid #8886;border-radius:.4rem;padding:.4rem .8rem;margin:.5rem 0}
summary{cursor:pointer}.OPEN{color:#c22;font-weight:600}.RESOLVED{color:#282;font-weight:600}
code{font-size:1.05em}.dim{opacity:.7}form{display:flex;flex-wrap:wrap;gap:.4rem;align-items:center}
button{font:inherit;padding:.2rem .6rem}@media(prefers-color-scheme:dark){.OPEN{color:#f77}.RESOLVED{color:#7c7}}`

// watchPolicy lets the page use its own style and send its own forms, and nothing else.
var watchPolicy = "default-src 'none'; style-src '" + hashOf(watchStyle) +
	"'; form-action 'self'; base-uri 'none'; frame-ancestors 'none'"

func hashOf(style string) string {
	sum := sha256.Sum256([]byte(style))
	return "sha256-" + base64.StdEncoding.EncodeToString(sum[:])
}

func (v *watchView) document() g.Node {
	return html.Doctype(html.HTML(html.Lang("en"),
		html.Head(
			html.Meta(html.Charset("utf-8")),
			html.Meta(html.Name("viewport"), html.Content("width=device-width, initial-scale=1")),
			g.If(v.refresh, html.Meta(g.Attr("http-equiv", "refresh"), html.Content("2"))),
			html.TitleEl(g.Text("Embedded Incident Manager")),
			html.StyleEl(g.Raw(watchStyle)), // a constant of this file
		),
		html.Body(
			html.H1(g.Text("Embedded Incident Manager "), html.Span(html.Class("dim"), g.Text("account "+v.account))),
			v.clockNode(),
			v.incidentsNode(),
			v.hostsNode(),
			v.alarmsNode(),
			v.messagesNode(),
			v.peopleNode(),
			html.P(html.Class("dim"), g.Text("Nothing here calls, texts or mails anybody. Addresses are not shown.")),
		)))
}

func (v *watchView) clockNode() g.Node {
	state := "stopped"
	if v.clock.Running {
		state = "runs at " + strconv.FormatFloat(v.clock.Speed, 'g', -1, 64) + "×"
	}
	next := g.Text("Nothing is due.")
	var toNext g.Node
	if v.clock.Next != nil {
		next = g.Text("Next is due at " + moment(*v.clock.Next) + ".")
		toNext = g.Group{
			html.Input(html.Type("hidden"), html.Name("next"), html.Value(v.clock.Next.UTC().Format(time.RFC3339Nano))),
			do("next", "to what is due next"),
		}
	}
	turn := do("stop", "stop")
	if !v.clock.Running {
		turn = do("run", "run")
	}
	watch := html.A(html.Href("/?refresh"), g.Text("refresh every 2 s"))
	if v.refresh {
		watch = html.A(html.Href("/"), g.Text("stop refreshing"))
	}
	return html.Section(
		html.H2(g.Text("Clock")),
		html.P(html.Strong(g.Text(moment(v.clock.Now)+" UTC")), g.Text(", "+state+". "), next, g.Text(" "), watch),
		html.Form(html.Method("post"), html.Action(sideDoorPrefix+"page/clock"),
			g.If(v.refresh, html.Input(html.Type("hidden"), html.Name("refresh"))),
			do("1m", "+1 min"), do("5m", "+5 min"), do("10m", "+10 min"), do("1h", "+1 h"), do("24h", "+1 day"), toNext,
			turn, do("real", "real time"), do("minute", "60×"), do("hour", "3600×")))
}

func do(what, label string) g.Node {
	return html.Button(html.Name("do"), html.Value(what), g.Text(label))
}

func (v *watchView) incidentsNode() g.Node {
	nodes := g.Group{html.H2(g.Text("Incidents"))}
	if len(v.incidents) == 0 {
		nodes = append(nodes, html.P(html.Class("dim"), g.Text("There are none.")))
	}
	for i, r := range v.incidents {
		nodes = append(nodes, r.node(i == 0))
	}
	return html.Section(nodes, more(v.hidden.incidents, "older ones"))
}

func more(n int, what string) g.Node {
	return g.If(n > 0, html.P(html.Class("dim"), g.Text(fmt.Sprintf("and %d %s", n, what))))
}

func (r *watchedIncident) node(open bool) g.Node {
	return html.Details(g.If(open || r.Status == incidentOpen, g.Attr("open")),
		html.Summary(html.Span(html.Class(r.Status), g.Text(r.Status)), g.Text(" "),
			own(r.Title), html.Span(html.Class("dim"), g.Text(" impact "+strconv.Itoa(r.Impact)+", since "+moment(r.Created)))),
		html.P(html.Class("dim"), g.Text(r.ARN)),
		g.If(len(r.pages) > 0, g.Group{html.H3(g.Text("Who was paged")),
			grid([]string{"last sent", "who", "channel", "code", "acknowledged"}, g.Map(r.pages, func(p watchedPage) g.Node {
				return line(g.Text(moment(p.Sent)), own(p.person), g.Group{own(p.channel), g.Text(" " + p.kind)},
					html.Code(g.Text(p.Code)), g.Text(moment(p.Read)))
			}))}),
		html.H3(g.Text("Timeline")),
		grid([]string{"time", "event", ""}, g.Map(r.events, func(e *timelineEvent) g.Node {
			return line(g.Text(moment(e.At)), g.Text(e.Type), own(e.words()))
		})))
}

// own is text somebody else wrote; it may run from right to left without turning the line around.
func own(text string) g.Node { return g.El("bdi", g.Text(text)) }

func grid(heads []string, lines g.Node) g.Node {
	return html.Table(html.THead(html.Tr(g.Map(heads, func(h string) g.Node { return html.Th(g.Text(h)) }))), html.TBody(lines))
}

func line(cells ...g.Node) g.Node {
	return html.Tr(g.Map(cells, func(c g.Node) g.Node { return html.Td(c) }))
}

func (v *watchView) messagesNode() g.Node {
	if len(v.messages) == 0 {
		return nil
	}
	return html.Section(html.H2(g.Text("Newest messages")),
		grid([]string{"time", "kind", "to", "by", "code"}, g.Map(v.messages, func(m *message) g.Node {
			to := lastPart(m.ContactARN)
			if m.TopicARN != "" {
				to = m.TopicARN
			}
			return line(g.Text(moment(m.Time)), g.Text(m.Kind), own(to), g.Text(m.Type), html.Code(g.Text(m.Code)))
		})))
}

func (v *watchView) peopleNode() g.Node {
	if len(v.people) == 0 {
		return html.Section(html.H2(g.Text("Contacts")), html.P(html.Class("dim"), g.Text("There are none.")))
	}
	var lines g.Group
	for _, p := range v.people {
		name := ""
		if p.DisplayName != nil {
			name = *p.DisplayName
		}
		who := g.Group{own(p.Alias), g.Text(" "), html.Span(html.Class("dim"), own(name))}
		if len(p.channels) == 0 {
			lines = append(lines, line(who, g.Text(p.Type), nil, nil, nil))
		}
		for i, ch := range p.channels {
			kind := p.Type
			if i > 0 {
				who, kind = nil, ""
			}
			lines = append(lines, line(who, g.Text(kind), g.Group{own(ch.Name), g.Text(" " + ch.Type)}, g.Text(ch.Status), html.Code(g.Text(ch.Code))))
		}
	}
	return html.Section(html.H2(g.Text("Contacts")),
		grid([]string{"contact", "type", "channel", "status", "activation code"}, lines),
		more(v.hidden.people, "more contacts"))
}
