package metrics

import (
	"context"
	"log/slog"
	"time"

	"github.com/prometheus/client_golang/prometheus"

	"authserver/internal/database"
)

// The collectors below hold nothing: they read what another part counts, when
// Prometheus asks.

type databaseCollector struct{ read func() database.Counts }

func (databaseCollector) descriptions() (statements, writes, commits *prometheus.Desc) {
	return prometheus.NewDesc("database_statements_total", "SQL statements sent to the database.", nil, nil),
		prometheus.NewDesc("database_writes_total", "SQL statements that changed rows.", nil, nil),
		prometheus.NewDesc("database_commits_total", "Transactions committed.", nil, nil)
}

func (c databaseCollector) Describe(ch chan<- *prometheus.Desc) {
	statements, writes, commits := c.descriptions()
	ch <- statements
	ch <- writes
	ch <- commits
}

func (c databaseCollector) Collect(ch chan<- prometheus.Metric) {
	statements, writes, commits := c.descriptions()
	n := c.read()
	ch <- prometheus.MustNewConstMetric(statements, prometheus.CounterValue, float64(n.Statements))
	ch <- prometheus.MustNewConstMetric(writes, prometheus.CounterValue, float64(n.Writes))
	ch <- prometheus.MustNewConstMetric(commits, prometheus.CounterValue, float64(n.Commits))
}

type hashingCollector struct{ read func() (running, waiting int) }

func (hashingCollector) descriptions() (running, waiting *prometheus.Desc) {
	return prometheus.NewDesc("password_hashes_running", "Passwords being hashed now.", nil, nil),
		prometheus.NewDesc("password_hashes_waiting", "Requests that wait for a turn to hash a password.", nil, nil)
}

func (c hashingCollector) Describe(ch chan<- *prometheus.Desc) {
	running, waiting := c.descriptions()
	ch <- running
	ch <- waiting
}

func (c hashingCollector) Collect(ch chan<- prometheus.Metric) {
	running, waiting := c.descriptions()
	r, w := c.read()
	ch <- prometheus.MustNewConstMetric(running, prometheus.GaugeValue, float64(r))
	ch <- prometheus.MustNewConstMetric(waiting, prometheus.GaugeValue, float64(w))
}

type eventCollector struct {
	log    Events
	logger *slog.Logger
}

func (eventCollector) descriptions() (waiting, parked, dropped *prometheus.Desc) {
	return prometheus.NewDesc("events_waiting", "Events recorded and not yet dispatched.", nil, nil),
		prometheus.NewDesc("events_parked", "Events given up after too many attempts; an operator must look.", nil, nil),
		prometheus.NewDesc("events_dropped_total", "High-rate records lost because the database did not keep up.", nil, nil)
}

func (c eventCollector) Describe(ch chan<- *prometheus.Desc) {
	waiting, parked, dropped := c.descriptions()
	ch <- waiting
	ch <- parked
	ch <- dropped
}

// Collect leaves the first two out when the database does not answer: a missing
// value is the truth then, and the other series must not wait for it.
func (c eventCollector) Collect(ch chan<- prometheus.Metric) {
	waiting, parked, dropped := c.descriptions()
	ch <- prometheus.MustNewConstMetric(dropped, prometheus.CounterValue, float64(c.log.Dropped()))
	ctx, cancel := context.WithTimeout(context.Background(), 2*time.Second)
	defer cancel()
	w, p, err := c.log.Backlog(ctx)
	if err != nil {
		c.logger.WarnContext(ctx, "event backlog not readable for metrics", "error", err)
		return
	}
	ch <- prometheus.MustNewConstMetric(waiting, prometheus.GaugeValue, float64(w))
	ch <- prometheus.MustNewConstMetric(parked, prometheus.GaugeValue, float64(p))
}
