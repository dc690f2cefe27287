package rule

import (
	"fmt"
	"regexp"
	"strings"
	"time"
	_ "time/tzdata" // a plan means the same where the machine has no zone data

	"github.com/watchbill/watchbill/compiler/ast"
	"github.com/watchbill/watchbill/internal/diag"
)

// unknownTimezone reports time zones AWS does not know. It wants IANA names, and says
// that it refuses designators without rules for daylight saving time, such as PST
// (CreateRotation, TimeZoneId). Names without an area (Japan, CET, EST5EDT) are
// refused, too: IANA keeps them for old programs, and who takes them is documented
// nowhere. It is Fixed: no turn can be dealt without a zone.
func unknownTimezone(p *ast.Plan, _ Input, r *Reporter) {
	var written []ast.Text
	for _, rotation := range rotations(p) {
		written = append(written, rotation.Timezone)
	}
	for _, m := range p.Monitors {
		for _, mute := range m.Mute {
			written = append(written, mute.Timezone)
		}
	}
	for _, zone := range written {
		if !zone.Set() || knownZone(zone.V) {
			continue
		}
		why, hint := zoneFault(zone.V)
		f := r.Report(zone.At, "%s", why)
		if hint != "" {
			f.WithHint("%s", hint)
		}
	}
}

// knownZone reports whether the name is in our list, or, younger than the list, has the
// shape of one and is in the database at hand. Only the shape: on some machines
// asia/tokyo is a file, too.
func knownZone(name string) bool {
	z := zones()
	if z.known[name] || z.lower[strings.ToLower(name)] != "" {
		return z.known[name]
	}
	if !zoneShape.MatchString(name) || zoneNames[name[:strings.IndexByte(name, '/')]] == "" {
		return false
	}
	_, err := time.LoadLocation(name)
	return err == nil
}

var (
	zoneShape  = regexp.MustCompile(`^[A-Z][A-Za-z]+(/[A-Z][A-Za-z0-9_+-]+){1,2}$`)
	zoneOffset = regexp.MustCompile(`^(?i:utc|gmt)? ?[-+]?[0-9]{1,2}(:?[0-9]{2})?$`)
)

// zoneFault says what is wrong with a name and what to write instead.
func zoneFault(name string) (why, hint string) {
	if meant := designators[strings.ToUpper(name)]; meant != "" {
		return fmt.Sprintf("%q is an abbreviation, which does not say when clocks change", name), "write the name of the zone: " + meant
	}
	if meant := ancient[name]; meant != "" {
		return fmt.Sprintf("%q is the name of a zone without an area", name), "write " + meant
	}
	if zoneOffset.MatchString(name) {
		return fmt.Sprintf("%q is an offset, which does not say when clocks change", name),
			"write the name of the zone as Area/City, for example Europe/Berlin, or UTC"
	}
	message := fmt.Sprintf("no time zone is called %q", name)
	if meant := zoneMeant(name); meant != "" {
		return message + fmt.Sprintf("; did you mean %q?", meant), ""
	}
	return message, "write an IANA name as Area/City, for example Europe/Berlin, or UTC"
}

// zoneMeant guesses from the whole name or from the city alone.
func zoneMeant(name string) string {
	z := zones()
	tidy := strings.Join(strings.Fields(name), "_")
	if same := z.lower[strings.ToLower(tidy)]; same != "" {
		return same
	}
	if strings.Contains(tidy, "/") {
		return diag.Nearest(tidy, z.list)
	}
	for _, zone := range z.list {
		if strings.EqualFold(zone[strings.LastIndexByte(zone, '/')+1:], tidy) {
			return zone
		}
	}
	return ""
}

// designators are abbreviations people use, with a zone where clocks are set so.
var designators = map[string]string{
	"EST": "America/New_York", "EDT": "America/New_York", "ET": "America/New_York",
	"CST": "America/Chicago", "CDT": "America/Chicago", "CT": "America/Chicago",
	"MST": "America/Denver", "MDT": "America/Denver", "MT": "America/Denver",
	"PST": "America/Los_Angeles", "PDT": "America/Los_Angeles", "PT": "America/Los_Angeles",
	"AKST": "America/Anchorage", "AKDT": "America/Anchorage", "HST": "Pacific/Honolulu",
	"AST": "America/Halifax", "ADT": "America/Halifax", "BRT": "America/Sao_Paulo",
	"BST": "Europe/London", "WEST": "Europe/Lisbon", "CEST": "Europe/Berlin", "EEST": "Europe/Athens",
	"MSK": "Europe/Moscow", "SAST": "Africa/Johannesburg", "WAT": "Africa/Lagos", "EAT": "Africa/Nairobi",
	"IST": "Asia/Kolkata", "SGT": "Asia/Singapore", "HKT": "Asia/Hong_Kong", "JST": "Asia/Tokyo", "KST": "Asia/Seoul",
	"AWST": "Australia/Perth", "ACST": "Australia/Adelaide", "ACDT": "Australia/Adelaide",
	"AEST": "Australia/Sydney", "AEDT": "Australia/Sydney", "NZST": "Pacific/Auckland", "NZDT": "Pacific/Auckland",
	"Z": "UTC",
}

// ancient are the names without an area, with what IANA links them to.
var ancient = map[string]string{
	"CET": "Europe/Brussels", "CST6CDT": "America/Chicago", "Cuba": "America/Havana", "EET": "Europe/Athens",
	"EST5EDT": "America/New_York", "Egypt": "Africa/Cairo", "Eire": "Europe/Dublin", "GB": "Europe/London",
	"GB-Eire": "Europe/London", "GMT": "UTC", "GMT+0": "UTC", "GMT-0": "UTC", "GMT0": "UTC", "Greenwich": "UTC",
	"Hongkong": "Asia/Hong_Kong", "Iceland": "Atlantic/Reykjavik", "Iran": "Asia/Tehran", "Israel": "Asia/Jerusalem",
	"Jamaica": "America/Jamaica", "Japan": "Asia/Tokyo", "Kwajalein": "Pacific/Kwajalein", "Libya": "Africa/Tripoli",
	"MET": "Europe/Brussels", "MST7MDT": "America/Denver", "NZ": "Pacific/Auckland", "NZ-CHAT": "Pacific/Chatham",
	"Navajo": "America/Denver", "PRC": "Asia/Shanghai", "PST8PDT": "America/Los_Angeles", "Poland": "Europe/Warsaw",
	"Portugal": "Europe/Lisbon", "ROC": "Asia/Taipei", "ROK": "Asia/Seoul", "Singapore": "Asia/Singapore",
	"Turkey": "Europe/Istanbul", "UCT": "UTC", "Universal": "UTC", "W-SU": "Europe/Moscow", "WET": "Europe/Lisbon", "Zulu": "UTC",
}
