package security

import (
	"context"
	"errors"
	"fmt"
	"slices"
	"time"

	"authserver/identity/flow"
	"authserver/identity/session"
	"authserver/identity/user"
	"authserver/internal/device"
	"authserver/internal/event"
	"authserver/internal/id"
	"authserver/internal/secret"
	"authserver/tenant/realm"
)

// Proven implements flow.Watch.
func (s *Service) Proven(ctx context.Context, f *flow.Flow, proofs []flow.Proof) error {
	for _, p := range proofs {
		var err error
		switch p.Step {
		case flow.Login:
			err = s.signedIn(ctx, f, p)
		case flow.SecondFactor:
			err = s.shownMore(ctx, f.RealmID, p.SessionID)
		}
		if err != nil {
			return err
		}
	}
	return nil
}

// sighting is one sign-in as this room sees it.
type sighting struct {
	realm   *realm.Realm
	flow    *flow.Flow
	userID  string
	user    *user.User // read only where something is unusual
	session session.Session
	actor   event.Actor
	at      time.Time

	browser [][]byte // digests of the cookie
	signals [][]byte // digests of kind of browser and address
	first   bool     // the person has not signed in before
	device  *deviceRow
	known   bool
	// breached says that the password is on the list of leaked ones.
	breached bool
	where    device.Point
	located  bool
}

// signedIn looks at a sign-in in its transaction, and writes down its device.
func (s *Service) signedIn(ctx context.Context, f *flow.Flow, p flow.Proof) error {
	n, err := s.look(ctx, f, p)
	if err != nil {
		return fmt.Errorf("look at sign-in of session %s: %w", p.SessionID, err)
	}
	signals, err := s.unusual(ctx, n)
	if err != nil {
		return fmt.Errorf("look at sign-in of user %s: %w", n.userID, err)
	}
	reaction := realm.Allow
	if len(signals) > 0 {
		if n.user, err = s.users.ByID(ctx, f.RealmID, n.userID); err != nil {
			return fmt.Errorf("look at sign-in of user %s: %w", n.userID, err)
		}
		reaction = n.reaction(signals)
	}
	if reaction == realm.Block {
		s.block(n, signals)
		return flow.ErrRefused
	}
	deviceID, err := s.note(ctx, n, reaction)
	if err != nil {
		return fmt.Errorf("write down device of user %s: %w", n.userID, err)
	}
	if err := s.sessions.Place(ctx, &n.session, deviceID, reaction == realm.StepUp); err != nil {
		return err
	}
	return s.tell(ctx, n, deviceID, signals, reaction)
}

// look collects what a sign-in shows.
func (s *Service) look(ctx context.Context, f *flow.Flow, p flow.Proof) (*sighting, error) {
	if p.UserID == "" {
		return nil, errors.New("the proof does not say whose sign-in it is")
	}
	n := &sighting{
		at: s.stamp(), flow: f, userID: p.UserID,
		breached: p.Breached,
		session:  session.Session{ID: p.SessionID, RealmID: f.RealmID, UserID: p.UserID, AMR: p.AMR, ACR: session.ACROf(p.AMR)},
	}
	n.actor, _ = event.ActorFrom(ctx)
	var err error
	if in, ok := realm.Maybe(ctx); ok && in.ID == f.RealmID {
		n.realm = in
	} else if n.realm, err = s.realms.ByID(ctx, f.RealmID); err != nil {
		return nil, err
	}
	n.browser = s.digests("browser", f.RealmID, n.userID, string(f.Browser()))
	n.signals = s.digests("signals", f.RealmID, n.userID, device.Name(n.actor.UserAgent), n.actor.IP)
	n.where, n.located = s.places.Point(n.actor.IP)
	candidates, err := s.candidates(ctx, n)
	if err != nil {
		return nil, err
	}
	vouched := false
	for _, r := range candidates {
		if n.is(r) {
			n.device = r
		} else {
			vouched = true
		}
	}
	switch {
	case n.device == nil:
		n.known = vouched
	case n.at.Before(n.device.ExpiresAt.Time()):
		n.known = n.device.device().Recognised(n.at)
	default:
		n.known = vouched
	}
	return n, nil
}

// is reports whether the device is the browser's, by its cookie.
func (n *sighting) is(r *deviceRow) bool {
	return slices.ContainsFunc(n.browser, func(b []byte) bool { return secret.Equal(b, r.Browser) })
}

// unusual names what is unusual about the sign-in.
func (s *Service) unusual(ctx context.Context, n *sighting) ([]Signal, error) {
	var signals []Signal
	last, err := s.person(ctx, n.realm.ID, n.userID)
	if err != nil {
		return nil, err
	}
	n.first = last == nil
	if !n.known && !n.first {
		signals = append(signals, NewDevice)
	}
	// A device that its person has confirmed may travel: people switch VPNs on and off.
	confirmed := n.known && n.device != nil && Status(n.device.Status) == StatusConfirmed
	if last != nil && last.Located && n.located && !confirmed && impossible(last.point(), n.where, n.at.Sub(last.At.Time())) {
		signals = append(signals, ImpossibleTravel)
	}
	if n.known || !slices.Contains(n.session.AMR, session.AMRPassword) {
		return signals, nil
	}
	if n.breached {
		signals = append(signals, BreachedPassword)
	}
	attacks, err := s.attacks(ctx, n)
	return append(signals, attacks...), err
}

