package emulator

// How an alarm's state changes and what follows: history, actions, and the composite alarms above.

import (
	"encoding/json"
	"net/http"
	"strings"
	"time"

	"github.com/watchbill/watchbill/emulator/wire"
)

func setAlarmState(c *call, tx *tx, in *struct {
	AlarmName, StateValue, StateReason, StateReasonData string
}) (any, error) {
	a := tx.alarms.get(alarmKey(c.region, in.AlarmName))
	if a == nil {
		return nil, noAlarm("The alarm " + in.AlarmName + " does not exist")
	}
	if in.StateReasonData != "" && !json.Valid([]byte(in.StateReasonData)) {
		return nil, &wire.Error{Type: "InvalidFormatFault", Code: "InvalidFormat", Status: http.StatusBadRequest, Message: "StateReasonData is not valid JSON"}
	}
	changeState(c, tx, a.key(), alarmState{in.StateValue, in.StateReason, in.StateReasonData})
	// It is only for a test: a metric alarm finds its own state again when it is next evaluated.
	if again := *tx.alarms.get(a.key()); !again.Composite {
		again.wake(c.now)
		again.put(tx)
	}
	return nil, nil
}

// alarmState is what an alarm can be in, and why.
type alarmState struct{ value, reason, data string }

// changeState says the state of an alarm. Another state than before is a transition: it is
// remembered, its actions are taken, and composite alarms above are evaluated.
func changeState(c *call, tx *tx, key string, to alarmState) {
	old := tx.alarms.get(key)
	a := *old
	a.State, a.Reason, a.ReasonData, a.StateUpdated = to.value, to.reason, to.data, c.instant()
	if old.State == to.value {
		a.put(tx)
		return
	}
	a.StateSince = a.StateUpdated
	a.Held, a.HeldBy, a.HeldFrom = time.Time{}, "", ""
	a.put(tx)
	type side struct {
		StateValue      string          `json:"stateValue"`
		StateReason     string          `json:"stateReason"`
		StateReasonData json.RawMessage `json:"stateReasonData,omitempty"`
	}
	a.remember(c, tx, historyState, "Alarm updated from "+old.State+" to "+to.value, struct {
		Version  string `json:"version"`
		OldState side   `json:"oldState"`
		NewState side   `json:"newState"`
	}{"1.0", side{old.State, old.Reason, rawOrNil(old.ReasonData)}, side{to.value, to.reason, rawOrNil(to.data)}})
	happen(c, tx, a.Region, a.event(c, old))
	takeActions(c, tx, &a, old)
	for _, parent := range parentsOf(tx.state, &a) {
		evaluateComposite(c, tx, parent.key())
	}
	for _, ward := range suppressedBy(tx.state, &a) {
		lookAtHeld(c, tx, ward.key())
	}
}

func rawOrNil(data string) json.RawMessage {
	if data == "" {
		return nil
	}
	return json.RawMessage(data)
}

// takeActions takes the actions of the state an alarm has come to, unless something holds them back.
func takeActions(c *call, tx *tx, a, before *metricAlarm) {
	if !a.enabled() || len(a.actions(a.State)) == 0 {
		return
	}
	if by, until := withheld(c, tx.state, a); by != "" {
		held := *a
		held.HeldBy, held.Held, held.HeldFrom = by, until, before.State
		held.put(tx)
		a.remember(c, tx, historyAction, "Actions of the state "+a.State+" are suppressed: "+by, map[string]any{"actionState": "Suppressed",
			"stateUpdateTimestamp": a.StateSince.UnixMilli(), "suppressedBy": by})
		return
	}
	performActions(c, tx, a, before)
}

// performActions takes the actions of an alarm's state.
func performActions(c *call, tx *tx, a, before *metricAlarm) {
	for _, arn := range a.actions(a.State) {
		why := takeAction(c, tx, a, before, arn)
		data := map[string]any{"actionState": "Succeeded", "stateUpdateTimestamp": a.StateSince.UnixMilli(), "notificationResource": arn}
		summary := "Successfully executed action " + arn
		if why != "" {
			data["actionState"], data["error"], summary = "Failed", why, "Failed to execute action "+arn
		}
		a.remember(c, tx, historyAction, summary, data)
	}
}

