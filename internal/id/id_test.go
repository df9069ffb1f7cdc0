package id_test

import (
	"strings"
	"testing"

	"authserver/internal/id"
)

func TestNewIsValidUniqueAndSorted(t *testing.T) {
	t.Parallel()
	last := ""
	for range 10_000 {
		s := id.New()
		if !id.Valid(s) {
			t.Fatalf("%q is not valid", s)
		}
		if s <= last {
			t.Fatalf("%q does not sort after %q", s, last)
		}
		last = s
	}
}

func TestOtherSpellingsAreRefused(t *testing.T) {
	t.Parallel()
	good := "01890a5d-ac96-774b-bcce-b302099a8057"
	if !id.Valid(good) {
		t.Fatalf("%q is refused", good)
	}
	bad := []string{
		"", "x", strings.ToUpper(good), "{" + good + "}", "urn:uuid:" + good, good + " ", good[:35],
		strings.ReplaceAll(good, "-", ""),
		"01890a5d-ac96-474b-bcce-b302099a8057", // version 4
		"01890a5d-ac96-774b-ccce-b302099a8057", // another variant
		"01890a5d-ac96-774b-bcce-b302099a805g",
		"01890a5dxac96-774b-bcce-b302099a8057",
		"01890a5d-ac96-774b-bcce-b302099a80\x00\x00",
		"00000000-0000-0000-0000-000000000000",
	}
	for _, s := range bad {
		if id.Valid(s) {
			t.Errorf("%q is accepted", s)
		}
	}
}

func TestValidDoesNotAllocate(t *testing.T) {
	s := id.New()
	if n := testing.AllocsPerRun(100, func() { id.Valid(s) }); n != 0 {
		t.Errorf("%v allocations", n)
	}
}