// attacks names those that are under way where the sign-in comes from.
func (s *Service) attacks(ctx context.Context, n *sighting) ([]Signal, error) {
	network, all := s.source(n.realm.ID, n.actor.IP), s.source(n.realm.ID, "")
	rows, err := s.counted(ctx, n.realm.ID, slotOf(n.at)-1, network, all)
	if err != nil {
		return nil, err
	}
	var accounts, failures int64
	for _, r := range rows {
		if secret.Equal(r.Source, all) {
			failures += r.Failures
		} else {
			accounts += r.Accounts
		}
	}
	var signals []Signal
	if accounts >= int64(n.realm.Policy.Risk.SprayingAccounts) {
		signals = append(signals, PasswordSpraying)
	}
	if failures >= int64(n.realm.Policy.Risk.StuffingFailures) {
		signals = append(signals, CredentialStuffing)
	}
	return signals, nil
}

// reaction is what follows on the signals for this person. Who has shown two factors has
// stepped up; who could show nothing but the password is refused where more is demanded.
func (n *sighting) reaction(signals []Signal) string {
	reaction := strictest(n.realm.Policy.Risk, signals)
	switch {
	case reaction != realm.StepUp:
	case n.session.MultiFactor():
		return realm.Notify
	case !n.user.HasFactor(n.realm.Policy) && !n.user.EmailVerified:
		return realm.Block
	}
	return reaction
}

// block tells of a sign-in that is refused. It is undone, so that is told outside of its
// transaction: nothing else remains of it.
func (s *Service) block(n *sighting, signals []Signal) {
	apart := event.WithActor(context.Background(), n.actor)
	s.events.RecordSoon(apart, ref(n.realm.ID, n.userID), SignInBlocked{Signals: signals})
}

// note writes down the device, and where the person is.
func (s *Service) note(ctx context.Context, n *sighting, reaction string) (string, error) {
	if err := s.arrive(ctx, n.realm.ID, n.userID, n.at, n.where, n.located); err != nil {
		return "", err
	}
	status := StatusNew
	if d := n.device; d != nil && n.at.Before(d.ExpiresAt.Time()) {
		status = Status(d.Status)
	}
	if !n.known && (status == StatusNew || status == StatusHeld) {
		status = StatusNew
		if reaction == realm.StepUp {
			status = StatusHeld
		}
	}
	if n.device != nil && !secret.Equal(n.device.Browser, n.browser[0]) {
		if err := s.rekey(ctx, n.realm.ID, n.userID, n.device.ID, n.browser[0]); err != nil {
			return "", err
		}
	}
	return s.see(ctx, seen{
		id: id.New(), realmID: n.realm.ID, userID: n.userID, agent: n.actor.UserAgent, network: device.Network(n.actor.IP),
		browser: n.browser[0], signals: n.signals[0], status: status, at: n.at, expires: n.at.Add(n.realm.Policy.Risk.DeviceLifetime),
	})
}

// tell records what was unusual, and tells the person unless the realm says otherwise.
func (s *Service) tell(ctx context.Context, n *sighting, deviceID string, signals []Signal, reaction string) error {
	if len(signals) == 0 {
		return nil
	}
	var events []event.Payload
	if slices.Contains(signals, NewDevice) {
		events = append(events, DeviceNew{deviceID, n.session.ID, signals, reaction})
	}
	if len(signals) > 1 || signals[0] != NewDevice {
		events = append(events, SignInSuspicious{deviceID, n.session.ID, signals, reaction})
	}
	if err := s.events.Record(ctx, ref(n.realm.ID, n.userID), events...); err != nil {
		return err
	}
	if reaction == realm.Allow {
		return nil
	}
	return s.ask(ctx, n, deviceID, signals)
}

// shownMore is for a session whose person has shown a second factor, or what stands for
// one: a device that waited for it does not wait any more.
func (s *Service) shownMore(ctx context.Context, realmID, sessionID string) error {
	c, err := s.sessions.ByID(ctx, realmID, sessionID)
	if err != nil || c.DeviceID == "" {
		return err
	}
	_, err = s.change(ctx, realmID, c.UserID, c.DeviceID, map[string]any{"status": string(StatusNew)}, StatusHeld)
	if err != nil {
		return fmt.Errorf("let device %s go on: %w", c.DeviceID, err)
	}
	return nil
}

// source is the keyed digest of the network of an address, or of a whole realm for none.
func (s *Service) source(realmID, ip string) []byte {
	return secret.MAC(s.keys[0], "network", realmID, device.Network(ip))
}
