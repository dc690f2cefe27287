package emulator

// The runbook of an incident. It starts with the runbook's role and fails, with an event on the
// timeline and in no other way, for the reasons that people meet: the role does not allow the
// document, or the document does not take the parameters. That is found out when an incident
// starts, not when the response plan is written.

import (
	"fmt"
	"maps"
	"slices"
	"strings"
)

// startRunbook starts a plan's runbook and returns the record as it is then. Whether it starts or
// not, the incident has a related item AUTOMATION: the execution, or the document that did not run.
func (r *incident) startRunbook(c *call, tx *tx, a ssmAutomation) *incident {
	out := *r
	d := nameDocument(c, a)
	parameters := r.parameters(tx.state, a)
	if why := mayStart(c, tx.state, r, d, a, parameters); why != "" {
		id, _ := addRelated(tx, r.Key, arnItem("AUTOMATION", d.document, d.name))
		addEvent(tx, r.Key, timelineEvent{Type: eventNoRunbook, Data: jsonText(why), At: c.instant(), Updated: c.instant(),
			References: []eventReference{{RelatedItemId: &id}}})
		return r
	}
	e := addExecution(c, tx, d, parameters)
	e.Role, e.Incident = a.RoleArn, r.ARN
	item := arnItem("AUTOMATION", e.ARN, d.name)
	addRelated(tx, r.Key, item)
	out.Executions = append(slices.Clone(r.Executions), e.ARN)
	out.changedQuietly(c, tx, relatedChange("itemToAdd", item.withoutID()))
	return &out
}

// namedDocument is a runbook's document as policies name it.
type namedDocument struct {
	name       string
	version    string // as the response plan has it; $DEFAULT when it has none
	document   string // ARN; the account is empty for AWS's own
	definition string // the older spelling of it, with the version
}

func nameDocument(c *call, a ssmAutomation) namedDocument {
	d := namedDocument{name: a.DocumentName, version: "$DEFAULT"}
	if a.DocumentVersion != nil && *a.DocumentVersion != "" {
		d.version = *a.DocumentVersion
	}
	owner := c.account
	if parts := strings.SplitN(a.DocumentName, ":", 6); len(parts) == 6 && parts[0] == "arn" {
		owner, d.name = parts[4], strings.TrimPrefix(parts[5], "document/")
	} else if ownedByAWS(d.name) {
		owner = ""
	}
	prefix := "arn:aws:ssm:" + c.region + ":" + owner + ":"
	d.document, d.definition = prefix+"document/"+d.name, prefix+"automation-definition/"+d.name+":"+d.version
	return d
}

// parameters are those of the plan with what comes from the incident.
func (r *incident) parameters(st *state, a ssmAutomation) map[string][]string {
	out := maps.Clone(a.Parameters)
	if out == nil {
		out = map[string][]string{}
	}
	for name, v := range a.DynamicParameters {
		if v.Variable == variableRecord {
			out[name] = []string{r.ARN}
			continue
		}
		out[name] = []string{}
		for _, item := range st.related.below(r.Key + "/") {
			if item.Identifier.Type == "INVOLVED_RESOURCE" && item.Identifier.Value.Arn != nil {
				out[name] = append(out[name], *item.Identifier.Value.Arn)
			}
		}
	}
	return out
}

const variableRecord = "INCIDENT_RECORD_ARN"

// mayStart is "" when the runbook starts, and otherwise what the timeline says.
func mayStart(c *call, st *state, r *incident, d namedDocument, a ssmAutomation, parameters map[string][]string) (why string) {
	if why := roleAllows(c, st, r, d, a.RoleArn); why != "" {
		return why
	}
	return startable(c, st, d, a.DynamicParameters, parameters)
}

// ofDocument is the content that a runbook's document has in the version it names. Without a row it is not known here.
func ofDocument(c *call, st *state, d namedDocument) (row *document, v *documentVersion, err error) {
	if row = shippedDocument(d.name); row != nil {
		return row, row.unversioned(), nil
	}
	if !strings.HasPrefix(d.document, "arn:aws:ssm:"+c.region+":"+c.account+":") {
		return nil, nil, nil
	}
	if row = st.documents.get(c.region + "/" + d.name); row == nil {
		return nil, nil, nil
	}
	v, err = row.pickVersion(c, st, d.version, "")
	return row, v, err
}

