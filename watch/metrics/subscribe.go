package metrics

import (
	"encoding/json"

	"github.com/prometheus/client_golang/prometheus"

	"authserver/consent"
	"authserver/consent/terms"
	"authserver/identity/federation"
	"authserver/identity/login"
	"authserver/identity/mfa"
	"authserver/identity/passkey"
	"authserver/identity/recovery"
	"authserver/identity/registration"
	"authserver/identity/session"
	"authserver/identity/totp"
	"authserver/identity/user"
	"authserver/internal/event"
	"authserver/oauth"
	"authserver/rbac"
)

// told is what the metrics read in payloads, whatever their type.
type told struct {
	Method     string `json:"method"`
	Reason     string `json:"reason"`
	Purpose    string `json:"purpose"`
	Factor     string `json:"factor"`
	Registered bool   `json:"registered"`
	GrantType  string `json:"grant_type"`
	Format     string `json:"format"`
}

// The ways in, as the label method says them.
const (
	byPassword = "password"
	byPasskey  = "passkey"
	byProvider = "provider"
	byForm     = "form"
)

// secondFactor is the purpose of a passkey that was not the way in.
const secondFactor = "second_factor"

// Event counts one event of the log. It is an event.Observer: it is called after
// the commit, by the node that dispatched the event, so that the sum over all
// nodes is right whichever node answered the request.
func (m *Metrics) Event(e event.Event) {
	m.delay.Observe(m.now().Sub(e.At).Seconds())
	m.dispatched.WithLabelValues(m.types.label(e.Type)).Inc()
	if e.RealmID == "" {
		return
	}
	var p told
	if err := json.Unmarshal(e.Payload, &p); err != nil {
		m.logger.Error("event not readable for metrics", "event", e.ID, "type", e.Type, "error", err)
		return
	}
	in := tally{m, e.RealmID}
	switch e.Type {
	case login.Succeeded{}.EventType(), login.Failed{}.EventType(), login.Locked{}.EventType(), passkey.Used{}.EventType(),
		passkey.Refused{}.EventType(), federation.Succeeded{}.EventType(), federation.Failed{}.EventType():
		in.signIn(e.Type, p)
	case mfa.Challenged{}.EventType(), mfa.Verified{}.EventType(), mfa.Failed{}.EventType(), mfa.Locked{}.EventType():
		in.factor(e.Type, p)
	case mfa.FactorEnabled{}.EventType(), mfa.FactorRemoved{}.EventType(), mfa.Reset{}.EventType(), totp.Enabled{}.EventType(),
		totp.Removed{}.EventType(), passkey.Registered{}.EventType(), passkey.Revoked{}.EventType():
		in.enrolment(e.Type, p)
	case oauth.TokensIssued{}.EventType():
		in.inc(m.tokens, p.GrantType, p.Format)
	case oauth.Authorized{}.EventType():
		in.inc(m.authorizations)
	case oauth.GrantRevoked{}.EventType():
		in.inc(m.grantsEnded, p.Reason)
	case session.Created{}.EventType():
		in.inc(m.sessions)
	case session.Ended{}.EventType():
		in.inc(m.ended, p.Reason)
	case consent.Granted{}.EventType():
		in.inc(m.consents)
	case terms.Accepted{}.EventType():
		in.inc(m.accepted)
	default:
		in.account(e.Type)
	}
}

// tally counts in one realm.
type tally struct {
	m       *Metrics
	realmID string
}

func (t tally) inc(c *prometheus.CounterVec, values ...string) {
	labels := make([]string, 1, 3)
	labels[0] = t.m.realms.label(t.realmID)
	for _, v := range values {
		labels = append(labels, t.m.values.label(v))
	}
	c.WithLabelValues(labels...).Inc()
}

func (t tally) signIn(eventType string, p told) {
	m := t.m
	switch eventType {
	case login.Succeeded{}.EventType():
		t.inc(m.signIns, byPassword)
	case login.Failed{}.EventType():
		t.inc(m.failures, byPassword, p.Reason)
	case login.Locked{}.EventType():
		t.inc(m.locked, "account")
	case passkey.Used{}.EventType():
		if p.Purpose == secondFactor {
			t.inc(m.challenges, byPasskey)
			t.inc(m.verified, byPasskey)
			return
		}
		t.inc(m.signIns, byPasskey)
	case passkey.Refused{}.EventType():
		if p.Purpose == secondFactor {
			t.inc(m.challenges, byPasskey)
			t.inc(m.rejected, byPasskey, p.Reason)
			return
		}
		t.inc(m.failures, byPasskey, p.Reason)
	case federation.Succeeded{}.EventType():
		t.inc(m.signIns, byProvider)
		if p.Registered {
			t.inc(m.registrations, byProvider)
		}
	case federation.Failed{}.EventType():
		t.inc(m.failures, byProvider, p.Reason)
	}
}

