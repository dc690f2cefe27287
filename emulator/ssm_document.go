package emulator

// Documents of ssm and their versions. A document that is created or updated is ready at once, though
// the answer calls it Creating or Updating, as AWS's does.

import (
	"crypto/sha256"
	"encoding/hex"
	"fmt"
	"iter"
	"slices"
	"strconv"
	"strings"
	"time"
)

// Limits of documents [quotas].
const (
	maxDocument         = 64 << 10 // bytes
	maxDocuments        = 500      // of an account in a Region
	maxDocumentVersions = 1000
	automationType      = "Automation"
)

// document is a row; its key is REGION/NAME. Documents survive the replication set.
type document struct {
	Name    string
	Type    string
	Target  string `json:",omitempty"`
	Created time.Time
	Default int               `json:",omitempty"` // the version that runs when nobody names one; 0 is 1
	Latest  int               `json:",omitempty"` // 0 is 1
	Shared  []string          `json:",omitempty"` // accounts, or "all"; sorted
	Tags    map[string]string `json:",omitempty"`
	Tagged  bool              `json:",omitempty"`

	// A row of a store that knew no versions holds its only one.
	DisplayName string `json:",omitempty"`
	Version     string `json:",omitempty"` // VersionName
	Format      string `json:",omitempty"`
	Content     string `json:",omitempty"`
}

// documentVersion is a row; its key is REGION/NAME/NUMBER.
type documentVersion struct {
	Number      int
	Name        string `json:",omitempty"`
	DisplayName string `json:",omitempty"`
	Format      string
	Content     string
	Created     time.Time
}

func (d *document) defaultVersion() int { return max(1, d.Default) }
func (d *document) latestVersion() int  { return max(1, d.Latest) }

// hash is how SSM lets a client see that the content differs.
func (v *documentVersion) hash() string {
	sum := sha256.Sum256([]byte(v.Content))
	return hex.EncodeToString(sum[:])
}

func versionKey(region, name string, number int) string {
	return fmt.Sprintf("%s/%s/%06d", region, name, number)
}

// versions walks those of a document, oldest first.
func (d *document) versions(c *call, st *state) iter.Seq[*documentVersion] {
	return func(yield func(*documentVersion) bool) {
		if only := d.unversioned(); only != nil {
			yield(only)
			return
		}
		for _, v := range st.documentVersions.below(c.region + "/" + d.Name + "/") {
			if !yield(v) {
				return
			}
		}
	}
}

// unversioned is the version of a row that holds it itself.
func (d *document) unversioned() *documentVersion {
	if d.Content == "" {
		return nil
	}
	return &documentVersion{Number: 1, Name: d.Version, DisplayName: d.DisplayName, Format: d.Format, Content: d.Content, Created: d.Created}
}

// pickVersion is the version that a request names by number, as $LATEST or $DEFAULT, or by its name;
// without any it is the default one.
func (d *document) pickVersion(c *call, st *state, version, name string) (*documentVersion, error) {
	number := d.defaultVersion()
	switch version {
	case "", "$DEFAULT":
	case "$LATEST":
		number = d.latestVersion()
	default:
		number, _ = strconv.Atoi(version) // the model lets digits through; what overflows is no version
	}
	for v := range d.versions(c, st) {
		if name != "" && version == "" && v.Name == name || (name == "" || v.Name == name) && v.Number == number {
			return v, nil
		}
	}
	if name != "" {
		version = name
	}
	return nil, ssmError("InvalidDocumentVersion", "The document version "+version+" of "+d.Name+" is not valid or does not exist.")
}

func createDocument(c *call, tx *tx, in *struct {
	Content, Name, DisplayName, VersionName, DocumentType, DocumentFormat, TargetType string
	Tags                                                                              []struct{ Key, Value string }
}) (any, error) {
	d := &document{Name: in.Name, Type: in.DocumentType, Target: in.TargetType, Created: c.instant(), Default: 1, Latest: 1,
		Tags: map[string]string{}, Tagged: len(in.Tags) > 0}
	if d.Type == "" {
		d.Type = "Command"
	}
	for _, t := range in.Tags {
		d.Tags[t.Key] = t.Value
	}
	key := c.region + "/" + d.Name
	count := 0
	for range tx.documents.below(c.region + "/") {
		count++
	}
	switch {
	case ownedByAWS(d.Name):
		return nil, ssmError("ValidationException", "Document names that begin with aws, amazon or amzn are reserved: "+d.Name)
	case tx.documents.get(key) != nil:
		return nil, ssmError("DocumentAlreadyExists", "Document with same name "+d.Name+" already exists")
	case count >= maxDocuments:
		return nil, ssmError("DocumentLimitExceeded", "You can have at most "+strconv.Itoa(maxDocuments)+" active SSM documents.")
	case len(d.Tags) > maxTags:
		return nil, ssmError("ValidationException", "A document can have 50 tags")
	}
	v, parsed, err := newVersion(c, d, in.Content, in.DocumentFormat)
	if err != nil {
		return nil, err
	}
	v.Number, v.Name, v.DisplayName = 1, in.VersionName, in.DisplayName
	tx.documents.put(tx, key, d)
	tx.documentVersions.put(tx, versionKey(c.region, d.Name, 1), v)
	return map[string]any{"DocumentDescription": d.description(c.account, v, parsed, "Creating")}, nil
}

