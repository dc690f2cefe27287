package main

import (
	"fmt"
	"io"
	"strings"
	"time"

	"github.com/watchbill/watchbill/internal/chart"
	"github.com/watchbill/watchbill/kind"
	"github.com/watchbill/watchbill/oncall"
)

// The status of people as people read it:
//
//	  aiko (Aiko Sato) can be paged: call +***01, text +***01
//	      on call now until Mon 14 Dec 2026 09:00 Asia/Tokyo (00:00 UTC), primary/weekly
//	! ben (Ben Okafor) cannot be paged
//	      next shift Mon 14 Dec 2026 09:00 Asia/Tokyo (00:00 UTC), primary/weekly
//	      engaged by escalation_plan/web, schedule/primary
//	      text (+***02) is not activated: its owner has not entered the code
//
//	2 people on local: 1 can be called or texted; 1 cannot and is needed.

// writeStatus prints people for people.
func writeStatus(w io.Writer, target string, people []*person, paint paint) {
	phone, needed, unknown := 0, 0, 0
	for _, p := range people {
		mark, ink := " ", paint.bold
		switch {
		case p.attention():
			needed++
			mark, ink = "!", paint.remove
		case p.reach == reachUnknown:
			unknown++
			mark, ink = "?", paint.change
		case p.reach == byPhone:
			phone++
		}
		fmt.Fprintf(w, "%s %s\n", ink.Sprint(mark), ink.Sprint(p.headline()))
		for _, l := range p.lines() {
			fmt.Fprintf(w, "      %s\n", l)
		}
	}
	if len(people) > 0 {
		fmt.Fprintln(w)
	}
	fmt.Fprintln(w, verdictOn(target, len(people), phone, needed, unknown))
}

// writeRaised prints the alarms that are raised.
func writeRaised(w io.Writer, alarms []kind.RaisedAlarm, p paint) {
	for i, r := range alarms {
		if i == maxShownMonitors {
			fmt.Fprintf(w, "and %s\n", count(len(alarms)-i, "more alarm"))
			return
		}
		text := ""
		if r.Silent {
			text = "; its actions are off, so nobody was told"
		}
		fmt.Fprintf(w, "%s %s since %s%s\n", p.remove.Sprint("IN ALARM"), r.Addr, clockTime(r.Since), text)
	}
}

func verdictOn(target string, all, phone, needed, unknown int) string {
	text := fmt.Sprintf("%s on %s: %d can be called or texted", headcount(all), target, phone)
	if needed > 0 {
		text += fmt.Sprintf("; %d cannot and %s needed", needed, map[bool]string{true: "is", false: "are"}[needed == 1])
	}
	if unknown > 0 {
		text += fmt.Sprintf("; %d not known", unknown)
	}
	return text + "."
}

func headcount(n int) string {
	if n == 1 {
		return "1 person"
	}
	return fmt.Sprintf("%d people", n)
}

// headline is who it is and how they can be paged.
func (p *person) headline() string {
	who := p.contact
	if p.name != "" && p.name != p.contact {
		who += " (" + p.name + ")"
	}
	switch p.reach {
	case byNothing:
		return who + " cannot be paged"
	case reachUnknown:
		return who + ": not known"
	}
	var ways []string
	for _, c := range p.channels {
		if c.paged && c.status == "activated" {
			ways = append(ways, oncall.ChannelType(c.kind).Word()+" "+c.address)
		}
	}
	if p.reach == byMail {
		return who + " gets mail only: " + strings.Join(ways, ", ")
	}
	return who + " can be paged: " + strings.Join(ways, ", ")
}

func (p *person) lines() []string {
	var out []string
	if p.duty != nil {
		out = append(out, p.shift())
	}
	if p.attention() {
		out = append(out, "engaged by "+strings.Join(p.roles, ", "))
	}
	for _, h := range p.hindrances {
		out = append(out, h.message)
	}
	if !p.inPlan {
		out = append(out, "not in the plan")
	}
	return out
}

// shift says when the person is on call, in the rotation's zone and UTC.
func (p *person) shift() string {
	zone, where := p.duty.Calendar.Zone(), p.duty.Schedule+"/"+p.duty.Calendar.Name()
	if p.onCall && p.duty.Until.Sub(p.duty.Shift.Start) >= shiftsWithin {
		return "on call now and for all of the coming year, " + where
	}
	if p.onCall {
		return fmt.Sprintf("on call now until %s, %s", chart.Instant(p.duty.Until.In(zone)), where)
	}
	return fmt.Sprintf("next shift %s, %s", chart.Instant(p.duty.Shift.Start.In(zone)), where)
}

