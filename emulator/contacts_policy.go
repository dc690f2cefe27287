package emulator

import "encoding/json"

// putContactPolicy replaces the policy that shares a contact: a contact has at most one, and no
// operation deletes it. The emulator keeps policies and does not act on them: there is only one account.
func putContactPolicy(c *call, tx *tx, in *struct{ ContactArn, Policy string }) (any, error) {
	old, err := findContact(c, tx.state, in.ContactArn)
	if err != nil {
		return nil, err
	}
	var object map[string]any
	if json.Unmarshal([]byte(in.Policy), &object) != nil {
		return nil, badContact("The policy is not a valid JSON document")
	}
	p := *old
	p.Policy = in.Policy
	tx.contacts.put(tx, p.key(), &p)
	return nil, nil
}

// getContactPolicy answers without a policy when there is none: both members of the answer are
// optional in the model [inference].
func getContactPolicy(c *call, st *state, in *struct{ ContactArn string }) (any, error) {
	p, err := findContact(c, st, in.ContactArn)
	if err != nil {
		return nil, err
	}
	return struct {
		ContactArn string
		Policy     string `json:",omitempty"`
	}{p.ARN, p.Policy}, nil
}
