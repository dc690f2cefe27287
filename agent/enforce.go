package agent

import (
	"context"
	"errors"
	"log/slog"
	"slices"
	"time"

	"github.com/watchbill/watchbill/compiler"
	"github.com/watchbill/watchbill/internal/awsapi"
	"github.com/watchbill/watchbill/internal/diag"
	"github.com/watchbill/watchbill/internal/resource"
)

// Pass reads the folder and makes the target agree with it, or with the last good
// revision. After a FileChange it first looks whether anything did change, and
// returns false when there was nothing to enforce.
func (a *Agent) Pass(ctx context.Context, why Reason) bool {
	newest, verdict := a.read(ctx, why)
	if ctx.Err() != nil || verdict == unchanged {
		return false
	}
	enforce, fails := newest, a.fails
	waits := verdict == unreachable || verdict == unusable && waiting(newest)
	if verdict == unusable || verdict == unreachable {
		enforce = a.good
		if why == FileChange || enforce == nil {
			if waits {
				a.fails++
			}
			return waits || why != FileChange // what is enforced already waits for its own turn
		}
	}
	start := time.Now()
	o, err := a.Apply(ctx, enforce, a.logEvent)
	if a.rejected(enforce, o, err) && a.good != nil && enforce != a.good {
		a.Log.Warn("the last good revision stays enforced", "revision", short(a.good.Revision))
		enforce = a.good
		o, err = a.Apply(ctx, enforce, a.logEvent)
		a.rejected(enforce, o, err)
	}
	a.conclude(enforce, o, err, why, start)
	if waits {
		a.fails = max(a.fails, fails+1)
	}
	return true
}

// waiting reports whether a revision may become usable without anybody writing a new one:
// an address that stands elsewhere could not be read. Then it is looked at again sooner
// than the next resync.
func waiting(res *compiler.Result) bool {
	return res != nil && slices.ContainsFunc(res.Findings, func(f diag.Finding) bool { return f.Code == "unresolved-value" })
}

// What became of the newest revision when it was read.
type reading int

const (
	usable reading = iota
	unusable
	unreachable // not through what the files say
	unchanged   // since it was last read, which only a file change asks
)

// read compiles the folder and says once what is wrong with a new revision.
func (a *Agent) read(ctx context.Context, why Reason) (*compiler.Result, reading) {
	res, err := a.Compile(ctx)
	if ctx.Err() != nil {
		return nil, unusable
	}
	if err != nil {
		sentence, hint := awsapi.Explain(err)
		a.Log.Error("the plan cannot be read; "+a.fallback(), "err", sentence, "hint", hint)
		a.seen = nil
		a.setStatus(func(s *Status) { s.Health, s.Why = Broken, sentence })
		if target := (*compiler.UnknownTargetError)(nil); !errors.As(err, &target) {
			return nil, unreachable
		}
		return nil, unusable
	}
	fresh := a.seen == nil || differ(a.seen, res)
	if !fresh && why == FileChange {
		a.Log.Debug("files changed and the plan did not", "revision", short(res.Revision))
		return res, unchanged
	}
	a.seen = res
	broken := res.Desired == nil
	a.setStatus(func(s *Status) {
		s.Revision, s.Findings, s.Health, s.Why = res.Revision, len(res.Findings), Healthy, ""
		if broken {
			s.Health, s.Why = Broken, "the newest revision does not compile"
		}
	})
	a.logFindings(res, fresh)
	if broken {
		return res, unusable
	}
	return res, usable
}

// differ reports whether two results want different things. The same files can:
// an address may stand in a file or variable outside of the plan's own.
func differ(a, b *compiler.Result) bool {
	if a.Revision != b.Revision || (a.Desired == nil) != (b.Desired == nil) {
		return true
	}
	return a.Desired != nil && !resource.Diff(a.Desired, b.Desired).Empty()
}

func (a *Agent) fallback() string {
	if a.good == nil {
		return "nothing is enforced yet"
	}
	return "the last good revision stays enforced"
}

// maxLoggedFindings bounds the lines one broken revision writes.
const maxLoggedFindings = 20

func (a *Agent) logFindings(res *compiler.Result, fresh bool) {
	mistakes, warnings := 0, 0
	for _, f := range res.Findings {
		switch f.Severity {
		case diag.Error:
			if mistakes++; fresh && mistakes <= maxLoggedFindings {
				a.Log.Error("plan: " + f.String())
			}
		case diag.Warning:
			warnings++
		}
	}
	switch {
	case res.Desired == nil:
		a.Log.Error("the newest revision does not compile; "+a.fallback(),
			"errors", mistakes, "revision", short(res.Revision))
	case warnings > 0 && fresh:
		a.Log.Warn("the plan has warnings; watchbill validate prints them", "warnings", warnings, "revision", short(res.Revision))
	}
}

