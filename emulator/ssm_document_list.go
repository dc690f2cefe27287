package emulator

// Documents as they are listed and shared.

import (
	"slices"
	"strconv"
	"strings"
)

// documentFilter is one condition of a list: any of its values.
type documentFilter struct {
	Key    string
	Values []string
}

// known are the keys that ListDocuments has besides tag:KEY.
func (f documentFilter) known() bool {
	return strings.HasPrefix(f.Key, "tag:") ||
		slices.Contains([]string{"Name", "Owner", "PlatformTypes", "DocumentType", "TargetType", "DocumentFormat", "VersionName", "SearchKeyword"}, f.Key)
}

func (f documentFilter) accepts(d *document, v *documentVersion, owner string) bool {
	return len(f.Values) == 0 || slices.ContainsFunc(f.Values, func(want string) bool {
		switch f.Key {
		case "Name": // a name or its beginning
			return strings.HasPrefix(d.Name, want)
		case "SearchKeyword":
			return strings.Contains(strings.ToLower(d.Name), strings.ToLower(want))
		case "Owner":
			return ownerIs(d, owner, want)
		case "PlatformTypes":
			return slices.Contains(platforms, want)
		case "DocumentType":
			return d.Type == want
		case "TargetType":
			return d.Target == want
		case "DocumentFormat":
			return v.Format == want
		case "VersionName":
			return v.Name == want
		}
		value, ok := d.Tags[strings.TrimPrefix(f.Key, "tag:")]
		return ok && value == want
	})
}

// ownerIs: AWS's own documents are public, the account's own ones private until they are shared with all.
func ownerIs(d *document, owner, want string) bool {
	public := owner == "Amazon" || slices.Contains(d.Shared, "all")
	switch want {
	case "Amazon", "Self":
		return (owner == "Amazon") == (want == "Amazon")
	case "Public", "Private":
		return public == (want == "Public")
	case "All", "Default":
		return true
	}
	return false
}

type listedDocument struct {
	d     *document
	v     *documentVersion
	owner string
}

func listDocuments(c *call, st *state, in *struct {
	DocumentFilterList []struct{ Key, Value string }
	Filters            []documentFilter
	MaxResults         int
	NextToken          string
}) (any, error) {
	filters := in.Filters
	for _, f := range in.DocumentFilterList {
		filters = append(filters, documentFilter{f.Key, []string{f.Value}})
	}
	for _, f := range filters {
		if !f.known() {
			return nil, ssmError("InvalidFilterKey", "The specified filter key "+f.Key+" is not valid.")
		}
	}
	if in.MaxResults == 0 {
		in.MaxResults = 50
	}
	pg, ok := newPage(c, in.NextToken, in.MaxResults, jsonText(filters))
	if !ok {
		return nil, ssmError("InvalidNextToken", "The specified token is not valid.")
	}
	var found []*listedDocument
	for _, l := range allDocuments(c, st) {
		if !slices.ContainsFunc(filters, func(f documentFilter) bool { return !f.accepts(l.d, l.v, l.owner) }) {
			found = append(found, l)
		}
	}
	rows := takeSorted(pg, found, func(l *listedDocument) string { return l.d.Name }, false)
	list := make([]any, len(rows))
	for i, l := range rows {
		list[i] = l.out()
	}
	return struct {
		DocumentIdentifiers []any
		NextToken           string `json:",omitempty"`
	}{list, pg.next}, nil
}

// allDocuments are the account's own ones, with their default versions, and AWS's.
func allDocuments(c *call, st *state) (found []*listedDocument) {
	for _, d := range st.documents.below(c.region + "/") {
		if v, err := d.pickVersion(c, st, "", ""); err == nil {
			found = append(found, &listedDocument{d, v, c.account})
		}
	}
	for _, name := range sortedKeys(shipped) {
		d := shippedDocument(name)
		found = append(found, &listedDocument{d, d.unversioned(), "Amazon"})
	}
	return found
}

