package templates

import (
	"embed"
	"fmt"
	"io/fs"
	"strings"
	"sync"

	"github.com/BurntSushi/toml"
	"github.com/nicksnyder/go-i18n/v2/i18n"
	"golang.org/x/text/language"
	"golang.org/x/text/language/display"
)

//go:embed locale/*/*.toml
var catalogues embed.FS

const (
	// fallback speaks when nothing that a person asks for is available.
	fallback = "en"
	// A header of 64 KiB with thousands of tags once kept parsers busy for
	// seconds (CVE-2022-32149); nobody reads more than a handful of languages.
	maxPreferenceBytes = 1024
	maxPreferenceTags  = 10
)

// Languages are the languages that have a complete catalogue, the fallback first.
func Languages() []string { return []string{fallback, "de", "fr", "es", "pt-BR"} }

// Match is the language that suits best. Each argument is one wish, the most
// important first, in the form of Accept-Language or of a list of BCP 47 tags
// divided by spaces (ui_locales); a wish that nothing suits is passed over.
func Match(preferred ...string) string {
	for _, wish := range preferred {
		if l, ok := match(wish); ok {
			return l
		}
	}
	return fallback
}

func match(wish string) (string, bool) {
	if wish == "" {
		return "", false
	}
	for _, l := range Languages() {
		if wish == l {
			return l, true
		}
	}
	tags, _, err := language.ParseAcceptLanguage(bounded(wish))
	if err != nil || len(tags) == 0 {
		return "", false
	}
	_, i, confidence := speech().matcher.Match(tags[:min(len(tags), maxPreferenceTags)]...)
	if confidence == language.No {
		return "", false
	}
	return Languages()[i], true
}

// bounded makes one comma-separated list of a wish and cuts it at a whole tag.
func bounded(wish string) string {
	cut := len(wish) > maxPreferenceBytes
	if cut {
		wish = wish[:maxPreferenceBytes]
	}
	if !strings.Contains(wish, ",") && !strings.Contains(wish, ";") {
		wish = strings.Join(strings.Fields(wish), ",")
	}
	parts := strings.SplitN(wish, ",", maxPreferenceTags+1)
	if cut || len(parts) > maxPreferenceTags {
		parts = parts[:len(parts)-1]
	}
	return strings.Join(parts, ",")
}

type voices struct {
	matcher    language.Matcher
	localizers map[string]*i18n.Localizer
}

var speech = sync.OnceValue(func() voices {
	bundle := i18n.NewBundle(language.MustParse(fallback))
	bundle.RegisterUnmarshalFunc("toml", toml.Unmarshal)
	v := voices{localizers: make(map[string]*i18n.Localizer)}
	var tags []language.Tag
	for _, l := range Languages() {
		if err := learn(bundle, l); err != nil {
			panic(fmt.Sprintf("templates: catalogue of %s: %v", l, err))
		}
		v.localizers[l] = i18n.NewLocalizer(bundle, l)
		tags = append(tags, language.MustParse(l))
	}
	v.matcher = language.NewMatcher(tags)
	return v
})

// learn reads a language's catalogue: one file for each area of the pages.
func learn(bundle *i18n.Bundle, lang string) error {
	areas, err := fs.Glob(catalogues, "locale/"+lang+"/*.toml")
	if err != nil {
		return err
	}
	for _, area := range areas {
		raw, err := catalogues.ReadFile(area)
		if err != nil {
			return err
		}
		// The bundle takes the language from the file's name.
		if _, err := bundle.ParseMessageFileBytes(raw, lang+".toml"); err != nil {
			return fmt.Errorf("%s: %w", area, err)
		}
	}
	return nil
}

// direction follows the script in which the language is usually written.
func direction(lang string) string {
	script, _ := language.Make(lang).Script()
	switch script.String() {
	case "Arab", "Hebr", "Syrc", "Thaa", "Nkoo", "Adlm", "Rohg":
		return "rtl"
	}
	return "ltr"
}

func nativeName(lang string) string {
	return display.Self.Name(language.Make(lang))
}
