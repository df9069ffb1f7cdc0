package realm

import (
	"context"
	"encoding/json"
	"fmt"
	"net/http"
	"time"

	"authserver/internal/fault"
	"authserver/internal/rest"
)

const tagRealms = "Realms"

// MountAdmin adds the administration of realms: above them for operators, and within one
// for its own administrators.
func (s *Service) MountAdmin(a *rest.API) {
	rules := []*fault.Fault{ErrNameInvalid, ErrURLInvalid, ErrLanguageInvalid, ErrColorInvalid, ErrThemeInvalid, ErrPolicyInvalid}
	s.mountRealms(a, rules)
	own := func(id, method, path, summary, permission string, faults ...*fault.Fault) rest.Operation {
		return rest.Operation{ID: id, Method: method, Path: path, Tag: tagRealms, Summary: summary, Permission: permission, Faults: faults}
	}
	rest.Handle(a, own("getRealm", http.MethodGet, "/realm", "Read the realm", "realm.read"), s.adminOwn)
	rest.Handle(a, own("updateRealm", http.MethodPatch, "/realm", "Change the realm's name and look", "realm.write", rules...), s.adminChangeOwn)
	rest.Handle(a, own("getSettings", http.MethodGet, "/settings", "Read the realm's policy", "realm.read"), s.adminSettings)
	change := own("updateSettings", http.MethodPatch, "/settings", "Change the realm's policy", "realm.write", rules...)
	change.Description = "All values are changed, or none. Durations are whole seconds."
	rest.Handle(a, change, s.adminChangeSettings)
}

func (s *Service) mountRealms(a *rest.API, rules []*fault.Fault) {
	root := func(id, method, path, summary, permission string, faults ...*fault.Fault) rest.Operation {
		return rest.Operation{Root: true, ID: id, Method: method, Path: "/realms" + path, Tag: tagRealms, Summary: summary, Permission: permission, Faults: faults}
	}
	rest.Handle(a, root("listRealms", http.MethodGet, "", "List realms", "realms.read"), s.adminList)
	rest.Handle(a, root("createRealm", http.MethodPost, "", "Create a realm", "realms.write", append(rules, ErrSlugInvalid, ErrSlugReserved, ErrSlugTaken)...), s.adminCreate)
	rest.Handle(a, root("readRealm", http.MethodGet, "/{realm}", "Read a realm", "realms.read", ErrNotFound), s.adminRead)
	rest.Handle(a, root("changeRealm", http.MethodPatch, "/{realm}", "Change a realm's name and look", "realms.write", append(rules, ErrNotFound)...), s.adminChange)
	rest.Handle(a, root("suspendRealm", http.MethodPost, "/{realm}/suspension", "Suspend a realm", "realms.write", ErrNotFound, ErrAlreadySuspended, ErrNameInvalid), s.adminSuspend)
	remove := root("deleteRealm", http.MethodDelete, "/{realm}", "Delete a realm", "realms.delete", ErrNotFound, ErrNotSuspended)
	remove.Description = "For good, with its people, applications and all they have. It must have been suspended before. At once it is not found and its slug is free; what is in it is deleted in the background, its audit kept as long as the audit is."
	rest.Handle(a, remove, s.adminDelete)
	rest.Handle(a, root("activateRealm", http.MethodDelete, "/{realm}/suspension", "Let a suspended realm work again", "realms.write", ErrNotFound, ErrAlreadyActive), s.adminActivate)
}

type brandingView struct {
	LogoURL         string `json:"logo_url,omitempty" maxLength:"2048"`
	PrimaryColor    string `json:"primary_color,omitempty" maxLength:"7" example:"#3451d1"`
	BackgroundColor string `json:"background_color,omitempty" maxLength:"7"`
	Theme           string `json:"theme,omitempty" enum:"auto,light,dark"`
}

func (b brandingView) branding() Branding {
	return Branding{b.LogoURL, b.PrimaryColor, b.BackgroundColor, Theme(b.Theme)}
}

