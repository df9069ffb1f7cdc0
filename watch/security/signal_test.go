package security

import (
	"testing"
	"time"

	"authserver/internal/device"
	"authserver/tenant/realm"
)

func TestNobodyTravelsFasterThanAnAirliner(t *testing.T) {
	t.Parallel()
	hamburg, berlin := device.Point{Latitude: 53.6, Longitude: 10}, device.Point{Latitude: 52.5, Longitude: 13.4}
	sydney := device.Point{Latitude: -33.9, Longitude: 151.2}
	for name, c := range map[string]struct {
		from, to device.Point
		in       time.Duration
		want     bool
	}{
		"to the other end of the world at once":    {hamburg, sydney, time.Minute, true},
		"to the other end of the world in a day":   {hamburg, sydney, 24 * time.Hour, false},
		"the next town at once":                    {hamburg, berlin, time.Second, false},
		"nowhere":                                  {hamburg, hamburg, 0, false},
		"far away by a clock that went backwards":  {hamburg, sydney, -time.Hour, true},
		"across the date line to the next village": {device.Point{Latitude: 0, Longitude: 179.9}, device.Point{Latitude: 0, Longitude: -179.9}, time.Second, false},
	} {
		if got := impossible(c.from, c.to, c.in); got != c.want {
			t.Errorf("%s: impossible %t, want %t (%.0f km)", name, got, c.want, c.from.Distance(c.to))
		}
	}
}

func TestTheStrictestReactionCounts(t *testing.T) {
	t.Parallel()
	p := realm.Risk{NewDevice: realm.Notify, Travel: realm.Block, Spraying: realm.Allow, Stuffing: realm.StepUp}
	for want, signals := range map[string][]Signal{
		realm.Allow: {PasswordSpraying}, realm.Notify: {PasswordSpraying, NewDevice},
		realm.StepUp: {CredentialStuffing, NewDevice}, realm.Block: {NewDevice, ImpossibleTravel, CredentialStuffing},
	} {
		if got := strictest(p, signals); got != want {
			t.Errorf("%v: %s, want %s", signals, got, want)
		}
	}
	if got := strictest(p, nil); got != realm.Allow {
		t.Errorf("nothing unusual: %s", got)
	}
}

func TestANameIsOneVisibleLine(t *testing.T) {
	t.Parallel()
	if got, err := plainName(" My\n\u202elaptop\x00  here "); err != nil || got != "My laptop here" {
		t.Errorf("got %q, %v", got, err)
	}
}
