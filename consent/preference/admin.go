package preference

import (
	"context"
	"net/http"
	"time"

	"authserver/internal/rest"
	"authserver/tenant/realm"
)

// ChoiceView is a choice as auditors see it.
type ChoiceView struct {
	ID       string    `json:"id" format:"uuid"`
	UserID   string    `json:"user_id" format:"uuid"`
	Purpose  string    `json:"purpose"`
	Granted  bool      `json:"granted"`
	Channel  string    `json:"channel" enum:"account,api"`
	ChosenAt time.Time `json:"chosen_at"`
}

// MountAdmin adds what auditors read of people's choices.
func (s *Service) MountAdmin(a *rest.API) {
	rest.Handle(a, rest.Operation{
		ID: "listConsentChoices", Method: http.MethodGet, Path: "/consent-choices", Tag: "Consents", Summary: "List what people allowed and forbade",
		Description: "The whole history, the earliest first: of each person and purpose the last choice counts. Nobody chooses for somebody else.",
		Permission:  "consents.read",
	}, s.adminList)
}

type listChoices struct {
	rest.Page
	UserID  string `query:"user_id" format:"uuid"`
	Purpose string `query:"purpose" maxLength:"40"`
}

func (s *Service) adminList(ctx context.Context, in *listChoices) (*rest.List[ChoiceView], error) {
	all, err := s.find(ctx, realm.From(ctx).ID, Query{UserID: in.UserID, Purpose: in.Purpose, After: in.After(), Limit: in.Limit + 1})
	if err != nil {
		return nil, err
	}
	next := ""
	if len(all) > in.Limit {
		all = all[:in.Limit]
		next = all[in.Limit-1].ID
	}
	views := make([]ChoiceView, 0, len(all))
	for _, c := range all {
		views = append(views, ChoiceView{c.ID, c.UserID, c.Purpose, c.Granted, c.Channel, c.ChosenAt})
	}
	return rest.ListOf(views, next), nil
}