type realmView struct {
	ID              string       `json:"id" format:"uuid"`
	Slug            string       `json:"slug"`
	Name            string       `json:"name"`
	Active          bool         `json:"active"`
	DefaultLanguage string       `json:"default_language,omitempty"`
	Branding        brandingView `json:"branding"`
	Version         int64        `json:"version"`
	CreatedAt       time.Time    `json:"created_at"`
	UpdatedAt       time.Time    `json:"updated_at"`
}

func viewOf(r *Realm) realmView {
	b := r.Branding
	return realmView{r.ID, r.Slug, r.Name, r.Active, r.DefaultLanguage, brandingView{b.LogoURL, b.PrimaryColor, b.BackgroundColor, string(b.Theme)}, r.Version, r.CreatedAt, r.UpdatedAt}
}

type realmAnswer struct {
	ETag string `header:"ETag"`
	Body realmView
}

func answerOf(r *Realm) *realmAnswer { return &realmAnswer{rest.ETag(r.Version), viewOf(r)} }

type listRealms struct {
	rest.Page
	Active *bool `query:"active"`
}

// operated reports whether the caller's key reaches the realm.
func operated(ctx context.Context, realmID string) bool {
	p := rest.From(ctx)
	if p.Realms == nil {
		return true
	}
	for _, one := range p.Realms {
		if one == realmID {
			return true
		}
	}
	return false
}

func (s *Service) adminList(ctx context.Context, in *listRealms) (*rest.List[realmView], error) {
	all, err := s.list(ctx, Filter{Active: in.Active, Only: rest.From(ctx).Realms, After: in.After(), Limit: in.Limit + 1})
	if err != nil {
		return nil, err
	}
	next := ""
	if len(all) > in.Limit {
		all = all[:in.Limit]
		next = all[in.Limit-1].ID
	}
	views := make([]realmView, 0, len(all))
	for _, r := range all {
		views = append(views, viewOf(r))
	}
	return rest.ListOf(views, next), nil
}

type createRealm struct {
	Body struct {
		Slug            string       `json:"slug" minLength:"1" maxLength:"63"`
		Name            string       `json:"name" minLength:"1" maxLength:"100"`
		DefaultLanguage string       `json:"default_language,omitempty" maxLength:"35"`
		Branding        brandingView `json:"branding,omitzero"`
	}
}

type realmCreated struct {
	ETag     string `header:"ETag"`
	Location string `header:"Location"`
	Body     realmView
}

func (s *Service) adminCreate(ctx context.Context, in *createRealm) (*realmCreated, error) {
	if rest.From(ctx).Realms != nil { // a key for some realms makes no others
		return nil, rest.ErrDenied
	}
	r, err := s.Create(ctx, Draft{Slug: in.Body.Slug, Name: in.Body.Name, DefaultLanguage: in.Body.DefaultLanguage, Branding: in.Body.Branding.branding()})
	if err != nil {
		return nil, err
	}
	return &realmCreated{rest.ETag(r.Version), "/api/v1/realms/" + r.Slug, viewOf(r)}, nil
}

type realmSlug struct {
	Slug string `path:"realm" maxLength:"63"`
}

// reached is the realm of the path, suspended or not, if the caller's key reaches it.
func (s *Service) reached(ctx context.Context, slug string) (*Realm, error) {
	r, err := s.BySlug(ctx, slug)
	if err != nil {
		return nil, err
	}
	if !operated(ctx, r.ID) {
		return nil, ErrNotFound
	}
	return r, nil
}

func (s *Service) adminRead(ctx context.Context, in *realmSlug) (*realmAnswer, error) {
	r, err := s.reached(ctx, in.Slug)
	if err != nil {
		return nil, err
	}
	return answerOf(r), nil
}

type changeRealm struct {
	Slug string `path:"realm" maxLength:"63"`
	rest.Match
	Body look
}

