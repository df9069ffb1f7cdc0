package process

import (
	"context"
	"errors"
	"fmt"
	"net/http"
	"slices"
	"strings"
	"sync"
	"time"

	"authserver/e2e"
)

// remembered is a token whose fate the server has confirmed. After the last crash it must still be that.
type remembered struct {
	party  *e2e.Party
	token  string
	active bool
}

// ledger gathers what was confirmed to all walkers.
type ledger struct {
	mu  sync.Mutex
	all []remembered
}

func (l *ledger) note(party *e2e.Party, token string, active bool) {
	l.mu.Lock()
	defer l.mu.Unlock()
	l.all = append(l.all, remembered{party, token, active})
}

// walker is one person who goes from application to application, and remembers every answer.
type walker struct {
	keep    *keep
	ledger  *ledger
	person  *e2e.Person
	parties []*e2e.Party
	agreed  map[*e2e.Party]bool // the consent was answered, so the person may not be asked again
	count   int
}

// graceLeft is how long after a lost answer a refresh token must still be accepted: the realm's grace, less what the test itself may take.
const graceLeft = 8 * time.Second

// walk is one journey. Whatever is confirmed on it must be true ever after; whatever broke off must have happened or not, and nothing between.
func (w *walker) walk(ctx context.Context) error {
	w.count++
	party := w.parties[w.count%len(w.parties)]
	if w.count%5 == 0 { // a new browser now and then, so that signing in is among what is cut short
		w.person.Browser = e2e.NewBrowser(public)
		w.person.UseTransport(w.keep.transport())
	}
	attempt, code, err := w.code(ctx, party)
	if err != nil {
		return fmt.Errorf("authorize: %w", err)
	}
	tokens, lost, err := insist(ctx, w.keep, func() (e2e.Tokens, error) { return party.Exchange(ctx, code, attempt.Verifier) })
	if lost && refused(err, "invalid_grant") {
		return nil // the first exchange was done and its answer lost; asking again counts as a replay, which ends the grant
	}
	if err != nil {
		return fmt.Errorf("exchange a code that was issued: %w", err)
	}
	if err := w.expect(ctx, party, tokens.AccessToken, true); err != nil {
		return fmt.Errorf("access token: %w", err)
	}
	return w.trade(ctx, party, tokens)
}

// trade refreshes, and sometimes revokes.
func (w *walker) trade(ctx context.Context, party *e2e.Party, tokens e2e.Tokens) error {
	began := time.Now()
	fresh, lost, err := insist(ctx, w.keep, func() (e2e.Tokens, error) { return party.Refresh(ctx, tokens.RefreshToken) })
	if lost && refused(err, "invalid_grant") && time.Since(began) > graceLeft {
		return nil
	}
	if err != nil {
		return fmt.Errorf("refresh (a lost answer before: %v): %w", lost, err)
	}
	if err := w.expect(ctx, party, fresh.RefreshToken, true); err != nil {
		return fmt.Errorf("the new refresh token: %w", err)
	}
	if w.count%2 == 0 {
		w.ledger.note(party, fresh.RefreshToken, true)
		return nil
	}
	if _, _, err := insist(ctx, w.keep, func() (struct{}, error) { return struct{}{}, party.Revoke(ctx, fresh.RefreshToken) }); err != nil {
		return fmt.Errorf("revoke: %w", err)
	}
	for _, token := range []string{fresh.RefreshToken, fresh.AccessToken, tokens.AccessToken} {
		if err := w.expect(ctx, party, token, false); err != nil {
			return fmt.Errorf("after the revocation was confirmed: %w", err)
		}
	}
	w.ledger.note(party, fresh.RefreshToken, false)
	return nil
}

// code goes the way of the browser until it is back at the application with a code.
func (w *walker) code(ctx context.Context, party *e2e.Party) (e2e.Attempt, string, error) {
	for {
		attempt := party.Begin()
		known := w.signedIn()
		back, err := w.person.Authorize(ctx, attempt.URL)
		if known && slices.Contains(w.person.Asked, "login") {
			return attempt, "", errors.New("a session that was confirmed is gone")
		}
		if w.agreed[party] && slices.Contains(w.person.Asked, "consent") {
			return attempt, "", errors.New("a consent that was confirmed is gone")
		}
		if err != nil {
			if !broken(err) {
				return attempt, "", err
			}
			if err := w.keep.wait(ctx); err != nil {
				return attempt, "", err
			}
			continue
		}
		w.agreed[party] = true
		code, err := party.Code(attempt, back)
		return attempt, code, err
	}
}

// signedIn reports whether the server has confirmed a session to this browser.
func (w *walker) signedIn() bool {
	for _, c := range w.person.Cookies() {
		if strings.Contains(c.Name, "session-") {
			return true
		}
	}
	return false
}

func (w *walker) expect(ctx context.Context, party *e2e.Party, token string, active bool) error {
	said, _, err := insist(ctx, w.keep, func() (map[string]any, error) { return party.Introspect(ctx, token) })
	if err != nil {
		return err
	}
	if said["active"] != active {
		return fmt.Errorf("active is %v, must be %v", said["active"], active)
	}
	return nil
}

func refused(err error, code string) bool {
	var r *e2e.Refused
	return errors.As(err, &r) && r.Status == http.StatusBadRequest && r.Code == code
}
