package main

import (
	"context"
	"database/sql"
	"errors"
	"flag"
	"fmt"
	"net/url"
	"os"
	"os/signal"
	"path/filepath"
	"regexp"
	"strings"
	"time"

	"authserver/bench/population"
)

// bench is one run.
type bench struct {
	binary       string
	clients      int
	warm, length time.Duration
	only         *regexp.Regexp
	databases    string
	parts        string
	filled       population.Options
}

// row is one line of a table.
type row struct {
	Scenario string
	result
	CPU      time.Duration // of the server's process
	Counters counters
	Resident float64 // MiB after the scenario
}

// table is what was measured on one database.
type table struct {
	Title   string
	ReadyIn time.Duration
	Idle    float64 // MiB before the first request
	Rows    []row
}

func main() {
	b := &bench{}
	flag.StringVar(&b.binary, "binary", "bin/authserver", "the server to measure")
	flag.IntVar(&b.clients, "clients", 16, "clients of the closed loop, a connection each")
	flag.DurationVar(&b.length, "length", 8*time.Second, "how long each flow is measured")
	flag.DurationVar(&b.warm, "warm", 2*time.Second, "how long each flow runs before it is measured")
	flag.StringVar(&b.databases, "databases", "postgres,sqlite", "where to measure")
	flag.StringVar(&b.parts, "parts", "flows,administration", "what is measured")
	flag.IntVar(&b.filled.Realms, "realms", 5_000, "administration: realms in the full database")
	flag.IntVar(&b.filled.Users, "users", 200_000, "administration: people in the full database")
	flag.IntVar(&b.filled.Assignments, "assignments", 1_000_000, "administration: role assignments in the full database")
	only := flag.String("only", "", "measure flows that match this `pattern` only")
	out := flag.String("markdown", "", "write the tables to this `file` too")
	address := flag.String("bare", "", "be the bare handler on this `address` (used by bench itself)")
	sign := flag.Bool("sign", false, "with -bare: sign each answer")
	flag.Parse()
	if *address != "" {
		fmt.Fprintln(os.Stderr, serveBare(*address, *sign))
		os.Exit(1)
	}
	b.only = regexp.MustCompile(*only)
	ctx, stop := signal.NotifyContext(context.Background(), os.Interrupt)
	defer stop()
	tables, err := b.run(ctx)
	if *out != "" && len(tables) > 0 {
		err = errors.Join(err, os.WriteFile(*out, []byte(b.report(tables)), 0o644))
	}
	if err != nil {
		fmt.Fprintln(os.Stderr, "bench:", err)
		os.Exit(1)
	}
}

// run measures the bare handlers, then each database in turn.
func (b *bench) run(ctx context.Context) ([]table, error) {
	dir, err := os.MkdirTemp("", "authserver-bench-")
	if err != nil {
		return nil, err
	}
	defer os.RemoveAll(dir)
	if b.binary, err = filepath.Abs(b.binary); err != nil {
		return nil, err
	}
	var tables []table
	var slow error // what was measured is told all the same
	if strings.Contains(b.parts, "flows") {
		limits, err := b.limits(ctx)
		if err != nil {
			return nil, err
		}
		tables = append(tables, limits)
	}
	for _, d := range []struct {
		name string
		open func(context.Context, string) (string, error)
	}{{"postgres", newPostgres}, {"sqlite", newSQLite}} {
		if !regexp.MustCompile(`\b` + d.name + `\b`).MatchString(b.databases) {
			continue
		}
		for _, part := range []struct {
			name    string
			measure func(ctx context.Context, name, dir, databaseURL string) (table, error)
		}{{"flows", b.measure}, {"administration", b.administration}} {
			if !strings.Contains(b.parts, part.name) {
				continue
			}
			folder := filepath.Join(dir, part.name+"-"+d.name)
			if err := os.Mkdir(folder, 0o700); err != nil {
				return nil, err
			}
			address, err := d.open(ctx, folder)
			if err != nil {
				return nil, err
			}
			t, err := part.measure(ctx, d.name, folder, address)
			if err != nil && !errors.Is(err, errSlow) {
				return nil, fmt.Errorf("%s, %s: %w", d.name, part.name, err)
			}
			tables, slow = append(tables, t), errors.Join(slow, err)
		}
	}
	return tables, slow
}

