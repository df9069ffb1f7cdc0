package profile_test

import (
	"errors"
	"strings"
	"testing"

	"authserver/identity/profile"
	"authserver/internal/event/eventtest"
	"authserver/internal/fault"
)

func TestSchemaIsCheckedStoredAndTold(t *testing.T) {
	t.Parallel()
	h := newHouse(t)
	if s, err := h.profiles.Schema(h.Context, h.Realm.ID); err != nil || s.Version != 0 || len(s.Fields) != 0 {
		t.Errorf("before: %+v, %v", s, err)
	}
	first := h.set(t, field("team", profile.Select, required), field("motto", profile.Text))
	got, err := h.profiles.Schema(h.Context, h.Realm.ID)
	if err != nil || got.Version != 1 || len(got.Fields) != 2 || got.Fields[0].View != profile.Person {
		t.Errorf("after: %+v, %v", got, err)
	}
	if _, err := h.profiles.SetSchema(h.Context, h.Realm.ID, 0, nil); !errors.Is(err, profile.ErrSchemaChanged) {
		t.Errorf("from an old version: %v", err)
	}
	if s, err := h.profiles.SetSchema(h.Context, h.Realm.ID, first.Version, nil); err != nil || s.Version != 2 {
		t.Errorf("from the present version: %+v, %v", s, err)
	}
	if s, err := h.profiles.Schema(h.Context, h.Realm.ID); err != nil || s.Version != 2 {
		t.Errorf("memory is out of date: %+v, %v", s, err)
	}
	types := eventtest.Types(t, h.DB, h.Realm.ID)
	if n := len(types); types[n-1] != "profile.schema_changed" || types[n-2] != "profile.schema_changed" {
		t.Errorf("events: %v", types)
	}
	other := h.NewRealm(t, "other")
	if s, err := h.profiles.Schema(h.Context, other.ID); err != nil || s.Version != 0 {
		t.Errorf("another realm has it too: %+v, %v", s, err)
	}
}

func TestSchemaRefusesWhatNobodyCouldFillIn(t *testing.T) {
	t.Parallel()
	h := newHouse(t)
	text := func(spoil func(*profile.Field)) profile.Field { return field("team", profile.String, spoil) }
	for name, tc := range map[string]struct {
		fields []profile.Field
		at     string
	}{
		"a standard claim":       {[]profile.Field{field("email", profile.String)}, "fields[0].name"},
		"a claim of tokens":      {[]profile.Field{field("sub", profile.String)}, "fields[0].name"},
		"an input of our forms":  {[]profile.Field{field("password", profile.String)}, "fields[0].name"},
		"no snake":               {[]profile.Field{field("Team-Name", profile.String)}, "fields[0].name"},
		"twice":                  {[]profile.Field{field("team", profile.String), field("team", profile.Date)}, "fields[1].name"},
		"no English":             {[]profile.Field{text(func(f *profile.Field) { f.Labels = map[string]string{"de": "x"} })}, "fields[0].labels"},
		"a language of none":     {[]profile.Field{text(func(f *profile.Field) { f.Labels["klingon!"] = "x" })}, "fields[0].labels"},
		"an invisible label":     {[]profile.Field{text(func(f *profile.Field) { f.Labels["en"] = "a\u202eb" })}, "fields[0].labels"},
		"an unknown type":        {[]profile.Field{field("team", "list")}, "fields[0].type"},
		"bounds the wrong way":   {[]profile.Field{text(func(f *profile.Field) { f.Min, f.Max = number(3), number(2) })}, "fields[0].min"},
		"bounds of a date":       {[]profile.Field{field("d", profile.Date, func(f *profile.Field) { f.Min = number(1) })}, "fields[0].min"},
		"days of a text":         {[]profile.Field{text(func(f *profile.Field) { f.From = "2026-01-01" })}, "fields[0].from"},
		"no day":                 {[]profile.Field{field("d", profile.Date, func(f *profile.Field) { f.From = "2026-02-30" })}, "fields[0].from"},
		"longer than long":       {[]profile.Field{text(func(f *profile.Field) { f.Max = number(1e9) })}, "fields[0].max"},
		"no expression":          {[]profile.Field{text(func(f *profile.Field) { f.Pattern = "(" })}, "fields[0].pattern"},
		"two halves":             {[]profile.Field{text(func(f *profile.Field) { f.Pattern = "a)|(?:b" })}, "fields[0].pattern"},
		"a program too large":    {[]profile.Field{text(func(f *profile.Field) { f.Pattern = "((a{1000}){1000}){1000}" })}, "fields[0].pattern"},
		"backtracking":           {[]profile.Field{text(func(f *profile.Field) { f.Pattern = `(a)\1` })}, "fields[0].pattern"},
		"nothing to choose":      {[]profile.Field{field("s", profile.Select, func(f *profile.Field) { f.Options = nil })}, "fields[0].options"},
		"options of a text":      {[]profile.Field{text(func(f *profile.Field) { f.Options = []profile.Option{{Value: "x"}} })}, "fields[0].options"},
		"an option twice":        {[]profile.Field{field("s", profile.Select, func(f *profile.Field) { f.Options = []profile.Option{{Value: "x"}, {Value: "x"}} })}, "fields[0].options"},
		"an unknown role":        {[]profile.Field{text(func(f *profile.Field) { f.Edit = "guest" })}, "fields[0].view"},
		"scope openid":           {[]profile.Field{text(func(f *profile.Field) { f.Scope = "openid" })}, "fields[0].scope"},
		"a scope with blanks":    {[]profile.Field{text(func(f *profile.Field) { f.Scope = "a b" })}, "fields[0].scope"},
		"applications, no scope": {[]profile.Field{text(func(f *profile.Field) { f.Applications = []string{"shop"} })}, "fields[0].applications"},
		"too many":               {make([]profile.Field, 61), "fields"},
	} {
		_, err := h.profiles.SetSchema(h.Context, h.Realm.ID, -1, tc.fields)
		wrong, ok := fault.Of(err)
		if !ok || !errors.Is(err, profile.ErrSchemaInvalid) || wrong.Field != tc.at {
			t.Errorf("%s: %v, want a fault at %s", name, err, tc.at)
		}
	}
}

