package mask_test

import (
	"encoding/json"
	"fmt"
	"log/slog"
	"strings"
	"testing"

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
	} {
		if got := mask.Scrub(text); got != want {
			t.Errorf("Scrub(%q) = %q, want %q", text, got, want)
		}
	}
}
