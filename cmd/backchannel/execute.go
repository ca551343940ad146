package main

import (
	"context"
	"fmt"
	"path/filepath"
	"time"

	"github.com/spf13/cobra"

	"backchannel/fixtures/execute"
	"backchannel/receiver/executions"
	"backchannel/storage"
	"backchannel/storage/file"
	"backchannel/storage/inventory"
)

// An executeSession runs the command that makes a call of the execution API and may wait for its
// outcome.
type executeSession struct{ *session }

// An executeStore is the part of a store that this command uses.
type executeStore interface {
	inventory.CampaignFindStore
	executions.Store
	execute.Store
	storage.ParkedStore
	processStore
	Delivery(context.Context, storage.ID) (storage.Delivery, error)
}

// executeFlags are the flags of execute.
type executeFlags struct {
	campaign, requestID, namespace, body string
	to, context                          []string
	highThroughput, curl, wait           bool
	timeout                              time.Duration
}

// executeCommand returns the command that makes a call. It does not send the call over HTTP but
// passes it to the same handler that the receiver serves, so it works without a running receiver.
func executeCommand(s executeSession) *cobra.Command {
	var flags executeFlags
	cmd := &cobra.Command{
		Use:   "execute --campaign NAME --to ADDRESS…",
		Short: "Call a campaign as an application would",
		Long: "Makes the call of the execution API that an application would make, for 1 to 20 recipients, and stores what follows from it\n" +
			"before it returns. The outcome of a message depends on its recipient (bounce@shop.test, delivered@shop.test, …), on the\n" +
			"campaign's rules and on its shares; the running engine delivers the events when they fall due.\n\n" +
			"With --wait it waits until the events of every message are delivered, and delivers them itself if no engine is running.\n" +
			"It exits 0 if all of them are, whatever their status; 5 if one was not or if there is no event to wait for, and says why\n" +
			"there is none; 6 if the time is up.\n\n" +
			"It exits 5 if the call is answered with an error, with and without --wait, and lists the faults. It exits 2 for invalid\n" +
			"flags, without making the call. With --output json it prints the call's record, as execution show does.\n\n" +
			"With --curl it does not make the call but prints it as a shell command, which writes the body to a file.",
		Example: `backchannel execute --campaign welcome --to someone@example.com --wait
backchannel execute --campaign welcome --to bounce@shop.test,error@shop.test --context /order/id=7
backchannel execute --campaign welcome --body call.json
backchannel execute --campaign welcome --to delivered@shop.test --curl | sh`,
		Args: exactly(),
		RunE: func(cmd *cobra.Command, _ []string) error {
			return s.withStore(cmd.Context(), func(store wholeStore) error {
				return s.execute(cmd.Context(), s.parser(cmd), store, flags)
			})
		},
	}
	flags.register(cmd)
	return reportingFlagErrors(cmd)
}

// register adds the flags.
func (v *executeFlags) register(cmd *cobra.Command) {
	f := cmd.Flags()
	f.StringVar(&v.campaign, "campaign", "", "the campaign, by `NAME` or campaignId")
	f.StringSliceVar(&v.to, "to", nil, "recipients' `ADDRESSES` or numbers, 1 to 20; may be repeated")
	f.StringVar(&v.requestID, "request-id", "", "requestId of the call, as `ID` (default: a new one)")
	f.StringVar(&v.namespace, "namespace", "", "`NAMESPACE` of the recipients' identities (default: the campaign's)")
	f.StringArrayVar(&v.context, "context", nil, "set a value in each recipient's context, as `/POINTER=JSON`; may be repeated")
	f.StringVar(&v.body, "body", "", "send the contents of `FILE` unchanged as the body; - is stdin")
	f.BoolVar(&v.highThroughput, "high-throughput", false, "call the high-throughput endpoint (default: if the campaign uses it)")
	f.BoolVar(&v.curl, "curl", false, "print the call as a command instead of making it")
	f.BoolVar(&v.wait, "wait", false, "wait for the events; exit 5 if one is not delivered or there is none, 6 if the time is up")
	f.DurationVar(&v.timeout, "timeout", time.Minute, "`DURATION` to wait at most")
	needValues(f, "request-id", "namespace", "body")
}

