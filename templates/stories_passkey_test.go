package templates_test

import (
	"time"

	"authserver/templates"
)

// passkeyStories are the pages of the area in the states that people meet.
func passkeyStories() map[string]templates.Page {
	at := time.Date(2026, 5, 4, 12, 30, 0, 0, time.UTC)
	shop := templates.App{Name: "Little Shop", HomeURL: "https://shop.example", Host: "shop.example"}
	frame := templates.Frame{FlowID: "0192f0c1-0000-7000-8000-000000000001", Proof: "cHJvb2Y"}
	refused, badName := frame, frame
	refused.Problems = []templates.Problem{{Code: "passkey_refused"}}
	badName.Problems = []templates.Problem{{Code: "passkey_label_invalid", Field: "label"}}
	const other = "/realms/acme/login?flow=1&proof=2"

	below := console("security")
	below.Sub = true
	added, last := below, below
	added.Done = "passkey_added"
	last.Problems = []templates.Problem{{Code: "passkey_last_way_in"}}
	phone := templates.PasskeyItem{Path: "/passkeys/1", Title: "Phone", Synced: true, Verifies: true, AddedAt: at, UsedAt: at.Add(49 * time.Hour)}
	key := templates.PasskeyItem{Path: "/passkeys/2", AddedAt: at.Add(time.Hour)}
	copied := templates.PasskeyItem{Path: "/passkeys/3", Title: "A-very-long-name-without-any-break-that-somebody-has-given-it", Verifies: true, Suspected: true, AddedAt: at, UsedAt: at}
	return map[string]templates.Page{
		"passkeysignin":          &templates.PasskeySignIn{Frame: frame, App: shop, OtherURL: other},
		"passkeysignin-refused":  &templates.PasskeySignIn{Frame: refused, OtherURL: other},
		"passkeyconfirm":         &templates.PasskeyConfirm{Frame: frame, App: shop, OtherURL: other},
		"passkeyconfirm-refused": &templates.PasskeyConfirm{Frame: refused, OtherURL: other},
		"passkeyenrol":           &templates.PasskeyEnrol{Frame: frame, App: shop, OtherURL: other},
		"passkeyenrol-name":      &templates.PasskeyEnrol{Frame: badName, Label: "x", OtherURL: other},
		"accountpasskeys": &templates.AccountPasskeys{AccountFrame: added, Passkeys: []templates.PasskeyItem{phone, key, copied},
			RelyingParty: "auth.example", Handle: "aGFuZGxl", Credentials: `["AQ","Ag","Aw"]`},
		"accountpasskeys-none":    &templates.AccountPasskeys{AccountFrame: below},
		"accountpasskeys-full":    &templates.AccountPasskeys{AccountFrame: below, Passkeys: []templates.PasskeyItem{phone}, Full: true},
		"accountpasskeynew":       &templates.AccountPasskeyNew{AccountFrame: below},
		"accountpasskey":          &templates.AccountPasskey{AccountFrame: below, Passkey: phone, Label: "Phone"},
		"accountpasskey-copied":   &templates.AccountPasskey{AccountFrame: below, Passkey: copied, Label: copied.Title},
		"accountpasskeyremove":    &templates.AccountPasskeyRemove{AccountFrame: below, Passkey: phone},
		"accountpasskeyremove-no": &templates.AccountPasskeyRemove{AccountFrame: last, Passkey: key},
	}
}