func (l *listedDocument) out() any {
	schema := ""
	if parsed, err := parseDocument(l.v.Content, l.v.Format); err == nil {
		schema = parsed.SchemaVersion
	}
	return struct {
		Name, Owner, DocumentVersion, DocumentType, DocumentFormat, SchemaVersion string
		DisplayName, VersionName, TargetType                                      string `json:",omitempty"`
		CreatedDate                                                               epoch
		PlatformTypes                                                             []string
		Tags                                                                      []documentTag
	}{l.d.Name, l.owner, strconv.Itoa(l.v.Number), l.d.Type, l.v.Format, schema, l.v.DisplayName, l.v.Name, l.d.Target,
		epoch(l.d.Created), platforms, documentTags(l.d.Tags)}
}

// listDocumentVersions shows the newest first.
func listDocumentVersions(c *call, st *state, in *struct {
	Name, NextToken string
	MaxResults      int
}) (any, error) {
	d := shippedDocument(in.Name)
	if d == nil {
		var err error
		if d, err = ownDocument(c, st, in.Name); err != nil {
			return nil, err
		}
	}
	if in.MaxResults == 0 {
		in.MaxResults = 50
	}
	pg, ok := newPage(c, in.NextToken, in.MaxResults, in.Name)
	if !ok {
		return nil, ssmError("InvalidNextToken", "The specified token is not valid.")
	}
	rows := takeSorted(pg, slices.Collect(d.versions(c, st)), func(v *documentVersion) string { return versionKey("", "", v.Number) }, true)
	type version struct {
		Name, DocumentVersion, DocumentFormat, Status string
		DisplayName, VersionName                      string `json:",omitempty"`
		CreatedDate                                   epoch
		IsDefaultVersion                              bool
	}
	list := make([]version, len(rows))
	for i, v := range rows {
		list[i] = version{d.Name, strconv.Itoa(v.Number), v.Format, "Active", v.DisplayName, v.Name, epoch(v.Created), v.Number == d.defaultVersion()}
	}
	return struct {
		DocumentVersions []version
		NextToken        string `json:",omitempty"`
	}{list, pg.next}, nil
}

// maxShares is with how many accounts a document can be shared [quotas].
const maxShares = 1000

func shareDocument(c *call, tx *tx, in *struct {
	Name                                  string
	AccountIdsToAdd, AccountIdsToRemove   []string
	PermissionType, SharedDocumentVersion string
}) (any, error) {
	old, err := ownDocument(c, tx.state, in.Name)
	if err != nil {
		return nil, err
	}
	shared := slices.DeleteFunc(slices.Clone(old.Shared), func(id string) bool {
		return slices.ContainsFunc(in.AccountIdsToRemove, func(gone string) bool { return strings.EqualFold(gone, id) })
	})
	for _, id := range in.AccountIdsToAdd {
		shared = append(shared, strings.ToLower(id))
	}
	slices.Sort(shared)
	shared = slices.Compact(shared)
	if len(shared) > maxShares {
		return nil, ssmError("DocumentPermissionLimit", "A document can be shared with at most "+strconv.Itoa(maxShares)+" accounts.")
	}
	d := old.change(c, tx)
	d.Shared = shared
	tx.documents.put(tx, c.region+"/"+d.Name, d)
	return nil, nil
}

func documentShares(c *call, st *state, in *struct {
	Name, PermissionType, NextToken string
	MaxResults                      int
}) (any, error) {
	d, err := ownDocument(c, st, in.Name)
	if err != nil {
		return nil, err
	}
	if in.MaxResults == 0 {
		in.MaxResults = 200
	}
	pg, ok := newPage(c, in.NextToken, in.MaxResults, in.Name)
	if !ok {
		return nil, ssmError("InvalidNextToken", "The specified token is not valid.")
	}
	type info struct{ AccountId, SharedDocumentVersion string }
	out := struct {
		AccountIds             []string
		AccountSharingInfoList []info
		NextToken              string `json:",omitempty"`
	}{AccountIds: []string{}, AccountSharingInfoList: []info{}}
	for _, id := range takePage(pg, textsAfter(d.Shared, pg.after), nil) {
		out.AccountIds = append(out.AccountIds, *id)
		out.AccountSharingInfoList = append(out.AccountSharingInfoList, info{*id, "$DEFAULT"})
	}
	out.NextToken = pg.next
	return out, nil
}
