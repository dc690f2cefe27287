package kind

// Addresses that a plan only refers to: the target keeps them, in Parameter Store
// ({ssm: PATH}) or in Secrets Manager ({secret: NAME#KEY}), and a pass reads each of
// them once. What was not read is not absent: there is no value and a reason, and the
// reason has no value in it.

import (
	"context"
	"encoding/json"
	"fmt"
	"slices"
	"strings"
	"sync"

	"github.com/aws/aws-sdk-go-v2/aws"
	"github.com/aws/aws-sdk-go-v2/service/secretsmanager"
	"github.com/aws/aws-sdk-go-v2/service/ssm"
	"golang.org/x/sync/errgroup"

	"github.com/watchbill/watchbill/compiler/ast"
	"github.com/watchbill/watchbill/internal/awsapi"
	"github.com/watchbill/watchbill/internal/mask"
)

// Reference names an address the target keeps. From is FromParameter, and Ref then the
// parameter's name with or without :VERSION; or FromSecret, and Ref then a secret's name
// or ARN with or without #KEY.
type Reference struct{ From, Ref string }

// The sources a target keeps, as plans write them.
const (
	FromParameter = "ssm"
	FromSecret    = "secret"
)

// Answer is what a reference stands for: a Value that is not empty and has one line, or
// Why there is none and what to do about it, neither with an address in it.
type Answer struct {
	Value     mask.String
	Why, Hint string
}

// References are the AWS actions it takes to read references. A parameter or secret
// encrypted with a key of the customer's own also wants kms:Decrypt on that key.
var References = Operations{
	Read: []string{"sts:GetCallerIdentity", "ssm:GetParameters", "secretsmanager:GetSecretValue"},
}

// KeptAddresses are the addresses of a plan that the target keeps, in the plan's order.
func KeptAddresses(p *ast.Plan) (kept []*ast.Address) {
	for _, contact := range p.Contacts {
		for _, ch := range contact.Channels {
			kept = append(kept, &ch.Address)
		}
	}
	for _, c := range p.ChatChannels {
		if c.Chime != nil {
			kept = append(kept, &c.Chime.Webhook)
		}
	}
	return slices.DeleteFunc(kept, func(a *ast.Address) bool { return a.From != FromParameter && a.From != FromSecret })
}

// ReferenceARNs are the resources that a policy must name for references to be read, by
// action. A secret named without its ARN gets the six characters that AWS adds as
// question marks, which is how a policy says them.
func ReferenceARNs(refs []Reference, id awsapi.Identity, region string) map[string][]string {
	out := map[string][]string{}
	for _, ref := range refs {
		action, arn := "ssm:GetParameters", ""
		if ref.From == FromParameter {
			name, _, _ := strings.Cut(ref.Ref, ":")
			arn = "arn:" + id.Partition + ":ssm:" + region + ":" + id.Account + ":parameter/" + strings.TrimPrefix(name, "/")
		} else {
			action = "secretsmanager:GetSecretValue"
			if arn, _, _ = strings.Cut(ref.Ref, "#"); !strings.HasPrefix(arn, "arn:") {
				arn = "arn:" + id.Partition + ":secretsmanager:" + region + ":" + id.Account + ":secret:" + arn + "-??????"
			}
		}
		out[action] = append(out[action], arn)
	}
	for action, arns := range out {
		slices.Sort(arns)
		out[action] = slices.Compact(arns)
	}
	return out
}

// parametersPerCall is AWS's limit [GetParameters, Names 1..10].
const parametersPerCall = 10

// ReadReferences asks the target for all references, each once, so many calls at a time
// (parameters ten a call). Every reference has an answer then. The error is that
// nothing can be asked at all: the credentials, the account, the network, or ctx.
func ReadReferences(ctx context.Context, clients *awsapi.Clients, refs []Reference, parallel int) (map[Reference]Answer, error) {
	// A wrong account must not be read from.
	if _, err := clients.Identity(ctx); err != nil {
		return nil, err
	}
	r := &references{clients: clients, answers: make(map[Reference]Answer, len(refs))}
	parameters, secrets := r.sort(refs)
	calls, ctx := errgroup.WithContext(ctx)
	calls.SetLimit(max(1, parallel))
	for names := range slices.Chunk(parameters, parametersPerCall) {
		calls.Go(func() error { return r.parameters(ctx, names) })
	}
	for _, s := range secrets {
		calls.Go(func() error { return r.secret(ctx, s) })
	}
	if err := calls.Wait(); err != nil {
		return nil, fmt.Errorf("read the addresses that the target keeps: %w", err)
	}
	return r.answers, nil
}

// references is one reading.
type references struct {
	clients *awsapi.Clients
	mu      sync.Mutex
	answers map[Reference]Answer
}

// keptSecret is a secret and all references into it.
type keptSecret struct {
	id   string
	refs []Reference
}

