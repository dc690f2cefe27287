package kind

// Deleting alarms. CloudWatch takes three calls a second and a hundred names a call, so what is to
// be deleted while a call is under way goes together with the next one.

import (
	"context"
	"slices"
	"sync"

	"github.com/aws/aws-sdk-go-v2/service/cloudwatch"
)

// maxDropped is the most names of one call, of which one may be a composite alarm's [cw].
const maxDropped = 100

// alarmDrop is one alarm on its way out.
type alarmDrop struct {
	name      string
	composite bool
	done      chan error // of one
}

// alarmDrops are those that wait for a call. One of the callers leads at a time.
type alarmDrops struct {
	mu      sync.Mutex
	leading bool
	waiting []*alarmDrop
}

// dropAlarm deletes an alarm; one that is gone is no error.
func (e *Env) dropAlarm(ctx context.Context, name string, composite bool) error {
	d := &alarmDrop{name, composite, make(chan error, 1)}
	e.drops.mu.Lock()
	e.drops.waiting = append(e.drops.waiting, d)
	lead := !e.drops.leading
	e.drops.leading = true
	e.drops.mu.Unlock()
	if lead {
		for batch := e.drops.next(); len(batch) > 0; batch = e.drops.next() {
			e.dropAlarms(ctx, batch)
		}
	}
	select {
	case err := <-d.done:
		return err
	case <-ctx.Done():
		return ctx.Err()
	}
}

// next takes out what goes with one call; with nothing left the lead ends.
func (q *alarmDrops) next() (batch []*alarmDrop) {
	q.mu.Lock()
	defer q.mu.Unlock()
	composite := false
	q.waiting = slices.DeleteFunc(q.waiting, func(d *alarmDrop) bool {
		if len(batch) == maxDropped || d.composite && composite {
			return false
		}
		composite = composite || d.composite
		batch = append(batch, d)
		return true
	})
	q.leading = len(batch) > 0
	return batch
}

// dropAlarms deletes a batch. When the call fails each is deleted by itself, so that one name that is
// gone or denied keeps no other.
func (e *Env) dropAlarms(ctx context.Context, batch []*alarmDrop) {
	names := make([]string, len(batch))
	for i, d := range batch {
		names[i] = d.name
	}
	_, err := e.aws.Alarms.DeleteAlarms(ctx, &cloudwatch.DeleteAlarmsInput{AlarmNames: names})
	for _, d := range batch {
		if err == nil || len(batch) == 1 || ctx.Err() != nil {
			d.done <- unlessGone(err)
			continue
		}
		_, one := e.aws.Alarms.DeleteAlarms(ctx, &cloudwatch.DeleteAlarmsInput{AlarmNames: []string{d.name}})
		d.done <- unlessGone(one)
	}
}
