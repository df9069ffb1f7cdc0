// Package devicetest writes databases of places for tests.
package devicetest

import (
	"net"
	"os"
	"path/filepath"
	"testing"

	"github.com/maxmind/mmdbwriter"
	"github.com/maxmind/mmdbwriter/mmdbtype"
)

// Town is where a network is. Names are by language.
type Town struct {
	Names, Country      map[string]string
	ISO                 string
	Latitude, Longitude float64
}

// Munich and Wellington are 18,000 km apart.
var (
	Munich = Town{
		map[string]string{"en": "Munich", "de": "München", "pt-BR": "Munique"}, map[string]string{"en": "Germany", "de": "Deutschland"}, "DE", 48.14, 11.58,
	}
	Wellington = Town{map[string]string{"en": "Wellington"}, map[string]string{"en": "New Zealand"}, "NZ", -41.29, 174.78}
)

// Places writes a database of cities in MaxMind's format, by network, and returns the name
// of its file.
func Places(t testing.TB, towns map[string]Town) string {
	t.Helper()
	tree, err := mmdbwriter.New(mmdbwriter.Options{DatabaseType: "GeoLite2-City", Languages: []string{"en", "de", "pt-BR"}})
	if err != nil {
		t.Fatal(err)
	}
	for network, town := range towns {
		value := mmdbtype.Map{
			"city":     mmdbtype.Map{"names": texts(town.Names)},
			"country":  mmdbtype.Map{"iso_code": mmdbtype.String(town.ISO), "names": texts(town.Country)},
			"location": mmdbtype.Map{"latitude": mmdbtype.Float64(town.Latitude), "longitude": mmdbtype.Float64(town.Longitude)},
		}
		_, prefix, err := net.ParseCIDR(network)
		if err == nil {
			err = tree.Insert(prefix, value)
		}
		if err != nil {
			t.Fatalf("%s: %v", network, err)
		}
	}
	name := filepath.Join(t.TempDir(), "places.mmdb")
	file, err := os.Create(name)
	if err != nil {
		t.Fatal(err)
	}
	if _, err := tree.WriteTo(file); err != nil {
		t.Fatal(err)
	}
	if err := file.Close(); err != nil {
		t.Fatal(err)
	}
	return name
}

func texts(names map[string]string) mmdbtype.Map {
	all := mmdbtype.Map{}
	for language, name := range names {
		all[mmdbtype.String(language)] = mmdbtype.String(name)
	}
	return all
}
