package emulator_test

import (
	"fmt"
	"slices"
	"testing"

	"github.com/aws/aws-sdk-go-v2/aws"
	"github.com/aws/aws-sdk-go-v2/service/resourcegroupstaggingapi"
	taggingtypes "github.com/aws/aws-sdk-go-v2/service/resourcegroupstaggingapi/types"
	"github.com/aws/aws-sdk-go-v2/service/ssmcontacts"
	contactstypes "github.com/aws/aws-sdk-go-v2/service/ssmcontacts/types"
	"github.com/aws/aws-sdk-go-v2/service/ssmincidents"
	incidentstypes "github.com/aws/aws-sdk-go-v2/service/ssmincidents/types"
	"github.com/google/go-cmp/cmp"

	"github.com/watchbill/watchbill/emulator"
)

func contactTags(kv ...string) (tags []contactstypes.Tag) {
	for i := 0; i < len(kv); i += 2 {
		tags = append(tags, contactstypes.Tag{Key: &kv[i], Value: &kv[i+1]})
	}
	return tags
}

func (c *clients) contactTags(arn string) map[string]string {
	c.t.Helper()
	tags := map[string]string{}
	for _, t := range need(c.contacts.ListTagsForResource(c.ctx, &ssmcontacts.ListTagsForResourceInput{ResourceARN: &arn}))(c.t).Tags {
		tags[*t.Key] = *t.Value
	}
	return tags
}

func (c *clients) tagContact(arn string, tags ...contactstypes.Tag) error {
	_, err := c.contacts.TagResource(c.ctx, &ssmcontacts.TagResourceInput{ResourceARN: &arn, Tags: tags})
	return err
}

func TestContactTags(t *testing.T) {
	c := onboarded(t, emulator.Options{})
	arn := *need(c.contacts.CreateContact(c.ctx, &ssmcontacts.CreateContactInput{Alias: aws.String("aiko"), Type: contactstypes.ContactTypePersonal,
		Plan: &contactstypes.Plan{Stages: []contactstypes.Stage{}}, Tags: contactTags("team", "web", "a/b", "x:y @z")}))(t).ContactArn
	if diff := cmp.Diff(map[string]string{"team": "web", "a/b": "x:y @z"}, c.contactTags(arn)); diff != "" {
		t.Error(diff)
	}
	if err := c.tagContact(arn, contactTags("team", "db", "more", "1")...); err != nil {
		t.Fatal(err)
	}
	need(c.contacts.UntagResource(c.ctx, &ssmcontacts.UntagResourceInput{ResourceARN: &arn, TagKeys: []string{"a/b", "never"}}))(t)
	if diff := cmp.Diff(map[string]string{"team": "db", "more": "1"}, c.contactTags(arn)); diff != "" {
		t.Error(diff)
	}
	for name, tags := range map[string][]contactstypes.Tag{
		"dot in key": contactTags("a.b", "x"), "colon in key": contactTags("aws:x", "x"), "empty value": contactTags("a", ""),
		"no value": {{Key: aws.String("a")}}, "bad value": contactTags("a", "#"),
	} {
		if err := c.tagContact(arn, tags...); err == nil {
			t.Errorf("%s: accepted", name)
		} else {
			fails[*contactstypes.ValidationException](t, err)
		}
	}
	var many []contactstypes.Tag
	for i := range 49 {
		many = append(many, contactTags(fmt.Sprintf("k%d", i), "v")...)
	}
	fails[*contactstypes.ServiceQuotaExceededException](t, c.tagContact(arn, many...))
	fails[*contactstypes.ResourceNotFoundException](t, c.tagContact(arn+"x", contactTags("a", "b")...))
	mail := c.channel(arn, "mail", contactstypes.ChannelTypeEmail, "aiko@example.com")
	fails[*contactstypes.ValidationException](t, c.tagContact(mail, contactTags("a", "b")...)) // channels cannot
}

