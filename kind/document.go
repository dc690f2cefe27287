package kind

import (
	"context"
	"crypto/sha256"
	"encoding/hex"
	"errors"
	"fmt"
	"reflect"
	"strconv"
	"strings"

	"github.com/aws/aws-sdk-go-v2/aws"
	"github.com/aws/aws-sdk-go-v2/service/ssm"
	"github.com/aws/aws-sdk-go-v2/service/ssm/types"
	"gopkg.in/yaml.v3"

	"github.com/watchbill/watchbill/compiler/ast"
	"github.com/watchbill/watchbill/internal/resource"
)

// Document is an Automation document of our own: what a runbook runs. Content is the text
// of the default version, because that is the one that runs; of the newest version when a
// response plan runs that one and it says something else. Its versions are AWS's to number.
type Document struct {
	Content string            `json:"content"`
	Format  string            `json:"format"` // YAML or JSON
	Tags    map[string]string `json:"tags"`
}

var document = &Kind[Document]{
	Name:      documentKind,
	Neighbour: documentNeighbour,
	Desired:   desiredDocuments,
	ARN:       func(env *Env, name string) string { return env.arn("ssm", env.aws.Region(), "document/"+name) },
	Tags:      func(d Document) map[string]string { return d.Tags },
	List:      listDocuments,
	Read:      readDocument,
	Create:    createDocument,
	Update:    updateDocument,
	Delete:    deleteDocument,
	Taken:     "give the runbook another document: name",
	Operations: Operations{
		Read: []string{"ssm:DescribeDocument", "ssm:GetDocument", "ssm:ListTagsForResource"},
		Write: []string{"ssm:CreateDocument", "ssm:UpdateDocument", "ssm:UpdateDocumentDefaultVersion", "ssm:DeleteDocument",
			"ssm:AddTagsToResource", "ssm:RemoveTagsFromResource"},
		Leave: []string{"ssm:DeleteDocument"},
	},
	Reach: []Reach{{iamDocument, itself}},
}

var documentNeighbour = &Neighbour{Type: "ssm:document"}

func desiredDocuments(p *ast.Plan, add func(Item[Document])) {
	for _, r := range p.Runbooks {
		if !r.Source.Set() {
			continue
		}
		add(Item[Document]{
			Name:    r.DocumentName(),
			Spec:    Document{Content: strings.ReplaceAll(r.Content, "\r\n", "\n"), Format: r.Format, Tags: tagged(r.Tags, r.Protect)},
			Origin:  r.Name.Pos(),
			Protect: r.Protect.V,
		})
	}
}

// listDocuments: the names are the authors' own, so only the mark tells what left the plan.
func listDocuments(ctx context.Context, env *Env, _ *Found) ([]Found, error) {
	return env.candidatesNamed(ctx, documentKind, documentNeighbour, func(o *resource.Object) string { return env.Identity(o.Addr) },
		func(name string) (string, bool) { return name, true })
}

func readDocument(ctx context.Context, env *Env, f Found) (Document, bool, error) {
	want := env.wantedDocument(f.Name)
	d, err := env.documentVersion(ctx, f.Name, defaultVersion)
	if err != nil {
		return Document{}, false, unlessGone(err)
	}
	if d.Status == types.DocumentStatusDeleting {
		return Document{}, false, errors.New("AWS is deleting it at this moment")
	}
	spec := Document{Format: string(d.DocumentFormat), Tags: f.comparableTags()}
	if spec.Content, err = env.contentOf(ctx, d, want); err != nil {
		return Document{}, false, unlessGone(err)
	}
	if latest := aws.ToString(d.LatestVersion); spec.same(want) && latest != aws.ToString(d.DefaultVersion) && env.runsLatest(f.Name) {
		if d, err = env.documentVersion(ctx, f.Name, latest); err != nil {
			return Document{}, false, unlessGone(err)
		}
		if spec.Content, err = env.contentOf(ctx, d, want); err != nil {
			return Document{}, false, unlessGone(err)
		}
	}
	if d.Status == types.DocumentStatusFailed && spec.same(want) {
		return Document{}, false, fmt.Errorf("AWS took the content and failed over it: %s", aws.ToString(d.StatusInformation))
	}
	return spec, true, nil
}

// same reports whether two documents run the same.
func (d Document) same(o Document) bool { return d.Content == o.Content && d.Format == o.Format }

func (e *Env) wantedDocument(name string) Document {
	for _, o := range e.desired.Get(resource.Addr{Kind: documentKind, Name: name}) {
		return o.Spec.(Document)
	}
	return Document{}
}

// runsLatest reports whether a wanted response plan runs the newest version of a document.
func (e *Env) runsLatest(name string) bool {
	for _, o := range e.wantedOf(responsePlanKind) {
		if r := o.Spec.(ResponsePlan).Runbook; r.Document == name && r.Version == string(latestVersion) {
			return true
		}
	}
	return false
}

const latestVersion = "$LATEST"

