package emulator

// secretsmanager, API version 2017-10-17: secrets and their versions, for phone numbers that should
// not stand in Git. No key encrypts anything here: the store is as confidential as its file.

import (
	"crypto/rand"
	"maps"
	"net/http"
	"regexp"
	"slices"
	"strings"
	"time"

	"github.com/watchbill/watchbill/emulator/wire"
)

func secretsService() *service {
	return &service{
		name: "secretsmanager",
		ops: modelled(secretsModel,
			writing("CreateSecret", createSecret),
			writing("PutSecretValue", putSecretValue),
			reading("GetSecretValue", getSecretValue),
			reading("DescribeSecret", describeSecret),
			writing("DeleteSecret", deleteSecret),
			writing("RestoreSecret", restoreSecret),
			reading("ListSecrets", listSecrets),
			writing("PutResourcePolicy", putSecretPolicy),
			reading("GetResourcePolicy", getSecretPolicy),
			writing("DeleteResourcePolicy", deleteSecretPolicy),
		),
		gate:    func(*call, *state) error { return nil },
		invalid: func(ps problems) *wire.Error { return secretsError("ValidationException", ps.message()) },
	}
}

func secretsError(kind, text string) *wire.Error {
	return &wire.Error{Type: kind, Status: http.StatusBadRequest, Message: text}
}

// keptSecret is a row; its key is REGION/NAME. Secrets survive the replication set.
type keptSecret struct {
	Name        string
	ARN         string
	Description string `json:",omitempty"`
	KMSKey      string `json:",omitempty"`
	Policy      string `json:",omitempty"` // who else may use it, as it came
	Created     time.Time
	Changed     time.Time
	// Deleted is when it was marked for deletion, Gone when it goes; zero for one that stays. A row
	// behind its time counts as absent and gives way to a new one of its name.
	Deleted  time.Time              `json:",omitzero"`
	Gone     time.Time              `json:",omitzero"`
	Tags     map[string]string      `json:",omitempty"`
	Versions map[string]secretValue // by version ID
}

type secretValue struct {
	String  string `json:",omitempty"`
	Binary  string `json:",omitempty"` // base64, as it came
	Stages  []string
	Created time.Time
}

const (
	stageCurrent  = "AWSCURRENT"
	stagePrevious = "AWSPREVIOUS"
	// maxSecretVersions is how many versions without a stage are kept [quotas: about 100].
	maxSecretVersions = 100
)

// copy is the secret for changing.
func (s *keptSecret) copy() *keptSecret {
	again := *s
	again.Versions = map[string]secretValue{}
	maps.Copy(again.Versions, s.Versions)
	return &again
}

var errNoSecret = secretsError("ResourceNotFoundException", "Secrets Manager can't find the specified secret.")

// findSecret looks a secret up by name, ARN, or ARN without the random end.
func findSecret(c *call, st *state, id string) (*keptSecret, error) {
	name, isARN := strings.CutPrefix(id, "arn:aws:secretsmanager:"+c.region+":"+c.account+":secret:")
	s := st.secrets.get(c.region + "/" + name)
	if s == nil && isARN && len(name) > 7 && name[len(name)-7] == '-' {
		if s = st.secrets.get(c.region + "/" + name[:len(name)-7]); s != nil && s.ARN != id {
			s = nil
		}
	}
	if s == nil || s.gone(c.now) {
		return nil, errNoSecret
	}
	return s, nil
}

func (s *keptSecret) gone(now time.Time) bool { return !s.Gone.IsZero() && !now.Before(s.Gone) }

// usable is findSecret for what deletion forbids.
func usableSecret(c *call, st *state, id string) (*keptSecret, error) {
	s, err := findSecret(c, st, id)
	if err == nil && !s.Deleted.IsZero() {
		return nil, secretsError("InvalidRequestException", "You can't perform this operation on the secret because it was marked for deletion.")
	}
	return s, err
}

var secretName = regexp.MustCompile(`^[a-zA-Z0-9/_+=.@-]+$`)

func createSecret(c *call, tx *tx, in *struct {
	Name, ClientRequestToken, Description, KmsKeyId, SecretString, SecretBinary string
	Tags                                                                        []struct{ Key, Value string }
}) (any, error) {
	if !secretName.MatchString(in.Name) {
		return nil, secretsError("ValidationException", "Invalid name. Must be a valid name containing alphanumeric characters, or any of the following: -/_+=.@!")
	}
	value := secretValue{String: in.SecretString, Binary: in.SecretBinary, Stages: []string{stageCurrent}, Created: c.instant()}
	if value.both() {
		return nil, errBothValues
	}
	key := c.region + "/" + in.Name
	if have := tx.secrets.get(key); have != nil && !have.gone(c.now) {
		v, again := have.Versions[in.ClientRequestToken]
		switch {
		case !have.Deleted.IsZero():
			return nil, secretsError("InvalidRequestException", "You can't create this secret because a secret with this name is already scheduled for deletion.")
		case again && v.same(value):
			return have.written(in.ClientRequestToken, nil), nil
		}
		return nil, secretsError("ResourceExistsException", "The operation failed because the secret "+in.Name+" already exists.")
	}
	s := &keptSecret{Name: in.Name, ARN: "arn:aws:secretsmanager:" + c.region + ":" + c.account + ":secret:" + in.Name + "-" + rand.Text()[:6],
		Description: in.Description, KMSKey: in.KmsKeyId, Created: c.instant(), Changed: c.instant(), Tags: map[string]string{}, Versions: map[string]secretValue{}}
	for _, t := range in.Tags {
		s.Tags[t.Key] = t.Value
	}
	version := ""
	if !value.empty() {
		version = versionID(in.ClientRequestToken)
		s.Versions[version] = value
	}
	tx.secrets.put(tx, key, s)
	return s.written(version, nil), nil
}

