package kind

// Answering a page, as the person who was paged does with the code of the message.

import (
	"context"
	"fmt"
	"slices"
	"strings"

	"github.com/aws/aws-sdk-go-v2/aws"
	"github.com/aws/aws-sdk-go-v2/service/ssmcontacts"
	contacttypes "github.com/aws/aws-sdk-go-v2/service/ssmcontacts/types"

	"github.com/watchbill/watchbill/internal/awsapi"
	"github.com/watchbill/watchbill/internal/mask"
)

// NotPagedError says that somebody has no page to answer. Paged are the people who have.
type NotPagedError struct {
	Contact string
	Paged   []string
}

func (e *NotPagedError) Error() string { return e.Contact + " was not paged for this incident" }

// Acknowledge answers the page of an incident that a person got, with the code of the message. Done is
// false when all of the person's pages were answered before. The error is a *NotPagedError or a
// *WrongCodeError when that is what is wrong.
func Acknowledge(ctx context.Context, clients *awsapi.Clients, i Incident, contact string, code mask.String) (done bool, err error) {
	pages, err := livePages(ctx, clients, i)
	if err != nil {
		return false, err
	}
	none := &NotPagedError{Contact: contact}
	var mine []contacttypes.Page
	for _, p := range pages {
		_, who := cutLast(aws.ToString(p.ContactArn))
		if none.Paged = append(none.Paged, who); who == contact {
			mine = append(mine, p)
		}
	}
	slices.Sort(none.Paged)
	none.Paged = slices.Compact(none.Paged)
	if len(mine) == 0 {
		return false, none
	}
	if slices.ContainsFunc(mine, func(p contacttypes.Page) bool { return p.ReadTime != nil }) {
		return false, nil
	}
	// Which of the person's messages the code is of, only AWS knows; the newest first.
	slices.SortStableFunc(mine, func(a, b contacttypes.Page) int { return aws.ToTime(b.SentTime).Compare(aws.ToTime(a.SentTime)) })
	wrong := &WrongCodeError{}
	for _, p := range mine {
		_, err := clients.Contacts.AcceptPage(ctx, &ssmcontacts.AcceptPageInput{PageId: p.PageArn, AcceptType: contacttypes.AcceptTypeRead,
			AcceptCode: aws.String(code.Reveal()), AcceptCodeValidation: contacttypes.AcceptCodeValidationEnforce})
		if err == nil {
			return true, nil
		}
		said, invalid := awsapi.Invalid(err)
		if !invalid {
			return false, fmt.Errorf("acknowledge the page of contact/%s: %w", contact, err)
		}
		wrong.Said = strings.ReplaceAll(said, code.Reveal(), code.String())
	}
	return false, wrong
}
