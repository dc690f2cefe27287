package emulator

// Parameter Store, a part of ssm: what phone numbers that should not stand in Git are kept in.
// Encryption is a name here: a SecureString that is read without decryption shows a text that is
// made of nothing.

import (
	"crypto/sha256"
	"encoding/base64"
	"regexp"
	"slices"
	"strconv"
	"strings"
	"time"

	"github.com/watchbill/watchbill/emulator/wire"
)

func parameterOperations() []*operation {
	return modelled(parameterModel,
		writing("PutParameter", putParameter),
		reading("GetParameter", getParameter),
		reading("GetParameters", getParameters),
		reading("GetParametersByPath", getParametersByPath),
		reading("DescribeParameters", describeParameters),
		writing("DeleteParameter", deleteParameter),
		writing("DeleteParameters", deleteParameters),
	)
}

// Limits of Parameter Store [user guide, "Managing parameter tiers"].
const (
	maxStandardValue  = 4 << 10 // bytes
	maxAdvancedValue  = 8 << 10
	maxParameterLevel = 15
	keptVersions      = 100
)

// parameter is a row; its key is REGION/NAME, and the name of one in a hierarchy begins with / itself.
// Parameters survive the replication set.
type parameter struct {
	Name        string
	Type        string
	KeyID       string `json:",omitempty"`
	Description string `json:",omitempty"`
	Pattern     string `json:",omitempty"`
	Tier        string
	DataType    string
	Tags        map[string]string  `json:",omitempty"`
	Versions    []parameterVersion // oldest first, at most keptVersions
}

type parameterVersion struct {
	Number   int
	Value    string
	Modified time.Time
}

// latest is the newest version; a row that came in through the state's door may have none.
func (p *parameter) latest() (v parameterVersion) {
	if n := len(p.Versions); n > 0 {
		v = p.Versions[n-1]
	}
	return v
}

func noParameter(name string) *wire.Error {
	return ssmError("ParameterNotFound", "Parameter "+name+" not found.")
}

func parameterKeyOf(c *call, name string) string { return c.region + "/" + name }

func putParameter(c *call, tx *tx, in *struct {
	Name, Value, Description, Type, KeyId, AllowedPattern, Tier, Policies, DataType string
	Overwrite                                                                       bool
	Tags                                                                            []struct{ Key, Value string }
}) (any, error) {
	if err := checkParameterName(in.Name); err != nil {
		return nil, err
	}
	key := parameterKeyOf(c, in.Name)
	p := &parameter{Name: in.Name, Type: in.Type, Tier: "Standard", DataType: "text", Tags: map[string]string{}}
	if have := tx.parameters.get(key); have != nil {
		switch {
		case !in.Overwrite:
			return nil, ssmError("ParameterAlreadyExists", "The parameter already exists. To overwrite this value, set the overwrite option in the request to true.")
		case in.Type != "" && in.Type != have.Type:
			return nil, ssmError("HierarchyTypeMismatchException", "A parameter's type cannot be changed: delete it and create another one.")
		case len(in.Tags) > 0:
			return nil, ssmError("ValidationException", "Invalid request: tags and overwrite can't be used together. To create a parameter with tags, please remove overwrite flag.")
		}
		again := *have
		p = &again
	} else if in.Type == "" {
		return nil, ssmError("ValidationException", "A parameter type is required when you create a parameter.")
	}
	for _, t := range in.Tags {
		p.Tags[t.Key] = t.Value
	}
	setWhenGiven(&p.Description, in.Description)
	setWhenGiven(&p.Pattern, in.AllowedPattern)
	setWhenGiven(&p.DataType, in.DataType)
	if p.Type == "SecureString" {
		setWhenGiven(&p.KeyID, in.KeyId)
		if p.KeyID == "" {
			p.KeyID = "alias/aws/ssm"
		}
	}
	if err := p.setTier(in.Tier, len(in.Value)); err != nil {
		return nil, err
	}
	if err := p.accepts(in.Value); err != nil {
		return nil, err
	}
	number := p.latest().Number + 1
	p.Versions = append(slices.Clone(p.Versions), parameterVersion{number, in.Value, c.instant()})
	p.Versions = p.Versions[max(0, len(p.Versions)-keptVersions):]
	tx.parameters.put(tx, key, p)
	return struct {
		Version int
		Tier    string
	}{number, p.Tier}, nil
}

func setWhenGiven(field *string, given string) {
	if given != "" {
		*field = given
	}
}

// setTier chooses the tier of a value so many bytes long. There is no way back from advanced.
func (p *parameter) setTier(asked string, size int) error {
	if asked == "Advanced" || asked == "Intelligent-Tiering" && size > maxStandardValue {
		p.Tier = "Advanced"
	}
	limit := maxStandardValue
	if p.Tier == "Advanced" {
		limit = maxAdvancedValue
	}
	if size > limit {
		return ssmError("ValidationException", p.Tier+" tier parameters support a maximum parameter value of "+strconv.Itoa(limit)+" characters.")
	}
	return nil
}

// accepts holds a value against the parameter's own pattern. The message does not repeat it.
func (p *parameter) accepts(value string) error {
	if p.Pattern == "" {
		return nil
	}
	re, err := regexp.Compile(p.Pattern)
	if err != nil {
		return ssmError("InvalidAllowedPatternException", "The request does not meet the regular expression requirement.")
	}
	if !re.MatchString(value) {
		return ssmError("ParameterPatternMismatchException", "Parameter value, cannot be validated against allowedPattern: "+p.Pattern)
	}
	return nil
}

