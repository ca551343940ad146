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

// A doctorSession runs the command that looks for problems.
type doctorSession struct{ *session }

// A doctorStore is the part of a store that it uses.
type doctorStore interface {
	storage.RuntimeStore
	Nodes(context.Context) ([]storage.Node, error)
	Webhooks(context.Context) ([]storage.Webhook, error)
	Campaigns(context.Context) ([]storage.Campaign, error)
	// Check reads the whole store and describes each damage.
	Check(context.Context) ([]string, error)
	// TryWrite returns why nothing can be stored, or nil.
	TryWrite(context.Context) error
	// Free returns how much can still be stored.
	Free() (bytes int64, known bool)
	// Server returns what is known of the server of a shared database, and whether it is one.
	Server(context.Context) (server storage.Server, shared bool, err error)
	// Exposures describes what others could read when the store was opened.
	Exposures() []string
}

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
}

// lowDisk is the free space below which there is a warning.
const lowDisk = 64 << 20

const (
	findingOK      = "ok"
	findingWarning = "warning"
	findingBad     = "bad"
)

func (s doctorSession) examine(ctx context.Context, store doctorStore) error {
	var findings []finding
	for _, look := range []func(context.Context, doctorStore) []finding{
		s.examineFolder, s.examineDisk, s.examineDatabase, s.examineServer, s.examineAuthority, s.examineCAFile, examineFiles, s.examineLeader, s.examineWebhooks, s.examineCampaigns,
	} {
		findings = append(findings, look(ctx, store)...)
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
		return fmt.Errorf("%d of %d checks are bad", bad, len(findings))
	}
	return nil
}

// examineFolder checks what other users can do in the data folder, and what they could do until
// the store was opened.
func (s doctorSession) examineFolder(_ context.Context, store doctorStore) (found []finding) {
	info, err := os.Stat(s.settings.data)
	if err != nil {
		return []finding{{"data folder", findingBad, err.Error()}}
	}
	for _, text := range store.Exposures() {
		found = append(found, finding{"data folder", findingWarning, text})
	}
	switch open := info.Mode().Perm() & 0o077; {
	case open != 0:
		found = append(found, finding{"data folder", findingWarning, fmt.Sprintf("%s is open to others (%v); close it with chmod 700", s.settings.data, info.Mode().Perm())})
	case len(found) == 0:
		found = []finding{{"data folder", findingOK, s.settings.data}}
	}
	return found
}

// examineDisk writes to the folder and to the database, which fails on a full or read-only disk.
func (s doctorSession) examineDisk(ctx context.Context, store doctorStore) []finding {
	if err := store.TryWrite(ctx); err != nil {
		return []finding{{"disk", findingBad, err.Error()}}
	}
	free, known := store.Free()
	switch {
	case !known:
		return []finding{{"disk", findingOK, "the folder and the database can be written"}}
	case free < lowDisk:
		return []finding{{"disk", findingWarning, fmt.Sprintf("only %.1f MiB are free; free some more, or receipts can soon not be stored", float64(free)/(1<<20))}}
	}
	return []finding{{"disk", findingOK, fmt.Sprintf("the folder and the database can be written; %.1f MiB are free", float64(free)/(1<<20))}}
}

// examineFiles checks how many files and connections a process may have open.
func examineFiles(context.Context, doctorStore) []finding {
	files := storage.OpenFiles()
	if limited := leader.Limited(files); limited != "" {
		return []finding{{"open files", findingWarning, limited}}
	}
	return []finding{{"open files", findingOK, fmt.Sprintf("up to %d", files)}}
}

func (s doctorSession) examineDatabase(ctx context.Context, store doctorStore) (found []finding) {
	problems, err := store.Check(ctx)
	if err != nil {
		return []finding{{"database", findingBad, err.Error()}}
	}
	for _, problem := range problems {
		found = append(found, finding{"database", findingBad, problem})
	}
	if len(problems) == 0 {
		found = append(found, finding{"database", findingOK, "read completely, no damage"})
	}
	return found
}

func (s doctorSession) examineAuthority(ctx context.Context, _ doctorStore) []finding {
	ca, err := s.authority(ctx)
	if err != nil {
		return []finding{{"local authority", findingBad, err.Error()}}
	}
	return []finding{{"local authority", findingOK, ca.Path()}}
}

// examineCAFile reads the CA file for deliveries, if one is configured.
func (s doctorSession) examineCAFile(ctx context.Context, _ doctorStore) []finding {
	path := s.settings.caFile
	if path == "" {
		return nil
	}
	if _, err := leader.Trusted(ctx, path); err != nil {
		return []finding{{"CA file", findingBad, err.Error()}}
	}
	return []finding{{"CA file", findingOK, path}}
}

