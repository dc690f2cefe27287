package agent

import (
	"errors"
	"strings"
	"syscall"
	"testing"

	"github.com/watchbill/watchbill/compiler"
	"github.com/watchbill/watchbill/kind"
)

// What comes to a fleet and what goes is said once, and a fleet that nobody can read has
// neither: nothing is said to be gone, then or when it can be read again.
func TestAgentSaysWhatFleetsDo(t *testing.T) {
	inRoom(t, func(r *room) {
		fleet := func(err error, ids ...string) {
			f := kind.Fleet{Monitor: "hosts", Err: err, Encoding: "per_target"}
			for _, id := range ids {
				f.Targets = append(f.Targets, kind.FleetTarget{ARN: "arn:aws:ec2:us-east-1:111122223333:instance/" + id, ID: id})
			}
			r.becomes(func(*compiler.Result) (*Outcome, error) {
				o := outcome()
				o.Fleets = []kind.Fleet{f}
				return o, nil
			})
			r.log.Reset()
			r.hangup <- syscall.SIGHUP
			r.seen()
		}
		fleet(nil, "i-0aa")
		r.says(`msg="the fleet is found" monitor=hosts targets=1`)
		fleet(nil, "i-0aa")
		r.silent("the fleet")
		fleet(nil, "i-0aa", "i-0bb")
		r.says(`msg="the fleet has changed" monitor=hosts targets=2 appeared=[i-0bb] gone=[]`)
		fleet(errors.New("denied"))
		r.says(`msg="the fleet cannot be read; its alarms stay as they are" monitor=hosts err=denied`)
		fleet(nil, "i-0bb")
		r.says(`msg="the fleet has changed" monitor=hosts targets=1 appeared=[] gone=[i-0aa]`)
		if s := r.agent.Status(); s.Targets != 1 || s.Unwatched != 0 {
			t.Errorf("status %+v", s)
		}
	})
}

func (r *room) silent(line string) {
	r.t.Helper()
	if text := r.log.String(); strings.Contains(text, line) {
		r.t.Errorf("the log says %q:\n%s", line, text)
	}
}
