package emulator

// Secrets as they are described, listed and deleted: without their values.

import (
	"slices"
	"strings"
	"time"
)

// secretOut is a secret without its values.
type secretOut struct {
	ARN, Name                    string
	Description, KmsKeyId        string              `json:",omitempty"`
	VersionIdsToStages           map[string][]string `json:",omitempty"`
	SecretVersionsToStages       map[string][]string `json:",omitempty"`
	CreatedDate, LastChangedDate epoch
	DeletedDate                  *epoch `json:",omitempty"`
	Tags                         []secretTag
}

type secretTag struct{ Key, Value string }

func (s *keptSecret) out() secretOut {
	out := secretOut{ARN: s.ARN, Name: s.Name, Description: s.Description, KmsKeyId: s.KMSKey,
		CreatedDate: epoch(s.Created), LastChangedDate: epoch(s.Changed), Tags: []secretTag{}}
	if !s.Deleted.IsZero() {
		deleted := epoch(s.Deleted)
		out.DeletedDate = &deleted
	}
	for _, key := range sortedKeys(s.Tags) {
		out.Tags = append(out.Tags, secretTag{key, s.Tags[key]})
	}
	return out
}

// stages are the versions that have a stage.
func (s *keptSecret) stages() map[string][]string {
	out := map[string][]string{}
	for id, v := range s.Versions {
		if len(v.Stages) > 0 {
			out[id] = v.Stages
		}
	}
	return out
}

func describeSecret(c *call, st *state, in *struct{ SecretId string }) (any, error) {
	s, err := findSecret(c, st, in.SecretId)
	if err != nil {
		return nil, err
	}
	out := s.out()
	out.VersionIdsToStages = s.stages()
	return out, nil
}

// recoveryWindow is how long a deleted secret can be restored when nobody says.
const recoveryWindow = 30

func deleteSecret(c *call, tx *tx, in *struct {
	SecretId                   string
	RecoveryWindowInDays       *int
	ForceDeleteWithoutRecovery bool
}) (any, error) {
	have, err := usableSecret(c, tx.state, in.SecretId)
	if err != nil {
		return nil, err
	}
	days := recoveryWindow
	if in.RecoveryWindowInDays != nil {
		days = *in.RecoveryWindowInDays
		switch {
		case in.ForceDeleteWithoutRecovery:
			return nil, secretsError("InvalidParameterException", "You can't use ForceDeleteWithoutRecovery in conjunction with RecoveryWindowInDays.")
		case days < 7 || days > 30:
			return nil, secretsError("InvalidParameterException", "The RecoveryWindowInDays value must be between 7 and 30 days (inclusive).")
		}
	}
	if in.ForceDeleteWithoutRecovery {
		days = 0
	}
	s := have.copy()
	s.Deleted = c.instant()
	s.Gone = s.Deleted.Add(time.Duration(days) * 24 * time.Hour)
	key := c.region + "/" + s.Name
	if days == 0 {
		tx.secrets.put(tx, key, nil)
	} else {
		tx.secrets.put(tx, key, s)
	}
	return struct {
		ARN, Name    string
		DeletionDate epoch
	}{s.ARN, s.Name, epoch(s.Gone)}, nil
}

func restoreSecret(c *call, tx *tx, in *struct{ SecretId string }) (any, error) {
	have, err := findSecret(c, tx.state, in.SecretId)
	if err != nil {
		return nil, err
	}
	s := have.copy()
	s.Deleted, s.Gone = time.Time{}, time.Time{}
	tx.secrets.put(tx, c.region+"/"+s.Name, s)
	return struct{ ARN, Name string }{s.ARN, s.Name}, nil
}

// secretFilter is one condition; a value that begins with ! is one that must not be.
type secretFilter struct {
	Key    string
	Values []string
}

func (f secretFilter) accepts(s *keptSecret) bool {
	fields := map[string][]string{"name": {s.Name}, "description": {s.Description}, "primary-region": {""}, "owning-service": {""}}
	for _, key := range sortedKeys(s.Tags) {
		fields["tag-key"] = append(fields["tag-key"], key)
		fields["tag-value"] = append(fields["tag-value"], s.Tags[key])
	}
	have := fields[f.Key]
	if f.Key == "all" {
		for _, of := range fields {
			have = append(have, of...)
		}
	}
	return slices.ContainsFunc(f.Values, func(want string) bool {
		want, not := strings.CutPrefix(want, "!")
		begins := slices.ContainsFunc(have, func(h string) bool { return strings.HasPrefix(h, want) })
		return begins != not
	})
}

// listSecrets shows secrets in the order in which they were made.
func listSecrets(c *call, st *state, in *struct {
	IncludePlannedDeletion bool
	MaxResults             int
	NextToken, SortOrder   string
	Filters                []secretFilter
}) (any, error) {
	if in.MaxResults == 0 {
		in.MaxResults = 100
	}
	pg, ok := newPage(c, in.NextToken, in.MaxResults, in.SortOrder, jsonText(in.IncludePlannedDeletion), jsonText(in.Filters))
	if !ok {
		return nil, secretsError("InvalidNextTokenException", "The NextToken value is invalid.")
	}
	var found []*keptSecret
	for _, s := range st.secrets.below(c.region + "/") {
		shown := !s.gone(c.now) && (s.Deleted.IsZero() || in.IncludePlannedDeletion)
		if shown && !slices.ContainsFunc(in.Filters, func(f secretFilter) bool { return !f.accepts(s) }) {
			found = append(found, s)
		}
	}
	rows := takeSorted(pg, found, func(s *keptSecret) string { return placeInTime(s.Created, 0) + s.Name }, in.SortOrder == "desc")
	list := make([]secretOut, len(rows))
	for i, s := range rows {
		list[i] = s.out()
		list[i].SecretVersionsToStages = s.stages()
	}
	return struct {
		SecretList []secretOut
		NextToken  string `json:",omitempty"`
	}{list, pg.next}, nil
}
