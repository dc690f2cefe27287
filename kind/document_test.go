package kind_test

import (
	"fmt"
	"net/http"
	"strings"
	"testing"

	"github.com/aws/aws-sdk-go-v2/aws"
	"github.com/aws/aws-sdk-go-v2/service/ssm"
	"github.com/aws/aws-sdk-go-v2/service/ssm/types"

	"github.com/watchbill/watchbill/emulator"
)

// version makes a version of the document "diagnose" by hand; default makes it the one that runs.
func (a *account) version(content string, isDefault bool) {
	a.t.Helper()
	out, err := a.hand.SSM.UpdateDocument(a.t.Context(), &ssm.UpdateDocumentInput{Name: aws.String("diagnose"), Content: &content,
		DocumentVersion: aws.String("$LATEST"), DocumentFormat: types.DocumentFormatYaml})
	a.must(err)
	if isDefault {
		a.defaults(*out.DocumentDescription.DocumentVersion)
	}
}

func (a *account) defaults(version string) {
	a.t.Helper()
	_, err := a.hand.SSM.UpdateDocumentDefaultVersion(a.t.Context(), &ssm.UpdateDocumentDefaultVersionInput{Name: aws.String("diagnose"), DocumentVersion: &version})
	a.must(err)
}

// versions are the default and the latest version of the document "diagnose".
func (a *account) versions() string {
	a.t.Helper()
	out, err := a.hand.SSM.DescribeDocument(a.t.Context(), &ssm.DescribeDocumentInput{Name: aws.String("diagnose")})
	a.must(err)
	return *out.Document.DefaultVersion + " of " + *out.Document.LatestVersion
}

const byHand = `{"schemaVersion": "0.3", "mainSteps": [{"name": "wait", "action": "aws:sleep", "inputs": {"Duration": "PT9S"}}]}`

// What runs is kept as the plan has it: the default version, or the newest one where a
// response plan runs that.
func TestDocumentDrift(t *testing.T) {
	latest := replaced(whole, "role: {create: true}", "role: {create: true}, version: $LATEST")
	changed := replaced(whole, "PT1S", "PT2S")
	for name, tc := range map[string]struct {
		plan, changes string
		hand          func(a *account)
		versions      string // in the end
	}{
		"another default by hand":          {whole, "update document/diagnose content", func(a *account) { a.version(byHand, true) }, "3 of 3"},
		"a version that is tried out":      {whole, "", func(a *account) { a.version(byHand, false) }, "1 of 2"},
		"a newer one where the newest is":  {latest, "update document/diagnose content", func(a *account) { a.version(byHand, false) }, ""},
		"an older default":                 {changed, "update document/diagnose content", func(a *account) { a.defaults("1") }, "2 of 2"},
		"a death before the default moved": {changed, "update document/diagnose content", func(a *account) { a.defaults("1") }, "2 of 2"},
		"tags by hand": {whole, "update document/diagnose tags", func(a *account) {
			_, err := a.hand.SSM.AddTagsToResource(a.t.Context(), &ssm.AddTagsToResourceInput{ResourceType: types.ResourceTypeForTaggingDocument,
				ResourceId: aws.String("diagnose"), Tags: []types.Tag{{Key: aws.String("team"), Value: aws.String("x")}}})
			a.must(err)
		}, "1 of 1"},
		"gone": {whole, "create document/diagnose", func(a *account) {
			_, err := a.hand.SSM.DeleteDocument(a.t.Context(), &ssm.DeleteDocumentInput{Name: aws.String("diagnose")})
			a.must(err)
		}, "1 of 1"},
	} {
		t.Run(name, func(t *testing.T) {
			a := open(t, emulator.Options{})
			a.apply(compile(t, whole))
			desired := compile(t, tc.plan)
			a.apply(desired)
			tc.hand(a)
			a.look(desired).expect(tc.changes).do()
			a.settled(desired)
			if got := a.versions(); tc.versions != "" && got != tc.versions {
				t.Errorf("the default version is %s, want %s", got, tc.versions)
			}
		})
	}
}

