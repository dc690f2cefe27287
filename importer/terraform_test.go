package importer_test

import (
	"net/http/httptest"
	"os"
	"os/exec"
	"path/filepath"
	"testing"

	"github.com/watchbill/watchbill/emulator"
	"github.com/watchbill/watchbill/internal/awsapi"
)

// An account that Terraform made. Its AWS provider is no small thing to fetch, so the test wants
// the folder of an installed one (terraform init -plugin-dir) in WATCHBILL_TEST_TF_PLUGINS.
func TestImportWhatTerraformMade(t *testing.T) {
	plugins := os.Getenv("WATCHBILL_TEST_TF_PLUGINS")
	if plugins == "" {
		t.Skip("WATCHBILL_TEST_TF_PLUGINS names no folder of Terraform providers")
	}
	s, err := emulator.Open(emulator.Options{ReplicationDelay: -1})
	if err != nil {
		t.Fatal(err)
	}
	defer s.Close()
	served := httptest.NewServer(s)
	defer served.Close()
	dir := t.TempDir()
	text, err := os.ReadFile(filepath.Join("testdata", "terraform", "main.tf"))
	if err != nil {
		t.Fatal(err)
	}
	if err := os.WriteFile(filepath.Join(dir, "main.tf"), text, 0o600); err != nil {
		t.Fatal(err)
	}
	for _, args := range [][]string{{"init", "-plugin-dir=" + plugins}, {"apply", "-auto-approve", "-var=endpoint=" + served.URL}} {
		cmd := exec.CommandContext(t.Context(), "terraform", append(args, "-no-color", "-input=false")...)
		cmd.Dir = dir
		cmd.Env = append(os.Environ(), "TF_CLI_CONFIG_FILE=", "CHECKPOINT_DISABLE=1")
		if out, err := cmd.CombinedOutput(); err != nil {
			t.Fatalf("terraform %s: %v\n%s", args[0], err, out)
		}
	}
	clients, err := awsapi.New(t.Context(), awsapi.Config{Region: region, Local: s.Transport()})
	if err != nil {
		t.Fatal(err)
	}
	a := &account{clients, t}
	a.importInto(t.TempDir()).same().left(`rotation "weekly_turns": no schedule refers to it`).
		has("people.yaml", "      work-phone: {voice: {file: addresses/aiko.work-phone.txt}, name: Work phone} # not activated: pages nobody yet").
		has("response.yaml", "    engage: [web]\n    runbook: aws-restartec2instance")
}
