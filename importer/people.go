package importer

import (
	"cmp"
	"slices"
	"strings"

	"github.com/watchbill/watchbill/internal/resource"
	"github.com/watchbill/watchbill/kind"
)

// AddressFolder holds a file for each address, below the plan folder.
const AddressFolder = "addresses"

// channelKeys are the plan's words for AWS's channel types.
var channelKeys = map[string]string{"EMAIL": "email", "SMS": "sms", "VOICE": "voice"}

func (d *Draft) contact(o *resource.Object, spec kind.Contact) *item {
	i, t := d.newItem("contacts", o)
	t.field(2, "name", spec.DisplayName)
	var channels []*resource.Object
	var plan *kind.EngagementPlan
	for _, child := range d.children[o.Addr] {
		switch spec := child.Spec.(type) {
		case kind.Channel:
			channels = append(channels, child)
		case kind.EngagementPlan:
			plan = &spec
		}
	}
	if len(channels) == 0 {
		i.leave("it has no channel, so nobody can reach it")
	}
	d.nameChannels(channels)
	tags := map[string]string{}
	for k, v := range spec.Tags {
		tags[k] = v
	}
	t.line(2, "channels:")
	for _, c := range channels {
		t.line(3, d.channel(i, o.Addr.Name, c, tags))
	}
	if plan != nil {
		d.engagementPlan(i, t, *plan)
	}
	i.finish(t, 2, tags, "tags")
	return i
}

// nameChannels gives channels their keys and sorts them by key. A name that a plan can
// say is the key itself.
func (d *Draft) nameChannels(channels []*resource.Object) {
	name := func(o *resource.Object) string { return o.Spec.(kind.Channel).Name }
	slices.SortFunc(channels, func(a, b *resource.Object) int { // identifiers come last: they are made by chance
		x, y := a.Spec.(kind.Channel), b.Spec.(kind.Channel)
		return cmp.Or(cmp.Compare(x.Name, y.Name), cmp.Compare(x.Type, y.Type), cmp.Compare(x.Address.Reveal(), y.Address.Reveal()), cmp.Compare(a.ID, b.ID))
	})
	taken := map[string]bool{}
	for _, sayable := range []bool{true, false} {
		for _, c := range channels {
			if _, named := d.names[c.Addr]; named || sayable && (!kind.Sayable(name(c)) || taken[name(c)]) {
				continue
			}
			if sayable {
				taken[name(c)], d.names[c.Addr] = true, name(c)
				continue
			}
			d.names[c.Addr] = nameFor(name(c), "channel", taken)
		}
	}
	slices.SortFunc(channels, func(a, b *resource.Object) int { return cmp.Compare(d.names[a.Addr], d.names[b.Addr]) })
}

// channel is one line: mail: {email: …}. Its protection stands among the contact's tags.
func (d *Draft) channel(i *item, contact string, o *resource.Object, tags map[string]string) string {
	spec, key := o.Spec.(kind.Channel), d.names[o.Addr]
	medium, known := channelKeys[spec.Type]
	address := spec.Address.Reveal()
	switch {
	case !known:
		i.leave("its channel %s is of type %q, which a plan does not know", key, spec.Type)
	case address == "" || strings.ContainsAny(address, "\r\n"):
		i.leave("the address of its channel %s is not one line", key)
	}
	value := scalar(address)
	if !d.options.Plain {
		// Names hold no dot, so no two channels share a file.
		file := AddressFolder + "/" + contact + "." + key + ".txt"
		i.files = append(i.files, File{Path: file, Text: []byte(address + "\n"), Private: true})
		value = "{file: " + file + "}"
	}
	line := medium + ": " + value
	if spec.Name != key {
		line += ", name: " + scalar(spec.Name)
	}
	if tags[protectTag+"/"+key] == "true" {
		delete(tags, protectTag+"/"+key)
		line += ", protect: true"
	}
	line = scalar(key) + ": {" + line + "}"
	if o.Status == kind.NotActivated {
		line += " # not activated: pages nobody yet"
	}
	return line
}

func (d *Draft) engagementPlan(i *item, t *text, plan kind.EngagementPlan) {
	stages, ok := plan.Written()
	if !ok {
		i.leave("a stage of its engagement plan repeats the pages of its channels at different intervals")
		return
	}
	t.line(2, "engagement_plan:")
	for _, s := range stages {
		page := []string{}
		for _, target := range plan.Stages[s.First].Targets {
			key, known := d.names[target.Channel]
			if !known || d.found[target.Channel].Parent != i.addr {
				i.leave("its engagement plan pages %s, which is no channel of its own", shown(target.Channel))
			}
			page = append(page, key)
		}
		slices.Sort(page)
		stage(t, page, scalar, s)
	}
}

// stage writes one stage. What AWS needs several for is said.
func stage(t *text, page []string, write func(string) string, s kind.Written) {
	at := len(t.lines)
	t.list(4, "page", page, write)
	if s.Retry > 0 {
		t.line(4, "retry: "+duration(s.Retry))
	}
	wait := "wait: " + duration(s.Wait)
	if s.Pieces > 1 {
		wait += " # several stages in AWS"
	}
	t.line(4, wait)
	t.lines[at] = strings.Repeat("  ", 3) + "- " + strings.TrimLeft(t.lines[at], " ")
}
