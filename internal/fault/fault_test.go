package fault_test

import (
	"errors"
	"fmt"
	"testing"
	"time"

	"authserver/internal/fault"
)

var errTaken = fault.New(fault.Conflict, "address_taken", "That address is already in use.")

func TestCopiesMatchTheDeclaredFaultAndLeaveItAlone(t *testing.T) {
	t.Parallel()
	copies := map[string]*fault.Fault{
		"at":    errTaken.At("email"),
		"say":   errTaken.Say("Take another one."),
		"after": errTaken.After(time.Minute),
	}
	for name, c := range copies {
		if !errors.Is(fmt.Errorf("register: %w", c), errTaken) {
			t.Errorf("%s: the copy does not match", name)
		}
	}
	if errTaken.Field != "" || errTaken.RetryAfter != 0 || errTaken.Message != "That address is already in use." {
		t.Errorf("the declared fault changed: %+v", errTaken)
	}
	if got, want := errTaken.At("email").Error(), "address_taken (email): That address is already in use."; got != want {
		t.Errorf("got %q, want %q", got, want)
	}
}

func TestFaultsOfOtherCodesDoNotMatch(t *testing.T) {
	t.Parallel()
	if errors.Is(errTaken, fault.New(fault.Conflict, "other", "")) {
		t.Error("matched by kind")
	}
	if errors.Is(errTaken, (*fault.Fault)(nil)) {
		t.Error("matched nil")
	}
}

func TestOfFindsTheFaultInAChain(t *testing.T) {
	t.Parallel()
	got, ok := fault.Of(fmt.Errorf("a: %w", fmt.Errorf("b: %w", errTaken)))
	if !ok || got != errTaken {
		t.Errorf("got %v, %v", got, ok)
	}
	for _, err := range []error{nil, errors.New("x"), (*fault.Fault)(nil)} {
		if _, ok := fault.Of(err); ok {
			t.Errorf("found a fault in %v", err)
		}
	}
}

func TestEveryKindHasAName(t *testing.T) {
	t.Parallel()
	seen := map[string]bool{}
	for k := fault.Internal; k <= fault.Unavailable; k++ {
		if seen[k.String()] {
			t.Errorf("kind %d shares the name %q", k, k)
		}
		seen[k.String()] = true
	}
	if got := fault.Kind(99).String(); got != "internal" {
		t.Errorf("an unknown kind is %q", got)
	}
}
