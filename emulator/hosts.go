package emulator

// Hosts: an inventory of things to watch, to tag and to break, so that a plan has a fleet to be about.
// They are no service of AWS here: nobody logs in to one. They are found by tag (tagging_source.go),
// they emit metrics of the namespace of their type (hosts_metric.go), and they are added, tagged,
// broken, mended and removed by a side door (hosts_door.go).

import (
	"iter"
	"maps"
	"slices"
	"strings"
	"time"
)

// host is a row; its key is "REGION TYPE ID".
type host struct {
	Region string
	Type   string // "ec2:instance"
	ID     string // the end of the ARN: "i-0abc", "app/web/50dc6c495c0c9188", "CLUSTER/SERVICE"
	ARN    string
	Tags   map[string]string
	Tagged bool // it has or had tags
	Added  time.Time
	// Turns is when it broke and was mended, in turn, oldest first; the first is a break.
	Turns []time.Time `json:",omitempty"`
	// Gone is when it was removed. What it emitted before is still there for a day.
	Gone time.Time `json:",omitzero"`
}

// Limits of the inventory.
const (
	maxHosts     = 50_000
	maxHostTurns = 64 // older ones are forgotten in pairs
	maxHostTags  = 50
)

func hostKey(region, kind, id string) string { return region + " " + kind + " " + id }

func (h *host) key() string { return hostKey(h.Region, h.Type, h.ID) }

func (h *host) broken() bool { return len(h.Turns)%2 == 1 }

// brokenAt is whether it was broken at an instant.
func (h *host) brokenAt(t time.Time) bool {
	n := 0
	for n < len(h.Turns) && !h.Turns[n].After(t) {
		n++
	}
	return n%2 == 1
}

// there reports whether it was there at an instant.
func (h *host) there(t time.Time) bool {
	return !t.Before(h.Added) && (h.Gone.IsZero() || t.Before(h.Gone))
}

// turn breaks or mends the host, which is the caller's copy.
func (h *host) turn(broken bool, now time.Time) {
	if h.broken() == broken {
		return
	}
	h.Turns = append(slices.Clone(h.Turns), now)
	if len(h.Turns) > maxHostTurns {
		h.Turns = h.Turns[2:]
	}
}

// hostType is a type of resource as the tagging API names it.
type hostType struct {
	arn        string   // with REGION, ACCOUNT and ID
	namespaces []string // of its metrics
	dimensions []string // the ID itself; of two, its two halves around the slash
	metrics    map[string]hostMetric
}

// hostMetric is what a metric says each minute.
type hostMetric struct{ healthy, broken float64 }

var (
	cpuMetrics = map[string]hostMetric{"CPUUtilization": {20, 100}, "MemoryUtilization": {40, 100}, "RunningTaskCount": {2, 0}}
	dbMetrics  = map[string]hostMetric{"CPUUtilization": {20, 100}, "FreeStorageSpace": {1e11, 0}, "FreeableMemory": {4e9, 1e7},
		"DatabaseConnections": {10, 0}, "ReplicaLag": {0, 3600}}
	balancerMetrics = map[string]hostMetric{"HealthyHostCount": {2, 0}, "UnHealthyHostCount": {0, 2}, "HTTPCode_ELB_5XX_Count": {0, 60},
		"HTTPCode_Target_5XX_Count": {0, 60}, "TargetResponseTime": {0.05, 10}, "RequestCount": {600, 600}}
	cacheMetrics = map[string]hostMetric{"CPUUtilization": {20, 100}, "EngineCPUUtilization": {20, 100}, "DatabaseMemoryUsagePercentage": {30, 100}}
)