func TestIncidentsTags(t *testing.T) {
	c := onboarded(t, emulator.Options{})
	in := planInput("down")
	in.Tags = map[string]string{"team": "web"}
	plan := *need(c.incidents.CreateResponsePlan(c.ctx, in))(t).Arn
	set := need(c.incidents.ListReplicationSets(c.ctx, &ssmincidents.ListReplicationSetsInput{}))(t).ReplicationSetArns[0]
	list := func(arn string) map[string]string {
		t.Helper()
		return need(c.incidents.ListTagsForResource(c.ctx, &ssmincidents.ListTagsForResourceInput{ResourceArn: &arn}))(t).Tags
	}
	tag := func(arn string, tags map[string]string) error {
		_, err := c.incidents.TagResource(c.ctx, &ssmincidents.TagResourceInput{ResourceArn: &arn, Tags: tags})
		return err
	}
	for arn, want := range map[string]map[string]string{plan: {"team": "web"}, set: {}} {
		if diff := cmp.Diff(want, list(arn)); diff != "" {
			t.Error(diff)
		}
		if err := tag(arn, map[string]string{"team": "db", "x.y:z@ +/,": "", "c d": "e"}); err != nil {
			t.Fatal(err)
		}
		need(c.incidents.UntagResource(c.ctx, &ssmincidents.UntagResourceInput{ResourceArn: &arn, TagKeys: []string{"c d", "never"}}))(t)
		if diff := cmp.Diff(map[string]string{"team": "db", "x.y:z@ +/,": ""}, list(arn)); diff != "" {
			t.Error(diff)
		}
		fails[*incidentstypes.ValidationException](t, tag(arn, map[string]string{"aws:x": "y"}))
		fails[*incidentstypes.ValidationException](t, tag(arn, map[string]string{"x": "ü"}))
		fails[*incidentstypes.ResourceNotFoundException](t, tag(arn+"x", map[string]string{"x": "y"}))
		many := map[string]string{}
		for i := range 49 {
			many[fmt.Sprintf("k%d", i)] = ""
		}
		fails[*incidentstypes.ServiceQuotaExceededException](t, tag(arn, many))
	}
	if c.set(set).Status != incidentstypes.ReplicationSetStatusActive {
		t.Error("tagging changed the set's status")
	}
}

func TestTagsOfSetFromTheStart(t *testing.T) {
	c := empty(t, emulator.Options{})
	arn := need(c.incidents.CreateReplicationSet(c.ctx, &ssmincidents.CreateReplicationSetInput{Tags: map[string]string{"owner": "x"},
		Regions: map[string]incidentstypes.RegionMapInputValue{home: {}}}))(t).Arn
	got := need(c.incidents.ListTagsForResource(c.ctx, &ssmincidents.ListTagsForResourceInput{ResourceArn: arn}))(t).Tags // while CREATING
	if diff := cmp.Diff(map[string]string{"owner": "x"}, got); diff != "" {
		t.Error(diff)
	}
}

// TestTagsLiveInTheHomeRegion: the other Regions of the set have contacts, but no tags.
func TestTagsLiveInTheHomeRegion(t *testing.T) {
	one := empty(t, emulator.Options{ReplicationDelay: -1})
	one.createSet(home, dr)
	two := connect(t, one.http, dr)
	arn := two.person("aiko")
	fails[*contactstypes.ValidationException](t, two.tagContact(arn, contactTags("a", "b")...))
	_, err := two.contacts.CreateContact(two.ctx, &ssmcontacts.CreateContactInput{Alias: aws.String("ben"), Type: contactstypes.ContactTypePersonal,
		Plan: &contactstypes.Plan{Stages: []contactstypes.Stage{}}, Tags: contactTags("a", "b")})
	fails[*contactstypes.ValidationException](t, err)
	in := planInput("down")
	in.Tags = map[string]string{"a": "b"}
	_, err = two.incidents.CreateResponsePlan(two.ctx, in)
	fails[*incidentstypes.ValidationException](t, err)
	need(one.incidents.CreateResponsePlan(one.ctx, in))(t)
	if got := two.resources(&resourcegroupstaggingapi.GetResourcesInput{}); len(got) != 0 {
		t.Errorf("seen from %s: %v", dr, got)
	}
}

// resources are the ARNs and tags of all pages.
func (c *clients) resources(in *resourcegroupstaggingapi.GetResourcesInput) map[string]map[string]string {
	c.t.Helper()
	got := map[string]map[string]string{}
	p := resourcegroupstaggingapi.NewGetResourcesPaginator(c.tagging, in)
	for p.HasMorePages() {
		for _, m := range need(p.NextPage(c.ctx))(c.t).ResourceTagMappingList {
			if got[*m.ResourceARN] != nil {
				c.t.Errorf("%s is there twice", *m.ResourceARN)
			}
			got[*m.ResourceARN] = map[string]string{}
			for _, t := range m.Tags {
				got[*m.ResourceARN][*t.Key] = *t.Value
			}
		}
	}
	return got
}

func filter(key string, values ...string) taggingtypes.TagFilter {
	return taggingtypes.TagFilter{Key: &key, Values: values}
}

