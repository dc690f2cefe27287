package emulator_test

import (
	"os/exec"
	"strings"
	"testing"

	"github.com/watchbill/watchbill/emulator"
)

// boto3Neighbours uses the neighbours as a Python program does: it spells forms and JSON in its own way.
const boto3Neighbours = `
import boto3, json
sns, iam, ssm, events, chat = (boto3.client(n) for n in ("sns", "iam", "ssm", "events", "chatbot"))
trust = {"Version": "2012-10-17", "Statement": [{"Effect": "Allow", "Principal": {"Service": "events.amazonaws.com"}, "Action": "sts:AssumeRole"}]}
topic = sns.create_topic(Name="ops", Attributes={"DisplayName": "Ops"}, Tags=[{"Key": "team", "Value": "web"}])["TopicArn"]
role = iam.create_role(RoleName="event", AssumeRolePolicyDocument=json.dumps(trust))["Role"]["Arn"]
iam.attach_role_policy(RoleName="event", PolicyArn="arn:aws:iam::aws:policy/AWSIncidentManagerResolverAccess")
content = {"schemaVersion": "0.3", "mainSteps": [{"name": "a", "action": "aws:sleep", "inputs": {"Duration": "PT1S"}}]}
ssm.create_document(Name="Look", DocumentType="Automation", Content=json.dumps(content))
content["description"] = "d"
version = ssm.update_document(Name="Look", Content=json.dumps(content), DocumentVersion="$LATEST")["DocumentDescription"]["DocumentVersion"]
events.put_rule(Name="shop", EventPattern='{"source": ["x"]}')
failed = events.put_targets(Rule="shop", Targets=[{"Id": "a", "Arn": "arn:aws:ssm-incidents::111122223333:response-plan/down"}])["FailedEntryCount"]
try:
    chat.create_slack_channel_configuration(SlackTeamId="T0", SlackChannelId="C0", IamRoleArn=role, ConfigurationName="ops")
    refused = ""
except chat.exceptions.InvalidRequestException as e:
    refused = e.response["Error"]["Code"]
policy = iam.get_role(RoleName="event")["Role"]["AssumeRolePolicyDocument"] == trust
print(json.dumps([sns.get_topic_attributes(TopicArn=topic)["Attributes"]["DisplayName"], policy, version, failed, refused,
    len(iam.list_attached_role_policies(RoleName="event")["AttachedPolicies"])]))
`

func TestBoto3Neighbours(t *testing.T) {
	python, err := exec.LookPath("python3")
	if err != nil || exec.Command(python, "-c", "import boto3").Run() != nil {
		t.Skip("python3 with boto3 is not on this machine")
	}
	addr, _ := serve(t, open(t, emulator.Options{}))
	cmd := exec.Command(python, "-c", boto3Neighbours)
	cmd.Env = clientEnv(t, addr)
	var stderr strings.Builder
	cmd.Stderr = &stderr
	out, err := cmd.Output()
	if err != nil {
		t.Fatalf("%v: %s", err, stderr.String())
	}
	if got, want := strings.TrimSpace(string(out)), `["Ops", true, "2", 1, "InvalidRequestException", 1]`; got != want {
		t.Errorf("got  %s\nwant %s", got, want)
	}
}
