//go:build unix

package main

import (
	"bytes"
	"encoding/json"
	"errors"
	"net/http"
	"os"
	"os/exec"
	"path/filepath"
	"strings"

	"filippo.io/age"
	"filippo.io/age/armor"
	"github.com/rogpeppe/go-internal/testscript"
)

// keep URL ssm|secret NAME VALUE stores an address with a served Incident Manager, in the
// place of what has that name.
func keep(ts *testscript.TestScript, neg bool, args []string) {
	if neg || len(args) != 4 {
		ts.Fatalf("usage: keep URL ssm|secret NAME VALUE")
	}
	name, value := args[2], args[3]
	if args[1] == "ssm" {
		send(ts, args[0], "AmazonSSM.PutParameter", map[string]any{"Name": name, "Value": value, "Type": "SecureString", "Overwrite": true})
		return
	}
	if ok := trySend(ts, args[0], "secretsmanager.CreateSecret", map[string]any{"Name": name, "SecretString": value}); !ok {
		send(ts, args[0], "secretsmanager.PutSecretValue", map[string]any{"SecretId": name, "SecretString": value})
	}
}

func send(ts *testscript.TestScript, url, target string, body any) {
	if !trySend(ts, url, target, body) {
		ts.Fatalf("%s was refused", target)
	}
}

// trySend makes one call in AWS's JSON, in the Region of the scripts' targets, and reports
// whether it was accepted.
func trySend(ts *testscript.TestScript, url, target string, body any) bool {
	data, err := json.Marshal(body)
	ts.Check(err)
	r, err := http.NewRequest(http.MethodPost, url, strings.NewReader(string(data)))
	ts.Check(err)
	r.Header.Set("X-Amz-Target", target)
	service, _, _ := strings.Cut(strings.ToLower(strings.TrimPrefix(target, "Amazon")), ".")
	r.Header.Set("Authorization", "AWS4-HMAC-SHA256 Credential=A/20261207/ap-northeast-1/"+service+"/aws4_request, Signature=0")
	resp, err := http.DefaultClient.Do(r)
	ts.Check(err)
	resp.Body.Close()
	return resp.StatusCode == http.StatusOK
}

// fakesops DIR builds the stand-in for sops into DIR, which is put at the front of the PATH,
// and sets $WATCHBILL to the program under test.
func fakesops(ts *testscript.TestScript, neg bool, args []string) {
	if neg || len(args) != 1 {
		ts.Fatalf("usage: fakesops DIR")
	}
	dir := ts.MkAbs(args[0])
	ts.Check(os.MkdirAll(dir, 0o755))
	build := exec.Command("go", "build", "-o", filepath.Join(dir, "sops"), "../../internal/sealed/testdata/sops")
	if out, err := build.CombinedOutput(); err != nil {
		ts.Fatalf("build the stand-in for sops: %v\n%s", err, out)
	}
	for _, in := range filepath.SplitList(ts.Getenv("PATH")) {
		if program := filepath.Join(in, "watchbill"); ts.Getenv("WATCHBILL") == "" {
			if _, err := os.Stat(program); err == nil {
				ts.Setenv("WATCHBILL", program)
			}
		}
	}
	ts.Setenv("PATH", dir+string(filepath.ListSeparator)+ts.Getenv("PATH"))
}

// ageEncrypt encrypts a file in its place with age, for a new identity that is written to
// another.
func ageEncrypt(file, identityFile string) error {
	identity, err := age.GenerateX25519Identity()
	if err != nil {
		return err
	}
	src, err := os.ReadFile(file)
	if err != nil {
		return err
	}
	var out bytes.Buffer
	armored := armor.NewWriter(&out)
	in, err := age.Encrypt(armored, identity.Recipient())
	if err != nil {
		return err
	}
	_, err = in.Write(src)
	if err := errors.Join(err, in.Close(), armored.Close()); err != nil {
		return err
	}
	return errors.Join(os.WriteFile(file, out.Bytes(), 0o600), os.WriteFile(identityFile, []byte(identity.String()+"\n"), 0o600))
}
