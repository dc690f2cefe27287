package emulator

import "maps"

// incidentsTagsHere refuses tags outside the home Region: they are kept in the first Region of the
// replication set; in the others tagging is "inaccessible" [api-ref].
func incidentsTagsHere(c *call, st *state) error {
	if set := currentSet(st, c.now); set == nil || set.Home != c.region {
		return badIncident("Tagging inaccessible: tags can be used in the first Region of the replication set only")
	}
	return nil
}

// changeTags replaces the tags of the resource an ARN speaks of with what change makes of a copy
// of them. A nil tx only reads. It returns the tags as they are afterwards.
func changeTags(c *call, st *state, tx *tx, arn string, change func(map[string]string)) (map[string]string, error) {
	apply := func(old map[string]string) (map[string]string, error) {
		if err := incidentsTagsHere(c, st); err != nil || tx == nil {
			return old, err
		}
		tags := maps.Clone(old)
		if tags == nil {
			tags = map[string]string{}
		}
		change(tags)
		if len(tags) > maxTags {
			return nil, incidentsQuota("A resource can have 50 tags", "", arn, "TagsPerResource")
		}
		return tags, nil
	}
	if _, err := incidentsName(c, arn, "replication-set"); err == nil {
		set, err := findSet(c, st, arn)
		if err != nil {
			return nil, err
		}
		tags, err := apply(set.Tags)
		if err == nil && tx != nil {
			set = set.copy(c)
			set.Tags, set.Tagged = tags, set.Tagged || len(tags) > 0
			tx.sets.put(tx, set.ID, set)
		}
		return tags, err
	}
	if err := needSet(c, st); err != nil {
		return nil, err
	}
	if _, err := incidentsName(c, arn, "incident-record"); err == nil {
		r, err := findIncident(c, st, arn)
		if err != nil {
			return nil, err
		}
		tags, err := apply(r.Tags)
		if err == nil && tx != nil {
			record := *r
			record.Tags, record.Tagged = tags, r.Tagged || len(tags) > 0
			tx.incidents.put(tx, record.Key, &record)
		}
		return tags, err
	}
	p, err := findPlan(c, st, arn)
	if err != nil {
		return nil, err
	}
	tags, err := apply(p.Tags)
	if err == nil && tx != nil {
		plan := *p
		plan.Tags, plan.Tagged = tags, p.Tagged || len(tags) > 0
		tx.plans.put(tx, plan.Name, &plan)
	}
	return tags, err
}

func tagIncidents(c *call, tx *tx, in *struct {
	ResourceArn string
	Tags        map[string]string
}) (any, error) {
	_, err := changeTags(c, tx.state, tx, in.ResourceArn, func(tags map[string]string) { maps.Copy(tags, in.Tags) })
	return nil, err
}

func untagIncidents(c *call, tx *tx, in *struct {
	ResourceArn string
	TagKeys     []string
}) (any, error) {
	_, err := changeTags(c, tx.state, tx, in.ResourceArn, func(tags map[string]string) {
		for _, key := range in.TagKeys {
			delete(tags, key)
		}
	})
	return nil, err
}

func listIncidentsTags(c *call, st *state, in *struct{ ResourceArn string }) (any, error) {
	tags, err := changeTags(c, st, nil, in.ResourceArn, nil)
	if err != nil {
		return nil, err
	}
	if tags == nil {
		tags = map[string]string{}
	}
	return map[string]any{"tags": tags}, nil
}
