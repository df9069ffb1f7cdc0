package templates_test

import (
	"strings"
	"testing"
	"time"

	"authserver/templates"
)

func TestMatch(t *testing.T) {
	t.Parallel()
	for _, c := range []struct {
		name   string
		wishes []string
		want   string
	}{
		{"nothing asked", nil, "en"},
		{"exact", []string{"de"}, "de"},
		{"region", []string{"de-AT"}, "de"},
		{"quality", []string{"ja;q=0.9, de;q=0.8, en;q=0.1"}, "de"},
		{"ui_locales", []string{"ja-JP de en"}, "de"},
		{"another region's French", []string{"fr-CA"}, "fr"},
		{"Spanish of Latin America", []string{"es-419"}, "es"},
		{"Spanish of Mexico", []string{"es-MX,es;q=0.9,en;q=0.8"}, "es"},
		{"Portuguese", []string{"pt"}, "pt-BR"},
		{"Portuguese of Brazil", []string{"pt-BR"}, "pt-BR"},
		{"Portuguese of Portugal", []string{"pt-PT"}, "pt-BR"},
		{"unknown wish is passed over", []string{"ja", "de"}, "de"},
		{"earlier wish wins", []string{"en", "de"}, "en"},
		{"garbage", []string{";;;,,,=\x00", "de"}, "de"},
		{"empty wishes", []string{"", "", "de-DE,de;q=0.9"}, "de"},
		{"cut at a whole tag", []string{strings.Repeat("ja,", 9) + "de"}, "de"},
		{"too many tags", []string{strings.Repeat("ja,", 10) + "de"}, "en"},
	} {
		t.Run(c.name, func(t *testing.T) {
			t.Parallel()
			if got := templates.Match(c.wishes...); got != c.want {
				t.Errorf("Match(%q) = %q, want %q", c.wishes, got, c.want)
			}
		})
	}
}

// CVE-2022-32149: parsing time grew with the square of the header.
func TestHostileLanguageHeaderCostsNothing(t *testing.T) {
	t.Parallel()
	for _, hostile := range []string{
		strings.Repeat("x", 64<<10), strings.Repeat("en-", 20<<10), strings.Repeat("a-b_c,", 10<<10),
		strings.Repeat("de;q=0.", 9<<10), strings.Repeat(" ", 64<<10),
	} {
		start := time.Now()
		templates.Match(hostile)
		if took := time.Since(start); took > 50*time.Millisecond {
			t.Errorf("Match took %v for %.20q…", took, hostile)
		}
	}
}