func (t tally) factor(eventType string, p told) {
	m := t.m
	// Of the kinds that send a code, sending it is the question; of the others, nobody
	// sees the question without its answer.
	asked := p.Method == "sms" || p.Method == "email"
	switch eventType {
	case mfa.Challenged{}.EventType():
		t.inc(m.challenges, p.Method)
		return
	case mfa.Locked{}.EventType():
		t.inc(m.locked, "factors")
		return
	case mfa.Verified{}.EventType():
		t.inc(m.verified, p.Method)
	case mfa.Failed{}.EventType():
		t.inc(m.rejected, p.Method, p.Reason)
	}
	if !asked {
		t.inc(m.challenges, p.Method)
	}
}

func (t tally) enrolment(eventType string, p told) {
	m := t.m
	switch eventType {
	case mfa.FactorEnabled{}.EventType():
		t.inc(m.enrolled, p.Factor)
	case mfa.FactorRemoved{}.EventType():
		t.inc(m.removed, p.Factor)
	case mfa.Reset{}.EventType():
		t.inc(m.removed, "all")
	case totp.Enabled{}.EventType():
		t.inc(m.enrolled, "totp")
	case totp.Removed{}.EventType():
		t.inc(m.removed, "totp")
	case passkey.Registered{}.EventType():
		t.inc(m.enrolled, byPasskey)
	case passkey.Revoked{}.EventType():
		t.inc(m.removed, byPasskey)
	}
}

// account counts what happened to accounts and roles.
func (t tally) account(eventType string) {
	m := t.m
	switch eventType {
	case registration.Completed{}.EventType():
		t.inc(m.registrations, byForm)
	case user.Created{}.EventType():
		t.inc(m.accounts, "created")
	case user.Suspended{}.EventType():
		t.inc(m.accounts, "suspended")
	case user.Restored{}.EventType():
		t.inc(m.accounts, "restored")
	case user.Deleted{}.EventType():
		t.inc(m.accounts, "deleted")
	case user.PasswordChanged{}.EventType():
		t.inc(m.passwords)
	case recovery.Requested{}.EventType():
		t.inc(m.recoveries, "requested")
	case recovery.Completed{}.EventType():
		t.inc(m.recoveries, "completed")
	case rbac.AssignmentCreated{}.EventType():
		t.inc(m.assignments, "created")
	case rbac.AssignmentDeleted{}.EventType():
		t.inc(m.assignments, "deleted")
	case rbac.AssignmentInvalidated{}.EventType():
		t.inc(m.assignments, "invalidated")
	case rbac.AssignmentRestored{}.EventType():
		t.inc(m.assignments, "restored")
	}
}

// Introspected counts a token that was asked about. oauth calls it.
func (m *Metrics) Introspected(realmID string, active bool) {
	answer := "false"
	if active {
		answer = "true"
	}
	m.introspections.WithLabelValues(m.realms.label(realmID), answer).Inc()
}

// Letter counts what became of a letter. notify/message calls it.
func (m *Metrics) Letter(channel, outcome string) {
	m.letters.WithLabelValues(m.values.label(channel), m.values.label(outcome)).Inc()
}

// Webhook counts an attempt to deliver a webhook.
func (m *Metrics) Webhook(realmID string, accepted bool) {
	c := m.webhookFailure
	if accepted {
		c = m.webhookSuccess
	}
	c.WithLabelValues(m.realms.label(realmID)).Inc()
}

// Worker makes the series of a background worker, so that its first failure is a rise
// and not a beginning.
func (m *Metrics) Worker(name string) { m.restarts.WithLabelValues(name).Add(0) }

// WorkerBroke counts that a background worker is about to be started again.
func (m *Metrics) WorkerBroke(name string) { m.restarts.WithLabelValues(name).Inc() }
