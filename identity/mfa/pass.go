package mfa

import (
	"context"
	"errors"
	"fmt"
	"math"
	"slices"
	"time"

	"authserver/identity/challenge"
	"authserver/identity/flow"
	"authserver/identity/session"
	"authserver/internal/event"
	"authserver/internal/failpoint"
	"authserver/internal/letter"
	"authserver/tenant/realm"
)

// Guess is what a person enters after the first factor.
type Guess struct {
	// Method is TOTP, SMS, Email or Recovery. Passkeys have a ceremony instead.
	Method, Code string
	// Trust asks to be spared the question in this browser, as far as policy goes.
	Trust bool
	// Trusted is the browser's cookie of trusted devices, or empty.
	Trusted string
}

// Passed is what the browser of a person gets who has passed.
type Passed struct {
	// Cookie is the session's new value.
	Cookie string
	// Trusted is the new cookie of trusted devices; empty when none was asked for.
	Trusted string
}

// Pass lets a person go on with the flow who enters a right code. The session is theirs;
// which factors they have is read from the account. It returns ErrWrong or ErrDead for a
// code that opens nothing, ErrLocked or ErrBarred for any code when there were too many
// wrong ones, ErrNoFactor for a method that the person has not, flow.ErrStale and
// session.ErrEnded.
func (s *Service) Pass(ctx context.Context, in *realm.Realm, f *flow.Flow, c *session.Session, g Guess) (*Passed, error) {
	kinds, once, err := s.askable(ctx, in, c)
	if err != nil {
		return nil, fmt.Errorf("second factor of user %s: %w", c.UserID, err)
	}
	if once {
		g.Trust = false
	}
	if len(kinds) == 0 || g.Method == Passkey || g.Method != Recovery && !slices.Contains(kinds, g.Method) {
		return nil, ErrNoFactor
	}
	ctx = event.Acting(ctx, event.User, c.UserID, f.ApplicationID)
	var out *Passed
	err = s.guess(ctx, in, f, c, g.Method, func(ctx context.Context) error {
		sent, err := s.sent(ctx, in, f, c, g)
		if err == nil {
			out, err = s.pass(ctx, in, f, c, g, sent, once)
		}
		return err
	})
	if err != nil {
		return nil, err
	}
	return out, nil
}

// guess counts a guess and lets compare find out whether it is right, which must then
// open the counter. What it returns about the code is the answer to the person.
func (s *Service) guess(ctx context.Context, in *realm.Realm, f *flow.Flow, c *session.Session, method string, compare func(context.Context) error) error {
	attempt, open, closed, err := s.attempts.AdmitSecond(ctx, in, c.UserID)
	if err != nil {
		return err
	}
	if !open {
		return s.fail(ctx, in, f, c, method, ReasonLocked, locked(closed), 0)
	}
	if err := failpoint.Hit(ctx, "mfa/counted"); err != nil {
		return err
	}
	err = compare(ctx)
	switch {
	case err == nil:
		return nil
	case errors.Is(err, ErrWrong):
		return s.fail(ctx, in, f, c, method, ReasonWrong, ErrWrong, closed)
	case errors.Is(err, ErrDead):
		return s.fail(ctx, in, f, c, method, ReasonDead, ErrDead, closed)
	}
	return errors.Join(err, s.attempts.ForgiveSecond(ctx, in.ID, c.UserID, attempt)) // no guess was wrong
}

// sent compares the code with the one that was sent, for the methods that send any. That
// commits on its own.
func (s *Service) sent(ctx context.Context, in *realm.Realm, f *flow.Flow, c *session.Session, g Guess) (*challenge.Challenge, error) {
	p, ok := purpose(g.Method)
	if !ok {
		return nil, nil
	}
	return s.challenges.CheckCode(ctx, in.ID, p, c.UserID, f.ID, g.Code)
}

// pass is the one transaction of a right code.
func (s *Service) pass(ctx context.Context, in *realm.Realm, f *flow.Flow, c *session.Session, g Guess, sent *challenge.Challenge, once bool) (*Passed, error) {
	out := &Passed{}
	err := s.db.InTx(ctx, func(ctx context.Context) (err error) {
		*out = Passed{}
		switch {
		case sent != nil:
			err = s.challenges.Spend(ctx, sent)
		case g.Method == TOTP:
			err = s.totp.Verify(ctx, in.ID, c.UserID, g.Code)
		default:
			err = s.recover(ctx, in, c.UserID, g.Code)
		}
		if err != nil {
			return err
		}
		if once {
			out.Cookie, err = s.released(ctx, in, f, c)
		} else {
			out.Cookie, err = s.passed(ctx, in, f, c, g.Method, methods(g.Method)...)
		}
		if err != nil {
			return err
		}
		if g.Trust && in.Policy.TrustDevice > 0 {
			out.Trusted, err = s.trust(ctx, in, c.UserID, g.Trusted)
		}
		return err
	})
	if err != nil {
		return nil, err
	}
	return out, nil
}

// passed records that the person has passed: counters, session, flow and event.
func (s *Service) passed(ctx context.Context, in *realm.Realm, f *flow.Flow, c *session.Session, method string, amr ...string) (string, error) {
	if err := s.attempts.OpenSecond(ctx, in.ID, c.UserID); err != nil {
		return "", err
	}
	if method != Recovery {
		if err := s.used(ctx, in.ID, c.UserID, method, s.now()); err != nil {
			return "", fmt.Errorf("second factor of user %s: %w", c.UserID, err)
		}
	}
	cookie, err := s.sessions.Elevate(ctx, c, amr...)
	if err != nil {
		return "", err
	}
	if err := failpoint.Hit(ctx, "mfa/elevated"); err != nil {
		return "", err
	}
	proof := flow.Proof{Step: flow.SecondFactor, SessionID: c.ID, Method: method}
	if err := s.flows.Prove(ctx, f, proof); err != nil {
		return "", err
	}
	return cookie, s.events.Record(ctx, ref(in.ID, c.UserID), Verified{Method: method, SessionID: c.ID, ApplicationID: f.ApplicationID})
}

// fail records a guess that was not right, also for a client that has gone, and returns
// the answer. Closed is for how long this guess has closed the counter, or 0: then the
// owner is told, because whoever guesses here knows the password.
func (s *Service) fail(ctx context.Context, in *realm.Realm, f *flow.Flow, c *session.Session, method, reason string, answer error, closed time.Duration) error {
	events := []event.Payload{Failed{Method: method, Reason: reason, ApplicationID: f.ApplicationID}}
	if closed > 0 {
		answer = locked(closed)
		events = append(events, Locked{Seconds: seconds(closed)})
	}
	err := s.db.InTx(context.WithoutCancel(ctx), func(ctx context.Context) error {
		if closed > 0 {
			minutes := int64(math.Ceil(min(closed, barredFrom).Minutes()))
			if err := s.tell(ctx, in, c.UserID, letter.AccountLocked, map[string]string{"minutes": fmt.Sprint(minutes)}); err != nil {
				return err
			}
		}
		return s.events.Record(ctx, ref(in.ID, c.UserID), events...)
	})
	if err != nil {
		return fmt.Errorf("record wrong second factor of user %s: %w", c.UserID, err)
	}
	return answer
}

// barredFrom tells a wait that ends from one that does not.
const barredFrom = 365 * 24 * time.Hour

func locked(closed time.Duration) error {
	if closed > barredFrom {
		return ErrBarred
	}
	return ErrLocked.After(closed)
}

func seconds(closed time.Duration) int64 {
	if closed > barredFrom {
		return 0
	}
	return int64(closed / time.Second)
}
