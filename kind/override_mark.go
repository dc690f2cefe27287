package kind

// The marks of overrides. AWS gives an override no tags and watchbill keeps no state
// file, so the rotation carries tags with a short digest of every override of ours: of
// what it says, since its identifier is not known before it exists. A mark is written
// before its override is made and taken away after it was deleted. So a pass that
// dies in between leaves at worst a mark without an override, which means nothing.
// Marks of overrides that are over, or gone, go with the next one that is written.

import (
	"context"
	"crypto/sha256"
	"encoding/base64"
	"fmt"
	"maps"
	"slices"
	"strings"
	"sync"
	"time"

	"github.com/watchbill/watchbill/internal/resource"
)

// overridesTag is the key of the first tag with marks; the next ones have -2, -3, … after
// it. The digests stand in it with a dot between: all letters that AWS takes in values.
const overridesTag = "watchbill-overrides"

const (
	digestLen = 8 // letters of six bits: a person's override passes for one of 140 of ours once in 2,000,000,000,000
	perTag    = 256 / (digestLen + 1)
	// maxMarks is the most that a rotation may carry: five tags for the overrides of the
	// plan (too-many counts them), and while they change five for those that are to go.
	maxMarks = perTag * 10
)

// marks are digests of overrides.
type marks map[string]bool

// digest is what a mark holds of an override.
func (o Override) digest() string {
	text := o.Start.Format(time.RFC3339) + "|" + o.End.Format(time.RFC3339) + "|" + strings.Join(namesOf(o.Contacts), ",")
	sum := sha256.Sum256([]byte(text))
	return base64.RawURLEncoding.EncodeToString(sum[:])[:digestLen]
}

func (m marks) has(o Override) bool { return m[o.digest()] }

// isMark reports whether a tag holds marks, and so never is a difference.
func isMark(key string) bool { return strings.HasPrefix(key, overridesTag) }

// marksIn are the marks among a rotation's tags.
func marksIn(tags map[string]string) marks {
	out := marks{}
	for key, value := range tags {
		if isMark(key) {
			for digest := range strings.SplitSeq(value, ".") {
				out[digest] = true
			}
		}
	}
	return out
}

// write adds the tags that hold the marks.
func (m marks) write(tags map[string]string) {
	n := 0
	for chunk := range slices.Chunk(slices.Sorted(maps.Keys(m)), perTag) {
		key := overridesTag
		if n++; n > 1 {
			key = fmt.Sprintf("%s-%d", overridesTag, n)
		}
		tags[key] = strings.Join(chunk, ".")
	}
}

// wantedMarks are the marks of a rotation that is as the plan wants it.
func (e *Env) wantedMarks(rotation string) marks {
	out := marks{}
	for _, o := range e.wantedOverrides(rotation) {
		out[o.digest()] = true
	}
	return out
}

// liveMarks are a rotation's marks. The bulk read of tags follows with a delay, so it is
// not believed: what it does not know yet would stay for good.
func (e *Env) liveMarks(ctx context.Context, rotation *Found) (marks, error) {
	if rotation.asked {
		return marksIn(rotation.Tags), nil
	}
	tags, err := e.askTags(ctx, rotation.ID)
	return marksIn(tags), err
}

// markBook is what a pass knows of one rotation's marks while it changes overrides.
type markBook struct {
	mu      sync.Mutex
	written marks // on the rotation; nil: not read yet
	ours    marks // of live overrides that the plan does not want, until they are deleted
}

func (e *Env) markBook(rotation string) *markBook {
	e.mu.Lock()
	defer e.mu.Unlock()
	book := e.books[rotation]
	if book == nil {
		book = &markBook{ours: marks{}}
		e.books[rotation] = book
	}
	return book
}

// sawOurs remembers an override of ours that the plan does not want.
func (e *Env) sawOurs(rotation string, o Override) {
	book := e.markBook(rotation)
	book.mu.Lock()
	defer book.mu.Unlock()
	book.ours[o.digest()] = true
}

// knowMarks remembers the marks that a rotation was made with.
func (e *Env) knowMarks(rotation string, m marks) {
	book := e.markBook(rotation)
	book.mu.Lock()
	defer book.mu.Unlock()
	book.written = m
}

// writeMarks brings the marks of a live rotation to what is wanted and what is still
// there; gone is what was just deleted. All marks that the pass needs are written at
// once, and nothing when they stand already.
func (e *Env) writeMarks(ctx context.Context, id, rotation string, gone *Override) error {
	book := e.markBook(id)
	book.mu.Lock()
	defer book.mu.Unlock()
	if book.written == nil {
		tags, err := e.freshTags(ctx, id)
		if err != nil {
			return err
		}
		book.written = marksIn(tags)
	}
	if gone != nil {
		delete(book.ours, gone.digest())
	}
	need := e.wantedMarks(rotation)
	maps.Copy(need, book.ours)
	if len(need) > maxMarks {
		return fmt.Errorf("%s would have %d overrides of ours, and %d is the most that can be told from people's own",
			resource.Addr{Kind: rotationKind, Name: rotation}, len(need), maxMarks)
	}
	have, want := map[string]string{}, map[string]string{}
	book.written.write(have)
	need.write(want)
	if err := e.setTags(ctx, id, have, want); err != nil {
		return err
	}
	book.written = need
	return nil
}
