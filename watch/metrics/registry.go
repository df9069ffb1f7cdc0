package metrics

import (
	"context"
	"database/sql"
	"log/slog"
	"runtime"
	"time"

	"github.com/prometheus/client_golang/prometheus"
	"github.com/prometheus/client_golang/prometheus/collectors"

	"authserver/internal/cache"
	"authserver/internal/database"
	"authserver/internal/ratelimit"
)

// Deps is what the metrics are made of.
type Deps struct {
	// Version is the program's version, for the build information.
	Version string
	// Slug names a realm by its id. An error counts the realm as "other".
	Slug     func(ctx context.Context, realmID string) (string, error)
	Database Database
	Events   Events
	// Hashing returns how many passwords are being hashed and how many wait for a
	// turn.
	Hashing func() (running, waiting int)
	// Limits returns what the rate limits have done since the start.
	Limits func() ratelimit.Counts
	// Caches returns how the caches have served, by name.
	Caches func() map[string]cache.Counts
	// Queues returns what waits outside of the event log, by name: letters, webhooks.
	Queues func(ctx context.Context) (map[string]Queue, error)
	Now    func() time.Time
	Logger *slog.Logger
}

// Database is what is asked of the database. *database.DB fulfils it.
type Database interface {
	// Totals returns what it has done since the start.
	Totals() database.Counts
	// Pools returns the state of its connections.
	Pools() map[string]sql.DBStats
}

// Events is what is asked of the event log. *event.Log fulfils it.
type Events interface {
	Backlog(ctx context.Context) (waiting, parked int64, err error)
	Oldest(ctx context.Context) (time.Time, error)
	Dropped() uint64
}

// Queue is work that waits for a worker.
type Queue struct {
	Waiting int64
	Since   time.Time // when the oldest came in; zero when nothing waits
}

// Metrics holds the series of one server.
type Metrics struct {
	series
	registry *prometheus.Registry
	realms   *realms
	now      func() time.Time
	logger   *slog.Logger

	routes, types, values *bounded
}

// New registers all series. It panics when a dependency is missing.
func New(d Deps) *Metrics {
	if d.Slug == nil || d.Database == nil || d.Events == nil || d.Hashing == nil || d.Limits == nil || d.Caches == nil || d.Queues == nil || d.Now == nil || d.Logger == nil {
		panic("metrics: a dependency is missing")
	}
	m := &Metrics{
		series:   newSeries(),
		registry: prometheus.NewRegistry(),
		realms:   newRealms(d.Slug),
		now:      d.Now,
		logger:   d.Logger,
		routes:   newBounded(maxRoutes),
		types:    newBounded(maxTypes),
		values:   newBounded(maxValues),
	}
	build := prometheus.NewGauge(prometheus.GaugeOpts{
		Name: "authserver_build_info", Help: "Always 1; the labels say what is running.",
		ConstLabels: prometheus.Labels{"version": d.Version, "goversion": runtime.Version()},
	})
	build.Set(1)
	m.registry.MustRegister(m.all()...)
	m.registry.MustRegister(
		build, collectors.NewGoCollector(), collectors.NewProcessCollector(collectors.ProcessCollectorOpts{}),
		databaseCollector{d.Database}, hashingCollector{d.Hashing}, cacheCollector{d.Caches}, limitCollector{d.Limits},
		eventCollector{d.Events, d.Now, d.Logger}, queueCollector{d.Queues, d.Now, d.Logger},
	)
	return m
}

// Describe implements prometheus.Collector: it tells all series that there can be, also
// those of which nothing has happened yet. Dashboards and alerts are held against it.
func (m *Metrics) Describe(ch chan<- *prometheus.Desc) { m.registry.Describe(ch) }

// Collect implements prometheus.Collector.
func (m *Metrics) Collect(ch chan<- prometheus.Metric) { m.registry.Collect(ch) }
