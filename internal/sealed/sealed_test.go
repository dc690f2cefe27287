package sealed_test

import (
	"context"
	"errors"
	"os"
	"os/exec"
	"path/filepath"
	"strings"
	"testing"
	"time"

	"filippo.io/age"

	"github.com/watchbill/watchbill/internal/sealed"
)

// standIn puts the stand-in for sops on the PATH, alone, and sets what it does.
func standIn(t *testing.T, mode string) {
	t.Helper()
	dir := t.TempDir()
	if out, err := exec.Command("go", "build", "-o", filepath.Join(dir, "sops"), "./testdata/sops").CombinedOutput(); err != nil {
		t.Fatalf("%v\n%s", err, out)
	}
	t.Setenv("PATH", dir)
	t.Setenv("SOPS_FAKE", mode)
}

func keys(vars map[string]string) sealed.Keys {
	return sealed.Keys{LookupEnv: func(name string) (string, bool) {
		value, ok := vars[name]
		return value, ok
	}}
}

// A program that waits for something is not waited for longer than its user does.
func TestSOPSIsStopped(t *testing.T) {
	standIn(t, "hang")
	ctx, stop := context.WithTimeout(t.Context(), 50*time.Millisecond)
	defer stop()
	began := time.Now()
	_, err := keys(nil).SOPS(ctx, []byte("a: b\n"))
	if !errors.Is(err, context.DeadlineExceeded) || time.Since(began) > 30*time.Second {
		t.Errorf("%v after %v", err, time.Since(began))
	}
}

// A program that sops leaves behind with its output in hand is neither waited for nor
// mistaken for a sops that does not run.
func TestSOPSLeavesAProgramBehind(t *testing.T) {
	sleep, err := exec.LookPath("sleep")
	if err != nil {
		t.Skip(err)
	}
	dir := t.TempDir()
	if err := os.WriteFile(filepath.Join(dir, "sops"), []byte("#!/bin/sh\n"+sleep+" 20 &\necho a: 1\n"), 0o700); err != nil {
		t.Fatal(err)
	}
	t.Setenv("PATH", dir)
	_, err = keys(nil).SOPS(t.Context(), []byte("a: 1\n"))
	var refused *sealed.Error
	if !errors.As(err, &refused) || !refused.Locked || !strings.Contains(refused.Why, "still holds its output") {
		t.Errorf("%v", err)
	}
}

// watchbill's own variable is sops's, too, unless that has one.
func TestSOPSGetsTheIdentity(t *testing.T) {
	standIn(t, "identity")
	t.Setenv("SOPS_AGE_KEY_FILE", "")
	for _, tc := range []struct {
		vars map[string]string
		want string
	}{
		{map[string]string{"WATCHBILL_AGE_IDENTITY_FILE": "/mine"}, "identity: /mine\n"},
		{map[string]string{"WATCHBILL_AGE_IDENTITY_FILE": "/mine", "SOPS_AGE_KEY_FILE": "/theirs"}, "identity: \n"},
		{nil, "identity: \n"},
	} {
		out, err := keys(tc.vars).SOPS(t.Context(), []byte("a: b\n"))
		if err != nil || string(out) != tc.want {
			t.Errorf("%v: %q, %v", tc.vars, out, err)
		}
	}
}

// Only an identity that is one of the recipients' makes sure that nobody else is asked.
func TestOpensOffline(t *testing.T) {
	mine, err := age.GenerateX25519Identity()
	if err != nil {
		t.Fatal(err)
	}
	other, err := age.GenerateX25519Identity()
	if err != nil {
		t.Fatal(err)
	}
	k := keys(map[string]string{"SOPS_AGE_KEY": mine.String()})
	standIn(t, "")
	for _, tc := range []struct {
		recipients []string
		want       bool
	}{{nil, false}, {[]string{other.Recipient().String()}, false}, {[]string{other.Recipient().String(), mine.Recipient().String()}, true}} {
		if got := k.OpensOffline(tc.recipients); got != tc.want {
			t.Errorf("%d recipients: %v", len(tc.recipients), got)
		}
	}
	t.Setenv("PATH", t.TempDir())
	if k.OpensOffline([]string{mine.Recipient().String()}) {
		t.Error("without the program")
	}
}

func TestIsSOPSValue(t *testing.T) {
	for text, want := range map[string]bool{
		"ENC[AES256_GCM,data:AA==,iv:AA==,tag:AA==,type:str]": true,
		"ENC[AES256_GCM,data:,iv:,tag:,type:int]":             true,
		"ENC[]": false, "ENC[AES256_GCM,data:AA==]": false, "x ENC[AES256_GCM,data:AA==,iv:AA==,tag:AA==,type:str]": false,
		"ENC[AES256_GCM,data:" + strings.Repeat("]", 100) + ",type:str]": false,
	} {
		if got := sealed.IsSOPSValue(text); got != want {
			t.Errorf("%s: %v", text, got)
		}
	}
}

// Whatever is called an age file: an error of ours, and no more memory than allowed.
func FuzzAge(f *testing.F) {
	identity, err := age.GenerateX25519Identity()
	if err != nil {
		f.Fatal(err)
	}
	f.Add([]byte("age-encryption.org/v1\n-> X25519 AAAA\nAAAA\n--- AAAA\n"))
	f.Add([]byte("-----BEGIN AGE ENCRYPTED FILE-----\nYWdl\n-----END AGE ENCRYPTED FILE-----\n"))
	f.Add([]byte("age-encryption.org/v1\n-> scrypt AAAA 60\nAAAA\n--- AAAA\n"))
	k := keys(map[string]string{"SOPS_AGE_KEY": identity.String()})
	f.Fuzz(func(t *testing.T, src []byte) {
		plain, err := k.Age(src)
		var why *sealed.Error
		if err == nil || !errors.As(err, &why) || plain != nil {
			t.Errorf("%d bytes, %v", len(plain), err)
		}
	})
}
