package emulator

// ssm, API version 2014-11-06: documents, so that a runbook can be looked at before it runs, the
// executions that incidents and clients started, and Parameter Store (ssm_parameter.go).

import (
	"net/http"

	"github.com/watchbill/watchbill/emulator/wire"
)

func ssmService() *service {
	return &service{
		name: "ssm",
		ops: append(modelled(ssmModel,
			writing("CreateDocument", createDocument),
			reading("DescribeDocument", describeDocument),
			reading("GetDocument", getDocument),
			writing("UpdateDocument", updateDocument),
			writing("UpdateDocumentDefaultVersion", updateDefaultVersion),
			reading("ListDocuments", listDocuments),
			reading("ListDocumentVersions", listDocumentVersions),
			writing("DeleteDocument", deleteDocument),
			writing("ModifyDocumentPermission", shareDocument),
			reading("DescribeDocumentPermission", documentShares),
			writing("AddTagsToResource", addSSMTags),
			writing("RemoveTagsFromResource", removeSSMTags),
			reading("ListTagsForResource", listSSMTags),
			writing("StartAutomationExecution", startExecution),
			reading("GetAutomationExecution", getExecution),
			reading("DescribeAutomationExecutions", listExecutions),
		), parameterOperations()...),
		gate:    func(*call, *state) error { return nil },
		invalid: func(ps problems) *wire.Error { return ssmError("ValidationException", ps.message()) },
	}
}

func ssmError(kind, text string) *wire.Error {
	return &wire.Error{Type: kind, Status: http.StatusBadRequest, Message: text}
}

func noDocument(name string) *wire.Error {
	return ssmError("InvalidDocument", "Document with name "+name+" does not exist.")
}