// limits measures the bare handlers.
func (b *bench) limits(ctx context.Context) (table, error) {
	limits := table{Title: "Limits of the machine"}
	for _, l := range []struct {
		name string
		sign bool
	}{{"bare gin handler", false}, {"bare gin handler and one ES256 signature", true}} {
		r, err := b.bare(ctx, l.name, l.sign)
		if err != nil {
			return limits, fmt.Errorf("%s: %w", l.name, err)
		}
		limits.Rows = append(limits.Rows, r)
	}
	limits.print()
	return limits, nil
}

// measure runs every flow on one database.
func (b *bench) measure(ctx context.Context, name, dir, databaseURL string) (t table, err error) {
	t.Title = map[string]string{"postgres": "On PostgreSQL", "sqlite": "On SQLite"}[name]
	limit, err := b.commits(ctx, databaseURL)
	if err != nil {
		return t, fmt.Errorf("commit rate: %w", err)
	}
	s, err := newSubject(ctx, name, b.binary, dir, databaseURL, b.clients)
	if err != nil {
		return t, err
	}
	if err := s.start(ctx); err != nil {
		return t, err
	}
	defer func() {
		if said := s.stop(); err != nil {
			err = fmt.Errorf("%w\nthe server said:\n%.3000s", err, said)
		}
	}()
	t.ReadyIn = s.readyIn
	if t.Idle, err = resident(s.process.ID()); err != nil {
		return t, err
	}
	t.Rows = append(t.Rows, limit)
	for _, sc := range s.scenarios() {
		if !b.only.MatchString(sc.Name) {
			continue
		}
		r, err := b.flow(ctx, s, sc)
		if err != nil {
			return t, fmt.Errorf("%s: %w", sc.Name, err)
		}
		t.Rows = append(t.Rows, r)
	}
	t.print()
	return t, nil
}

// flow measures one scenario.
func (b *bench) flow(ctx context.Context, s *subject, sc scenario) (row, error) {
	clients, err := crowd(b.clients, func(i int) (client, error) { return sc.Hire(ctx, i) })
	if err != nil {
		return row{}, err
	}
	if warm := loop(ctx, clients, b.warm); warm.Done == 0 {
		return row{}, fmt.Errorf("no request succeeded: %w", warm.FirstErr)
	}
	before, err := s.counters(ctx)
	if err != nil {
		return row{}, err
	}
	cpuBefore, err := cpu(s.process.ID())
	if err != nil {
		return row{}, err
	}
	r := row{Scenario: sc.Name, result: loop(ctx, clients, b.length)}
	cpuAfter, err := cpu(s.process.ID())
	if err != nil {
		return row{}, err
	}
	after, err := s.counters(ctx)
	if err != nil {
		return row{}, err
	}
	if r.Failed > 0 {
		return r, fmt.Errorf("%d of %d requests failed: %w", r.Failed, r.Failed+r.Done, r.FirstErr)
	}
	r.CPU = cpuAfter - cpuBefore
	r.Counters = counters{after.Statements - before.Statements, after.Writes - before.Writes, after.Commits - before.Commits}
	r.Resident, err = resident(s.process.ID())
	fmt.Fprintf(os.Stderr, "%s, %s: %.0f/s\n", s.Name, sc.Name, r.Rate())
	return r, err
}

// newPostgres makes a database on the server of TEST_DATABASE_URL.
func newPostgres(ctx context.Context, _ string) (string, error) {
	address := os.Getenv("TEST_DATABASE_URL")
	if address == "" {
		return "", errors.New("TEST_DATABASE_URL is not set: run `make bench`, which starts a PostgreSQL")
	}
	u, err := url.Parse(address)
	if err != nil {
		return "", fmt.Errorf("TEST_DATABASE_URL: %w", err)
	}
	db, err := sql.Open("pgx", address)
	if err != nil {
		return "", err
	}
	defer db.Close()
	name := fmt.Sprintf("bench_%d", time.Now().UnixNano())
	if _, err := db.ExecContext(ctx, `CREATE DATABASE `+name); err != nil {
		return "", fmt.Errorf("create %s: %w", name, err)
	}
	u.Path = "/" + name
	return u.String(), nil
}

func newSQLite(_ context.Context, dir string) (string, error) {
	return "sqlite:" + filepath.Join(dir, "bench.db"), nil
}
