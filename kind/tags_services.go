package kind

// How each AWS service reads and writes tags. They agree on nothing but that a tag is a key
// and a value.

import (
	"context"
	"maps"
	"slices"
	"strings"

	"github.com/aws/aws-sdk-go-v2/aws"
	"github.com/aws/aws-sdk-go-v2/service/chatbot"
	chattypes "github.com/aws/aws-sdk-go-v2/service/chatbot/types"
	"github.com/aws/aws-sdk-go-v2/service/cloudwatch"
	alarmtypes "github.com/aws/aws-sdk-go-v2/service/cloudwatch/types"
	"github.com/aws/aws-sdk-go-v2/service/eventbridge"
	eventtypes "github.com/aws/aws-sdk-go-v2/service/eventbridge/types"
	"github.com/aws/aws-sdk-go-v2/service/iam"
	roletypes "github.com/aws/aws-sdk-go-v2/service/iam/types"
	"github.com/aws/aws-sdk-go-v2/service/sns"
	topictypes "github.com/aws/aws-sdk-go-v2/service/sns/types"
	"github.com/aws/aws-sdk-go-v2/service/ssm"
	documenttypes "github.com/aws/aws-sdk-go-v2/service/ssm/types"
	"github.com/aws/aws-sdk-go-v2/service/ssmcontacts"
	contacttypes "github.com/aws/aws-sdk-go-v2/service/ssmcontacts/types"
	"github.com/aws/aws-sdk-go-v2/service/ssmincidents"
)

// tagService is how a service reads, writes and takes away the tags of the resource with an
// ARN. What ask returns has none of AWS's own.
type tagService struct {
	ask   func(ctx context.Context, e *Env, id string) (map[string]string, error)
	tag   func(ctx context.Context, e *Env, id string, tags map[string]string) error
	untag func(ctx context.Context, e *Env, id string, keys []string) error
}

