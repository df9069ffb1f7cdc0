package metrics

import "github.com/prometheus/client_golang/prometheus"

// series are what the room counts by itself; the collectors read the rest.
type series struct {
	// By realm, from events.
	signIns, failures, locked           *prometheus.CounterVec
	registrations, accounts             *prometheus.CounterVec
	challenges, verified, rejected      *prometheus.CounterVec
	enrolled, removed                   *prometheus.CounterVec
	assignments, consents, accepted     *prometheus.CounterVec
	sessions, ended                     *prometheus.CounterVec
	recoveries, passwords               *prometheus.CounterVec
	authorizations, tokens, grantsEnded *prometheus.CounterVec
	introspections                      *prometheus.CounterVec
	webhookSuccess, webhookFailure      *prometheus.CounterVec

	// By the process.
	dispatched    *prometheus.CounterVec
	delay         prometheus.Histogram
	letters       *prometheus.CounterVec
	restarts      *prometheus.CounterVec
	answers       *prometheus.CounterVec
	requests      *prometheus.HistogramVec
	tokenRequests *prometheus.HistogramVec
	inFlight      prometheus.Gauge
}

func counter(name, help string, labels ...string) *prometheus.CounterVec {
	return prometheus.NewCounterVec(prometheus.CounterOpts{Name: name, Help: help}, labels)
}

func newSeries() series {
	return series{
		signIns:        counter("login_success_total", "Sign-ins that succeeded, by method: password, passkey or provider.", "realm", "method"),
		failures:       counter("login_failure_total", "Sign-ins that were refused, by method and reason.", "realm", "method", "reason"),
		locked:         counter("login_locked_total", "Times that wrong guesses closed an account, or its second factors.", "realm", "what"),
		registrations:  counter("registration_total", "Accounts that people made by themselves, by the form or by a provider.", "realm", "method"),
		accounts:       counter("account_changes_total", "Accounts created, suspended, restored and deleted, by whomever.", "realm", "change"),
		challenges:     counter("mfa_challenge_total", "Second factors asked for: codes sent, and answers of kinds that send nothing.", "realm", "method"),
		verified:       counter("mfa_success_total", "Second factors that were right.", "realm", "method"),
		rejected:       counter("mfa_failure_total", "Second factors that were not.", "realm", "method", "reason"),
		enrolled:       counter("mfa_enrolled_total", "Factors that people added.", "realm", "method"),
		removed:        counter("mfa_removed_total", "Factors that were taken away; all of a person's at once count one.", "realm", "method"),
		assignments:    counter("role_assignments_total", "Roles given, taken, suspended for an unmet requirement and restored.", "realm", "change"),
		consents:       counter("user_consent_granted_total", "Times that people allowed an application something.", "realm"),
		accepted:       counter("user_documents_accepted_total", "Documents that people accepted.", "realm"),
		sessions:       counter("sessions_started_total", "Sessions that began, whichever way the person took.", "realm"),
		ended:          counter("sessions_ended_total", "Sessions that were ended before their time, by reason.", "realm", "reason"),
		recoveries:     counter("account_recovery_total", "Ways back into an account: requested, and completed.", "realm", "step"),
		passwords:      counter("password_changed_total", "Passwords that were changed.", "realm"),
		authorizations: counter("oauth_authorizations_total", "Requests of applications that ended with an authorization code.", "realm"),
		tokens: counter("oauth_tokens_issued_total",
			"Answers of the token endpoint that gave tokens, by grant and format of the access token.", "realm", "grant", "format"),
		grantsEnded:    counter("oauth_grants_revoked_total", "Grants whose tokens died at once, by reason.", "realm", "reason"),
		introspections: counter("oauth_introspections_total", "Tokens that were asked about, by answer.", "realm", "active"),
		webhookSuccess: counter("webhook_delivery_success_total", "Attempts to deliver a webhook that were accepted.", "realm"),
		webhookFailure: counter("webhook_delivery_failure_total", "Attempts to deliver a webhook that failed.", "realm"),

		dispatched: counter("events_dispatched_total", "Events that have taken effect, by type.", "type"),
		delay: prometheus.NewHistogram(prometheus.HistogramOpts{
			Name: "events_dispatch_delay_seconds", Help: "Time from an event to its effects: the lag of the log.",
			Buckets: []float64{.01, .025, .05, .1, .25, .5, 1, 2.5, 5, 15, 60, 300, 3600},
		}),
		letters:  counter("letters_total", "What became of letters; pending is an attempt that failed and has a next one.", "channel", "outcome"),
		restarts: counter("worker_restarts_total", "Times that a background worker broke and was started again.", "worker"),
		answers:  counter("http_requests_total", "Requests answered, by route and status.", "route", "method", "status"),
		requests: prometheus.NewHistogramVec(prometheus.HistogramOpts{
			Name: "http_request_duration_seconds", Help: "Time from the request's first byte to the answer's last, by route and class of status.",
			Buckets: []float64{.001, .0025, .005, .01, .025, .05, .1, .25, .5, 1, 2.5, 5, 10, 30},
		}, []string{"route", "method", "status"}),
		tokenRequests: prometheus.NewHistogramVec(prometheus.HistogramOpts{
			Name: "oauth_token_request_duration_seconds", Help: "Time of a request to the token endpoint.",
			Buckets: []float64{.0005, .001, .002, .003, .005, .0075, .01, .015, .02, .03, .05, .1, .25, .5, 1, 5},
		}, []string{"status"}),
		inFlight: prometheus.NewGauge(prometheus.GaugeOpts{Name: "http_requests_in_flight", Help: "Requests being answered now."}),
	}
}

// all lists the series for the registry.
func (s *series) all() []prometheus.Collector {
	return []prometheus.Collector{
		s.signIns, s.failures, s.locked, s.registrations, s.accounts, s.challenges, s.verified, s.rejected, s.enrolled, s.removed,
		s.assignments, s.consents, s.accepted, s.sessions, s.ended, s.recoveries, s.passwords, s.authorizations, s.tokens,
		s.grantsEnded, s.introspections, s.webhookSuccess, s.webhookFailure, s.dispatched, s.delay, s.letters, s.restarts,
		s.answers, s.requests, s.tokenRequests, s.inFlight,
	}
}