// newVersion reads content for a document.
func newVersion(c *call, d *document, content, format string) (*documentVersion, *runbook, error) {
	v := &documentVersion{Format: format, Content: content, Created: c.instant()}
	if v.Format == "" {
		v.Format = "JSON"
	}
	if len(content) > maxDocument {
		return nil, nil, ssmError("MaxDocumentSizeExceeded", "The document is longer than 64 KB")
	}
	parsed, err := parseDocument(content, v.Format)
	if err != nil {
		return nil, nil, ssmError("InvalidDocumentContent", err.Error())
	}
	if d.Type == automationType {
		if len(parsed.MainSteps) == 0 {
			return nil, nil, ssmError("InvalidDocumentContent", "An Automation document needs mainSteps")
		}
		if parsed.SchemaVersion != "0.3" {
			return nil, nil, ssmError("InvalidDocumentSchemaVersion", "An Automation document has the schemaVersion 0.3, not "+parsed.SchemaVersion)
		}
	}
	return v, parsed, nil
}

// ownDocument is a document of the account, by name or ARN.
func ownDocument(c *call, st *state, name string) (*document, error) {
	name = strings.TrimPrefix(name, "arn:aws:ssm:"+c.region+":"+c.account+":document/")
	if d := st.documents.get(c.region + "/" + name); d != nil {
		return d, nil
	}
	return nil, noDocument(name)
}

// findDocument is a version of a document of the account, or one of AWS's own, and its owner.
func findDocument(c *call, st *state, in *documentInput) (*document, *documentVersion, string, error) {
	if d := shippedDocument(in.Name); d != nil {
		return d, d.unversioned(), "Amazon", nil
	}
	d, err := ownDocument(c, st, in.Name)
	if err != nil {
		return nil, nil, "", err
	}
	v, err := d.pickVersion(c, st, in.DocumentVersion, in.VersionName)
	return d, v, c.account, err
}

type documentInput struct{ Name, DocumentVersion, VersionName, DocumentFormat string }

func describeDocument(c *call, st *state, in *documentInput) (any, error) {
	d, v, owner, err := findDocument(c, st, in)
	if err != nil {
		return nil, err
	}
	parsed, err := parseDocument(v.Content, v.Format)
	if err != nil {
		return nil, err // it was parsed when it was put
	}
	return map[string]any{"Document": d.description(owner, v, parsed, "Active")}, nil
}

type documentTag struct{ Key, Value string }

func documentTags(tags map[string]string) []documentTag {
	out := []documentTag{}
	for _, key := range sortedKeys(tags) {
		out = append(out, documentTag{key, tags[key]})
	}
	return out
}

// description is a version as Create, Update and Describe show it.
func (d *document) description(owner string, v *documentVersion, parsed *runbook, status string) any {
	type parameter struct {
		Name, Type   string
		Description  string  `json:",omitempty"`
		DefaultValue *string `json:",omitempty"`
	}
	out := struct {
		Name, Owner, Hash, HashType, Status, DocumentVersion, LatestVersion, DefaultVersion string
		DocumentType, DocumentFormat, SchemaVersion                                         string
		Description, DisplayName, VersionName, TargetType                                   string `json:",omitempty"`
		CreatedDate                                                                         epoch
		PlatformTypes                                                                       []string
		Parameters                                                                          []parameter
		Tags                                                                                []documentTag
	}{Name: d.Name, Owner: owner, Hash: v.hash(), HashType: "Sha256", Status: status, DocumentVersion: strconv.Itoa(v.Number),
		LatestVersion: strconv.Itoa(d.latestVersion()), DefaultVersion: strconv.Itoa(d.defaultVersion()),
		DocumentType: d.Type, DocumentFormat: v.Format, SchemaVersion: parsed.SchemaVersion, Description: parsed.Description,
		DisplayName: v.DisplayName, VersionName: v.Name, TargetType: d.Target, CreatedDate: epoch(v.Created),
		PlatformTypes: platforms, Parameters: []parameter{}, Tags: documentTags(d.Tags)}
	for _, name := range sortedKeys(parsed.Parameters) {
		p := parsed.Parameters[name]
		out.Parameters = append(out.Parameters, parameter{name, p.Type, p.Description, p.defaultText()})
	}
	return out
}

// platforms are those of every document: nothing runs here.
var platforms = []string{"Windows", "Linux", "MacOS"}