func TestGetResources(t *testing.T) {
	c := onboarded(t, emulator.Options{MaxPage: 3})
	set := need(c.incidents.ListReplicationSets(c.ctx, &ssmincidents.ListReplicationSetsInput{}))(t).ReplicationSetArns[0]
	need(c.incidents.TagResource(c.ctx, &ssmincidents.TagResourceInput{ResourceArn: &set, Tags: map[string]string{"owner": "us"}}))(t)
	var people, plans []string
	for i := range 5 {
		arn := c.person(fmt.Sprintf("p-%d", i))
		if err := c.tagContact(arn, contactTags("owner", "us", "n", fmt.Sprint(i))...); err != nil {
			t.Fatal(err)
		}
		people = append(people, arn)
		in := planInput(fmt.Sprintf("plan-%d", i))
		in.Tags = map[string]string{"owner": "them"}
		plans = append(plans, *need(c.incidents.CreateResponsePlan(c.ctx, in))(t).Arn)
	}
	c.person("untagged")
	c.plan("untagged")
	need(c.contacts.UntagResource(c.ctx, &ssmcontacts.UntagResourceInput{ResourceARN: &people[4], TagKeys: []string{"owner", "n"}}))(t)

	for name, tc := range map[string]struct {
		in   resourcegroupstaggingapi.GetResourcesInput
		want []string
	}{
		"all":                 {resourcegroupstaggingapi.GetResourcesInput{}, append(append([]string{set}, people...), plans...)}, // also who once had tags
		"by tag":              {resourcegroupstaggingapi.GetResourcesInput{TagFilters: []taggingtypes.TagFilter{filter("owner", "us")}}, append([]string{set}, people[:4]...)},
		"one of values":       {resourcegroupstaggingapi.GetResourcesInput{TagFilters: []taggingtypes.TagFilter{filter("n", "1", "3", "x")}}, []string{people[1], people[3]}},
		"any value":           {resourcegroupstaggingapi.GetResourcesInput{TagFilters: []taggingtypes.TagFilter{filter("n")}}, people[:4]},
		"all of filters":      {resourcegroupstaggingapi.GetResourcesInput{TagFilters: []taggingtypes.TagFilter{filter("n", "1", "2"), filter("owner", "us")}}, people[1:3]},
		"by type":             {resourcegroupstaggingapi.GetResourcesInput{ResourceTypeFilters: []string{"ssm-incidents:response-plan"}}, plans},
		"by service":          {resourcegroupstaggingapi.GetResourcesInput{ResourceTypeFilters: []string{"ssm-incidents"}}, append([]string{set}, plans...)},
		"by type and tag":     {resourcegroupstaggingapi.GetResourcesInput{ResourceTypeFilters: []string{"ssm-contacts:contact", "ec2:instance"}, TagFilters: []taggingtypes.TagFilter{filter("n", "0")}}, people[:1]},
		"by ARN":              {resourcegroupstaggingapi.GetResourcesInput{ResourceARNList: []string{people[0], plans[0], "arn:aws:x:y:z:gone"}}, []string{people[0], plans[0]}},
		"nothing":             {resourcegroupstaggingapi.GetResourcesInput{TagFilters: []taggingtypes.TagFilter{filter("owner", "nobody")}}, nil},
		"one resource a page": {resourcegroupstaggingapi.GetResourcesInput{ResourcesPerPage: aws.Int32(1)}, append(append([]string{set}, people...), plans...)},
	} {
		t.Run(name, func(t *testing.T) {
			got := c.resources(&tc.in)
			want := slices.Sorted(slices.Values(tc.want))
			var arns []string
			for arn := range got {
				arns = append(arns, arn)
			}
			slices.Sort(arns)
			if diff := cmp.Diff(want, arns); diff != "" {
				t.Error(diff)
			}
		})
	}
	got := c.resources(&resourcegroupstaggingapi.GetResourcesInput{})
	if diff := cmp.Diff(map[string]string{"owner": "us", "n": "2"}, got[people[2]]); diff != "" {
		t.Error(diff)
	}
	if diff := cmp.Diff(map[string]string{}, got[people[4]]); diff != "" {
		t.Error(diff)
	}
	_, err := c.tagging.GetResources(c.ctx, &resourcegroupstaggingapi.GetResourcesInput{PaginationToken: aws.String("x")})
	fails[*taggingtypes.PaginationTokenExpiredException](t, err)
	_, err = c.tagging.GetResources(c.ctx, &resourcegroupstaggingapi.GetResourcesInput{ResourceARNList: people, ResourcesPerPage: aws.Int32(2)})
	fails[*taggingtypes.InvalidParameterException](t, err)
	_, err = c.tagging.GetResources(c.ctx, &resourcegroupstaggingapi.GetResourcesInput{ResourcesPerPage: aws.Int32(101)})
	fails[*taggingtypes.InvalidParameterException](t, err)
}