func (e *Env) documentVersion(ctx context.Context, name, version string) (*types.DocumentDescription, error) {
	in := &ssm.DescribeDocumentInput{Name: &name}
	if version != defaultVersion { // what AWS describes when nobody names one, and all that some servers understand
		in.DocumentVersion = &version
	}
	out, err := e.aws.SSM.DescribeDocument(ctx, in)
	if err != nil {
		return nil, err
	}
	return out.Document, nil
}

// contentOf is the content of a version, as it is wanted when it means the same: then a
// digest is enough, and nothing is read. AWS may keep a document in other white space than it
// was sent in, so texts that are read as the same are the same. A changed comment alone is
// therefore no reason for a new version.
func (e *Env) contentOf(ctx context.Context, d *types.DocumentDescription, want Document) (string, error) {
	sum := sha256.Sum256([]byte(want.Content))
	if d.HashType == types.DocumentHashTypeSha256 && strings.EqualFold(aws.ToString(d.Hash), hex.EncodeToString(sum[:])) {
		return want.Content, nil
	}
	out, err := e.aws.SSM.GetDocument(ctx, &ssm.GetDocumentInput{Name: d.Name, DocumentVersion: d.DocumentVersion, DocumentFormat: d.DocumentFormat})
	if err != nil {
		return "", err
	}
	if content := aws.ToString(out.Content); !sameContent(content, want.Content) {
		return content, nil
	}
	return want.Content, nil
}

// sameContent reads both texts as YAML, of which JSON is a part.
func sameContent(a, b string) bool {
	var x, y any
	if yaml.Unmarshal([]byte(a), &x) != nil || yaml.Unmarshal([]byte(b), &y) != nil {
		return a == b
	}
	return reflect.DeepEqual(x, y)
}

func createDocument(ctx context.Context, env *Env, name string, want Document) (string, error) {
	_, err := env.aws.SSM.CreateDocument(ctx, &ssm.CreateDocumentInput{
		Name: &name, Content: &want.Content, DocumentType: types.DocumentTypeAutomation, DocumentFormat: types.DocumentFormat(want.Format),
		Tags: documentTags(env.marked(want.Tags)),
	})
	if err != nil {
		return "", err
	}
	return env.arn("ssm", env.aws.Region(), "document/"+name), nil
}

// updateDocument makes a version and then the default of it: the default is what runs, so a
// pass that dies in between has changed nothing, and the next one finds the version there.
func updateDocument(ctx context.Context, env *Env, f Found, have, want Document) error {
	if !have.same(want) {
		version, err := env.newVersion(ctx, f.Name, want)
		if err != nil {
			return err
		}
		_, err = env.aws.SSM.UpdateDocumentDefaultVersion(ctx, &ssm.UpdateDocumentDefaultVersionInput{Name: &f.Name, DocumentVersion: &version})
		if err != nil {
			return err
		}
	}
	return env.setTags(ctx, f.ID, have.Tags, want.Tags)
}

// newVersion is the number of a version with the wanted content: a new one, or one that has it.
func (e *Env) newVersion(ctx context.Context, name string, want Document) (string, error) {
	out, err := e.aws.SSM.UpdateDocument(ctx, &ssm.UpdateDocumentInput{
		Name: &name, Content: &want.Content, DocumentFormat: types.DocumentFormat(want.Format), DocumentVersion: aws.String(latestVersion),
	})
	var duplicate *types.DuplicateDocumentContent
	switch {
	case err == nil:
		return aws.ToString(out.DocumentDescription.DocumentVersion), nil
	case errors.As(err, &duplicate):
		return e.versionWith(ctx, name, want)
	}
	return "", err
}

// lookBack is how many versions are searched for content that AWS says is there already. It
// does not say which: usually the newest, after a pass that died.
const lookBack = 30

func (e *Env) versionWith(ctx context.Context, name string, want Document) (string, error) {
	newest, err := e.documentVersion(ctx, name, latestVersion)
	if err != nil {
		return "", err
	}
	last, err := strconv.Atoi(aws.ToString(newest.DocumentVersion))
	if err != nil {
		return "", fmt.Errorf("read the number of its newest version: %w", err)
	}
	for n := last; n > max(0, last-lookBack); n-- {
		d := newest
		if n != last {
			var none *types.InvalidDocumentVersion
			if d, err = e.documentVersion(ctx, name, strconv.Itoa(n)); errors.As(err, &none) {
				continue // somebody deleted it
			} else if err != nil {
				return "", err
			}
		}
		content, err := e.contentOf(ctx, d, want)
		if err != nil {
			return "", err
		}
		if (Document{Content: content, Format: string(d.DocumentFormat)}).same(want) {
			return strconv.Itoa(n), nil
		}
	}
	return "", fmt.Errorf("AWS says that an older version has the same content, and none of the last %d has: change something in it", lookBack)
}

func deleteDocument(ctx context.Context, env *Env, f Found, _ Document) error {
	_, err := env.aws.SSM.DeleteDocument(ctx, &ssm.DeleteDocumentInput{Name: &f.Name})
	return unlessGone(err)
}
