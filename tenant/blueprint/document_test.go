package blueprint_test

import (
	"errors"
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
		"version: 1\nroels: {}\n":                                                      `line 2: there is no section "roels"`,
		"version: 1\napplications:\n  shop:\n    nmae: Shop\n":                         `line 4: applications have no "nmae"`,
		"version: 1\ngroups:\n  a: {}\n  a: {}\n":                                      `line 4: "a" stands twice`,
		"version: 1\ngroups: [a]\n":                                                    "line 2: groups must be",
		"version: 7\n":                                                                 "line 1: this program knows version 1",
		"groups: {}\n":                                                                 "must say version",
		"version: 1\n---\nversion: 1\n":                                                "one document",
		"version: 1\ngroups:\n\t- x\n":                                                 "cannot be read",
		"version: 1\nroles:\n  a:\n    permissions: users.read\n":                      "line 4: roles: json: cannot unmarshal string",
		"version: 1\nroles:\n  a: {nested: b}\n":                                       "line 3: roles: json: cannot unmarshal string",
		"version: 1\ngroups:\n  a: {description: [x]}\n":                               "line 3: groups: json: cannot unmarshal array",
		"version: 1\napplications:\n  a: {name: [1]}\n":                                "line 3: applications: json: cannot unmarshal array",
		"version: 1\nprofile:\n  fields:\n    - {name: a, kind: b}\n":                  `line 3: profile: json: unknown field "kind"`,
		"version: 1\nproviders:\n  a: {client_secret: plain}\n":                        "line 3: providers: json: cannot unmarshal string",
		"version: 1\nsettings:\n  a: {1: b}\n":                                         `line 3: settings have no "a"`,
		"version: 1\nsettings:\n  sms_factor: true\n  session_idle: x\n":               "line 4: settings: session_idle must be of the type integer",
		"version: 1\nsettings: {phone_prefixes: [49]}\n":                               "line 2: settings: phone_prefixes must be of the type array",
		"version: 1\nsettings: {sms_factor: 1.5}\n":                                    "line 2: settings: sms_factor must be of the type boolean",
		"version: 1\ngroups:\n  a:\n    description: {1: b}\n":                         "line 4: groups: json: unsupported type",
		"version: 1\nassignments: {}\n":                                                "line 2: assignments must be a list",
		"version: 1\nassignments:\n  - {role: a}\n":                                    "line 3: an assignment has a role, and either a group or an application",
		"version: 1\nassignments:\n  - {role: a, group: b}\n  - {role: a, group: b}\n": `line 4: "a to group b" stands twice`,
		"version: 1\ndocuments:\n  a/1: {}\n  a/2: {}\n":                               "line 3: a/1 and a/2 cannot both be in force",
		"version: 1\ndocuments:\n  a: {}\n":                                            `line 3: "a": a document is named KIND/VERSION`,
		"version: 1\napplications:\n  a: {secret_from: {env: A, file: b}}\n":           "line 3: applications: a secret is a reference",
		"version: 1\nrealm:\n  name: Acme\n  slug: other-name\n":                       `line 4: realm have no "slug"`,
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

func TestAVersionThatWasToComeHasCome(t *testing.T) {
	t.Parallel()
	const came = "version: 1\ndocuments:\n  terms/1: {in_force: false}\n  terms/2: {in_force: true}\n  privacy/1: {}\n"
	const written = "version: 1\ndocuments:\n  terms/1: {}\n  terms/2: {from: 2026-01-01T00:00:00Z}\n  privacy/1: {}\n"
	if steps := blueprint.Compare(parse(t, came), parse(t, written)); len(steps) != 0 {
		t.Errorf("the document of before says of the realm of now: %+v", steps)
	}
	// Before that, the plan of the time is compared; what was in force is never destroyed.
	const waits = "version: 1\ndocuments:\n  terms/0: {in_force: false}\n  terms/1: {}\n  terms/2: {from: 2026-01-02T00:00:00Z}\n  privacy/1: {}\n"
	steps := blueprint.Compare(parse(t, waits), parse(t, written))
	if len(steps) != 1 || steps[0].Name != "terms/2" || len(steps[0].Fields) != 1 || steps[0].Fields[0].Name != "from" {
		t.Errorf("planned for another day: %+v", steps)
	}
}

func TestWhatIsAddedComesInItsOrder(t *testing.T) {
	t.Parallel()
	const written = "version: 1\ndocuments:\n  terms/3.9: {order: 1, in_force: false}\n  terms/3.10: {order: 2}\n"
	steps := blueprint.Compare(parse(t, "version: 1\n"), parse(t, written))
	if len(steps) != 2 || steps[0].Name != "terms/3.9" || steps[1].Name != "terms/3.10" {
		t.Errorf("steps %+v", steps)
	}
}

func TestSecretsAreReadWhereTheyStand(t *testing.T) {
	t.Parallel()
	const written = "version: 1\napplications:\n  a: {secret_from: {env: A}}\n  b: {secret_from: {file: b}}\n"
	d := parse(t, written)
	err := d.Resolve(func(of string, r blueprint.Reference) (string, bool, error) {
		return "cnry-" + r.Env, r.Env != "", nil
	})
	if err != nil {
		t.Fatal(err)
	}
	text, err := d.YAML()
	if err != nil || !strings.Contains(string(text), "cnry-A") || strings.Contains(string(text), "file") {
		t.Errorf("resolved to %s %v", text, err)
	}
	steps := blueprint.Compare(parse(t, "version: 1\n"), d)
	if told := blueprint.Text(steps); !strings.Contains(told, "a new secret") || strings.Contains(told, "cnry") {
		t.Errorf("the plan tells %s", told)
	}
	failing := parse(t, written).Resolve(func(string, blueprint.Reference) (string, bool, error) { return "", false, errors.New("away") })
	if failing == nil || failing.Error() != "applications a secret_from: away" {
		t.Errorf("a secret that is away: %v", failing)
	}
}