// getDocument returns the content as it was given; it is not translated into another format.
func getDocument(c *call, st *state, in *documentInput) (any, error) {
	d, v, _, err := findDocument(c, st, in)
	if err != nil {
		return nil, err
	}
	if in.DocumentFormat != "" && in.DocumentFormat != v.Format {
		return nil, ssmError("UnsupportedOperationException", "The document is kept as "+v.Format+" and is not translated")
	}
	return struct {
		Name, Content, DocumentType, DocumentFormat, DocumentVersion, Status string
		VersionName, DisplayName                                             string `json:",omitempty"`
		CreatedDate                                                          epoch
	}{d.Name, v.Content, d.Type, v.Format, strconv.Itoa(v.Number), "Active", v.Name, v.DisplayName, epoch(v.Created)}, nil
}

// change is a copy of a document to write. One that holds its only version itself gives it away first.
func (d *document) change(c *call, tx *tx) *document {
	out := *d
	out.Default, out.Latest = d.defaultVersion(), d.latestVersion()
	if v := d.unversioned(); v != nil {
		tx.documentVersions.put(tx, versionKey(c.region, d.Name, 1), v)
		out.DisplayName, out.Version, out.Format, out.Content = "", "", "", ""
	}
	return &out
}

// updateDocument makes a new version of the latest one; the default version stays what it is.
func updateDocument(c *call, tx *tx, in *struct {
	Content, Name, DisplayName, VersionName, DocumentVersion, DocumentFormat, TargetType string
}) (any, error) {
	old, err := ownDocument(c, tx.state, in.Name)
	if err != nil {
		return nil, err
	}
	base, err := old.pickVersion(c, tx.state, in.DocumentVersion, "")
	if err != nil {
		return nil, err
	}
	if base.Number != old.latestVersion() {
		return nil, ssmError("InvalidDocumentVersion", "Only the latest version of a document can be updated: use $LATEST.")
	}
	v, parsed, err := newVersion(c, old, in.Content, in.DocumentFormat)
	if err != nil {
		return nil, err
	}
	count := 0
	for have := range old.versions(c, tx.state) {
		count++
		switch {
		case in.VersionName != "" && have.Name == in.VersionName:
			return nil, ssmError("DuplicateDocumentVersionName", "The version name "+in.VersionName+" is used by version "+strconv.Itoa(have.Number)+".")
		case have.Content == in.Content && (have.Number == base.Number || c.opts.Rules.DuplicateOfAnyVersion):
			return nil, ssmError("DuplicateDocumentContent", "The content of the document matches another document. Change the content of the document and try again.")
		}
	}
	if count >= maxDocumentVersions {
		return nil, ssmError("DocumentVersionLimitExceeded", "The document has "+strconv.Itoa(maxDocumentVersions)+" versions. Delete some and try again.")
	}
	d := old.change(c, tx)
	d.Latest++
	if in.TargetType != "" {
		d.Target = in.TargetType
	}
	v.Number, v.Name, v.DisplayName = d.Latest, in.VersionName, in.DisplayName
	tx.documents.put(tx, c.region+"/"+d.Name, d)
	tx.documentVersions.put(tx, versionKey(c.region, d.Name, v.Number), v)
	return map[string]any{"DocumentDescription": d.description(c.account, v, parsed, "Updating")}, nil
}

func updateDefaultVersion(c *call, tx *tx, in *documentInput) (any, error) {
	old, err := ownDocument(c, tx.state, in.Name)
	if err != nil {
		return nil, err
	}
	v, err := old.pickVersion(c, tx.state, in.DocumentVersion, "")
	if err != nil {
		return nil, err
	}
	d := old.change(c, tx)
	d.Default = v.Number
	tx.documents.put(tx, c.region+"/"+d.Name, d)
	return map[string]any{"Description": struct {
		Name, DefaultVersion string
		DefaultVersionName   string `json:",omitempty"`
	}{d.Name, strconv.Itoa(v.Number), v.Name}}, nil
}

// deleteDocument deletes all versions, or the one that is named; that cannot be the default one.
func deleteDocument(c *call, tx *tx, in *documentInput) (any, error) {
	old, err := ownDocument(c, tx.state, in.Name)
	if err != nil {
		return nil, err
	}
	if in.DocumentVersion == "" && in.VersionName == "" {
		if len(old.Shared) > 0 {
			return nil, ssmError("InvalidDocumentOperation", "You must first un-share the document before you can delete it.")
		}
		for _, v := range slices.Collect(old.versions(c, tx.state)) {
			tx.documentVersions.put(tx, versionKey(c.region, old.Name, v.Number), nil)
		}
		tx.documents.put(tx, c.region+"/"+old.Name, nil)
		return nil, nil
	}
	v, err := old.pickVersion(c, tx.state, in.DocumentVersion, in.VersionName)
	if err != nil {
		return nil, err
	}
	if v.Number == old.defaultVersion() {
		return nil, ssmError("InvalidDocumentOperation", "The default version of a document cannot be deleted.")
	}
	d := old.change(c, tx)
	tx.documentVersions.put(tx, versionKey(c.region, d.Name, v.Number), nil)
	return nil, nil
}
