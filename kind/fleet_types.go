package kind

// The types of resource a fleet can have, and which dimensions of metrics their ARNs tell. The
// types are those of the Resource Groups Tagging API, the dimensions those on the pages of each
// service about its CloudWatch metrics [gk].

import (
	"maps"
	"slices"
	"strings"
)

// fleetType is a type of resource. The resource of an ARN is what follows the account.
type fleetType struct {
	filter     string   // of GetResources, where it is not the type itself
	namespaces []string // of the metrics that the dimensions fit
	dimensions []string // their names
	// parts are their values in the resource of an ARN, as many as dimensions; nil when the
	// resource tells them not.
	parts func(resource string) []string
}

// after is the value behind a prefix.
func after(prefix string) func(string) []string {
	return func(resource string) []string {
		if rest, ok := strings.CutPrefix(resource, prefix); ok && rest != "" {
			return []string{rest}
		}
		return nil
	}
}

// wholeResource is the whole resource.
func wholeResource(resource string) []string { return after("")(resource) }

// twoAfter are two values behind a prefix, with a slash between them.
func twoAfter(prefix string) func(string) []string {
	return func(resource string) []string {
		first, second, ok := strings.Cut(strings.TrimPrefix(resource, prefix), "/")
		if !ok || !strings.HasPrefix(resource, prefix) || first == "" || second == "" {
			return nil
		}
		return []string{first, second}
	}
}

// of is the value behind prefix when it begins with kind: app/my-balancer/50dc6c495c0c9188.
func of(prefix, kind string) func(string) []string {
	return func(resource string) []string {
		if !strings.HasPrefix(resource, prefix+kind) {
			return nil
		}
		return after(prefix)(resource)
	}
}

// fleetTypes are all of them.
var fleetTypes = map[string]fleetType{
	"ec2:instance":   {"", []string{"AWS/EC2", "CWAgent"}, []string{"InstanceId"}, after("instance/")},
	"ec2:volume":     {"", []string{"AWS/EBS"}, []string{"VolumeId"}, after("volume/")},
	"ec2:natgateway": {"", []string{"AWS/NATGateway"}, []string{"NatGatewayId"}, after("natgateway/")},
	"rds:db":         {"", []string{"AWS/RDS"}, []string{"DBInstanceIdentifier"}, after("db:")},
	"rds:cluster":    {"", []string{"AWS/RDS"}, []string{"DBClusterIdentifier"}, after("cluster:")},
	"lambda:function": {"", []string{"AWS/Lambda"}, []string{"FunctionName"},
		func(resource string) []string {
			if strings.Count(resource, ":") > 1 {
				return nil // a version or an alias
			}
			return after("function:")(resource)
		}},
	"ecs:cluster": {"", []string{"AWS/ECS", "ECS/ContainerInsights"}, []string{"ClusterName"}, after("cluster/")},
	// The ARNs of services from before 2018 name no cluster.
	"ecs:service":                           {"", []string{"AWS/ECS", "ECS/ContainerInsights"}, []string{"ClusterName", "ServiceName"}, twoAfter("service/")},
	"elasticloadbalancing:loadbalancer/app": {"", []string{"AWS/ApplicationELB"}, []string{"LoadBalancer"}, of("loadbalancer/", "app/")},
	"elasticloadbalancing:loadbalancer/net": {"", []string{"AWS/NetworkELB"}, []string{"LoadBalancer"}, of("loadbalancer/", "net/")},
	// Of a target group the ARN does not tell the load balancer, which most of its metrics want too.
	"elasticloadbalancing:targetgroup": {"", []string{"AWS/ApplicationELB", "AWS/NetworkELB"}, []string{"TargetGroup"}, of("", "targetgroup/")},
	"sqs:queue":                        {"sqs", []string{"AWS/SQS"}, []string{"QueueName"}, wholeResource},
	"sns:topic":                        {"sns", []string{"AWS/SNS"}, []string{"TopicName"}, wholeResource},
	"s3:bucket":                        {"s3", []string{"AWS/S3"}, []string{"BucketName"}, wholeResource},
	"dynamodb:table":                   {"", []string{"AWS/DynamoDB"}, []string{"TableName"}, after("table/")},
	"kinesis:stream":                   {"", []string{"AWS/Kinesis"}, []string{"StreamName"}, after("stream/")},
	"firehose:deliverystream":          {"", []string{"AWS/Firehose"}, []string{"DeliveryStreamName"}, after("deliverystream/")},
	"elasticache:cluster":              {"", []string{"AWS/ElastiCache"}, []string{"CacheClusterId"}, after("cluster:")},
	"elasticache:replicationgroup":     {"", []string{"AWS/ElastiCache"}, []string{"ReplicationGroupId"}, after("replicationgroup:")},
	"elasticfilesystem:file-system":    {"", []string{"AWS/EFS"}, []string{"FileSystemId"}, after("file-system/")},
	// Of a REST API the metrics have the name, which its ARN does not tell.
	"apigateway:apis": {"", []string{"AWS/ApiGateway"}, []string{"ApiId"}, after("/apis/")},
	"autoscaling:autoScalingGroup": {"", []string{"AWS/AutoScaling", "AWS/EC2"}, []string{"AutoScalingGroupName"},
		func(resource string) []string {
			_, name, _ := strings.Cut(resource, ":autoScalingGroupName/")
			return wholeResource(name)
		}},
}

