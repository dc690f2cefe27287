//go:build !race

package agent_test

// raced: see raced_test.go.
const raced = false
