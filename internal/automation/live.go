package automation

// Live is what a target says of a document. Without a Document it is Absent, or nobody knows,
// for the reason in Err: unknown is not absent.
type Live struct {
	*Document
	Type   string // Automation, or what else it is
	Absent bool
	Err    error
}
