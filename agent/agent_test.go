package agent

import (
	"context"
	"errors"
	"fmt"
	"strings"
	"syscall"
	"testing"
	"testing/synctest"
	"time"

	"github.com/watchbill/watchbill/compiler"
	"github.com/watchbill/watchbill/internal/diag"
	"github.com/watchbill/watchbill/internal/resource"
)

func TestAgentFiveTouchesOnePass(t *testing.T) {
	inRoom(t, func(r *room) {
		r.since()
		r.write(revision("v2"))
		for range 5 {
			r.touch()
			time.Sleep(30 * time.Millisecond)
		}
		time.Sleep(time.Second)
		r.expect("220ms v2") // 100 ms after the last touch, which was at 120 ms
	})
}

func TestAgentWaitsNoLongerThanASecond(t *testing.T) {
	inRoom(t, func(r *room) {
		r.since()
		r.write(revision("v2"))
		for range 30 {
			r.touch()
			time.Sleep(50 * time.Millisecond)
		}
		time.Sleep(time.Second)
		r.expect("1s v2") // and no pass for what came later: it changed nothing
		r.says("files changed and the plan did not")
	})
}

// The same files can mean something else: an address stands in a variable.
func TestAgentSeesWhatFilesDoNotSay(t *testing.T) {
	inRoom(t, func(r *room) {
		r.since()
		same := revision("v1")
		same.Desired.Get(resource.Addr{Kind: "contact", Name: "aiko"})[0].Spec = struct{ Name string }{"Aiko Sato"}
		r.write(same)
		r.touch()
		time.Sleep(time.Second)
		r.expect("100ms v1")
	})
}

func TestAgentResync(t *testing.T) {
	inRoom(t, func(r *room) {
		seen := map[time.Duration]bool{}
		for range 20 {
			next := time.Until(r.agent.Status().NextPass)
			if next < DefaultResync*9/10 || next > DefaultResync*11/10 {
				t.Errorf("the next pass is in %v", next)
			}
			seen[next] = true
			r.since()
			time.Sleep(next)
			synctest.Wait()
			r.expect(fmt.Sprintf("%v v1", next))
		}
		if len(seen) < 10 {
			t.Errorf("in 20 passes only %d different waits: there is no jitter", len(seen))
		}
		r.says("why=resync")
	})
}

// Touches that change nothing, and revisions that do not compile, do not put the
// repair of drift off.
func TestAgentTouchesDoNotPutResyncOff(t *testing.T) {
	inRoom(t, func(r *room) {
		due := r.agent.Status().NextPass
		r.since()
		for i := 0; time.Now().Before(due.Add(-time.Second)); i++ {
			if r.touch(); i == 10 {
				r.write(brokenRevision("v2"))
			}
			time.Sleep(400 * time.Millisecond)
		}
		r.expect("")
		time.Sleep(time.Until(due))
		synctest.Wait()
		r.expect(fmt.Sprintf("%v v1", due.Sub(r.start)))
	})
}

func TestAgentHangup(t *testing.T) {
	inRoom(t, func(r *room) {
		r.since()
		time.Sleep(time.Minute)
		r.hangup <- syscall.SIGHUP
		synctest.Wait()
		r.expect("1m0s v1")
		r.says("why=signal")
	})
}

func TestAgentBackoff(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		r := newRoom(t)
		r.becomes(func(*compiler.Result) (*Outcome, error) { return nil, errors.New("no network") })
		r.run()
		limit := minBackoff
		for i := range 14 {
			limit = min(2*limit, maxBackoff)
			wait := time.Until(r.agent.Status().NextPass)
			if wait < minBackoff || wait > limit {
				t.Errorf("after %d failures the next try is in %v, and at most %v was due", i+1, wait, limit)
			}
			if s := r.agent.Status(); s.Health != Trouble || s.Why != "no network" || s.Passes != i+1 {
				t.Errorf("status %+v", s)
			}
			time.Sleep(wait)
			synctest.Wait()
		}
		r.becomes(func(*compiler.Result) (*Outcome, error) { return outcome(), nil })
		time.Sleep(time.Until(r.agent.Status().NextPass))
		synctest.Wait()
		if s := r.agent.Status(); s.Health != Healthy || time.Until(s.NextPass) < DefaultResync*9/10 {
			t.Errorf("after a good pass the status is %+v", s)
		}
		r.end()
	})
}

