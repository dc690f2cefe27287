package emulator_test

import (
	"strconv"
	"strings"
	"testing"
	"time"

	"github.com/aws/aws-sdk-go-v2/aws"
	"github.com/aws/aws-sdk-go-v2/service/secretsmanager"
	"github.com/aws/aws-sdk-go-v2/service/secretsmanager/types"
	"github.com/google/go-cmp/cmp"

	"github.com/watchbill/watchbill/emulator"
)

func (c *clients) secrets() *secretsmanager.Client {
	return secretsmanager.NewFromConfig(config(c.http, home))
}

// keep makes a secret and returns its ARN.
func (c *clients) keep(name, value string) string {
	c.t.Helper()
	return *need(c.secrets().CreateSecret(c.ctx, &secretsmanager.CreateSecretInput{Name: &name, SecretString: &value}))(c.t).ARN
}

func (c *clients) secret(id string) (string, error) {
	out, err := c.secrets().GetSecretValue(c.ctx, &secretsmanager.GetSecretValueInput{SecretId: &id})
	if err != nil {
		return "", err
	}
	return aws.ToString(out.SecretString), nil
}

func TestSecretVersions(t *testing.T) {
	c := empty(t, emulator.Options{})
	arn := c.keep("oncall/aiko", "one")
	if !strings.HasPrefix(arn, "arn:aws:secretsmanager:"+home+":"+account+":secret:oncall/aiko-") {
		t.Errorf("ARN %s", arn)
	}
	put := func(token, value string, stages ...string) error {
		_, err := c.secrets().PutSecretValue(c.ctx, &secretsmanager.PutSecretValueInput{SecretId: &arn, SecretString: &value,
			ClientRequestToken: aws.String(token + strings.Repeat("0", 32)), VersionStages: stages})
		return err
	}
	for _, err := range []error{put("b", "two"), put("b", "two"), put("c", "three", "PENDING")} {
		if err != nil {
			t.Fatal(err)
		}
	}
	fails[*types.ResourceExistsException](t, put("b", "another"))
	for _, id := range []string{"oncall/aiko", arn, arn[:len(arn)-7]} {
		if got := need(c.secret(id))(t); got != "two" {
			t.Errorf("%s is %q", id, got)
		}
	}
	for stage, want := range map[string]string{"AWSPREVIOUS": "one", "PENDING": "three"} {
		got := need(c.secrets().GetSecretValue(c.ctx, &secretsmanager.GetSecretValueInput{SecretId: &arn, VersionStage: &stage}))(t)
		if *got.SecretString != want {
			t.Errorf("%s is %q", stage, *got.SecretString)
		}
	}
	about := need(c.secrets().DescribeSecret(c.ctx, &secretsmanager.DescribeSecretInput{SecretId: &arn}))(t)
	if len(about.VersionIdsToStages) != 3 {
		t.Errorf("described as %v", about.VersionIdsToStages)
	}
	for _, id := range []string{"oncall/ben", arn[:len(arn)-1] + "-", strings.Replace(arn, home, dr, 1)} {
		_, err := c.secret(id)
		fails[*types.ResourceNotFoundException](t, err)
	}
	_, err := c.secrets().GetSecretValue(c.ctx, &secretsmanager.GetSecretValueInput{SecretId: &arn, VersionStage: aws.String("NONE")})
	fails[*types.ResourceNotFoundException](t, err)
	_, err = c.secrets().CreateSecret(c.ctx, &secretsmanager.CreateSecretInput{Name: aws.String("oncall/aiko")})
	fails[*types.ResourceExistsException](t, err)
}

