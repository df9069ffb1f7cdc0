package consent

import (
	"context"

	"authserver/identity/flow"
	"authserver/identity/session"
	"authserver/tenant/application"
)

// Allow is what the page does with a yes, after it has found who says it.
func (s *Service) Allow(ctx context.Context, f *flow.Flow, current *session.Session, app *application.Application) error {
	return s.allow(ctx, asked{flow: f, session: current, app: app})
}
