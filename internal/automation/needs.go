package automation

// What the steps of a document do in AWS, as far as that can be read: the rights that whoever
// they run as must have. What is not known is left out, so a list is never too long.

import (
	"slices"
	"strings"
)

// status is what steps that change the state of instances look at while they wait.
const status = "ec2:DescribeInstanceStatus"

// shippedNeeds are the actions of AWS's own documents. Their pages name none of them; they
// follow from the steps the pages list.
var shippedNeeds = map[string][]string{
	"AWS-PublishSNSNotification": {"sns:Publish"},
	"AWS-RebootRdsInstance":      {"rds:DescribeDBInstances", "rds:RebootDBInstance"},
	"AWS-RestartEC2Instance":     {status, "ec2:StartInstances", "ec2:StopInstances"},
	"AWS-StartEC2Instance":       {status, "ec2:StartInstances"},
	"AWS-StartRdsInstance":       {"rds:DescribeDBInstances", "rds:StartDBInstance"},
	"AWS-StopEC2Instance":        {status, "ec2:StopInstances"},
	"AWS-StopRdsInstance":        {"rds:DescribeDBInstances", "rds:StopDBInstance"},
	"AWS-TerminateEC2Instance":   {status, "ec2:TerminateInstances"},
}

// ShippedNeeds are the actions of the steps of one of AWS's own documents, sorted; none when
// they are not known.
func ShippedNeeds(name string) []string { return shippedNeeds[name] }

// Needs are the actions of the document's steps, sorted.
func (d *Document) Needs() []string {
	var out []string
	for _, s := range d.Steps {
		out = append(out, needs(s.Action, s.Inputs)...)
	}
	slices.Sort(out)
	return slices.Compact(out)
}

// needs follows the steps inside a loop, as starts does.
func needs(action string, inputs map[string]any) []string {
	text := func(key string) string {
		s, _ := inputs[key].(string)
		if strings.Contains(s, "{{") {
			return ""
		}
		return s
	}
	switch action {
	case "aws:executeAwsApi", "aws:assertAwsResourceProperty", "aws:waitForAwsResourceProperty":
		return call(text("Service"), text("Api"))
	case "aws:changeInstanceState":
		if verb := instanceVerbs[strings.ToLower(text("DesiredState"))]; verb != "" {
			return []string{"ec2:" + verb + "Instances", status}
		}
	case "aws:runCommand":
		return []string{"ssm:ListCommandInvocations", "ssm:ListCommands", "ssm:SendCommand"}
	case "aws:invokeLambdaFunction":
		return []string{"lambda:InvokeFunction"}
	case "aws:createTags":
		if text("ResourceType") == "" || text("ResourceType") == "EC2" {
			return []string{"ec2:CreateTags"}
		}
	}
	var out []string
	inside, _ := inputs["Steps"].([]any)
	for _, step := range inside {
		if s, ok := step.(map[string]any); ok {
			action, _ := s["action"].(string)
			inputs, _ := s["inputs"].(map[string]any)
			out = append(out, needs(action, inputs)...)
		}
	}
	return out
}

var instanceVerbs = map[string]string{"running": "Start", "stopped": "Stop", "terminated": "Terminate"}

// prefixes are services that policies call something else than steps do. Those without one
// have actions of other names than their operations, and nothing is said of them.
var prefixes = map[string]string{"elb": "elasticloadbalancing", "elbv2": "elasticloadbalancing", "stepfunctions": "states",
	"efs": "elasticfilesystem", "emr": "elasticmapreduce", "resourcegroupstaggingapi": "tag", "s3": "", "s3control": "", "lambda": "", "apigateway": ""}

func call(service, api string) []string {
	service = strings.ToLower(service)
	if prefix, known := prefixes[service]; known {
		service = prefix
	}
	if service == "" || api == "" || strings.ContainsAny(api, "_ ") {
		return nil
	}
	return []string{service + ":" + api}
}