// hostTypes are the types there are, with the metrics that say that one is broken.
var hostTypes = map[string]hostType{
	"ec2:instance": {"arn:aws:ec2:REGION:ACCOUNT:instance/ID", []string{"AWS/EC2"}, []string{"InstanceId"},
		map[string]hostMetric{"StatusCheckFailed": {0, 1}, "StatusCheckFailed_Instance": {0, 1}, "StatusCheckFailed_System": {0, 0},
			"StatusCheckFailed_AttachedEBS": {0, 0}, "CPUUtilization": {20, 0}, "NetworkIn": {1e6, 0}, "NetworkOut": {1e6, 0}}},
	"ec2:volume": {"arn:aws:ec2:REGION:ACCOUNT:volume/ID", []string{"AWS/EBS"}, []string{"VolumeId"},
		map[string]hostMetric{"VolumeStalledIOCheck": {0, 1}, "VolumeQueueLength": {0, 100}}},
	"ec2:natgateway": {"arn:aws:ec2:REGION:ACCOUNT:natgateway/ID", []string{"AWS/NATGateway"}, []string{"NatGatewayId"},
		map[string]hostMetric{"ErrorPortAllocation": {0, 60}, "PacketsDropCount": {0, 600}}},
	"rds:db":      {"arn:aws:rds:REGION:ACCOUNT:db:ID", []string{"AWS/RDS"}, []string{"DBInstanceIdentifier"}, dbMetrics},
	"rds:cluster": {"arn:aws:rds:REGION:ACCOUNT:cluster:ID", []string{"AWS/RDS"}, []string{"DBClusterIdentifier"}, dbMetrics},
	"lambda:function": {"arn:aws:lambda:REGION:ACCOUNT:function:ID", []string{"AWS/Lambda"}, []string{"FunctionName"},
		map[string]hostMetric{"Invocations": {60, 60}, "Errors": {0, 60}, "Throttles": {0, 0}, "Duration": {100, 30_000}}},
	"ecs:cluster": {"arn:aws:ecs:REGION:ACCOUNT:cluster/ID", []string{"AWS/ECS", "ECS/ContainerInsights"}, []string{"ClusterName"}, cpuMetrics},
	"ecs:service": {"arn:aws:ecs:REGION:ACCOUNT:service/ID", []string{"AWS/ECS", "ECS/ContainerInsights"},
		[]string{"ClusterName", "ServiceName"}, cpuMetrics},
	"elasticloadbalancing:loadbalancer/app": {"arn:aws:elasticloadbalancing:REGION:ACCOUNT:loadbalancer/ID", []string{"AWS/ApplicationELB"},
		[]string{"LoadBalancer"}, balancerMetrics},
	"elasticloadbalancing:loadbalancer/net": {"arn:aws:elasticloadbalancing:REGION:ACCOUNT:loadbalancer/ID", []string{"AWS/NetworkELB"},
		[]string{"LoadBalancer"}, balancerMetrics},
	"elasticloadbalancing:targetgroup": {"arn:aws:elasticloadbalancing:REGION:ACCOUNT:ID", []string{"AWS/ApplicationELB", "AWS/NetworkELB"},
		[]string{"TargetGroup"}, balancerMetrics},
	"sqs:queue": {"arn:aws:sqs:REGION:ACCOUNT:ID", []string{"AWS/SQS"}, []string{"QueueName"},
		map[string]hostMetric{"ApproximateAgeOfOldestMessage": {0, 3600}, "ApproximateNumberOfMessagesVisible": {0, 10_000},
			"NumberOfMessagesSent": {60, 60}, "NumberOfMessagesReceived": {60, 0}}},
	"s3:bucket": {"arn:aws:s3:::ID", []string{"AWS/S3"}, []string{"BucketName"},
		map[string]hostMetric{"4xxErrors": {0, 0}, "5xxErrors": {0, 60}, "AllRequests": {60, 60}}},
	"dynamodb:table": {"arn:aws:dynamodb:REGION:ACCOUNT:table/ID", []string{"AWS/DynamoDB"}, []string{"TableName"},
		map[string]hostMetric{"ThrottledRequests": {0, 60}, "SystemErrors": {0, 60}, "ReadThrottleEvents": {0, 60}, "WriteThrottleEvents": {0, 60},
			"SuccessfulRequestLatency": {5, 500}}},
	"kinesis:stream": {"arn:aws:kinesis:REGION:ACCOUNT:stream/ID", []string{"AWS/Kinesis"}, []string{"StreamName"},
		map[string]hostMetric{"GetRecords.IteratorAgeMilliseconds": {0, 3.6e6}, "WriteProvisionedThroughputExceeded": {0, 60}}},
	"firehose:deliverystream": {"arn:aws:firehose:REGION:ACCOUNT:deliverystream/ID", []string{"AWS/Firehose"}, []string{"DeliveryStreamName"},
		map[string]hostMetric{"DeliveryToS3.Success": {1, 0}, "DeliveryToS3.DataFreshness": {60, 3600}}},
	"elasticache:cluster": {"arn:aws:elasticache:REGION:ACCOUNT:cluster:ID", []string{"AWS/ElastiCache"}, []string{"CacheClusterId"}, cacheMetrics},
	"elasticache:replicationgroup": {"arn:aws:elasticache:REGION:ACCOUNT:replicationgroup:ID", []string{"AWS/ElastiCache"},
		[]string{"ReplicationGroupId"}, cacheMetrics},
	"elasticfilesystem:file-system": {"arn:aws:elasticfilesystem:REGION:ACCOUNT:file-system/ID", []string{"AWS/EFS"}, []string{"FileSystemId"},
		map[string]hostMetric{"PercentIOLimit": {5, 100}, "ClientConnections": {2, 0}}},
	"apigateway:apis": {"arn:aws:apigateway:REGION::/apis/ID", []string{"AWS/ApiGateway"}, []string{"ApiId"},
		map[string]hostMetric{"5xx": {0, 60}, "4xx": {0, 0}, "5XXError": {0, 60}, "4XXError": {0, 0}, "Latency": {50, 30_000}, "Count": {60, 60}}},
}