// statusJSON is what status prints with --output json. Fields are added in later
// versions, never taken away or given another meaning.
type statusJSON struct {
	SchemaVersion int          `json:"schema_version"`
	Target        string       `json:"target"`
	Now           time.Time    `json:"now"`
	People        []personJSON `json:"people"`
	Alarms        []raisedJSON `json:"alarms"` // of the plan's monitors, that are in ALARM
	Unread        []unreadJSON `json:"unread"`
}

type raisedJSON struct {
	Address string    `json:"address"`
	Since   time.Time `json:"since"`
	Silent  bool      `json:"silent"` // its actions are off: nobody was told
}

type personJSON struct {
	Contact    string              `json:"contact"`
	Name       string              `json:"name"`
	InPlan     bool                `json:"in_plan"`
	Reach      reach               `json:"reach"`
	Attention  bool                `json:"attention"` // somebody counts on them, and they can be neither called nor texted
	Roles      []string            `json:"roles"`
	Channels   []channelStatusJSON `json:"channels"`
	Hindrances []hindranceJSON     `json:"hindrances"`
	OnCallNow  bool                `json:"on_call_now"`
	NextShift  *nextShiftJSON      `json:"next_shift"` // the present one when on call now; null without any
}

type channelStatusJSON struct {
	Name    string `json:"name"`
	Type    string `json:"type"`
	Address string `json:"address"`
	Status  string `json:"status"`
	InPlan  bool   `json:"in_plan"`
	Paged   bool   `json:"paged"`
}

type hindranceJSON struct {
	Code    string `json:"code"`
	Channel string `json:"channel"`
	Message string `json:"message"`
	Command string `json:"command"` // that helps; "" when none does
}

type nextShiftJSON struct {
	Schedule string    `json:"schedule"`
	Rotation string    `json:"rotation"`
	Zone     string    `json:"zone"`
	Start    time.Time `json:"start"`
	End      time.Time `json:"end"`
	Until    time.Time `json:"until"` // the end of the last shift that follows without a break
	Override bool      `json:"override"`
}

// newStatusJSON builds the document; command writes a command line for the plan at path.
func newStatusJSON(v *view, path string, people []*person, alarms []kind.RaisedAlarm, command func(path string, words ...string) string) statusJSON {
	out := statusJSON{SchemaVersion: 1, Target: v.from, Now: v.now.UTC(), People: []personJSON{}, Alarms: []raisedJSON{}, Unread: []unreadJSON{}}
	for _, r := range alarms {
		out.Alarms = append(out.Alarms, raisedJSON{r.Addr.String(), r.Since, r.Silent})
	}
	for _, p := range people {
		one := personJSON{
			Contact: p.contact, Name: p.name, InPlan: p.inPlan, Reach: p.reach, Attention: p.attention(), Roles: append([]string{}, p.roles...),
			Channels: []channelStatusJSON{}, Hindrances: []hindranceJSON{}, OnCallNow: p.onCall, NextShift: p.shiftJSON(),
		}
		for _, c := range p.channels {
			one.Channels = append(one.Channels, channelStatusJSON{c.name, c.kind, c.address, c.status, c.inPlan, c.paged})
		}
		for _, h := range p.hindrances {
			one.Hindrances = append(one.Hindrances, hindranceJSON{h.code, h.channel, h.message, p.remedy(h, path, command)})
		}
		out.People = append(out.People, one)
	}
	for _, addr := range v.state.Unknowns() {
		out.Unread = append(out.Unread, unreadJSON{addressText(addr), sentence(v.state.Unknown(addr))})
	}
	return out
}

// remedy is the command that takes a hindrance away, "" when none does.
func (p *person) remedy(h hindrance, path string, command func(path string, words ...string) string) string {
	switch h.code {
	case notActivated:
		return command(path, "activate", p.contact+"/"+h.channel) + " --send"
	case notApplied, channelNotApplied, addressNotApplied:
		return command(path, "apply")
	}
	return ""
}

func (p *person) shiftJSON() *nextShiftJSON {
	if p.duty == nil {
		return nil
	}
	d := p.duty
	return &nextShiftJSON{
		Schedule: d.Schedule, Rotation: d.Calendar.Name(), Zone: d.Calendar.Zone().String(),
		Start: d.Shift.Start.UTC(), End: d.Shift.End.UTC(), Until: d.Until.UTC(), Override: d.Shift.Override != nil,
	}
}
