package emulator

import (
	"crypto/sha256"
	"encoding/base64"
	"iter"
	"strings"
)

// Pages. A token holds the key of the last row shown, so rows that come or go between two pages
// are neither shown twice nor hide others. It also holds a digest of the operation, Region and
// filters, because AWS refuses a token of another question.

// pageRequest is one list call's place in its list.
type pageRequest struct {
	after string // key of the last row of the page before; "" at the start
	limit int
	next  string // token of the page after; set by takePage
	mark  string // digest of the question
}

const markLength = 6

// newPage reads a token. It reports false for a token this question never got.
func newPage(c *call, token string, limit int, question ...string) (*pageRequest, bool) {
	sum := sha256.Sum256([]byte(strings.Join(append([]string{c.op.service, c.op.name, c.region}, question...), "\x00")))
	p := &pageRequest{limit: limit, mark: string(sum[:markLength])}
	if max := c.opts.MaxPage; max > 0 && p.limit > max {
		p.limit = max
	}
	if token == "" {
		return p, true
	}
	raw, err := base64.StdEncoding.DecodeString(token)
	if err != nil || len(raw) < markLength || string(raw[:markLength]) != p.mark {
		return nil, false
	}
	p.after = string(raw[markLength:])
	return p, true
}

// contactsPage reads the paging members of a ssm-contacts list. MaxResults 0 is as good as none;
// how many rows a page then has is not documented: 100 here.
func contactsPage(c *call, token string, maxResults int, question ...string) (*pageRequest, error) {
	if maxResults == 0 {
		maxResults = 100
	}
	p, ok := newPage(c, token, maxResults, question...)
	if !ok {
		return nil, badContact("Invalid NextToken")
	}
	return p, nil
}

// incidentsPage reads the paging members of a ssm-incidents list; at most 100 rows a page.
func incidentsPage(c *call, token string, maxResults int, question ...string) (*pageRequest, error) {
	if maxResults == 0 {
		maxResults = 100
	}
	p, ok := newPage(c, token, maxResults, question...)
	if !ok {
		return nil, badIncident("Invalid nextToken")
	}
	return p, nil
}

// takePage takes the rows of one page that keep accepts, and sets p.next when there are more.
// A nil keep accepts all.
func takePage[T any](p *pageRequest, all iter.Seq2[string, *T], keep func(*T) bool) []*T {
	var rows []*T
	last := ""
	for key, row := range all {
		if keep != nil && !keep(row) {
			continue
		}
		if len(rows) == p.limit {
			p.next = base64.StdEncoding.EncodeToString([]byte(p.mark + last))
			break
		}
		rows = append(rows, row)
		last = key
	}
	return rows
}

// textsAfter walks sorted texts, which are their own keys.
func textsAfter(sorted []string, last string) iter.Seq2[string, *string] {
	return func(yield func(string, *string) bool) {
		for _, text := range sorted {
			if (last == "" || text > last) && !yield(text, &text) {
				return
			}
		}
	}
}

// nullableNext is the token of the next page as ssm-incidents sends it: null at the end.
func (p *pageRequest) nullableNext() *string {
	if p.next == "" {
		return nil
	}
	return &p.next
}
