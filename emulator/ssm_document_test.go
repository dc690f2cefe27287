package emulator_test

import (
	"fmt"
	"slices"
	"strings"
	"testing"

	"github.com/aws/aws-sdk-go-v2/aws"
	"github.com/aws/aws-sdk-go-v2/service/resourcegroupstaggingapi"
	"github.com/aws/aws-sdk-go-v2/service/ssm"
	ssmtypes "github.com/aws/aws-sdk-go-v2/service/ssm/types"
	"github.com/aws/aws-sdk-go-v2/service/ssmincidents/types"
	"github.com/google/go-cmp/cmp"

	"github.com/watchbill/watchbill/emulator"
)

// steps is the content of an Automation document that differs by its description.
func steps(description string) *string {
	return aws.String(`{"schemaVersion":"0.3","description":"` + description + `","parameters":{"Instances":{"type":"StringList"}},"mainSteps":[{"name":"a"}]}`)
}

func (c *clients) document(name string, content *string, tags ...ssmtypes.Tag) {
	c.t.Helper()
	need(c.ssm().CreateDocument(c.ctx, &ssm.CreateDocumentInput{Name: &name, Content: content, DocumentType: ssmtypes.DocumentTypeAutomation, Tags: tags}))(c.t)
}

func (c *clients) revise(name string, content *string) (*ssmtypes.DocumentDescription, error) {
	out, err := c.ssm().UpdateDocument(c.ctx, &ssm.UpdateDocumentInput{Name: &name, Content: content, DocumentVersion: aws.String("$LATEST")})
	if err != nil {
		return nil, err
	}
	return out.DocumentDescription, nil
}

func (c *clients) makeDefault(name, version string) error {
	_, err := c.ssm().UpdateDocumentDefaultVersion(c.ctx, &ssm.UpdateDocumentDefaultVersionInput{Name: &name, DocumentVersion: &version})
	return err
}

func TestDocumentVersions(t *testing.T) {
	c := empty(t, emulator.Options{MaxPage: 2})
	c.document("Mine", steps("one"))
	second := need(c.revise("Mine", steps("two")))(t)
	if *second.DocumentVersion != "2" || *second.LatestVersion != "2" || *second.DefaultVersion != "1" || second.Status != ssmtypes.DocumentStatusUpdating {
		t.Errorf("the second version is %+v", second)
	}
	_, err := c.revise("Mine", steps("two"))
	fails[*ssmtypes.DuplicateDocumentContent](t, err)
	need(c.revise("Mine", steps("one")))(t) // what was, can be again
	_, err = c.revise("Other", steps("one"))
	fails[*ssmtypes.InvalidDocument](t, err)
	_, err = c.ssm().UpdateDocument(c.ctx, &ssm.UpdateDocumentInput{Name: aws.String("Mine"), Content: steps("x"), DocumentVersion: aws.String("2")})
	fails[*ssmtypes.InvalidDocumentVersion](t, err)

	content := func(version string) string {
		in := &ssm.GetDocumentInput{Name: aws.String("Mine")}
		if version != "" {
			in.DocumentVersion = &version
		}
		return *need(c.ssm().GetDocument(c.ctx, in))(t).Content
	}
	for version, want := range map[string]string{"": "one", "$DEFAULT": "one", "1": "one", "2": "two", "$LATEST": "one", "3": "one"} {
		if got := content(version); got != *steps(want) {
			t.Errorf("version %q is %s", version, got)
		}
	}
	if err := c.makeDefault("Mine", "2"); err != nil {
		t.Fatal(err)
	}
	if got := content(""); got != *steps("two") {
		t.Errorf("the default is %s", got)
	}
	fails[*ssmtypes.InvalidDocumentVersion](t, c.makeDefault("Mine", "4"))
	var versions []string
	pages := ssm.NewListDocumentVersionsPaginator(c.ssm(), &ssm.ListDocumentVersionsInput{Name: aws.String("Mine")})
	for pages.HasMorePages() {
		for _, v := range need(pages.NextPage(c.ctx))(t).DocumentVersions {
			versions = append(versions, fmt.Sprint(*v.DocumentVersion, v.IsDefaultVersion))
		}
	}
	if diff := cmp.Diff([]string{"3false", "2true", "1false"}, versions); diff != "" {
		t.Error(diff)
	}
	remove := func(version *string) error {
		_, err := c.ssm().DeleteDocument(c.ctx, &ssm.DeleteDocumentInput{Name: aws.String("Mine"), DocumentVersion: version})
		return err
	}
	fails[*ssmtypes.InvalidDocumentOperation](t, remove(aws.String("2")))
	if err := remove(aws.String("1")); err != nil {
		t.Fatal(err)
	}
	fails[*ssmtypes.InvalidDocumentVersion](t, c.makeDefault("Mine", "1"))
	if err := remove(nil); err != nil {
		t.Fatal(err)
	}
	c.document("Mine", steps("again"))
	if d := need(c.ssm().DescribeDocument(c.ctx, &ssm.DescribeDocumentInput{Name: aws.String("Mine"), DocumentVersion: aws.String("$LATEST")}))(t).Document; *d.LatestVersion != "1" {
		t.Errorf("a new document begins at version %s", *d.LatestVersion)
	}
}