func (s doctorSession) examineLeader(ctx context.Context, store doctorStore) []finding {
	nodes, err := store.Nodes(ctx)
	if err != nil {
		return []finding{{"delivery", findingBad, err.Error()}}
	}
	if alive := storage.Alive(nodes); storage.Shared(alive) {
		return s.examineNodes(alive)
	}
	rt, alive, err := store.Runtime(ctx)
	switch {
	case err != nil:
		return []finding{{"delivery", findingBad, err.Error()}}
	case !alive:
		return []finding{{"delivery", findingWarning, "no engine is running; start backchannel serve"}}
	case rt.ReceiverURL == "":
		return append(delivery(rt), finding{"receiver", findingWarning, rt.ReceiverError})
	}
	return append(delivery(rt), s.callReceiver(ctx, rt))
}

// delivery describes the process that delivers, and what it lacks.
func delivery(rt storage.Runtime) (found []finding) {
	for _, warning := range []string{rt.Stalled, rt.Limited} {
		if warning != "" {
			found = append(found, finding{"delivery", findingWarning, fmt.Sprintf("process %d: %s", rt.PID, warning)})
		}
	}
	if found == nil {
		found = []finding{{"delivery", findingOK, fmt.Sprintf("process %d", rt.PID)}}
	}
	return found
}

// callReceiver sends a request to the receiver, as a sender would that trusts the local
// authority. It connects to the receiver's local address, because its name may only be known
// on other machines.
func (s doctorSession) callReceiver(ctx context.Context, rt storage.Runtime) finding {
	url := rt.ReceiverURL
	ca, err := s.authority(ctx)
	if err != nil {
		return finding{"receiver", findingBad, err.Error()}
	}
	ctx, cancel := context.WithTimeout(ctx, 5*time.Second)
	defer cancel()
	request, err := http.NewRequestWithContext(ctx, http.MethodGet, url+"/healthz", nil)
	if err != nil {
		return finding{"receiver", findingBad, err.Error()}
	}
	name, _, _ := strings.Cut(request.URL.Hostname(), "%")
	client := http.Client{Transport: &http.Transport{
		TLSClientConfig: &tls.Config{RootCAs: ca.Pool(), ServerName: name}, DisableKeepAlives: true,
		DialContext: func(ctx context.Context, network, address string) (net.Conn, error) {
			return new(net.Dialer).DialContext(ctx, network, cmp.Or(rt.ReceiverAddress, address))
		},
	}}
	answer, err := client.Do(request)
	if err != nil {
		return finding{"receiver", findingBad, err.Error()}
	}
	answer.Body.Close()
	if answer.StatusCode/100 != 2 {
		return finding{"receiver", findingBad, fmt.Sprintf("%s/healthz answers %s", url, answer.Status)}
	}
	return finding{"receiver", findingOK, receiverNamed(rt)}
}

// receiverNamed returns the receiver's URL and the names in its certificate.
func receiverNamed(rt storage.Runtime) string {
	if len(rt.ReceiverNames) == 0 {
		return rt.ReceiverURL
	}
	return rt.ReceiverURL + "; its certificate is for " + strings.Join(rt.ReceiverNames, ", ") + "; add others with --host"
}

// examineWebhooks validates every webhook again, because a file that it names may have been
// deleted since it was saved.
func (s doctorSession) examineWebhooks(ctx context.Context, store doctorStore) (found []finding) {
	all, err := store.Webhooks(ctx)
	if err != nil {
		return []finding{{"webhooks", findingBad, err.Error()}}
	}
	base, err := s.receiverURL(ctx, store)
	if err != nil {
		return []finding{{"webhooks", findingBad, err.Error()}}
	}
	for _, w := range all {
		name, before := "webhook "+w.Name, len(found)
		if err := w.Validate(ctx, s.rules()); err != nil {
			found = append(found, finding{name, findingBad, err.Error()})
		}
		for _, odd := range w.Warnings(ctx, s.rules()) {
			found = append(found, finding{name, findingWarning, odd.Field + ": " + odd.Reason})
		}
		if w.LeftBehind(base) {
			found = append(found, finding{name, findingWarning, "url: the built-in receiver is at " + base + " now; @receiver follows it: edit the webhook with --url @receiver"})
		}
		if len(found) == before {
			found = append(found, finding{name, findingOK, shownURL(w, base)})
		}
	}
	return found
}
