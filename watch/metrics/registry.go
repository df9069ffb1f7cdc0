package metrics

import (
	"context"
	"log/slog"
	"runtime"
	"time"

	"github.com/prometheus/client_golang/prometheus"
	"github.com/prometheus/client_golang/prometheus/collectors"

	"authserver/internal/database"
)

// Deps is what the metrics are made of.
type Deps struct {
	// Version is the program's version, for the build information.
	Version string
	// Slug names a realm by its id. An error counts the realm as "other".
	Slug func(ctx context.Context, realmID string) (string, error)
	// Database returns what the database has done since the start.
	Database func() database.Counts
	// Events is the log: how much of it waits, is parked, was lost.
	Events Events
	// Hashing returns how many passwords are being hashed and how many wait for a
	// turn.
	Hashing func() (running, waiting int)
	Now     func() time.Time
	Logger  *slog.Logger
}

// Events is what is asked of the event log. *event.Log fulfils it.
type Events interface {
	Backlog(ctx context.Context) (waiting, parked int64, err error)
	Dropped() uint64
}

// Metrics holds the series of one server.
type Metrics struct {
	registry *prometheus.Registry
	realms   *realms
	now      func() time.Time
	logger   *slog.Logger

	signIns, failures *prometheus.CounterVec
	tokens            *prometheus.CounterVec
	requests          *prometheus.HistogramVec
	tokenRequests     *prometheus.HistogramVec
	delay             prometheus.Histogram
}

// New registers all series. It panics when a dependency is missing.
func New(d Deps) *Metrics {
	if d.Slug == nil || d.Database == nil || d.Events == nil || d.Hashing == nil || d.Now == nil || d.Logger == nil {
		panic("metrics: a dependency is missing")
	}
	m := &Metrics{
		registry: prometheus.NewRegistry(),
		realms:   newRealms(d.Slug),
		now:      d.Now,
		logger:   d.Logger,
		signIns: prometheus.NewCounterVec(prometheus.CounterOpts{
			Name: "login_success_total", Help: "Sign-ins that succeeded.",
		}, []string{"realm"}),
		failures: prometheus.NewCounterVec(prometheus.CounterOpts{
			Name: "login_failure_total", Help: "Sign-ins that were refused, whatever the reason.",
		}, []string{"realm"}),
		tokens: prometheus.NewCounterVec(prometheus.CounterOpts{
			Name: "oauth_tokens_issued_total", Help: "Answers of the token endpoint that gave tokens, by grant and format of the access token.",
		}, []string{"realm", "grant", "format"}),
		requests: prometheus.NewHistogramVec(prometheus.HistogramOpts{
			Name: "http_request_duration_seconds", Help: "Time from the request's first byte to the answer's last, by route.",
			Buckets: []float64{.001, .0025, .005, .01, .025, .05, .1, .25, .5, 1, 2.5, 5, 10, 30},
		}, []string{"route", "method", "status"}),
		tokenRequests: prometheus.NewHistogramVec(prometheus.HistogramOpts{
			Name: "oauth_token_request_duration_seconds", Help: "Time of a request to the token endpoint.",
			Buckets: []float64{.0005, .001, .002, .003, .005, .0075, .01, .015, .02, .03, .05, .1, .25, .5, 1, 5},
		}, []string{"status"}),
		delay: prometheus.NewHistogram(prometheus.HistogramOpts{
			Name: "events_dispatch_delay_seconds", Help: "Time from an event to its effects: the lag of the log.",
			Buckets: []float64{.01, .025, .05, .1, .25, .5, 1, 2.5, 5, 15, 60, 300, 3600},
		}),
	}
	build := prometheus.NewGauge(prometheus.GaugeOpts{
		Name: "authserver_build_info", Help: "Always 1; the labels say what is running.",
		ConstLabels: prometheus.Labels{"version": d.Version, "goversion": runtime.Version()},
	})
	build.Set(1)
	m.registry.MustRegister(
		m.signIns, m.failures, m.tokens, m.requests, m.tokenRequests, m.delay, build,
		collectors.NewGoCollector(), collectors.NewProcessCollector(collectors.ProcessCollectorOpts{}),
		databaseCollector{d.Database}, eventCollector{d.Events, d.Logger}, hashingCollector{d.Hashing},
	)
	return m
}