func TestSecretDeletion(t *testing.T) {
	hands := newClock()
	c := empty(t, emulator.Options{Now: hands.Now})
	arn := c.keep("aiko", "one")
	list := func(deleted bool) (names []string) {
		pages := secretsmanager.NewListSecretsPaginator(c.secrets(), &secretsmanager.ListSecretsInput{MaxResults: aws.Int32(1), IncludePlannedDeletion: &deleted})
		for pages.HasMorePages() {
			for _, s := range need(pages.NextPage(c.ctx))(t).SecretList {
				names = append(names, *s.Name)
			}
		}
		return names
	}
	c.keep("ben", "two")
	remove := func(days int64) *secretsmanager.DeleteSecretInput {
		return &secretsmanager.DeleteSecretInput{SecretId: &arn, RecoveryWindowInDays: &days}
	}
	_, err := c.secrets().DeleteSecret(c.ctx, remove(3))
	fails[*types.InvalidParameterException](t, err)
	gone := need(c.secrets().DeleteSecret(c.ctx, remove(7)))(t)
	if !gone.DeletionDate.Equal(hands.Now().Add(7 * 24 * time.Hour)) {
		t.Errorf("goes at %v", gone.DeletionDate)
	}
	_, err = c.secret(arn)
	fails[*types.InvalidRequestException](t, err)
	if got := list(false); !cmp.Equal(got, []string{"ben"}) {
		t.Errorf("listed %v", got)
	}
	if got := list(true); !cmp.Equal(got, []string{"aiko", "ben"}) {
		t.Errorf("listed with deleted ones %v", got)
	}
	need(c.secrets().RestoreSecret(c.ctx, &secretsmanager.RestoreSecretInput{SecretId: &arn}))(t)
	if got := need(c.secret(arn))(t); got != "one" {
		t.Errorf("restored as %q", got)
	}
	need(c.secrets().DeleteSecret(c.ctx, remove(7)))(t)
	hands.Advance(7 * 24 * time.Hour)
	_, err = c.secret(arn)
	fails[*types.ResourceNotFoundException](t, err)
	if again := c.keep("aiko", "three"); again == arn {
		t.Error("a new secret has the ARN of the old one")
	}
	need(c.secrets().DeleteSecret(c.ctx, &secretsmanager.DeleteSecretInput{SecretId: aws.String("aiko"), ForceDeleteWithoutRecovery: aws.Bool(true)}))(t)
	_, err = c.secret("aiko")
	fails[*types.ResourceNotFoundException](t, err)
}

func TestSecretFilters(t *testing.T) {
	c := empty(t, emulator.Options{})
	for _, name := range []string{"oncall/aiko", "oncall/ben", "db"} {
		need(c.secrets().CreateSecret(c.ctx, &secretsmanager.CreateSecretInput{Name: &name, Tags: []types.Tag{{Key: aws.String("team"), Value: &name}}}))(t)
	}
	for _, tc := range []struct {
		key   types.FilterNameStringType
		value string
		want  int
	}{
		{types.FilterNameStringTypeName, "oncall/", 2}, {types.FilterNameStringTypeName, "!oncall/", 1},
		{types.FilterNameStringTypeTagKey, "team", 3}, {types.FilterNameStringTypeTagValue, "db", 1}, {types.FilterNameStringTypeAll, "db", 1},
	} {
		got := need(c.secrets().ListSecrets(c.ctx, &secretsmanager.ListSecretsInput{Filters: []types.Filter{{Key: tc.key, Values: []string{tc.value}}}}))(t)
		if len(got.SecretList) != tc.want {
			t.Errorf("%s %s lists %d", tc.key, tc.value, len(got.SecretList))
		}
	}
}

// What is kept outlives the process, and Incident Manager's own end.
func TestSecretsLast(t *testing.T) {
	dir := t.TempDir()
	s := need(emulator.Open(emulator.Options{Dir: dir}))(t)
	c := connect(t, s.Transport(), home)
	c.keep("aiko", "one")
	c.parameter("/oncall/ben", "two")
	if err := s.Close(); err != nil {
		t.Fatal(err)
	}
	c = connect(t, open(t, emulator.Options{Dir: dir, ReplicationDelay: -1, RegionLock: -1}).Transport(), home)
	c.createSet(home)
	c.removeSet()
	if got := need(c.secret("aiko"))(t); got != "one" {
		t.Errorf("the secret is %q", got)
	}
	if got := c.parameters("/oncall/ben"); got["/oncall/ben"] != "two" {
		t.Errorf("the parameter is %v", got)
	}
}

// No message repeats a value, whatever is wrong with it.
func TestSecretsAreNotRepeated(t *testing.T) {
	c := empty(t, emulator.Options{})
	const canary = "+12025550199"
	long := strings.Repeat(canary, 6000)
	_, err := c.secrets().CreateSecret(c.ctx, &secretsmanager.CreateSecretInput{Name: aws.String("x"), SecretString: &long})
	_, err2 := c.secrets().CreateSecret(c.ctx, &secretsmanager.CreateSecretInput{Name: aws.String("x y"), SecretString: aws.String(canary)})
	errs := []error{err, err2}
	errs = append(errs, c.put("/a", strings.Repeat(canary, 400)), c.put("a/b", canary), c.putMatching("/b", canary, "^x$"))
	for i, err := range errs {
		if err == nil || strings.Contains(err.Error(), "2025550199") {
			t.Errorf("%d: %v", i, err)
		}
	}
	if err := c.put("/"+strconv.Itoa(1), ""); err == nil {
		t.Error("an empty value was taken")
	}
}
