package application

import (
	"slices"
	"strings"

	"authserver/tenant/realm"
)

// providersMost bounds the list of upstream providers.
const providersMost = 50

// fieldName reports whether s has the form of a claim's or profile field's name.
func fieldName(s string) bool {
	return s != "" && len(s) <= 64 && strings.Trim(s, "abcdefghijklmnopqrstuvwxyz0123456789_") == ""
}

// checkPeople judges what the application asks of people.
func (a *Application) checkPeople() error {
	if a.SecondFactor != "" && a.SecondFactor != realm.Required {
		return ErrInvalid.At("second_factor").Say("Leave it empty for what the realm says, or choose required.")
	}
	if len(a.Providers) > providersMost {
		return ErrInvalid.At("providers").Say("That list is too long.")
	}
	for _, name := range a.Providers {
		if realm.CheckSlug(name) != nil {
			return ErrInvalid.At("providers").Say("Each is the name of one of the realm's providers.")
		}
	}
	for _, name := range a.RequiredFields {
		if !fieldName(name) {
			return ErrInvalid.At("required_fields").Say("Each is the name of a claim or of one of the realm's own fields.")
		}
	}
	return nil
}

// RequiresSecondFactor reports whether nobody goes on to the application with a
// password alone.
func (a *Application) RequiresSecondFactor() bool { return a.SecondFactor == realm.Required }

// Offers reports whether people may sign in to the application with the realm's
// upstream provider of that name.
func (a *Application) Offers(provider string) bool {
	return a.Providers == nil || slices.Contains(a.Providers, provider)
}
