package kind_test

import (
	"errors"
	"fmt"
	"net/http"
	"slices"
	"strings"
	"testing"

	"github.com/aws/aws-sdk-go-v2/aws"
	"github.com/aws/aws-sdk-go-v2/service/secretsmanager"
	"github.com/aws/aws-sdk-go-v2/service/ssm"
	ssmtypes "github.com/aws/aws-sdk-go-v2/service/ssm/types"
	"github.com/google/go-cmp/cmp"

	"github.com/watchbill/watchbill/emulator"
	"github.com/watchbill/watchbill/internal/awsapi"
	"github.com/watchbill/watchbill/internal/resource"
	"github.com/watchbill/watchbill/kind"
)

func (a *account) keepParameter(name, value string) {
	a.t.Helper()
	_, err := a.hand.SSM.PutParameter(a.t.Context(), &ssm.PutParameterInput{Name: &name, Value: &value,
		Type: ssmtypes.ParameterTypeSecureString, Overwrite: aws.Bool(true)})
	if err != nil {
		a.t.Fatal(err)
	}
}

func (a *account) keepSecret(name, value string) {
	a.t.Helper()
	if _, err := a.hand.Secrets.CreateSecret(a.t.Context(), &secretsmanager.CreateSecretInput{Name: &name, SecretString: &value}); err != nil {
		a.t.Fatal(err)
	}
}

func (a *account) references(refs ...kind.Reference) (map[kind.Reference]kind.Answer, error) {
	a.t.Helper()
	a.wire.taken()
	_, clients := a.env(&resource.State{})
	return kind.ReadReferences(a.t.Context(), clients, refs, 4)
}

func parameter(name string) kind.Reference {
	return kind.Reference{From: kind.FromParameter, Ref: name}
}
func secret(name string) kind.Reference { return kind.Reference{From: kind.FromSecret, Ref: name} }

// Each is asked for once, ten parameters a call, with the operations that are declared.
func TestReferencesAreReadOnce(t *testing.T) {
	a := open(t, emulator.Options{})
	var refs []kind.Reference
	for i := range 25 {
		name := fmt.Sprintf("/oncall/p%d", i)
		a.keepParameter(name, "+12025550123\n")
		refs = append(refs, parameter(name), parameter(name+":1"), parameter(name))
	}
	a.keepSecret("aiko", `{"phone": "+12025550123", "mail": "aiko@example.com"}`)
	a.keepSecret("ben", "+12025550199\r\n")
	refs = append(refs, secret("aiko#phone"), secret("aiko#mail"), secret("ben"))
	got, err := a.references(refs...)
	if err != nil {
		t.Fatal(err)
	}
	for _, ref := range refs {
		if answer := got[ref]; answer.Value.IsZero() || strings.ContainsAny(answer.Value.Reveal(), "\r\n") || answer.Why != "" {
			t.Errorf("%v: %v", ref, answer)
		}
	}
	counted := a.wire.counted()
	if counted["ssm:GetParameters"] != 5 || counted["secretsmanager:GetSecretValue"] != 2 {
		t.Errorf("calls %v", counted)
	}
	for op := range counted {
		if !slices.Contains(kind.References.Read, op) {
			t.Errorf("%s is called and not declared", op)
		}
	}
	if len(counted) != len(kind.References.Read) {
		t.Errorf("declared are %v, called %v", kind.References.Read, counted)
	}
}

