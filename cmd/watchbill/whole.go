package main

import (
	"context"
	"slices"

	"github.com/watchbill/watchbill/compiler"
	"github.com/watchbill/watchbill/internal/diag"
)

// compileWhole compiles a plan that is only looked at. Encrypted files whose keys are not at
// hand are asked for only when they hold more than addresses: who is paged when can be
// said without knowing the numbers. Without errors the result has a Desired state.
func compileWhole(ctx context.Context, path string, o compiler.Options) (*compiler.Result, error) {
	res, err := compiler.Compile(ctx, path, o)
	if err != nil || res.Desired != nil || !slices.ContainsFunc(res.Findings, isUnopened) {
		return res, err
	}
	o.Open = true
	return compiler.Compile(ctx, path, o)
}

func isUnopened(f diag.Finding) bool { return f.Code == "unopened-file" }
