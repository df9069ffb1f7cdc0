package metrics

import (
	"github.com/prometheus/client_golang/prometheus"

	"authserver/internal/ratelimit"
)

type limitCollector struct{ read func() ratelimit.Counts }

func (limitCollector) descriptions() (decisions, asked, missed, together *prometheus.Desc) {
	return prometheus.NewDesc("rate_limit_decisions_total", "Requests that stood under rate limits, by what became of them.", []string{"decision"}, nil),
		prometheus.NewDesc("rate_limit_shared_total", "Decisions for which the shared counters were asked.", nil, nil),
		prometheus.NewDesc("rate_limit_shared_missed_total", "Decisions for which the shared counters did not answer in time.", nil, nil),
		prometheus.NewDesc("rate_limits_together", "1 while all nodes keep the limits together, 0 while this one keeps them by itself.", nil, nil)
}

func (c limitCollector) Describe(ch chan<- *prometheus.Desc) {
	decisions, asked, missed, together := c.descriptions()
	for _, d := range []*prometheus.Desc{decisions, asked, missed, together} {
		ch <- d
	}
}

func (c limitCollector) Collect(ch chan<- prometheus.Metric) {
	decisions, asked, missed, together := c.descriptions()
	n := c.read()
	ch <- prometheus.MustNewConstMetric(decisions, prometheus.CounterValue, float64(n.Admitted), "admitted")
	ch <- prometheus.MustNewConstMetric(decisions, prometheus.CounterValue, float64(n.Denied), "denied")
	ch <- prometheus.MustNewConstMetric(asked, prometheus.CounterValue, float64(n.Asked))
	ch <- prometheus.MustNewConstMetric(missed, prometheus.CounterValue, float64(n.Missed))
	one := 0.0
	if n.Together {
		one = 1
	}
	ch <- prometheus.MustNewConstMetric(together, prometheus.GaugeValue, one)
}