// startable is "" when a document runs with parameters.
func startable(c *call, st *state, d namedDocument, dynamic map[string]dynamicValue, parameters map[string][]string) (why string) {
	row, v, err := ofDocument(c, st, d)
	switch {
	case row == nil && c.opts.Rules.UnknownDocumentsFail:
		return fmt.Sprintf("Automation definition not found: document %s does not exist (AutomationDefinitionNotFoundException)", d.name)
	case row == nil:
		return ""
	case row.Type != automationType:
		return fmt.Sprintf("Document %s has the type %s, not Automation (InvalidAutomationExecutionParametersException)", d.name, row.Type)
	case err != nil:
		return fmt.Sprintf("Version %s of the document %s does not exist (AutomationDefinitionVersionNotFoundException)", d.version, d.name)
	}
	parsed, err := parseDocument(v.Content, v.Format)
	if err != nil {
		return err.Error()
	}
	return parsed.takes(dynamic, parameters)
}

// takes checks names and types of parameters. The text about unknown ones is AWS's [user-code].
func (b *runbook) takes(dynamic map[string]dynamicValue, parameters map[string][]string) (why string) {
	const kind = " (InvalidAutomationExecutionParametersException)"
	var unknown, missing []string
	for name := range parameters {
		if _, ok := b.Parameters[name]; !ok {
			unknown = append(unknown, name)
		}
	}
	for name, p := range b.Parameters {
		if _, given := parameters[name]; !given && p.Default == nil {
			missing = append(missing, name)
		}
	}
	slices.Sort(unknown)
	slices.Sort(missing)
	switch {
	case unknown != nil:
		return fmt.Sprintf("Undefined execution inputs: [%s]%s", strings.Join(unknown, ", "), kind)
	case missing != nil:
		return fmt.Sprintf("Missing execution inputs: [%s]%s", strings.Join(missing, ", "), kind)
	}
	for _, name := range sortedKeys(parameters) {
		want := b.Parameters[name].Type
		v, fromIncident := dynamic[name]
		switch {
		case fromIncident && v.Variable == variableRecord && want != "String",
			fromIncident && v.Variable != variableRecord && want != "StringList":
			return fmt.Sprintf("Parameter %s has the type %s, which cannot take %s%s", name, want, v.Variable, kind)
		case !fromIncident && want == "String" && len(parameters[name]) != 1:
			return fmt.Sprintf("Parameter %s has the type String and takes one value, not %d%s", name, len(parameters[name]), kind)
		}
	}
	return ""
}

// roleAllows asks the policies of the runbook's role. A role that the embedded IAM does not know is
// Rules.UnknownRolesFail: most people have none here.
//
// A role allows a document in either generation of AWS's documentation: as an automation-definition,
// or as a document together with the execution.
func roleAllows(c *call, st *state, r *incident, d namedDocument, roleARN string) (why string) {
	name := roleARN[strings.LastIndexByte(roleARN, '/')+1:]
	row := st.roles.get(name)
	if row == nil || row.ARN != roleARN {
		if c.opts.Rules.UnknownRolesFail {
			return fmt.Sprintf("The role %s cannot be assumed: it does not exist (AccessDeniedException)", roleARN)
		}
		return ""
	}
	trust := ask{action: "sts:AssumeRole", service: "ssm-incidents.amazonaws.com", context: map[string]string{
		"aws:sourceaccount": c.account, "aws:sourcearn": strings.Replace(r.ARN, "ssm-incidents::", "ssm-incidents:"+c.region+":", 1)}}
	trusted := judge([]string{row.Trust}, trust)
	if trusted == silent { // policies write the Region of an incident's ARN as nothing, too
		trust.context["aws:sourcearn"] = r.ARN
		trusted = judge([]string{row.Trust}, trust)
	}
	if trusted != allowed {
		return fmt.Sprintf("User: ssm-incidents.amazonaws.com is not authorized to perform: sts:AssumeRole on resource: %s (AccessDeniedException)", roleARN)
	}
	documents := row.documents(st)
	may := func(resource string) verdict {
		return judge(documents, ask{action: "ssm:StartAutomationExecution", resource: resource, context: map[string]string{
			"ssm:documentversion": d.version, "aws:requestedregion": c.region}})
	}
	byDocument, byDefinition := may(d.document), may(d.definition)
	execution := may("arn:aws:ssm:" + c.region + ":" + c.account + ":automation-execution/*")
	refused := d.document
	switch {
	case byDocument == denied || byDefinition == denied:
	case byDefinition == allowed:
		return ""
	case byDocument == allowed && execution == allowed:
		return ""
	case byDocument == allowed:
		refused = "arn:aws:ssm:" + c.region + ":" + c.account + ":automation-execution/*"
	}
	return fmt.Sprintf("User: arn:aws:sts::%s:assumed-role/%s/IncidentManager is not authorized to perform: ssm:StartAutomationExecution on resource: %s (AccessDeniedException)",
		c.account, name, refused)
}
