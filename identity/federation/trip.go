package federation

import (
	"context"
	"encoding/hex"
	"encoding/json"
	"errors"
	"fmt"
	"strconv"
	"strings"
	"time"

	"github.com/zitadel/oidc/v3/pkg/client/rp"
	"github.com/zitadel/oidc/v3/pkg/oidc"

	"authserver/internal/database"
	"authserver/internal/secret"
	"authserver/tenant/realm"
)

// TripLifetime is how long a person may stay with a provider.
const TripLifetime = 10 * time.Minute

// What a person goes upstream for.
const (
	purposeSignIn = "sign_in"
	purposeLink   = "link"
)

const statePrefix = "fs_"

// trip is one person on the way to a provider and back.
type trip struct {
	purpose string
	flowID  string // of a sign-in
	// sessionID and userID are of somebody who links.
	sessionID, userID string
	again             bool
	hint, language    string
	q                 question
}

// secrets are what only this server and the provider may know of a trip.
type secrets struct {
	Nonce    string `json:"nonce"`
	Verifier string `json:"verifier"`
	// Issuer and ClientID are who was asked, and as whom: the provider's row may
	// name another by the time the answer comes.
	Issuer   string `json:"issuer"`
	ClientID string `json:"client_id"`
}

func tripPlace(realmID string, digest []byte) []string {
	return []string{"federation_states", realmID, hex.EncodeToString(digest)}
}

// leave sends the browser on its trip and returns the address upstream.
func (s *Service) leave(ctx context.Context, in *realm.Realm, p *Provider, browser string, t trip) (string, error) {
	up, err := s.upstream(ctx, p)
	if err != nil {
		return "", err
	}
	party, err := s.party(p, up, s.CallbackURL(in.Slug, p))
	if err != nil {
		return "", err
	}
	state, own := secret.Token(statePrefix), secrets{
		Nonce: secret.Token(""), Verifier: secret.Token(""), Issuer: p.Issuer, ClientID: p.ClientID,
	}
	plain, err := json.Marshal(own)
	if err != nil {
		return "", err
	}
	digest := secret.Digest(state)
	sealed, err := s.ring.Seal(plain, tripPlace(in.ID, digest)...)
	if err != nil {
		return "", err
	}
	now := s.now()
	err = s.db.InTx(ctx, func(ctx context.Context) error {
		return s.insertState(ctx, stateRow{
			Digest: digest, RealmID: in.ID, ProviderID: p.ID, Purpose: t.purpose, FlowID: t.flowID, SessionID: t.sessionID,
			UserID: t.userID, Browser: secret.Digest(browser), Secrets: sealed, Again: t.again,
			CreatedAt: database.At(now), ExpiresAt: database.At(now.Add(TripLifetime)),
		})
	})
	if err != nil {
		return "", fmt.Errorf("leave for provider %s: %w", p.ID, err)
	}
	return rp.AuthURL(state, party, t.parameters(p, own)...), nil
}

// parameters are those of the authorization request beside the usual ones.
func (t trip) parameters(p *Provider, own secrets) []rp.AuthURLOpt {
	options := []rp.AuthURLOpt{rp.WithCodeChallenge(oidc.NewSHACodeChallenge(own.Verifier))}
	add := func(name, value string) {
		options = append(options, rp.AuthURLOpt(rp.WithURLParam(name, value)))
	}
	if p.Kind != GitHub {
		add("nonce", own.Nonce)
	}
	if p.postsBack() {
		add("response_mode", "form_post")
	}
	if t.again {
		if prompt := p.again(); prompt != nil {
			add("prompt", strings.Join(prompt, " "))
		}
		if p.Kind == OIDC {
			add("max_age", strconv.Itoa(0))
		}
	}
	if t.hint != "" && (p.Kind == OIDC || p.Kind == Google || p.Kind == Microsoft) {
		add("login_hint", t.hint)
	}
	if t.language != "" && p.Kind == OIDC {
		add("ui_locales", t.language)
	}
	return options
}

// callback is what the provider sent the browser back with.
type callback struct {
	code, issuer, fault string
}

// arrive ends a trip: it spends the state, whatever comes of it. It returns ErrStale for
// a state that is not this browser's, is not this provider's, or is spent.
func (s *Service) arrive(ctx context.Context, in *realm.Realm, p *Provider, browser, state string) (*trip, error) {
	if browser == "" || !strings.HasPrefix(state, statePrefix) || len(state) > 100 {
		return nil, ErrStale
	}
	digest := secret.Digest(state)
	var row *stateRow
	// Also for a client that hangs up: what was seen once is not seen again.
	err := s.db.InTx(context.WithoutCancel(ctx), func(ctx context.Context) (err error) {
		row, err = s.spendState(ctx, in.ID, p.ID, digest, secret.Digest(browser), s.now())
		return err
	})
	if err != nil {
		return nil, fmt.Errorf("return from provider %s: %w", p.ID, err)
	}
	if row == nil {
		return nil, ErrStale
	}
	plain, err := s.ring.Open(row.Secrets, tripPlace(in.ID, digest)...)
	if err != nil {
		return nil, fmt.Errorf("return from provider %s: %w", p.ID, err)
	}
	var own secrets
	if err := json.Unmarshal(plain, &own); err != nil {
		return nil, errors.New("return from provider " + p.ID + ": sealed values are malformed")
	}
	if own.Issuer != p.Issuer || own.ClientID != p.ClientID {
		return nil, ErrStale
	}
	return &trip{
		purpose: row.Purpose, flowID: row.FlowID, sessionID: row.SessionID, userID: row.UserID, again: row.Again,
		q: question{nonce: own.Nonce, verifier: own.Verifier, asked: row.CreatedAt.Time(), again: row.Again},
	}, nil
}

// answered judges what the provider sent the browser back with, before anything is asked
// with it.
func (s *Service) answered(ctx context.Context, p *Provider, c callback) error {
	up, err := s.upstream(ctx, p)
	if err != nil {
		return err
	}
	// RFC 9207 §2.4: the issuer must be the one that was asked, also in an error, and
	// must be there if the provider says that it always is.
	if c.issuer != "" && !p.answers(c.issuer) || c.issuer == "" && up.names {
		return invalid("iss_parameter")
	}
	switch {
	case c.fault == "access_denied" || c.fault == "user_cancelled_authorize":
		return because(ReasonCancelled)
	case c.fault != "":
		return &failure{reason: ReasonUpstream, detail: "authorization_endpoint"}
	case c.code == "" || len(c.code) > 4<<10:
		return invalid("code")
	}
	return nil
}
