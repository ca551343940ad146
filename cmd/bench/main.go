// Command bench measures backchannel's throughput and latency as ratios to the limits of the
// same machine in the same run: raw POSTs for the engine, bare commits for the queue, a bare
// TLS handler for the receiver. The console is compared with itself showing few records.
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

// A bench measures one thing and reports it as rows of the table.
type bench struct {
	key  string
	what string
	run  func(ctx context.Context, b settings) ([]row, error)
}

// benches lists the benches on SQLite. Their keys are those of the README's table.
func benches() []bench {
	return []bench{
		{"b", "deliveries per second over HTTP, of raw POSTs", deliverPlain},
		{"c", "deliveries per second over TLS, of raw POSTs over TLS", deliverTLS},
		{"d", "latency at a paced 500/s, against a raw POST and a bare commit", paced},
		{"e", "latency of a healthy endpoint beside a hanging one, against alone", beside},
		{"f", "enqueues per second, of bare group-committed inserts", enqueue},
		{"g", "memory, start and refill with a long queue", backlog},
		{"h", "receipts per second over TLS, of a bare handler's answers", receive},
		{"u", "Update and View of the console with many receipts, of with few", console},
		{"i", "events planned by calls of the execution API, of plain enqueueing; deliveries beside them", plan},
	}
}

// clusterBenches need a PostgreSQL server, which each of them starts.
func clusterBenches() []bench {
	return []bench{
		{"n", "deliveries per second on one node and on two, of raw POSTs", nodes},
		{"s", "a webhook whose endpoint takes 100 ms, 16 attempts a node: two nodes, of one", spread},
		{"l", "latency at a paced 200/s, against a raw POST", clusterPaced},
		{"q", "enqueues per second from two stores with 16 callers each, of one with 32", clusterEnqueue},
	}
}

// settings apply to every bench.
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

// run parses the flags and measures, or plays a role if this process is a peer.
func run() error {
	var s settings
	only := flag.String("only", "", "comma-separated keys of the benches to run; all by default")
	cluster := flag.Bool("cluster", false, "measure on PostgreSQL")
	profile := flag.String("cpuprofile", "", "write a CPU profile of the measuring process here")
	role := flag.String("role", "", "internal: what this process is to be")
	flag.StringVar(&s.dir, "data", "", "internal: where that keeps its data")
	flag.DurationVar(&s.duration, "duration", 10*time.Second, "how long each measurement takes")
	flag.IntVar(&s.workers, "workers", 128, "how many POSTs are under way at once")
	flag.IntVar(&s.backlog, "backlog", 1_000_000, "how many deliveries are queued for bench g")
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

// gcPercent is the garbage collector's target of the commands that deliver and receive. It
// applies to raw POSTs as well, so that both sides of a ratio have it.
const gcPercent = 400

// start plays a role or measures, in a folder of its own that is removed afterwards.
func start(ctx context.Context, role, only string, all []bench, s settings) error {
	debug.SetGCPercent(gcPercent)
	if role != "" {
		return play(role, s.dir)
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
		syscall.Sync() // otherwise this bench would wait for the writes of the one before
		rows, err := b.run(ctx, s)
		if err != nil {
			return fmt.Errorf("measure %s: %w", b.what, err)
		}
		printRows(b, rows)
	}
	return nil
}
