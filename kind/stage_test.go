package kind

import (
	"fmt"
	"slices"
	"testing"

	"pgregory.net/rapid"
)

// sends are the minutes at which an unanswered page goes out in stages, and the
// minutes until the last of them is over. A stage pages when it begins, and again
// every retry minutes before it ends [api-ref samples]; a stage of no length pages
// once.
func sends(stages ...piece) (at []int, total int) {
	for _, s := range stages {
		if s.pages {
			at = append(at, total)
			for m := s.retry; s.retry > 0 && m < s.wait; m += s.retry {
				at = append(at, total+m)
			}
		}
		total += s.wait
	}
	return at, total
}

// What the pieces page, and how long they take, is what the author wrote.
func sameAsWritten(wait, retry int) error {
	pieces := cut(wait, retry)
	gotAt, gotTotal := sends(pieces...)
	wantAt, wantTotal := sends(piece{wait: wait, retry: retry, pages: true})
	if !slices.Equal(gotAt, wantAt) || gotTotal != wantTotal {
		return fmt.Errorf("wait %d, retry %d: pages at %v in %d minutes, want %v in %d", wait, retry, gotAt, gotTotal, wantAt, wantTotal)
	}
	for _, p := range pieces {
		if p.wait < 0 || p.wait > maxStage || p.retry < 0 || p.retry > 60 || !p.pages && (p.retry != 0 || p.wait == 0) {
			return fmt.Errorf("wait %d, retry %d: %+v is no stage of AWS's", wait, retry, p)
		}
	}
	return nil
}

// Every wait and retry the language has.
func TestCutIsExact(t *testing.T) {
	for wait := range 24*60 + 1 {
		for retry := range 60 + 1 {
			if err := sameAsWritten(wait, retry); err != nil {
				t.Fatal(err)
			}
		}
	}
}

// Several stages, one after the other, page as if AWS had no limit.
func TestCutPlansAreExact(t *testing.T) {
	stage := rapid.Custom(func(t *rapid.T) piece {
		return piece{wait: rapid.IntRange(0, 24*60).Draw(t, "wait"), retry: rapid.IntRange(0, 60).Draw(t, "retry"), pages: true}
	})
	rapid.Check(t, func(t *rapid.T) {
		written := rapid.SliceOfN(stage, 1, 5).Draw(t, "stages")
		var pieces []piece
		for _, s := range written {
			pieces = append(pieces, cut(s.wait, s.retry)...)
		}
		gotAt, gotTotal := sends(pieces...)
		wantAt, wantTotal := sends(written...)
		if !slices.Equal(gotAt, wantAt) || gotTotal != wantTotal {
			t.Fatalf("pages at %v in %d minutes, want %v in %d", gotAt, gotTotal, wantAt, wantTotal)
		}
	})
}

// The pictures of cut's comment.
func TestCutPictures(t *testing.T) {
	for _, c := range []struct {
		wait, retry int
		want        []piece
	}{
		{30, 7, []piece{{30, 7, true}}},
		{0, 0, []piece{{0, 0, true}}},
		{75, 0, []piece{{30, 0, true}, {30, 0, false}, {15, 0, false}}},
		{75, 12, []piece{{24, 12, true}, {24, 12, true}, {27, 12, true}}},
		{75, 45, []piece{{30, 0, true}, {15, 0, false}, {30, 0, true}}},
	} {
		if got := cut(c.wait, c.retry); !slices.Equal(got, c.want) {
			t.Errorf("wait %d, retry %d: %+v, want %+v", c.wait, c.retry, got, c.want)
		}
	}
}

// Whatever was cut is joined again, whole, into a stage that is cut the same way.
func TestJoinTakesCutBack(t *testing.T) {
	rapid.Check(t, func(t *rapid.T) {
		wait, retry := rapid.IntRange(0, longestWait).Draw(t, "wait"), rapid.IntRange(0, longestRetry).Draw(t, "retry")
		pieces := cut(wait, retry)
		gotWait, gotRetry, n := join(pieces, func(int) bool { return true })
		if n != len(pieces) || gotWait != wait || !slices.Equal(cut(gotWait, gotRetry), pieces) {
			t.Fatalf("%v is %d of them, wait %d, retry %d", pieces, n, gotWait, gotRetry)
		}
		// People who are not the same are never in one stage.
		_, _, n = join(pieces, func(int) bool { return false })
		for _, p := range pieces[1:n] {
			if p.pages {
				t.Fatalf("%v: the first %d are one", pieces, n)
			}
		}
	})
}
