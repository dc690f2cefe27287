package main

import (
	"context"
	"errors"
	"fmt"
	"io"
	"net/http"
	"time"

	"github.com/spf13/cobra"
	"github.com/watchbill/watchbill/emulator"
	"github.com/watchbill/watchbill/internal/when"
)

// clockWish is what the command line asks of the clock; without anything it is only read.
type clockWish struct {
	to, advance string
	stop, run   bool
	speed       float64
}

func (a *app) clockCommand() *cobra.Command {
	var w clockWish
	cmd := &cobra.Command{
		Use:   "clock [PATH] [--advance 10m | --to TIME] [--stop | --run] [--speed N]",
		Short: "Read and turn the clock of the Incident Manager inside watchbill",
		Long: `Show what time it is in the Incident Manager inside watchbill, and what is due next; or turn
its clock, which goes forward only. Everything that is due on the way happens, in order:
stages begin, people are paged, alarms are judged. What the devices would have got is
listed, with codes and without addresses.

  watchbill clock --stop
  watchbill clock --advance 10m
  watchbill clock --to "2026-12-13 03:00 Asia/Tokyo"
  watchbill clock --run --speed 60

A clock of an AWS account cannot be turned.`,
		Args: atMost(1),
		RunE: func(cmd *cobra.Command, args []string) error {
			return a.clock(cmd.Context(), pathOf(args), w)
		},
	}
	cmd.Flags().StringVar(&w.advance, "advance", "", "move it forward by so much: 10m, 2h, 1d")
	cmd.Flags().StringVar(&w.to, "to", "", "move it forward to an instant, looked at from its own time")
	cmd.Flags().BoolVar(&w.stop, "stop", false, "let it stand: time passes only when it is moved")
	cmd.Flags().BoolVar(&w.run, "run", false, "let it run")
	cmd.Flags().Float64Var(&w.speed, "speed", 0, "account seconds a second when it runs")
	return formats(cmd, "text", "json")
}

func (a *app) clock(ctx context.Context, path string, w clockWish) error {
	store, err := a.openDoors(ctx, "clock", path)
	if err != nil {
		return err
	}
	err = a.turnClock(ctx, store, w)
	if closed := store.Close(); closed != nil {
		err = errors.Join(err, fmt.Errorf("close the local Incident Manager: %w", closed))
	}
	return err
}

func (a *app) turnClock(ctx context.Context, store *emulator.Attachment, w clockWish) error {
	var clock emulator.ClockState
	if err := door(ctx, store, http.MethodGet, "clock", nil, &clock); err != nil {
		return err
	}
	order, err := w.order(clock.Now)
	if err != nil {
		return err
	}
	var messages []sent
	if len(order) > 0 {
		_, last, err := readOutbox(ctx, store, "~")
		if err != nil {
			return err
		}
		clock = emulator.ClockState{} // an answer leaves out what is not: of the old one nothing may stay
		if err := door(ctx, store, http.MethodPost, "clock", order, &clock); err != nil {
			return err
		}
		if messages, _, err = readOutboxNow(ctx, store, last); err != nil {
			return err
		}
	}
	return a.printClock(clock, messages)
}

// order is what the side door is asked, empty for nothing. It is now o'clock there.
func (w clockWish) order(now time.Time) (map[string]any, error) {
	order := map[string]any{}
	switch {
	case w.stop && w.run:
		return nil, usagef("--stop and --run exclude each other")
	case w.advance != "" && w.to != "":
		return nil, usagef("--advance and --to exclude each other")
	case w.speed < 0 || w.speed > 1e6:
		return nil, usagef("--speed %g is not a speed", w.speed).withHint("a number up to 1000000; --speed 60 lets an hour pass in a minute")
	}
	if w.stop {
		order["stop"] = true
	}
	if w.run {
		order["run"] = true
	}
	if w.speed > 0 {
		order["speed"] = w.speed
	}
	if w.advance != "" {
		d, err := when.Duration(w.advance)
		if err != nil || d < 0 {
			return nil, usagef("--advance %s is not a time to pass", quoted(w.advance)).withHint("for example --advance 10m or --advance 1d")
		}
		order["advance"] = d.String()
	}
	if w.to != "" {
		t, err := when.Parse(w.to, now.Truncate(time.Second))
		if err != nil {
			return nil, usagef("--to %w", err).withHint("%s", when.Forms)
		}
		if t.Before(now) {
			return nil, usagef("the clock goes forward only: it is %s already", clockTime(now)).withHint("name a later instant with --to")
		}
		order["set"] = t.UTC().Format(time.RFC3339Nano)
	}
	return order, nil
}

// clockTime is an instant of an account as its people read it.
func clockTime(t time.Time) string { return t.UTC().Format("2006-01-02 15:04:05") + " UTC" }

func (a *app) printClock(c emulator.ClockState, messages []sent) error {
	if a.output == "json" {
		return a.printJSON(struct {
			SchemaVersion int        `json:"schema_version"`
			Now           time.Time  `json:"now"`
			Running       bool       `json:"running"`
			Speed         float64    `json:"speed"`
			Next          *time.Time `json:"next"` // when something happens by itself; null for nothing
			Messages      []sentJSON `json:"messages"`
		}{1, c.Now.UTC(), c.Running, c.Speed, c.Next, messagesJSON(messages)})
	}
	a.print(a.out, func(w io.Writer) {
		for _, m := range messages {
			fmt.Fprintln(w, m.line())
		}
		state := "stopped"
		if c.Running {
			state = fmt.Sprintf("runs at %gx", c.Speed)
		}
		next := "Nothing is due."
		if c.Next != nil {
			next = "Next is due at " + clockTime(*c.Next) + "."
		}
		fmt.Fprintf(w, "%s, %s. %s\n", clockTime(c.Now), state, next)
	})
	return nil
}
