package statistics

import (
	"context"
	"net/http"
	"time"

	"authserver/identity/user"
	"authserver/internal/rest"
	"authserver/tenant/realm"
)

// report is how a realm fares.
type report struct {
	At           time.Time       `json:"at" doc:"When it was counted; up to a minute ago."`
	Users        peopleView      `json:"users"`
	Sessions     int64           `json:"sessions" doc:"That are alive, in browsers."`
	Applications applicationView `json:"applications"`
	Letters      letterView      `json:"letters"`
	Days         []dayView       `json:"days" nullable:"false" doc:"The oldest first; the last one is today, in UTC."`
}

type peopleView struct {
	Total         int64 `json:"total"`
	Active        int64 `json:"active"`
	Suspended     int64 `json:"suspended"`
	EmailVerified int64 `json:"email_verified"`
	PhoneVerified int64 `json:"phone_verified"`
	SecondFactor  int64 `json:"second_factor" doc:"Who has at least one."`
}

type applicationView struct {
	Total   int64 `json:"total"`
	Enabled int64 `json:"enabled"`
}

type letterView struct {
	Waiting    int64 `json:"waiting" doc:"Now, in the queue."`
	Failed     int64 `json:"failed" doc:"In the last 30 days, as are bounced and complained."`
	Bounced    int64 `json:"bounced"`
	Complained int64 `json:"complained"`
}

type dayView struct {
	Date           string `json:"date" format:"date"`
	SignIns        int64  `json:"sign_ins"`
	SignInFailures int64  `json:"sign_in_failures"`
	UsersCreated   int64  `json:"users_created"`
	UsersDeleted   int64  `json:"users_deleted"`
}

func peopleOf(c user.Census) peopleView {
	return peopleView{
		Total: c.Total(), Active: c.Status[user.StatusActive], Suspended: c.Status[user.StatusSuspended],
		EmailVerified: c.EmailVerified, PhoneVerified: c.PhoneVerified, SecondFactor: c.Factors,
	}
}

// MountAdmin adds what administrators and operators may read.
func (s *Service) MountAdmin(a *rest.API) {
	const tag = "Statistics"
	rest.Handle(a, rest.Operation{
		ID: "getStatistics", Method: http.MethodGet, Path: "/statistics", Tag: tag, Permission: "statistics.read",
		Summary: "Show how the realm fares", Description: "What there is, and what happened day by day. No number is about a person.",
	}, s.adminReport)
	rest.Handle(a, rest.Operation{
		ID: "listRealmStatistics", Method: http.MethodGet, Path: "/statistics", Root: true, Tag: tag, Permission: "system.read",
		Summary: "Show how all realms fare", Description: "Those that the caller's key names, the oldest first.",
	}, s.adminRealms)
}

type getStatistics struct {
	Days int `query:"days" minimum:"1" maximum:"90" default:"30" doc:"How many days to tell of."`
}

type reported struct{ Body report }

func (s *Service) adminReport(ctx context.Context, in *getStatistics) (*reported, error) {
	realmID := realm.From(ctx).ID
	state, err := s.State(ctx, realmID)
	if err != nil {
		return nil, err
	}
	days, err := s.Days(ctx, realmID, in.Days)
	if err != nil {
		return nil, err
	}
	r := report{
		At: state.At, Users: peopleOf(state.Users), Sessions: state.Sessions, Days: make([]dayView, 0, len(days)),
		Applications: applicationView(state.Applications),
		Letters: letterView{
			Waiting: state.Letters["pending"], Failed: state.Letters["failed"], Bounced: state.Letters["bounced"], Complained: state.Letters["complained"],
		},
	}
	for _, d := range days {
		r.Days = append(r.Days, dayView{d.Date.Format(time.DateOnly), d.SignIns, d.Failures, d.UsersCreated, d.UsersDeleted})
	}
	return &reported{r}, nil
}

// realmView is how one realm fares among all.
type realmView struct {
	RealmID        string          `json:"realm_id" format:"uuid"`
	Slug           string          `json:"slug"`
	Name           string          `json:"name"`
	Active         bool            `json:"active"`
	Users          peopleView      `json:"users"`
	Sessions       int64           `json:"sessions"`
	Applications   applicationView `json:"applications"`
	SignIns        int64           `json:"sign_ins" doc:"In the last 30 days."`
	SignInFailures int64           `json:"sign_in_failures" doc:"In the last 30 days."`
}

type listRealmStatistics struct{ rest.Page }

func (s *Service) adminRealms(ctx context.Context, in *listRealmStatistics) (*rest.List[realmView], error) {
	filter := realm.Filter{Only: rest.From(ctx).Realms, After: in.After(), Limit: in.Limit}
	realms, err := s.d.Realms.List(ctx, filter)
	if err != nil {
		return nil, err
	}
	next := ""
	if len(realms) == in.Limit {
		last := realms[in.Limit-1].ID
		more, err := s.d.Realms.List(ctx, realm.Filter{Only: filter.Only, After: last, Limit: 1})
		if err != nil {
			return nil, err
		}
		if len(more) > 0 {
			next = last
		}
	}
	views, err := s.realmViews(ctx, realms)
	return rest.ListOf(views, next), err
}

func (s *Service) realmViews(ctx context.Context, realms []*realm.Realm) ([]realmView, error) {
	ids := make([]string, 0, len(realms))
	for _, r := range realms {
		ids = append(ids, r.ID)
	}
	states, err := s.count(ctx, ids...)
	if err != nil {
		return nil, err
	}
	rows, err := s.since(ctx, ids, dayOf(s.now())-window+1)
	if err != nil {
		return nil, err
	}
	sums := map[string]Day{}
	for _, row := range rows {
		sum := sums[row.RealmID]
		sum.add(row.Name, row.Count)
		sums[row.RealmID] = sum
	}
	views := make([]realmView, 0, len(realms))
	for _, r := range realms {
		state := states[r.ID]
		views = append(views, realmView{
			RealmID: r.ID, Slug: r.Slug, Name: r.Name, Active: r.Active, Users: peopleOf(state.Users), Sessions: state.Sessions,
			Applications: applicationView(state.Applications), SignIns: sums[r.ID].SignIns, SignInFailures: sums[r.ID].Failures,
		})
	}
	return views, nil
}
