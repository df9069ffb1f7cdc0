package flow_test

import (
	"testing"

	"authserver/identity/flow"
	"authserver/identity/identitytest"
)

func TestAnAccountFlowEndsInTheConsole(t *testing.T) {
	t.Parallel()
	h := identitytest.New(t)
	for path, want := range map[string]string{
		"/account":                        "/realms/acme/account",
		"/account/sessions?page=2":        "/realms/acme/account/sessions?page=2",
		"":                                "/realms/acme/account",
		"/accounts":                       "/realms/acme/account",
		"/login":                          "/realms/acme/account",
		"https://evil.example/account":    "/realms/acme/account",
		"//evil.example/account":          "/realms/acme/account",
		"/account/../../other/account":    "/realms/acme/account",
		"/account/%2e%2e/%2e%2e/x":        "/realms/acme/account",
		"/account\\..\\evil":              "/realms/acme/account",
		"/account//evil.example":          "/realms/acme/account",
		"javascript:alert(1)//account":    "/realms/acme/account",
		"/account/\r\nSet-Cookie: a=b":    "/realms/acme/account",
		"/account/%0d%0aSet-Cookie:%20ab": "/realms/acme/account/%0d%0aSet-Cookie:%20ab",
	} {
		f, err := h.Flows.StartAccount(h.Context, flow.AccountRequest{Browser: "br_x", Return: path, Fresh: true})
		if err != nil {
			t.Fatal(err)
		}
		if got := f.EndURL(); got != want {
			t.Errorf("%q ends at %q, want %q", path, got, want)
		}
		if !f.Account() || !f.Wants("login") {
			t.Errorf("%q: not a fresh sign-in into the account", path)
		}
		if got, want := h.Flows.ReturnURL(f), "/realms/acme/account/enter?flow="+f.ID; got != want {
			t.Errorf("returns to %q, want %q", got, want)
		}
	}
}