func TestDuplicateOfAnyVersion(t *testing.T) {
	c := empty(t, emulator.Options{Rules: emulator.Rules{DuplicateOfAnyVersion: true}})
	c.document("Mine", steps("one"))
	need(c.revise("Mine", steps("two")))(t)
	_, err := c.revise("Mine", steps("one"))
	fails[*ssmtypes.DuplicateDocumentContent](t, err)
}

func TestDocumentLists(t *testing.T) {
	c := empty(t, emulator.Options{MaxPage: 2})
	mark := ssmtypes.Tag{Key: aws.String("owner"), Value: aws.String("us")}
	c.document("Restart", steps("one"), mark)
	c.document("Rescue", steps("one"), ssmtypes.Tag{Key: aws.String("owner"), Value: aws.String("them")})
	c.document("Look", steps("one"))
	list := func(pairs ...string) (names []string) {
		in := &ssm.ListDocumentsInput{}
		for i := 0; i < len(pairs); i += 2 {
			in.Filters = append(in.Filters, ssmtypes.DocumentKeyValuesFilter{Key: &pairs[i], Values: strings.Split(pairs[i+1], ",")})
		}
		pages := ssm.NewListDocumentsPaginator(c.ssm(), in)
		for pages.HasMorePages() {
			for _, d := range need(pages.NextPage(c.ctx))(t).DocumentIdentifiers {
				names = append(names, *d.Name)
			}
		}
		return names
	}
	for _, tc := range []struct {
		filters []string
		want    []string
	}{
		{[]string{"Owner", "Self"}, []string{"Look", "Rescue", "Restart"}},
		{[]string{"Owner", "Self", "Name", "Res"}, []string{"Rescue", "Restart"}},
		{[]string{"Owner", "Self", "tag:owner", "us,nobody"}, []string{"Restart"}},
		{[]string{"Owner", "Self", "DocumentType", "Command"}, nil},
		{[]string{"Owner", "Amazon", "Name", "AWS-Restart"}, []string{"AWS-RestartEC2Instance"}},
		{[]string{"Owner", "Public", "Name", "Look"}, nil},
	} {
		if diff := cmp.Diff(tc.want, list(tc.filters...)); diff != "" {
			t.Errorf("%v: %s", tc.filters, diff)
		}
	}
	_, err := c.ssm().ListDocuments(c.ctx, &ssm.ListDocumentsInput{Filters: []ssmtypes.DocumentKeyValuesFilter{{Key: aws.String("Colour"), Values: []string{"x"}}}})
	fails[*ssmtypes.InvalidFilterKey](t, err)

	share := func(add, remove []string) {
		need(c.ssm().ModifyDocumentPermission(c.ctx, &ssm.ModifyDocumentPermissionInput{Name: aws.String("Look"),
			PermissionType: ssmtypes.DocumentPermissionTypeShare, AccountIdsToAdd: add, AccountIdsToRemove: remove}))(t)
	}
	shares := func() []string {
		return need(c.ssm().DescribeDocumentPermission(c.ctx, &ssm.DescribeDocumentPermissionInput{Name: aws.String("Look"),
			PermissionType: ssmtypes.DocumentPermissionTypeShare}))(t).AccountIds
	}
	if got := shares(); len(got) != 0 {
		t.Errorf("shared with %v", got)
	}
	share([]string{"222233334444"}, nil)
	if got := shares(); !slices.Equal(got, []string{"222233334444"}) {
		t.Errorf("shared with %v", got)
	}
	gone := func() error {
		_, err := c.ssm().DeleteDocument(c.ctx, &ssm.DeleteDocumentInput{Name: aws.String("Look")})
		return err
	}
	fails[*ssmtypes.InvalidDocumentOperation](t, gone())
	share(nil, []string{"222233334444"})
	if err := gone(); err != nil {
		t.Error(err)
	}
}

