package emulator

// Runbooks that mend hosts. Nothing runs here; but a story in which the restart helps should end well.

import (
	"regexp"
	"strings"
	"time"
)

// mendTime is how long it takes from the start of a runbook until a host that it restarts is well.
const mendTime = 2 * time.Minute

// mending is a row: when a host is well again. A host has at most one.
type mending struct {
	At   time.Time
	Host string // key
}

// restarts are the calls and documents that bring a broken resource back.
var restarts = regexp.MustCompile(`(?i)\b(RebootInstances|StartInstances|aws:changeInstanceState|RebootDBInstance|RebootDBCluster|StartDBInstance|` +
	`StartDBCluster|UpdateService|RebootCacheCluster|AWS-RestartEC2Instance|AWS-StartEC2Instance|AWS-RebootRdsInstance|AWS-StartRdsInstance)\b`)

// mendHosts lets a runbook that has just started mend the broken hosts that its parameters name, by ID
// or by ARN.
func mendHosts(c *call, tx *tx, e *execution, d namedDocument) {
	if c.opts.Rules.BrokenHostsStay {
		return
	}
	text := d.name
	if _, v, err := ofDocument(c, tx.state, d); err == nil && v != nil {
		text += " " + v.Content
	}
	if !restarts.MatchString(text) {
		return
	}
	at := c.now.Add(mendTime)
	for _, name := range sortedKeys(e.Parameters) {
		for _, value := range e.Parameters[name] {
			if h := hostNamed(tx.state, c.region, value); h != nil && h.broken() {
				tx.mendings.put(tx, dueKey(at, h.key()), &mending{at, h.key()})
			}
		}
	}
}

// hostNamed is the host with an ARN, or with an ID in a Region; nil when there is none.
func hostNamed(st *state, region, text string) *host {
	id := text
	if parts := strings.SplitN(text, ":", 6); len(parts) == 6 && parts[0] == "arn" {
		id = parts[5]
		if parts[3] != "" {
			region = parts[3]
		}
	}
	for _, kind := range hostKinds {
		for _, id := range []string{id, id[strings.IndexAny(id, "/:")+1:]} {
			if h := st.hosts.get(hostKey(region, kind, id)); h != nil && h.Gone.IsZero() && (text == h.ARN || text == h.ID) {
				return h
			}
		}
	}
	return nil
}

// mendDue mends the hosts whose time has come.
func mendDue(tx *tx, at time.Time) {
	var due []string
	for key, m := range tx.mendings.below("") {
		if m.At.After(at) {
			break
		}
		due = append(due, key)
	}
	var mended []*host
	for _, key := range due {
		h := tx.hosts.get(tx.mendings.get(key).Host)
		tx.mendings.put(tx, key, nil)
		if h != nil && h.Gone.IsZero() && h.broken() {
			again := *h
			again.turn(false, at.Truncate(time.Millisecond))
			tx.hosts.put(tx, h.key(), &again)
			mended = append(mended, &again)
		}
	}
	wakeAlarms(tx, at, mended)
}
