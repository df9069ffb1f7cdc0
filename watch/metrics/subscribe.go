package metrics

import (
	"encoding/json"

	"authserver/identity/login"
	"authserver/internal/event"
	"authserver/oauth"
)

// Event counts one event of the log. It is an event.Observer: it is called after
// the commit, by the node that dispatched the event, so that the sum over all
// nodes is right whichever node answered the request.
func (m *Metrics) Event(e event.Event) {
	m.delay.Observe(m.now().Sub(e.At).Seconds())
	switch e.Type {
	case login.Succeeded{}.EventType():
		m.signIns.WithLabelValues(m.realms.label(e.RealmID)).Inc()
	case login.Failed{}.EventType():
		m.failures.WithLabelValues(m.realms.label(e.RealmID)).Inc()
	case oauth.TokensIssued{}.EventType():
		var issued oauth.TokensIssued
		if err := json.Unmarshal(e.Payload, &issued); err != nil {
			m.logger.Error("event not readable for metrics", "event", e.ID, "type", e.Type, "error", err)
			return
		}
		m.tokens.WithLabelValues(m.realms.label(e.RealmID), issued.GrantType, issued.Format).Inc()
	}
}
