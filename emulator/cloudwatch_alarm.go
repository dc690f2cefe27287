package emulator

// Alarms: what they are, and putting, changing and deleting them.

import (
	"regexp"
	"slices"
	"strconv"
	"strings"
	"time"
)

// The states of an alarm.
const (
	stateOK           = "OK"
	stateAlarm        = "ALARM"
	stateInsufficient = "INSUFFICIENT_DATA"
)

// metricAlarm is a row, of a metric alarm or of a composite one; its key is REGION/NAME. Both kinds
// share their names.
type metricAlarm struct {
	Region    string
	Name      string
	ARN       string
	Composite bool `json:",omitempty"`
	alarmConfig

	Created time.Time
	Updated time.Time // the configuration
	Tags    map[string]string
	Tagged  bool // it has or had tags

	State        string
	Reason       string
	ReasonData   string    `json:",omitempty"`
	StateUpdated time.Time // when the state was last said
	StateSince   time.Time // when it last became another one
	// Problem is the EvaluationState: why the alarm cannot be evaluated, "" when it can.
	Problem string `json:",omitempty"`
	// Contributors are the series in ALARM of an alarm that watches many.
	Contributors []alarmContributor `json:",omitempty"`

	// Next is when the alarm is evaluated again and Until how long that makes sense: afterwards only a
	// change of what it watches can change it. Held is when actions that are held back are looked at again.
	Next  time.Time `json:",omitzero"`
	Until time.Time `json:",omitzero"`
	Held  time.Time `json:",omitzero"`
	// HeldBy says what holds the actions back; HeldFrom is the state before the one they are of.
	HeldBy   string `json:",omitempty"`
	HeldFrom string `json:",omitempty"`
}

// alarmConfig is what a client puts, spelled as the wire does; absent members are nil.
type alarmConfig struct {
	AlarmDescription                 *string        `json:",omitempty"`
	ActionsEnabled                   *bool          `json:",omitempty"`
	OKActions                        []string       // never nil
	AlarmActions                     []string       // never nil
	InsufficientDataActions          []string       // never nil
	MetricName                       *string        `json:",omitempty"`
	Namespace                        *string        `json:",omitempty"`
	Statistic                        *string        `json:",omitempty"`
	ExtendedStatistic                *string        `json:",omitempty"`
	Dimensions                       []cwDim        `json:",omitempty"`
	Period                           *int           `json:",omitempty"`
	Unit                             *string        `json:",omitempty"`
	EvaluationPeriods                *int           `json:",omitempty"`
	DatapointsToAlarm                *int           `json:",omitempty"`
	Threshold                        *double        `json:",omitempty"`
	ComparisonOperator               *string        `json:",omitempty"`
	TreatMissingData                 *string        `json:",omitempty"`
	EvaluateLowSampleCountPercentile *string        `json:",omitempty"`
	Metrics                          []metricQuery  `json:",omitempty"`
	ThresholdMetricId                *string        `json:",omitempty"`
	EvaluationCriteria               *alarmCriteria `json:",omitempty"`
	EvaluationInterval               *int           `json:",omitempty"`
	EvaluationWindow                 *alarmWindow   `json:",omitempty"`
	WarmUpConfiguration              *alarmWarmUp   `json:",omitempty"`
	ActionConfiguration              *alarmActing   `json:",omitempty"`

	AlarmRule                        *string `json:",omitempty"`
	ActionsSuppressor                *string `json:",omitempty"`
	ActionsSuppressorWaitPeriod      *int    `json:",omitempty"`
	ActionsSuppressorExtensionPeriod *int    `json:",omitempty"`
}

// alarmActing is kept and shown; the events of alarms carry no tags here.
type alarmActing struct {
	AlarmTagsPropagation *struct {
		Enabled                          bool
		ExcludedTagKeys, IncludedTagKeys []string `json:",omitempty"`
	} `json:",omitempty"`
}

type cwDim struct{ Name, Value string }

type metricAddress struct {
	Namespace  *string `json:",omitempty"`
	MetricName *string `json:",omitempty"`
	Dimensions []cwDim
}

type metricStat struct {
	Metric metricAddress
	Period int
	Stat   string
	Unit   *string `json:",omitempty"`
}

type metricQuery struct {
	Id         string
	MetricStat *metricStat `json:",omitempty"`
	Expression *string     `json:",omitempty"`
	Label      *string     `json:",omitempty"`
	ReturnData *bool       `json:",omitempty"`
	Period     *int        `json:",omitempty"`
	AccountId  *string     `json:",omitempty"`
}

// returns reports whether it is this query that is watched, or shown.
func (q *metricQuery) returns() bool { return q.ReturnData == nil || *q.ReturnData }