// takeAction is "" when the action was taken, and otherwise why not. Only Incident Manager and SNS are
// here; actions of other services count as taken.
func takeAction(c *call, tx *tx, a, before *metricAlarm, arn string) (why string) {
	if !strings.Contains(arn, ":ssm-incidents:") {
		return ""
	}
	_, err := openIncident(c, tx, raised{Plan: arn, Source: sourceAlarm, TriggerARN: a.ARN, Name: a.Name, RawData: a.event(c, before),
		Resources: involvedResources(c, tx.state, a), Invoker: alarmsRoleARN(c.account)})
	if err != nil {
		return err.Error()
	}
	return ""
}

// alarmsRoleARN is the service-linked role with which alarms start incidents.
func alarmsRoleARN(account string) string {
	return "arn:aws:iam::" + account + ":role/aws-service-role/ssm-incidents.alarms.cloudwatch.amazonaws.com/AWSServiceRoleForCloudWatchAlarms_ActionSSMIncidents"
}

// What holds actions back, as ActionsSuppressedBy says it; mute rules have no word there.
const (
	heldByWait      = "WaitPeriod"
	heldByExtension = "ExtensionPeriod"
	heldByAlarm     = "Alarm"
	heldByMute      = "MuteRule"
)

// withheld is what holds the actions of an alarm back now, and until when; a zero time is until the
// suppressor changes.
func withheld(c *call, st *state, a *metricAlarm) (by string, until time.Time) {
	if until := mutedUntil(c, st, a); !until.IsZero() {
		return heldByMute, until
	}
	suppressor := suppressorOf(c, st, a)
	if suppressor == nil {
		return "", time.Time{}
	}
	wait, extension := seconds(a.ActionsSuppressorWaitPeriod), seconds(a.ActionsSuppressorExtensionPeriod)
	if suppressor.State == stateAlarm {
		return heldByAlarm, time.Time{}
	}
	if a.HeldBy == heldByAlarm || a.HeldBy == heldByExtension {
		if until := suppressor.StateSince.Add(extension); c.now.Before(until) {
			return heldByExtension, until
		}
		return "", time.Time{}
	}
	if until := a.StateSince.Add(wait); c.now.Before(until) {
		return heldByWait, until
	}
	return "", time.Time{}
}

func seconds(n *int) time.Duration {
	if n == nil {
		return 0
	}
	return time.Duration(*n) * time.Second
}

// suppressorOf is the alarm that holds an alarm's actions back, nil when there is none.
func suppressorOf(c *call, st *state, a *metricAlarm) *metricAlarm {
	if a.ActionsSuppressor == nil {
		return nil
	}
	return st.alarms.get(alarmKey(a.Region, alarmNameOf(*a.ActionsSuppressor)))
}

// alarmNameOf is the name in an alarm's ARN, or the text itself.
func alarmNameOf(text string) string {
	if parts := strings.SplitN(text, ":", 7); len(parts) == 7 && parts[0] == "arn" && parts[5] == "alarm" {
		return parts[6]
	}
	return text
}

// suppressedBy is the composite alarms of which a is the suppressor and whose actions wait.
func suppressedBy(st *state, a *metricAlarm) (wards []*metricAlarm) {
	for key := range st.compositeAlarms.below(a.Region + "/") {
		if ward := st.alarms.get(key); ward.HeldBy != "" && ward.ActionsSuppressor != nil && alarmNameOf(*ward.ActionsSuppressor) == a.Name {
			wards = append(wards, ward)
		}
	}
	return wards
}

// lookAtHeld takes the actions that were held back if nothing holds them any more. The alarm is still
// in the state they are of: leaving it drops them.
func lookAtHeld(c *call, tx *tx, key string) {
	a := *tx.alarms.get(key)
	if a.HeldBy == "" {
		return
	}
	if by, until := withheld(c, tx.state, &a); by != "" {
		a.HeldBy, a.Held = by, until
		a.put(tx)
		return
	}
	before := a
	before.State = a.HeldFrom
	a.Held, a.HeldBy, a.HeldFrom = time.Time{}, "", ""
	a.put(tx)
	if a.enabled() {
		performActions(c, tx, &a, &before)
	}
}
