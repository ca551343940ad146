package main

import (
	"cmp"
	"context"
	"fmt"
	"slices"
	"strconv"
	"strings"
	"time"

	"backchannel/storage"
	"backchannel/storage/words"
	"backchannel/tui/screen"
)

// list lists the records of the current kind that its filter selects. Of kinds that grow it lists
// only the newest ones, unless asked for all.
func (st *lineState) list(ctx context.Context, args []string) error {
	st.rows.begin()
	filter := st.filters[st.kind.name]
	command := []string{st.kind.command, "list"}
	if filter != "" {
		command = append(command, "--filter", filter)
	}
	// A person who listens cannot skim a long list. list all gives the whole one.
	if len(args) == 0 && st.kind.grows {
		args = []string{"--limit", strconv.Itoa(listedAtOnce)}
	}
	if slices.Equal(args, []string{"all"}) {
		args = nil
	}
	err := st.runCommand(ctx, append(command, args...))
	if err == nil && filter != "" {
		st.lines.Say("Filter: " + filter + ". filter alone removes it.")
	}
	return err
}

// listedAtOnce is how many records of a kind that grows list writes: as many as a person can listen
// to.
const listedAtOnce = 20

// follow writes what arrives until there is a line of input or the input ends. It follows receipts
// if the current kind cannot be followed.
func (st *lineState) follow(ctx context.Context) error {
	kind := st.kind
	if !kind.tail {
		kind, _ = kindOf("receipts")
	}
	st.lines.Say("Following " + kind.name + " as they arrive. Enter ends it.")
	st.rows.begin()
	following, stop := context.WithCancel(ctx)
	defer stop()
	done := make(chan error, 1)
	args := []string{kind.command, "tail"}
	if filter := st.filters[kind.name]; filter != "" {
		args = append(args, "--filter", filter)
	}
	go func() { done <- st.runCommand(following, args) }()
	// tail only ends when its context does, so the line of input has to stop it.
	_, err := st.lines.line(ctx)
	stop()
	return cmp.Or(<-done, err)
}

// startWithin limits the wait for this process's engine. It may never start, because another
// process may deliver.
const startWithin = time.Second

// awaitEngine waits until an engine is running, so that the first status does not say that none is.
func (st *lineState) awaitEngine(ctx context.Context, started <-chan struct{}) {
	// With --observe this process starts no engine, so there is nothing to wait for.
	if rt, alive, err := st.store.Runtime(ctx); err != nil || st.settings.observe || alive && rt.PID != 0 {
		return
	}
	timer := time.NewTimer(startWithin)
	defer timer.Stop()
	select {
	case <-started:
	case <-timer.C:
	case <-ctx.Done():
	}
}

// status writes what the header of the screens shows.
func (st *lineState) status(ctx context.Context) {
	rt, alive, err := st.store.Runtime(ctx)
	if err == nil {
		var counts storage.Counts
		if counts, err = st.store.Counts(ctx); err == nil {
			st.sayStatus(screen.Status{Runtime: rt, Alive: alive, Counts: counts, Read: true})
			return
		}
	}
	st.fail(err)
}

// sayStatus writes the state of the engine and the receiver, and the counts.
func (st *lineState) sayStatus(s screen.Status) {
	engine := "Engine: not running."
	switch {
	case s.Alive && s.Starting():
		engine = "Engine: starting."
	case s.Alive:
		engine = "Engine: running in " + s.Runtime.Process(thisMachine()) + "."
	}
	receiver := "Receiver: off."
	if s.Alive && s.Runtime.ReceiverURL != "" {
		receiver = "Receiver: " + s.Runtime.ReceiverURL + "."
	}
	var waiting []string
	for _, state := range []storage.State{storage.Queued, storage.Retrying, storage.Parked} {
		waiting = append(waiting, fmt.Sprintf("%d %s", s.Counts.Deliveries[state], state))
	}
	st.lines.Say(engine + " " + receiver)
	st.lines.Say("Deliveries: " + strings.Join(waiting, ", ") + ". Receipts: " + strconv.FormatInt(s.Counts.Receipts, 10) + ".")
}

// help writes the commands of the session, or the help of one command.
func (st *lineState) help(ctx context.Context, args []string) error {
	if len(args) > 0 {
		return st.command(ctx, append(slices.Clone(args), "--help"))
	}
	var names []string
	for _, k := range recordKinds() {
		names = append(names, k.name)
	}
	for _, line := range []string{
		words.List(names) + ": switch to that list and write it.",
		"list, list all, list --limit 5: write the current list. Rows have numbers, which commands accept instead of a name or an ID.",
		"filter TEXT: from now on list only what TEXT selects. filter: list all again.",
		"show 2: everything about row 2.",
		"fire bounce acme: fire an event at a webhook. fire alone asks for both.",
		"follow: write what arrives until Enter.",
		"new, edit 2: create or change a webhook or campaign, a question for each field.",
		"status: engine, receiver, and waiting deliveries.",
		"quit: leave. The end of the input does the same.",
	} {
		st.lines.Say(line)
	}
	group, _, err := newRoot(st.app(nil)).Find([]string{st.kind.command})
	if err != nil {
		return err
	}
	for _, c := range group.Commands() {
		st.lines.Say(c.Use + ": " + c.Short + ".")
	}
	st.lines.Say("Every command of the command line works here as well, such as receipt export or campaign activate; help COMMAND explains one.")
	return nil
}