func TestValuesAreHeldToTheSchema(t *testing.T) {
	t.Parallel()
	h := newHouse(t)
	schema := h.set(t,
		field("line", profile.String, func(f *profile.Field) { f.Min, f.Max, f.Pattern = number(2), number(5), "[a-z]+" }),
		field("words", profile.Text), field("size", profile.Number, func(f *profile.Field) { f.Min, f.Max = number(-1), number(10) }),
		field("yes", profile.Boolean), field("must", profile.Boolean, required),
		field("day", profile.Date, func(f *profile.Field) { f.From, f.To = "2020-01-01", "2026-12-31" }),
		field("team", profile.Select), field("land", profile.Country), field("link", profile.URL),
		field("staff", profile.String, adminOnly), field("note", profile.String, hidden), field("needed", profile.String, required),
	)
	for _, tc := range []struct {
		name  string
		given any
		want  any // what is stored, or the fault
	}{
		{"line", " abc ", "abc"}, {"line", "", nil}, {"line", "a", profile.ErrShort}, {"line", "abcdef", profile.ErrLong}, {"line", "ab1", profile.ErrPattern},
		{"line", 4.0, profile.ErrText}, {"line", []any{"x"}, profile.ErrText}, {"line", "ab\ncd", profile.ErrText},
		{"words", "one\r\ntwo", "one\ntwo"}, {"words", "a\u202eb", profile.ErrText}, {"words", strings.Repeat("ä", 5000), strings.Repeat("ä", 5000)},
		{"words", strings.Repeat("a", 5001), profile.ErrLong}, {"words", strings.Repeat("a", 1<<20), profile.ErrLong},
		{"size", "2.5", 2.5}, {"size", 3, 3.0}, {"size", "-2", profile.ErrSmall}, {"size", 11.0, profile.ErrLarge}, {"size", "many", profile.ErrNumber}, {"size", "NaN", profile.ErrNumber},
		{"yes", "on", true}, {"yes", false, false}, {"yes", "perhaps", profile.ErrBoolean}, {"must", false, profile.ErrRequired}, {"must", true, true},
		{"day", "2026-05-04", "2026-05-04"}, {"day", "2019-12-31", profile.ErrEarly}, {"day", "2027-01-01", profile.ErrLate}, {"day", "2026-02-30", profile.ErrDate}, {"day", "4.5.2026", profile.ErrDate},
		{"team", "red", "red"}, {"team", "green", profile.ErrChoice}, {"land", "de", "DE"}, {"land", "XX", profile.ErrChoice},
		{"link", "https://example.com/x", "https://example.com/x"}, {"link", "javascript:alert(1)", profile.ErrLink}, {"link", "http://example.com", profile.ErrLink},
		{"staff", "7", profile.ErrProtected}, {"note", "x", profile.ErrUnknown}, {"nothing", "x", profile.ErrUnknown}, {"needed", " ", profile.ErrRequired}, {"needed", nil, profile.ErrRequired},
	} {
		clean, faults := schema.Check(profile.Person, map[string]any{tc.name: tc.given})
		if want, refused := tc.want.(*fault.Fault); refused {
			if len(faults) != 1 || !errors.Is(faults[0], want) || faults[0].Field != tc.name {
				t.Errorf("%s = %.40v: %v, want %s", tc.name, tc.given, faults, want.Code)
			}
			continue
		}
		if got, there := clean[tc.name]; len(faults) != 0 || !there || got != tc.want {
			t.Errorf("%s = %.40v: stored %v (%v), want %v", tc.name, tc.given, got, faults, tc.want)
		}
	}
	clean, err := h.profiles.Validate(h.Context, h.Realm.ID, profile.Admin, map[string]any{"staff": "7", "note": "x", "needed": nil})
	if err != nil || clean["staff"] != "7" || clean["note"] != "x" {
		t.Errorf("an administrator: %v, %v", clean, err)
	}
	if _, err := h.profiles.Validate(h.Context, h.Realm.ID, profile.Admin, map[string]any{"size": 99.0}); !errors.Is(err, profile.ErrLarge) {
		t.Errorf("an administrator is held to the rules, too: %v", err)
	}
}
