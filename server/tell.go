package server

import (
	"time"

	"authserver/internal/outbound"
	"authserver/internal/secret"
	"authserver/notify/signal"
	"authserver/notify/webhook"
)

// buildTellers makes the rooms that tell other systems of events, at addresses that those
// chose.
func (s *Server) buildTellers(ring *secret.Ring) {
	networks := s.config.OutboundNetworks
	client := outbound.New(outbound.Options{Networks: networks, Limit: 64 << 10, Timeout: 10 * time.Second})
	s.Webhooks = webhook.New(webhook.Deps{
		DB: s.Database, Events: s.Events, Ring: ring, Realms: s.Realms, Applications: s.Applications, Catalogue: Catalogue(),
		Client: client, Networks: networks, Ladder: s.config.WebhookRetries, Observe: s.Metrics.Webhook, Now: s.now, Logger: s.logger,
	})
	s.Signals = signal.New(signal.Deps{
		DB: s.Database, Events: s.Events, Ring: ring, Realms: s.Realms, Applications: s.Applications, Users: s.Users, Tokens: s.OAuth, Permissions: s.Roles,
		Client: client, Networks: networks, Now: s.now, Logger: s.logger,
	})
}
