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

// withContactTags adds tags to a copy of old, which belong to a resource of a kind.
func withContactTags(old map[string]string, tags []contactTag, kind string) (map[string]string, error) {
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
		return nil, contactsQuota("A resource can have 50 tags", kind, "TagsPerResource")
	}
	return out, nil
}

// tagged is what a tagging call speaks of: a contact or a rotation. Nothing else carries tags.
type tagged struct {
	kind string
	tags map[string]string
	put  func(tx *tx, tags map[string]string)
}

func taggable(c *call, st *state, arn string) (*tagged, error) {
	if strings.Contains(arn, ":rotation/") {
		old, err := findRotation(c, st, arn)
		if err != nil {
			return nil, err
		}
		return &tagged{kindRotation, old.Tags, func(tx *tx, tags map[string]string) {
			r := *old
			r.Tags, r.Tagged = tags, old.Tagged || len(tags) > 0
			tx.rotations.put(tx, r.Key, &r)
		}}, contactTagsHere(c, st)
	}
	old, err := findContact(c, st, arn)
	if err != nil {
		return nil, err
	}
	return &tagged{kindContact, old.Tags, func(tx *tx, tags map[string]string) {
		p := *old
		p.Tags, p.Tagged = tags, old.Tagged || len(tags) > 0
		tx.contacts.put(tx, p.key(), &p)
	}}, contactTagsHere(c, st)
}

func tagContact(c *call, tx *tx, in *struct {
	ResourceARN string
	Tags        []contactTag
}) (any, error) {
	r, err := taggable(c, tx.state, in.ResourceARN)
	if err != nil {
		return nil, err
	}
	tags, err := withContactTags(r.tags, in.Tags, r.kind)
	if err != nil {
		return nil, err
	}
	r.put(tx, tags)
	return nil, nil
}

func untagContact(c *call, tx *tx, in *struct {
	ResourceARN string
	TagKeys     []string
}) (any, error) {
	r, err := taggable(c, tx.state, in.ResourceARN)
	if err != nil {
		return nil, err
	}
	tags := maps.Clone(r.tags)
	for _, key := range in.TagKeys {
		delete(tags, key)
	}
	r.put(tx, tags)
	return nil, nil
}

func listContactTags(c *call, st *state, in *struct{ ResourceARN string }) (any, error) {
	r, err := taggable(c, st, in.ResourceARN)
	if err != nil {
		return nil, err
	}
	type tag struct{ Key, Value string }
	out := struct{ Tags []tag }{make([]tag, 0, len(r.tags))}
	for _, key := range sortedKeys(r.tags) {
		out.Tags = append(out.Tags, tag{key, r.tags[key]})
	}
	return out, nil
}
