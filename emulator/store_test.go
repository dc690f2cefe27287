package emulator_test

import (
	"bytes"
	"errors"
	"os"
	"path/filepath"
	"strings"
	"testing"

	"github.com/aws/aws-sdk-go-v2/aws"
	"github.com/aws/aws-sdk-go-v2/service/ssmcontacts"
	contactstypes "github.com/aws/aws-sdk-go-v2/service/ssmcontacts/types"
	"github.com/aws/aws-sdk-go-v2/service/ssmincidents"
	incidentstypes "github.com/aws/aws-sdk-go-v2/service/ssmincidents/types"
	"github.com/google/go-cmp/cmp"
	"go.etcd.io/bbolt"

	"github.com/watchbill/watchbill/emulator"
)

// aliases are those of all contacts, over all pages.
func (c *clients) aliases() []string {
	c.t.Helper()
	var list []string
	pages := ssmcontacts.NewListContactsPaginator(c.contacts, &ssmcontacts.ListContactsInput{})
	for pages.HasMorePages() {
		for _, p := range need(pages.NextPage(c.ctx))(c.t).Contacts {
			list = append(list, *p.Alias)
		}
	}
	return list
}

// written makes a store with a few of everything and closes it.
func written(t *testing.T) (dir string) {
	t.Helper()
	dir = t.TempDir()
	s := need(emulator.Open(emulator.Options{Dir: dir, ReplicationDelay: -1}))(t)
	c := connect(t, s.Transport(), home)
	c.createSet(home)
	for _, alias := range []string{"aiko", "ben", "chie"} {
		arn := c.person(alias)
		c.channel(arn, "mail", contactstypes.ChannelTypeEmail, alias+"@example.com")
	}
	need(c.incidents.CreateResponsePlan(c.ctx, &ssmincidents.CreateResponsePlanInput{Name: aws.String("down"),
		Engagements:      []string{},
		IncidentTemplate: &incidentstypes.IncidentTemplate{Title: aws.String(""), Impact: aws.Int32(3), Summary: aws.String("")}}))(t)
	if err := s.Close(); err != nil {
		t.Fatal(err)
	}
	return dir
}

func TestReopenKeepsEverything(t *testing.T) {
	dir := written(t)
	c := empty(t, emulator.Options{Dir: dir})
	if diff := cmp.Diff([]string{"aiko", "ben", "chie"}, c.aliases()); diff != "" {
		t.Error(diff)
	}
	arn := "arn:aws:ssm-incidents::" + account + ":response-plan/down"
	p := need(c.incidents.GetResponsePlan(c.ctx, &ssmincidents.GetResponsePlanInput{Arn: &arn}))(t)
	if p.DisplayName != nil || p.IncidentTemplate.Summary == nil || *p.IncidentTemplate.Summary != "" {
		t.Errorf("absent and empty are not kept apart: %+v", p)
	}
}

func TestStoreIsPrivate(t *testing.T) {
	dir := filepath.Join(t.TempDir(), "new")
	empty(t, emulator.Options{Dir: dir})
	for path, want := range map[string]os.FileMode{dir: 0o700, filepath.Join(dir, emulator.StoreName): 0o600} {
		if got := need(os.Stat(path))(t).Mode().Perm(); got != want {
			t.Errorf("%s has mode %o, want %o", path, got, want)
		}
	}
	if names := need(os.ReadDir(dir))(t); len(names) != 1 {
		t.Errorf("left behind: %v", names)
	}
}

func TestOneOwner(t *testing.T) {
	dir := written(t)
	s := need(emulator.Open(emulator.Options{Dir: dir}))(t)
	if _, err := emulator.Open(emulator.Options{Dir: dir}); !errors.Is(err, emulator.ErrLocked) {
		t.Errorf("the second one got %v", err)
	}
	s.Close()
	open(t, emulator.Options{Dir: dir})
}

func TestClosedServer(t *testing.T) {
	s := need(emulator.Open(emulator.Options{}))(t)
	c := connect(t, s.Transport(), home)
	s.Close()
	if _, err := c.incidents.ListReplicationSets(c.ctx, &ssmincidents.ListReplicationSetsInput{}); !errors.Is(err, emulator.ErrClosed) {
		t.Errorf("got %v", err)
	}
	if err := s.Close(); err != nil {
		t.Errorf("closing twice: %v", err)
	}
}

