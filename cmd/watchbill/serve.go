package main

import (
	"context"
	"errors"
	"fmt"
	"net"
	"path/filepath"
	"sync"

	"github.com/spf13/cobra"
	"github.com/watchbill/watchbill/compiler"
	"github.com/watchbill/watchbill/emulator"
)

// serveOptions are the flags of serve.
type serveOptions struct {
	listen      string
	data        string
	account     string
	allowRemote bool
	names       []string
	clock       string
	speed       float64
}

func (a *app) serveCommand() *cobra.Command {
	var o serveOptions
	cmd := &cobra.Command{
		Use:   "serve [PATH]",
		Short: "Let other AWS clients use the Incident Manager inside watchbill",
		Long: `Answer AWS clients (the AWS CLI, any SDK, Terraform) on a local port, from the same
Incident Manager that "watchbill apply" writes to. Other watchbill commands may use the
same plan folder meanwhile. Each message that a device would get is told in a line, with
its code. A browser at the same address shows incidents, pages and the clock.

Credentials are not checked. Whoever reaches the port can read and change everything.`,
		Args: atMost(1),
		RunE: func(cmd *cobra.Command, args []string) error {
			return a.serve(cmd.Context(), pathOf(args), o)
		},
	}
	cmd.Flags().StringVar(&o.listen, "listen", "127.0.0.1:4570", "address and port; port 0 takes a free one")
	cmd.Flags().StringVar(&o.data, "data", "", "folder of the data (default .watchbill in the plan folder)")
	cmd.Flags().StringVar(&o.account, "account", "", "account number of a new store (default "+emulator.DefaultAccount+")")
	cmd.Flags().BoolVar(&o.allowRemote, "allow-remote", false, "permit --listen on an address that other machines can reach")
	cmd.Flags().StringArrayVar(&o.names, "name", nil, "another host name by which browsers and scripts may call; may be repeated")
	cmd.Flags().StringVar(&o.clock, "clock", "", "real or stopped (default as it was left)")
	cmd.Flags().Float64Var(&o.speed, "speed", 0, "let time pass so many times faster")
	return formats(cmd, "text", "json")
}

func (a *app) serve(ctx context.Context, path string, o serveOptions) error {
	if err := a.checkListen(o); err != nil {
		return err
	}
	order, err := o.clockOrder()
	if err != nil {
		return err
	}
	region := localRegion
	if o.data == "" {
		dir, err := planFolder(path)
		if err != nil {
			return err
		}
		o.data = filepath.Join(dir, storeFolder)
		// What the plan made is in its home Region. A plan that does not compile still
		// has data to look at.
		if res, err := compiler.Compile(ctx, dir, compiler.Options{}); err == nil {
			region = localRegionOf(res)
		}
	}
	ln, err := net.Listen("tcp", o.listen)
	if err != nil {
		return listenProblem(o.listen, err)
	}
	store, err := attach(ctx, o.data, o.account)
	if err != nil {
		return errors.Join(err, ln.Close())
	}
	if err := setClock(ctx, store, order); err != nil {
		return errors.Join(err, ln.Close(), store.Close())
	}
	if err := a.announce(ln.Addr(), o.data, region); err != nil {
		return errors.Join(err, ln.Close(), store.Close())
	}
	following, stop := context.WithCancel(ctx)
	var follower sync.WaitGroup
	if !a.quiet {
		follower.Go(func() { a.follow(following, store) })
	}
	err = emulator.Serve(ctx, ln, store, o.names...)
	stop()
	follower.Wait()
	if err = errors.Join(err, store.Close()); err == nil {
		err = context.Canceled // it serves until it is told to stop
	}
	return err
}

// checkListen refuses an address that other machines can reach, unless that was
// asked for; then it warns.
func (a *app) checkListen(o serveOptions) error {
	host, _, err := net.SplitHostPort(o.listen)
	if err != nil {
		return usagef("--listen %q is not an address with a port", o.listen).withHint("--listen 127.0.0.1:4570")
	}
	ip := net.ParseIP(host)
	switch {
	case host == "localhost", ip != nil && ip.IsLoopback():
		return nil
	case !o.allowRemote:
		return usagef("--listen %s can be reached from other machines, and credentials are not checked", o.listen).
			withHint("listen on 127.0.0.1, or add --allow-remote if everybody on that network may read and change everything")
	}
	a.sayf("watchbill: warning: everybody who reaches %s can read and change everything, phone numbers included", o.listen)
	return nil
}

func listenProblem(address string, err error) error {
	return fmt.Errorf("listen on %s: %w", address, bare(err))
}

// announce prints what to paste into the shell of an AWS client.
func (a *app) announce(at net.Addr, data, region string) error {
	endpoint := "http://" + at.String()
	if a.output == "json" {
		return a.printJSON(struct {
			SchemaVersion int    `json:"schema_version"`
			Endpoint      string `json:"endpoint"`
			Region        string `json:"region"`
			Data          string `json:"data"`
		}{1, endpoint, region, filepath.ToSlash(data)})
	}
	if !a.quiet {
		a.sayf("The Incident Manager in %s answers until it is interrupted; watch it at %s/. For AWS clients:", data, endpoint)
	}
	_, err := fmt.Fprintf(a.out, "export AWS_ENDPOINT_URL=%[1]s AWS_DEFAULT_REGION=%[2]s AWS_REGION=%[2]s\nexport AWS_ACCESS_KEY_ID=embedded AWS_SECRET_ACCESS_KEY=embedded\n",
		endpoint, region)
	return err
}

// pathOf is the plan a command line names, the current folder when it names none.
func pathOf(args []string) string {
	if len(args) == 0 {
		return "."
	}
	return args[0]
}