type alarmCriteria struct {
	PromQLCriteria *struct {
		Query          string
		PendingPeriod  *int `json:",omitempty"`
		RecoveryPeriod *int `json:",omitempty"`
	} `json:",omitempty"`
}

func alarmKey(region, name string) string { return region + "/" + name }

func (a *metricAlarm) key() string { return alarmKey(a.Region, a.Name) }

func (a *metricAlarm) kind() string {
	if a.Composite {
		return "CompositeAlarm"
	}
	return "MetricAlarm"
}

func (a *metricAlarm) enabled() bool { return a.ActionsEnabled == nil || *a.ActionsEnabled }

// actions are those of a state.
func (a *metricAlarm) actions(state string) []string {
	switch state {
	case stateOK:
		return a.OKActions
	case stateAlarm:
		return a.AlarmActions
	}
	return a.InsufficientDataActions
}

type alarmTag struct{ Key, Value string }

func putMetricAlarm(c *call, tx *tx, in *struct {
	AlarmName string
	Tags      []alarmTag
	alarmConfig
}) (any, error) {
	if err := in.check(); err != nil {
		return nil, err
	}
	if in.insights() && !alarmIsInsights(tx.alarms.get(alarmKey(c.region, in.AlarmName))) && countInsights(c, tx.state) >= maxInsightsAlarms {
		return nil, alarmLimit("The maximum limit of " + strconv.Itoa(maxInsightsAlarms) + " alarms on Metrics Insights queries is reached")
	}
	return nil, putAlarmConfig(c, tx, in.AlarmName, false, in.alarmConfig, in.Tags)
}

// maxInsightsAlarms is how many alarms of a Region may watch a Metrics Insights query.
const maxInsightsAlarms = 200

// insights reports whether the alarm watches a Metrics Insights query.
func (cfg *alarmConfig) insights() bool {
	return slices.ContainsFunc(cfg.Metrics, func(q metricQuery) bool { return q.Expression != nil && isInsights(*q.Expression) })
}

func isInsights(expression string) bool {
	word, _, _ := strings.Cut(strings.TrimSpace(expression), " ")
	return strings.EqualFold(word, "SELECT")
}

func alarmIsInsights(a *metricAlarm) bool { return a != nil && a.insights() }

func countInsights(c *call, st *state) (n int) {
	for _, a := range st.alarms.below(c.region + "/") {
		if a.insights() {
			n++
		}
	}
	return n
}

const maxAlarmTags = 50

// putAlarmConfig makes an alarm, or replaces the whole configuration of the one there is and keeps
// its state. Tags count only for a new one.
func putAlarmConfig(c *call, tx *tx, name string, composite bool, cfg alarmConfig, tags []alarmTag) error {
	for _, actions := range []*[]string{&cfg.OKActions, &cfg.AlarmActions, &cfg.InsufficientDataActions} {
		*actions = orEmptyList(*actions)
		if err := checkActions(*actions); err != nil {
			return err
		}
	}
	if cfg.ActionsEnabled == nil {
		enabled := true
		cfg.ActionsEnabled = &enabled
	}
	if len(tags) > maxAlarmTags {
		return badAlarm("An alarm can have at most 50 tags")
	}
	now := c.instant()
	a := &metricAlarm{Region: c.region, Name: name, ARN: monitoringARN(c.account, c.region, "alarm", name), Composite: composite,
		State: stateInsufficient, Reason: "Unchecked: Initial alarm creation", Created: now, StateUpdated: now, StateSince: now,
		Tags: map[string]string{}, Tagged: len(tags) > 0}
	for _, t := range tags {
		a.Tags[t.Key] = t.Value
	}
	what := "created"
	if old := tx.alarms.get(a.key()); old != nil {
		if old.Composite != composite {
			return badAlarm("Alarm names are shared: " + name + " is a " + old.kind())
		}
		again := *old
		a, what = &again, "updated"
	}
	a.alarmConfig, a.Updated = cfg, now
	a.remember(c, tx, historyConfig, `Alarm "`+name+`" `+what, map[string]any{"type": map[string]string{"created": "Create", "updated": "Update"}[what], "version": "1.0"})
	if composite {
		a.put(tx)
		tx.compositeAlarms.put(tx, a.key(), &ref{a.key()})
		evaluateComposite(c, tx, a.key())
		return nil
	}
	a.wake(c.now)
	a.put(tx)
	return nil
}

func orEmptyList(list []string) []string {
	if list == nil {
		return []string{}
	}
	return list
}