func TestAccountOfStore(t *testing.T) {
	dir := t.TempDir()
	need(emulator.Open(emulator.Options{Dir: dir, Account: "222233334444"}))(t).Close()
	var wrong *emulator.AccountError
	if _, err := emulator.Open(emulator.Options{Dir: dir, Account: account}); !errors.As(err, &wrong) || wrong.Found != "222233334444" {
		t.Errorf("got %v", err)
	}
	if s := open(t, emulator.Options{Dir: dir}); s.Account() != "222233334444" {
		t.Errorf("account %s", s.Account())
	}
	if _, err := emulator.Open(emulator.Options{Account: "12"}); err == nil {
		t.Error("account 12 was accepted")
	}
}

func TestFutureStore(t *testing.T) {
	dir := written(t)
	path := filepath.Join(dir, emulator.StoreName)
	db := need(bbolt.Open(path, 0o600, nil))(t)
	if err := db.Update(func(tx *bbolt.Tx) error { return tx.Bucket([]byte("meta")).Put([]byte("format"), []byte("7")) }); err != nil {
		t.Fatal(err)
	}
	db.Close()
	before := need(os.ReadFile(path))(t)
	var future *emulator.VersionError
	if _, err := emulator.Open(emulator.Options{Dir: dir}); !errors.As(err, &future) || future.Found != 7 || future.Supported != 1 {
		t.Errorf("got %v", err)
	}
	if !bytes.Equal(before, need(os.ReadFile(path))(t)) {
		t.Error("the file was changed")
	}
}

// TestDamagedStore opens files that are cut short, scribbled over or something else altogether.
// Whatever happens must be an error or a store; the process lives and the file stays.
func TestDamagedStore(t *testing.T) {
	dir := written(t)
	path := filepath.Join(dir, emulator.StoreName)
	good := need(os.ReadFile(path))(t)
	page := os.Getpagesize()
	cases := map[string][]byte{
		"empty":       {},
		"text":        []byte(strings.Repeat("not a database\n", 3000)),
		"one byte":    good[:1],
		"no headers":  append(bytes.Repeat([]byte{0xff}, 2*page), good[2*page:]...),
		"two headers": good[:2*page],
		"no bucket":   emptyBolt(t),
	}
	for n := 3; n*page < len(good); n += 3 {
		cases["cut at page "+string(rune('A'+n))] = good[:n*page-7]
	}
	for name, content := range cases {
		t.Run(name, func(t *testing.T) {
			if err := os.WriteFile(path, content, 0o600); err != nil {
				t.Fatal(err)
			}
			var damage *emulator.CorruptError
			s, err := emulator.Open(emulator.Options{Dir: dir})
			if err == nil { // what was cut off was free space
				defer s.Close()
				if diff := cmp.Diff([]string{"aiko", "ben", "chie"}, connect(t, s.Transport(), home).aliases()); diff != "" {
					t.Error(diff)
				}
				return
			}
			if !errors.As(err, &damage) || damage.Path != path {
				t.Errorf("got %v", err)
			}
			if !bytes.Equal(content, need(os.ReadFile(path))(t)) {
				t.Error("the file was changed")
			}
		})
	}
	// Every page but the headers scribbled over in turn: it is noticed, or it was free space.
	for at := 2 * page; at < len(good); at += page {
		for _, with := range []byte{0x00, 0xff, 0x7b} {
			content := bytes.Clone(good)
			copy(content[at:], bytes.Repeat([]byte{with}, page))
			if err := os.WriteFile(path, content, 0o600); err != nil {
				t.Fatal(err)
			}
			s, err := emulator.Open(emulator.Options{Dir: dir})
			var damage *emulator.CorruptError
			if err == nil {
				if diff := cmp.Diff([]string{"aiko", "ben", "chie"}, connect(t, s.Transport(), home).aliases()); diff != "" {
					t.Errorf("page %d: %s", at/page, diff)
				}
				s.Close()
			} else if !errors.As(err, &damage) {
				t.Errorf("page %d: %v", at/page, err)
			}
		}
	}
	if err := os.WriteFile(path, good, 0o600); err != nil {
		t.Fatal(err)
	}
	open(t, emulator.Options{Dir: dir}) // nothing holds a lock after all that
}

func emptyBolt(t *testing.T) []byte {
	path := filepath.Join(t.TempDir(), "x.db")
	need(bbolt.Open(path, 0o600, nil))(t).Close()
	return need(os.ReadFile(path))(t)
}

func TestStoreIsAFolder(t *testing.T) {
	dir := t.TempDir()
	if err := os.Mkdir(filepath.Join(dir, emulator.StoreName), 0o700); err != nil {
		t.Fatal(err)
	}
	if _, err := emulator.Open(emulator.Options{Dir: dir}); err == nil {
		t.Error("a folder was opened as a store")
	}
}