// look is what people see of a realm.
type look struct {
	Name            rest.Opt[string]       `json:"name,omitzero" minLength:"1" maxLength:"100"`
	DefaultLanguage rest.Opt[string]       `json:"default_language,omitzero" maxLength:"35"`
	Branding        rest.Opt[brandingView] `json:"branding,omitzero"`
}

func (s *Service) changeLook(ctx context.Context, realmID string, m rest.Match, b look) (*realmAnswer, error) {
	r, err := s.Update(ctx, realmID, func(r *Realm) error {
		if err := m.Matches(r.Version); err != nil {
			return err
		}
		b.Name.To(&r.Name)
		b.DefaultLanguage.To(&r.DefaultLanguage)
		if b.Branding.Given {
			r.Branding = b.Branding.Value.branding()
		}
		return nil
	})
	if err != nil {
		return nil, err
	}
	return answerOf(r), nil
}

func (s *Service) adminChange(ctx context.Context, in *changeRealm) (*realmAnswer, error) {
	r, err := s.reached(ctx, in.Slug)
	if err != nil {
		return nil, err
	}
	return s.changeLook(ctx, r.ID, in.Match, in.Body)
}

type suspendRealm struct {
	Slug string `path:"realm" maxLength:"63"`
	Body struct {
		Reason string `json:"reason,omitempty" maxLength:"500"`
	}
}

func (s *Service) adminSuspend(ctx context.Context, in *suspendRealm) (*rest.None, error) {
	r, err := s.reached(ctx, in.Slug)
	if err != nil {
		return nil, err
	}
	return &rest.None{}, s.Suspend(ctx, r.ID, in.Body.Reason)
}

func (s *Service) adminActivate(ctx context.Context, in *realmSlug) (*rest.None, error) {
	r, err := s.reached(ctx, in.Slug)
	if err != nil {
		return nil, err
	}
	return &rest.None{}, s.Activate(ctx, r.ID)
}

func (s *Service) adminOwn(ctx context.Context, _ *struct{}) (*realmAnswer, error) {
	return answerOf(From(ctx)), nil
}

type changeOwn struct {
	rest.Match
	Body look
}

func (s *Service) adminChangeOwn(ctx context.Context, in *changeOwn) (*realmAnswer, error) {
	return s.changeLook(ctx, From(ctx).ID, in.Match, in.Body)
}

type settingsAnswer struct {
	ETag string `header:"ETag"`
	Body map[string]any
}

func settingsOf(r *Realm) (*settingsAnswer, error) {
	raw, err := json.Marshal(r.Policy)
	if err != nil {
		return nil, fmt.Errorf("encode policy: %w", err)
	}
	answer := &settingsAnswer{ETag: rest.ETag(r.Version)}
	if err := json.Unmarshal(raw, &answer.Body); err != nil {
		return nil, fmt.Errorf("encode policy: %w", err)
	}
	return answer, nil
}

func (s *Service) adminSettings(ctx context.Context, _ *struct{}) (*settingsAnswer, error) {
	return settingsOf(From(ctx))
}

type changeSettings struct {
	rest.Match
	Body map[string]any
}

func (s *Service) adminChangeSettings(ctx context.Context, in *changeSettings) (*settingsAnswer, error) {
	patch, err := json.Marshal(in.Body)
	if err != nil {
		return nil, fmt.Errorf("decode policy: %w", err)
	}
	r, err := s.Update(ctx, From(ctx).ID, func(r *Realm) error {
		if err := in.Matches(r.Version); err != nil {
			return err
		}
		return json.Unmarshal(patch, &r.Policy)
	})
	if err != nil {
		return nil, err
	}
	return settingsOf(r)
}

type deleteRealm struct {
	Slug string `path:"realm" maxLength:"63"`
	rest.Match
}

func (s *Service) adminDelete(ctx context.Context, in *deleteRealm) (*rest.None, error) {
	r, err := s.reached(ctx, in.Slug)
	if err != nil {
		return nil, err
	}
	return &rest.None{}, s.Delete(ctx, r.ID, func(r *Realm) error { return in.Matches(r.Version) })
}