// An unchanged document costs a look at it, and a changed one two writes.
func TestCallsOfDocuments(t *testing.T) {
	a := open(t, emulator.Options{})
	a.apply(compile(t, whole))
	a.wire.taken()
	a.look(compile(t, whole)).expect("").do()
	if got := a.wire.counted(); got["ssm:DescribeDocument"] != 1 || got["ssm:GetDocument"] != 0 || got["ssm:ListTagsForResource"] != 0 {
		t.Errorf("calls: %v", got)
	}
	a.look(compile(t, replaced(whole, "PT1S", "PT2S"))).do()
	if got := a.wire.counted(); got["ssm:UpdateDocument"] != 1 || got["ssm:UpdateDocumentDefaultVersion"] != 1 || got["ssm:CreateDocument"] != 0 {
		t.Errorf("calls: %v", got)
	}
}

// AWS may keep a document in other white space, and its digest is of that then.
func TestDocumentSpelledByAWS(t *testing.T) {
	a := open(t, emulator.Options{})
	a.apply(compile(t, whole))
	a.wire.meddling(func(c call, p pass) (*http.Response, error) {
		switch c.op {
		case "ssm:DescribeDocument":
			return rewriting(p, `"Hash":"`, `"Hash":"0`)
		case "ssm:GetDocument":
			return rewriting(p, `\"inputs\": {`, `\"inputs\":\n\t{`)
		}
		return p()
	})
	a.settled(compile(t, whole))
}

// What AWS says of a document beside its content is not passed over.
func TestDocumentStatus(t *testing.T) {
	for status, unread := range map[string]bool{"Active": false, "Creating": false, "Updating": false, "Failed": true, "Deleting": true} {
		a := open(t, emulator.Options{})
		a.apply(compile(t, whole))
		a.wire.meddling(func(c call, p pass) (*http.Response, error) {
			if c.op == "ssm:DescribeDocument" {
				return rewriting(p, `"Status":"Active"`, `"Status":"`+status+`","StatusInformation":"no room"`)
			}
			return p()
		})
		if got := a.look(compile(t, whole)).String(); (got == "unread document/diagnose") != unread {
			t.Errorf("%s: %q", status, got)
		}
		// New content is the way out of a failure.
		l := a.look(compile(t, replaced(whole, "PT1S", "PT2S")))
		if got, want := l.String() == "update document/diagnose content", status != "Deleting"; got != want {
			t.Errorf("%s, with new content: %s", status, l)
		}
		if status == "Failed" {
			l = a.look(compile(t, whole))
			if err := l.observed.Unknown(l.cs.Unread[0].Addr); err == nil || !strings.Contains(err.Error(), "no room") {
				t.Errorf("the reason is not said: %v", err)
			}
		}
	}
}

// AWS does not say which version has the content that is there already. Deleted versions are
// passed over, and very many are not looked through.
func TestDocumentVersionIsFound(t *testing.T) {
	for made, want := range map[int]string{3: "1 of 4", 31: ""} {
		a := open(t, emulator.Options{})
		a.apply(compile(t, whole))
		for i := range made {
			a.version(strings.Replace(byHand, "PT9S", fmt.Sprintf("PT%dM", i+1), 1), i == made-1)
		}
		_, err := a.hand.SSM.DeleteDocument(t.Context(), &ssm.DeleteDocumentInput{Name: aws.String("diagnose"), DocumentVersion: aws.String("3")})
		a.must(err)
		a.wire.meddling(only(func(c call) bool { return c.op == "ssm:UpdateDocument" }, fails("DuplicateDocumentContent", http.StatusBadRequest)))
		a.wire.taken()
		err = a.look(compile(t, whole)).expect("update document/diagnose content").attempt()
		if want == "" && (err == nil || !strings.Contains(err.Error(), "none of the last 30 has")) || want != "" && err != nil {
			t.Errorf("%d versions: %v", made, err)
		}
		if got := a.versions(); want != "" && got != want {
			t.Errorf("the default version is %s, want %s", got, want)
		}
		if got := a.wire.counted()["ssm:DescribeDocument"]; got > 40 {
			t.Errorf("%d versions were looked at", got)
		}
	}
}