// What was not applied or not read is tried again soon.
func TestAgentPartial(t *testing.T) {
	aiko := resource.Addr{Kind: "contact", Name: "aiko"}
	unread := outcome()
	unread.ChangeSet.Unread = []resource.Unread{{Addr: aiko, Err: errors.New("denied")}}
	for why, o := range map[string]*Outcome{
		"contact/aiko: boom":                     outcome(Report{Addr: aiko, Action: resource.Create, Result: Failed, Err: errors.New("boom")}),
		"contact/aiko could not be read: denied": unread,
	} {
		synctest.Test(t, func(t *testing.T) {
			r := newRoom(t)
			r.becomes(func(*compiler.Result) (*Outcome, error) { return o, nil })
			r.run()
			s := r.agent.Status()
			if s.Health != Partial || s.Why != why || s.Enforced != "v1" || time.Until(s.NextPass) > 2*time.Second {
				t.Errorf("status %+v", s)
			}
			r.says("pass done in part")
			r.end()
		})
	}
}

// A revision that does not compile leaves the last good one enforced: drift is
// still repaired, and log and status say so.
func TestAgentKeepsTheLastGoodRevision(t *testing.T) {
	inRoom(t, func(r *room) {
		r.since()
		r.write(brokenRevision("v2"))
		r.touch()
		time.Sleep(time.Second)
		r.expect("") // v1 is enforced already
		r.says("team.yaml:3:5: error: there is no key")
		r.says("the last good revision stays enforced")
		s := r.agent.Status()
		if s.Health != Broken || s.Revision != "v2" || s.Enforced != "v1" || s.Findings != 1 {
			t.Errorf("status %+v", s)
		}
		time.Sleep(DefaultResync * 11 / 10)
		if seen := r.seen(); len(seen) != 1 || !strings.HasSuffix(seen[0], " v1") {
			t.Errorf("passes %v: want one with v1, which repairs drift", seen)
		}
		if s := r.agent.Status(); s.Health != Broken {
			t.Errorf("after the pass the status is %+v", s)
		}
		if n := strings.Count(r.log.String(), "team.yaml:3:5"); n != 1 {
			t.Errorf("the finding is logged %d times", n)
		}
		r.since()
		r.write(revision("v3"))
		r.touch()
		time.Sleep(time.Second)
		r.expect("100ms v3")
		if s := r.agent.Status(); s.Health != Healthy || s.Enforced != "v3" || s.Findings != 0 {
			t.Errorf("status %+v", s)
		}
	})
}

func TestAgentStartsBroken(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		r := newRoom(t)
		r.write(brokenRevision("v1"))
		r.run()
		time.Sleep(time.Hour)
		r.expect("")
		r.says("nothing is enforced yet")
		r.since()
		r.write(revision("v2"))
		r.touch()
		time.Sleep(time.Second)
		r.expect("100ms v2")
		r.end()
	})
}

// An address that cannot be read may be read a moment later, without a new revision: it is
// tried again soon, and what is enforced stays.
func TestAgentWaitsForAnAddress(t *testing.T) {
	inRoom(t, func(r *room) {
		r.since()
		var l diag.List
		l.Errorf(diag.Pos{File: "team.yaml", Line: 3, Col: 5}, "unresolved-value", "the parameter cannot be read: AWS kept throttling it")
		r.write(&compiler.Result{Revision: "v2", Findings: l.Sorted()})
		r.touch()
		time.Sleep(time.Second)
		if wait := time.Until(r.agent.Status().NextPass); wait > 2*time.Second {
			t.Errorf("the next try is in %v", wait)
		}
		time.Sleep(time.Minute)
		for _, pass := range r.seen() {
			if !strings.HasSuffix(pass, " v1") {
				t.Errorf("pass %s", pass)
			}
		}
		r.since()
		r.write(revision("v2"))
		time.Sleep(maxBackoff)
		if seen := r.seen(); len(seen) == 0 || !strings.HasSuffix(seen[0], " v2") {
			t.Errorf("passes %v: the address can be read by now", seen)
		}
	})
}

