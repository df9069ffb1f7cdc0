package profile

import (
	_ "embed"
	"slices"
	"strings"
	"sync"

	"golang.org/x/text/language"
	"golang.org/x/text/language/display"
	"golang.org/x/text/unicode/norm"

	"authserver/templates"
)

// zoneNames are the zones of the tz database that are chosen from (its file
// zone.tab): one or more a country, without the older names that link to them.
//
//go:embed zones.txt
var zoneNames string

// countryCodes are those of ISO 3166-1 alpha-2, from the tz database's iso3166.tab.
//
//go:embed countries.txt
var countryCodes string

// zones are the names of time zones in order.
var zones = sync.OnceValue(func() []string { return strings.Fields(zoneNames) })

var countries = sync.OnceValue(func() []string { return strings.Fields(countryCodes) })

func isCountry(code string) bool {
	_, found := slices.BinarySearch(countries(), code)
	return found
}

func isZone(name string) bool {
	_, found := slices.BinarySearch(zones(), name)
	return found
}

// zoneChoices are the zones by continent.
func zoneChoices() []templates.Choice {
	list := make([]templates.Choice, 0, len(zones()))
	for _, name := range zones() {
		area, place, found := strings.Cut(name, "/")
		if !found {
			area, place = "", name
		}
		place = strings.ReplaceAll(strings.ReplaceAll(place, "_", " "), "/", " – ")
		list = append(list, templates.Choice{Value: name, Label: place, Group: area})
	}
	// What has no area would begin groups of its own between the others.
	slices.SortStableFunc(list, func(a, b templates.Choice) int { return strings.Compare(a.Group, b.Group) })
	return list
}

// countryChoices are the countries by their names in a language.
func countryChoices(lang string) []templates.Choice {
	list := make([]templates.Choice, 0, len(countries()))
	namer := display.Regions(language.Make(lang))
	for _, code := range countries() {
		name := code
		if region, err := language.ParseRegion(code); err == nil && namer != nil {
			if said := namer.Name(region); said != "" {
				name = said
			}
		}
		list = append(list, templates.Choice{Value: code, Label: name})
	}
	slices.SortFunc(list, func(a, b templates.Choice) int { return strings.Compare(folded(a.Label), folded(b.Label)) })
	return list
}

// folded puts É beside E, as people look for it.
func folded(s string) string {
	return strings.ToLower(strings.Map(func(r rune) rune {
		if r >= 0x300 && r < 0x370 { // combining marks
			return -1
		}
		return r
	}, norm.NFD.String(s)))
}
