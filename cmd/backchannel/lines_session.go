package main

import (
	"cmp"
	"context"
	"fmt"
	"slices"
	"strconv"
	"strings"
)

// A lineSession is the console without screens: it asks for a command, runs it, and appends the
// result. Its commands are those of the command line, for one kind of record at a time, and its
// forms are those of the screens, with a question for each field.
type lineSession struct{ *session }

// A lineState is the state of a session of lines between commands.
type lineState struct {
	lineSession
	store   wholeStore
	lines   *lines
	rows    *labelledRows
	kind    recordKind
	filters map[string]string // by the name of the kind
}

// A recordKind is a kind of record that the session can list.
type recordKind struct {
	name    string // of the list: "webhooks"
	command string // the parent command: "webhook"
	grows   bool   // there may be very many, so a list has only the newest
	tail    bool   // the command has the subcommand tail
}

// recordKinds returns the kinds of records in the order in which help names them.
func recordKinds() []recordKind {
	return []recordKind{
		{name: "webhooks", command: "webhook"},
		{name: "campaigns", command: "campaign"},
		{name: "deliveries", command: "delivery", grows: true},
		{name: "receipts", command: "receipt", grows: true, tail: true},
		{name: "executions", command: "execution", grows: true, tail: true},
		{name: "messages", command: "message", grows: true},
		{name: "checks", command: "check", grows: true},
		{name: "activity", command: "activity", grows: true},
	}
}

// kindOf returns the kind of record with the given name.
func kindOf(word string) (recordKind, bool) {
	kinds := recordKinds()
	at := slices.IndexFunc(kinds, func(k recordKind) bool { return k.name == word })
	if at < 0 {
		return recordKind{}, false
	}
	return kinds[at], true
}

// run asks for commands until quit, the end of the input, or Ctrl+C.
func (s lineSession) run(ctx context.Context, store wholeStore, own ownEngine) error {
	l := newLines(s.in, s.out.to)
	st := &lineState{lineSession: s, store: store, lines: l, rows: &labelledRows{}, kind: recordKinds()[0], filters: map[string]string{}}
	// Notices may come while the session waits for input. lines serializes the writes.
	go st.writeNotices(ctx, own.notices)
	l.Say("backchannel " + programVersion() + ", line mode. help lists the commands, quit leaves.")
	st.awaitEngine(ctx, own.started)
	st.status(ctx)
	for {
		text, err := l.Ask(ctx, st.kind.name+"> ")
		if inputEnded(err) {
			return nil
		}
		if err != nil {
			return fmt.Errorf("read a command: %w", err)
		}
		if word, filter, _ := strings.Cut(strings.TrimSpace(text), " "); word == "filter" {
			st.filters[st.kind.name] = strings.TrimSpace(filter) // not split into words, so that its quotes are kept
			st.fail(st.list(ctx, nil))
			continue
		}
		args, err := splitWords(text)
		switch {
		case err != nil:
			st.fail(err)
		case len(args) == 0:
		case args[0] == "quit" || args[0] == "exit":
			return nil
		default:
			st.fail(st.do(ctx, args))
		}
	}
}

// writeNotices writes the notices that the screens show in a banner.
func (st *lineState) writeNotices(ctx context.Context, notices <-chan string) {
	for {
		select {
		case text := <-notices:
			st.lines.Say("Notice: " + cmp.Or(text, "deliveries continue"))
		case <-ctx.Done():
			return
		}
	}
}

// fail writes the error of a command, if it has one. The session continues.
func (st *lineState) fail(err error) {
	if err != nil && !inputEnded(err) {
		st.lines.Say("Error: " + strings.ReplaceAll(st.describe(err), "backchannel ", ""))
	}
}

// do runs a command of the session.
func (st *lineState) do(ctx context.Context, args []string) error {
	// People paste commands from the documentation with the program's name.
	if args[0] == "backchannel" && len(args) > 1 {
		args = args[1:]
	}
	word, rest := args[0], args[1:]
	if kind, ok := kindOf(word); ok {
		st.kind = kind
		return st.list(ctx, rest)
	}
	switch word {
	case "help", "?":
		return st.help(ctx, rest)
	case "status":
		st.status(ctx)
		return nil
	case "list", "ls":
		return st.list(ctx, rest)
	case "follow":
		return st.follow(ctx)
	case "new":
		return st.create(ctx, rest)
	case "edit":
		if len(rest) == 1 {
			return st.edit(ctx, st.ref(rest[0]))
		}
	case "fire":
		return st.fire(ctx, rest)
	}
	return st.command(ctx, args)
}

// command runs a command of the command line. The parent command of the current kind may be
// omitted, as in show 2.
func (st *lineState) command(ctx context.Context, args []string) error {
	root := newRoot(st.app(nil))
	if c, _, err := root.Find([]string{st.kind.command, args[0]}); err == nil && c.Name() == args[0] && c.Parent() != root {
		args = append([]string{st.kind.command}, args...)
	} else if c, _, err := root.Find(args[:1]); err != nil || c == root {
		return usagef("there is no command %q for %s; help lists them", args[0], st.kind.name)
	}
	// serve would wait for the lock that the session has, and completion is for shells.
	if slices.Contains([]string{"serve", "completion"}, args[0]) {
		return usagef("%s does not work in a session, which already delivers and receives", args[0])
	}
	// Only the first argument after the two words of a command can be a number of a row. A later
	// one, such as that of --limit, is meant as it is.
	if len(args) > 2 {
		args = slices.Clone(args)
		args[2] = st.ref(args[2])
	}
	return st.runCommand(ctx, args)
}

// ref returns the name or ID of a row of the last list if word is its number, and otherwise word.
func (st *lineState) ref(word string) string {
	if n, err := strconv.Atoi(word); err == nil && n >= 1 && n <= len(st.rows.refs) {
		return st.rows.refs[n-1]
	}
	return word
}

// app returns a run of the program with the given arguments and the store of this session. It is a
// complete run with its own flags, so that a command behaves as in a shell.
func (st *lineState) app(args []string) *app {
	s := *st.session
	s.out = &output{to: st.lines, labelled: st.rows}
	s.open, s.flagErrors = st.store, nil
	a := &app{args: append(slices.Clone(args), st.settingArgs()...), session: &s}
	s.stdio = stdio{in: st.in, err: st.lines, json: func() bool { return s.settings.json() }, ask: st.lines.Ask}
	return a
}

// settingArgs returns the settings of this session as flags.
func (st *lineState) settingArgs() []string {
	set := st.settings
	args := []string{"--data", set.data, "--listen", set.listen, "--log-file", set.logFile}
	for _, host := range set.hosts {
		args = append(args, "--host", host)
	}
	args = append(args, "--database", set.database) // even if it is empty, so that the environment cannot name another one
	if set.database != "" {
		args = append(args, "--key-file", set.keyFile)
	}
	if set.advertise != "" {
		args = append(args, "--advertise", set.advertise)
	}
	if set.observe {
		args = append(args, "--observe")
	}
	if set.caFile != "" {
		args = append(args, "--ca-file", set.caFile)
	}
	if set.allowHTTP {
		args = append(args, "--allow-http")
	}
	return args
}

// runCommand runs a command with the given arguments.
func (st *lineState) runCommand(ctx context.Context, args []string) error {
	a := st.app(args)
	err := newRoot(a).ExecuteContext(ctx)
	return cmp.Or(err, a.out.failure())
}
