package emulator

import (
	"context"
	"errors"
	"fmt"
	"io"
	"log"
	"net"
	"net/http"
	"sync"
	"time"

	"github.com/watchbill/watchbill/emulator/wire"
)

// Limits of a listening emulator, against clients that are slow, huge or gone.
const (
	headerTimeout = 5 * time.Second
	readTimeout   = 30 * time.Second
	writeTimeout  = time.Minute
	idleTimeout   = 2 * time.Minute
	stopTimeout   = 10 * time.Second
	maxHeader     = 64 << 10 // bytes; the body's limit is wire.MaxBody
)

// Serve answers on ln until ctx is done, then stops taking connections, lets the requests under way
// finish (at most 10 s), and returns nil. It closes ln. The handler is a *Server or an *Attachment.
// Bodies above 1 MiB, headers above 64 KiB and panics of h are answered, not suffered.
//
// Browsers, and everybody at the side doors, must call it localhost, by an IP address or by one of
// names: see front.go.
func Serve(ctx context.Context, ln net.Listener, h http.Handler, names ...string) error {
	hs := newHTTPServer(byName(h, names))
	done := make(chan error, 1)
	go func() { done <- hs.Serve(ln) }()
	select {
	case err := <-done:
		return fmt.Errorf("serve on %s: %w", ln.Addr(), err)
	case <-ctx.Done():
	}
	err := hs.stop()
	if serveErr := <-done; !errors.Is(serveErr, http.ErrServerClosed) {
		err = errors.Join(err, serveErr)
	}
	if err != nil {
		return fmt.Errorf("stop serving on %s: %w", ln.Addr(), err)
	}
	return nil
}

// httpServer is a net/http server that can be stopped without waiting for clients that connected
// and never asked: http.Server gives those five seconds.
type httpServer struct {
	*http.Server
	mu    sync.Mutex
	fresh map[net.Conn]bool // connected, no request yet

	stopping chan struct{} // closed when stop begins: who waits on purpose ends
	once     sync.Once
}

func newHTTPServer(h http.Handler) *httpServer {
	hs := &httpServer{fresh: map[net.Conn]bool{}, stopping: make(chan struct{})}
	hs.Server = &http.Server{
		Handler:           guard(h),
		ReadHeaderTimeout: headerTimeout,
		ReadTimeout:       readTimeout,
		WriteTimeout:      writeTimeout,
		IdleTimeout:       idleTimeout,
		MaxHeaderBytes:    maxHeader,
		ErrorLog:          log.New(io.Discard, "", 0), // this package does not log; a bad client is its own problem
		ConnState:         hs.note,
		BaseContext: func(net.Listener) context.Context {
			return context.WithValue(context.Background(), stoppingKey{}, hs.stopping)
		},
	}
	return hs
}

func (hs *httpServer) note(c net.Conn, state http.ConnState) {
	hs.mu.Lock()
	defer hs.mu.Unlock()
	if state == http.StateNew {
		hs.fresh[c] = true
	} else {
		delete(hs.fresh, c)
	}
}

// stop lets requests under way finish; those that take too long are cut.
func (hs *httpServer) stop() error {
	ctx, cancel := context.WithTimeout(context.Background(), stopTimeout)
	defer cancel()
	hs.once.Do(func() { close(hs.stopping) })
	done := make(chan error, 1)
	go func() { done <- hs.Shutdown(ctx) }()
	for wait := time.Millisecond; ; wait *= 2 {
		select {
		case err := <-done:
			if err != nil {
				return errors.Join(err, hs.Server.Close())
			}
			return nil
		case <-time.After(wait): // Shutdown has closed the listener: no new ones come
			hs.mu.Lock()
			for c := range hs.fresh {
				c.Close()
			}
			hs.mu.Unlock()
		}
	}
}

// guard bounds bodies and turns a panic into the service's own 500. What panicked is not shown and
// not logged: the value may hold an address.
func guard(h http.Handler) http.Handler {
	return http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		defer func() {
			switch r := recover(); r {
			case nil:
			case http.ErrAbortHandler:
				panic(r)
			default:
				wire.RESTJSON{}.Fail(w, newUUID(), wire.Internal())
			}
		}()
		r.Body = http.MaxBytesReader(w, r.Body, bodyLimit(r))
		h.ServeHTTP(w, r)
	})
}
