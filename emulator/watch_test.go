package emulator_test

import (
	"net/http"
	"os"
	"os/exec"
	"path/filepath"
	"strings"
	"testing"
	"time"

	"github.com/aws/aws-sdk-go-v2/aws"
	"github.com/aws/aws-sdk-go-v2/service/ssmcontacts"
	contactstypes "github.com/aws/aws-sdk-go-v2/service/ssmcontacts/types"
	"github.com/aws/aws-sdk-go-v2/service/ssmincidents"

	"github.com/watchbill/watchbill/emulator"
)

// nasty is text that would be somebody else's program if it were not escaped.
const nasty = `<script>alert(1)</script>"'><img src=x onerror=alert(2)> & שלום`

// watched is an account with an incident and texts that are nasty.
func watched(t testing.TB) *held {
	h := heldAccount(t, emulator.Options{})
	aiko := h.pager("aiko", 5, 1)
	need(h.contacts.UpdateContact(h.ctx, &ssmcontacts.UpdateContactInput{ContactId: &aiko, DisplayName: aws.String("Aiko Sato")}))(t)
	need(h.contacts.CreateContactChannel(h.ctx, &ssmcontacts.CreateContactChannelInput{ContactId: &aiko, Name: aws.String("desk"),
		Type: contactstypes.ChannelTypeVoice, DeliveryAddress: address("+12025550177")}))(t)
	in := planInput("down")
	in.IncidentTemplate.Title, in.Engagements = aws.String("The shop is down "+nasty), []string{aiko}
	arn := h.clients.start(*need(h.incidents.CreateResponsePlan(h.ctx, in))(t).Arn)
	h.after(time.Minute)
	need(h.incidents.CreateTimelineEvent(h.ctx, &ssmincidents.CreateTimelineEventInput{IncidentRecordArn: &arn, EventType: aws.String("Note"),
		EventTime: aws.Time(h.start.Add(30 * time.Second)), EventData: aws.String(`"` + strings.ReplaceAll(nasty, `"`, "") + `"`)}))(t)
	return h
}

func TestPageShowsAndEscapes(t *testing.T) {
	h := watched(t)
	got := h.send(raw{method: http.MethodGet})
	if got.status != 200 || got.header.Get("Content-Type") != "text/html; charset=utf-8" {
		t.Fatalf("%d %s", got.status, got.body)
	}
	for _, bad := range []string{"<script", "<img", "<b>", "+1202555", "2025550", "onerror=alert(2)>"} {
		if strings.Contains(got.body, bad) {
			t.Errorf("the page has %s", bad)
		}
	}
	box := h.clients.outbox().Messages
	for _, want := range []string{"The shop is down &lt;script&gt;", "SSM Contacts Page for Incident", "aiko", "desk</bdi> VOICE", "Aiko Sato",
		"NOT_ACTIVATED", box[len(box)-1].Code, "2026-12-07 09:01:00 UTC", "stopped", "שלום", "Next is due at 2026-12-07 09:02:00", "OPEN"} {
		if !strings.Contains(got.body, want) {
			t.Errorf("the page lacks %q", want)
		}
	}
	for _, want := range []string{"default-src 'none'", "form-action 'self'", "frame-ancestors 'none'", "style-src 'sha256-"} {
		if !strings.Contains(got.header.Get("Content-Security-Policy"), want) {
			t.Errorf("the policy lacks %s", want)
		}
	}
	if got.header.Get("X-Content-Type-Options") != "nosniff" || got.header.Get("Cache-Control") != "no-store" {
		t.Errorf("headers %v", got.header)
	}
}

func TestPageOfAnEmptyAccount(t *testing.T) {
	got := empty(t, emulator.Options{}).send(raw{method: http.MethodGet})
	if got.status != 200 || !strings.Contains(got.body, "Nothing is due.") {
		t.Errorf("%d %s", got.status, got.body)
	}
}

func TestClockButtons(t *testing.T) {
	h := watched(t)
	press := func(form string) answer {
		return h.send(raw{path: "/_watchbill/page/clock", body: form, header: http.Header{"Content-Type": {"application/x-www-form-urlencoded"}}})
	}
	for _, step := range []struct {
		form, to string
		now      time.Duration
		running  bool
	}{
		{"do=5m", "/", 6 * time.Minute, false},
		{"do=1h&refresh=", "/?refresh", 66 * time.Minute, false},
		{"do=next&next=2026-12-07T11:00:00Z", "/", 2 * time.Hour, false},
		{"do=minute", "/", 2 * time.Hour, true},
		{"do=stop", "/", 2 * time.Hour, false},
		{"do=run", "/", 2 * time.Hour, true},
	} {
		got := press(step.form)
		if got.status != http.StatusSeeOther || got.header.Get("Location") != step.to {
			t.Errorf("%s: %d to %s", step.form, got.status, got.header.Get("Location"))
		}
		if c := h.server.Clock(); c.Now.Sub(h.start) != step.now || c.Running != step.running {
			t.Errorf("%s: the clock shows %v", step.form, c)
		}
	}
	for _, form := range []string{"", "do=", "do=back", "do=-5m", "do=next", "do=next&next=2020-01-01T00:00:00Z", "%", "do=" + strings.Repeat("x", 5000)} {
		if got := press(form); got.status != http.StatusBadRequest {
			t.Errorf("%.20q: %d", form, got.status)
		}
	}
}

