package main

import (
	"cmp"
	"context"
	"crypto/tls"
	"fmt"
	"net"
	"net/http"
	"os"
	"strings"
	"time"

	"github.com/spf13/cobra"

	"backchannel/cmd/backchannel/internal/leader"
	"backchannel/storage"
)

// A doctorSession runs the command that diagnoses problems.
type doctorSession struct{ *session }

// A doctorStore is the part of a store that this command uses.
type doctorStore interface {
	storage.RuntimeStore
	Nodes(context.Context) ([]storage.Node, error)
	Webhooks(context.Context) ([]storage.Webhook, error)
	Campaigns(context.Context) ([]storage.Campaign, error)
	// Check reads the whole store and describes each defect.
	Check(context.Context) ([]string, error)
	// TryWrite returns why nothing can be stored, or nil.
	TryWrite(context.Context) error
	// Free returns how many bytes can still be stored.
	Free() (bytes int64, known bool)
	// Server returns what is known about the server of a shared database, or false for a data
	// folder.
	Server(context.Context) (server storage.Server, shared bool, err error)
	// Exposures describes which files other users could read when the store was opened.
	Exposures() []string
}

// doctorCommand returns the command that diagnoses problems. It opens the store like any other
// command, so a store that cannot be opened is reported by that.
func doctorCommand(s doctorSession) *cobra.Command {
	return &cobra.Command{
		Use:     "doctor",
		Short:   "Check the data folder, the database, the receiver, every webhook and every campaign",
		Example: "backchannel doctor",
		Args:    exactly(),
		RunE: func(cmd *cobra.Command, _ []string) error {
			return s.withStore(cmd.Context(), func(store wholeStore) error {
				return s.examine(cmd.Context(), store)
			})
		},
	}
}

// A finding is the result of one check.
type finding struct {
	Check  string `json:"check"`
	Result string `json:"result"` // ok, warning or bad
	Text   string `json:"text"`
	// Node is the node that the finding is about, if it is about one.
	Node *nodeObject `json:"node,omitempty"`
}

// lowDisk is the free space, in bytes, below which there is a warning.
const lowDisk = 64 << 20

const (
	// The results of a check. Only a bad one makes the command fail.
	findingOK      = "ok"
	findingWarning = "warning"
	findingBad     = "bad"
)

// examine makes every check and lists the findings.
func (s doctorSession) examine(ctx context.Context, store doctorStore) error {
	var findings []finding
	// The order is that of dependence: a full disk explains a database that cannot be written, and
	// that explains an engine that does not run.
	for _, examine := range []func(context.Context, doctorStore) []finding{
		s.examineFolder, s.examineDisk, s.examineDatabase, s.examineServer, s.examineAuthority, s.examineCAFile, examineFiles, s.examineLeader, s.examineWebhooks, s.examineCampaigns,
	} {
		findings = append(findings, examine(ctx, store)...)
	}
	rows := table{head: []string{"CHECK", "RESULT", "FINDING"}}
	bad := 0
	for _, f := range findings {
		if f.Result == findingBad {
			bad++
		}
		if s.settings.json() {
			if err := s.out.object(f); err != nil {
				return err
			}
			continue
		}
		rows.add(f.Check, f.Result, f.Text)
	}
	s.list(&rows, "")
	if bad > 0 {
		return fmt.Errorf("%d of %d checks found a problem", bad, len(findings))
	}
	return nil
}

// examineFolder checks whether other users have access to the data folder, or had until the store
// was opened, which closes it.
func (s doctorSession) examineFolder(_ context.Context, store doctorStore) (found []finding) {
	info, err := os.Stat(s.settings.data)
	if err != nil {
		return []finding{{Check: "data folder", Result: findingBad, Text: err.Error()}}
	}
	for _, text := range store.Exposures() {
		found = append(found, finding{Check: "data folder", Result: findingWarning, Text: text})
	}
	switch open := info.Mode().Perm() & 0o077; {
	case open != 0:
		found = append(found, finding{Check: "data folder", Result: findingWarning, Text: fmt.Sprintf("%s is accessible to other users (%v); restrict it with chmod 700", s.settings.data, info.Mode().Perm())})
	case len(found) == 0:
		found = []finding{{Check: "data folder", Result: findingOK, Text: s.settings.data}}
	}
	return found
}

