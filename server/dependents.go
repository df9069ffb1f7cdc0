package server

import "context"

// lateDependents tells tenant/application what the rooms above keep about applications.
type lateDependents struct{ s *Server }

// Withdraw ends all that was granted to the application.
func (d lateDependents) Withdraw(ctx context.Context, realmID, appID string) error {
	return d.s.OAuth.RevokeEverybody(ctx, realmID, appID)
}

// Forget removes roles, rules and demands of the application.
func (d lateDependents) Forget(ctx context.Context, realmID, appID string) error {
	for _, forget := range []func(context.Context, string, string) error{
		d.s.Roles.ForgetApplication, d.s.Policies.ForgetApplication, d.s.Terms.ForgetApplication, d.s.Webhooks.ForgetApplication, d.s.Signals.ForgetApplication,
	} {
		if err := forget(ctx, realmID, appID); err != nil {
			return err
		}
	}
	return nil
}
