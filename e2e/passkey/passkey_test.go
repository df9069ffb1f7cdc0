package passkey_test

import (
	"testing"

	"github.com/chromedp/cdproto/emulation"
	"github.com/chromedp/chromedp"

	"authserver/identity/identitytest"
	"authserver/tenant/realm"
)

// password signs Ann in with her password.
func (s *screen) password(h *house) {
	s.t.Helper()
	s.visit(h.at("/start"))
	s.arrive("Sign in")
	s.fill("email", "ann@example.com")
	s.fill("password", identitytest.Password)
	s.press("Sign in")
}

func TestADeviceSignsInByButtonAndByAutofill(t *testing.T) {
	t.Parallel()
	h := open(t)
	u := h.User(t, "ann@example.com")
	s := browse(t, 1280)
	s.password(h)
	s.arrive("You are in")
	if how := s.text("#how"); how != "pwd 1" {
		t.Errorf("came in by %s", how)
	}

	phone := s.plug(platform())
	s.visit(h.at("/account/passkeys"))
	s.hold("no passkeys")
	s.press("Add a passkey")
	s.arrive("Add a passkey")
	s.hold("add")
	s.fill("label", "Phone")
	phone.verifies(false)
	s.press("Add passkey")
	s.says(`@data-passkey-state`, "Nothing was confirmed")
	phone.verifies(true)
	s.press("Add passkey")
	s.arrive("Passkeys")
	s.says(`@role="status"`, "was added")
	s.hold("passkeys")
	kept := phone.credentials()
	if len(kept) != 1 || !kept[0].IsResidentCredential || kept[0].RpID != "localhost" || kept[0].UserName != "ann@example.com" || len(kept[0].UserHandle) != 32 {
		t.Errorf("the device keeps %+v", kept)
	}
	all, err := h.passkeys.List(h.Context, h.Realm.ID, u.ID)
	if err != nil || len(all) != 1 || !all[0].Discoverable || !all[0].UserVerified || !all[0].BackupEligible {
		t.Fatalf("the server keeps %+v, %v", all, err)
	}

	s.visit(h.at("/account/passkeys/new"))
	s.press("Add passkey")
	s.says(`@data-passkey-state`, "already has a passkey")

	// By the button: nobody touches the device before.
	phone.touched(false)
	s.forget()
	s.visit(h.at("/start"))
	s.arrive("Sign in")
	s.hold("sign in")
	s.tap("Sign in with a passkey", phone)
	s.arrive("You are in")
	if how := s.text("#how"); how != "swk user mfa 2" {
		t.Errorf("came in by %s", how)
	}

	// By the field for the address, with no press at all.
	s.forget()
	s.visit(h.at("/start"))
	s.arrive("You are in")

	// Removed: the device hears of it, and what it still holds opens nothing.
	phone.touched(false)
	s.forget()
	s.password(h)
	s.arrive("Confirm that it is you")
	s.tap("Use passkey", phone)
	s.arrive("You are in")
	s.visit(h.at("/account/passkeys/" + all[0].ID))
	s.arrive("Phone")
	s.hold("one")
	s.press("Remove passkey")
	s.arrive("Remove this passkey?")
	s.hold("remove")
	held := phone.credentials()[0]
	s.press("Remove passkey")
	s.arrive("Passkeys")
	s.says(`@role="status"`, "was removed")
	if left := phone.credentials(); len(left) != 0 {
		t.Errorf("the device goes on offering %+v", left)
	}
	phone.put(held)
	phone.touched(false)
	s.forget()
	s.visit(h.at("/start"))
	s.arrive("Sign in")
	s.tap("Sign in with a passkey", phone)
	s.says(`@role="alert"`, "did not work here")
	s.hold("refused")
}

func TestASecurityKeyIsASecondFactor(t *testing.T) {
	t.Parallel()
	p := realm.DefaultPolicy()
	p.SecondFactor = realm.Required
	h := open(t, p)
	u := h.User(t, "ann@example.com")
	s := browse(t, 360)
	key := s.plug(securityKey())

	// The first one is made on the way in.
	s.password(h)
	s.arrive("Add a passkey")
	s.hold("enrol")
	s.fill("label", "Key")
	s.press("Add passkey")
	s.arrive("You are in")
	if how := s.text("#how"); how != "pwd hwk mfa 2" {
		t.Errorf("came in by %s", how)
	}
	all, err := h.passkeys.List(h.Context, h.Realm.ID, u.ID)
	if err != nil || len(all) != 1 || all[0].UserVerified || all[0].Discoverable || all[0].BackupEligible {
		t.Fatalf("the server keeps %+v, %v", all, err)
	}

	// From then on it is asked for.
	s.forget()
	s.password(h)
	s.arrive("Confirm that it is you")
	s.hold("confirm")
	s.press("Use passkey")
	s.arrive("You are in")
	if how := s.text("#how"); how != "pwd hwk mfa 2" {
		t.Errorf("came in by %s", how)
	}
	now, err := h.passkeys.List(h.Context, h.Realm.ID, u.ID)
	if err != nil || now[0].SignCount <= all[0].SignCount {
		t.Errorf("its counter stands at %d after %d, %v", now[0].SignCount, all[0].SignCount, err)
	}

	// A copy of it, made now, is found out as soon as the real one has been used again.
	held := key.credentials()[0]
	s.forget()
	s.password(h)
	s.arrive("Confirm that it is you")
	s.press("Use passkey")
	s.arrive("You are in")
	key.unplug()
	s.plug(securityKey()).put(held)
	s.forget()
	s.password(h)
	s.arrive("Confirm that it is you")
	s.press("Use passkey")
	s.says(`@role="alert"`, "did not work here")
	now, err = h.passkeys.List(h.Context, h.Realm.ID, u.ID)
	if err != nil || now[0].CloneWarning.IsZero() {
		t.Errorf("no warning about the copy, %v", err)
	}
}

func TestWithoutScriptsThePasswordIsEnough(t *testing.T) {
	t.Parallel()
	h := open(t)
	h.User(t, "ann@example.com")
	s := browse(t, 360)
	s.do("no scripts", command(emulation.SetScriptExecutionDisabled, emulation.SetScriptExecutionDisabledParams{Value: true}))
	s.visit(h.at("/start"))
	s.arrive("Sign in")
	if ask(s, "look for the button", chromedp.Evaluate[bool](`document.querySelector('form[data-passkey]').checkVisibility()`)) {
		t.Error("a button that cannot work is shown")
	}
	s.password(h)
	s.arrive("You are in")
	s.visit(h.at("/account/passkeys/new"))
	s.arrive("Add a passkey")
	s.says(`@data-passkey-unsupported`, "need JavaScript")
}

// forget closes the browser's session.
func (s *screen) forget() {
	s.t.Helper()
	s.do("forget", clearCookies())
}
