package emulator

import (
	"net/http"

	"github.com/watchbill/watchbill/emulator/wire"
)

// sts, API version 2011-06-15: who am I, which clients ask before they do anything.
func stsService() *service {
	return &service{
		name: "sts",
		ops: []*operation{{name: "GetCallerIdentity", read: func(c *call, _ *state, _ map[string]any) (any, error) {
			return wire.Result{Action: "GetCallerIdentity", Namespace: "https://sts.amazonaws.com/doc/2011-06-15/", Content: wire.Element{
				{Name: "Arn", Value: callerARN(c.account)},
				{Name: "UserId", Value: "AIDA0000000EXAMPLE"},
				{Name: "Account", Value: c.account},
			}}, nil
		}}},
		gate: func(*call, *state) error { return nil },
		invalid: func(ps problems) *wire.Error {
			return &wire.Error{Type: "ValidationError", Status: http.StatusBadRequest, Message: ps.message()}
		},
	}
}

// callerARN is who everybody is here: signatures are not looked at.
func callerARN(account string) string { return "arn:aws:iam::" + account + ":user/local" }
