package e2e_test

import (
	"net/http"
	"os"
	"strconv"
	"sync"
	"testing"

	"authserver/e2e"
)

// rounds is how often a race is run: a few times in the suite, 1,000 times in `make stress`.
func rounds(t *testing.T, few int) int {
	t.Helper()
	set := os.Getenv("STRESS_ROUNDS")
	if set == "" {
		return few
	}
	n, err := strconv.Atoi(set)
	if err != nil {
		t.Fatalf("STRESS_ROUNDS: %v", err)
	}
	return n
}

// runners is how many start at once.
const runners = 50

// race starts all runners at the same moment and returns what each came back with.
func race[T any](run func() T) []T {
	results := make([]T, runners)
	start := make(chan struct{})
	var all sync.WaitGroup
	for i := range results {
		all.Go(func() {
			<-start
			results[i] = run()
		})
	}
	close(start)
	all.Wait()
	return results
}

type outcome struct {
	tokens e2e.Tokens
	err    error
}

// RFC 6749 §4.1.2: a code is used once, and the tokens of one that is used twice are revoked.
func TestRaceForOneCodeHasOneWinner(t *testing.T) {
	t.Parallel()
	h := e2e.Open(t)
	party, person := h.NewParty(nil), h.NewPerson("rosa@example.com")
	ctx := t.Context()
	for round := range rounds(t, 10) {
		attempt := party.Begin()
		code := codeFor(t, party, person, attempt)
		var won []e2e.Tokens
		for _, o := range race(func() (o outcome) {
			o.tokens, o.err = party.Exchange(ctx, code, attempt.Verifier)
			return o
		}) {
			if o.err == nil {
				won = append(won, o.tokens)
				continue
			}
			wantRefusal(t, o.err, http.StatusBadRequest, "invalid_grant")
		}
		if len(won) != 1 {
			t.Fatalf("round %d: %d of %d exchanges of one code won", round, len(won), runners)
		}
		for _, token := range []string{won[0].AccessToken, won[0].RefreshToken} {
			if said, err := party.Introspect(ctx, token); err != nil || said["active"] != false {
				t.Fatalf("round %d: a token of a replayed code lives: %v, %v", round, said, err)
			}
		}
		_, err := party.Refresh(ctx, won[0].RefreshToken)
		wantRefusal(t, err, http.StatusBadRequest, "invalid_grant")
		if t.Failed() {
			t.Fatalf("round %d", round)
		}
	}
}

// RFC 9700 §4.14.2: a refresh token is rotated. A client that refreshes twice by mistake within the grace keeps one line of descent; never two, or a
// thief could run one beside the owner.
func TestRaceForOneRefreshTokenLeavesOneLiveLeaf(t *testing.T) {
	t.Parallel()
	h := e2e.Open(t)
	party, person := h.NewParty(nil), h.NewPerson("rosa@example.com")
	ctx := t.Context()
	for round := range rounds(t, 10) {
		_, tokens := signedIn(t, party, person)
		seen := map[string]bool{}
		for _, o := range race(func() (o outcome) {
			o.tokens, o.err = party.Refresh(ctx, tokens.RefreshToken)
			return o
		}) {
			if o.err == nil {
				seen[o.tokens.RefreshToken] = true
				continue
			}
			wantRefusal(t, o.err, http.StatusBadRequest, "invalid_grant")
		}
		if len(seen) == 0 {
			t.Fatalf("round %d: nobody got a token", round)
		}
		var live []string
		for token := range seen {
			said, err := party.Introspect(ctx, token)
			if err != nil {
				t.Fatal(err)
			}
			if said["active"] == true {
				live = append(live, token)
			}
		}
		if len(live) > 1 {
			t.Fatalf("round %d: %d live leaves of one refresh token", round, len(live))
		}
		for _, leaf := range live {
			if _, err := party.Refresh(ctx, leaf); err != nil {
				t.Fatalf("round %d: the live leaf: %v", round, err)
			}
		}
	}
}

// A refresh token that comes back after the grace was copied: its whole family dies, the thief's part and the owner's.
func TestAStolenRefreshTokenKillsItsFamily(t *testing.T) {
	t.Parallel()
	h := e2e.Open(t)
	party, person := h.NewParty(nil), h.NewPerson("rosa@example.com")
	ctx := t.Context()
	_, first := signedIn(t, party, person)
	second, err := party.Refresh(ctx, first.RefreshToken)
	if err != nil {
		t.Fatal(err)
	}
	h.Clock.Play(2 * h.Realm.Policy.RefreshGrace)
	_, err = party.Refresh(ctx, first.RefreshToken)
	wantRefusal(t, err, http.StatusBadRequest, "invalid_grant")
	_, err = party.Refresh(ctx, second.RefreshToken)
	wantRefusal(t, err, http.StatusBadRequest, "invalid_grant")
	if said, err := party.Introspect(ctx, second.AccessToken); err != nil || said["active"] != false {
		t.Errorf("an access token of the family: %v, %v", said, err)
	}
}