// What cannot be read has a reason that does not hold the value; what can be has its value.
func TestReferencesThatCannotBeRead(t *testing.T) {
	a := open(t, emulator.Options{})
	const number = "12025550177"
	a.keepSecret("object", `{"phone": "+`+number+`", "number": `+number+`, "none": null, "empty": "", "lines": "+`+number+`\n+`+number+`", "list": ["+`+number+`"]}`)
	a.keepSecret("text", "+"+number)
	a.keepParameter("/lines", "+"+number+"\n+"+number)
	a.keepParameter("/blank", "\n")
	binary, name := []byte("+"+number), "binary"
	if _, err := a.hand.Secrets.CreateSecret(t.Context(), &secretsmanager.CreateSecretInput{Name: &name, SecretBinary: binary}); err != nil {
		t.Fatal(err)
	}
	for ref, why := range map[kind.Reference]string{
		secret("object"):        "no key says which part",
		secret("object#Phone"):  "no such key",
		secret("object#number"): "is not a text",
		secret("object#none"):   "is not a text",
		secret("object#list"):   "is not a text",
		secret("object#empty"):  "it is empty",
		secret("object#lines"):  "more than one line",
		secret("text#phone"):    "not a JSON object",
		secret("binary"):        "bytes",
		secret("nobody"):        "there is none of this name in " + region,
		parameter("/lines"):     "more than one line",
		parameter("/blank"):     "it is empty",
		parameter("/nobody"):    "there is none of this name in " + region,
		parameter("/lines:7"):   "there is none of this name in " + region,
	} {
		got, err := a.references(ref, secret("object#phone"))
		if err != nil {
			t.Fatal(err)
		}
		answer := got[ref]
		if !answer.Value.IsZero() || !strings.Contains(answer.Why, why) || answer.Hint == "" || strings.Contains(answer.Why+answer.Hint, number) {
			t.Errorf("%v: %+v, want %q", ref, answer, why)
		}
		if got[secret("object#phone")].Value.Reveal() != "+"+number {
			t.Errorf("%v keeps another from being read", ref)
		}
	}
}

// One name that is refused does not hide the others of its call.
func TestReferencesThatAreRefused(t *testing.T) {
	a := open(t, emulator.Options{})
	a.keepParameter("/mine", "+12025550123")
	a.keepParameter("/theirs", "+12025550199")
	a.keepSecret("theirs", "+12025550198")
	refuse := fails("AccessDeniedException", http.StatusBadRequest)
	a.wire.meddling(only(func(c call) bool { return strings.Contains(c.text, "theirs") }, refuse))
	got, err := a.references(parameter("/mine"), parameter("/theirs"), secret("theirs"))
	if err != nil {
		t.Fatal(err)
	}
	if got[parameter("/mine")].Value.IsZero() {
		t.Error("the parameter that may be read was not")
	}
	for _, ref := range []kind.Reference{parameter("/theirs"), secret("theirs")} {
		if answer := got[ref]; !answer.Value.IsZero() || !strings.Contains(answer.Why, "AWS denied ") || answer.Hint == "" {
			t.Errorf("%v: %+v", ref, answer)
		}
	}
}

// Without credentials, or with those of another account, nothing is asked and nothing is said
// about the plan.
func TestReferencesOfNobody(t *testing.T) {
	a := open(t, emulator.Options{})
	a.keepParameter("/mine", "+12025550123")
	clients, err := awsapi.New(t.Context(), awsapi.Config{Region: region, Account: "999999999999", Local: a.wire})
	if err != nil {
		t.Fatal(err)
	}
	_, err = kind.ReadReferences(t.Context(), clients, []kind.Reference{parameter("/mine")}, 1)
	var wrong *awsapi.WrongAccountError
	if !errors.As(err, &wrong) || a.wire.counted()["ssm:GetParameters"] != 0 {
		t.Errorf("read from another account: %v", err)
	}
	a.wire.meddling(only(func(c call) bool { return c.op == "ssm:GetParameters" }, fails("ExpiredTokenException", http.StatusBadRequest)))
	if _, err := a.references(parameter("/mine")); !awsapi.IsHopeless(err) {
		t.Errorf("credentials that end on the way: %v", err)
	}
}

func TestReferenceARNs(t *testing.T) {
	const ours = "arn:aws:ssm:eu-west-1:111122223333:parameter/"
	const full = "arn:aws:secretsmanager:eu-west-1:111122223333:secret:ben-AbCdEf"
	got := kind.ReferenceARNs([]kind.Reference{parameter("/oncall/b"), parameter("/oncall/a:3"), parameter("/oncall/a"), parameter("bare"),
		secret("oncall#mail"), secret("oncall#phone"), secret(full + "#phone")}, awsapi.Identity{Account: "111122223333", Partition: "aws"}, "eu-west-1")
	want := map[string][]string{
		"ssm:GetParameters":             {ours + "bare", ours + "oncall/a", ours + "oncall/b"},
		"secretsmanager:GetSecretValue": {full, "arn:aws:secretsmanager:eu-west-1:111122223333:secret:oncall-??????"},
	}
	if diff := cmp.Diff(want, got); diff != "" {
		t.Error(diff)
	}
	for action := range got {
		if !slices.Contains(kind.References.Read, action) {
			t.Errorf("%s is not among the operations", action)
		}
	}
}
