package metrics

import (
	"context"
	"sync"
	"time"

	"github.com/prometheus/client_golang/prometheus"
	dto "github.com/prometheus/client_model/go"
)

// maxRealms bounds the realm label. Each value costs a series per counter in
// this process and in Prometheus, for ever.
const maxRealms = 100

// realms turns realm ids into the values of the realm label.
type realms struct {
	slug func(context.Context, string) (string, error)

	mu    sync.Mutex
	known map[string]string
}

func newRealms(slug func(context.Context, string) (string, error)) *realms {
	return &realms{slug: slug, known: map[string]string{}}
}

// label returns the slug of the realm, or "other" when the realm cannot be named
// or a hundred are being counted already. A slug is asked for once: slugs do not
// change.
func (r *realms) label(id string) string {
	r.mu.Lock()
	defer r.mu.Unlock()
	if slug, ok := r.known[id]; ok {
		return slug
	}
	if len(r.known) >= maxRealms || id == "" {
		return other
	}
	ctx, cancel := context.WithTimeout(context.Background(), time.Second)
	defer cancel()
	slug, err := r.slug(ctx, id)
	if err != nil || slug == "" {
		return other
	}
	r.known[id] = slug
	return slug
}

// ofRealm gathers what is counted under the name of one realm. "other" is several.
func (m *Metrics) ofRealm(slug string) prometheus.Gatherer {
	return prometheus.GathererFunc(func() ([]*dto.MetricFamily, error) {
		families, err := m.registry.Gather()
		kept := families[:0]
		for _, f := range families {
			list := f.Metric[:0]
			for _, series := range f.Metric {
				if slug != other && realmOf(series) == slug {
					list = append(list, series)
				}
			}
			if f.Metric = list; len(list) > 0 {
				kept = append(kept, f)
			}
		}
		return kept, err
	})
}

func realmOf(series *dto.Metric) string {
	for _, l := range series.GetLabel() {
		if l.GetName() == "realm" {
			return l.GetValue()
		}
	}
	return ""
}
