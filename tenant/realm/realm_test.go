package realm_test

import (
	"context"
	"errors"
	"strings"
	"testing"

	"authserver/internal/fault"
	"authserver/tenant/realm"
)

func TestSlugRules(t *testing.T) {
	t.Parallel()
	for slug, want := range map[string]error{
		"a": nil, "0": nil, "acme": nil, "a-b": nil, "a--b": nil, "demo": nil, "default": nil, "42": nil,
		strings.Repeat("a", 63): nil,
		strings.Repeat("a", 64): realm.ErrSlugInvalid,
		"":                      realm.ErrSlugInvalid,
		"-a":                    realm.ErrSlugInvalid,
		"a-":                    realm.ErrSlugInvalid,
		"-":                     realm.ErrSlugInvalid,
		"Acme":                  realm.ErrSlugInvalid,
		"a.b":                   realm.ErrSlugInvalid,
		"a_b":                   realm.ErrSlugInvalid,
		"a/b":                   realm.ErrSlugInvalid,
		"a b":                   realm.ErrSlugInvalid,
		"a\x00":                 realm.ErrSlugInvalid,
		"a\n":                   realm.ErrSlugInvalid,
		"ümlaut":                realm.ErrSlugInvalid,
		"аcme":                  realm.ErrSlugInvalid, // Cyrillic
		"ａｃｍｅ":                  realm.ErrSlugInvalid, // full width
		"xn--80ak6aa92e":        realm.ErrSlugReserved,
		"admin":                 realm.ErrSlugReserved,
		"api":                   realm.ErrSlugReserved,
		"realms":                realm.ErrSlugReserved,
		"www":                   realm.ErrSlugReserved,
	} {
		if got := realm.CheckSlug(slug); !errors.Is(got, want) || want == nil && got != nil {
			t.Errorf("CheckSlug(%q) = %v, want %v", slug, got, want)
		}
	}
}

func TestDisplayNameKeepsWhatPeopleCanSee(t *testing.T) {
	t.Parallel()
	for in, want := range map[string]string{
		"Acme":                   "Acme",
		"  Acme GmbH & Co. ":     "Acme GmbH & Co.",
		"Cafe\u0301":             "Caf\u00e9", // normal form C
		"日本語":                    "日本語",
		"می\u200cخواهم":          "می\u200cخواهم", // a joiner that Persian needs
		"👩\u200d🚀":               "👩\u200d🚀",
		strings.Repeat("ä", 100): strings.Repeat("ä", 100),
	} {
		got, err := realm.DisplayName("name", in)
		if err != nil || got != want {
			t.Errorf("DisplayName(%q) = %q, %v, want %q", in, got, err, want)
		}
	}
	for name, in := range map[string]string{
		"empty": "", "blank": " \t ", "too long": strings.Repeat("a", 101), "far too long": strings.Repeat("a", 1<<20),
		"NUL": "a\x00b", "newline": "a\nb", "tab": "a\tb", "escape": "a\x1bb", "delete": "a\x7fb", "C1": "a\u0085b",
		"line separator": "a\u2028b", "right-to-left override": "a\u202eb", "isolate": "a\u2066b", "mark": "a\u200eb",
		"zero width space": "a\u200bb", "byte order mark": "a\ufeffb", "soft hyphen": "a\u00adb", "no-break space": "a\u00a0b",
		"tag": "a\U000e0041b", "private use": "a\ue000b", "unassigned": "a\U000dfffdb", "noncharacter": "a\ufffeb",
		"replacement": "a\ufffdb", "not UTF-8": "a\xffb", "surrogate": "a\xed\xa0\x80b", "filler": "a\u3164b",
		"joiner in ASCII": "Ac\u200dme", "joiner at the end": "日\u200d",
	} {
		_, err := realm.DisplayName("name", in)
		if f, ok := fault.Of(err); !ok || f.Kind != fault.Invalid || f.Field != "name" {
			t.Errorf("%s: DisplayName(%q) error is %v, want a fault at name", name, in, err)
		}
	}
}

func TestWebURLIsPlainHTTPS(t *testing.T) {
	t.Parallel()
	for _, good := range []string{
		"", "https://acme.example/logo.svg", "https://cdn.acme.example:8443/a/b?v=1", "https://[2001:db8::1]/l.png",
	} {
		if got, err := realm.WebURL("logo_url", good); err != nil || got != good {
			t.Errorf("WebURL(%q) = %q, %v", good, got, err)
		}
	}
	for _, bad := range []string{
		"http://acme.example/l.png", "HTTPS://acme.example/l.png", "//acme.example/l.png", "/l.png", "https:acme", "https://",
		"https:///l.png", "https://:443/l.png", "https://u@acme.example/", "https://u:p@acme.example/", "https://a@b@acme.example/", "https://acme.example/#f",
		"javascript:alert(1)", "JaVaScRiPt:alert(1)", "java\tscript:alert(1)", "\tjavascript:alert(1)", "data:text/html,x", "vbscript:x", "file:///etc/passwd",
		"blob:https://acme.example/1", "https://acme.example/\\evil", "https://acme.example/ a", "https://acme.example/\n", "https://acme.example/\x00",
		"https://acme.example/\"><script>", "https://ácme.example/", "https://acme.example/%zz", "https://acme.example/" + strings.Repeat("a", 2048),
	} {
		if _, err := realm.WebURL("logo_url", bad); !errors.Is(err, realm.ErrURLInvalid) {
			t.Errorf("WebURL(%q) error is %v, want ErrURLInvalid", bad, err)
		}
	}
}

func TestContextCarriesTheRealm(t *testing.T) {
	t.Parallel()
	r := &realm.Realm{ID: "1", Slug: "acme"}
	ctx := realm.Into(t.Context(), r)
	if got := realm.From(ctx); got != r {
		t.Errorf("From = %v, want %v", got, r)
	}
	if _, ok := realm.Maybe(t.Context()); ok {
		t.Error("Maybe found a realm in an empty context")
	}
	if _, ok := realm.Maybe(realm.Into(t.Context(), nil)); ok {
		t.Error("Maybe took nil for a realm")
	}
	defer func() {
		if recover() == nil {
			t.Error("From did not panic without a realm")
		}
	}()
	realm.From(context.Background())
}
