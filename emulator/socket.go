package emulator

import (
	"context"
	"net"
	"path/filepath"
)

// maxSocketPath is what fits into the kernel's sockaddr_un on every system: 104 bytes on macOS and
// the BSDs, 108 on Linux, with the closing zero.
const maxSocketPath = 103

// socketPath calls use with a path of dir/name that is short enough for a socket. A long one is
// reached through the open folder where the system can do that.
func socketPath[T any](dir, name string, use func(path string) (T, error)) (T, error) {
	if path := filepath.Join(dir, name); len(path) <= maxSocketPath {
		return use(path)
	}
	return throughFolder(dir, name, use)
}

func listenUnix(dir, name string) (*net.UnixListener, error) {
	return socketPath(dir, name, func(path string) (*net.UnixListener, error) {
		return net.ListenUnix("unix", &net.UnixAddr{Name: path, Net: "unix"})
	})
}

func dialUnix(ctx context.Context, dir, name string) (net.Conn, error) {
	return socketPath(dir, name, func(path string) (net.Conn, error) {
		var d net.Dialer
		return d.DialContext(ctx, "unix", path)
	})
}
