package rule

import (
	"github.com/watchbill/watchbill/internal/automation"
	"github.com/watchbill/watchbill/oncall"
)

// Live is what a target has of the plan's people, and of what the plan only names, now. What
// nobody asked for, and what could not be read, is in none of the maps: rules say nothing
// about it.
type Live struct {
	Target string // its name
	Roster *oncall.Roster
	// Unread are the contacts, by name, of which nothing is known.
	Unread map[string]bool
	// Documents are the Automation documents that runbooks name, by name or ARN as written.
	Documents map[string]automation.Live
	// Roles are what the roles lack that runbooks name by their ARN, by the runbook's name.
	Roles map[string]RoleLack
	// Fleets are what the monitors with each: are for, by the monitor's name.
	Fleets map[string]Fleet
	// Silent are the alarms of a monitor, by its name, that should start an incident and do not.
	Silent map[string][]SilentAlarm
	// Workspaces are the Slack workspaces and Teams teams that somebody has authorised, by ID.
	// A nil map is not known.
	Slack, Teams map[string]bool
	// PagerDuty is what is wrong with the secrets of response plans, by ARN.
	PagerDuty map[string][]string
}

// RoleLack is what a role lacks for a runbook. Trust and Allow are statements to add to its
// trust policy and to a policy of it, as JSON. Denied is what a Deny forbids, Unsure what
// decides and cannot be judged from here.
type RoleLack struct {
	Absent         bool
	Trust, Allow   []string
	Denied, Unsure []string
}

// Fleet is how many resources a monitor is for. Encoding is per_target or query. With Err
// nobody knows.
type Fleet struct {
	Targets, Excepted int
	Encoding          string
	Err               error
}

// SilentAlarm is an alarm by its name in CloudWatch, and why it starts nothing.
type SilentAlarm struct{ Name, Why string }