// TestPageInABrowser lets a real browser show the page, with its policy in force.
// WATCHBILL_SCREENSHOT=FILE keeps the picture.
func TestPageInABrowser(t *testing.T) {
	browser, err := exec.LookPath("chromium")
	if err != nil {
		t.Skip("chromium is not on this machine")
	}
	addr, _ := serve(t, watched(t).server)
	run := func(args ...string) string {
		t.Helper()
		cmd := exec.CommandContext(t.Context(), browser, append([]string{"--headless", "--no-sandbox", "--disable-gpu", "--disable-quic", "--no-first-run",
			"--disable-background-networking", "--disable-component-update", "--disable-sync", "--window-size=1100,1300",
			"--enable-logging=stderr", "--user-data-dir=" + t.TempDir()}, append(args, "http://"+addr+"/")...)...)
		var stderr strings.Builder
		cmd.Stderr = &stderr
		out, err := cmd.Output()
		if err != nil {
			t.Fatalf("%v: %s", err, stderr.String())
		}
		if strings.Contains(stderr.String(), "Content Security Policy") {
			t.Errorf("the browser complains: %s", stderr.String())
		}
		return string(out)
	}
	dom := run("--dump-dom")
	for _, want := range []string{"The shop is down &lt;script&gt;alert(1)&lt;/script&gt;", "SSM Incident Start", "+1 min</button>"} {
		if !strings.Contains(dom, want) {
			t.Errorf("the browser does not show %q", want)
		}
	}
	if strings.Contains(dom, "<script") || strings.Contains(dom, "<img") {
		t.Error("text became markup")
	}
	picture := os.Getenv("WATCHBILL_SCREENSHOT")
	if picture == "" {
		picture = filepath.Join(t.TempDir(), "page.png")
	}
	run("--screenshot=" + picture)
	if info, err := os.Stat(picture); err != nil || info.Size() < 10_000 {
		t.Errorf("no picture: %v", err)
	}
}

func TestHostsOnThePage(t *testing.T) {
	w, s := stopped(t)
	press := func(form string, header http.Header) answer {
		header.Set("Content-Type", "application/x-www-form-urlencoded")
		return w.send(raw{path: "/_watchbill/page/hosts", body: form, header: header})
	}
	w.host(`{"id": "i-0a", "tags": {"note": "<script>alert(1)</script>"}}`)
	w.put(statusAlarm("a"+nasty, "i-0a"))
	w.pass(s, 5*time.Minute)
	page := func() string { return w.send(raw{method: http.MethodGet}).body }
	for _, want := range []string{"i-0a", "note=&lt;script&gt;", ">Break</button>", "a&lt;script&gt;", `<span class="RESOLVED">OK</span>`} {
		if !strings.Contains(page(), want) {
			t.Errorf("the page lacks %s", want)
		}
	}
	form := "id=i-0a&type=ec2:instance&region=" + home
	if got := press("do=break&"+form, http.Header{"Sec-Fetch-Site": {"cross-site"}}); got.status != http.StatusForbidden {
		t.Errorf("another site broke a host: %d", got.status)
	}
	if got := press("do=break&"+form+"&refresh=", http.Header{}); got.status != http.StatusSeeOther || got.header.Get("Location") != "/?refresh" {
		t.Errorf("break: %d", got.status)
	}
	w.pass(s, 5*time.Minute)
	for _, want := range []string{"broken since 2026-12-07 09:05:00", ">Mend</button>", `<span class="OPEN">ALARM</span>`} {
		if !strings.Contains(page(), want) {
			t.Errorf("the page lacks %s", want)
		}
	}
	if press("do=mend&"+form, http.Header{}); !strings.Contains(page(), ">Break</button>") {
		t.Error("it is not mended")
	}
	for form, want := range map[string]int{"do=mend&id=i-0b&type=ec2:instance&region=" + home: 404, "do=fly&" + form: 400, "": 400, "%": 400} {
		if got := press(form, http.Header{}); got.status != want {
			t.Errorf("%q: %d, want %d", form, got.status, want)
		}
	}
}
