package emulator_test

import (
	"slices"
	"strings"
	"testing"

	"github.com/aws/aws-sdk-go-v2/aws"
	"github.com/aws/aws-sdk-go-v2/service/ssm"
	"github.com/aws/aws-sdk-go-v2/service/ssm/types"
	"github.com/aws/aws-sdk-go-v2/service/ssmincidents"
	"github.com/google/go-cmp/cmp"

	"github.com/watchbill/watchbill/emulator"
)

func (c *clients) put(name, value string) error {
	_, err := c.ssm().PutParameter(c.ctx, &ssm.PutParameterInput{Name: &name, Value: &value, Type: types.ParameterTypeSecureString, Overwrite: aws.Bool(true)})
	return err
}

func (c *clients) putMatching(name, value, pattern string) error {
	_, err := c.ssm().PutParameter(c.ctx, &ssm.PutParameterInput{Name: &name, Value: &value, Type: types.ParameterTypeString, AllowedPattern: &pattern})
	return err
}

// parameter makes or overwrites a SecureString.
func (c *clients) parameter(name, value string) {
	c.t.Helper()
	if err := c.put(name, value); err != nil {
		c.t.Fatal(err)
	}
}

// parameters are the decrypted values of the names that exist, by name and selector.
func (c *clients) parameters(names ...string) map[string]string {
	c.t.Helper()
	got := need(c.ssm().GetParameters(c.ctx, &ssm.GetParametersInput{Names: names, WithDecryption: aws.Bool(true)}))(c.t)
	if len(got.Parameters)+len(got.InvalidParameters) != len(names) {
		c.t.Errorf("%d found and %d not, of %d", len(got.Parameters), len(got.InvalidParameters), len(names))
	}
	out := map[string]string{}
	for _, p := range got.Parameters {
		out[*p.Name+aws.ToString(p.Selector)] = *p.Value
	}
	return out
}

func (c *clients) removeSet() {
	c.t.Helper()
	for _, arn := range need(c.incidents.ListReplicationSets(c.ctx, &ssmincidents.ListReplicationSetsInput{}))(c.t).ReplicationSetArns {
		need(c.incidents.DeleteReplicationSet(c.ctx, &ssmincidents.DeleteReplicationSetInput{Arn: &arn}))(c.t)
	}
	if left := need(c.incidents.ListReplicationSets(c.ctx, &ssmincidents.ListReplicationSetsInput{}))(c.t).ReplicationSetArns; len(left) > 0 {
		c.t.Fatalf("left %v", left)
	}
}

func TestParameterVersions(t *testing.T) {
	c := empty(t, emulator.Options{})
	c.parameter("/oncall/aiko", "one")
	c.parameter("/oncall/aiko", "two")
	c.parameter("ben", "three")
	want := map[string]string{"/oncall/aiko": "two", "/oncall/aiko:1": "one", "ben": "three"}
	if diff := cmp.Diff(want, c.parameters("/oncall/aiko", "/oncall/aiko:1", "ben", "/ben", "/oncall/aiko:9")); diff != "" {
		t.Error(diff)
	}
	sealed := need(c.ssm().GetParameter(c.ctx, &ssm.GetParameterInput{Name: aws.String("/oncall/aiko")}))(t).Parameter
	if *sealed.Value == "two" || sealed.Version != 2 || *sealed.ARN != "arn:aws:ssm:"+home+":"+account+":parameter/oncall/aiko" {
		t.Errorf("without decryption %s, version %d, %s", *sealed.Value, sealed.Version, *sealed.ARN)
	}
	byARN := need(c.ssm().GetParameter(c.ctx, &ssm.GetParameterInput{Name: sealed.ARN, WithDecryption: aws.Bool(true)}))(t).Parameter
	if *byARN.Value != "two" {
		t.Errorf("by ARN %s", *byARN.Value)
	}
	_, err := c.ssm().GetParameter(c.ctx, &ssm.GetParameterInput{Name: aws.String("/oncall/aiko:9")})
	fails[*types.ParameterVersionNotFound](t, err)
	_, err = c.ssm().GetParameter(c.ctx, &ssm.GetParameterInput{Name: aws.String("/none")})
	fails[*types.ParameterNotFound](t, err)
}

