package main

import (
	"fmt"
	"io"

	"github.com/schollz/progressbar/v3"
	"github.com/watchbill/watchbill/agent"
	"github.com/watchbill/watchbill/internal/awsapi"
	"github.com/watchbill/watchbill/internal/resource"
)

// resultJSON is what became of one change, in apply's and destroy's JSON.
type resultJSON struct {
	Address string          `json:"address"`
	Action  resource.Action `json:"action"`
	Result  agent.Verdict   `json:"result"`
	Error   string          `json:"error"`
	Because string          `json:"because"`
}

func newResultsJSON(reports []agent.Report) []resultJSON {
	out := []resultJSON{}
	for _, r := range reports {
		out = append(out, resultJSON{r.Addr.String(), r.Action, r.Result, sentence(r.Err), r.Because})
	}
	return out
}

// pastTense is how a done change is told.
var pastTense = map[resource.Action]string{
	resource.Create: "created", resource.Update: "updated", resource.Replace: "replaced", resource.Delete: "deleted",
}

// progress tells on standard error how an apply goes: on a terminal a bar that moves,
// otherwise one line an object.
type progress struct {
	w     io.Writer
	live  bool
	paint paint
	bar   *progressbar.ProgressBar // of a terminal, from the first event on
}

func (a *app) newProgress() *progress {
	if a.quiet {
		return nil
	}
	return &progress{w: a.err, live: isTerminal(a.err), paint: newPaint(a.colored(a.err))}
}

// clearLine goes to the first column and clears the line.
const clearLine = "\r\x1b[K"

func (p *progress) event(e agent.Event) {
	switch {
	case p == nil:
	case p.live:
		if p.bar == nil {
			p.bar = newBar(p.w, e.Of)
		}
		p.bar.Describe(fmt.Sprintf("%s %s", e.Action, e.Addr))
		_ = p.bar.Set(e.N) // a terminal that is gone is noticed by what writes the result
	case e.Result == agent.Done:
		fmt.Fprintf(p.w, "%s %s\n", p.paint.of(symbols[e.Action], pastTense[e.Action]), e.Addr)
	}
}

// newBar counts objects; how long the rest takes is not guessed, since AWS's pace
// changes on the way.
func newBar(w io.Writer, objects int) *progressbar.ProgressBar {
	return progressbar.NewOptions(objects,
		progressbar.OptionSetWriter(w), progressbar.OptionUseANSICodes(true), progressbar.OptionSetWidth(20),
		progressbar.OptionShowCount(), progressbar.OptionSetPredictTime(false), progressbar.OptionSetElapsedTime(false),
		progressbar.OptionShowDescriptionAtLineEnd(), progressbar.OptionClearOnFinish())
}

// finish takes the bar off the terminal.
func (p *progress) finish() {
	if p != nil && p.live {
		fmt.Fprint(p.w, clearLine)
	}
}

// writeUndone says of every change that is not done what happened and why.
func writeUndone(w io.Writer, reports []agent.Report) {
	for _, r := range reports {
		switch r.Result {
		case agent.Failed, agent.Unknown:
			why, hint := awsapi.Explain(r.Err)
			word := "failed to " + string(r.Action)
			if r.Result == agent.Unknown {
				word = "not known whether it is " + pastTense[r.Action]
			}
			fmt.Fprintf(w, "watchbill: %s: %s: %s\n", r.Addr, word, why)
			if hint != "" {
				fmt.Fprintf(w, "  hint: %s\n", hint)
			}
		case agent.Skipped:
			because := r.Because
			switch because {
			case agent.Interrupt:
				because = "the interrupt"
			case agent.Stall:
				because = "a standstill of the process: what it had read is old by now"
			}
			fmt.Fprintf(w, "watchbill: %s: not %s because of %s\n", r.Addr, pastTense[r.Action], because)
		}
	}
}

// outcome is the last line of an apply.
func outcome(target string, o *agent.Outcome) string {
	done := map[resource.Action]int{}
	for _, r := range o.Results {
		if r.Result == agent.Done {
			done[r.Action]++
		}
	}
	text := fmt.Sprintf("Applied to %s: %d created, %d updated, %d replaced, %d deleted.", target,
		done[resource.Create], done[resource.Update], done[resource.Replace], done[resource.Delete])
	if len(o.Results) > o.Count(agent.Done) {
		text += fmt.Sprintf(" Not done: %d failed, %d skipped, %d unknown; run it again to go on.",
			o.Count(agent.Failed), o.Count(agent.Skipped), o.Count(agent.Unknown))
	}
	return text
}