// execute makes the call, and waits for its events if asked to.
func (s executeSession) execute(ctx context.Context, p *parser, store executeStore, flags executeFlags) error {
	call, err := s.call(ctx, p, store, flags)
	if err != nil {
		return err
	}
	if flags.curl {
		return s.printCurl(ctx, store, call, flags.body)
	}
	// The handler is the receiver's, so the call is validated, stored and answered exactly as over HTTP.
	answer, err := call.Do(ctx, executions.New(ctx, store, executions.Config{Now: s.now}))
	if err != nil {
		return err
	}
	waiter := &execute.Waiter{Store: store, Execution: answer.Execution}
	if flags.wait {
		return s.await(ctx, store, waiter, flags.timeout)
	}
	made, err := waiter.Outcome(ctx)
	if err != nil {
		return err
	}
	if err := s.showCall(made); err != nil {
		return err
	}
	switch {
	case made.Execution.ExecutionID == "":
		return refusal(made.Execution)
	case made.Open() > 0:
		return s.noteWaiting(ctx, store)
	}
	return nil
}

// refusal returns the error about a call that was answered with an error.
func refusal(e storage.Execution) error {
	return unmetf("the call was answered %d %s; backchannel execution show %s shows all of it", e.Code, e.Fault, e.ID)
}

// call finds the campaign and builds the call. It reports all errors of the flags at once. If the
// campaign does not exist, it uses a default one to find the other errors.
func (s executeSession) call(ctx context.Context, p *parser, store executeStore, flags executeFlags) (execute.Call, error) {
	c, noCampaign := targetCampaign(ctx, store, flags.campaign)
	if noCampaign != nil {
		// A store that cannot be read makes all other errors irrelevant.
		if code := exitCode(noCampaign); code != exitNotFound && code != exitInvalid {
			return execute.Call{}, noCampaign
		}
		// The default campaign is only for finding the other errors. No call is made with it.
		c = storage.NewCampaign()
	}
	call, err := execute.New(s.spec(ctx, p, c, flags))
	if err := ctx.Err(); err != nil { // interrupted while it read stdin
		return call, err
	}
	if err != nil && !p.hasError("body") {
		p.addAll("call", err)
	}
	return call, p.withMissing(missing{"campaign", noCampaign})
}

// targetCampaign finds the campaign that --campaign names.
func targetCampaign(ctx context.Context, store inventory.CampaignFindStore, name string) (storage.Campaign, error) {
	if name == "" {
		return storage.Campaign{}, invalid("campaign", "is missing; name one with --campaign NAME")
	}
	c, err := inventory.FindCampaign(ctx, store, name)
	return c, explainMissing(err)
}

// spec parses the flags.
func (s executeSession) spec(ctx context.Context, p *parser, c storage.Campaign, flags executeFlags) execute.Spec {
	switch {
	case flags.timeout <= 0:
		p.add("timeout", "%s is not a valid time to wait; use 30s, say", flags.timeout)
	case flags.curl && flags.wait:
		p.add("wait", "--curl makes no call to wait for; omit one or the other")
	case p.given("timeout") && !flags.wait:
		p.add("timeout", "nothing is waited for without --wait; add it, or omit --timeout")
	}
	spec := execute.Spec{
		Campaign: c, To: flags.to, RequestID: flags.requestID, Namespace: flags.namespace, HighThroughput: flags.highThroughput,
	}
	for i, text := range flags.context {
		if pointer, value, ok := p.assignment(fmt.Sprintf("context[%d]", i), text); ok {
			spec.Context = append(spec.Context, execute.Edit{Pointer: pointer, Value: value})
		}
	}
	if flags.body == "" {
		return spec
	}
	body, err := s.readFile(ctx, "body", flags.body, maxCallBody)
	if err != nil {
		p.addAll("body", err)
	}
	spec.Body = append([]byte{}, body...) // not nil, because an empty file is a body too
	return spec
}

// maxCallBody limits the body of a call, in bytes. It is more than the receiver accepts, so that
// one can see its answer to a body that is too large.
const maxCallBody = 4 * file.MaxBody

// printCurl prints a call as a command. The command reads a body that was given as a file from that
// file.
func (s executeSession) printCurl(ctx context.Context, store executeStore, call execute.Call, body string) error {
	base, ca, err := s.whereReceiverIs(ctx, store)
	if err != nil {
		return err
	}
	bodyFile := "execute.json"
	if body != "" && body != file.Stdin {
		if bodyFile, err = filepath.Abs(body); err != nil {
			return err
		}
		call.Body = nil
	}
	return s.writeCommand(call.CurlWithFile(base, ca, bodyFile))
}
