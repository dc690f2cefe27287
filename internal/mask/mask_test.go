package mask_test

import (
	"encoding/json"
	"encoding/xml"
	"errors"
	"fmt"
	"log/slog"
	"os"
	"os/exec"
	"reflect"
	"strings"
	"testing"

	"gopkg.in/yaml.v3"

	"github.com/watchbill/watchbill/internal/mask"
)

const phone, mail, token = "+12025550123", "aiko@example.com", "hunter22hunter22"

func TestString(t *testing.T) {
	for plain, want := range map[string]string{
		phone: "+***23", mail: "***@example.com", token: "***", "": "", "+12": "***",
	} {
		if got := mask.New(plain).String(); got != want {
			t.Errorf("mask.New(%q).String() = %q, want %q", plain, got, want)
		}
	}
}

// However a value that holds an address is printed, the address is not there.
func TestNeverPrintsPlain(t *testing.T) {
	type holder struct {
		Public mask.String
		hidden mask.String
		deep   *struct{ inner []mask.String }
		byName map[mask.String]mask.String
	}
	for _, plain := range []string{phone, mail, token} {
		s := mask.New(plain)
		h := holder{s, s, &struct{ inner []mask.String }{[]mask.String{s}}, map[mask.String]mask.String{s: s}}
		var out strings.Builder
		for _, v := range []any{s, &s, h, &h, []mask.String{s}, h.byName, fmt.Errorf("channel %v", s)} {
			for _, verb := range []string{"%v", "%+v", "%#v", "%s", "%q", "%x", "%X", "%d", "%20s"} {
				fmt.Fprintf(&out, verb+"\n", v)
			}
			b, err := json.Marshal(v)
			if err != nil {
				t.Fatal(err)
			}
			out.Write(b)
			y, err := yaml.Marshal(v)
			if err != nil {
				t.Fatal(err)
			}
			out.Write(y)
			dump(&out, reflect.ValueOf(v), 0)
			out.WriteString(recovered(v))
			fmt.Fprint(&out, errors.Join(fmt.Errorf("send to %w", fmt.Errorf("%q: %v", v, v)), fmt.Errorf("%+v", v)))
			slog.New(slog.NewJSONHandler(&out, nil)).Info("x", "v", v)
			slog.New(slog.NewTextHandler(&out, nil)).Info("x", "v", v)
		}
		for _, leak := range []string{plain, fmt.Sprintf("%x", plain), fmt.Sprintf("%X", plain)} {
			if strings.Contains(out.String(), leak) {
				t.Errorf("%q is in the output:\n%s", leak, out.String())
			}
		}
	}
}

// dump prints a value as printers for debugging do: by reflection, every field, through
// every pointer, with no regard for methods.
func dump(out *strings.Builder, v reflect.Value, depth int) {
	if depth > 20 {
		return
	}
	switch v.Kind() {
	case reflect.String:
		fmt.Fprintf(out, "%s %x\n", v.String(), v.String())
	case reflect.Pointer, reflect.Interface:
		if !v.IsNil() {
			dump(out, v.Elem(), depth+1)
		}
	case reflect.Struct:
		for i := range v.NumField() {
			dump(out, v.Field(i), depth+1)
		}
	case reflect.Slice, reflect.Array:
		for i := range v.Len() {
			dump(out, v.Index(i), depth+1)
		}
	case reflect.Map:
		for it := v.MapRange(); it.Next(); {
			dump(out, it.Key(), depth+1)
			dump(out, it.Value(), depth+1)
		}
	default:
		fmt.Fprintln(out, v)
	}
}

// recovered is what a panic with the value says to who catches it.
func recovered(v any) (said string) {
	defer func() { said = fmt.Sprintln(recover()) + fmt.Sprintf("%#v", v) }()
	panic(v)
}

// What XML carries is masked as well: the results of tests are XML.
func TestXML(t *testing.T) {
	type message struct {
		To   mask.String
		From mask.String `xml:",attr"`
	}
	b, err := xml.Marshal(message{mask.New(phone), mask.New(mail)})
	if err != nil || strings.Contains(string(b), phone) || strings.Contains(string(b), mail) || !strings.Contains(string(b), "+***23") {
		t.Errorf("%s, %v", b, err)
	}
}

// A panic that nobody catches is printed by the runtime, which knows no verbs.
func TestCrash(t *testing.T) {
	if os.Getenv("MASK_CRASH") != "" {
		panic(mask.New(phone))
	}
	crash := exec.CommandContext(t.Context(), os.Args[0], "-test.run=^TestCrash$")
	crash.Env = append(os.Environ(), "MASK_CRASH=1")
	out, err := crash.CombinedOutput()
	if err == nil || !strings.Contains(string(out), "panic: ") || strings.Contains(string(out), "2025550123") {
		t.Errorf("%v:\n%s", err, out)
	}
}

func TestEqual(t *testing.T) {
	built := strings.Join([]string{"+1202", "5550123"}, "")
	if mask.New(phone) != mask.New(built) || mask.New(phone) == mask.New(mail) || mask.New("") != (mask.String{}) {
		t.Error("equality does not follow the plain text")
	}
}

func TestScrub(t *testing.T) {
	for text, want := range map[string]string{
		"call +12025550123 or aiko@example.com":           "call +***23 or ***@example.com",
		"call +1 (202) 555-0123 now":                      "call +***23 now",
		"+1/202/555/0143, +1\u00a0202\u00a0555\u00a00143": "+***43, +***43",
		"o'brien@example.com, aiko%40example.com":         "***@example.com, ***",
		"arn:aws:iam::111122223333:role/a+b":              "arn:aws:iam::111122223333:role/a+b",
		"2 + 2, 5+5":                                      "2 + 2, 5+5",
		"post to https://hooks.chime.aws/incomingwebhooks/11112222-3333-4444-5555-666677778888?token=hunter22hunter22.\\n":  "post to https://hooks.chime.aws/***\\n",
		`{"url":"HTTPS://Hooks.slack.com/services/T0/B0/hunter22","to":"https://example.webhook.office.com/webhookb2/1@2"}`: `{"url":"HTTPS://Hooks.slack.com/***","to":"https://example.webhook.office.com/***"}`,
		"https://hooks.chime.aws, https://docs.example.com/hooks/web":                                                       "https://hooks.chime.aws, https://docs.example.com/hooks/web",
	} {
		if got := mask.Scrub(text); got != want {
			t.Errorf("Scrub(%q) = %q, want %q", text, got, want)
		}
	}
}
