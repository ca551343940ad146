package main

import (
	"bufio"
	"fmt"
	"os"
	"runtime"
	"slices"
	"strings"
	"time"

	"github.com/mattn/go-sqlite3"
)

// A row is one measurement with the limit that it is compared to.
type row struct {
	what  string
	ours  string
	limit string
	ratio float64
	goal  string
}

// printMachine prints the date, the machine and the settings of the run, and the head of the table.
func printMachine(s settings) {
	sqlite, _, _ := sqlite3.Version()
	fmt.Printf("%s, %s, %d cores, %s/%s, Go %s, SQLite %s, %d workers, %s each\n\n",
		time.Now().Format(time.DateOnly), processor(), runtime.NumCPU(), runtime.GOOS, runtime.GOARCH,
		strings.TrimPrefix(runtime.Version(), "go"), sqlite, s.workers, s.duration)
	fmt.Println("| | measured | ours | limit | ratio | goal |")
	fmt.Println("|---|---|---:|---:|---:|---|")
}

// processor returns the name of the processor.
func processor() string {
	file, err := os.Open("/proc/cpuinfo")
	if err != nil {
		return "unknown processor"
	}
	defer file.Close()
	lines := bufio.NewScanner(file)
	for lines.Scan() {
		if name, value, _ := strings.Cut(lines.Text(), ":"); strings.TrimSpace(name) == "model name" {
			return strings.TrimSpace(value)
		}
	}
	return "unknown processor"
}

// printRows prints rows of the table, in Markdown. A row without a limit has no ratio.
func printRows(b bench, rows []row) {
	for _, r := range rows {
		ratio := ""
		if r.limit != "" {
			ratio = fmt.Sprintf("%.2f", r.ratio)
		}
		fmt.Printf("| %s | %s | %s | %s | %s | %s |\n", b.key, r.what, r.ours, r.limit, ratio, r.goal)
	}
}

func perSecond(rate float64) string { return fmt.Sprintf("%.0f/s", rate) }

func millis(d time.Duration) string { return fmt.Sprintf("%.2f ms", d.Seconds()*1000) }

// quantile returns the value below which the given fraction of the samples lies. It sorts
// the samples.
func quantile(samples []time.Duration, q float64) time.Duration {
	if len(samples) == 0 {
		return 0
	}
	slices.Sort(samples)
	return samples[min(len(samples)-1, int(q*float64(len(samples))))]
}
