package main

import (
	"bytes"
	"flag"
	"os"
	"path/filepath"
	"slices"
	"strings"
	"testing"
	"time"

	"github.com/charmbracelet/x/ansi"

	"backchannel/engine/check"
	"backchannel/storage"
	"backchannel/storage/report"
)

//nolint:gochecknoglobals // a flag of the tests
var update = flag.Bool("update", false, "rewrite the golden files")

// checkedRun returns a run against an endpoint that does not verify tokens properly.
func checkedRun(t *testing.T) storage.CheckRun {
	t.Helper()
	at := time.Date(2026, 10, 1, 8, 0, 0, 0, time.UTC)
	cases, err := check.Select([]string{"tls", "repeat", "auth", "body", "headers", "load"}, nil)
	if err != nil {
		t.Fatal(err)
	}
	run := storage.CheckRun{
		ID: 1 << 53, Webhook: "acme", URL: "https://hooks.acme.example.com/feedback", State: storage.CheckFinished,
		RequestedAt: at, StartedAt: at, EndedAt: at.Add(11400 * time.Millisecond), Requests: 163,
		Load: storage.CheckLoad{PerSecond: 20, P50: 4 * time.Millisecond, P95: 19 * time.Millisecond, P99: 46 * time.Millisecond, Buckets: []storage.LatencyBucket{
			{UpTo: 2 * time.Millisecond, N: 4}, {UpTo: 5 * time.Millisecond, N: 62}, {UpTo: 10 * time.Millisecond, N: 21},
			{UpTo: 20 * time.Millisecond, N: 9}, {UpTo: 50 * time.Millisecond, N: 4},
		}},
	}
	for i, c := range cases {
		record := c.Record()
		record.Result, record.Got = storage.CheckPassed, "204 No Content in 3.9ms"
		switch c.Expected {
		case "401 or 403":
			record.Got = "401 Unauthorized in 1.2ms"
		case "4xx":
			record.Got = "400 Bad Request in 1.4ms"
		}
		record.Deliveries = []storage.ID{run.ID + storage.ID(i)}
		record.StartedAt, record.EndedAt = at, at.Add(time.Second)
		switch {
		case c.ID == "auth/alg-none":
			record.Result, record.Got = storage.CheckFailed, "anybody can post events: 200 OK in 4.1ms: {\"status\":\"stored\"}"
		case c.ID == "body/empty":
			record.Result, record.Got = storage.CheckFailed, "a bad body crashes it: 500 Internal Server Error in 2.8ms: TypeError: \x1b[31mundefined\x1b[0m"
		case c.ID == "tls/renewal":
			record.Result, record.Got, record.Deliveries = storage.CheckWarned, "6 days left, until 2026-10-07", nil
		case c.Level == storage.CheckInfo:
			record.Result = storage.CheckInformed
		case strings.HasPrefix(c.ID, "auth/public-key"):
			record.Result, record.Got, record.Deliveries = storage.CheckSkipped, "HS256 has no public key", nil
		}
		run.Cases = append(run.Cases, record)
	}
	return run
}

func TestCheckReport(t *testing.T) {
	t.Parallel()
	run := checkedRun(t)
	before := run
	before.ID, before.Cases = run.ID-1, slices.Clone(run.Cases)
	for i := range before.Cases {
		switch c := &before.Cases[i]; c.ID {
		case "auth/alg-none":
			c.Result = storage.CheckPassed
		case "auth/expired":
			c.Result = storage.CheckFailed
		}
	}
	for _, test := range []struct {
		name  string
		r     report.Report
		all   bool
		width int
	}{
		{"check.txt", report.Report{Run: run}, false, 110},
		{"check_all.txt", report.Report{Run: run, Before: &before}, true, 0},
	} {
		var b bytes.Buffer
		writeReport(&b, test.r, test.all, test.width)
		path := filepath.Join("testdata", test.name)
		if *update {
			if err := os.WriteFile(path, b.Bytes(), 0o644); err != nil {
				t.Fatal(err)
			}
		}
		want, err := os.ReadFile(path)
		if err != nil {
			t.Fatal(err)
		}
		if b.String() != string(want) {
			t.Errorf("%s differs: run go test ./cmd/backchannel -run CheckReport -update, and read the diff; got\n%s", path, b.String())
		}
		for line := range strings.Lines(b.String()) {
			if width := ansi.StringWidth(line); test.width > 0 && width > test.width || strings.Contains(line, "\x1b") {
				t.Errorf("got a line of %d cells, want at most %d and no escape sequence: %q", width, test.width, line)
			}
		}
	}
}