var parameterNameForm = regexp.MustCompile(`^/?[a-zA-Z0-9_.-]+(/[a-zA-Z0-9_.-]+)*$`)

// checkParameterName refuses names that cannot be written [PutParameter, Name].
func checkParameterName(name string) error {
	bare := strings.ToLower(strings.TrimPrefix(name, "/"))
	switch {
	case strings.HasPrefix(bare, "aws") || strings.HasPrefix(bare, "ssm"):
		return ssmError("ValidationException", `Parameter name: can't be prefixed with "aws" or "ssm" (case-insensitive).`)
	case !parameterNameForm.MatchString(name):
		return ssmError("ValidationException", "Parameter name must be a fully qualified name: a mix of letters, numbers and the symbols .-_ between slashes.")
	case !strings.HasPrefix(name, "/") && strings.Contains(name, "/"):
		return ssmError("ValidationException", "Parameter name must be a fully qualified name.")
	case strings.Count(name, "/") > maxParameterLevel:
		return ssmError("HierarchyLevelLimitExceededException", "A parameter name can have at most 15 levels.")
	case len(name) > 1011:
		return ssmError("ValidationException", "Parameter name is longer than 1011 characters.")
	}
	return nil
}

// readParameter finds what a reference names: NAME or its ARN, with :VERSION behind it or not.
func readParameter(c *call, st *state, ref string) (p *parameter, v parameterVersion, selector string, err error) {
	name := ref
	if rest, ok := strings.CutPrefix(ref, "arn:aws:ssm:"+c.region+":"+c.account+":parameter/"); ok {
		name = "/" + rest
		if bare, _, _ := strings.Cut(rest, ":"); st.parameters.get(parameterKeyOf(c, bare)) != nil {
			name = rest
		}
	}
	name, version, selected := strings.Cut(name, ":")
	if p = st.parameters.get(parameterKeyOf(c, name)); p == nil {
		return nil, v, "", noParameter(ref)
	}
	if !selected {
		return p, p.latest(), "", nil
	}
	for _, v := range p.Versions {
		if strconv.Itoa(v.Number) == version {
			return p, v, ":" + version, nil
		}
	}
	return nil, v, "", ssmError("ParameterVersionNotFound", "Systems Manager could not find version "+version+" of "+name+". Verify the version and try again.")
}

type parameterOut struct {
	ARN, DataType, Name, Type, Value string
	Selector                         string `json:",omitempty"`
	LastModifiedDate                 epoch
	Version                          int
}

func (p *parameter) arn(c *call) string {
	return "arn:aws:ssm:" + c.region + ":" + c.account + ":parameter/" + strings.TrimPrefix(p.Name, "/")
}

func (p *parameter) out(c *call, v parameterVersion, selector string, decrypt bool) parameterOut {
	value := v.Value
	if p.Type == "SecureString" && !decrypt {
		sum := sha256.Sum256([]byte(p.Name + "\x00" + strconv.Itoa(v.Number)))
		value = "AQICAH" + base64.StdEncoding.EncodeToString(sum[:])
	}
	return parameterOut{p.arn(c), p.DataType, p.Name, p.Type, value, selector, epoch(v.Modified), v.Number}
}

func getParameter(c *call, st *state, in *struct {
	Name           string
	WithDecryption bool
}) (any, error) {
	p, v, selector, err := readParameter(c, st, in.Name)
	if err != nil {
		return nil, err
	}
	return struct{ Parameter parameterOut }{p.out(c, v, selector, in.WithDecryption)}, nil
}

func getParameters(c *call, st *state, in *struct {
	Names          []string
	WithDecryption bool
}) (any, error) {
	out := struct {
		Parameters        []parameterOut
		InvalidParameters []string
	}{[]parameterOut{}, []string{}}
	for i, name := range in.Names {
		if slices.Contains(in.Names[:i], name) {
			return nil, ssmError("ValidationException", "The request has a duplicate parameter name.")
		}
		p, v, selector, err := readParameter(c, st, name)
		if err != nil {
			out.InvalidParameters = append(out.InvalidParameters, name)
			continue
		}
		out.Parameters = append(out.Parameters, p.out(c, v, selector, in.WithDecryption))
	}
	return out, nil
}

func deleteParameter(c *call, tx *tx, in *struct{ Name string }) (any, error) {
	key := parameterKeyOf(c, in.Name)
	if tx.parameters.get(key) == nil {
		return nil, noParameter(in.Name)
	}
	tx.parameters.put(tx, key, nil)
	return nil, nil
}

func deleteParameters(c *call, tx *tx, in *struct{ Names []string }) (any, error) {
	out := struct{ DeletedParameters, InvalidParameters []string }{[]string{}, []string{}}
	for _, name := range in.Names {
		if tx.parameters.get(parameterKeyOf(c, name)) == nil {
			out.InvalidParameters = append(out.InvalidParameters, name)
			continue
		}
		tx.parameters.put(tx, parameterKeyOf(c, name), nil)
		out.DeletedParameters = append(out.DeletedParameters, name)
	}
	return out, nil
}