// tagServices are by the service in ARNs; what is not among them is ssm-incidents.
var tagServices = map[string]tagService{
	"ssm-contacts": {
		func(ctx context.Context, e *Env, id string) (map[string]string, error) {
			out, err := e.aws.Contacts.ListTagsForResource(ctx, &ssmcontacts.ListTagsForResourceInput{ResourceARN: &id})
			if err != nil {
				return nil, err
			}
			return tagMap(out.Tags, func(t contacttypes.Tag) (*string, *string) { return t.Key, t.Value }), nil
		},
		func(ctx context.Context, e *Env, id string, tags map[string]string) error {
			_, err := e.aws.Contacts.TagResource(ctx, &ssmcontacts.TagResourceInput{ResourceARN: &id, Tags: contactTags(tags)})
			return err
		},
		func(ctx context.Context, e *Env, id string, keys []string) error {
			_, err := e.aws.Contacts.UntagResource(ctx, &ssmcontacts.UntagResourceInput{ResourceARN: &id, TagKeys: keys})
			return err
		},
	},
	"cloudwatch": {
		func(ctx context.Context, e *Env, id string) (map[string]string, error) {
			out, err := e.aws.Alarms.ListTagsForResource(ctx, &cloudwatch.ListTagsForResourceInput{ResourceARN: &id})
			if err != nil {
				return nil, err
			}
			return tagMap(out.Tags, func(t alarmtypes.Tag) (*string, *string) { return t.Key, t.Value }), nil
		},
		func(ctx context.Context, e *Env, id string, tags map[string]string) error {
			_, err := e.aws.Alarms.TagResource(ctx, &cloudwatch.TagResourceInput{ResourceARN: &id, Tags: alarmTags(tags)})
			return err
		},
		func(ctx context.Context, e *Env, id string, keys []string) error {
			_, err := e.aws.Alarms.UntagResource(ctx, &cloudwatch.UntagResourceInput{ResourceARN: &id, TagKeys: keys})
			return err
		},
	},
	"events": {
		func(ctx context.Context, e *Env, id string) (map[string]string, error) {
			out, err := e.aws.Events.ListTagsForResource(ctx, &eventbridge.ListTagsForResourceInput{ResourceARN: &id})
			if err != nil {
				return nil, err
			}
			return tagMap(out.Tags, func(t eventtypes.Tag) (*string, *string) { return t.Key, t.Value }), nil
		},
		func(ctx context.Context, e *Env, id string, tags map[string]string) error {
			_, err := e.aws.Events.TagResource(ctx, &eventbridge.TagResourceInput{ResourceARN: &id, Tags: eventTags(tags)})
			return err
		},
		func(ctx context.Context, e *Env, id string, keys []string) error {
			_, err := e.aws.Events.UntagResource(ctx, &eventbridge.UntagResourceInput{ResourceARN: &id, TagKeys: keys})
			return err
		},
	},
	"sns": {
		func(ctx context.Context, e *Env, id string) (map[string]string, error) {
			out, err := e.aws.Topics.ListTagsForResource(ctx, &sns.ListTagsForResourceInput{ResourceArn: &id})
			if err != nil {
				return nil, err
			}
			return tagMap(out.Tags, func(t topictypes.Tag) (*string, *string) { return t.Key, t.Value }), nil
		},
		func(ctx context.Context, e *Env, id string, tags map[string]string) error {
			_, err := e.aws.Topics.TagResource(ctx, &sns.TagResourceInput{ResourceArn: &id, Tags: topicTags(tags)})
			return err
		},
		func(ctx context.Context, e *Env, id string, keys []string) error {
			_, err := e.aws.Topics.UntagResource(ctx, &sns.UntagResourceInput{ResourceArn: &id, TagKeys: keys})
			return err
		},
	},
	"iam": {
		func(ctx context.Context, e *Env, id string) (map[string]string, error) {
			out := map[string]string{}
			pages := iam.NewListRoleTagsPaginator(e.aws.Roles, &iam.ListRoleTagsInput{RoleName: aws.String(lastPart(id))})
			for pages.HasMorePages() {
				page, err := pages.NextPage(ctx)
				if err != nil {
					return nil, err
				}
				maps.Copy(out, tagMap(page.Tags, func(t roletypes.Tag) (*string, *string) { return t.Key, t.Value }))
			}
			return out, nil
		},
		func(ctx context.Context, e *Env, id string, tags map[string]string) error {
			_, err := e.aws.Roles.TagRole(ctx, &iam.TagRoleInput{RoleName: aws.String(lastPart(id)), Tags: roleTags(tags)})
			return err
		},
		func(ctx context.Context, e *Env, id string, keys []string) error {
			_, err := e.aws.Roles.UntagRole(ctx, &iam.UntagRoleInput{RoleName: aws.String(lastPart(id)), TagKeys: keys})
			return err
		},
	},
	"ssm": {
		func(ctx context.Context, e *Env, id string) (map[string]string, error) {
			out, err := e.aws.SSM.ListTagsForResource(ctx, &ssm.ListTagsForResourceInput{
				ResourceType: documenttypes.ResourceTypeForTaggingDocument, ResourceId: aws.String(lastPart(id))})
			if err != nil {
				return nil, err
			}
			return tagMap(out.TagList, func(t documenttypes.Tag) (*string, *string) { return t.Key, t.Value }), nil
		},
		func(ctx context.Context, e *Env, id string, tags map[string]string) error {
			_, err := e.aws.SSM.AddTagsToResource(ctx, &ssm.AddTagsToResourceInput{
				ResourceType: documenttypes.ResourceTypeForTaggingDocument, ResourceId: aws.String(lastPart(id)), Tags: documentTags(tags)})
			return err
		},
		func(ctx context.Context, e *Env, id string, keys []string) error {
			_, err := e.aws.SSM.RemoveTagsFromResource(ctx, &ssm.RemoveTagsFromResourceInput{
				ResourceType: documenttypes.ResourceTypeForTaggingDocument, ResourceId: aws.String(lastPart(id)), TagKeys: keys})
			return err
		},
	},
	"chatbot": {
		func(ctx context.Context, e *Env, id string) (map[string]string, error) {
			out, err := e.aws.Chat.ListTagsForResource(ctx, &chatbot.ListTagsForResourceInput{ResourceARN: &id})
			if err != nil {
				return nil, err
			}
			return tagMap(out.Tags, func(t chattypes.Tag) (*string, *string) { return t.TagKey, t.TagValue }), nil
		},
		func(ctx context.Context, e *Env, id string, tags map[string]string) error {
			_, err := e.aws.Chat.TagResource(ctx, &chatbot.TagResourceInput{ResourceARN: &id, Tags: chatTags(tags)})
			return err
		},
		func(ctx context.Context, e *Env, id string, keys []string) error {
			_, err := e.aws.Chat.UntagResource(ctx, &chatbot.UntagResourceInput{ResourceARN: &id, TagKeys: keys})
			return err
		},
	},
}

