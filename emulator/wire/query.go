package wire

import (
	"bytes"
	"encoding/xml"
	"net/http"
	"net/url"
)

// Query is awsQuery: a form goes in, XML comes out.
type Query struct{}

// Element is an XML element's content, in order.
type Element []Field

// Field is one child: its Value is a string or an Element.
type Field struct {
	Name  string
	Value any
}

// Result is the answer of an awsQuery operation.
type Result struct {
	Action    string  // "GetCallerIdentity"
	Namespace string  // "https://sts.amazonaws.com/doc/2011-06-15/"
	Content   Element // nil: the operation has no result
}

func (Query) open(c *Call, r *http.Request) *Error {
	form, err := url.ParseQuery(string(c.Body))
	if err != nil {
		return &Error{Type: "MalformedQueryString", Status: http.StatusBadRequest, Message: "The body is not a valid form."}
	}
	for k, v := range r.URL.Query() {
		form[k] = append(form[k], v...)
	}
	c.Query, c.Operation, c.Body = form, form.Get("Action"), nested(form)
	return nil
}

// Write sends <ActionResponse><ActionResult>…</ActionResult><ResponseMetadata/></ActionResponse>.
// The out is a Result.
func (Query) Write(w http.ResponseWriter, requestID string, status int, out any) {
	res := out.(Result)
	var b bytes.Buffer
	b.WriteString("<" + res.Action + `Response xmlns="` + res.Namespace + `">`)
	if res.Content != nil {
		writeXML(&b, Element{{res.Action + "Result", res.Content}})
	}
	writeXML(&b, Element{{"ResponseMetadata", Element{{"RequestId", requestID}}}})
	b.WriteString("</" + res.Action + "Response>")
	w.Header().Set(requestIDHeader, requestID)
	send(w, "text/xml", status, b.Bytes())
}

// Fail sends <ErrorResponse>. A query service calls an operation it does not have InvalidAction.
func (Query) Fail(w http.ResponseWriter, requestID string, e *Error) {
	kind, code := "Sender", e.code()
	if e.Status >= http.StatusInternalServerError {
		kind = "Receiver"
	}
	if code == "UnknownOperationException" {
		code = "InvalidAction"
	}
	var b bytes.Buffer
	writeXML(&b, Element{{"ErrorResponse", Element{
		{"Error", Element{{"Type", kind}, {"Code", code}, {"Message", e.Message}}},
		{"RequestId", requestID},
	}}})
	w.Header().Set(requestIDHeader, requestID)
	w.Header().Set("X-Amzn-ErrorType", code)
	send(w, "text/xml", e.Status, b.Bytes())
}

func writeXML(b *bytes.Buffer, content Element) {
	for _, f := range content {
		b.WriteString("<" + f.Name + ">")
		switch v := f.Value.(type) {
		case string:
			xml.EscapeText(b, []byte(v)) // a bytes.Buffer cannot fail
		case Element:
			writeXML(b, v)
		}
		b.WriteString("</" + f.Name + ">")
	}
}
