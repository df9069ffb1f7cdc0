package blueprint_test

import (
	"strings"
	"testing"

	"authserver/tenant/blueprint"
)

const shop = `version: 1
applications:
  shop:
    name: Shop
    type: service
roles:
  shop/clerk:
    name: Clerk
    permissions: ["shop:b", "shop:a"]
`

func parse(t *testing.T, text string) *blueprint.Document {
	t.Helper()
	d, err := blueprint.Parse(strings.NewReader(text))
	if err != nil {
		t.Fatal(err)
	}
	return d
}

func TestWhatIsUnknownIsAnErrorWithItsLine(t *testing.T) {
	t.Parallel()
	for text, says := range map[string]string{
		"version: 1\nroels: {}\n":                                     `line 2: there is no section "roels"`,
		"version: 1\napplications:\n  shop:\n    nmae: Shop\n":        `line 4: applications have no "nmae"`,
		"version: 1\ngroups:\n  a: {}\n  a: {}\n":                     `line 4: "a" stands twice`,
		"version: 1\ngroups: [a]\n":                                   "line 2: groups must be",
		"version: 7\n":                                                "line 1: this program knows version 1",
		"groups: {}\n":                                                "must say version",
		"version: 1\n---\nversion: 1\n":                               "one document",
		"version: 1\ngroups:\n\t- x\n":                                "cannot be read",
		"version: 1\nroles:\n  a:\n    permissions: users.read\n":     "line 4: roles: json: cannot unmarshal string",
		"version: 1\nroles:\n  a: {nested: b}\n":                      "line 3: roles: json: cannot unmarshal string",
		"version: 1\ngroups:\n  a: {description: [x]}\n":              "line 3: groups: json: cannot unmarshal array",
		"version: 1\napplications:\n  a: {name: [1]}\n":               "line 3: applications: json: cannot unmarshal array",
		"version: 1\nprofile:\n  fields:\n    - {name: a, kind: b}\n": `line 3: profile: json: unknown field "kind"`,
		"version: 1\nproviders:\n  a: {client_secret: plain}\n":       "line 3: providers: json: cannot unmarshal string",
		"version: 1\nsettings:\n  a: {1: b}\n":                        "line 3: settings: json: unsupported type",
		"version: 1\nrealm:\n  name: Acme\n  slug: other-name\n":      `line 4: realm have no "slug"`,
	} {
		_, err := blueprint.Parse(strings.NewReader(text))
		if err == nil || !strings.Contains(err.Error(), says) {
			t.Errorf("%q: %v does not say %q", text, err, says)
		}
	}
}

func TestAPlanIsWhatDiffers(t *testing.T) {
	t.Parallel()
	have, want := parse(t, shop), parse(t, strings.NewReplacer("name: Clerk", "name: Shop clerk", `"shop:b", "shop:a"`, `"shop:a", "shop:b"`).Replace(shop)+"groups:\n  sales: {}\n")
	steps := blueprint.Compare(have, want)
	if len(steps) != 2 || steps[0].Kind != blueprint.Change || steps[0].Name != "shop/clerk" || len(steps[0].Fields) != 1 || steps[1].Kind != blueprint.Add || steps[1].Name != "sales" {
		t.Errorf("steps %+v", steps)
	}
	if text := blueprint.Text(steps); !strings.Contains(text, `name: "Clerk" → "Shop clerk"`) || !strings.Contains(text, "1 to add, 1 to change, 0 to destroy") {
		t.Errorf("text %s", text)
	}
	// A section that is left out is left alone; one that is empty is emptied, last things first.
	if steps := blueprint.Compare(have, parse(t, "version: 1\n")); len(steps) != 0 {
		t.Errorf("an empty document: %+v", steps)
	}
	gone := blueprint.Compare(have, parse(t, "version: 1\napplications: {}\nroles: {}\n"))
	if len(gone) != 2 || gone[0].Section != "roles" || gone[1].Section != "applications" || !blueprint.Destroys(gone) {
		t.Errorf("emptied: %+v", gone)
	}
	if text := blueprint.Text(nil); !strings.Contains(text, "Nothing to do") {
		t.Error(text)
	}
}

func TestADocumentIsReadAsItIsWritten(t *testing.T) {
	t.Parallel()
	text, err := parse(t, shop).YAML()
	if err != nil {
		t.Fatal(err)
	}
	if steps := blueprint.Compare(parse(t, shop), parse(t, string(text))); len(steps) != 0 {
		t.Errorf("%s differs by %+v", text, steps)
	}
}
