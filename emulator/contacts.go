package emulator

// ssm-contacts, API version 2021-05-03: the table of operations, the account gate and the errors.

import (
	"net/http"
	"strings"

	"github.com/watchbill/watchbill/emulator/wire"
)

func contactsService() *service {
	return &service{
		name: "ssm-contacts",
		ops: modelled(contactsModel,
			writing("CreateContact", createContact),
			reading("GetContact", getContact),
			reading("ListContacts", listContacts),
			writing("UpdateContact", updateContact),
			writing("DeleteContact", deleteContact),

			writing("CreateContactChannel", createChannel),
			reading("GetContactChannel", getChannel),
			reading("ListContactChannels", listChannels),
			writing("UpdateContactChannel", updateChannel),
			writing("DeleteContactChannel", deleteChannel),

			writing("ActivateContactChannel", activateChannel),
			writing("DeactivateContactChannel", deactivateChannel),
			writing("SendActivationCode", sendActivationCode),

			writing("StartEngagement", startEngagement),
			writing("StopEngagement", stopEngagement),
			reading("DescribeEngagement", describeEngagement),
			reading("ListEngagements", listEngagements),

			writing("AcceptPage", acceptPage),
			reading("DescribePage", describePage),
			reading("ListPagesByContact", listPagesByContact),
			reading("ListPagesByEngagement", listPagesByEngagement),
			reading("ListPageReceipts", listPageReceipts),
			reading("ListPageResolutions", listPageResolutions),

			writing("CreateRotation", createRotation),
			reading("GetRotation", getRotation),
			reading("ListRotations", listRotations),
			writing("UpdateRotation", updateRotation),
			writing("DeleteRotation", deleteRotation),
			reading("ListRotationShifts", listShifts),
			reading("ListPreviewRotationShifts", previewShifts),

			writing("CreateRotationOverride", createOverride),
			reading("GetRotationOverride", getOverride),
			reading("ListRotationOverrides", listOverrides),
			writing("DeleteRotationOverride", deleteOverride),

			writing("PutContactPolicy", putContactPolicy),
			reading("GetContactPolicy", getContactPolicy),

			writing("TagResource", tagContact),
			writing("UntagResource", untagContact),
			reading("ListTagsForResource", listContactTags),
		),
		gate:    contactsGate,
		invalid: contactsInvalid,
		reused: func(c *call) error {
			const text = "The idempotency token was used before with different parameters"
			if c.opts.Rules.TokenConflict {
				return contactsConflict(text, "", "")
			}
			return badContact(text)
		},
	}
}

// contactsGate is the account gate: without a replication set that is ACTIVE and holds the calling
// Region, every call of ssm-contacts fails, with this type and this text [probe] [tf].
func contactsGate(c *call, st *state) error {
	if set := currentSet(st, c.now); set != nil && set.usable(c) {
		return nil
	}
	return badContact("Account not found for the request")
}

// contactsInvalid carries the violated constraints twice: as text and, by field, as members.
func contactsInvalid(ps problems) *wire.Error {
	type field struct{ Name, Message string }
	fields := make([]field, len(ps))
	for i, p := range ps {
		fields[i] = field{p.path, p.what}
	}
	return &wire.Error{Type: "ValidationException", Status: http.StatusBadRequest, Message: ps.message(),
		Members: map[string]any{"Reason": "FIELD_VALIDATION_FAILED", "Fields": fields}}
}

// badContact is the ValidationException of a request that is well formed and makes no sense. The
// prefix is AWS's own.
func badContact(why string) *wire.Error {
	return &wire.Error{Type: "ValidationException", Status: http.StatusBadRequest, Message: "Invalid value provided - " + why,
		Members: map[string]any{"Reason": "OTHER"}}
}

// The statuses of the following are those of the Smithy model; AWS's API reference prints 400 for
// all of them, and clients go by the type.

func contactsNotFound(kind, arn string) *wire.Error {
	return &wire.Error{Type: "ResourceNotFoundException", Status: http.StatusNotFound, Message: "Resource not found: " + arn,
		Members: map[string]any{"ResourceId": arn, "ResourceType": kind}}
}

func contactsConflict(text, kind, id string) *wire.Error {
	return &wire.Error{Type: "ConflictException", Status: http.StatusConflict, Message: text,
		Members: map[string]any{"ResourceId": id, "ResourceType": kind}}
}

// maxDependents is how many resources a relation of an error may name [model].
const maxDependents = 25

// contactsDependents is the conflict of something that others depend on; it names them by their ARNs.
func contactsDependents(text, kind, id, relation string, dependents []string) *wire.Error {
	type entity struct {
		RelationType         string
		DependentResourceIds []string
	}
	e := contactsConflict(text, kind, id)
	e.Members["DependentEntities"] = []entity{{relation, dependents[:min(len(dependents), maxDependents)]}}
	return e
}

func contactsQuota(text, kind, code string) *wire.Error {
	return &wire.Error{Type: "ServiceQuotaExceededException", Status: http.StatusPaymentRequired, Message: text,
		Members: map[string]any{"ResourceType": kind, "QuotaCode": code, "ServiceCode": "ssm-contacts"}}
}

func contactsDenied(c *call, arn string) *wire.Error {
	return &wire.Error{Type: "AccessDeniedException", Status: http.StatusForbidden,
		Message: "User: " + callerARN(c.account) + " is not authorized to perform: ssm-contacts:" + c.op.name + " on resource: " + arn}
}

// ResourceType members of this service's errors.
const (
	kindContact = "CONTACT"
	kindChannel = "CONTACT_CHANNEL"
)

// contactARN is the ARN of a contact of any type.
func contactARN(account, region, alias string) string {
	return "arn:aws:ssm-contacts:" + region + ":" + account + ":contact/" + alias
}

func channelARN(account, region, alias, id string) string {
	return "arn:aws:ssm-contacts:" + region + ":" + account + ":contact-channel/" + alias + "/" + id
}

// contactsKey turns the ARN of a contact ("contact") or channel ("contact-channel") into the key of
// its row. Another account's resources are not shared with anybody here, and another Region's are
// not visible: its contacts have ARNs of their own.
func contactsKey(c *call, arn, resource, kind string) (string, error) {
	parts := strings.SplitN(arn, ":", 6)
	if len(parts) < 6 {
		return "", badContact("Invalid resource Arn " + arn)
	}
	name, ok := strings.CutPrefix(parts[5], resource+"/")
	if !ok || name == "" || parts[1] != "aws" {
		return "", badContact("Invalid resource Arn " + arn)
	}
	if parts[4] != c.account {
		return "", contactsDenied(c, arn)
	}
	if parts[3] != c.region {
		return "", contactsNotFound(kind, arn)
	}
	return c.region + "/" + name, nil
}