func TestDocumentTags(t *testing.T) {
	c := empty(t, emulator.Options{})
	c.document("Mine", steps("one"), ssmtypes.Tag{Key: aws.String("a"), Value: aws.String("1")})
	name := aws.String("Mine")
	need(c.ssm().AddTagsToResource(c.ctx, &ssm.AddTagsToResourceInput{ResourceType: ssmtypes.ResourceTypeForTaggingDocument, ResourceId: name,
		Tags: []ssmtypes.Tag{{Key: aws.String("b"), Value: aws.String("2")}}}))(t)
	need(c.ssm().RemoveTagsFromResource(c.ctx, &ssm.RemoveTagsFromResourceInput{ResourceType: ssmtypes.ResourceTypeForTaggingDocument, ResourceId: name, TagKeys: []string{"a"}}))(t)
	tags := need(c.ssm().ListTagsForResource(c.ctx, &ssm.ListTagsForResourceInput{ResourceType: ssmtypes.ResourceTypeForTaggingDocument, ResourceId: name}))(t).TagList
	if len(tags) != 1 || *tags[0].Key != "b" || *tags[0].Value != "2" {
		t.Errorf("tags %v", tags)
	}
	arn := "arn:aws:ssm:" + home + ":" + account + ":document/Mine"
	if got := c.resources(&resourcegroupstaggingapi.GetResourcesInput{ResourceTypeFilters: []string{"ssm:document"}}); got[arn]["b"] != "2" || len(got) != 1 {
		t.Errorf("found by tag: %v", got)
	}
	_, err := c.ssm().ListTagsForResource(c.ctx, &ssm.ListTagsForResourceInput{ResourceType: ssmtypes.ResourceTypeForTaggingDocument, ResourceId: aws.String("Other")})
	fails[*ssmtypes.InvalidResourceId](t, err)
}

// A runbook runs in the default version of its document, unless it names another one.
func TestRunbookVersions(t *testing.T) {
	c, _ := byHand(t, emulator.Options{})
	c.document("Mine", steps("one"))
	need(c.revise("Mine", aws.String(`{"schemaVersion":"0.3","mainSteps":[{"name":"a"}]}`)))(t)
	run := restart()
	run.DocumentName = aws.String("Mine")
	run.DynamicParameters = nil
	run.Parameters = map[string][]string{"Instances": {"i-0"}}
	for _, tc := range []struct{ version, ran, why string }{
		{"", "1", ""}, {"$LATEST", "", "Undefined execution inputs: [Instances]"}, {"1", "1", ""}, {"3", "", "Version 3 of the document Mine does not exist"},
	} {
		run.DocumentVersion = nil
		if tc.version != "" {
			run.DocumentVersion = &tc.version
		}
		r, why := c.runs(run)
		if !strings.Contains(why, tc.why) || why != "" && tc.why == "" {
			t.Errorf("version %q: %s", tc.version, why)
			continue
		}
		if tc.ran == "" {
			continue
		}
		arn := r.AutomationExecutions[0].(*types.AutomationExecutionMemberSsmExecutionArn).Value
		id := arn[strings.LastIndexByte(arn, '/')+1:]
		if e := need(c.ssm().GetAutomationExecution(c.ctx, &ssm.GetAutomationExecutionInput{AutomationExecutionId: &id}))(t).AutomationExecution; *e.DocumentVersion != tc.ran {
			t.Errorf("version %q ran as %s", tc.version, *e.DocumentVersion)
		}
	}
	start := func(version string, parameters map[string][]string) (string, error) {
		out, err := c.ssm().StartAutomationExecution(c.ctx, &ssm.StartAutomationExecutionInput{DocumentName: aws.String("Mine"), DocumentVersion: &version, Parameters: parameters})
		if err != nil {
			return "", err
		}
		return *out.AutomationExecutionId, nil
	}
	if err := c.makeDefault("Mine", "2"); err != nil {
		t.Fatal(err)
	}
	_, err := start("$DEFAULT", run.Parameters)
	fails[*ssmtypes.InvalidAutomationExecutionParametersException](t, err)
	_, err = start("9", nil)
	fails[*ssmtypes.AutomationDefinitionVersionNotFoundException](t, err)
	need(start("$DEFAULT", nil))(t)
}
