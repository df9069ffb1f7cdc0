package realm

import (
	"strings"

	"authserver/internal/fault"
)

// Faults of a realm's look.
var (
	ErrColorInvalid = fault.New(fault.Invalid, "color_invalid", "A colour is written as #rrggbb.")
	ErrThemeInvalid = fault.New(fault.Invalid, "theme_invalid", "A theme is auto, light or dark.")
)

// Theme says whether pages are light or dark.
type Theme string

// The themes. ThemeAuto follows the person's system.
const (
	ThemeAuto  Theme = "auto"
	ThemeLight Theme = "light"
	ThemeDark  Theme = "dark"
)

// Branding is how the realm's pages look. Empty fields are the product's own.
// Nothing here is markup: what reaches a style sheet is a checked colour.
type Branding struct {
	LogoURL         string `json:"logo_url,omitempty"`
	PrimaryColor    string `json:"primary_color,omitempty"`
	BackgroundColor string `json:"background_color,omitempty"`
	Theme           Theme  `json:"theme,omitempty"`
}

func (b *Branding) normalise() error {
	var err error
	if b.LogoURL, err = WebURL("logo_url", b.LogoURL); err != nil {
		return err
	}
	if b.PrimaryColor, err = color("primary_color", b.PrimaryColor); err != nil {
		return err
	}
	if b.BackgroundColor, err = color("background_color", b.BackgroundColor); err != nil {
		return err
	}
	switch b.Theme {
	case "":
		b.Theme = ThemeAuto
	case ThemeAuto, ThemeLight, ThemeDark:
	default:
		return ErrThemeInvalid.At("theme")
	}
	return nil
}

// color returns s in lower case. Only #rrggbb passes: a value that goes into CSS
// must not be able to end the declaration it stands in.
func color(field, s string) (string, error) {
	if s == "" {
		return "", nil
	}
	s = strings.ToLower(s)
	if len(s) != 7 || s[0] != '#' || strings.Trim(s[1:], "0123456789abcdef") != "" {
		return "", ErrColorInvalid.At(field)
	}
	return s, nil
}
