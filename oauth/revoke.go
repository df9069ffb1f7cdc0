package oauth

import (
	"context"
	"errors"
	"net/http"
	"strings"

	"github.com/gin-gonic/gin"

	"authserver/internal/database"
	"authserver/internal/event"
	"authserver/internal/secret"
	"authserver/internal/web"
	"authserver/tenant/application"
	"authserver/tenant/realm"
)

// revoke serves POST /oauth2/revoke (RFC 7009). An unknown token and another
// client's are success without effect (§2.2); a store that fails is an error, so
// that no client believes in a revocation that did not happen (INC-113).
func (s *Service) revoke(c *gin.Context) error {
	form, err := web.Form(c)
	if err != nil {
		return writeError(c, err)
	}
	ctx := c.Request.Context()
	app, err := s.clientOf(ctx, c.Request, form)
	if err != nil {
		return writeError(c, err)
	}
	token := form.Get("token")
	if token == "" {
		return writeError(c, invalidRequest("token is missing."))
	}
	ctx = event.Acting(ctx, event.Application, app.ID, app.ID)
	if err := s.revokeToken(ctx, app, token); err != nil && !errors.Is(err, errToken) {
		return writeError(c, unavailable(err))
	}
	noStore(c)
	c.Status(http.StatusOK)
	return nil
}

// revokeToken ends the token: a refresh token with its whole grant, an access
// token alone.
func (s *Service) revokeToken(ctx context.Context, app *application.Application, token string) error {
	realmID := realm.From(ctx).ID
	if strings.HasPrefix(token, prefixRefresh) {
		row, err := s.findRefresh(ctx, realmID, secret.Digest(token))
		if errors.Is(err, database.ErrNotFound) {
			return errToken
		}
		if err != nil {
			return err
		}
		if row.Grant.ApplicationID != app.ID {
			return errToken
		}
		return s.revokeGrants(ctx, realmID, reasonClient, []string{row.Grant.ID})
	}
	b, err := s.authenticate(ctx, token)
	if err != nil {
		return err
	}
	if b.ApplicationID != app.ID {
		return errToken
	}
	return s.db.InTx(ctx, func(ctx context.Context) error {
		if b.Digest != nil {
			err = s.deleteAccess(ctx, realmID, b.Digest)
		} else {
			err = s.remember(ctx, revocation{realmID, revokedToken, b.ID}, b.ExpiresAt)
		}
		if err != nil {
			return err
		}
		return s.events.Record(ctx, event.Ref{RealmID: realmID, Kind: "application", ID: app.ID}, TokenRevoked{ApplicationID: app.ID})
	})
}

// unavailable says that the server, not the request, is at fault (RFC 7009 §2.2.1).
func unavailable(cause error) error {
	return &Error{Code: "temporarily_unavailable", Description: "The server could not complete the request. Try again.", Status: http.StatusServiceUnavailable, cause: cause}
}
