package emulator

// The newest past of a store, and word of its next write.

import "slices"

// How much past is kept: so many writes, and none across a write of so many rows, which would hold
// on to everything that was there before it.
const (
	maxHistory    = 100
	maxRowsOfPast = 10_000
)

// remember keeps writes and wakes who waits for them. It is called with mu held.
func (s *store) remember(writes [][]change) {
	for _, w := range writes {
		if len(w) > maxRowsOfPast {
			s.history = nil
			continue
		}
		s.history = append(s.history, w)
	}
	if n := len(s.history) - maxHistory; n > 0 {
		s.history = slices.Delete(s.history, 0, n)
	}
	if s.news != nil {
		close(s.news)
		s.news = nil
	}
}

// changed is closed by the next write. Who wants to miss none asks for it before looking.
func (s *store) changed() <-chan struct{} {
	s.mu.Lock()
	defer s.mu.Unlock()
	if s.news == nil {
		s.news = make(chan struct{})
	}
	return s.news
}

// past is view on the state of n writes ago, or of the oldest one that is remembered. It costs a
// copy of all tables, without their rows.
func (s *store) past(n int, fn func(*state)) {
	if n == 0 {
		s.view(fn)
		return
	}
	st := newState()
	s.mu.RLock()
	for i, t := range s.published.tables() {
		st.tables()[i].copyFrom(t)
	}
	writes := slices.Clone(s.history[max(0, len(s.history)-n):])
	s.mu.RUnlock()
	for _, w := range slices.Backward(writes) {
		undo(st, w)
	}
	fn(st)
}
