//go:build race

package agent_test

// raced says that the race detector is on. It makes everything five to ten times slower, and what it
// looks for does not hide in one death of a hundred: crash tests take samples then.
const raced = true
