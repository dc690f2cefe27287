package main

import (
	"context"
	"errors"
	"fmt"
	"io/fs"
	"os"
	"path/filepath"
	"slices"

	"github.com/spf13/cobra"
	"github.com/watchbill/watchbill/agent"
	"github.com/watchbill/watchbill/compiler"
	"github.com/watchbill/watchbill/compiler/rule"
	"github.com/watchbill/watchbill/importer"
	"github.com/watchbill/watchbill/internal/diag"
	"github.com/watchbill/watchbill/internal/resource"
	"github.com/watchbill/watchbill/kind"
)

func (a *app) importCommand() *cobra.Command {
	var plain bool
	cmd := &cobra.Command{
		Use:   "import [PATH]",
		Short: "Write plan files for what an account holds",
		Long: `Read everything in the target, whoever made it, and write it as plan files into the folder
PATH: names instead of ARNs, nothing that is a default, one file a section. Then compare what
was written with the target: the plan after import is empty, or what differs is shown.

The target is not changed; adopt makes what was imported yours. No file is overwritten,
and nothing is written when a part of the target cannot be read. Addresses go into files
of their own, which Git ignores; with --plain they stand in the plan.

Exit code 2 when something had to be left out or the plan is not empty; 4 when parts of the
target could not be read.`,
		Args: atMost(1),
		RunE: func(cmd *cobra.Command, args []string) error {
			return a.importAccount(cmd.Context(), pathOf(args), plain)
		},
	}
	cmd.Flags().BoolVar(&plain, "plain", false, "write addresses into the plan files, which then hold phone numbers")
	return formats(cmd, "text", "json")
}

// imported is what an import came to.
type imported struct {
	dir    string
	target string
	draft  *importer.Draft
	files  []string // as the user would write them, in order
	// proof is the plan after import; nil when nothing was written.
	proof *agent.Outcome
	// warnings is how many validate would report.
	warnings int
}

func (a *app) importAccount(ctx context.Context, path string, plain bool) error {
	dir, err := planFolder(path)
	if err != nil {
		return err
	}
	res, err := a.emptyFolder(ctx, dir)
	if err != nil {
		return err
	}
	t, observed, err := a.readAll(ctx, res)
	if err != nil {
		return err
	}
	return closing(t, a.writeAccount(ctx, t, res, observed, plain))
}

// emptyFolder compiles a folder that may hold settings and must not hold plans.
func (a *app) emptyFolder(ctx context.Context, dir string) (*compiler.Result, error) {
	res, err := compiler.Compile(ctx, dir, compiler.Options{Target: a.target, Now: a.present})
	if err != nil {
		return nil, err
	}
	if len(res.Files) > 0 {
		return nil, usagef("%s has a plan already (%s), and an account is imported as a plan of its own", dir, count(len(res.Files), "file")).
			withHint("name a folder that holds nothing but a watchbill.yaml")
	}
	res.Findings = slices.DeleteFunc(res.Findings, func(f diag.Finding) bool { return f.Code == "empty-plan" })
	return res, a.sound(res, diag.Warning)
}

// readAll reads everything in a target, which stays open. What could not be read is said, and
// is the end: a plan with holes would later delete what is in them.
func (a *app) readAll(ctx context.Context, res *compiler.Result) (*target, *resource.State, error) {
	local := res.Settings.Target.Name == compiler.LocalTarget
	if local {
		if _, err := os.Stat(filepath.Join(res.Dir, storeFolder)); errors.Is(err, fs.ErrNotExist) {
			return nil, nil, (&problem{exit: exitReport, err: fmt.Errorf("there is no local Incident Manager in %s to import", filepath.ToSlash(res.Dir))}).
				withHint("an AWS account is a target in watchbill.yaml: watchbill import %s --target NAME", filepath.ToSlash(res.Dir))
		}
	}
	t, observed, err := a.readRegion(ctx, res)
	if err == nil && local && res.Settings.Target.Region == "" {
		t, observed, err = a.readHome(ctx, res, t, observed)
	}
	if err != nil {
		return nil, nil, err
	}
	unknown := observed.Unknowns()
	for _, addr := range unknown {
		a.sayf("watchbill: %s could not be read: %s", addressText(addr), sentence(observed.Unknown(addr)))
	}
	if len(unknown) > 0 {
		a.sayf("Nothing was written: a plan with holes would take away what is in them.")
		return nil, nil, closing(t, said(exitPartial))
	}
	return t, observed, nil
}

// readHome finds out in which Region a local account lives when no settings say: where there is
// most to read. An account answers in the Regions of its replication set only, and each has
// contacts of its own.
func (a *app) readHome(ctx context.Context, res *compiler.Result, t *target, observed *resource.State) (*target, *resource.State, error) {
	best, most := t.clients.Region(), observed.Len()
	for _, region := range rule.Regions() {
		var err error
		if t, observed, err = a.moveTo(ctx, res, t, observed, region); err != nil {
			return nil, nil, err
		}
		if observed.Len() > most {
			best, most = region, observed.Len()
		}
	}
	return a.moveTo(ctx, res, t, observed, best)
}

// moveTo reads a local account in another Region, unless it was read there.
func (a *app) moveTo(ctx context.Context, res *compiler.Result, t *target, observed *resource.State, region string) (*target, *resource.State, error) {
	if t.clients.Region() == region {
		return t, observed, nil
	}
	if err := closing(t, nil); err != nil {
		return nil, nil, err
	}
	res.Settings.Target.Region = region
	return a.readRegion(ctx, res)
}

