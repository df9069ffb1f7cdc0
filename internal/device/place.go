package device

import (
	"fmt"
	"math"
	"net/netip"
	"strconv"
	"strings"

	"github.com/oschwald/geoip2-golang/v2"
)

// Places says where addresses are. The zero value knows no towns.
type Places struct{ towns *geoip2.Reader }

// OpenPlaces reads a database of cities in MaxMind's format. An empty name gives
// Places without towns.
func OpenPlaces(file string) (*Places, error) {
	if file == "" {
		return &Places{}, nil
	}
	towns, err := geoip2.Open(file)
	if err != nil {
		return nil, fmt.Errorf("open database of places: %w", err)
	}
	return &Places{towns: towns}, nil
}

// Close closes the database.
func (p *Places) Close() error {
	if p.towns == nil {
		return nil
	}
	return p.towns.Close()
}

// Of is the place of an address in the language, as far as it is known: town and
// country, or the country, or the beginning of the address; "" for what is no address.
func (p *Places) Of(ip, language string) string {
	address, err := netip.ParseAddr(ip)
	if err != nil {
		return ""
	}
	address = address.Unmap().WithZone("")
	if address.IsLoopback() {
		return "localhost"
	}
	if p != nil && p.towns != nil {
		if found, err := p.towns.City(address); err == nil {
			town, country := name(found.City.Names, language), name(found.Country.Names, language)
			switch {
			case town != "" && country != "":
				return town + ", " + country
			case country != "":
				return country
			}
		}
	}
	return Beginning(address)
}

func name(n geoip2.Names, language string) string {
	chosen := n.English
	switch strings.ToLower(language) {
	case "de":
		chosen = n.German
	case "fr":
		chosen = n.French
	case "es":
		chosen = n.Spanish
	case "pt", "pt-br":
		chosen = n.BrazilianPortuguese
	}
	if chosen == "" {
		return n.English
	}
	return chosen
}

// Point is where an address seems to be, in degrees.
type Point struct{ Latitude, Longitude float64 }

// Point is the place of an address on the globe; false when it is not known.
func (p *Places) Point(ip string) (Point, bool) {
	address, err := netip.ParseAddr(ip)
	if err != nil || p == nil || p.towns == nil {
		return Point{}, false
	}
	found, err := p.towns.City(address.Unmap().WithZone(""))
	if err != nil || !found.Location.HasCoordinates() {
		return Point{}, false
	}
	return Point{*found.Location.Latitude, *found.Location.Longitude}, true
}

// earth is the radius of the earth in kilometres.
const earth = 6371

// Distance is how far two points are apart on the ground, in kilometres.
func (p Point) Distance(q Point) float64 {
	rad := func(degrees float64) float64 { return degrees * math.Pi / 180 }
	sin := func(d float64) float64 { return math.Pow(math.Sin(rad(d)/2), 2) }
	h := sin(q.Latitude-p.Latitude) + math.Cos(rad(p.Latitude))*math.Cos(rad(q.Latitude))*sin(q.Longitude-p.Longitude)
	return 2 * earth * math.Asin(math.Sqrt(min(h, 1)))
}

// Network is the address with what names one connection in it set to zero, as Beginning
// shows it; "" for what is no address.
func Network(ip string) string {
	address, err := netip.ParseAddr(ip)
	if err != nil {
		return ""
	}
	address = address.Unmap().WithZone("")
	bits := 48
	if address.Is4() {
		bits = 24
	}
	prefix, err := address.Prefix(bits)
	if err != nil {
		return ""
	}
	return prefix.Addr().String()
}

// Beginning is the network of an address, without what names one connection in it:
// three of the four numbers of IPv4, the first 48 bits of IPv6.
func Beginning(address netip.Addr) string {
	if address.Is4() {
		b := address.As4()
		return strconv.Itoa(int(b[0])) + "." + strconv.Itoa(int(b[1])) + "." + strconv.Itoa(int(b[2])) + ".x"
	}
	prefix, err := address.Prefix(48)
	if err != nil {
		return ""
	}
	return strings.TrimSuffix(prefix.Addr().String(), "::") + ":x"
}
