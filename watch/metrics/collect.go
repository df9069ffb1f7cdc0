package metrics

import (
	"github.com/prometheus/client_golang/prometheus"

	"authserver/internal/cache"
)

// The collectors below hold nothing: they read what another part counts, when
// Prometheus asks.

type databaseCollector struct{ of Database }

type databaseDescriptions struct{ statements, writes, commits, conns, most, waits, waited *prometheus.Desc }

func (databaseCollector) descriptions() databaseDescriptions {
	desc := func(name, help string, labels ...string) *prometheus.Desc {
		return prometheus.NewDesc("database_"+name, help, labels, nil)
	}
	return databaseDescriptions{
		statements: desc("statements_total", "SQL statements sent to the database."),
		writes:     desc("writes_total", "SQL statements that changed rows."),
		commits:    desc("commits_total", "Transactions committed."),
		conns:      desc("connections", "Connections to the database, by pool and state.", "pool", "state"),
		most:       desc("connections_max", "Connections that the pool may have.", "pool"),
		waits:      desc("connection_waits_total", "Times that somebody had to wait for a connection.", "pool"),
		waited:     desc("connection_wait_seconds_total", "Time that was waited for connections.", "pool"),
	}
}

func (c databaseCollector) Describe(ch chan<- *prometheus.Desc) {
	d := c.descriptions()
	for _, one := range []*prometheus.Desc{d.statements, d.writes, d.commits, d.conns, d.most, d.waits, d.waited} {
		ch <- one
	}
}

func (c databaseCollector) Collect(ch chan<- prometheus.Metric) {
	d, n := c.descriptions(), c.of.Totals()
	ch <- prometheus.MustNewConstMetric(d.statements, prometheus.CounterValue, float64(n.Statements))
	ch <- prometheus.MustNewConstMetric(d.writes, prometheus.CounterValue, float64(n.Writes))
	ch <- prometheus.MustNewConstMetric(d.commits, prometheus.CounterValue, float64(n.Commits))
	for pool, s := range c.of.Pools() {
		ch <- prometheus.MustNewConstMetric(d.conns, prometheus.GaugeValue, float64(s.InUse), pool, "in_use")
		ch <- prometheus.MustNewConstMetric(d.conns, prometheus.GaugeValue, float64(s.Idle), pool, "idle")
		ch <- prometheus.MustNewConstMetric(d.most, prometheus.GaugeValue, float64(s.MaxOpenConnections), pool)
		ch <- prometheus.MustNewConstMetric(d.waits, prometheus.CounterValue, float64(s.WaitCount), pool)
		ch <- prometheus.MustNewConstMetric(d.waited, prometheus.CounterValue, s.WaitDuration.Seconds(), pool)
	}
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

type cacheCollector struct {
	read func() map[string]cache.Counts
}

func (cacheCollector) descriptions() (requests, entries *prometheus.Desc) {
	return prometheus.NewDesc("cache_requests_total", "Times that a cache was asked, by whether it knew.", []string{"cache", "result"}, nil),
		prometheus.NewDesc("cache_entries", "Values that a cache holds.", []string{"cache"}, nil)
}

func (c cacheCollector) Describe(ch chan<- *prometheus.Desc) {
	requests, entries := c.descriptions()
	ch <- requests
	ch <- entries
}

func (c cacheCollector) Collect(ch chan<- prometheus.Metric) {
	requests, entries := c.descriptions()
	for name, n := range c.read() {
		ch <- prometheus.MustNewConstMetric(requests, prometheus.CounterValue, float64(n.Hits), name, "hit")
		ch <- prometheus.MustNewConstMetric(requests, prometheus.CounterValue, float64(n.Misses), name, "miss")
		ch <- prometheus.MustNewConstMetric(entries, prometheus.GaugeValue, float64(n.Entries), name)
	}
}