// sort tells the sources apart, each name once and in order: what is asked must not depend
// on chance. A secret is asked for once, however many of its keys are wanted.
func (r *references) sort(refs []Reference) (parameters []string, secrets []*keptSecret) {
	refs = slices.Clone(refs)
	slices.SortFunc(refs, func(a, b Reference) int { return strings.Compare(a.From+a.Ref, b.From+b.Ref) })
	byID := map[string]*keptSecret{}
	for _, ref := range slices.Compact(refs) {
		if ref.From == FromParameter {
			parameters = append(parameters, ref.Ref)
			continue
		}
		id, _, _ := strings.Cut(ref.Ref, "#")
		if byID[id] == nil {
			byID[id] = &keptSecret{id: id}
			secrets = append(secrets, byID[id])
		}
		byID[id].refs = append(byID[id].refs, ref)
	}
	return parameters, secrets
}

func (r *references) answer(ref Reference, a Answer) {
	r.mu.Lock()
	defer r.mu.Unlock()
	r.answers[ref] = a
}

// parameters asks for up to ten parameters. One that is denied or badly named fails the
// whole call: then each is asked for alone, so that the one to blame is named.
func (r *references) parameters(ctx context.Context, names []string) error {
	out, err := r.clients.SSM.GetParameters(ctx, &ssm.GetParametersInput{Names: names, WithDecryption: aws.Bool(true)})
	switch {
	case err == nil:
	case ctx.Err() != nil || awsapi.IsHopeless(err):
		return err
	case len(names) > 1 && !awsapi.IsThrottled(err):
		for _, name := range names {
			if err := r.parameters(ctx, []string{name}); err != nil {
				return err
			}
		}
		return nil
	default:
		for _, name := range names {
			r.answer(Reference{FromParameter, name}, refusal(err))
		}
		return nil
	}
	found := map[string]Answer{}
	for _, p := range out.Parameters {
		name := aws.ToString(p.Name)
		if selector := strings.TrimPrefix(aws.ToString(p.Selector), ":"); selector != "" {
			name += ":" + selector
		}
		found[name] = oneLine(aws.ToString(p.Value))
	}
	for _, name := range names {
		a, ok := found[name]
		if !ok {
			a = Answer{Why: "there is none of this name in " + r.clients.Region(),
				Hint: "create it there as a SecureString, or correct the path; names are case-sensitive"}
		}
		r.answer(Reference{FromParameter, name}, a)
	}
	return nil
}

func (r *references) secret(ctx context.Context, s *keptSecret) error {
	out, err := r.clients.Secrets.GetSecretValue(ctx, &secretsmanager.GetSecretValueInput{SecretId: &s.id})
	if err != nil && (ctx.Err() != nil || awsapi.IsHopeless(err)) {
		return err
	}
	for _, ref := range s.refs {
		_, key, keyed := strings.Cut(ref.Ref, "#")
		switch {
		case awsapi.IsNotFound(err):
			r.answer(ref, Answer{Why: "there is none of this name in " + r.clients.Region(),
				Hint: "create it there, or correct the name or ARN; a secret of another account or Region is not found either"})
		case err != nil:
			r.answer(ref, refusal(err))
		case out.SecretString == nil:
			r.answer(ref, Answer{Why: "it holds bytes, not a text", Hint: "store the address as a text (SecretString)"})
		case keyed:
			r.answer(ref, member(*out.SecretString, key))
		default:
			r.answer(ref, whole(*out.SecretString))
		}
	}
	return nil
}

func refusal(err error) Answer {
	sentence, hint := awsapi.Explain(err)
	return Answer{Why: sentence, Hint: hint}
}

// whole is a secret that is an address and nothing else.
func whole(text string) Answer {
	if strings.HasPrefix(strings.TrimSpace(text), "{") {
		return Answer{Why: "it is a JSON object, and no key says which part of it is meant",
			Hint: "name the key behind a #, as in {secret: oncall/aiko#phone}"}
	}
	return oneLine(text)
}

// member is one key of a secret that is a JSON object.
func member(text, key string) Answer {
	var object map[string]json.RawMessage
	if json.Unmarshal([]byte(text), &object) != nil || object == nil {
		return Answer{Why: "it is not a JSON object, so it has no keys", Hint: "leave out the # and what follows, or store a JSON object"}
	}
	value, ok := object[key]
	if !ok {
		return Answer{Why: "its JSON object has no such key", Hint: "add the key to the secret, or correct what follows the #; keys are case-sensitive"}
	}
	var address string
	if json.Unmarshal(value, &address) != nil || string(value) == "null" {
		return Answer{Why: "what its JSON object has under this key is not a text", Hint: "store the address in quotes: a number loses its + there"}
	}
	return oneLine(address)
}

// oneLine is a stored text as an address: line breaks at its end are nobody's intention.
func oneLine(text string) Answer {
	text = strings.TrimRight(text, "\r\n")
	switch {
	case text == "":
		return Answer{Why: "it is empty", Hint: "store the address there"}
	case strings.ContainsAny(text, "\r\n"):
		return Answer{Why: "it holds more than one line", Hint: "store the address there and nothing else"}
	}
	return Answer{Value: mask.New(text)}
}
