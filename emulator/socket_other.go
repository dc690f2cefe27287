//go:build !linux

package emulator

import "fmt"

// throughFolder: there is no way around the limit here.
func throughFolder[T any](dir, name string, use func(path string) (T, error)) (T, error) {
	var none T
	return none, fmt.Errorf("the path of %s is too long for a socket on this system (%d bytes with the name of the socket): use a folder with a shorter path", dir, maxSocketPath)
}
