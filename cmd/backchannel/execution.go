package main

import (
	"context"
	"errors"
	"fmt"
	"net/http"
	"strconv"
	"strings"

	"github.com/spf13/cobra"

	"backchannel/fixtures/execute"
	"backchannel/storage"
	"backchannel/storage/export"
)

// An executionSession runs the commands that show and export calls of the execution API.
type executionSession struct{ *session }

// An executionStore is the part of a store that these commands use.
type executionStore interface {
	storage.RuntimeStore
	export.ExecutionStore
	ExecutionByName(ctx context.Context, executionID string) (storage.Execution, error)
	Changes(context.Context) <-chan storage.Change
}

// executionCommand returns the parent of the commands on calls of the execution API.
func executionCommand(s executionSession) *cobra.Command {
	return parent(&cobra.Command{
		Use:   "execution",
		Short: "See the calls of the execution API, and why some yield no event",
		Example: `backchannel execution list --limit 20
backchannel execution show HUMA-12345678
backchannel execution tail`,
	}, executionListCommand(s), executionTailCommand(s), executionShowCommand(s), executionExportCommand(s))
}

// executionArgument is the argument of the commands on one execution.
const executionArgument = "an execution's ID"

// find returns the execution with an ID. It also accepts the executionId in the answer of an
// accepted call, because that is what an application logs.
func (s executionSession) find(ctx context.Context, store executionStore, text string) (e storage.Execution, err error) {
	if strings.Contains(text, "-") { // an executionId, because IDs have no hyphen
		e, err = store.ExecutionByName(ctx, text)
	} else {
		id, bad := parseID(text, "execution list")
		if bad != nil {
			return e, bad
		}
		e, err = store.Execution(ctx, id)
	}
	if errors.Is(err, storage.ErrNotFound) {
		return e, notFoundf("there is no execution %s; backchannel execution list names them all", text)
	}
	return e, err
}

// executionTable returns a table of calls without rows.
func executionTable() table {
	return table{
		head:      []string{"ID", "RECEIVED", "CALL", "CAMPAIGN", "REQUEST", "ANSWER", "TO", "EVENTS", "WHY NONE"},
		omitEmpty: []string{"CAMPAIGN", "REQUEST", "WHY NONE"}, omitNarrow: []string{"CALL", "REQUEST"},
	}
}

// addExecution adds a call to a list: a row to the table, or a line of JSON to stdout.
func (s executionSession) addExecution(rows *table, e storage.Execution) error {
	if s.settings.json() {
		return s.out.object(export.OfExecution(e))
	}
	events := ""
	if e.Accepted() {
		events = strconv.Itoa(e.Events)
	}
	rows.add(e.ID.String(), s.clock(e.ReceivedAt), calledAs(e), e.Campaign, e.RequestID, callAnswer(e), number(e.Recipients), events, e.Silent)
	return nil
}

// calledAs returns the endpoint of a call. It omits the method and the prefix that all executions
// have in common, because space in a row is short.
func calledAs(e storage.Execution) string {
	if what, ok := strings.CutPrefix(e.Path, "/ajo/im/executions/"); ok && e.Method == http.MethodPost {
		return storage.WithoutTokens(what)
	}
	return e.Method + " " + storage.WithoutTokens(e.Path)
}

// callAnswer returns the status code of an answer, with the executionId or the fault.
func callAnswer(e storage.Execution) string {
	return strings.TrimSpace(number(e.Code) + " " + e.ExecutionID + e.Fault)
}

// executionFacts returns the facts of a call that fit on one line each.
func (s *printer) executionFacts(e storage.Execution) (f facts) {
	f.add("Execution", e.ID.String())
	f.add("Received", s.time(e.ReceivedAt))
	f.add("Call", strings.TrimSpace(e.Method+" "+storage.WithoutTokens(e.Path)+" "+e.Proto))
	f.add("From", strings.TrimSpace(e.Remote+" "+e.TLSVersion))
	f.add("Campaign", nameAndID(e.Campaign, e.CampaignUUID))
	f.add("Request ID", e.RequestID)
	f.add("X-Request-Id", e.XRequestID)
	f.add("Answer", strings.TrimSpace(callAnswer(e)+" "+latency(e.Duration)))
	if e.RepeatOf != 0 {
		f.add("Repeats", e.RepeatOf.String())
	}
	if e.Accepted() {
		f.add("Planned", eventsOf(e))
	}
	f.add("No event", e.Silent)
	return f
}

// nameAndID returns a name with an ID in parentheses, or only one of them if the other is empty.
func nameAndID(name, id string) string {
	if name == "" || id == "" {
		return name + id
	}
	return name + " (" + id + ")"
}

// showCall shows a call that has just been made: completely as JSON, and as text without headers
// and bodies.
func (s *printer) showCall(made execute.Outcome) error {
	if s.json() {
		return s.out.object(export.OfWholeExecution(made.Execution, made.Messages))
	}
	s.executionFacts(made.Execution).write(s.out, "")
	s.writeFaults(made.Execution)
	s.writeMessages(made.Messages)
	return nil
}

// writeFaults writes the faults of a call, which are in its answer.
func (s *printer) writeFaults(e storage.Execution) {
	var f facts
	for _, fault := range execute.Faults(e.AnswerBody) {
		if fault.Expected == "" {
			f.list(fault.At, fault.Got)
			continue
		}
		f.list(fault.At, "expected  "+fault.Expected, "got       "+fault.Got, "remedy    "+fault.Remedy)
	}
	if len(f) > 0 {
		fmt.Fprint(s.out, "\nWrong with the call\n")
		f.write(s.out, "  ")
	}
}

// writeMessages writes the messages of a call, if there are any.
func (s *printer) writeMessages(messages []storage.Message) {
	if len(messages) == 0 {
		return
	}
	rows := messageTable()
	rows.omitEmpty = append(rows.omitEmpty, "CAMPAIGN", "EXECUTION")
	for _, m := range messages {
		m.Campaign, m.ExecutionID = "", ""
		rows.add(s.messageRow(m)...)
	}
	fmt.Fprintln(s.out)
	rows.write(s.out, s.out.width())
}
