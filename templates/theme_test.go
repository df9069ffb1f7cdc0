package templates

import (
	"math/rand/v2"
	"strings"
	"testing"
)

// declared reads custom properties from a style sheet.
func declared(css string) map[string]rgb {
	found := make(map[string]rgb)
	for _, part := range strings.FieldsFunc(css, func(r rune) bool { return r == ';' || r == '{' || r == '\n' || r == ' ' }) {
		name, value, ok := strings.Cut(part, ":")
		if c, is := parseColour(value); ok && is {
			found[name] = c
		}
	}
	return found
}

func TestNoChoiceOfColourMakesTextUnreadable(t *testing.T) {
	t.Parallel()
	dice := rand.New(rand.NewPCG(1, 2))
	colour := func() string { return rgb{uint8(dice.Uint32()), uint8(dice.Uint32()), uint8(dice.Uint32())}.String() }
	for range 5000 {
		theme := Theme{Primary: colour(), Accent: colour(), Background: colour()}
		p := declared(theme.Stylesheet())
		for _, s := range []struct {
			prefix string
			card   rgb
		}{{"--l-", cardLight}, {"--d-", cardDark}} {
			if c := p[s.prefix+"on-button"].contrast(p[s.prefix+"button"]); c < textContrast {
				t.Fatalf("%+v: button text of %s has contrast %.2f", theme, s.prefix, c)
			}
			if c := p[s.prefix+"on-button"].contrast(p[s.prefix+"button-hover"]); c < textContrast {
				t.Fatalf("%+v: hovered button text of %s has contrast %.2f", theme, s.prefix, c)
			}
			if c := p[s.prefix+"button"].contrast(s.card); c < shapeContrast {
				t.Fatalf("%+v: button of %s has contrast %.2f with its card", theme, s.prefix, c)
			}
			if c := p[s.prefix+"link"].contrast(s.card); c < textContrast {
				t.Fatalf("%+v: link of %s has contrast %.2f", theme, s.prefix, c)
			}
			if page, ok := p[s.prefix+"page"]; ok && page.contrast(p[s.prefix+"on-page"]) < textContrast {
				t.Fatalf("%+v: text on the page of %s is unreadable", theme, s.prefix)
			}
		}
	}
}

func TestOnlyHexColoursReachAStyleSheet(t *testing.T) {
	t.Parallel()
	for _, bad := range []string{"red", "#12", "#12345", "#1234567", "#ggg", "#fff;}", "url(x)", "#12 456", "#+12345", "</style>"} {
		if css := (Theme{Primary: bad, Accent: bad, Background: bad}).Stylesheet(); css != "" {
			t.Errorf("Stylesheet of %q = %q, want none", bad, css)
		}
	}
	if css := (Theme{Primary: "#ABC"}).Stylesheet(); !strings.Contains(css, "--l-button:#") {
		t.Errorf("Stylesheet of #ABC = %q, want a button colour", css)
	}
}
