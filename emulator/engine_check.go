package emulator

import (
	"errors"
	"fmt"
)

// check says whether a run that did not come from this program's own store can go on: its course
// holds together, its engagements are there and know their place, and it is waited for.
func (r *run) check(st *state) error {
	if err := r.Course.Check(); err != nil {
		return fmt.Errorf("a run cannot go on: %w", err)
	}
	if len(r.Engagements) != len(r.Course.Roots) {
		return errors.New("a run has more or fewer engagements than it began")
	}
	for root, key := range r.Engagements {
		if e := st.engagements.get(key); e == nil || e.Run != r.Key || e.Root != root {
			return errors.New("a run has an engagement that is not there")
		}
	}
	for _, key := range r.Pages {
		if st.pages.get(key) == nil {
			return errors.New("a run has a page that is not there")
		}
	}
	if next, ok := r.Course.Next(); ok && st.dues.get(dueKey(next, r.Key)) == nil {
		return errors.New("a run is due that nobody waits for")
	}
	return nil
}
