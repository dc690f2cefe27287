package agent

// What the agent says of fleets. It follows them without an edit: every pass asks anew what the
// monitors are for.

import (
	"slices"

	"github.com/watchbill/watchbill/internal/awsapi"
	"github.com/watchbill/watchbill/kind"
)

// maxLoggedTargets bounds the names in one log line.
const maxLoggedTargets = 10

// logFleets says what came to the fleets and what went since the pass before, and which of them
// nobody can read.
func (a *Agent) logFleets(fleets []kind.Fleet) {
	seen := map[string]map[string]string{} // monitor to ARN to ID
	targets, unwatched := 0, 0
	for _, f := range fleets {
		before, known := a.fleets[f.Monitor]
		if f.Err != nil {
			sentence, hint := awsapi.Explain(f.Err)
			a.Log.Warn("the fleet cannot be read; its alarms stay as they are", "monitor", f.Monitor, "err", sentence, "hint", hint)
			if known {
				seen[f.Monitor] = before
			}
			continue
		}
		now := map[string]string{}
		var came []string
		for _, t := range f.Targets {
			now[t.ARN] = t.ID
			if _, was := before[t.ARN]; !was {
				came = append(came, t.ID)
			}
			if t.Why != "" {
				unwatched++
			}
		}
		targets += len(f.Targets)
		seen[f.Monitor] = now
		if !known {
			a.Log.Info("the fleet is found", "monitor", f.Monitor, "targets", len(f.Targets), "excepted", len(f.Excepted), "encoding", f.Encoding)
			continue
		}
		var went []string
		for arn, id := range before {
			if _, is := now[arn]; !is {
				went = append(went, id)
			}
		}
		if len(came)+len(went) > 0 {
			slices.Sort(went)
			a.Log.Info("the fleet has changed", "monitor", f.Monitor, "targets", len(f.Targets), "appeared", some(came), "gone", some(went))
		}
	}
	a.fleets = seen
	a.setStatus(func(s *Status) { s.Targets, s.Unwatched = targets, unwatched })
}

// some are the first names of a list, never nil.
func some(names []string) []string {
	return append([]string{}, names[:min(len(names), maxLoggedTargets)]...)
}