// fleetAliases are other ways to say a type.
var fleetAliases = map[string]string{
	"sqs": "sqs:queue", "sns": "sns:topic", "s3": "s3:bucket",
	"elasticloadbalancing:loadbalancer": "elasticloadbalancing:loadbalancer/app",
}

// FleetTypes are the types of resource that a fleet can have, sorted.
func FleetTypes() []string {
	return slices.Sorted(maps.Keys(fleetTypes))
}

// IsFleetType reports whether a fleet can have resources of the type, by any of its names.
func IsFleetType(name string) bool {
	_, _, ok := fleetTypeOf(name, "")
	return ok
}

// fleetTypeOf is the type of that name. A load balancer is the one that the metric is of.
func fleetTypeOf(name, namespace string) (fleetType, string, bool) {
	if name == "elasticloadbalancing:loadbalancer" && namespace == "AWS/NetworkELB" {
		name += "/net"
	}
	if alias, ok := fleetAliases[name]; ok {
		name = alias
	}
	t, ok := fleetTypes[name]
	if t.filter == "" {
		t.filter = name
	}
	return t, name, ok
}

// target are the dimensions of a resource and what it is called: the end of its alarm's name. No
// two resources of a type have one name, whatever else is in the fleet, since the name is the
// part of the ARN that tells them apart; what is of another Region than home, which the answer
// can hold by mistake, has a digest with it.
func (t fleetType) target(arn, home string) (dimensions map[string]string, id string, ok bool) {
	fields := strings.SplitN(arn, ":", 6)
	if len(fields) < 6 {
		return nil, "", false
	}
	parts := t.parts(fields[5])
	if parts == nil {
		return nil, "", false
	}
	dimensions = map[string]string{}
	for i, name := range t.dimensions {
		dimensions[name] = parts[i]
	}
	id = sayable(strings.Join(parts, "/"))
	if fields[3] != "" && fields[3] != home {
		id += "-" + digestOf(arn)
	}
	return dimensions, id, true
}

// sayable is a name without what the names and rules of alarms cannot hold; two names never
// become one.
func sayable(name string) string {
	clean := strings.Map(func(r rune) rune {
		if r < ' ' || r == 0x7f || r == '"' {
			return '_'
		}
		return r
	}, name)
	if clean != name {
		clean += "-" + digestOf(name)
	}
	return clean
}
