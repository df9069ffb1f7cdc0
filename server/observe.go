package server

import (
	"context"
	"maps"

	"authserver/internal/cache"
	"authserver/internal/letter"
	"authserver/internal/secret"
	"authserver/notify/message"
	"authserver/watch/metrics"
)

// newMetrics makes the series. What they read of rooms is asked when Prometheus does,
// so the rooms may be built afterwards.
func (s *Server) newMetrics(passwords *secret.Passwords) *metrics.Metrics {
	return metrics.New(metrics.Deps{
		Version: s.version, Slug: s.slug, Database: s.Database, Events: s.Events, Hashing: passwords.Load,
		Limits: s.equipment.limiter.Counts, Caches: s.caches, Queues: s.queues, Now: s.now, Logger: s.logger,
	})
}

// slug names a realm for the metrics.
func (s *Server) slug(ctx context.Context, realmID string) (string, error) {
	r, err := s.Realms.ByID(ctx, realmID)
	if err != nil {
		return "", err
	}
	return r.Slug, nil
}

// caches tells how the caches have served that stand in the way of every request.
func (s *Server) caches() map[string]cache.Counts {
	all := map[string]cache.Counts{}
	for _, room := range []interface {
		Caches() map[string]cache.Counts
	}{s.Realms, s.Applications, s.Keys, s.OAuth, s.Roles} {
		maps.Copy(all, room.Caches())
	}
	return all
}

// queues tells what waits for a worker, beside events.
func (s *Server) queues(ctx context.Context) (map[string]metrics.Queue, error) {
	letters, err := s.Messages.Queue(ctx)
	if err != nil {
		return nil, err
	}
	all := map[string]metrics.Queue{}
	for channel, q := range letters {
		all["letters_"+string(channel)] = metrics.Queue{Waiting: q.Waiting, Since: q.Since}
	}
	waiting, since, err := s.Webhooks.Queue(ctx)
	if err != nil {
		return nil, err
	}
	all["webhooks"] = metrics.Queue{Waiting: waiting, Since: since}
	return all, s.busQueue(ctx, all)
}

// letterTold counts what became of a letter.
func (s *Server) letterTold(channel letter.Channel, outcome message.Status) {
	s.Metrics.Letter(string(channel), string(outcome))
}
