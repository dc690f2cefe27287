package schema

import (
	"fmt"
	"regexp"
	"time"

	"github.com/santhosh-tekuri/jsonschema/v5"
)

// duration is the pattern of durations in the schemas. It is narrower than Go,
// which also reads "0", "+5m" and ".5h".
var duration = regexp.MustCompile(`^([0-9]+(\.[0-9]+)?[hms])+$`)

// ParseDuration reads a duration of the plan language: a Go duration of whole
// minutes, as "5m" or "1h30m".
func ParseDuration(text string) (time.Duration, error) {
	d, err := time.ParseDuration(text)
	switch {
	case err != nil || !duration.MatchString(text):
		return 0, fmt.Errorf("%q is not a duration", text)
	case d%time.Minute != 0:
		return 0, fmt.Errorf("%q is not a whole number of minutes", text)
	}
	return d, nil
}

// durations teaches the validator x-kind: duration and x-max-minutes.
type durations struct{}

func (durations) Compile(_ jsonschema.CompilerContext, schema map[string]any) (jsonschema.ExtSchema, error) {
	if schema["x-kind"] != "duration" {
		return nil, nil
	}
	longest, err := schema["x-max-minutes"].(interface{ Int64() (int64, error) }).Int64()
	if err != nil {
		return nil, fmt.Errorf("x-max-minutes: %w", err)
	}
	return atMost(longest), nil
}

// atMost is the longest duration allowed, in minutes.
type atMost int64

func (longest atMost) Validate(ctx jsonschema.ValidationContext, value any) error {
	text, ok := value.(string)
	if !ok {
		return nil // type says it
	}
	d, err := ParseDuration(text)
	switch {
	case err != nil:
		return ctx.Error("x-kind", "%v", err)
	case d > time.Duration(longest)*time.Minute:
		return ctx.Error("x-max-minutes", "more than %d minutes", longest)
	}
	return nil
}