func TestParameterRefusals(t *testing.T) {
	c := empty(t, emulator.Options{})
	c.parameter("/oncall/aiko", "one")
	put := func(in *ssm.PutParameterInput) error {
		_, err := c.ssm().PutParameter(c.ctx, in)
		return err
	}
	fails[*types.ParameterAlreadyExists](t, put(&ssm.PutParameterInput{Name: aws.String("/oncall/aiko"), Value: aws.String("x")}))
	fails[*types.HierarchyTypeMismatchException](t, put(&ssm.PutParameterInput{Name: aws.String("/oncall/aiko"), Value: aws.String("x"),
		Type: types.ParameterTypeString, Overwrite: aws.Bool(true)}))
	fails[*types.HierarchyLevelLimitExceededException](t, c.put(strings.Repeat("/a", 16), "x"))
	fails[*types.ParameterPatternMismatchException](t, c.putMatching("/p", "x", `^\+[0-9]+$`))
	fails[*types.InvalidAllowedPatternException](t, c.putMatching("/p", "x", `(`))
	for _, name := range []string{"/aws/x", "ssm-x", "a/b", "/a b", "//a"} {
		if err := c.put(name, "x"); err == nil || !strings.Contains(err.Error(), "ValidationException") {
			t.Errorf("%s: %v", name, err)
		}
	}
	if err := put(&ssm.PutParameterInput{Name: aws.String("/new"), Value: aws.String("x")}); err == nil || !strings.Contains(err.Error(), "type is required") {
		t.Errorf("without a type: %v", err)
	}
	big := strings.Repeat("x", 5<<10)
	if err := c.put("/big", big); err == nil || !strings.Contains(err.Error(), "4096") {
		t.Errorf("too big: %v", err)
	}
	if err := put(&ssm.PutParameterInput{Name: aws.String("/big"), Value: &big, Type: types.ParameterTypeString, Tier: types.ParameterTierIntelligentTiering}); err != nil {
		t.Error(err)
	}
	_, err := c.ssm().GetParameters(c.ctx, &ssm.GetParametersInput{Names: slices.Repeat([]string{"/a"}, 11)})
	if err == nil {
		t.Error("eleven names in one call")
	}
}

func TestParameterLists(t *testing.T) {
	c := empty(t, emulator.Options{MaxPage: 2})
	for _, name := range []string{"/oncall/aiko", "/oncall/ben", "/oncall/web/chie", "/other", "bare"} {
		c.parameter(name, "v")
	}
	below := func(path string, recursive bool) (names []string) {
		pages := ssm.NewGetParametersByPathPaginator(c.ssm(), &ssm.GetParametersByPathInput{Path: &path, Recursive: &recursive})
		for pages.HasMorePages() {
			for _, p := range need(pages.NextPage(c.ctx))(t).Parameters {
				names = append(names, *p.Name)
			}
		}
		return names
	}
	for _, tc := range []struct {
		path      string
		recursive bool
		want      int
	}{{"/oncall", false, 2}, {"/oncall/", true, 3}, {"/", true, 4}, {"/onc", true, 0}} {
		if got := below(tc.path, tc.recursive); len(got) != tc.want {
			t.Errorf("below %s: %v", tc.path, got)
		}
	}
	filter := func(key, option string, values ...string) types.ParameterStringFilter {
		return types.ParameterStringFilter{Key: &key, Option: &option, Values: values}
	}
	for want, f := range map[int]types.ParameterStringFilter{
		3: filter("Path", "Recursive", "/oncall"), 2: filter("Path", "OneLevel", "/oncall"),
		1: filter("Name", "Equals", "bare"), 5: filter("Type", "Equals", "SecureString"), 0: filter("tag:x", "Equals", "y"),
	} {
		n := 0
		pages := ssm.NewDescribeParametersPaginator(c.ssm(), &ssm.DescribeParametersInput{ParameterFilters: []types.ParameterStringFilter{f}})
		for pages.HasMorePages() {
			n += len(need(pages.NextPage(c.ctx))(t).Parameters)
		}
		if n != want {
			t.Errorf("%s %v describes %d", *f.Key, f.Values, n)
		}
	}
	gone := need(c.ssm().DeleteParameters(c.ctx, &ssm.DeleteParametersInput{Names: []string{"/other", "/none"}}))(t)
	if !cmp.Equal(gone.DeletedParameters, []string{"/other"}) || !cmp.Equal(gone.InvalidParameters, []string{"/none"}) {
		t.Errorf("deleted %v, not %v", gone.DeletedParameters, gone.InvalidParameters)
	}
	need(c.ssm().DeleteParameter(c.ctx, &ssm.DeleteParameterInput{Name: aws.String("bare")}))(t)
	_, err := c.ssm().DeleteParameter(c.ctx, &ssm.DeleteParameterInput{Name: aws.String("bare")})
	fails[*types.ParameterNotFound](t, err)
	_, err = c.ssm().GetParametersByPath(c.ctx, &ssm.GetParametersByPathInput{Path: aws.String("/"), ParameterFilters: []types.ParameterStringFilter{filter("Name", "Equals", "x")}})
	fails[*types.InvalidFilterKey](t, err)
}
