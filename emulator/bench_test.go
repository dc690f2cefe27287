package emulator_test

import (
	"fmt"
	"net/http"
	"strings"
	"sync/atomic"
	"testing"

	"github.com/aws/aws-sdk-go-v2/aws"
	"github.com/aws/aws-sdk-go-v2/service/ssmcontacts"
	contactstypes "github.com/aws/aws-sdk-go-v2/service/ssmcontacts/types"

	"github.com/watchbill/watchbill/emulator"
)

// crowd is an account with n people of two channels and two stages each.
func crowd(b testing.TB, o emulator.Options, n int) *clients {
	c := onboarded(b, o)
	for i := range n {
		alias := fmt.Sprintf("person-%05d", i)
		arn := c.person(alias)
		mail := c.channel(arn, "mail", contactstypes.ChannelTypeEmail, alias+"@example.com")
		phone := c.channel(arn, "phone", contactstypes.ChannelTypeVoice, "+12025550123")
		stage := func(channel string) contactstypes.Stage {
			return contactstypes.Stage{DurationInMinutes: aws.Int32(5), Targets: []contactstypes.Target{{
				ChannelTargetInfo: &contactstypes.ChannelTargetInfo{ContactChannelId: &channel, RetryIntervalInMinutes: aws.Int32(1)}}}}
		}
		need(c.contacts.UpdateContact(c.ctx, &ssmcontacts.UpdateContactInput{ContactId: &arn,
			Plan: &contactstypes.Plan{Stages: []contactstypes.Stage{stage(mail), stage(phone)}}}))(b)
	}
	return c
}

func contactARN(i int) string {
	return fmt.Sprintf("arn:aws:ssm-contacts:%s:%s:contact/person-%05d", home, account, i)
}

// BenchmarkGetContact measures whole SDK calls in process; BenchmarkGetContactBare the emulator's
// part of them.
func BenchmarkGetContact(b *testing.B) {
	c := crowd(b, emulator.Options{}, 1000)
	b.ReportAllocs()
	for i := 0; b.Loop(); i++ {
		arn := contactARN(i % 1000)
		if _, err := c.contacts.GetContact(c.ctx, &ssmcontacts.GetContactInput{ContactId: &arn}); err != nil {
			b.Fatal(err)
		}
	}
}

func BenchmarkGetContactBare(b *testing.B) {
	c := crowd(b, emulator.Options{}, 1000)
	r := need(http.NewRequest(http.MethodPost, "http://emulator.invalid/", nil))(b)
	r.Header.Set("Authorization", "AWS4-HMAC-SHA256 Credential=AKIDEXAMPLE/20261207/"+home+"/ssm-contacts/aws4_request, SignedHeaders=host, Signature=0")
	r.Header.Set("X-Amz-Target", "SSMContacts.GetContact")
	b.ReportAllocs()
	for i := 0; b.Loop(); i++ {
		body := strings.NewReader(`{"ContactId":"` + contactARN(i%1000) + `"}`)
		r.Body, r.ContentLength = readCloser{body}, body.Size()
		if res, err := c.http.RoundTrip(r); err != nil || res.StatusCode != http.StatusOK {
			b.Fatal(res, err)
		}
	}
}

type readCloser struct{ *strings.Reader }

func (readCloser) Close() error { return nil }

func BenchmarkListContacts(b *testing.B) {
	c := crowd(b, emulator.Options{}, 1000)
	b.ReportAllocs()
	for b.Loop() {
		need(c.contacts.ListContacts(c.ctx, &ssmcontacts.ListContactsInput{MaxResults: aws.Int32(1000)}))(b)
	}
}

// BenchmarkCreateContact writes through the SDK: to memory, to the disk one after the other, and
// to the disk from 64 goroutines, which share their waits for it.
func BenchmarkCreateContact(b *testing.B) {
	for _, where := range []string{"memory", "disk"} {
		b.Run(where, func(b *testing.B) {
			o := emulator.Options{}
			if where == "disk" {
				o.Dir = b.TempDir()
			}
			c := onboarded(b, o)
			b.ReportAllocs()
			for i := 0; b.Loop(); i++ {
				c.person(fmt.Sprintf("p-%d", i))
			}
		})
	}
	b.Run("disk-64", func(b *testing.B) {
		c := onboarded(b, emulator.Options{Dir: b.TempDir()})
		b.ReportAllocs()
		b.SetParallelism(32) // times GOMAXPROCS
		var n atomic.Int64
		b.RunParallel(func(pb *testing.PB) {
			for pb.Next() {
				c.person(fmt.Sprintf("p-%d", n.Add(1)))
			}
		})
	})
}

// BenchmarkOpen opens a store of 1,000 people with 2,000 channels: every start of a program pays this.
func BenchmarkOpen(b *testing.B) {
	dir := b.TempDir()
	s := need(emulator.Open(emulator.Options{Dir: dir, ReplicationDelay: -1}))(b)
	c := connect(b, s.Transport(), home)
	c.createSet(home)
	for i := range 1000 {
		alias := fmt.Sprintf("person-%05d", i)
		arn := c.person(alias)
		c.channel(arn, "mail", contactstypes.ChannelTypeEmail, alias+"@example.com")
		c.channel(arn, "phone", contactstypes.ChannelTypeVoice, "+12025550123")
	}
	s.Close()
	b.ReportAllocs()
	for b.Loop() {
		need(emulator.Open(emulator.Options{Dir: dir}))(b).Close()
	}
}
