package flow

import (
	"encoding/base64"
	"net/url"
	"strconv"

	"authserver/internal/secret"
)

// label names the key that proofs are made with.
const label = "identity/flow proof"

// URL is the address of the step's page, with a proof good for this hop. It is
// relative, so that the person stays on the host they know. It panics for an
// outcome, which has no page: asking for one is a wiring mistake.
func (s *Service) URL(f *Flow, step Step) string {
	path := step.path()
	if path == "" {
		panic("flow: step " + string(step) + " has no page")
	}
	return s.URLAt(f, step, path)
}

// URLAt is the address of a further page of the step, below the realm, with the
// proof of the step.
func (s *Service) URLAt(f *Flow, step Step, path string) string {
	q := url.Values{"flow": {f.ID}, "proof": {s.Proof(f, step)}}
	return f.base() + path + "?" + q.Encode()
}

// ReturnURL leads back to the dispatcher, which decides what comes next. It needs
// no proof: it changes nothing that the browser's cookie does not allow anyway.
func (s *Service) ReturnURL(f *Flow) string {
	dispatcher := "/oauth2/authorize?"
	if f.Account() {
		dispatcher = "/account/enter?"
	}
	return f.base() + dispatcher + url.Values{"flow": {f.ID}}.Encode()
}

func (f *Flow) base() string { return "/realms/" + url.PathEscape(f.slug) }

// Proof is what a form of the step must bring back, for this hop of the flow.
// What else the form was about goes into bound (the session whose account it
// shows): Load refuses a form that was shown for something else.
func (s *Service) Proof(f *Flow, step Step, bound ...string) string {
	return base64.RawURLEncoding.EncodeToString(mac(s.keys[0], f, step, bound))
}

// proves checks a proof in constant time against every key of the ring, so that
// rotating keys does not throw people out of a sign-in.
func (s *Service) proves(f *Flow, step Step, proof string, bound ...string) bool {
	got, err := base64.RawURLEncoding.Strict().DecodeString(proof)
	if err != nil {
		return false
	}
	for _, key := range s.keys {
		if secret.Equal(got, mac(key, f, step, bound)) {
			return true
		}
	}
	return false
}

func mac(key []byte, f *Flow, step Step, bound []string) []byte {
	parts := []string{f.RealmID, f.ID, string(step), string(f.browser), strconv.FormatInt(f.hop, 10)}
	return secret.MAC(key, append(parts, bound...)...)
}
