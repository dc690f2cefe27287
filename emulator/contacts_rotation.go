package emulator

// Rotations: who takes turns being on call. A rotation is stored; its shifts are computed, in
// contacts_rotation_shift.go, by oncall.

import (
	"slices"
	"strings"
	"time"
)

// rotation is a row.
type rotation struct {
	ARN        string
	Key        string // REGION/UUID
	Name       string // never changes; need not be unique
	ContactIds []string
	StartTime  time.Time // UTC, to the millisecond
	TimeZoneId string
	Recurrence recurrence
	Tags       map[string]string `json:",omitempty"`
	Tagged     bool              `json:",omitempty"` // has or once had tags: GetResources tells
}

// ResourceType members of errors.
const (
	kindRotation = "ROTATION"
	kindOverride = "ROTATION_OVERRIDE"
)

func rotationARN(account, region, id string) string {
	return "arn:aws:ssm-contacts:" + region + ":" + account + ":rotation/" + id
}

// maxPerSchedule is how many rotations a schedule may have: the guide says 8, the model 25.
const maxPerSchedule = 8

// createRotation starts the rotation when it is created, unless the call says when.
func createRotation(c *call, tx *tx, in *struct {
	Name       string
	ContactIds []string
	StartTime  *time.Time
	TimeZoneId string
	Recurrence recurrence
	Tags       []contactTag
}) (any, error) {
	id := newUUID()
	r := &rotation{ARN: rotationARN(c.account, c.region, id), Key: c.region + "/" + id, Name: in.Name, ContactIds: in.ContactIds,
		StartTime: toMillisecond(c.now), TimeZoneId: in.TimeZoneId, Recurrence: in.Recurrence}
	if in.StartTime != nil {
		r.StartTime = *in.StartTime
	}
	if max := c.opts.Quotas.Rotations; max > 0 && tx.rotations.len() >= max {
		return nil, contactsQuota("The account has reached its number of rotations", kindRotation, "L-4EA3AB3A")
	}
	if err := r.fit(c, tx.state); err != nil {
		return nil, err
	}
	if len(in.Tags) > 0 {
		if err := contactTagsHere(c, tx.state); err != nil {
			return nil, err
		}
		var err error
		if r.Tags, err = withContactTags(nil, in.Tags, kindRotation); err != nil {
			return nil, err
		}
		r.Tagged = true
	}
	tx.rotations.put(tx, r.Key, r)
	return struct{ RotationArn string }{r.ARN}, nil
}

// toMillisecond is an instant as it travels.
func toMillisecond(t time.Time) time.Time { return time.UnixMilli(t.UnixMilli()).UTC() }

// fit says what is wrong with a rotation that satisfies the model.
func (r *rotation) fit(c *call, st *state) error {
	if err := fitMembers(c, st, r.ContactIds); err != nil {
		return err
	}
	if _, err := zoneOf(r.TimeZoneId); err != nil {
		return err
	}
	return r.Recurrence.fit(c)
}

// fitMembers wants people who exist. The check of existence is Rules.DanglingTargets.
func fitMembers(c *call, st *state, arns []string) error {
	for _, arn := range arns {
		found, err := findContact(c, st, arn)
		switch {
		case found != nil && found.Type != personal:
			return badContact("Only PERSONAL contacts can be in a rotation")
		case found == nil && !c.opts.Rules.DanglingTargets:
			return err
		}
	}
	return nil
}

// findRotation is the row an ARN speaks of. An id that is no UUID is AWS's ValidationException
// [probe]; one that could be somebody's is the ResourceNotFoundException that the calls declare.
func findRotation(c *call, st *state, arn string) (*rotation, error) {
	key, err := contactsKey(c, arn, "rotation", kindRotation)
	if err != nil {
		return nil, err
	}
	if r := st.rotations.get(key); r != nil {
		return r, nil
	}
	if !looksLikeUUID(key[strings.IndexByte(key, '/')+1:]) {
		return nil, badContact("Invalid resource Arn " + arn)
	}
	return nil, contactsNotFound(kindRotation, arn)
}

func looksLikeUUID(s string) bool {
	return len(s) == 36 && strings.Count(s, "-") == 4 && strings.Trim(s, "0123456789abcdefABCDEF-") == ""
}

// rotationOut is a rotation as Get and List show it. Tags have a call of their own.
type rotationOut struct {
	RotationArn, Name string
	ContactIds        []string
	StartTime         epoch
	TimeZoneId        string
	Recurrence        recurrence
}

