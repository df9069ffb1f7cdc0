package templates

import (
	"io/fs"
	"reflect"
	"regexp"
	"slices"
	"strings"
	"testing"
)

func TestEveryPageHasItsFileAndTheReverse(t *testing.T) {
	t.Parallel()
	var structs, names []string
	for _, p := range pages() {
		structs = append(structs, nameOf(p))
	}
	entries, err := fs.ReadDir(files, "page")
	if err != nil {
		t.Fatal(err)
	}
	for _, e := range entries {
		names = append(names, strings.TrimSuffix(e.Name(), ".html"))
	}
	slices.Sort(structs)
	if !slices.Equal(structs, names) {
		t.Errorf("structs %v, files %v", structs, names)
	}
}

var field = regexp.MustCompile(`\.([A-Z]\w*)`)

// A field that no template shows is a promise that the page does not keep.
func TestEveryFieldIsShownAndExists(t *testing.T) {
	t.Parallel()
	layouts, err := fs.Glob(files, "layout/*.html")
	if err != nil {
		t.Fatal(err)
	}
	layout := ""
	for _, name := range layouts {
		layout += source(t, name)
	}
	for _, p := range pages() {
		typ := reflect.TypeOf(p)
		page := source(t, "page/"+nameOf(p)+".html")
		shown := make(map[string]bool)
		for _, m := range field.FindAllStringSubmatch(page+layout, -1) {
			shown[m[1]] = true
		}
		for i := range typ.Elem().NumField() {
			f := typ.Elem().Field(i)
			// The error page shows Code and Message as its Problem.
			if f.Anonymous || shown[f.Name] || shown["Problem"] && (f.Name == "Code" || f.Name == "Message") {
				continue
			}
			t.Errorf("%s.%s is shown nowhere", typ.Elem().Name(), f.Name)
		}
	}
}

func source(t *testing.T, name string) string {
	t.Helper()
	raw, err := files.ReadFile(name)
	if err != nil {
		t.Fatal(err)
	}
	return string(raw)
}
