package importer_test

import (
	"os"
	"path/filepath"
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"
)

// What an author wrote without a word too many comes back word by word: applied by one
// owner, imported by another.
func TestImportWritesWhatAnAuthorWrote(t *testing.T) {
	head := "# Imported by watchbill from a test.\n# Everything in the account belonged to owner authors.\nversion: 1\n\n"
	files := map[string]string{
		"account.yaml": head + `replication_set:
  regions:
    us-east-1: {kms_key: "arn:aws:kms:us-east-1:111122223333:key/1a2b3c4d-1a2b-3c4d-5e6f-1a2b3c4d5e6f"}
    eu-west-1: {kms_key: "arn:aws:kms:eu-west-1:111122223333:key/1a2b3c4d-1a2b-3c4d-5e6f-1a2b3c4d5e6f"}
  deletion_protection: true
  tags: {cost center: "12"}
  protect: true
`,
		"people.yaml": head + `contacts:
  aiko:
    name: Aiko Sato
    channels:
      mail: {email: {file: addresses/aiko.mail.txt}} # not activated: pages nobody yet
      work-phone: {voice: {file: addresses/aiko.work-phone.txt}, name: Work phone, protect: true} # not activated: pages nobody yet
    engagement_plan:
      - page: [mail, work-phone]
        retry: 7m
        wait: 1h15m # several stages in AWS
      - page: []
        wait: 40m # several stages in AWS
      - page: [work-phone]
        retry: 45m
        wait: 2h # several stages in AWS
      - page: [mail]
        wait: 0m
    tags: {team: web}

  ben:
    channels:
      text: {sms: {file: addresses/ben.text.txt}} # not activated: pages nobody yet
    engagement_plan:
      - page: [text]
        wait: 5m
    protect: true
`,
		"schedules.yaml": head + `schedules:
  primary:
    name: Primary on-call
    rotations:
      weekly:
        timezone: Europe/Berlin
        starts: 2026-11-02T09:00
        members: [ben, aiko]
        on_call: 2
        every: 2 weeks
        handoff: [mon 09:00]
        coverage:
          mon-tue: [09:00-12:00, 13:00-24:00]
          thu: [22:00-06:00]
          sat-sun: [00:00-24:00]
        overrides:
          - {from: 2026-12-24T09:00, to: 2026-12-26T09:00, members: [ben]}
          - {from: 2026-12-31T09:00, to: 2027-01-01T09:00, members: []}
        tags: {team: web}
        protect: true
      every-day:
        name: Every day
        timezone: UTC
        starts: 2026-11-02T08:00
        members: [aiko]
        every: 1 day
        handoff: ["08:00", "20:00"]
      monthly:
        timezone: UTC
        starts: 2026-11-01T08:00
        members: [aiko]
        every: 3 months
        handoff: [1 08:00, 15 08:00]
        coverage:
          daily: [08:00-20:00]
`,
		"escalation.yaml": head + `escalation_plans:
  web:
    name: Web escalation
    stages:
      - page: [{contact: aiko, stops_escalation: false}, ben]
        wait: 2h # several stages in AWS
      - page: [{contact: primary, stops_escalation: false}]
        wait: 5m
    tags: {team: web}
`,
		"response.yaml": head + `runbooks:
  aws-restartec2instance:
    document: AWS-RestartEC2Instance
    version: $LATEST
    role: "arn:aws:iam::111122223333:role/runbook"
    account: impacted
    parameters:
      AutomationAssumeRole: ["arn:aws:iam::111122223333:role/restart"]
    from_incident: {InstanceId: involved_resources}

  aws-restartec2instance-2:
    document: AWS-RestartEC2Instance
    role: "arn:aws:iam::111122223333:role/runbook"
    parameters:
      AutomationAssumeRole: ["arn:aws:iam::111122223333:role/restart"]
      InstanceId: [i-0123456789abcdef0]

response_plans:
  disk-full:
    title: Disk full
    impact: none
    runbook: aws-restartec2instance
    pagerduty:
      service: PABC123
      secret: "arn:aws:secretsmanager:us-east-1:111122223333:secret:pd-AbCdEf"

  ec2-down:
    name: EC2 instance is down
    title: EC2 instance failed its status check
    impact: critical
    summary: |
      Look first.

      Then run $${HOME}: it restarts.
    engage: [primary, web]
    chat: ["arn:aws:sns:us-east-1:111122223333:chat"]
    runbook: aws-restartec2instance-2
    dedupe: "ec2: down"
    notify: ["arn:aws:sns:us-east-1:111122223333:updates"]
    incident_tags: {service: web}
    pagerduty:
      name: The pager
      service: PABC123
      secret: "arn:aws:secretsmanager:us-east-1:111122223333:secret:pd-AbCdEf"
    share_with: ["222233334444", "333344445555"]
    tags: {team: web}
    protect: true

  late:
    title: Late
    impact: low
    runbook: aws-restartec2instance
`,
		"addresses/aiko.mail.txt":       "aiko@example.com\n",
		"addresses/aiko.work-phone.txt": "+12025550101\n",
		"addresses/ben.text.txt":        "+12025550102\n",
	}
	dir := t.TempDir()
	for name, text := range files {
		file := filepath.Join(dir, name)
		if err := os.MkdirAll(filepath.Dir(file), 0o700); err != nil {
			t.Fatal(err)
		}
		if err := os.WriteFile(file, []byte(text), 0o600); err != nil {
			t.Fatal(err)
		}
	}
	if err := os.WriteFile(filepath.Join(dir, "watchbill.yaml"), []byte("owner: authors\n"), 0o600); err != nil {
		t.Fatal(err)
	}
	a := open(t)
	a.apply(dir)
	i := a.importInto(t.TempDir()).same().left()
	if diff := cmp.Diff(files, i.files); diff != "" {
		t.Errorf("want (-), got (+):\n%s", strings.ReplaceAll(diff, "\u00a0", " "))
	}
	for _, f := range i.draft.Files() {
		if strings.HasPrefix(f.Path, "addresses/") != f.Private {
			t.Errorf("%s is private: %t", f.Path, f.Private)
		}
	}
}