// readRegion opens the target and reads everything in it, whoever owns it.
func (a *app) readRegion(ctx context.Context, res *compiler.Result) (*target, *resource.State, error) {
	t, err := a.openTarget(ctx, res)
	if err != nil {
		return nil, nil, err
	}
	env := kind.NewEnv(t.clients, res.Settings.Owner.V, nil)
	env.Project, env.ReadAll, env.TagReads, env.Now = res.Settings.Project.V, true, kind.TagsEach, a.present
	if env.Now.IsZero() {
		if env.Now, err = t.now(ctx); err != nil {
			return nil, nil, closing(t, err)
		}
	}
	observed, err := kind.Observe(ctx, env, a.parallel)
	if err != nil {
		return nil, nil, closing(t, fmt.Errorf("read the target: %w", err))
	}
	return t, observed, nil
}

// writeAccount writes what was read, and proves it.
func (a *app) writeAccount(ctx context.Context, t *target, res *compiler.Result, observed *resource.State, plain bool) error {
	if observed.Len() == 0 {
		return &problem{exit: exitReport, err: fmt.Errorf("there is nothing on %s to import", t.name)}
	}
	out := &imported{dir: res.Dir, target: t.name, draft: importer.New(observed, importer.Options{
		Source: fmt.Sprintf("%s, Region %s", t.name, t.clients.Region()), Region: t.clients.Region(), Plain: plain,
	})}
	if err := a.place(ctx, res, out, plain); err != nil {
		return err
	}
	if len(out.files) > 0 {
		if err := a.prove(ctx, t, out); err != nil {
			return err
		}
	}
	if err := a.printImported(out); err != nil {
		return err
	}
	switch {
	case out.proof != nil && out.proof.Unread():
		return said(exitPartial)
	case out.proof == nil || !out.same() || len(out.draft.LeftOut()) > 0:
		return said(exitReport)
	}
	return nil
}

// place writes the files, all or none.
func (a *app) place(ctx context.Context, res *compiler.Result, out *imported, plain bool) error {
	settings, made, err := importedSettings(res)
	if err != nil {
		return err
	}
	stage, err := out.draft.Settle(ctx, res.Dir, settings, compiler.Options{Target: a.target, Now: a.present})
	if err != nil {
		return err
	}
	defer os.RemoveAll(stage)
	files := out.draft.Files()
	if len(files) == 0 {
		return nil
	}
	if made {
		files = append([]importer.File{settings}, files...)
	}
	if err := importer.Free(res.Dir, files); err != nil {
		return takenProblem(err)
	}
	undo, err := a.ignoreImported(res, !plain)
	if err == nil {
		err = importer.Place(stage, res.Dir, files)
	}
	if err != nil {
		return takenProblem(errors.Join(err, undo()))
	}
	for _, f := range files {
		out.files = append(out.files, filepath.ToSlash(filepath.Join(res.Dir, filepath.FromSlash(f.Path))))
	}
	return nil
}

func takenProblem(err error) error {
	var taken *importer.TakenError
	if errors.As(err, &taken) {
		return usagef("%w", err).withHint("move them away, or import into another folder")
	}
	return err
}

// importedSettings are the settings beside the plan: those that are there, else new ones.
func importedSettings(res *compiler.Result) (f importer.File, made bool, err error) {
	f.Path = compiler.SettingsFile
	f.Text, err = os.ReadFile(filepath.Join(res.Dir, compiler.SettingsFile))
	switch {
	case err == nil:
		return f, false, nil
	case !errors.Is(err, fs.ErrNotExist):
		return f, false, fmt.Errorf("read %s: %w", compiler.SettingsFile, err)
	}
	owner, err := ownerFor(res.Dir)
	if err != nil {
		return f, false, err
	}
	f.Text = []byte("# The mark that adopt writes on what was imported. What does not carry it is never\n" +
		"# changed or deleted.\nowner: " + owner + "\n")
	return f, true, nil
}

// ignoreImported keeps files of addresses and the local store out of Git before there are
// any; undo takes that back.
func (a *app) ignoreImported(res *compiler.Result, addresses bool) (undo func() error, err error) {
	path := filepath.Join(res.Dir, ".gitignore")
	if err := ordinary(path); err != nil {
		return func() error { return nil }, err
	}
	before, err := os.ReadFile(path)
	undo = func() error { return os.WriteFile(path, before, 0o600) }
	if errors.Is(err, fs.ErrNotExist) {
		undo = func() error { return os.RemoveAll(path) }
	} else if err != nil {
		return func() error { return nil }, fmt.Errorf("read %s: %w", path, err)
	}
	err = nil
	if addresses {
		_, err = ignoreFolder(path, importer.AddressFolder, "Phone numbers and mail addresses of people.")
	}
	if err == nil && a.targetName() == compiler.LocalTarget {
		_, err = ignoreStore(path)
	}
	if err != nil {
		err = fmt.Errorf("write %s: %w", path, err)
	}
	return undo, err
}

// prove compares what was written with the target, as if all of it were ours.
func (a *app) prove(ctx context.Context, t *target, out *imported) error {
	res, err := compiler.Compile(ctx, out.dir, compiler.Options{Target: a.target, Now: a.present, Values: true})
	if err != nil {
		return err
	}
	if err := a.sound(res, diag.Error); err != nil {
		return err
	}
	for _, f := range res.Findings {
		if f.Severity == diag.Warning {
			out.warnings++
		}
	}
	pass := a.pass(t, res, guards{})
	pass.Adopt = map[resource.Addr]bool{}
	for _, addr := range out.draft.Addrs() {
		pass.Adopt[addr] = true
	}
	out.proof, err = pass.Plan(ctx)
	return err
}

// same reports whether the plan after import is empty.
func (i *imported) same() bool {
	return i.proof.ChangeSet.Empty() && !i.proof.Refused() && !i.proof.Unread()
}
