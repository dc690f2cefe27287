package emulator

// Tags of documents and parameters. ssm names a resource by its type and its name, not by an ARN.

import (
	"iter"
	"maps"
)

type ssmTagInput struct {
	ResourceType, ResourceId string
	Tags                     []struct{ Key, Value string }
	TagKeys                  []string
}

// ssmTagsOf are the tags of a resource and how to write them; tx is nil when they are only read.
func ssmTagsOf(c *call, st *state, tx *tx, kind, id string) (tags map[string]string, write func(map[string]string), err error) {
	switch kind {
	case "Document":
		if d, err := ownDocument(c, st, id); err == nil {
			return d.Tags, func(tags map[string]string) {
				out := *d
				out.Tags, out.Tagged = tags, d.Tagged || len(tags) > 0
				tx.documents.put(tx, c.region+"/"+d.Name, &out)
			}, nil
		}
	case "Parameter":
		if p := st.parameters.get(parameterKeyOf(c, id)); p != nil {
			return p.Tags, func(tags map[string]string) {
				out := *p
				out.Tags = tags
				tx.parameters.put(tx, parameterKeyOf(c, id), &out)
			}, nil
		}
	}
	return nil, nil, ssmError("InvalidResourceId", "The resource ID "+id+" is not valid. Verify that you entered the correct ID and try again.")
}

func changeSSMTags(c *call, tx *tx, in *ssmTagInput, change func(map[string]string)) (any, error) {
	old, write, err := ssmTagsOf(c, tx.state, tx, in.ResourceType, in.ResourceId)
	if err != nil {
		return nil, err
	}
	tags := map[string]string{}
	maps.Copy(tags, old)
	change(tags)
	if len(tags) > maxTags {
		return nil, ssmError("TooManyTagsError", "The resource can have at most 50 tags.")
	}
	write(tags)
	return nil, nil
}

func addSSMTags(c *call, tx *tx, in *ssmTagInput) (any, error) {
	return changeSSMTags(c, tx, in, func(tags map[string]string) {
		for _, t := range in.Tags {
			tags[t.Key] = t.Value
		}
	})
}

func removeSSMTags(c *call, tx *tx, in *ssmTagInput) (any, error) {
	return changeSSMTags(c, tx, in, func(tags map[string]string) {
		for _, key := range in.TagKeys {
			delete(tags, key)
		}
	})
}

func listSSMTags(c *call, st *state, in *ssmTagInput) (any, error) {
	tags, _, err := ssmTagsOf(c, st, nil, in.ResourceType, in.ResourceId)
	if err != nil {
		return nil, err
	}
	return map[string]any{"TagList": documentTags(tags)}, nil
}

func taggedDocuments(c *call, st *state, last string) iter.Seq2[string, *taggedResource] {
	prefix := "arn:aws:ssm:" + c.region + ":" + c.account + ":document/"
	return taggedRows(&st.documents, c.region+"/", prefix, last, func(d *document) *taggedResource {
		return shownTags(d.Tagged || len(d.Tags) > 0, "ssm:document", prefix+d.Name, d.Tags)
	})
}
