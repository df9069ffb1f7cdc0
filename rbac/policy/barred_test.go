package policy_test

import (
	"net/http"
	"slices"
	"testing"
	"time"

	"authserver/rbac"
	"authserver/rbac/policy"
)

// held are the permissions of the shop that Ben's tokens tell of.
func (h *house) held() []string {
	h.t.Helper()
	_, permissions, err := h.roles.HeldBy(h.Context, h.Realm.ID, rbac.User, h.ben.ID, rbac.Shown("192.0.2.1", h.Clock.Now().Add(-time.Minute)), h.shop.ID)
	h.must(err)
	return permissions
}

// A token knows neither resource nor moment: it leaves out what is forbidden without them.
func TestTokensLeaveOutWhatIsAlwaysForbidden(t *testing.T) {
	t.Parallel()
	h := newHouse(t)
	if got := h.held(); !slices.Equal(got, []string{"invoice.read"}) {
		t.Fatalf("without policies: %v", got)
	}
	for text, always := range map[string]bool{
		`forbid (principal, action, resource);`:                                                                          true,
		`forbid (principal, action == Action::"invoice.read", resource);`:                                                true,
		`forbid (principal in Role::"clerk", action, resource);`:                                                         true,
		`forbid (principal, action, resource is Resource);`:                                                              true,
		`forbid (principal is User, action, resource) when { !principal.totp };`:                                         true,
		`forbid (principal is User, action, resource) when { !principal.totp || resource.type == "x" };`:                 true,
		`forbid (principal is User, action, resource) unless { principal.totp && context has ip };`:                      true,
		`forbid (principal is User, action, resource) when { principal.getTag("shoe") == "9" };`:                         true, // cannot be evaluated: forbids
		`forbid (principal, action == Action::"invoice.pay", resource);`:                                                 false,
		`forbid (principal in Role::"boss", action, resource);`:                                                          false,
		`forbid (principal is Application, action, resource);`:                                                           false,
		`forbid (principal, action, resource == Resource::"invoice/17");`:                                                false,
		`forbid (principal, action, resource) when { resource.type == "invoice" };`:                                      false,
		`forbid (principal, action, resource) unless { context has ip };`:                                                false, // it has one now
		`forbid (principal, action, resource) when { context.now > datetime("2020-01-01") };`:                            false,
		`forbid (principal is User, action, resource) when { principal.totp || resource.type == "x" };`:                  false,
		`forbid (principal, action, resource) when { context.request.hasTag("x") && context.request.getTag("x")=="y" };`: false,
		`forbid (principal is User, action, resource) when { resource.type == "x" && principal.email_verified };`:        false,
		`permit (principal, action, resource);`:                                                                          false,
	} {
		p := h.force(text)
		want := []string{"invoice.read"}
		if always {
			want = nil
		}
		if got := h.held(); !slices.Equal(got, want) {
			t.Errorf("%s: tokens tell of %v, want %v", text, got, want)
		}
		// What tokens leave out is never allowed.
		if d := h.asks("invoice.read", rbac.Shown("192.0.2.1", h.Clock.Now())); always && d.Allowed {
			t.Errorf("%s: left out and allowed: %+v", text, d)
		}
		h.api.All().Do(http.MethodDelete, path+"/"+p+"/activation", nil).Want(http.StatusOK)
	}
	roles, permissions, err := h.roles.HeldBy(h.Context, h.Realm.ID, rbac.User, h.ben.ID, rbac.How{}, h.shop.ID)
	if err != nil || !slices.Equal(roles, []string{"clerk"}) || len(permissions) != 1 {
		t.Errorf("afterwards: %v, %v, %v", roles, permissions, err)
	}
}

// force puts a text in force that was stored when the schema was another, and names it:
// some of these would not be accepted today.
func (h *house) force(text string) string {
	h.t.Helper()
	p := h.draft(`forbid (principal, action, resource == Resource::"none/none");`)
	h.must(h.write("UPDATE policies SET draft = ? WHERE id = ?", text, p.ID))
	h.must(h.write("UPDATE policies SET source = draft, draft = '', activated_at = 1 WHERE id = ?", p.ID))
	h.must(h.changed(policy.Topic))
	return p.ID
}