var errBothValues = secretsError("InvalidParameterException", "You can't specify both a binary secret value and a string secret value in the same secret.")

func (v secretValue) both() bool  { return v.String != "" && v.Binary != "" }
func (v secretValue) empty() bool { return v.String == "" && v.Binary == "" }
func (v secretValue) same(w secretValue) bool {
	return v.String == w.String && v.Binary == w.Binary
}

// versionID is a version's name: the token of the request that made it.
func versionID(token string) string {
	if token == "" {
		return newUUID()
	}
	return token
}

// written is the answer to a write.
func (s *keptSecret) written(version string, stages []string) any {
	return struct {
		ARN, Name     string
		VersionId     string   `json:",omitempty"`
		VersionStages []string `json:",omitempty"`
	}{s.ARN, s.Name, version, stages}
}

func putSecretValue(c *call, tx *tx, in *struct {
	SecretId, ClientRequestToken, SecretString, SecretBinary string
	VersionStages                                            []string
}) (any, error) {
	have, err := usableSecret(c, tx.state, in.SecretId)
	if err != nil {
		return nil, err
	}
	value := secretValue{String: in.SecretString, Binary: in.SecretBinary, Stages: in.VersionStages, Created: c.instant()}
	switch {
	case value.both():
		return nil, errBothValues
	case value.empty():
		return nil, secretsError("InvalidRequestException", "You must provide either SecretString or SecretBinary.")
	}
	if len(value.Stages) == 0 {
		value.Stages = []string{stageCurrent}
	}
	version := versionID(in.ClientRequestToken)
	if old, again := have.Versions[version]; again {
		if !old.same(value) {
			return nil, secretsError("ResourceExistsException", "You can't create a version that exists with another value.")
		}
		return have.written(version, old.Stages), nil
	}
	s := have.copy()
	s.Changed = c.instant()
	s.unstage(value.Stages)
	s.Versions[version] = value
	s.forget()
	tx.secrets.put(tx, c.region+"/"+s.Name, s)
	return s.written(version, value.Stages), nil
}

// unstage takes stages away from the versions that have them. Who loses AWSCURRENT becomes
// AWSPREVIOUS.
func (s *keptSecret) unstage(stages []string) {
	demotes := slices.Contains(stages, stageCurrent)
	for id, v := range s.Versions {
		current := slices.Contains(v.Stages, stageCurrent)
		v.Stages = slices.DeleteFunc(slices.Clone(v.Stages), func(stage string) bool {
			return slices.Contains(stages, stage) || demotes && stage == stagePrevious
		})
		if demotes && current {
			v.Stages = append(v.Stages, stagePrevious)
		}
		s.Versions[id] = v
	}
}

// forget drops the oldest versions that nothing points to.
func (s *keptSecret) forget() {
	for len(s.Versions) > maxSecretVersions {
		oldest := ""
		for _, id := range sortedKeys(s.Versions) {
			if v := s.Versions[id]; len(v.Stages) == 0 && (oldest == "" || v.Created.Before(s.Versions[oldest].Created)) {
				oldest = id
			}
		}
		if oldest == "" {
			return
		}
		delete(s.Versions, oldest)
	}
}

func getSecretValue(c *call, st *state, in *struct{ SecretId, VersionId, VersionStage string }) (any, error) {
	s, err := usableSecret(c, st, in.SecretId)
	if err != nil {
		return nil, err
	}
	id, stage := in.VersionId, in.VersionStage
	if id == "" && stage == "" {
		stage = stageCurrent
	}
	for _, version := range sortedKeys(s.Versions) {
		v := s.Versions[version]
		if id != "" && version != id || stage != "" && !slices.Contains(v.Stages, stage) {
			continue
		}
		return struct {
			ARN, Name, VersionId string
			SecretString         string `json:",omitempty"`
			SecretBinary         string `json:",omitempty"`
			VersionStages        []string
			CreatedDate          epoch
		}{s.ARN, s.Name, version, v.String, v.Binary, v.Stages, epoch(v.Created)}, nil
	}
	what := "staging label: " + stage
	if id != "" {
		what = "VersionId: " + id
	}
	return nil, secretsError("ResourceNotFoundException", "Secrets Manager can't find the specified secret value for "+what)
}
