package main

// What was reviewed is what is applied: plan prints a digest of both sides it
// compared, apply --expect refuses any other comparison.

import (
	"strings"
	"time"

	"github.com/spf13/cobra"
)

// expectation is the review that an apply goes back to.
type expectation struct {
	digest string
	// given: an empty digest is a script's mistake, and no word that anything will do.
	given  bool
	maxAge time.Duration
}

func (e *expectation) register(cmd *cobra.Command) {
	cmd.Flags().StringVar(&e.digest, "expect", "", "apply only what plan showed under this digest: DIGEST or DIGEST@TIME as plan prints it")
	cmd.Flags().DurationVar(&e.maxAge, "max-age", 0, "with --expect DIGEST@TIME, refuse a plan that is older")
}

// expected is a digest with the time of its plan, as --expect takes it.
func expected(digest string, at time.Time) string {
	return digest + "@" + at.UTC().Format(time.RFC3339)
}

// check is the digest that is expected, "" for any, unless the plan is too old.
func (e *expectation) check(now time.Time) (string, error) {
	digest, stamp, timed := strings.Cut(e.digest, "@")
	if !e.given && e.maxAge == 0 {
		return "", nil
	}
	if len(digest) != 32 || strings.Trim(digest, "0123456789abcdef") != "" {
		return "", usagef("--expect %q is no digest of a plan", e.digest).withHint("take it from the last line of watchbill plan, or from \"expect\" of its JSON")
	}
	if !timed {
		if e.maxAge != 0 {
			return "", usagef("--max-age needs the time of the plan").withHint("--expect DIGEST@TIME, as watchbill plan --output json prints it in \"expect\"")
		}
		return digest, nil
	}
	at, err := time.Parse(time.RFC3339, stamp)
	if err != nil {
		return "", usagef("--expect: %q after the @ is no time", stamp).withHint("RFC 3339, such as 2026-12-07T09:00:00Z")
	}
	age := now.Sub(at)
	if e.maxAge != 0 && age < -time.Minute { // clocks differ a little
		return "", refusedf("the plan is from %s, and that is still to come", stamp).
			withHint("look at the clocks of both machines, and run watchbill plan again")
	}
	if e.maxAge != 0 && age > e.maxAge {
		return "", refusedf("the plan is from %s, and %s old is too old for --max-age %s", stamp, span(age.Round(time.Second)), span(e.maxAge)).
			withHint("run watchbill plan again and look at what it shows now")
	}
	return digest, nil
}

// span is a duration without its zeros at the end: 1h, not 1h0m0s.
func span(d time.Duration) string {
	text := d.String()
	if strings.HasSuffix(text, "m0s") {
		text = strings.TrimSuffix(text, "0s")
	}
	if strings.HasSuffix(text, "h0m") {
		text = strings.TrimSuffix(text, "0m")
	}
	return text
}
