package main

import (
	"context"
	"fmt"
	"os"
	"path/filepath"
	"strings"

	"github.com/watchbill/watchbill/emulator"
)

// fleetPlan watches every host with a tag.
const fleetPlan = `version: 1
replication_set: {regions: {us-east-1: {}}}
contacts:
  aiko:
    channels: {phone: {voice: "+12025550101"}}
    engagement_plan: [{page: [phone], wait: 10m}]
response_plans:
  down: {title: It is down, impact: high, engage: [aiko]}
monitors:
  hosts:
    response_plan: down
    metric: {namespace: AWS/EC2, name: StatusCheckFailed, statistic: Maximum, period: 1m}
    when: {at_least: 1, for: 2}
    missing_data: breaching
    each: {resource: "ec2:instance", tags: {env: [production]}}
`

// fleets measures a fleet that is covered, and the pass after one more host came.
func (b *bench) fleets(sizes []int) error {
	fmt.Print(`
## Fleets

A plan with one monitor for every host with a tag, on the embedded target: ` + "`watchbill apply DIR`" + ` for a fleet nothing watches yet,
` + "`watchbill plan DIR`" + ` without a change, and ` + "`watchbill apply DIR`" + ` after one more host came. Aim: one page of reads for a hundred
alarms (CloudWatch's, and one of tags), one write for one alarm; the fleet of 10,000 told in under a second
(` + "`go test ./kind -run '^$' -bench Expand -benchmem`" + ` measures that alone).

| hosts | apply, all new | plan, no change | its reads | one more host | its writes | peak memory of plan |
|---|---|---|---|---|---|---|
`)
	for _, n := range sizes {
		dir := filepath.Join(b.dir, fmt.Sprintf("fleet-%d", n))
		if err := os.MkdirAll(dir, 0o700); err != nil {
			return err
		}
		if err := os.WriteFile(filepath.Join(dir, "plan.yaml"), []byte(fleetPlan), 0o600); err != nil {
			return err
		}
		if err := b.addHosts(dir, 0, n); err != nil {
			return err
		}
		apply, err := once(b.program, "apply", dir)
		if err != nil {
			return err
		}
		plan, err := b.median(b.program, "plan", dir)
		if err != nil {
			return err
		}
		reads, err := b.counted(dir, false, "plan", dir)
		if err != nil {
			return err
		}
		if err := b.addHosts(dir, n, n+1); err != nil {
			return err
		}
		one, err := once(b.program, "apply", dir)
		if err != nil {
			return err
		}
		if err := b.addHosts(dir, n+1, n+2); err != nil {
			return err
		}
		writes, err := b.counted(dir, true, "apply", dir)
		if err != nil {
			return err
		}
		fmt.Printf("| %d | %.1f s | %s | %d | %s | %d | %s |\n", n, apply.wall.Seconds(), ms(plan.wall), reads, ms(one.wall), writes, mb(plan.peakKB))
	}
	return nil
}

// addHosts adds the hosts from one number up to another, a thousand a command.
func (b *bench) addHosts(dir string, from, to int) error {
	for ; from < to; from += 1000 {
		var ids []string
		for i := from; i < min(from+1000, to); i++ {
			ids = append(ids, fmt.Sprintf("i-%08x", i))
		}
		if _, err := once(b.program, "hosts", "add", strings.Join(ids, ","), dir, "--tag", "env=production"); err != nil {
			return err
		}
	}
	return nil
}

// counted is how many reads or writes a command makes, see countCalls.
func (b *bench) counted(dir string, writes bool, args ...string) (int, error) {
	att, err := emulator.Attach(context.Background(), filepath.Join(dir, ".watchbill"), emulator.Options{})
	if err != nil {
		return 0, err
	}
	defer att.Close()
	return b.countedOn(att, func(op string) bool { return isWrite(op) == writes }, args...)
}
