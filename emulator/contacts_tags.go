package emulator

import (
	"maps"
	"strings"
)

// contactTag is a tag as ssm-contacts spells it; the incidents service has maps.
type contactTag struct{ Key, Value *string }

// maxTags is the number of tags a resource may have.
const maxTags = 50

// contactTagsHere refuses tags outside the home Region: tags live in the first Region of the
// replication set only [model].
func contactTagsHere(c *call, st *state) error {
	if set := currentSet(st, c.now); set == nil || set.Home != c.region {
		return badContact("Tagging is only supported in the first Region of the replication set")
	}
	return nil
}

// withContactTags adds tags to a copy of old.
func withContactTags(old map[string]string, tags []contactTag) (map[string]string, error) {
	out := maps.Clone(old)
	if out == nil {
		out = map[string]string{}
	}
	for _, t := range tags {
		if t.Key == nil || t.Value == nil {
			return nil, badContact("A tag needs a Key and a Value")
		}
		if strings.HasPrefix(strings.ToLower(*t.Key), "aws:") { // cannot pass the alphabet, and is reserved all the same
			return nil, badContact("Tag keys that begin with aws: are reserved")
		}
		out[*t.Key] = *t.Value
	}
	if len(out) > maxTags {
		return nil, contactsQuota("A resource can have 50 tags", kindContact, "TagsPerResource")
	}
	return out, nil
}

// taggable is the contact a tagging call speaks of. Channels cannot carry tags.
func taggable(c *call, st *state, arn string) (*contact, error) {
	p, err := findContact(c, st, arn)
	if err != nil {
		return nil, err
	}
	return p, contactTagsHere(c, st)
}

func tagContact(c *call, tx *tx, in *struct {
	ResourceARN string
	Tags        []contactTag
}) (any, error) {
	old, err := taggable(c, tx.state, in.ResourceARN)
	if err != nil {
		return nil, err
	}
	p := *old
	if p.Tags, err = withContactTags(old.Tags, in.Tags); err != nil {
		return nil, err
	}
	p.Tagged = p.Tagged || len(p.Tags) > 0
	tx.contacts.put(tx, p.key(), &p)
	return nil, nil
}

func untagContact(c *call, tx *tx, in *struct {
	ResourceARN string
	TagKeys     []string
}) (any, error) {
	old, err := taggable(c, tx.state, in.ResourceARN)
	if err != nil {
		return nil, err
	}
	p := *old
	p.Tags = maps.Clone(old.Tags)
	for _, key := range in.TagKeys {
		delete(p.Tags, key)
	}
	tx.contacts.put(tx, p.key(), &p)
	return nil, nil
}

func listContactTags(c *call, st *state, in *struct{ ResourceARN string }) (any, error) {
	p, err := taggable(c, st, in.ResourceARN)
	if err != nil {
		return nil, err
	}
	type tag struct{ Key, Value string }
	out := struct{ Tags []tag }{make([]tag, 0, len(p.Tags))}
	for _, key := range sortedKeys(p.Tags) {
		out.Tags = append(out.Tags, tag{key, p.Tags[key]})
	}
	return out, nil
}
