package oncall

import "time"

// piece is a turn, or the part of it inside one window of the coverage; or, for
// overrides that fill gaps, a part of time that nothing covers.
type piece struct {
	start, end time.Time
	turn       int64
	covered    bool
}

// noTurn is the turn of a piece that nothing covers.
const noTurn = -1

// pieces walks the pieces of a calendar in ascending order, without overlaps.
type pieces struct {
	turns   turns
	turn    turn
	windows windows
	window  piece
	limited bool // only the windows are covered
	over    bool // no covered piece is left

	gaps    bool // answer uncovered pieces too
	known   bool // until is known
	until   time.Time
	waiting piece // comes after the gap before it
}

// piecesFrom begins with the piece that contains the instant, or an earlier one. The gap
// in front of the first piece is only answered when the rotation starts with it.
func (c *Calendar) piecesFrom(t time.Time) pieces {
	p := pieces{turns: c.turnsFrom(t), limited: c.limited}
	p.nextTurn()
	if c.limited {
		p.windows = windowsFrom(&c.week, c.rotation.Zone, t)
		p.nextWindow()
		p.gaps = c.rules.OverrideFillsGaps
		p.known, p.until = c.week.empty() || !t.After(c.start), c.start
	}
	return p
}

func (p *pieces) next() (piece, bool) {
	if p.waiting.covered {
		out := p.waiting
		p.waiting = piece{}
		return out, true
	}
	out, ok := p.nextCovered()
	if !p.gaps {
		return out, ok
	}
	gap := piece{start: p.until, end: out.start, turn: noTurn}
	if !ok {
		gap.end, out.end = horizon, horizon
	}
	isGap := p.known && gap.start.Before(gap.end)
	p.known, p.until = true, out.end
	if isGap {
		p.waiting = out
		return gap, true
	}
	return out, ok
}

func (p *pieces) nextCovered() (piece, bool) {
	for !p.over {
		out := piece{p.turn.start, p.turn.end, p.turn.number, true}
		if !p.limited {
			p.nextTurn()
			return out, true
		}
		out.start, out.end = later(out.start, p.window.start), earlier(out.end, p.window.end)
		if p.turn.end.Before(p.window.end) {
			p.nextTurn()
		} else {
			p.nextWindow()
		}
		if out.start.Before(out.end) {
			return out, true
		}
	}
	return piece{}, false
}

func (p *pieces) nextTurn() {
	var ok bool
	if p.turn, ok = p.turns.next(); !ok {
		p.over = true
	}
}

func (p *pieces) nextWindow() {
	s, ok := p.windows.next()
	if !ok {
		p.over = true
	}
	p.window = piece{start: instant(s.start), end: instant(s.end)}
}
