package rule

import (
	"slices"
	"strings"

	"github.com/watchbill/watchbill/compiler/ast"
)

// escalationCycle reports escalation plans that page each other in a circle, or
// themselves. A stage cannot page a plan at all; these get their own sentence,
// because writing the right kind of name would still not end them. It is Fixed,
// as unknownReference is, which leaves these names to it.
func escalationCycle(p *ast.Plan, in Input, r *Reporter) {
	circles := cyclesOf(p, in.names)
	if len(circles) == 0 {
		return
	}
	for _, e := range p.EscalationPlans {
		for t := range targets(e.Stages) {
			path, circle := circles[t]
			if !circle {
				continue
			}
			f := r.Report(t.Name.At, "%s pages itself: %s; a stage pages contacts and schedules, never escalation plans", e.Name.V, path)
			f.WithHint("write the people of %s here, or engage both plans from the response plan", t.Name.V)
		}
	}
}

// maxCircle is the number of plans up to which a circle is spelled out; finding
// the way in a larger tangle would take long and help nobody.
const maxCircle = 8

// cyclesOf finds the targets that lie on a circle of escalation plans, each with
// the circle as text: web -> data -> web.
func cyclesOf(p *ast.Plan, n *names) map[*ast.Target]string {
	g := planGraph{edges: map[string][]string{}}
	for _, e := range p.EscalationPlans {
		for t := range targets(e.Stages) {
			if t.Contact == nil && t.Schedule == nil && n.plans[t.Name.V] != nil {
				g.edges[e.Name.V] = append(g.edges[e.Name.V], t.Name.V)
			}
		}
	}
	if len(g.edges) == 0 {
		return nil
	}
	g.components(p)
	circles := map[*ast.Target]string{}
	for _, e := range p.EscalationPlans {
		for t := range targets(e.Stages) {
			if t.Contact == nil && t.Schedule == nil && n.plans[t.Name.V] != nil && g.component[e.Name.V] == g.component[t.Name.V] {
				circles[t] = e.Name.V + " -> " + g.path(t.Name.V, e.Name.V)
			}
		}
	}
	return circles
}

// planGraph is who pages whom among escalation plans. Two plans lie on a circle
// when they are in one strongly connected component (Tarjan 1972).
type planGraph struct {
	edges            map[string][]string
	component        map[string]int // 0 while unfinished
	size             map[int]int    // of a component, in plans
	index, low       map[string]int
	stack            []string
	visits, finished int
}

func (g *planGraph) components(p *ast.Plan) {
	g.component, g.size = map[string]int{}, map[int]int{}
	g.index, g.low = map[string]int{}, map[string]int{}
	for _, e := range p.EscalationPlans {
		if g.index[e.Name.V] == 0 {
			g.visit(e.Name.V)
		}
	}
}

func (g *planGraph) visit(v string) {
	g.visits++
	g.index[v], g.low[v] = g.visits, g.visits
	g.stack = append(g.stack, v)
	for _, w := range g.edges[v] {
		if g.index[w] == 0 {
			g.visit(w)
			g.low[v] = min(g.low[v], g.low[w])
		} else if g.component[w] == 0 {
			g.low[v] = min(g.low[v], g.index[w])
		}
	}
	if g.low[v] != g.index[v] {
		return
	}
	g.finished++
	for {
		w := g.stack[len(g.stack)-1]
		g.stack = g.stack[:len(g.stack)-1]
		g.component[w] = g.finished
		g.size[g.finished]++
		if w == v {
			return
		}
	}
}

// path is the shortest way inside the component, as text.
func (g *planGraph) path(from, to string) string {
	if g.size[g.component[from]] > maxCircle {
		return from + " -> … -> " + to
	}
	queue := [][]string{{from}}
	for seen := map[string]bool{from: true}; ; queue = queue[1:] {
		way := queue[0] // never empty: one component, so there is a way
		at := way[len(way)-1]
		if at == to {
			return strings.Join(way, " -> ")
		}
		for _, next := range g.edges[at] {
			if !seen[next] && g.component[next] == g.component[from] {
				seen[next] = true
				queue = append(queue, append(slices.Clone(way), next))
			}
		}
	}
}
