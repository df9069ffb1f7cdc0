package application

import (
	"testing"

	"authserver/internal/fault"
)

func TestWhatAnApplicationAsksOfPeople(t *testing.T) {
	t.Parallel()
	for name, c := range map[string]struct {
		change func(*Draft)
		field  string // empty: allowed
	}{
		"nothing":           {func(*Draft) {}, ""},
		"a second factor":   {func(d *Draft) { d.SecondFactor = "required" }, ""},
		"less than all":     {func(d *Draft) { d.SecondFactor = "never" }, "second_factor"},
		"no providers":      {func(d *Draft) { d.Providers = []string{} }, ""},
		"a provider's URL":  {func(d *Draft) { d.Providers = []string{"https://x"} }, "providers"},
		"fields":            {func(d *Draft) { d.RequiredFields = []string{"name", "customer_number"} }, ""},
		"a field of spaces": {func(d *Draft) { d.RequiredFields = []string{"a name"} }, "required_fields"},
	} {
		d := webDraft()
		c.change(&d)
		a, err := d.application()
		f, _ := fault.Of(err)
		switch {
		case c.field == "" && err != nil:
			t.Errorf("%s: %v", name, err)
		case c.field != "" && (f == nil || f.Field != c.field):
			t.Errorf("%s: %v, want a fault at %s", name, err, c.field)
		}
		if err == nil && !a.Registration {
			t.Errorf("%s: nobody may register", name)
		}
	}
}

func TestProvidersOfAnApplication(t *testing.T) {
	t.Parallel()
	if a := (&Application{}); !a.Offers("google") {
		t.Error("no list must mean all")
	}
	if a := (&Application{Providers: []string{}}); a.Offers("google") {
		t.Error("an empty list must mean none")
	}
	if a := (&Application{Providers: []string{"google"}}); !a.Offers("google") || a.Offers("github") {
		t.Error("the list does not count")
	}
}
