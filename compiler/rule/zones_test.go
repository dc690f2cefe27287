package rule_test

import (
	"archive/zip"
	"os/exec"
	"path/filepath"
	"slices"
	"strings"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"

	"github.com/watchbill/watchbill/compiler/rule"
)

// Our zones are those of the database that comes with Go, and each can be loaded.
func TestZonesAreThoseOfTheDatabase(t *testing.T) {
	for _, zone := range rule.Zones() {
		if _, err := time.LoadLocation(zone); err != nil {
			t.Error(err)
		}
	}
	root, err := exec.Command("go", "env", "GOROOT").Output()
	if err != nil {
		t.Skip("there is no Go here to compare with")
	}
	database, err := zip.OpenReader(filepath.Join(strings.TrimSpace(string(root)), "lib", "time", "zoneinfo.zip"))
	if err != nil {
		t.Skip(err)
	}
	defer database.Close()
	want := []string{"UTC"}
	for _, f := range database.File {
		if strings.Contains(f.Name, "/") && !strings.HasSuffix(f.Name, "/") {
			want = append(want, f.Name)
		}
	}
	have := slices.Sorted(slices.Values(rule.Zones()))
	slices.Sort(want)
	if diff := cmp.Diff(want, have); diff != "" {
		t.Error(diff)
	}
}

// What is offered instead of a name is a zone.
func TestOfferedZonesExist(t *testing.T) {
	for name, zone := range rule.OfferedZones() {
		if !slices.Contains(rule.Zones(), zone) {
			t.Errorf("for %s: there is no %s", name, zone)
		}
		if slices.Contains(rule.Zones(), name) {
			t.Errorf("%s is a zone itself", name)
		}
	}
}
