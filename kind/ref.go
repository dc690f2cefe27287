package kind

// References from one spec to another resource that may be the plan's own or anybody's: the
// address KIND/NAME of the one, the ARN of the other. A spec never has the ARN of the plan's own.

import (
	"crypto/sha256"
	"encoding/hex"
	"strings"

	"github.com/watchbill/watchbill/compiler/ast"
	"github.com/watchbill/watchbill/internal/resource"
)

// own is the address in a reference, false for an ARN, a plain name and nothing.
func own(ref string) (resource.Addr, bool) {
	if strings.HasPrefix(ref, "arn:") {
		return resource.Addr{}, false
	}
	addr, err := resource.ParseAddr(ref)
	return addr, err == nil
}

// owned are the addresses in references.
func owned(refs ...string) []resource.Addr {
	var out []resource.Addr
	for _, r := range refs {
		if addr, ok := own(r); ok {
			out = append(out, addr)
		}
	}
	return out
}

// target is the ARN that a reference means, or what it says already.
func (e *Env) target(ref string) (string, error) {
	if addr, ok := own(ref); ok {
		return e.ID(addr)
	}
	return ref, nil
}

// targets are the ARNs of references, never nil: an empty list clears.
func (e *Env) targets(refs []string) ([]string, error) {
	out := []string{}
	for _, r := range refs {
		arn, err := e.target(r)
		if err != nil {
			return nil, err
		}
		out = append(out, arn)
	}
	return out, nil
}

// refOf is how a spec names what a live resource points to with an ARN: as the plan does, in
// wanted, if that means the same; else by its address if it was found in this pass.
func (e *Env) refOf(arn string, wanted ...string) string {
	for _, w := range wanted {
		if addr, ok := own(w); w == arn || ok && e.Identity(addr) == arn {
			return w
		}
	}
	if addr, ok := e.AddrOf(arn); ok {
		return addr.String()
	}
	return arn
}

// topicRefs are the topics of a chat or notify list.
func topicRefs(uses []*ast.TopicUse) []string {
	var out []string
	for _, u := range uses {
		out = append(out, topicRef(u))
	}
	return out
}

func topicRef(u *ast.TopicUse) string {
	switch {
	case u.Channel == nil:
		return u.Name.V
	case u.Channel.MakesTopic():
		return topicAddr(u.Channel.Name.V).String()
	}
	return u.Channel.Topic.V
}

func topicAddr(name string) resource.Addr { return resource.Addr{Kind: topicKind, Name: name} }

// ownDocument reports whether the runbook is a document of the account's own, by its name.
func (r Runbook) ownDocument() bool {
	return r.Document != "" && !strings.HasPrefix(r.Document, "arn:") && !ownedByAWS(r.Document)
}

// ownedByAWS goes by the prefixes that AWS reserves for its own documents [gk].
func ownedByAWS(document string) bool {
	low := strings.ToLower(document)
	return strings.HasPrefix(low, "aws") || strings.HasPrefix(low, "amazon") || strings.HasPrefix(low, "amzn")
}

// roleRef is the role a runbook runs with: the one that is made for it, or an ARN.
func roleRef(r *ast.Runbook) string {
	if r.MakeRole != nil {
		return roleAddr(r).String()
	}
	return r.Role.V
}

// roleAddr is the role that is made for a runbook.
func roleAddr(r *ast.Runbook) resource.Addr {
	return resource.Addr{Kind: roleKind, Name: fit(runbookRole+r.Name.V, maxRole)}
}

// What the roles that are made for items are called; the item's name follows.
const (
	runbookRole = "runbook-"
	eventRole   = "event-"
	chatRole    = "chat-"
)

// rolePath is where roles are made: what stands there is looked through for what left the plan.
const rolePath = "/watchbill/"

// maxRole is the longest name of a role's address: AWS allows 64 characters.
const maxRole = 64 - len("watchbill-")

// fit is a name cut to at most that many characters, two names never to the same: what is cut
// off is there as a digest.
func fit(name string, limit int) string {
	if len(name) <= limit {
		return name
	}
	digest := digestOf(name)
	return name[:limit-len(digest)-1] + "-" + digest
}

// digestOf are eight hex digits that stand for a name.
func digestOf(name string) string {
	sum := sha256.Sum256([]byte(name))
	return hex.EncodeToString(sum[:4])
}

// roleName is what AWS calls the role of that address.
func roleName(name string) string { return "watchbill-" + name }

// The kinds that others refer to by name.
const (
	topicKind        = "topic"
	roleKind         = "role"
	documentKind     = "document"
	responsePlanKind = "response_plan"
	alarmKind        = "alarm"
)