// put writes the row and the one that waits for it.
func (a *metricAlarm) put(tx *tx) {
	if old := tx.alarms.get(a.key()); old != nil {
		if at, ok := old.due(); ok {
			tx.alarmDues.put(tx, dueKey(at, old.key()), nil)
		}
	}
	if at, ok := a.due(); ok {
		tx.alarmDues.put(tx, dueKey(at, a.key()), &alarmDue{at, a.key()})
	}
	tx.alarms.put(tx, a.key(), a)
}

// alarmDue is a row: when an alarm is looked at again. An alarm has at most one.
type alarmDue struct {
	At    time.Time
	Alarm string
}

func (a *metricAlarm) due() (time.Time, bool) {
	switch {
	case a.Next.IsZero() && a.Held.IsZero():
		return time.Time{}, false
	case a.Held.IsZero() || !a.Next.IsZero() && a.Next.Before(a.Held):
		return a.Next, true
	}
	return a.Held, true
}

var (
	planActionForm = regexp.MustCompile(`^arn:aws[a-z-]*:ssm-incidents::\d{12}:response-plan/[a-zA-Z0-9_-]+$`)
	arnForm        = regexp.MustCompile(`^arn:aws[a-z-]*:[a-z0-9-]+:[a-z0-9-]*:[^:]*:.+$`)
)

// checkActions refuses what is no ARN, and ARNs of response plans with a Region or the wrong
// separator, which AWS's own pages print. Whether a plan exists is found out when the alarm goes off.
func checkActions(actions []string) error {
	for _, arn := range actions {
		if !arnForm.MatchString(arn) {
			return badAlarm("Invalid arn syntax: " + arn)
		}
		if parts := strings.SplitN(arn, ":", 4); parts[2] == "ssm-incidents" && !planActionForm.MatchString(arn) {
			return badAlarm("Invalid Incident Manager response plan ARN: " + arn)
		}
	}
	return nil
}

// findAlarms is all alarms of a list of names; a name that is not there fails the call as a whole.
func findAlarms(c *call, st *state, names []string) ([]*metricAlarm, error) {
	var found []*metricAlarm
	var missing []string
	for _, name := range names {
		if a := st.alarms.get(alarmKey(c.region, name)); a != nil {
			found = append(found, a)
		} else {
			missing = append(missing, name)
		}
	}
	if missing != nil {
		return nil, noAlarm("The following alarms do not exist: [" + strings.Join(missing, ", ") + "]")
	}
	return found, nil
}

type alarmNames struct{ AlarmNames []string }

// deleteAlarms deletes all or none. What a composite alarm depends on stays, unless that one goes too;
// so the alarms of a circle can only go when somebody breaks it.
func deleteAlarms(c *call, tx *tx, in *alarmNames) (any, error) {
	found, err := findAlarms(c, tx.state, in.AlarmNames)
	if err != nil {
		return nil, err
	}
	composites := 0
	for _, a := range found {
		if a.Composite {
			composites++
		}
	}
	if composites > 1 {
		return nil, badAlarm("You can delete at most one composite alarm in one operation")
	}
	for _, a := range found {
		for _, parent := range parentsOf(tx.state, a) {
			if !slices.Contains(in.AlarmNames, parent.Name) || parent.Name == a.Name {
				return nil, badAlarm("Cannot delete " + a.Name + " as there are composite alarm(s) depending on it.")
			}
		}
	}
	for _, a := range found {
		if tx.alarms.get(a.key()) == nil {
			continue // named twice
		}
		a.remember(c, tx, historyConfig, `Alarm "`+a.Name+`" deleted`, map[string]any{"type": "Delete", "version": "1.0"})
		if at, ok := a.due(); ok {
			tx.alarmDues.put(tx, dueKey(at, a.key()), nil)
		}
		tx.alarms.put(tx, a.key(), nil)
		tx.compositeAlarms.put(tx, a.key(), nil)
	}
	return nil, nil
}

func enableAlarmActions(c *call, tx *tx, in *alarmNames) (any, error) {
	return turnActions(c, tx, in.AlarmNames, true)
}

func disableAlarmActions(c *call, tx *tx, in *alarmNames) (any, error) {
	return turnActions(c, tx, in.AlarmNames, false)
}

// turnActions declares no error: names that are not there are passed over.
func turnActions(c *call, tx *tx, names []string, enabled bool) (any, error) {
	for _, name := range names {
		old := tx.alarms.get(alarmKey(c.region, name))
		if old == nil || old.enabled() == enabled {
			continue
		}
		a := *old
		a.ActionsEnabled, a.Updated = &enabled, c.instant()
		a.remember(c, tx, historyConfig, `Alarm "`+name+`" updated`, map[string]any{"type": "Update", "version": "1.0"})
		a.put(tx)
	}
	return nil, nil
}
