package emulator_test

import (
	"encoding/json"
	"os"
	"os/exec"
	"path/filepath"
	"slices"
	"strings"
	"testing"

	"github.com/aws/aws-sdk-go-v2/service/ssmincidents"

	"github.com/watchbill/watchbill/emulator"
)

// clientEnv points any AWS client at the emulator, and away from whatever this machine is set up for.
func clientEnv(t *testing.T, addr string) []string {
	env := slices.DeleteFunc(os.Environ(), func(kv string) bool {
		name, _, _ := strings.Cut(strings.ToUpper(kv), "=")
		return strings.HasPrefix(name, "AWS_") || strings.HasSuffix(name, "_PROXY")
	})
	nowhere := filepath.Join(t.TempDir(), "none")
	return append(env, "AWS_ENDPOINT_URL=http://"+addr, "AWS_REGION="+home, "AWS_DEFAULT_REGION="+home,
		"AWS_ACCESS_KEY_ID=AKIDEXAMPLE", "AWS_SECRET_ACCESS_KEY=secret", "AWS_EC2_METADATA_DISABLED=true", "AWS_PAGER=",
		"AWS_CONFIG_FILE="+nowhere, "AWS_SHARED_CREDENTIALS_FILE="+nowhere)
}

// boto3Story is the life of a contact and of an incident as a Python program lives it. It prints what it saw as JSON.
const boto3Story = `
import boto3, json, sys, urllib.request
incidents, contacts = boto3.client("ssm-incidents"), boto3.client("ssm-contacts")
tagging, sts = boto3.client("resourcegroupstaggingapi"), boto3.client("sts")
saw = {"account": sts.get_caller_identity()["Account"]}
try:
    contacts.list_contacts()
except contacts.exceptions.ValidationException as e:
    saw["gate"] = e.response["Error"]["Message"]
arn = incidents.create_replication_set(regions={"ap-northeast-1": {}})["arn"]
saw["set"] = incidents.get_replication_set(arn=arn)["replicationSet"]["status"]
aiko = contacts.create_contact(Alias="aiko", DisplayName="Aiko Sato", Type="PERSONAL", Plan={"Stages": []}, Tags=[{"Key": "team", "Value": "web"}])["ContactArn"]
phone = contacts.create_contact_channel(ContactId=aiko, Name="phone", Type="SMS", DeliveryAddress={"SimpleAddress": "+12025550123"})["ContactChannelArn"]
outbox = json.load(urllib.request.urlopen(sys.argv[1] + "/_watchbill/outbox"))["messages"]
contacts.activate_contact_channel(ContactChannelId=phone, ActivationCode=outbox[-1]["code"])
contacts.update_contact(ContactId=aiko, Plan={"Stages": [{"DurationInMinutes": 5, "Targets": [{"ChannelTargetInfo": {"ContactChannelId": phone}}]}]})
saw["channels"] = [c["ActivationStatus"] for p in contacts.get_paginator("list_contact_channels").paginate(ContactId=aiko) for c in p["ContactChannels"]]
saw["stages"] = len(contacts.get_contact(ContactId=aiko)["Plan"]["Stages"])
plan = incidents.create_response_plan(name="down", incidentTemplate={"title": "It is down", "impact": 1}, engagements=[aiko], tags={"team": "web"})["arn"]
incidents.update_response_plan(arn=plan, chatChannel={"empty": {}}, engagements=[])
got = incidents.get_response_plan(arn=plan)
saw["plan"] = [got["name"], got["chatChannel"], got["engagements"]]
saw["tagged"] = sorted(r["ResourceARN"].split(":")[-1] for r in tagging.get_resources(TagFilters=[{"Key": "team"}])["ResourceTagMappingList"])
try:
    incidents.get_response_plan(arn=plan + "x")
except incidents.exceptions.ResourceNotFoundException as e:
    saw["missing"] = [e.response["resourceType"], e.response["ResponseMetadata"]["HTTPStatusCode"]]
def door(name, body=None):
    data = None if body is None else json.dumps(body).encode()
    return json.load(urllib.request.urlopen(sys.argv[1] + "/_watchbill/" + name, data))
incidents.update_response_plan(arn=plan, engagements=[aiko])
door("clock", {"stop": True})
incident = incidents.start_incident(responsePlanArn=plan, title="The shop is down")["incidentRecordArn"]
door("clock", {"advance": "1m"})
page = door("outbox?kind=page&incident=" + incident)["messages"][-1]
contacts.accept_page(PageId=page["page_arn"], AcceptType="READ", AcceptCode=page["code"])
saw["receipts"] = sorted({r["ReceiptType"] for r in contacts.list_page_receipts(PageId=page["page_arn"])["Receipts"]})
incidents.create_timeline_event(incidentRecordArn=incident, eventType="Note", eventTime="2026-01-02T03:04:05Z", eventData='"rebooted"')
incidents.update_incident_record(arn=incident, status="RESOLVED")
record = incidents.get_incident_record(arn=incident)["incidentRecord"]
saw["incident"] = [record["title"], record["status"], record["impact"]]
events = [e for p in incidents.get_paginator("list_timeline_events").paginate(incidentRecordArn=incident, sortOrder="ASCENDING") for e in p["eventSummaries"]]
saw["timeline"] = [e["eventType"] for e in events]
saw["engaged"] = len(contacts.list_engagements(IncidentId=incident)["Engagements"])
contacts.delete_contact(ContactId=aiko)
saw["left"] = len(contacts.list_contacts()["Contacts"])
ssm, secrets = boto3.client("ssm"), boto3.client("secretsmanager")
ssm.put_parameter(Name="/oncall/aiko", Value="one", Type="SecureString")
secrets.create_secret(Name="oncall/ben", SecretString="two")
secrets.put_secret_value(SecretId="oncall/ben", SecretString="three")
saw["kept"] = [ssm.get_parameters_by_path(Path="/oncall", WithDecryption=True)["Parameters"][0]["Value"], secrets.get_secret_value(SecretId="oncall/ben")["SecretString"]]
print(json.dumps(saw))
`

