package wire

import (
	"net/http"
	"net/url"
	"strings"
)

// DefaultRegion is used when a request carries no credential scope.
const DefaultRegion = "us-east-1"

// services is who speaks what: [model] for the names, the credential scope comes first because it
// is the only thing that every dialect has.
var services = []struct {
	scope   string // SigV4 service name
	target  string // prefix of X-Amz-Target
	version string // Version parameter of awsQuery
	dialect Dialect
}{
	{scope: "ssm-contacts", target: "SSMContacts", dialect: AWSJSON{}},
	{scope: "tagging", target: "ResourceGroupsTaggingAPI_20170126", dialect: AWSJSON{}},
	{scope: "ssm-incidents", dialect: RESTJSON{}},
	{scope: "ssm", target: "AmazonSSM", dialect: AWSJSON{}},
	{scope: "secretsmanager", target: "secretsmanager", dialect: AWSJSON{}},
	{scope: "events", target: "AWSEvents", dialect: AWSJSON{}},
	{scope: "chatbot", dialect: RESTJSON{}},
	{scope: "iam", version: "2010-05-08", dialect: Query{}},
	{scope: "sns", version: "2010-03-31", dialect: Query{}},
	{scope: "sts", version: "2011-06-15", dialect: Query{}},
	{scope: cloudWatch, target: cloudWatchTarget, version: cloudWatchVersion}, // see cloudWatchDialect
}

// route finds service, Region and dialect: by credential scope, else by X-Amz-Target, else by path.
func route(r *http.Request) *Call {
	service, region := scope(r)
	c := &Call{Service: service, Region: region}
	target, _, _ := strings.Cut(r.Header.Get("X-Amz-Target"), ".")
	for _, s := range services {
		if service == s.scope || service == "" && target != "" && target == s.target {
			c.Service, c.Dialect = s.scope, s.dialect
			if s.scope == cloudWatch {
				c.Dialect = cloudWatchDialect(r)
			}
			return c
		}
	}
	switch {
	case service == "" && strings.HasPrefix(r.URL.Path, rpcPath+cloudWatchTarget+"/"):
		c.Service, c.Dialect = cloudWatch, cloudWatchDialect(r)
	case service != "" || target != "":
		c.Dialect = AWSJSON{} // a service that is not here: the answer is an unknown operation
	case isForm(r):
		c.Service, c.Dialect = "sts", Query{}
	default:
		c.Service, c.Dialect = "ssm-incidents", RESTJSON{}
	}
	return c
}

// scope reads service and Region out of the SigV4 credential: KEY/DATE/REGION/SERVICE/aws4_request,
// in the Authorization header or, for presigned requests, in the query.
func scope(r *http.Request) (service, region string) {
	var credential string
	if _, after, ok := strings.Cut(r.Header.Get("Authorization"), "Credential="); ok {
		credential, _, _ = strings.Cut(after, ",")
	} else if strings.Contains(r.URL.RawQuery, "X-Amz-Credential=") {
		credential = r.URL.Query().Get("X-Amz-Credential")
	}
	// Counted from the end: an access key may hold anything, the rest may not.
	parts := strings.Split(strings.TrimSpace(credential), "/")
	if n := len(parts); n >= 5 && parts[n-1] == "aws4_request" {
		service, region = parts[n-2], parts[n-3]
	}
	if !IsRegion(region) {
		region = DefaultRegion
	}
	return service, region
}

// IsRegion keeps out of ARNs what could not be a Region. RegionName is at most 20 characters.
func IsRegion(s string) bool {
	if s == "" || len(s) > 20 {
		return false
	}
	for _, c := range []byte(s) {
		if (c < 'a' || c > 'z') && (c < '0' || c > '9') && c != '-' {
			return false
		}
	}
	return true
}

func isForm(r *http.Request) bool {
	return strings.HasPrefix(r.Header.Get("Content-Type"), "application/x-www-form-urlencoded") || r.URL.Query().Has("Action")
}

// segment splits an escaped path into its first segment ("/tags") and the decoded rest. The split
// is done before decoding, because an ARN carries its slashes as %2F.
func segment(u *url.URL) (first, tail string, err error) {
	path := u.EscapedPath()
	first = path
	if len(path) > 1 {
		if i := strings.IndexByte(path[1:], '/'); i >= 0 {
			first, tail = path[:i+1], path[i+2:]
		}
	}
	tail, err = url.PathUnescape(tail)
	return first, tail, err
}