// examineDisk writes to the data folder and the database, which fails on a full or read-only disk.
func (s doctorSession) examineDisk(ctx context.Context, store doctorStore) []finding {
	if err := store.TryWrite(ctx); err != nil {
		return []finding{{Check: "disk", Result: findingBad, Text: err.Error()}}
	}
	free, known := store.Free()
	switch {
	case !known:
		return []finding{{Check: "disk", Result: findingOK, Text: "the folder and the database can be written"}}
	case free < lowDisk:
		return []finding{{Check: "disk", Result: findingWarning, Text: fmt.Sprintf("only %.1f MiB are free; free some more, or receipts can soon no longer be stored", float64(free)/(1<<20))}}
	}
	return []finding{{Check: "disk", Result: findingOK, Text: fmt.Sprintf("the folder and the database can be written; %.1f MiB are free", float64(free)/(1<<20))}}
}

// examineFiles checks how many files a process may have open. Connections count as files.
func examineFiles(context.Context, doctorStore) []finding {
	files := storage.OpenFiles()
	if limited := leader.Limited(files); limited != "" {
		return []finding{{Check: "open files", Result: findingWarning, Text: limited}}
	}
	return []finding{{Check: "open files", Result: findingOK, Text: fmt.Sprintf("up to %d", files)}}
}

// examineDatabase reads the whole database, because opening it checks only its header.
func (s doctorSession) examineDatabase(ctx context.Context, store doctorStore) (found []finding) {
	problems, err := store.Check(ctx)
	if err != nil {
		return []finding{{Check: "database", Result: findingBad, Text: err.Error()}}
	}
	for _, problem := range problems {
		found = append(found, finding{Check: "database", Result: findingBad, Text: problem})
	}
	if len(problems) == 0 {
		found = append(found, finding{Check: "database", Result: findingOK, Text: "read completely, no damage"})
	}
	return found
}

// examineAuthority opens the local authority.
func (s doctorSession) examineAuthority(ctx context.Context, _ doctorStore) []finding {
	ca, err := s.authority(ctx)
	if err != nil {
		return []finding{{Check: "local authority", Result: findingBad, Text: err.Error()}}
	}
	return []finding{{Check: "local authority", Result: findingOK, Text: ca.Path()}}
}

// examineCAFile reads the CA file for deliveries, if one is configured.
func (s doctorSession) examineCAFile(ctx context.Context, _ doctorStore) []finding {
	path := s.settings.caFile
	if path == "" {
		return nil
	}
	if _, err := leader.Trusted(ctx, path); err != nil {
		return []finding{{Check: "CA file", Result: findingBad, Text: err.Error()}}
	}
	return []finding{{Check: "CA file", Result: findingOK, Text: path}}
}

// examineLeader checks which processes deliver, and calls the receiver of the leader.
func (s doctorSession) examineLeader(ctx context.Context, store doctorStore) []finding {
	nodes, err := store.Nodes(ctx)
	if err != nil {
		return []finding{{Check: "delivery", Result: findingBad, Text: err.Error()}}
	}
	// With several nodes there is no leader whose runtime could stand for all.
	if alive := storage.Alive(nodes); storage.Shared(alive) {
		return s.examineNodes(alive)
	}
	rt, alive, err := store.Runtime(ctx)
	switch {
	case err != nil:
		return []finding{{Check: "delivery", Result: findingBad, Text: err.Error()}}
	case !alive:
		return []finding{{Check: "delivery", Result: findingWarning, Text: "no engine is running; start backchannel serve"}}
	case rt.ReceiverURL == "":
		return append(delivery(rt), finding{Check: "receiver", Result: findingWarning, Text: rt.ReceiverError})
	}
	return append(delivery(rt), s.callReceiver(ctx, rt))
}

