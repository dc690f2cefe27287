package emulator

import (
	"os"
	"strconv"
)

// throughFolder reaches a long path by way of an open folder. The folder stays open for the call
// only: a bound or connected socket does not need its path any more.
func throughFolder[T any](dir, name string, use func(path string) (T, error)) (T, error) {
	d, err := os.Open(dir)
	if err != nil {
		var none T
		return none, err
	}
	defer d.Close()
	return use("/proc/self/fd/" + strconv.Itoa(int(d.Fd())) + "/" + name)
}
