package main

import (
	"fmt"
	"slices"

	"github.com/spf13/cobra"

	"backchannel/fixtures/execute"
	"backchannel/storage"
	"backchannel/storage/export"
)

// executionShowCommand returns the command that shows one call.
func executionShowCommand(s executionSession) *cobra.Command {
	curl := false
	cmd := &cobra.Command{
		Use:   "show ID",
		Short: "Show a call: headers, body, answer, faults, messages",
		Long:  "Shows a call of the execution API. ID is that of the list or the executionId of the answer.",
		Example: `backchannel execution show 01k8p2q7xkz
backchannel execution show HUMA-12345678
backchannel execution show HUMA-12345678 --curl | sh`,
		Args: exactly(executionArgument),
		RunE: func(cmd *cobra.Command, args []string) error {
			return s.withStore(cmd.Context(), func(store wholeStore) error {
				e, err := s.find(cmd.Context(), store, args[0])
				if err != nil {
					return err
				}
				if curl {
					return s.showCurl(cmd.Context(), store, func(receiver, ca string) string { return execute.CurlOf(e, receiver, ca) })
				}
				// The store returns the newest message first, as in lists.
				messages, err := store.Messages(cmd.Context(), storage.MessageQuery{Execution: e.ID})
				if err != nil {
					return err
				}
				slices.Reverse(messages) // in the order of the recipients
				if s.settings.json() {
					return s.out.object(export.OfWholeExecution(e, messages))
				}
				s.writeExecution(e, messages)
				return nil
			})
		},
	}
	registerCurl(cmd, &curl)
	return cmd
}

// writeExecution writes a call with the bodies of request and answer, which are masked if they are
// secret.
func (s executionSession) writeExecution(e storage.Execution, messages []storage.Message) {
	s.executionFacts(e).write(s.out, "")
	s.writeFaults(e)
	s.writeMessages(messages)
	s.writeHeaders(headersTitle, e.Headers)
	body, answer := storage.ShowBody(e.Headers, e.Body, e.Flaw), storage.ShowBody(e.AnswerHeaders, e.AnswerBody, "")
	// A sealed body contains a client's secret or a token. It is masked in JSON as well.
	if e.Sealed {
		body, answer = storage.ShownBody{Text: storage.Masked}, storage.ShownBody{Text: storage.Masked}
	}
	writeBody(s.out, fmt.Sprintf("Body (%d bytes)", len(e.Body)), body)
	s.writeHeaders("Headers of the answer", e.AnswerHeaders)
	writeBody(s.out, fmt.Sprintf("Body of the answer (%d bytes)", len(e.AnswerBody)), answer)
}