func TestBoto3Story(t *testing.T) {
	python, err := exec.LookPath("python3")
	if err != nil || exec.Command(python, "-c", "import boto3").Run() != nil {
		t.Skip("python3 with boto3 is not on this machine")
	}
	addr, _ := serve(t, open(t, emulator.Options{ReplicationDelay: -1}))
	cmd := exec.Command(python, "-c", boto3Story, "http://"+addr)
	cmd.Env = clientEnv(t, addr)
	var stderr strings.Builder
	cmd.Stderr = &stderr
	out, err := cmd.Output()
	if err != nil {
		t.Fatalf("%v: %s", err, stderr.String())
	}
	const want = `{"account": "111122223333", "gate": "Invalid value provided - Account not found for the request", "set": "ACTIVE", ` +
		`"channels": ["ACTIVATED"], "stages": 1, "plan": ["down", {"empty": {}}, []], "tagged": ["contact/aiko", "response-plan/down"], ` +
		`"missing": ["RESPONSE_PLAN", 404], "receipts": ["READ", "SENT"], "incident": ["The shop is down", "RESOLVED", 1], ` +
		`"timeline": ["Note", "SSM Incident Trigger", "SSM Incident Start", "SSM Incident Record Update", "SSM Contacts Page for Incident", ` +
		`"SSM Contacts Page Acknowledgement for Incident", "SSM Incident Record Update"], "engaged": 1, "left": 0, "kept": ["one", "three"]}`
	if got := strings.TrimSpace(string(out)); got != want {
		t.Errorf("got  %s\nwant %s", got, want)
	}
}

func TestCommandLineStory(t *testing.T) {
	aws, err := exec.LookPath("aws")
	if err != nil || exec.Command(aws, "--version").Run() != nil {
		t.Skip("the AWS command line is not on this machine")
	}
	s := open(t, emulator.Options{ReplicationDelay: -1})
	addr, _ := serve(t, s)
	env := clientEnv(t, addr)
	run := func(v any, args ...string) {
		t.Helper()
		cmd := exec.Command(aws, append(args, "--output", "json")...)
		cmd.Env = env
		var stderr strings.Builder
		cmd.Stderr = &stderr
		out, err := cmd.Output()
		if err != nil {
			t.Fatalf("aws %s: %v: %s", strings.Join(args, " "), err, stderr.String())
		}
		if v != nil {
			if err := json.Unmarshal(out, v); err != nil {
				t.Fatalf("aws %s: %s: %v", strings.Join(args, " "), out, err)
			}
		}
	}
	var set struct{ Arn string }
	run(&set, "ssm-incidents", "create-replication-set", "--regions", `{"`+home+`":{}}`)
	var made struct{ ContactArn string }
	run(&made, "ssm-contacts", "create-contact", "--alias", "aiko", "--type", "PERSONAL", "--plan", `{"Stages":[]}`)
	run(nil, "ssm-incidents", "create-response-plan", "--name", "down", "--incident-template", "title=Down,impact=1", "--engagements", made.ContactArn)
	var started struct{ IncidentRecordArn string }
	run(&started, "ssm-incidents", "start-incident", "--response-plan-arn", "arn:aws:ssm-incidents::"+account+":response-plan/down")
	var events struct{ EventSummaries []struct{ EventType string } }
	run(&events, "ssm-incidents", "list-timeline-events", "--incident-record-arn", started.IncidentRecordArn)
	if len(events.EventSummaries) != 3 { // trigger, start, and the update that adds the OpsItem; nobody has a channel
		t.Errorf("timeline %v", events)
	}
	run(nil, "ssm-incidents", "update-incident-record", "--arn", started.IncidentRecordArn, "--status", "RESOLVED")
	var list struct {
		Contacts []struct{ Alias, ContactArn string }
	}
	run(&list, "ssm-contacts", "list-contacts")
	if len(list.Contacts) != 1 || list.Contacts[0].ContactArn != made.ContactArn {
		t.Errorf("listed %v", list.Contacts)
	}
	run(nil, "ssm", "put-parameter", "--name", "/oncall/aiko", "--value", "one", "--type", "SecureString")
	var parameter struct{ Parameter struct{ Value string } }
	run(&parameter, "ssm", "get-parameter", "--name", "/oncall/aiko", "--with-decryption")
	run(nil, "secretsmanager", "create-secret", "--name", "oncall/ben", "--secret-string", "two")
	var secret struct{ SecretString string }
	run(&secret, "secretsmanager", "get-secret-value", "--secret-id", "oncall/ben")
	if parameter.Parameter.Value != "one" || secret.SecretString != "two" {
		t.Errorf("kept %v and %v", parameter, secret)
	}
	run(nil, "ssm-incidents", "update-deletion-protection", "--arn", set.Arn, "--deletion-protected")
	c := connect(t, s.Transport(), home)
	if got := need(c.incidents.GetReplicationSet(c.ctx, &ssmincidents.GetReplicationSetInput{Arn: &set.Arn}))(t); !*got.ReplicationSet.DeletionProtected {
		t.Error("not protected")
	}
}