// incidentTags is how ssm-incidents does it.
var incidentTags = tagService{
	func(ctx context.Context, e *Env, id string) (map[string]string, error) {
		out, err := e.aws.Incidents.ListTagsForResource(ctx, &ssmincidents.ListTagsForResourceInput{ResourceArn: &id})
		if err != nil {
			return nil, err
		}
		maps.DeleteFunc(out.Tags, func(k, _ string) bool { return isReserved(k) })
		return out.Tags, nil
	},
	func(ctx context.Context, e *Env, id string, tags map[string]string) error {
		_, err := e.aws.Incidents.TagResource(ctx, &ssmincidents.TagResourceInput{ResourceArn: &id, Tags: tags})
		return err
	},
	func(ctx context.Context, e *Env, id string, keys []string) error {
		_, err := e.aws.Incidents.UntagResource(ctx, &ssmincidents.UntagResourceInput{ResourceArn: &id, TagKeys: keys})
		return err
	},
}

func tagServiceOf(id string) tagService {
	if parts := strings.SplitN(id, ":", 4); len(parts) == 4 {
		if s, ok := tagServices[parts[2]]; ok {
			return s
		}
	}
	return incidentTags
}

// lastPart is the name at the end of an ARN that is a path.
func lastPart(arn string) string { return arn[strings.LastIndexByte(arn, '/')+1:] }

// tagList is tags in the form a service wants, sorted.
func tagList[T any](tags map[string]string, pair func(key, value *string) T) []T {
	out := make([]T, 0, len(tags))
	for _, k := range slices.Sorted(maps.Keys(tags)) {
		out = append(out, pair(aws.String(k), aws.String(tags[k])))
	}
	return out
}

func contactTags(tags map[string]string) []contacttypes.Tag {
	return tagList(tags, func(k, v *string) contacttypes.Tag { return contacttypes.Tag{Key: k, Value: v} })
}

func alarmTags(tags map[string]string) []alarmtypes.Tag {
	return tagList(tags, func(k, v *string) alarmtypes.Tag { return alarmtypes.Tag{Key: k, Value: v} })
}

func eventTags(tags map[string]string) []eventtypes.Tag {
	return tagList(tags, func(k, v *string) eventtypes.Tag { return eventtypes.Tag{Key: k, Value: v} })
}

func topicTags(tags map[string]string) []topictypes.Tag {
	return tagList(tags, func(k, v *string) topictypes.Tag { return topictypes.Tag{Key: k, Value: v} })
}

func roleTags(tags map[string]string) []roletypes.Tag {
	return tagList(tags, func(k, v *string) roletypes.Tag { return roletypes.Tag{Key: k, Value: v} })
}

func documentTags(tags map[string]string) []documenttypes.Tag {
	return tagList(tags, func(k, v *string) documenttypes.Tag { return documenttypes.Tag{Key: k, Value: v} })
}

func chatTags(tags map[string]string) []chattypes.Tag {
	return tagList(tags, func(k, v *string) chattypes.Tag { return chattypes.Tag{TagKey: k, TagValue: v} })
}