// rejected reports that a revision cannot be enforced because of what it says,
// and says so.
func (a *Agent) rejected(res *compiler.Result, o *Outcome, err error) bool {
	switch {
	case IsEmptyPlan(err):
		a.Log.Error("the plan is refused", "err", err, "revision", short(res.Revision))
		a.setStatus(func(s *Status) { s.Health, s.Why = Broken, err.Error() })
	case err == nil && o.Refused():
		for _, r := range o.ChangeSet.Refusals {
			a.Log.Error("the plan is refused", "guard", r.Guard, "err", r.Why, "hint", r.Lift, "revision", short(res.Revision))
		}
		a.setStatus(func(s *Status) { s.Health, s.Why = Refused, o.ChangeSet.Refusals[0].Why })
	default:
		return false
	}
	return true
}

// conclude draws the conclusions from a pass.
func (a *Agent) conclude(res *compiler.Result, o *Outcome, err error, why Reason, start time.Time) {
	interrupted := errors.Is(err, context.Canceled)
	switch {
	case interrupted && o == nil: // while it read: nothing is known and nothing was done
	case IsEmptyPlan(err) || err == nil && o.Refused():
		a.fails = 0 // only a new revision or a person can help
	case err != nil && !interrupted:
		a.fails++
		sentence, hint := awsapi.Explain(err)
		a.Log.Error("pass failed", "err", sentence, "hint", hint, "why", why, "fails", a.fails)
		a.setStatus(func(s *Status) { s.Health, s.Why = Trouble, sentence })
	default:
		a.good = res
		if a.fails++; o.Tried() {
			a.fails = 0
		}
		a.setStatus(func(s *Status) {
			s.Enforced = res.Revision
			if !o.Complete() && s.Health == Healthy {
				s.Health, s.Why = Partial, partly(o)
			}
		})
		a.logPass(res, o, why, time.Since(start))
	}
	a.setStatus(func(s *Status) {
		s.LastPass = time.Now()
		s.Passes++
	})
}

func partly(o *Outcome) string {
	if o.Unread() {
		sentence, _ := awsapi.Explain(o.ChangeSet.Unread[0].Err)
		return o.ChangeSet.Unread[0].Addr.String() + " could not be read: " + sentence
	}
	for _, r := range o.Results {
		if r.Err != nil {
			sentence, _ := awsapi.Explain(r.Err)
			return r.Addr.String() + ": " + sentence
		}
	}
	if len(o.Held) > 0 {
		return o.Held[0].Why
	}
	if len(o.Contested) > 0 {
		return o.Contested[0].Why
	}
	return "not every change was made"
}

// logEvent writes one line an object changed, when its work has ended.
func (a *Agent) logEvent(e Event) {
	if e.Result == Started {
		a.Log.Debug(string(e.Action)+" started", "address", e.Addr.String())
		return
	}
	args := []any{"address", e.Addr.String(), "action", e.Action, "result", e.Result, "duration", e.Elapsed.Round(time.Microsecond)}
	level := slog.LevelInfo
	switch {
	case e.Err != nil:
		sentence, hint := awsapi.Explain(e.Err)
		level, args = slog.LevelError, append(args, "err", sentence)
		if hint != "" {
			args = append(args, "hint", hint)
		}
	case e.Because != "":
		level, args = slog.LevelWarn, append(args, "because", e.Because)
	}
	a.Log.Log(context.Background(), level, string(e.Action)+" "+string(e.Result), args...)
}

// logPass writes the last line of a pass.
func (a *Agent) logPass(res *compiler.Result, o *Outcome, why Reason, took time.Duration) {
	a.logFleets(o.Fleets)
	for _, u := range o.ChangeSet.Unread {
		sentence, hint := awsapi.Explain(u.Err)
		a.Log.Warn("could not be read", "address", u.Addr.String(), "err", sentence, "hint", hint)
	}
	for _, h := range o.Held {
		a.Log.Error("the alarms of a fleet stay as they are", "guard", h.Guard, "err", h.Why, "hint", h.Lift)
	}
	for _, c := range o.Contested {
		a.Log.Warn("left to another writer", "address", c.Addr.String(), "field", c.Field, "err", c.Why, "hint", c.Hint)
	}
	level, text := slog.LevelInfo, "pass done"
	if !o.Complete() {
		level, text = slog.LevelWarn, "pass done in part"
	}
	a.Log.Log(context.Background(), level, text, "why", why, "revision", short(res.Revision),
		"changes", len(o.ChangeSet.Changes), "done", o.Count(Done), "failed", o.Count(Failed),
		"skipped", o.Count(Skipped), "unknown", o.Count(Unknown), "contested", len(o.Contested), "same", o.ChangeSet.Same,
		"duration", took.Round(time.Millisecond))
}

func (a *Agent) setStatus(change func(*Status)) {
	a.mu.Lock()
	defer a.mu.Unlock()
	change(&a.status)
}

// short is a revision as people compare them.
func short(revision string) string { return revision[:min(12, len(revision))] }
