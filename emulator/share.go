package emulator

// One store, many processes. Whoever opens the store first owns it and listens on a unix socket
// beside it; everybody else sends requests there. When the owner goes away the next one that needs
// the store becomes the owner. The lock is the store's own file lock, which the kernel releases
// when its holder dies, so no state of this arrangement outlives a process.

import (
	"bytes"
	"context"
	"errors"
	"fmt"
	"io"
	"math/rand/v2"
	"net"
	"net/http"
	"os"
	"path/filepath"
	"strconv"
	"sync"
	"sync/atomic"
	"time"
)

// SocketName is the name of the owner's socket inside the store's folder.
const SocketName = "local.sock"

// attachPatience is how long a store may be locked by somebody who does not answer on the socket
// (its owner is starting or stopping) before that is an error.
const attachPatience = 10 * time.Second

// Attachment is a way to the account in a folder: in process when this process owns the store,
// through the owner's socket otherwise. It is an http.RoundTripper for AWS clients and an
// http.Handler for Serve. It may be used by many goroutines.
//
// When the owner goes away, a request that was certainly not sent is sent again, possibly to this
// process as the new owner; a request that may have been sent fails, and the AWS SDK retries it.
type Attachment struct {
	dir  string
	opts Options
	cur  atomic.Pointer[link]

	mu     sync.Mutex // held while the link changes
	closed bool
	life   context.Context // done when Close begins
	end    context.CancelFunc
}

// link is one way to the store: as the owner, or through the owner.
type link struct {
	rt http.RoundTripper

	owner    *Server // nil: through the socket
	listener *httpServer
	socket   string
	remote   *http.Transport // nil: in process
}

// Attach finds the owner of the store in dir, or becomes it. The options count only for the owner.
// Errors: those of Open except ErrLocked, which is returned only when the owner does not answer for
// ten seconds; a folder whose path is too long for a socket; ctx's error.
func Attach(ctx context.Context, dir string, o Options) (*Attachment, error) {
	abs, err := filepath.Abs(dir)
	if err != nil {
		return nil, fmt.Errorf("attach to the local Incident Manager: %w", err)
	}
	o.Dir = abs
	a := &Attachment{dir: abs, opts: o}
	a.life, a.end = context.WithCancel(context.Background())
	l, err := a.connect(ctx)
	if err != nil {
		return nil, fmt.Errorf("attach to the local Incident Manager: %w", err)
	}
	a.cur.Store(l)
	return a, nil
}

// Owner reports whether this process owns the store now. It may become the owner later, when the
// present one leaves; it never stops being the owner before Close.
func (a *Attachment) Owner() bool { return a.cur.Load().owner != nil }

// connect owns the store or reaches its owner, whichever works first.
func (a *Attachment) connect(ctx context.Context) (*link, error) {
	deadline := time.Now().Add(attachPatience)
	for wait := time.Millisecond; ; wait = min(wait*2, 100*time.Millisecond) {
		l, err := a.tryOnce(ctx)
		if err == nil || !errors.Is(err, ErrLocked) {
			return l, err
		}
		if time.Now().After(deadline) {
			return nil, fmt.Errorf("its owner does not answer: %w", err)
		}
		select {
		case <-ctx.Done():
			return nil, ended(ctx)
		case <-time.After(wait/2 + rand.N(wait)):
		}
	}
}

// tryOnce asks the socket first when there is one: that is cheaper than trying the lock.
func (a *Attachment) tryOnce(ctx context.Context) (*link, error) {
	if l := a.dial(ctx); l != nil {
		return l, nil
	}
	s, err := Open(a.opts)
	if err != nil {
		return nil, err
	}
	l, err := a.own(s)
	if err != nil {
		return nil, errors.Join(err, s.Close())
	}
	return l, nil
}

// own starts the owner's socket. We hold the store's lock, so a socket that is there is a dead
// owner's. The new one is made under another name and moved over it: whoever sees it can use it.
func (a *Attachment) own(s *Server) (*link, error) {
	socket := filepath.Join(a.dir, SocketName)
	tmp := SocketName + "." + strconv.Itoa(os.Getpid())
	os.Remove(filepath.Join(a.dir, tmp))
	ln, err := listenUnix(a.dir, tmp)
	if err != nil {
		return nil, fmt.Errorf("listen for other processes: %w", err)
	}
	ln.SetUnlinkOnClose(false)
	err = os.Chmod(filepath.Join(a.dir, tmp), 0o600)
	if err == nil {
		err = os.Rename(filepath.Join(a.dir, tmp), socket)
	}
	if err != nil {
		ln.Close()
		os.Remove(filepath.Join(a.dir, tmp))
		return nil, fmt.Errorf("listen for other processes: %w", err)
	}
	l := &link{rt: s.Transport(), owner: s, listener: newHTTPServer(s), socket: socket}
	go l.listener.Serve(ln) // ends with Close
	return l, nil
}