// hostAliases are shorter ways to say a type, as AWS's tagging also has them.
var hostAliases = map[string]string{
	"sqs": "sqs:queue", "s3": "s3:bucket", "elasticloadbalancing:loadbalancer": "elasticloadbalancing:loadbalancer/app",
}

// defaultHostType is what a host is when nobody says.
const defaultHostType = "ec2:instance"

// hostKinds are the names of the types, sorted.
var hostKinds = slices.Sorted(maps.Keys(hostTypes))

// arnOf is the ARN of a host; with the ID "" it is what all of them begin with.
func (t hostType) arnOf(account, region, id string) string {
	return strings.NewReplacer("REGION", region, "ACCOUNT", account, "ID", id).Replace(t.arn)
}

// dimensionsOf are the dimensions of a host's metrics, nil when the ID has the wrong form.
func (t hostType) dimensionsOf(id string) []cwDim {
	parts := []string{id}
	if len(t.dimensions) == 2 {
		parts = strings.SplitN(id, "/", 2)
	}
	if len(parts) != len(t.dimensions) || slices.Contains(parts, "") {
		return nil
	}
	dims := make([]cwDim, len(parts))
	for i, name := range t.dimensions {
		dims[i] = cwDim{name, parts[i]}
	}
	return dims
}

// removeHost takes a host away; what it emitted stays for a while.
func removeHost(tx *tx, h *host, now time.Time) {
	again := *h
	again.Gone = now
	tx.hosts.put(tx, h.key(), &again)
}

// goneFor is how long the row of a removed host stays: as long as an alarm with short periods looks back.
const goneFor = 24 * time.Hour

// forgetHosts drops the rows of hosts that went long ago.
func forgetHosts(tx *tx, now time.Time) {
	var old []string
	for key, h := range tx.hosts.below("") {
		if !h.Gone.IsZero() && now.Sub(h.Gone) > goneFor {
			old = append(old, key)
		}
	}
	for _, key := range old {
		tx.hosts.put(tx, key, nil)
	}
}

// taggedHosts is a source for each type of host.
func taggedHosts() (sources []tagSource) {
	for _, kind := range hostKinds {
		sources = append(sources, tagSource{[]string{kind}, func(c *call, st *state, last string) iter.Seq2[string, *taggedResource] {
			return taggedRows(&st.hosts, hostKey(c.region, kind, ""), hostTypes[kind].arnOf(c.account, c.region, ""), last, func(h *host) *taggedResource {
				if !h.Gone.IsZero() {
					return nil
				}
				return shownTags(h.Tagged, kind, h.ARN, h.Tags)
			})
		}})
	}
	return sources
}