// delivery returns the findings about the process that delivers.
func delivery(rt storage.Runtime) (found []finding) {
	for _, warning := range []string{rt.Stalled, rt.Limited} {
		if warning != "" {
			found = append(found, finding{Check: "delivery", Result: findingWarning, Text: fmt.Sprintf("process %d: %s", rt.PID, warning)})
		}
	}
	if found == nil {
		found = []finding{{Check: "delivery", Result: findingOK, Text: fmt.Sprintf("process %d", rt.PID)}}
	}
	return found
}

// callReceiver sends a request to the receiver, like a sender that trusts the local authority. It
// connects to the receiver's local address, because the name in its URL may be known on other
// machines only.
func (s doctorSession) callReceiver(ctx context.Context, rt storage.Runtime) finding {
	url := rt.ReceiverURL
	ca, err := s.authority(ctx)
	if err != nil {
		return finding{Check: "receiver", Result: findingBad, Text: err.Error()}
	}
	ctx, cancel := context.WithTimeout(ctx, 5*time.Second)
	defer cancel()
	request, err := http.NewRequestWithContext(ctx, http.MethodGet, url+"/healthz", nil)
	if err != nil {
		return finding{Check: "receiver", Result: findingBad, Text: err.Error()}
	}
	// A zone, as in fe80::1%eth0, is not part of the name in a certificate (RFC 6874).
	name, _, _ := strings.Cut(request.URL.Hostname(), "%")
	client := http.Client{Transport: &http.Transport{
		TLSClientConfig: &tls.Config{RootCAs: ca.Pool(), ServerName: name}, DisableKeepAlives: true,
		DialContext: func(ctx context.Context, network, address string) (net.Conn, error) {
			return new(net.Dialer).DialContext(ctx, network, cmp.Or(rt.ReceiverAddress, address))
		},
	}}
	answer, err := client.Do(request)
	if err != nil {
		return finding{Check: "receiver", Result: findingBad, Text: err.Error()}
	}
	answer.Body.Close()
	if answer.StatusCode/100 != 2 {
		return finding{Check: "receiver", Result: findingBad, Text: fmt.Sprintf("%s/healthz answers %s", url, answer.Status)}
	}
	return finding{Check: "receiver", Result: findingOK, Text: receiverNamed(rt)}
}

// receiverNamed returns the receiver's URL and the names in its certificate.
func receiverNamed(rt storage.Runtime) string {
	if len(rt.ReceiverNames) == 0 {
		return rt.ReceiverURL
	}
	return rt.ReceiverURL + "; its certificate is for " + strings.Join(rt.ReceiverNames, ", ") + "; add others with --host"
}

// examineWebhooks validates every webhook again, because files that it names may have been deleted
// since it was saved.
func (s doctorSession) examineWebhooks(ctx context.Context, store doctorStore) (found []finding) {
	all, err := store.Webhooks(ctx)
	if err != nil {
		return []finding{{Check: "webhooks", Result: findingBad, Text: err.Error()}}
	}
	base, err := s.receiverURL(ctx, store)
	if err != nil {
		return []finding{{Check: "webhooks", Result: findingBad, Text: err.Error()}}
	}
	for _, w := range all {
		name, before := "webhook "+w.Name, len(found)
		if err := w.Validate(ctx, s.rules()); err != nil {
			found = append(found, finding{Check: name, Result: findingBad, Text: err.Error()})
		}
		for _, warning := range w.Warnings(ctx, s.rules()) {
			found = append(found, finding{Check: name, Result: findingWarning, Text: warning.Field + ": " + warning.Reason})
		}
		if w.LeftBehind(base) {
			found = append(found, finding{Check: name, Result: findingWarning, Text: "url: the built-in receiver is at " + base + " now; @receiver follows it: edit the webhook with --url @receiver"})
		}
		if len(found) == before {
			found = append(found, finding{Check: name, Result: findingOK, Text: formatURL(w, base)})
		}
	}
	return found
}
