package relyingparty

import (
	"net/http"
	"sync"
	"time"

	"github.com/zitadel/oidc/v3/pkg/oidc"

	"authserver/internal/secret"
)

const (
	cookieName = "demo-browser"
	// keepBrowser is how long a silent browser is remembered.
	keepBrowser = 12 * time.Hour
	// maxBrowsers and maxPending bound what strangers can make the demo keep.
	maxBrowsers = 1000
	maxPending  = 16
	// signInTime is how long a person may take at the server.
	signInTime = 15 * time.Minute
)

// signIn is one journey to the server and back.
type signIn struct {
	nonce, verifier string
	started         time.Time
}

// browser is what the demo remembers about one browser. Its fields are guarded
// by mu, which is held during calls to the server: a refresh token is spent by
// one request at a time.
type browser struct {
	mu      sync.Mutex
	pending map[string]signIn // by state
	tokens  *oidc.Tokens[*oidc.IDTokenClaims]
	person  document // what userinfo said
	// userinfo, introspection and notice are results waiting to be shown.
	userinfo, introspection *card
	notice                  string
	problem                 *problem

	seen time.Time // guarded by browsers.mu
}

// browsers finds a browser by its cookie.
type browsers struct {
	now    func() time.Time
	secure bool

	mu   sync.Mutex
	byID map[string]*browser
}

func newBrowsers(now func() time.Time, secure bool) *browsers {
	return &browsers{now: now, secure: secure, byID: map[string]*browser{}}
}

// find returns the browser of the request, or nil.
func (s *browsers) find(r *http.Request) *browser {
	cookie, err := r.Cookie(cookieName)
	if err != nil {
		return nil
	}
	s.mu.Lock()
	defer s.mu.Unlock()
	b := s.byID[cookie.Value]
	if b == nil || s.now().Sub(b.seen) > keepBrowser {
		return nil
	}
	b.seen = s.now()
	return b
}

// findOrStart returns the browser of the request, or a new one with its cookie
// set.
func (s *browsers) findOrStart(w http.ResponseWriter, r *http.Request) *browser {
	if b := s.find(r); b != nil {
		return b
	}
	b := &browser{pending: map[string]signIn{}}
	s.keep(w, b)
	return b
}

// renew gives b a new id, so that a cookie planted before the sign-in is worth
// nothing after it.
func (s *browsers) renew(w http.ResponseWriter, r *http.Request, b *browser) {
	if cookie, err := r.Cookie(cookieName); err == nil {
		s.mu.Lock()
		delete(s.byID, cookie.Value)
		s.mu.Unlock()
	}
	s.keep(w, b)
}

// forget drops the browser of the request and its cookie.
func (s *browsers) forget(w http.ResponseWriter, r *http.Request) {
	if cookie, err := r.Cookie(cookieName); err == nil {
		s.mu.Lock()
		delete(s.byID, cookie.Value)
		s.mu.Unlock()
	}
	s.setCookie(w, "", -1)
}

func (s *browsers) keep(w http.ResponseWriter, b *browser) {
	id := secret.Token("")
	s.mu.Lock()
	s.makeRoom()
	b.seen = s.now()
	s.byID[id] = b
	s.mu.Unlock()
	s.setCookie(w, id, int(keepBrowser.Seconds()))
}

// makeRoom drops what has expired and, when that is not enough, the browser
// that has been silent longest.
func (s *browsers) makeRoom() {
	if len(s.byID) < maxBrowsers {
		return
	}
	oldest := ""
	for id, b := range s.byID {
		if s.now().Sub(b.seen) > keepBrowser {
			delete(s.byID, id)
			continue
		}
		if oldest == "" || b.seen.Before(s.byID[oldest].seen) {
			oldest = id
		}
	}
	if len(s.byID) >= maxBrowsers {
		delete(s.byID, oldest)
	}
}

func (s *browsers) setCookie(w http.ResponseWriter, value string, maxAge int) {
	http.SetCookie(w, &http.Cookie{
		Name: cookieName, Value: value, Path: "/", MaxAge: maxAge,
		HttpOnly: true, Secure: s.secure, SameSite: http.SameSiteLaxMode,
	})
}

// begin notes a new sign-in under state. The caller holds b.mu.
func (b *browser) begin(state string, s signIn) {
	for old, p := range b.pending {
		if s.started.Sub(p.started) > signInTime {
			delete(b.pending, old)
		}
	}
	if len(b.pending) >= maxPending {
		clear(b.pending)
	}
	b.pending[state] = s
}

// take returns the sign-in begun under state, once. The caller holds b.mu.
func (b *browser) take(state string, now time.Time) (signIn, bool) {
	s, ok := b.pending[state]
	delete(b.pending, state)
	return s, ok && state != "" && now.Sub(s.started) <= signInTime
}

// report takes what waits to be shown once. The caller holds b.mu.
func (b *browser) report() (notice string, p *problem) {
	notice, p = b.notice, b.problem
	b.notice, b.problem = "", nil
	return notice, p
}
