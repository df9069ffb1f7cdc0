package templates

import (
	"fmt"
	"math"
	"strconv"
	"strings"
)

// Theme are a realm's colours, as #rgb or #rrggbb; anything else is ignored. A
// realm chooses the hue; lightness is adjusted until text is readable, so that no
// choice can make a page fail WCAG 2.2 AA.
type Theme struct {
	// Mode is light, dark or auto; empty means auto.
	Mode string
	// Primary colours the main button; Accent links and focus, Primary if empty.
	Primary, Accent string
	// Background colours the page behind the card. In the dark scheme only a
	// dark one is used.
	Background string
}

// ColorScheme is the value of the page's color-scheme meta element.
func (t Theme) ColorScheme() string {
	if t.forced() != "" {
		return t.Mode
	}
	return "light dark"
}

// forced is the scheme that the realm insists on, or "".
func (t Theme) forced() string {
	if t.Mode == "light" || t.Mode == "dark" {
		return t.Mode
	}
	return ""
}

// Forced is light or dark when the realm insists on one of them, else "".
func (t Theme) Forced() string { return t.forced() }

// The surfaces of css/page.css against which colours must be readable.
var (
	cardLight, cardDark = rgb{0xff, 0xff, 0xff}, rgb{0x17, 0x1a, 0x21}
	black, white        = rgb{}, rgb{0xff, 0xff, 0xff}
)

// Contrast that WCAG 2.2 asks of text (1.4.3) and of the shape of controls (1.4.11).
const (
	textContrast  = 4.5
	shapeContrast = 3.0
)

// Stylesheet is the realm's colours as custom properties of css/page.css, those
// of the light scheme named --l-…, of the dark --d-…; "" when it has none.
func (t Theme) Stylesheet() string {
	var css strings.Builder
	primary, hasPrimary := parseColour(t.Primary)
	accent, hasAccent := parseColour(t.Accent)
	if !hasAccent {
		accent, hasAccent = primary, hasPrimary
	}
	background, hasBackground := parseColour(t.Background)
	for _, scheme := range []struct {
		prefix     string
		card, away rgb
		dark       bool
	}{{"l", cardLight, black, false}, {"d", cardDark, white, true}} {
		if hasPrimary {
			button := primary.until(shapeContrast, scheme.card, scheme.away)
			text := button.ink()
			css.WriteString(property(scheme.prefix, "button", button))
			css.WriteString(property(scheme.prefix, "button-hover", button.mix(text.opposite(), 0.14)))
			css.WriteString(property(scheme.prefix, "on-button", text))
		}
		if hasAccent {
			css.WriteString(property(scheme.prefix, "link", accent.until(textContrast, scheme.card, scheme.away)))
		}
		if hasBackground && (!scheme.dark || background.luminance() < 0.1) {
			css.WriteString(property(scheme.prefix, "page", background))
			css.WriteString(property(scheme.prefix, "on-page", background.ink()))
			css.WriteString(property(scheme.prefix, "on-page-quiet", background.ink()))
		}
	}
	if css.Len() == 0 {
		return ""
	}
	return ":root{" + css.String() + "}\n"
}

func property(prefix, name string, c rgb) string {
	return fmt.Sprintf("--%s-%s:%s;", prefix, name, c)
}

type rgb [3]uint8

// String is the colour as CSS writes it.
func (c rgb) String() string { return fmt.Sprintf("#%02x%02x%02x", c[0], c[1], c[2]) }

// parseColour takes #rgb and #rrggbb only: whatever is written into a style
// sheet must not be able to end a declaration.
func parseColour(s string) (rgb, bool) {
	if len(s) == 4 && s[0] == '#' {
		s = string([]byte{'#', s[1], s[1], s[2], s[2], s[3], s[3]})
	}
	if len(s) != 7 || s[0] != '#' {
		return rgb{}, false
	}
	n, err := strconv.ParseUint(s[1:], 16, 32)
	if err != nil {
		return rgb{}, false
	}
	return rgb{uint8(n >> 16), uint8(n >> 8), uint8(n)}, true
}

// luminance is WCAG's relative luminance.
func (c rgb) luminance() float64 {
	linear := func(v uint8) float64 {
		s := float64(v) / 255
		if s <= 0.04045 {
			return s / 12.92
		}
		return math.Pow((s+0.055)/1.055, 2.4)
	}
	return 0.2126*linear(c[0]) + 0.7152*linear(c[1]) + 0.0722*linear(c[2])
}

func (c rgb) contrast(o rgb) float64 {
	a, b := c.luminance(), o.luminance()
	if a < b {
		a, b = b, a
	}
	return (a + 0.05) / (b + 0.05)
}

func (c rgb) mix(o rgb, share float64) rgb {
	var m rgb
	for i := range c {
		m[i] = uint8(math.Round(float64(c[i])*(1-share) + float64(o[i])*share))
	}
	return m
}

// until moves the colour towards another one, step by step, until it stands out
// enough from the surface.
func (c rgb) until(enough float64, surface, towards rgb) rgb {
	for share := 0.0; share < 1; share += 0.04 {
		if m := c.mix(towards, share); m.contrast(surface) >= enough {
			return m
		}
	}
	return towards
}

// ink is the colour of text on c: white if that is readable, because that is
// what people expect on a strong colour, else black.
func (c rgb) ink() rgb {
	if c.contrast(white) >= textContrast {
		return white
	}
	return black
}

func (c rgb) opposite() rgb {
	if c == white {
		return black
	}
	return white
}
