// Command bench measures backchannel's throughput and latency as ratios to what the same machine
// can do in the same run: raw POSTs for the engine, bare commits for the queue, a bare TLS handler
// for the receiver. The console is compared with itself showing few records. Ratios, unlike
// absolute figures, can be compared between machines.
//
// The servers run in processes of their own and do as little as possible, so that they are
// never the bottleneck. Run it with `make bench`; -only selects benchmarks.
package main

import (
	"context"
	"errors"
	"flag"
	"fmt"
	"os"
	"os/signal"
	"runtime/debug"
	"runtime/pprof"
	"strings"
	"syscall"
	"time"
)

// A bench measures one thing and reports it as rows of the table. The key selects it with -only.
type bench struct {
	key  string
	what string
	run  func(ctx context.Context, b settings) ([]row, error)
}

// benches lists the benchmarks on SQLite. The table in the README has the same keys.
func benches() []bench {
	return []bench{
		{"b", "deliveries per second over HTTP, compared with raw POSTs", deliverPlain},
		{"c", "deliveries per second over TLS, compared with raw POSTs over TLS", deliverTLS},
		{"d", "latency at a paced 500/s, compared with a raw POST and a bare commit", paced},
		{"e", "latency of a healthy endpoint beside a hanging one, compared with its latency alone", neighbor},
		{"f", "enqueues per second, compared with bare group-committed inserts", enqueue},
		{"g", "memory, start and refill with a long queue", backlog},
		{"h", "receipts per second over TLS, compared with a bare handler's answers", receive},
		{"u", "Update and View of the console with many receipts, compared with few", console},
		{"i", "events planned by calls of the execution API, compared with plain enqueueing; deliveries beside them", plan},
	}
}

// clusterBenches lists the benchmarks on PostgreSQL. Each starts a server of its own.
func clusterBenches() []bench {
	return []bench{
		{"n", "deliveries per second on one node and on two, compared with raw POSTs", nodes},
		{"s", "a webhook whose endpoint takes 100 ms, 16 attempts a node: two nodes, compared with one", slowEndpoint},
		{"l", "latency at a paced 200/s, compared with a raw POST", clusterPaced},
		{"q", "enqueues per second from two stores with 16 callers each, compared with one with 32", clusterEnqueue},
	}
}

// settings apply to every benchmark.
type settings struct {
	duration time.Duration
	workers  int
	backlog  int
	dir      string
}

func main() {
	if err := run(); err != nil && !errors.Is(err, context.Canceled) {
		fmt.Fprintln(os.Stderr, "bench:", err)
		os.Exit(1)
	}
}

// run parses the flags and then measures, or serves in a role if a measuring process started this one.
func run() error {
	var s settings
	only := flag.String("only", "", "comma-separated keys of the benchmarks to run; all by default")
	cluster := flag.Bool("cluster", false, "measure on PostgreSQL")
	profile := flag.String("cpuprofile", "", "write a CPU profile of the measuring process to this file")
	role := flag.String("role", "", "internal: the role of this process")
	flag.StringVar(&s.dir, "data", "", "internal: the data folder of this process")
	flag.DurationVar(&s.duration, "duration", 10*time.Second, "how long each measurement takes")
	flag.IntVar(&s.workers, "workers", 128, "how many POSTs are in flight at once")
	flag.IntVar(&s.backlog, "backlog", 1_000_000, "how many deliveries are queued for benchmark g")
	flag.Parse()

	ctx, stop := signal.NotifyContext(context.Background(), os.Interrupt)
	defer stop()
	if *profile != "" {
		file, err := os.Create(*profile)
		if err != nil {
			return err
		}
		defer file.Close()
		if err := pprof.StartCPUProfile(file); err != nil {
			return err
		}
		defer pprof.StopCPUProfile()
	}
	all := benches()
	if *cluster {
		all = clusterBenches()
	}
	return start(ctx, *role, *only, all, s)
}

// gcPercent is the GOGC value that backchannel's commands set when they deliver and receive. It is the
// same for raw POSTs, so that both sides of a ratio have it.
const gcPercent = 400

// start serves in a role or measures, in a temporary folder.
func start(ctx context.Context, role, only string, all []bench, s settings) error {
	debug.SetGCPercent(gcPercent)
	if role != "" {
		return serveRole(role, s.dir)
	}
	dir, err := os.MkdirTemp("", "backchannel-bench-")
	if err != nil {
		return err
	}
	defer os.RemoveAll(dir)
	s.dir = dir
	return measure(ctx, only, all, s)
}

// measure runs the benches that were chosen, one after another, and prints a row for each result.
func measure(ctx context.Context, only string, all []bench, s settings) error {
	printMachine(s)
	for _, b := range all {
		if only != "" && !strings.Contains(","+only+",", ","+b.key+",") {
			continue
		}
		fmt.Fprintf(os.Stderr, "%s: %s\n", b.key, b.what)
		syscall.Sync() // otherwise this benchmark would wait for the writes of the previous one
		rows, err := b.run(ctx, s)
		if err != nil {
			return fmt.Errorf("measure %s: %w", b.what, err)
		}
		printRows(b, rows)
	}
	return nil
}
