package main

import (
	"fmt"
	"os"
	"os/exec"
	"runtime"
	"strings"
	"text/tabwriter"
	"time"
)

// columns are the same on screen and in the file.
func (r row) columns() []string {
	per := func(total float64) string {
		if r.Done == 0 || r.Counters == (counters{}) && r.Resident == 0 {
			return "–"
		}
		return fmt.Sprintf("%.2f", total/float64(r.Done))
	}
	cpu := "–"
	if r.CPU > 0 {
		cpu = fmt.Sprintf("%.3f", r.CPU.Seconds()*1000/float64(r.Done))
	}
	rss := "–"
	if r.Resident > 0 {
		rss = fmt.Sprintf("%.0f", r.Resident)
	}
	return []string{r.Scenario, fmt.Sprintf("%.0f", r.Rate()), ms(r.P50), ms(r.P95), ms(r.P99), cpu,
		per(r.Counters.Statements), per(r.Counters.Writes), per(r.Counters.Commits), rss}
}

func headings() []string {
	return []string{"flow", "requests/s", "p50 ms", "p95 ms", "p99 ms", "CPU ms/request", "SQL/request", "writes/request", "commits/request", "RSS MiB"}
}

func ms(d time.Duration) string { return fmt.Sprintf("%.2f", d.Seconds()*1000) }

// print shows the table on the terminal.
func (t table) print() {
	fmt.Fprintf(os.Stdout, "\n%s%s\n", t.Title, t.start())
	w := tabwriter.NewWriter(os.Stdout, 0, 4, 2, ' ', tabwriter.AlignRight)
	for _, line := range append([][]string{headings()}, t.lines()...) {
		fmt.Fprintln(w, strings.Join(line[1:], "\t")+"\t  "+line[0])
	}
	_ = w.Flush()
}

func (t table) lines() [][]string {
	var all [][]string
	for _, r := range t.Rows {
		all = append(all, r.columns())
	}
	return all
}

func (t table) start() string {
	if t.ReadyIn == 0 {
		return ""
	}
	return fmt.Sprintf(": first discovery answer %.2f s after the start, %.0f MiB resident before the first request", t.ReadyIn.Seconds(), t.Idle)
}

// report writes the tables as Markdown, with what they were measured on.
func (b *bench) report(tables []table) string {
	var s strings.Builder
	fmt.Fprintf(&s, "Measured %s with `make bench` on %s, %d CPUs, %s, %s; binary %s. %d clients in a closed loop, %s each flow after %s of warming up; load generator, "+
		"server and database on one machine.\n", time.Now().UTC().Format("2006-01-02"), machine(), runtime.NumCPU(), runtime.Version(), said("postgres", "--version"),
		size(b.binary), b.clients, b.length, b.warm)
	for _, t := range tables {
		fmt.Fprintf(&s, "\n### %s\n\n", t.Title)
		if start := t.start(); start != "" {
			fmt.Fprintf(&s, "%s.\n\n", strings.ToUpper(start[2:3])+start[3:])
		}
		fmt.Fprintf(&s, "| %s |\n|---|%s\n", strings.Join(headings(), " | "), strings.Repeat("---:|", len(headings())-1))
		for _, line := range t.lines() {
			fmt.Fprintf(&s, "| %s |\n", strings.Join(line, " | "))
		}
	}
	return s.String()
}

// machine names the processor.
func machine() string {
	info, err := os.ReadFile("/proc/cpuinfo")
	if err != nil {
		return runtime.GOARCH
	}
	for _, line := range strings.Split(string(info), "\n") {
		if name, value, ok := strings.Cut(line, ":"); ok && strings.TrimSpace(name) == "model name" {
			return strings.TrimSpace(value)
		}
	}
	return runtime.GOARCH
}

func said(name string, args ...string) string {
	out, err := exec.Command(name, args...).Output()
	if err != nil {
		return name + " of unknown version"
	}
	return strings.TrimSpace(string(out))
}

func size(file string) string {
	info, err := os.Stat(file)
	if err != nil {
		return "unknown"
	}
	return fmt.Sprintf("%.1f MiB", float64(info.Size())/(1<<20))
}
