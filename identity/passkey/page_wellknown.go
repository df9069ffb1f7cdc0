package passkey

import (
	"context"
	"net/http"
	"slices"
	"strings"

	"github.com/gin-gonic/gin"

	"github.com/go-webauthn/webauthn/protocol"

	"authserver/internal/fault"
	"authserver/internal/web"
	"authserver/tenant/realm"
)

// Realms finds the realms that share the host. tenant/realm fulfils it.
type Realms interface {
	BySlug(ctx context.Context, slug string) (*realm.Realm, error)
	List(ctx context.Context, f realm.Filter) ([]*realm.Realm, error)
}

var errNowhere = fault.New(fault.NotFound, "not_found", "There is nothing at this address.")

// Addresses outside realms that lead into the realm in which the browser is known.
const (
	manage = "/passkeys"
	enrol  = "/passkeys/new"
)

// MountWellKnown adds what browsers ask the host and not a realm.
//
//	/.well-known/webauthn            which origins may use the host's passkeys
//	/.well-known/passkey-endpoints   where password managers send people
//
// Realms share the host, and the second document can name one address for all of them.
// It names one that leads on into the realm in which this browser has been: by the
// names of its cookies, the last first, a session before a mere visit. Whose browser
// has been nowhere is led to the only realm if there is one, and else told nothing: the
// names of tenants are nobody's business.
func (s *Service) MountWellKnown(m *web.Mux, realms Realms) {
	m.Root.GET("/.well-known/webauthn", func(c *gin.Context) error { return s.relatedOrigins(c, realms) })
	m.Root.GET("/.well-known/passkey-endpoints", s.endpoints)
	m.Root.GET(manage, func(c *gin.Context) error { return s.lead(c, realms, manage) })
	m.Root.GET(enrol, func(c *gin.Context) error { return s.lead(c, realms, enrol) })
}

// cached is short: what is taken out of a policy should be gone soon.
const cached = "public, max-age=300"

// relatedOrigins names the origins of all active realms (WebAuthn Level 3, §5.11.1). A
// browser reads at most five names of sites; what a realm accepts is checked again, realm
// by realm, in its own ceremonies.
func (s *Service) relatedOrigins(c *gin.Context, realms Realms) error {
	if s.host() == "" {
		return errNowhere
	}
	all := []string{s.public.Scheme + "://" + s.public.Host}
	err := each(c.Request.Context(), realms, func(r *realm.Realm) {
		for _, origin := range r.Policy.Passkey.Origins {
			if !slices.Contains(all, origin) {
				all = append(all, origin)
			}
		}
	})
	if err != nil {
		return err
	}
	c.Header("Cache-Control", cached)
	return web.JSON(c, http.StatusOK, protocol.RelatedOrigins{Origins: all})
}

// each visits the active realms, oldest first.
func each(ctx context.Context, realms Realms, visit func(*realm.Realm)) error {
	active := true
	for after := ""; ; {
		some, err := realms.List(ctx, realm.Filter{Active: &active, After: after, Limit: 100})
		if err != nil {
			return err
		}
		for _, r := range some {
			visit(r)
			after = r.ID
		}
		if len(some) < 100 {
			return nil
		}
	}
}

// endpoints tells password managers where people add and manage passkeys (W3C, A
// Well-Known URL for Relying Party Passkey Endpoints).
func (s *Service) endpoints(c *gin.Context) error {
	if s.host() == "" {
		return errNowhere
	}
	c.Header("Cache-Control", cached)
	return web.JSON(c, http.StatusOK, map[string]string{
		"enroll": s.public.JoinPath(enrol).String(), "manage": s.public.JoinPath(manage).String(),
	})
}

// lead sends the browser on into the account of its realm.
func (s *Service) lead(c *gin.Context, realms Realms, to string) error {
	ctx := c.Request.Context()
	for _, slug := range visited(c.Request) {
		r, err := realms.BySlug(ctx, slug)
		if f, ok := fault.Of(err); ok && f.Kind == fault.NotFound || err == nil && !r.Active {
			continue
		}
		if err != nil {
			return err
		}
		return web.Redirect(c, "/realms/"+r.Slug+"/account"+to)
	}
	var only []string
	if err := each(ctx, realms, func(r *realm.Realm) { only = append(only, r.Slug) }); err != nil {
		return err
	}
	if len(only) != 1 {
		return errNowhere
	}
	return web.Redirect(c, "/realms/"+only[0]+"/account"+to)
}

// visited are the realms that the browser's cookies name, the best guess first. They
// prove nothing and open nothing.
func visited(r *http.Request) []string {
	var all []string
	cookies := r.Cookies()
	for _, prefix := range []string{"session-", "device-", "browser-"} {
		for _, cookie := range slices.Backward(cookies) { // browsers send the oldest first (RFC 6265 §5.4)
			slug, ok := strings.CutPrefix(strings.TrimPrefix(cookie.Name, "__Host-"), prefix)
			if ok && !slices.Contains(all, slug) && len(all) < 8 {
				all = append(all, slug)
			}
		}
	}
	return all
}
