package metrics

import (
	"context"
	"log/slog"
	"time"

	"github.com/prometheus/client_golang/prometheus"
)

// patience bounds the questions to the database while Prometheus waits.
const patience = 2 * time.Second

type eventCollector struct {
	log    Events
	now    func() time.Time
	logger *slog.Logger
}

func (eventCollector) descriptions() (waiting, age, parked, dropped *prometheus.Desc) {
	return prometheus.NewDesc("events_waiting", "Events recorded and not yet dispatched.", nil, nil),
		prometheus.NewDesc("events_oldest_seconds", "Age of the oldest event that waits for its dispatch.", nil, nil),
		prometheus.NewDesc("events_parked", "Events given up after too many attempts; an operator must look.", nil, nil),
		prometheus.NewDesc("events_dropped_total", "High-rate records lost because the database did not keep up.", nil, nil)
}

func (c eventCollector) Describe(ch chan<- *prometheus.Desc) {
	waiting, age, parked, dropped := c.descriptions()
	ch <- waiting
	ch <- age
	ch <- parked
	ch <- dropped
}

// Collect leaves out what the database does not answer: a missing value is the truth
// then, and the other series must not wait for it.
func (c eventCollector) Collect(ch chan<- prometheus.Metric) {
	waiting, age, parked, dropped := c.descriptions()
	ch <- prometheus.MustNewConstMetric(dropped, prometheus.CounterValue, float64(c.log.Dropped()))
	ctx, cancel := context.WithTimeout(context.Background(), patience)
	defer cancel()
	w, p, err := c.log.Backlog(ctx)
	if err != nil {
		c.logger.WarnContext(ctx, "event backlog not readable for metrics", "error", err)
		return
	}
	ch <- prometheus.MustNewConstMetric(waiting, prometheus.GaugeValue, float64(w))
	ch <- prometheus.MustNewConstMetric(parked, prometheus.GaugeValue, float64(p))
	oldest, err := c.log.Oldest(ctx)
	if err != nil {
		c.logger.WarnContext(ctx, "age of events not readable for metrics", "error", err)
		return
	}
	ch <- prometheus.MustNewConstMetric(age, prometheus.GaugeValue, since(c.now(), oldest))
}

type queueCollector struct {
	read   func(context.Context) (map[string]Queue, error)
	now    func() time.Time
	logger *slog.Logger
}

func (queueCollector) descriptions() (waiting, age *prometheus.Desc) {
	return prometheus.NewDesc("queue_waiting", "Things that wait for a worker, or for their next attempt, by queue.", []string{"queue"}, nil),
		prometheus.NewDesc("queue_oldest_seconds", "Age of the oldest of them.", []string{"queue"}, nil)
}

func (c queueCollector) Describe(ch chan<- *prometheus.Desc) {
	waiting, age := c.descriptions()
	ch <- waiting
	ch <- age
}

// Collect leaves all out when the database does not answer.
func (c queueCollector) Collect(ch chan<- prometheus.Metric) {
	waiting, age := c.descriptions()
	ctx, cancel := context.WithTimeout(context.Background(), patience)
	defer cancel()
	queues, err := c.read(ctx)
	if err != nil {
		c.logger.WarnContext(ctx, "queues not readable for metrics", "error", err)
		return
	}
	for name, q := range queues {
		ch <- prometheus.MustNewConstMetric(waiting, prometheus.GaugeValue, float64(q.Waiting), name)
		ch <- prometheus.MustNewConstMetric(age, prometheus.GaugeValue, since(c.now(), q.Since), name)
	}
}

// since is how many seconds ago that was; 0 for never.
func since(now, at time.Time) float64 {
	if at.IsZero() {
		return 0
	}
	return max(0, now.Sub(at).Seconds())
}
