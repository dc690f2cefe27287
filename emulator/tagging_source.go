package emulator

// What GetResources finds: one source a kind of resource, merged in the order of ARNs. A service that
// has something to tag adds its line to tagSources.

import (
	"iter"
	"slices"
	"strings"
)

// tagSource is a kind of resource that can carry tags.
type tagSource struct {
	// kinds are the types it has, as ResourceTypeFilters name them: "ssm-contacts:contact". They only
	// tell which sources need no look; each resource says its own.
	kinds []string
	// walk yields what has or had tags in the Region of the call, in the order of ARNs, and only ARNs
	// after the given one ("" for all): a page must not cost what the pages before it did.
	walk func(c *call, st *state, after string) iter.Seq2[string, *taggedResource]
}

// tagSources is every kind that can be found by tag. IAM roles cannot.
func tagSources() []tagSource {
	return append(taggedHosts(), []tagSource{
		{[]string{"events:rule"}, taggedRules},
		{[]string{"sns"}, taggedTopics},
		{[]string{"ssm:document"}, taggedDocuments},
		{[]string{"cloudwatch:alarm"}, taggedAlarms},
		{[]string{"cloudwatch:alarm-mute-rule"}, taggedMuteRules},
		{[]string{"ssm-contacts:contact"}, taggedContacts},
		{[]string{"ssm-contacts:rotation"}, taggedRotations},
		{[]string{"ssm-incidents:incident-record"}, taggedIncidents},
		{[]string{"ssm-incidents:replication-set"}, taggedSet},
		{[]string{"ssm-incidents:response-plan"}, taggedPlans},
	}...)
}

// taggedResources walks everything with tags after the ARN last, in the order of ARNs.
func taggedResources(c *call, st *state, types []string, last string) iter.Seq2[string, *taggedResource] {
	var walks []iter.Seq2[string, *taggedResource]
	for _, source := range tagSources() {
		if slices.ContainsFunc(source.kinds, func(kind string) bool { return ofType(kind, types) }) {
			walks = append(walks, source.walk(c, st, last))
		}
	}
	return merged(walks)
}

// merged walks sorted sequences as one sorted sequence.
func merged[T any](walks []iter.Seq2[string, *T]) iter.Seq2[string, *T] {
	return func(yield func(string, *T) bool) {
		type head struct {
			arn  string
			row  *T
			next func() (string, *T, bool)
		}
		var heads []head
		for _, walk := range walks {
			next, stop := iter.Pull2(walk)
			defer stop()
			if arn, row, ok := next(); ok {
				heads = append(heads, head{arn, row, next})
			}
		}
		for len(heads) > 0 {
			first := 0
			for i := range heads {
				if heads[i].arn < heads[first].arn {
					first = i
				}
			}
			h := &heads[first]
			if !yield(h.arn, h.row) {
				return
			}
			var ok bool
			if h.arn, h.row, ok = h.next(); !ok {
				heads = slices.Delete(heads, first, first+1)
			}
		}
	}
}

// taggedRows walks a table whose keys are rowPrefix and a rest, and whose ARNs are arnPrefix and the
// same rest, so that both have one order. show is nil for a row that never had tags.
func taggedRows[T any](t *table[T], rowPrefix, arnPrefix, last string, show func(*T) *taggedResource) iter.Seq2[string, *taggedResource] {
	return func(yield func(string, *taggedResource) bool) {
		after := ""
		if rest, within := strings.CutPrefix(last, arnPrefix); within {
			after = rowPrefix + rest
		} else if last > arnPrefix {
			return // all of them come before
		}
		for _, row := range t.after(rowPrefix, after) {
			if r := show(row); r != nil && r.arn > last && !yield(r.arn, r) {
				return
			}
		}
	}
}

// shownTags is a resource as GetResources shows it, nil when it never had tags: what once had some is shown without any.
func shownTags(tagged bool, kind, arn string, tags map[string]string) *taggedResource {
	if !tagged {
		return nil
	}
	return &taggedResource{kind, arn, tags}
}

func noResources(func(string, *taggedResource) bool) {}

// homeSet is the replication set when the call is for its home Region, where the tags of Incident
// Manager live, and otherwise nil: nothing of it is seen from elsewhere.
func homeSet(c *call, st *state) *replicationSet {
	if set := currentSet(st, c.now); set != nil && set.Home == c.region {
		return set
	}
	return nil
}

func taggedContacts(c *call, st *state, last string) iter.Seq2[string, *taggedResource] {
	if homeSet(c, st) == nil {
		return noResources
	}
	return taggedRows(&st.contacts, c.region+"/", contactARN(c.account, c.region, ""), last, func(p *contact) *taggedResource {
		return shownTags(p.Tagged, "ssm-contacts:contact", p.ARN, p.Tags)
	})
}

func taggedRotations(c *call, st *state, last string) iter.Seq2[string, *taggedResource] {
	if homeSet(c, st) == nil {
		return noResources
	}
	return taggedRows(&st.rotations, c.region+"/", rotationARN(c.account, c.region, ""), last, func(r *rotation) *taggedResource {
		return shownTags(r.Tagged, "ssm-contacts:rotation", r.ARN, r.Tags)
	})
}

func taggedIncidents(c *call, st *state, last string) iter.Seq2[string, *taggedResource] {
	if homeSet(c, st) == nil {
		return noResources
	}
	return taggedRows(&st.incidents, "", incidentsARN(c.account, "incident-record", ""), last, func(r *incident) *taggedResource {
		return shownTags(r.Tagged, "ssm-incidents:incident-record", r.ARN, r.Tags)
	})
}

func taggedPlans(c *call, st *state, last string) iter.Seq2[string, *taggedResource] {
	if homeSet(c, st) == nil {
		return noResources
	}
	return taggedRows(&st.plans, "", incidentsARN(c.account, "response-plan", ""), last, func(p *responsePlan) *taggedResource {
		return shownTags(p.Tagged, "ssm-incidents:response-plan", p.ARN, p.Tags)
	})
}

func taggedSet(c *call, st *state, last string) iter.Seq2[string, *taggedResource] {
	set := homeSet(c, st)
	if set == nil || !set.Tagged || set.ARN <= last {
		return noResources
	}
	return func(yield func(string, *taggedResource) bool) {
		yield(set.ARN, &taggedResource{"ssm-incidents:replication-set", set.ARN, set.Tags})
	}
}
