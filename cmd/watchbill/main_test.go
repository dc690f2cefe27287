package main

import (
	"bytes"
	"context"
	"os/exec"
	"path/filepath"
	"regexp"
	"strings"
	"testing"
)

// address finds phone numbers (also without their +) and mail addresses, and not
// their masked forms.
var address = regexp.MustCompile(`\+[1-9][0-9]{6,}|2025550[0-9]{3}|[A-Za-z0-9._%+-]+@[A-Za-z0-9-]+\.[A-Za-z]+`)

// panicWriter stands for a bug in the middle of a command.
type panicWriter struct{ value string }

func (w panicWriter) Write([]byte) (int, error) { panic("dial " + w.value) }

// A bug is answered by a sentence and a place, and not by what the program had in
// its hands.
func TestPanicIsASentence(t *testing.T) {
	var stderr bytes.Buffer
	exit := guarded(context.Background(), process{out: panicWriter{"+12025550101"}, err: &stderr}, []string{"version"})
	if exit != exitTrouble {
		t.Errorf("exit code %d", exit)
	}
	text := stderr.String()
	if !strings.HasPrefix(text, "watchbill: internal error: ") || !strings.Contains(text, "main_test.go:") {
		t.Errorf("said:\n%s", text)
	}
	if address.MatchString(text) {
		t.Errorf("the panic's value was printed:\n%s", text)
	}
}

// The linker drops what nothing calls. Without that the program doubles; the usual
// culprits are text/template, html/template and anything that reaches
// reflect.Value.MethodByName (go build -ldflags=-dumpdep, then look for
// <ReflectMethod>).
func TestUnusedClientMethodsAreGone(t *testing.T) {
	if testing.Short() {
		t.Skip("builds the program")
	}
	t.Parallel()
	binary := filepath.Join(t.TempDir(), "watchbill")
	run := func(args ...string) string {
		out, err := exec.CommandContext(t.Context(), "go", args...).Output()
		if err != nil {
			t.Fatalf("go %s: %v", strings.Join(args, " "), err)
		}
		return string(out)
	}
	run("build", "-o", binary, ".")
	symbols := run("tool", "nm", binary)
	const contacts, incidents = "service/ssmcontacts.(*Client).", "service/ssmincidents.(*Client)."
	for method, want := range map[string]bool{
		contacts + "CreateContact": true, incidents + "CreateResponsePlan": true,
		contacts + "AcceptPage": true, contacts + "StopEngagement": false,
		incidents + "StartIncident": true, incidents + "CreateTimelineEvent": false,
		"service/ssm.(*Client).GetParameters": true, "service/secretsmanager.(*Client).GetSecretValue": true,
		"service/ssm.(*Client).PutParameter": false, "service/secretsmanager.(*Client).CreateSecret": false,
	} {
		if got := strings.Contains(symbols, method+"\n"); got != want {
			t.Errorf("%s in the program: %v, want %v", method, got, want)
		}
	}
}
