package automation

import (
	"maps"
	"slices"
	"strings"
)

// Well-known documents of AWS's own, as their pages in the Automation runbook reference declare them:
// https://docs.aws.amazon.com/systems-manager-automation-runbooks/latest/userguide/automation-NAME.html,
// with the name in small letters. A parameter is its name and type; = behind
// it says that it has a default, or that the reference calls it optional. AWS may add optional
// parameters: a target that is asked knows better than this table.
//
// A document is only here when its whole page could be read: half a row would call a right
// parameter wrong.
const assumed = ", AutomationAssumeRole String="

var shipped = map[string]string{
	"AWS-AttachEBSVolume":                     "Device String, InstanceId String, VolumeId String" + assumed,
	"AWS-CreateDynamoDBBackup":                "BackupName String, LambdaAssumeRole String=, TableName String" + assumed,
	"AWS-CreateImage":                         "InstanceId String, NoReboot Boolean=" + assumed,
	"AWS-CreateRdsSnapshot":                   "DBInstanceIdentifier String, DBSnapshotIdentifier String=, InstanceTags String=, SnapshotTags String=" + assumed,
	"AWS-CreateSnapshot":                      "Description String=, VolumeId String" + assumed,
	"AWS-DetachEBSVolume":                     "LambdaAssumeRole String=, VolumeId String" + assumed,
	"AWS-DisablePublicAccessForSecurityGroup": "GroupId String, IpAddressToBlock String=" + assumed,
	"AWS-PatchInstanceWithRollback":           "InstanceId String, LambdaAssumeRole String=, ReportS3Bucket String=" + assumed,
	"AWS-PublishSNSNotification":              "Message String, TopicArn String" + assumed,
	"AWS-RebootRdsInstance":                   "InstanceId String" + assumed,
	"AWS-ResizeInstance":                      "InstanceId String, InstanceType String" + assumed,
	"AWS-RestartEC2Instance":                  "InstanceId StringList" + assumed,
	"AWS-StartEC2Instance":                    "InstanceId StringList" + assumed,
	"AWS-StartRdsInstance":                    "InstanceId String" + assumed,
	"AWS-StopEC2Instance":                     "InstanceId StringList" + assumed,
	"AWS-StopRdsInstance":                     "InstanceId String" + assumed,
	"AWS-TerminateEC2Instance":                "InstanceId StringList" + assumed,
	"AWSSupport-TroubleshootSSH":              "Action String=CheckAll|FixAll, AllowOffline String=True|False, InstanceId String, S3BucketName String=, SubnetId String=" + assumed,
}

// Shipped is the document of AWS's own of that name as far as the table has it. Its steps are
// not known.
func Shipped(name string) (*Document, bool) {
	row, ok := shipped[name]
	if !ok {
		return nil, false
	}
	out := &Document{AssumeRole: "{{ AutomationAssumeRole }}"}
	for _, text := range strings.Split(row, ", ") {
		p := Parameter{}
		p.Name, p.Type, _ = strings.Cut(text, " ")
		var allowed string
		if p.Type, allowed, p.Optional = strings.Cut(p.Type, "="); allowed != "" {
			p.Allowed = strings.Split(allowed, "|")
		}
		out.Parameters = append(out.Parameters, p)
	}
	slices.SortFunc(out.Parameters, func(a, b Parameter) int { return strings.Compare(a.Name, b.Name) })
	return out, true
}

// ShippedNames are the documents of the table, sorted.
func ShippedNames() []string { return slices.Sorted(maps.Keys(shipped)) }
