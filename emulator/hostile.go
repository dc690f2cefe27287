package emulator

// Bodies that are legal JSON and only meant to cost: they are turned away after one look at their
// bytes, before anything is built from them.

// Limits of a body. AWS's own shapes are less than ten levels deep, and the greatest legal request
// has a few thousand values.
const (
	maxDepth  = 64
	maxValues = 50_000
)

// plausible reports whether a body stays within the limits. It does not check that it is JSON.
func plausible(body []byte) bool {
	depth, values, inText := 0, 1, false
	for i := 0; i < len(body); i++ {
		switch b := body[i]; {
		case inText && b == '\\':
			i++
		case b == '"':
			inText = !inText
		case inText:
		case b == '{' || b == '[':
			depth++
			values++
		case b == '}' || b == ']':
			depth--
		case b == ',':
			values++
		}
		if depth > maxDepth || values > maxValues {
			return false
		}
	}
	return true
}
