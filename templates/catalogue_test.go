package templates

import (
	"io/fs"
	"regexp"
	"slices"
	"strings"
	"testing"

	"github.com/BurntSushi/toml"
	"golang.org/x/text/feature/plural"
	"golang.org/x/text/language"
)

// catalogue maps message ids to forms ("other" for a message without plural).
func catalogue(t *testing.T, lang string) map[string]map[string]string {
	t.Helper()
	areas, err := fs.Glob(catalogues, "locale/"+lang+"/*.toml")
	if err != nil {
		t.Fatal(err)
	}
	messages := make(map[string]any)
	for _, area := range areas {
		raw, err := catalogues.ReadFile(area)
		if err != nil {
			t.Fatal(err)
		}
		var said map[string]any
		if err := toml.Unmarshal(raw, &said); err != nil {
			t.Fatalf("%s: %v", area, err)
		}
		for id, m := range said {
			if _, twice := messages[id]; twice {
				t.Errorf("%s says %q, which another area of %s says already", area, id, lang)
			}
			messages[id] = m
		}
	}
	all := make(map[string]map[string]string)
	for id, m := range messages {
		all[id] = make(map[string]string)
		switch m := m.(type) {
		case string:
			all[id]["other"] = m
		case map[string]any:
			for form, text := range m {
				all[id][form] = text.(string)
			}
		}
	}
	return all
}

// forms are the plural forms that CLDR gives a language for whole numbers.
func forms(lang string) []string {
	names := map[plural.Form]string{plural.Zero: "zero", plural.One: "one", plural.Two: "two", plural.Few: "few", plural.Many: "many", plural.Other: "other"}
	var used []string
	for n := range 1000 {
		name := names[plural.Cardinal.MatchPlural(language.MustParse(lang), n, 0, 0, 0, 0)]
		if !slices.Contains(used, name) {
			used = append(used, name)
		}
	}
	switch base, _ := language.MustParse(lang).Base(); base.String() {
	case "fr", "es", "pt", "it":
		// Of a million and more (CLDR 38); x/text does not know it yet, and the
		// catalogue's reader has no sentence for such a count without it.
		used = append(used, "many")
	}
	slices.Sort(used)
	return slices.Compact(used)
}

var placeholder = regexp.MustCompile(`\{\{\.(\w+)\}\}`)

func values(text string) []string {
	var names []string
	for _, m := range placeholder.FindAllStringSubmatch(text, -1) {
		names = append(names, m[1])
	}
	slices.Sort(names)
	return slices.Compact(names)
}

func TestEveryLanguageSaysEverything(t *testing.T) {
	t.Parallel()
	reference := catalogue(t, fallback)
	for _, lang := range Languages() {
		messages := catalogue(t, lang)
		for id, ref := range reference {
			m, ok := messages[id]
			if !ok {
				t.Errorf("%s has no message %q", lang, id)
				continue
			}
			if (len(ref) > 1) != (len(m) > 1) {
				t.Errorf("%s: %q has plural forms in one language only", lang, id)
			}
			for form, text := range m {
				if strings.TrimSpace(text) == "" {
					t.Errorf("%s: %q is empty", lang, id)
				}
				if got, want := values(text), values(ref["other"]); !slices.Equal(got, want) {
					t.Errorf("%s: %q (%s) uses %v, the reference %v", lang, id, form, got, want)
				}
			}
			if len(m) > 1 {
				for _, form := range forms(lang) {
					if m[form] == "" {
						t.Errorf("%s: %q lacks the form %q", lang, id, form)
					}
				}
			}
		}
		for id := range messages {
			if _, ok := reference[id]; !ok {
				t.Errorf("%s has %q, which the reference has not", lang, id)
			}
		}
	}
}

var called = regexp.MustCompile(`\b(?:t|n|rich) "(\w+)"`)

// Messages for faults, scopes, notifications, purposes, what was done, what happened, months and forms of dates are found by
// the name of the thing.
var byName = regexp.MustCompile(`^(fault|letter|scope|about_scope|done|activity|month|date_form|moment_form|purpose|notice_(advice|kind|topic|channel))(_|$)`)

func TestEveryMessageIsSaidAndExists(t *testing.T) {
	t.Parallel()
	messages := catalogue(t, fallback)
	said := make(map[string]bool)
	err := fs.WalkDir(files, ".", func(name string, d fs.DirEntry, err error) error {
		if err != nil || d.IsDir() {
			return err
		}
		raw, err := files.ReadFile(name)
		for _, m := range called.FindAllSubmatch(raw, -1) {
			id := string(m[1])
			said[id] = true
			if _, ok := messages[id]; !ok {
				t.Errorf("%s says %q, which is in no catalogue", name, id)
			}
		}
		return err
	})
	if err != nil {
		t.Fatal(err)
	}
	for id := range messages {
		if !said[id] && !byName.MatchString(id) {
			t.Errorf("no page says %q", id)
		}
		if name, ok := strings.CutPrefix(id, "scope_"); ok && messages["about_scope_"+name] == nil {
			t.Errorf("scope %s has a title and no detail", name)
		}
	}
}
