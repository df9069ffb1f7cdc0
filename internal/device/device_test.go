package device_test

import (
	"os"
	"path/filepath"
	"testing"

	"authserver/internal/device"
	"authserver/internal/device/devicetest"
)

func TestNameIsInAPersonsWords(t *testing.T) {
	t.Parallel()
	for agent, want := range map[string]struct {
		name   string
		mobile bool
	}{
		"Mozilla/5.0 (X11; Linux x86_64; rv:140.0) Gecko/20100101 Firefox/140.0":                                                                  {"Firefox, Linux", false},
		"Mozilla/5.0 (Windows NT 10.0; Win64; x64) AppleWebKit/537.36 (KHTML, like Gecko) Chrome/118.0.0.0 Safari/537.36":                         {"Chrome, Windows", false},
		"Mozilla/5.0 (iPhone; CPU iPhone OS 17_0 like Mac OS X) AppleWebKit/605.1.15 (KHTML, like Gecko) Version/17.0 Mobile/15E148 Safari/604.1": {"Safari, iOS", true},
		"Mozilla/5.0 (Linux; Android 14; Pixel 8) AppleWebKit/537.36 (KHTML, like Gecko) Chrome/126.0.0.0 Mobile Safari/537.36":                   {"Chrome, Android", true},
		"curl/8.5.0":                  {"", false},
		"<script>alert(1)</script>":   {"", false},
		"":                            {"", false},
		"\x00\xff not text at all \n": {"", false},
	} {
		if got := device.Name(agent); got != want.name || device.Mobile(agent) != want.mobile {
			t.Errorf("Name(%q) = %q, mobile %t; want %q, %t", agent, got, device.Mobile(agent), want.name, want.mobile)
		}
	}
}

func TestPlaceWithoutADatabaseIsTheBeginningOfTheAddress(t *testing.T) {
	t.Parallel()
	places, err := device.OpenPlaces("")
	if err != nil {
		t.Fatal(err)
	}
	for ip, want := range map[string]string{
		"203.0.113.77": "203.0.113.x", "::ffff:203.0.113.77": "203.0.113.x", "2001:db8:1234:5678::1": "2001:db8:1234:x",
		"::1": "localhost", "127.0.0.1": "localhost", "fe80::1%eth0": "fe80:x", "": "", "localhost": "",
	} {
		if got := places.Of(ip, "en"); got != want {
			t.Errorf("Of(%q) = %q, want %q", ip, got, want)
		}
	}
	if err := places.Close(); err != nil {
		t.Error(err)
	}
}

func TestPlaceIsNamedInTheLanguage(t *testing.T) {
	t.Parallel()
	places, err := device.OpenPlaces(devicetest.Places(t, map[string]devicetest.Town{"81.2.69.142/32": devicetest.Munich}))
	if err != nil {
		t.Fatal(err)
	}
	defer func() { _ = places.Close() }()
	for _, c := range []struct{ ip, language, want string }{
		{"81.2.69.142", "en", "Munich, Germany"}, {"81.2.69.142", "de", "München, Deutschland"},
		{"81.2.69.142", "pt-BR", "Munique, Germany"}, {"81.2.69.142", "fr", "Munich, Germany"},
		{"81.2.69.143", "de", "81.2.69.x"}, {"2001:db8::1", "de", "2001:db8:x"},
	} {
		if got := places.Of(c.ip, c.language); got != c.want {
			t.Errorf("Of(%s, %s) = %q, want %q", c.ip, c.language, got, c.want)
		}
	}
}

func TestADatabaseThatIsNoneIsRefused(t *testing.T) {
	t.Parallel()
	file := filepath.Join(t.TempDir(), "places.mmdb")
	if err := os.WriteFile(file, []byte("no database"), 0o600); err != nil {
		t.Fatal(err)
	}
	for _, name := range []string{file, file + ".missing"} {
		if _, err := device.OpenPlaces(name); err == nil {
			t.Errorf("%s was opened", filepath.Base(name))
		}
	}
}
