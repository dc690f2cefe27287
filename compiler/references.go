package compiler

import (
	"context"
	"fmt"

	"github.com/watchbill/watchbill/compiler/ast"
	"github.com/watchbill/watchbill/internal/diag"
	"github.com/watchbill/watchbill/kind"
)

// This file fills the addresses that the target keeps. Compiling is pure: it collects
// the references, hands all of them to who can speak to the target, and turns what
// comes back into values or findings.

// ReadReferences reads addresses that the target keeps, each once. The result is the
// plan as far as it is known: its settings chose the target. Every reference has an
// answer, unless there is an error: then nothing can be read at all.
type ReadReferences func(ctx context.Context, res *Result, refs []kind.Reference) (map[kind.Reference]kind.Answer, error)

// references fills what the target keeps. A plan that is broken is not applied, so
// nothing is asked for it.
func (c *compilation) references(ctx context.Context) error {
	if !c.options.Values || c.incomplete || diag.HasErrors(c.list.Sorted()) || c.folder.moved() {
		return nil
	}
	kept := kind.KeptAddresses(c.out.Plan)
	refs := make([]kind.Reference, len(kept))
	for i, a := range kept {
		refs[i] = kind.Reference{From: a.From, Ref: a.Ref}
	}
	if len(kept) == 0 {
		return nil
	}
	answers := map[kind.Reference]kind.Answer{}
	if c.options.References != nil {
		var err error
		if answers, err = c.options.References(ctx, c.out, refs); err != nil {
			return fmt.Errorf("read addresses: %w", err)
		}
	}
	for i, a := range kept {
		c.fillReference(a, answers[refs[i]])
	}
	return nil
}

// fillReference puts an answer in its place; no answer is not an empty one.
func (c *compilation) fillReference(a *ast.Address, answer kind.Answer) {
	if a.Value = answer.Value; !a.Value.IsZero() {
		return
	}
	if answer.Why == "" {
		answer.Why = "this command does not read it"
	}
	what := "parameter"
	if a.From == kind.FromSecret {
		what = "secret"
	}
	c.list.Errorf(a.At, "unresolved-value", "the %s %s cannot be read: %s", what, quote(a.Ref), answer.Why).WithHint("%s", answer.Hint)
}