func (r *rotation) out() rotationOut {
	return rotationOut{r.ARN, r.Name, r.ContactIds, epoch(r.StartTime), r.TimeZoneId, r.Recurrence}
}

func getRotation(c *call, st *state, in *struct{ RotationId string }) (any, error) {
	r, err := findRotation(c, st, in.RotationId)
	if err != nil {
		return nil, err
	}
	return r.out(), nil
}

func listRotations(c *call, st *state, in *struct {
	RotationNamePrefix, NextToken string
	MaxResults                    int
}) (any, error) {
	pg, err := contactsPage(c, in.NextToken, in.MaxResults, in.RotationNamePrefix)
	if err != nil {
		return nil, err
	}
	rows := takePage(pg, st.rotations.after(c.region+"/", pg.after), func(r *rotation) bool {
		return strings.HasPrefix(r.Name, in.RotationNamePrefix)
	})
	out := struct {
		NextToken string `json:",omitempty"`
		Rotations []rotationOut
	}{pg.next, make([]rotationOut, len(rows))}
	for i, r := range rows {
		out.Rotations[i] = r.out()
	}
	return out, nil
}

// updateRotation is a patch, except that the recurrence always comes and is replaced as a whole.
func updateRotation(c *call, tx *tx, in *struct {
	RotationId string
	ContactIds []string
	StartTime  *time.Time
	TimeZoneId *string
	Recurrence recurrence
}) (any, error) {
	old, err := findRotation(c, tx.state, in.RotationId)
	if err != nil {
		return nil, err
	}
	r := *old
	r.Recurrence = in.Recurrence
	if in.StartTime != nil {
		r.StartTime = *in.StartTime
	}
	if in.TimeZoneId != nil {
		r.TimeZoneId = *in.TimeZoneId
	}
	if in.ContactIds != nil {
		r.ContactIds = in.ContactIds
	}
	if err := r.fit(c, tx.state); err != nil {
		return nil, err
	}
	tx.rotations.put(tx, r.Key, &r)
	return nil, nil
}

// deleteRotation takes the rotation out of all schedules, as AWS documents. With
// Rules.KeepUsedRotations it is a conflict instead.
func deleteRotation(c *call, tx *tx, in *struct{ RotationId string }) (any, error) {
	r, err := findRotation(c, tx.state, in.RotationId)
	if err != nil {
		return nil, err
	}
	var schedules []*contact
	for _, p := range tx.contacts.below(c.region + "/") {
		if slices.Contains(p.Plan.RotationIds, r.ARN) {
			schedules = append(schedules, p)
		}
	}
	if len(schedules) > 0 && c.opts.Rules.KeepUsedRotations {
		arns := make([]string, len(schedules))
		for i, p := range schedules {
			arns[i] = p.ARN
		}
		return nil, contactsDependents("The rotation is in use by on-call schedules", kindRotation, r.ARN, kindContact, arns)
	}
	for _, old := range schedules {
		p := *old
		p.Plan.RotationIds = slices.DeleteFunc(slices.Clone(p.Plan.RotationIds), func(id string) bool { return id == r.ARN })
		tx.contacts.put(tx, p.key(), &p)
	}
	var overrides []string
	for key := range tx.overrides.below(r.Key + "/") {
		overrides = append(overrides, key)
	}
	for _, key := range overrides {
		tx.overrides.put(tx, key, nil)
	}
	tx.rotations.put(tx, r.Key, nil)
	return nil, nil
}

// rotationsWith are the ARNs of the rotations a person is a member of.
func rotationsWith(st *state, p *contact) (arns []string) {
	for _, r := range st.rotations.below(p.Region + "/") {
		if slices.Contains(r.ContactIds, p.ARN) {
			arns = append(arns, r.ARN)
		}
	}
	return arns
}

// fitRotations holds the rotations of a schedule against what there is. The check of existence is
// Rules.DanglingTargets, its text AWS's [probe].
func fitRotations(c *call, st *state, arns []string) error {
	if len(arns) > maxPerSchedule {
		return contactsQuota("The on-call schedule has too many rotations", kindContact, "RotationsPerSchedule")
	}
	for _, arn := range arns {
		if _, err := findRotation(c, st, arn); err != nil && !c.opts.Rules.DanglingTargets {
			return badContact("Invalid resource Arn " + arn)
		}
	}
	return nil
}