// dialError marks a request that was certainly not sent.
type dialError struct{ err error }

func (e *dialError) Error() string { return "reach the owner of the local store: " + e.err.Error() }
func (e *dialError) Unwrap() error { return e.err }

// dial makes a link through the owner's socket, or nil when nobody answers there.
func (a *Attachment) dial(ctx context.Context) *link {
	conn, err := dialUnix(ctx, a.dir, SocketName)
	if err != nil {
		return nil
	}
	conn.Close()
	t := &http.Transport{
		DialContext: func(ctx context.Context, _, _ string) (net.Conn, error) {
			conn, err := dialUnix(ctx, a.dir, SocketName)
			if err != nil {
				return nil, &dialError{err}
			}
			return conn, nil
		},
		MaxIdleConnsPerHost: 64,
		IdleConnTimeout:     idleTimeout / 2, // before the owner's, so that the client closes first
		DisableCompression:  true,
	}
	return &link{rt: t, remote: t}
}

// RoundTrip sends one request to the account, wherever it is.
func (a *Attachment) RoundTrip(r *http.Request) (*http.Response, error) {
	l := a.cur.Load()
	if l.owner != nil {
		return l.rt.RoundTrip(r)
	}
	if a.life.Err() != nil {
		if r.Body != nil {
			r.Body.Close()
		}
		return nil, ErrClosed
	}
	out, err := replayable(r)
	if err != nil {
		return nil, err
	}
	for {
		res, err := l.rt.RoundTrip(out())
		var unsent *dialError
		if err == nil || !errors.As(err, &unsent) {
			return res, err
		}
		if over := ended(r.Context()); over != nil {
			return nil, over
		}
		if l, err = a.reattach(r.Context(), l); err != nil {
			return nil, err
		}
	}
}

// replayable reads the body once, so that the request can be sent as often as needed. All
// requests go to the owner's socket, whatever host they name, and always in the clear: the client
// may have been told any endpoint.
func replayable(r *http.Request) (func() *http.Request, error) {
	var body []byte
	if r.Body != nil && r.Body != http.NoBody {
		defer r.Body.Close()
		var err error
		if body, err = io.ReadAll(io.LimitReader(r.Body, bodyLimit(r)+1)); err != nil {
			return nil, err
		}
	}
	return func() *http.Request {
		out := r.Clone(r.Context())
		out.URL.Scheme = "http"
		out.RequestURI = ""
		out.Body, out.GetBody, out.ContentLength = http.NoBody, nil, int64(len(body))
		if out.URL.Host == "" {
			out.URL.Host = "local"
		}
		if len(body) > 0 {
			out.GetBody = func() (io.ReadCloser, error) { return io.NopCloser(bytes.NewReader(body)), nil }
			out.Body, _ = out.GetBody()
		}
		return out
	}, nil
}

// reattach replaces a link whose owner is gone. Many requests may find out at once; one does it.
func (a *Attachment) reattach(ctx context.Context, dead *link) (*link, error) {
	a.mu.Lock()
	defer a.mu.Unlock()
	if a.closed {
		return nil, ErrClosed
	}
	if l := a.cur.Load(); l != dead {
		return l, nil
	}
	ctx, cancel := context.WithCancelCause(ctx)
	defer cancel(nil)
	defer context.AfterFunc(a.life, func() { cancel(ErrClosed) })()
	l, err := a.connect(ctx)
	if err != nil {
		return nil, fmt.Errorf("attach again to the local Incident Manager: %w", err)
	}
	dead.remote.CloseIdleConnections()
	a.cur.Store(l)
	return l, nil
}

// ServeHTTP lets an attachment stand behind Serve.
func (a *Attachment) ServeHTTP(w http.ResponseWriter, r *http.Request) {
	if s := a.cur.Load().owner; s != nil {
		s.ServeHTTP(w, r)
		return
	}
	res, err := a.RoundTrip(r)
	if err != nil {
		http.Error(w, "the owner of the local store is gone", http.StatusServiceUnavailable)
		return
	}
	defer res.Body.Close()
	for k, v := range res.Header {
		w.Header()[k] = v
	}
	w.WriteHeader(res.StatusCode)
	io.Copy(w, res.Body) // the client may be gone; there is nobody to tell
}

// Close leaves the store. An owner first serves out the requests under way, then releases it.
func (a *Attachment) Close() error {
	a.end()
	a.mu.Lock()
	defer a.mu.Unlock()
	if a.closed {
		return nil
	}
	a.closed = true
	l := a.cur.Load()
	if l.owner == nil {
		l.remote.CloseIdleConnections()
		return nil
	}
	// The socket goes first, while the lock is still ours: nobody else's can be standing there.
	os.Remove(l.socket)
	return errors.Join(l.listener.stop(), l.owner.Close())
}
