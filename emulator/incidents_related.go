package emulator

// Related items: metrics, links, runbook executions and the parent OpsItem of an incident.

import (
	"crypto/rand"
	"encoding/hex"
	"fmt"
	"strings"
)

// relatedItem is a row, spelled as the wire does; its key is PLAN/UUID/NUMBER.
type relatedItem struct {
	GeneratedId string         `json:"generatedId"`
	Identifier  itemIdentifier `json:"identifier"`
	Title       *string        `json:"title"`
}

// itemIdentifier is what an item is; it also names the item to remove.
type itemIdentifier struct {
	Type  string    `json:"type"`
	Value itemValue `json:"value"`
}

// itemValue has one member set.
type itemValue struct {
	Arn                     *string                  `json:"arn,omitempty"`
	MetricDefinition        *string                  `json:"metricDefinition,omitempty"`
	PagerDutyIncidentDetail *pagerDutyIncidentDetail `json:"pagerDutyIncidentDetail,omitempty"`
	Url                     *string                  `json:"url,omitempty"`
}

type pagerDutyIncidentDetail struct {
	AutoResolve *bool   `json:"autoResolve,omitempty"`
	Id          string  `json:"id"`
	SecretId    *string `json:"secretId,omitempty"`
}

// arnItem is a related item of a service's own making.
func arnItem(kind, arn, title string) relatedItem {
	return relatedItem{Identifier: itemIdentifier{Type: kind, Value: itemValue{Arn: &arn}}, Title: &title}
}

// addRelated adds an item under a new generated id, whatever id it came with, and returns the id. An
// item that is there already keeps its id and place and takes the new title; changed tells whether
// that makes a difference.
func addRelated(tx *tx, incident string, item relatedItem) (id string, changed bool) {
	if key, old := relatedByIdentifier(tx.state, incident, item.Identifier); old != nil {
		item.GeneratedId = old.GeneratedId
		if jsonText(item) == jsonText(old) {
			return old.GeneratedId, false
		}
		tx.related.put(tx, key, &item)
		return item.GeneratedId, true
	}
	var b [16]byte
	rand.Read(b[:]) // never fails
	item.GeneratedId = "related-item/" + item.Identifier.Type + "/" + strings.ToUpper(hex.EncodeToString(b[:]))
	tx.related.put(tx, fmt.Sprintf("%s/%012d", incident, nextNumber(tx.related.keys, incident+"/")), &item)
	return item.GeneratedId, true
}

// relatedByIdentifier finds an item by type and value. A nil item: there is none.
func relatedByIdentifier(st *state, incident string, id itemIdentifier) (string, *relatedItem) {
	want := jsonText(id)
	for key, item := range st.related.below(incident + "/") {
		if item.Identifier.Type == id.Type && jsonText(item.Identifier) == want {
			return key, item
		}
	}
	return "", nil
}

// relatedChange is the record update that an added or a removed item makes; its value is the
// RelatedItemsUpdate as JSON text [api-ref].
func relatedChange(member string, value any) []attributeChange {
	return []attributeChange{{"relatedItems", jsonText(map[string]any{member: value})}}
}

// withoutID is an item as it is added.
func (i relatedItem) withoutID() any {
	return struct {
		Identifier itemIdentifier `json:"identifier"`
		Title      *string        `json:"title,omitempty"`
	}{i.Identifier, i.Title}
}

func listRelatedItems(c *call, st *state, in *struct {
	IncidentRecordArn string
	MaxResults        int
	NextToken         string
}) (any, error) {
	r, err := findIncident(c, st, in.IncidentRecordArn)
	if err != nil {
		return nil, err
	}
	pg, err := incidentsPage(c, in.NextToken, in.MaxResults, r.Key)
	if err != nil {
		return nil, err
	}
	rows := takePage(pg, st.related.after(r.Key+"/", pg.after), nil)
	return map[string]any{"nextToken": pg.nullableNext(), "relatedItems": orEmpty(rows)}, nil
}

// updateRelatedItems adds or removes one item. Removing goes by type and value. That an item is not
// there is an invalid request: ResourceNotFound has no type for items [inference].
func updateRelatedItems(c *call, tx *tx, in *struct {
	IncidentRecordArn  string
	RelatedItemsUpdate struct {
		ItemToAdd    *relatedItem
		ItemToRemove *itemIdentifier
	}
}) (any, error) {
	old, err := findIncident(c, tx.state, in.IncidentRecordArn)
	if err != nil {
		return nil, err
	}
	r := *old
	if add := in.RelatedItemsUpdate.ItemToAdd; add != nil {
		if _, changed := addRelated(tx, r.Key, *add); changed {
			r.changed(c, tx, relatedChange("itemToAdd", add.withoutID()))
		}
		return nil, nil
	}
	remove := in.RelatedItemsUpdate.ItemToRemove
	key, item := relatedByIdentifier(tx.state, r.Key, *remove)
	if item == nil {
		return nil, badIncident("The incident has no such related item")
	}
	tx.related.put(tx, key, nil)
	r.changed(c, tx, relatedChange("itemToRemove", remove))
	return nil, nil
}
