package main

// The side doors of the embedded account: what people can do to it that no AWS client can,
// such as turning its clock. Whoever owns the store answers, this process or another one.

import (
	"bytes"
	"cmp"
	"context"
	"encoding/json"
	"fmt"
	"io"
	"net/http"
	"path/filepath"

	"github.com/watchbill/watchbill/compiler"
	"github.com/watchbill/watchbill/emulator"
)

// openDoors opens the embedded account of a plan folder for a command that only it knows. A
// plan that does not compile has an account all the same.
func (a *app) openDoors(ctx context.Context, command, path string) (*emulator.Attachment, error) {
	if a.targetName() != compiler.LocalTarget {
		return nil, usagef("%s is for the Incident Manager inside watchbill, and %s is in AWS", command, quoted(a.target)).
			withHint("leave --target out; what happens in AWS is not watchbill's to turn")
	}
	dir, err := planFolder(path)
	if err != nil {
		return nil, err
	}
	account := ""
	if res, err := compiler.Compile(ctx, dir, compiler.Options{}); err == nil {
		account = res.Settings.Target.Account
	}
	return attach(ctx, filepath.Join(dir, storeFolder), account)
}

// door sends a request to a side door and decodes the answer into out; in and out may be nil. What
// the door refuses is wrong usage, in its own words.
func door(ctx context.Context, store *emulator.Attachment, method, path string, in, out any) error {
	what, _, _ := bytes.Cut([]byte(path), []byte("?"))
	var body io.Reader
	if in != nil {
		text, err := json.Marshal(in)
		if err != nil {
			return fmt.Errorf("ask the local Incident Manager: %w", err)
		}
		body = bytes.NewReader(text)
	}
	r, err := http.NewRequestWithContext(ctx, method, doors+path, body)
	if err != nil {
		return fmt.Errorf("ask the local Incident Manager: %w", err)
	}
	res, err := store.RoundTrip(r)
	if err != nil {
		return fmt.Errorf("ask the local Incident Manager for its %s: %w", what, err)
	}
	defer res.Body.Close()
	if res.StatusCode >= http.StatusBadRequest {
		why, _ := io.ReadAll(io.LimitReader(res.Body, 1<<10))
		said := cmp.Or(string(bytes.TrimSpace(why)), res.Status)
		if res.StatusCode < http.StatusInternalServerError {
			return usagef("%s", quotable(said))
		}
		return fmt.Errorf("ask the local Incident Manager for its %s: %s", what, quotable(said))
	}
	if out == nil {
		return nil
	}
	if err := json.NewDecoder(res.Body).Decode(out); err != nil {
		return fmt.Errorf("read the %s of the local Incident Manager: %w", what, err)
	}
	return nil
}
