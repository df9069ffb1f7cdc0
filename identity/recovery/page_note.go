package recovery

import (
	"encoding/json"
	"strings"
	"time"

	"github.com/gin-gonic/gin"

	"authserver/identity/challenge"
	"authserver/internal/web"
	"authserver/tenant/realm"
)

const (
	// askedCookie holds what was asked for in this browser, proofCookie what was
	// proven in it; both are followed by the realm's slug.
	askedCookie = "recovery-"
	proofCookie = "recovery-proof-"
	// proofKept is how long a person may take to choose a password.
	proofKept = 15 * time.Minute
	// linkPrefix begins what a link carries.
	linkPrefix = "ch_"
)

// asked is what the page that waits for the code must know. It is what the person
// typed, and nothing that the house knows.
type asked struct {
	Typed string    `json:"typed"`
	Wish  Wish      `json:"wish"`
	At    time.Time `json:"at"`
}

// left is how long the person waits for the next letter.
func (a *asked) left(now time.Time) time.Duration { return max(a.At.Add(challenge.Pause).Sub(now), 0) }

func (s *Service) keepAsked(c *gin.Context, a asked) error {
	return s.keep(c, askedCookie, a, lifetime)
}

// asked returns what was asked for in this browser, or nil.
func (s *Service) asked(c *gin.Context) *asked {
	var a asked
	if !s.read(c, askedCookie, &a) || s.now().Sub(a.At) > lifetime {
		return nil
	}
	return &a
}

// proven is a code that was right, in this browser.
type proven struct {
	ChallengeID string    `json:"challenge"`
	At          time.Time `json:"at"`
}

func (s *Service) keepProven(c *gin.Context, proof *challenge.Challenge) error {
	return s.keep(c, proofCookie, proven{proof.ID, s.now()}, proofKept)
}

// proof returns the secret that the browser has shown, by link or by code, or ErrDead.
func (s *Service) proof(c *gin.Context) (proof *challenge.Challenge, method string, err error) {
	ctx := c.Request.Context()
	in := realm.From(ctx)
	value := web.Cookie(c, proofCookie+in.Slug)
	var p proven
	switch {
	case strings.HasPrefix(value, linkPrefix):
		method = MethodLink
		proof, err = s.challenges.CheckToken(ctx, in.ID, challenge.Recover, value)
	case s.read(c, proofCookie, &p) && s.now().Sub(p.At) <= proofKept:
		method = MethodCode
		proof, err = s.challenges.Again(ctx, in.ID, challenge.Recover, p.ChallengeID)
	default:
		return nil, "", ErrDead
	}
	if err != nil {
		return nil, "", err
	}
	return proof, method, nil
}

func (s *Service) keep(c *gin.Context, name string, v any, life time.Duration) error {
	in := realm.From(c.Request.Context())
	plain, err := json.Marshal(v)
	if err != nil {
		return err
	}
	sealed, err := s.ring.Seal(plain, "identity/recovery cookie", name, in.ID)
	if err != nil {
		return err
	}
	web.SetCookie(c, name+in.Slug, sealed, life)
	return nil
}

// read reports whether the browser brought what keep gave it.
func (s *Service) read(c *gin.Context, name string, v any) bool {
	in := realm.From(c.Request.Context())
	value := web.Cookie(c, name+in.Slug)
	if value == "" || len(value) > 4096 {
		return false
	}
	plain, err := s.ring.Open(value, "identity/recovery cookie", name, in.ID)
	return err == nil && json.Unmarshal(plain, v) == nil
}
