package security

import (
	"slices"
	"time"

	"authserver/internal/device"
	"authserver/tenant/realm"
)

// Signal is one thing that is unusual about a sign-in.
type Signal string

// The signals.
const (
	NewDevice          Signal = "new_device"
	ImpossibleTravel   Signal = "impossible_travel"
	PasswordSpraying   Signal = "password_spraying"
	CredentialStuffing Signal = "credential_stuffing"
	BreachedPassword   Signal = "breached_password"
)

// Nobody travels faster than an airliner, and places are not exact: what is near is no
// journey.
const (
	fastest = 1000 // km/h
	nearby  = 500  // km
)

// impossible reports whether nobody gets from one place to the other in the time.
func impossible(from, to device.Point, in time.Duration) bool {
	distance := from.Distance(to)
	return distance > nearby && distance > fastest*max(in, 0).Hours()
}

// reaction is what the realm does about a signal.
func (s Signal) reaction(p realm.Risk) string {
	switch s {
	case NewDevice:
		return p.NewDevice
	case ImpossibleTravel:
		return p.Travel
	case PasswordSpraying:
		return p.Spraying
	case CredentialStuffing:
		return p.Stuffing
	case BreachedPassword:
		return p.Breached
	}
	return realm.Allow
}

// strictest is what follows on all signals together.
func strictest(p realm.Risk, signals []Signal) string {
	order := []string{realm.Allow, realm.Notify, realm.StepUp, realm.Block}
	most := 0
	for _, s := range signals {
		most = max(most, slices.Index(order, s.reaction(p)))
	}
	return order[most]
}

// slotLength is how long failures are counted together; a sign-in looks at this slot and
// the one before it.
const slotLength = 15 * time.Minute

func slotOf(at time.Time) int64 { return at.Unix() / int64(slotLength/time.Second) }
