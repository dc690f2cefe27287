package emulator

// The front of a port: who may come in by which name.
//
// A web page of somebody else's can have its own host name point at 127.0.0.1 (DNS rebinding). To
// the browser it then asks its own site, whatever it reads, so the only thing that gives it away is
// the name it asks for. AWS clients are not browsers: they may use any name.

import (
	"net"
	"net/http"
	"net/netip"
	"net/url"
	"slices"
	"strings"
)

// byName refuses what a browser, or anybody at a side door, asks for by a name that is not ours:
// localhost, any IP address (no name leads there) and names are.
func byName(h http.Handler, names []string) http.Handler {
	return http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		if (isForPeople(r) || isBrowser(r)) && !(ourName(r.Host, names) && ownOrigin(r)) {
			http.Error(w, "this Incident Manager is not called by the name of this request: use localhost, "+
				"an IP address or a name it was told (watchbill serve --name)", http.StatusForbidden)
			return
		}
		h.ServeHTTP(w, r)
	})
}

func isForPeople(r *http.Request) bool {
	return strings.HasPrefix(r.URL.Path, sideDoorPrefix) || isPage(r)
}

// isBrowser goes by headers that pages cannot take away.
func isBrowser(r *http.Request) bool {
	return r.Header.Get("Origin") != "" || r.Header.Get("Sec-Fetch-Site") != "" ||
		strings.HasPrefix(r.Header.Get("User-Agent"), "Mozilla/")
}

func ourName(host string, names []string) bool {
	if name, _, err := net.SplitHostPort(host); err == nil {
		host = name
	}
	host = strings.TrimSuffix(strings.Trim(host, "[]"), ".")
	if _, err := netip.ParseAddr(host); err == nil {
		return true
	}
	return strings.EqualFold(host, "localhost") ||
		slices.ContainsFunc(names, func(name string) bool { return strings.EqualFold(name, host) })
}

// ownOrigin refuses requests that another site's page makes, also those that only read.
func ownOrigin(r *http.Request) bool {
	origin := r.Header.Get("Origin")
	if origin == "" {
		return true
	}
	u, err := url.Parse(origin)
	return err == nil && u.Host == r.Host
}