// A refused or empty revision is as good as one that does not compile.
func TestAgentRefused(t *testing.T) {
	for name, tc := range map[string]struct {
		apply  func() (*Outcome, error)
		health Health
		log    string
	}{
		"refused": {func() (*Outcome, error) { return refused("9 would go"), nil }, Refused, `err="9 would go" hint="--allow-deletes 9"`},
		"empty":   {func() (*Outcome, error) { return nil, &EmptyPlanError{} }, Broken, "the plan has no resources"},
	} {
		t.Run(name, func(t *testing.T) {
			inRoom(t, func(r *room) {
				r.since()
				r.write(revision("v2"))
				r.becomes(func(res *compiler.Result) (*Outcome, error) {
					if res.Revision == "v2" {
						return tc.apply()
					}
					return outcome(), nil
				})
				r.touch()
				time.Sleep(time.Second)
				r.expect("100ms v2\n100ms v1")
				r.says(tc.log)
				if s := r.agent.Status(); s.Health != tc.health || s.Enforced != "v1" || time.Until(s.NextPass) < 4*time.Minute {
					t.Errorf("status %+v", s)
				}
			})
		})
	}
}

func TestAgentCannotReadThePlan(t *testing.T) {
	inRoom(t, func(r *room) {
		r.since()
		r.write(nil)
		r.touch()
		time.Sleep(6 * time.Minute)
		if seen := r.seen(); len(seen) != 1 || !strings.HasSuffix(seen[0], " v1") {
			t.Errorf("passes %v", seen)
		}
		if s := r.agent.Status(); s.Health != Broken || !strings.HasPrefix(s.Why, `no target is called "tokyo"`) {
			t.Errorf("status %+v", s)
		}
	})
}

// A signal that arrives while a pass runs is answered by another pass, and the
// end of the context waits for the pass.
func TestAgentNeverOverlaps(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		r := newRoom(t)
		running := false
		r.becomes(func(*compiler.Result) (*Outcome, error) {
			if running {
				t.Error("two passes at once")
			}
			running = true
			time.Sleep(10 * time.Second)
			running = false
			return outcome(), nil
		})
		r.run()
		r.write(revision("v2"))
		r.touch()
		time.Sleep(15 * time.Second)
		r.expect("0s v1\n10.1s v2")
		if s := r.end(); running || s.Enforced != "v2" {
			t.Errorf("ended with %+v in the middle of a pass", s)
		}
	})
}

// Each changed object has one line, with its error and no address of a person.
func TestAgentLog(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		r := newRoom(t)
		phone, mail := resource.Addr{Kind: "channel", Name: "aiko/phone"}, resource.Addr{Kind: "channel", Name: "aiko/mail"}
		r.agent.Apply = func(_ context.Context, _ *compiler.Result, tell func(Event)) (*Outcome, error) {
			reports := []Report{
				{Addr: phone, Action: resource.Create, Result: Done, Elapsed: 3 * time.Millisecond},
				{Addr: mail, Action: resource.Update, Result: Failed, Err: errors.New("aiko@example.com and +12025550123 are wrong")},
				{Addr: mail, Action: resource.Delete, Result: Skipped, Because: "channel/aiko/mail"},
			}
			for i, rep := range reports {
				tell(Event{Report: Report{Addr: rep.Addr, Action: rep.Action, Result: Started}})
				tell(Event{Report: rep, N: i, Of: 3})
			}
			return outcome(reports...), nil
		}
		r.run()
		r.end()
		for _, line := range []string{
			`level=INFO msg="create done" address=channel/aiko/phone action=create result=done duration=3ms`,
			`level=ERROR msg="update failed" address=channel/aiko/mail action=update result=failed duration=0s err="***@example.com and +***23 are wrong"`,
			`level=WARN msg="delete skipped" address=channel/aiko/mail action=delete result=skipped duration=0s because=channel/aiko/mail`,
			`level=WARN msg="pass done in part" why=start revision=v1 changes=3 done=1 failed=1 skipped=1 unknown=0 contested=0 same=0`,
		} {
			r.says(line)
		}
		if s := r.log.String() + r.agent.Status().Why; strings.Contains(s, "aiko@") || strings.Contains(s, "2025550123") {
			t.Errorf("an address is in the log:\n%s", s)
		}
	})
}
