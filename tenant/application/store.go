package application

import (
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"strings"
	"time"

	"gorm.io/gorm"

	"authserver/internal/database"
)

// row is a line of the table applications. What nobody searches for stands in
// Settings.
type row struct {
	ID         string          `gorm:"column:id;primaryKey"`
	RealmID    string          `gorm:"column:realm_id"`
	ClientID   string          `gorm:"column:client_id"`
	Name       string          `gorm:"column:name"`
	Type       string          `gorm:"column:type"`
	FirstParty bool            `gorm:"column:first_party"`
	Enabled    bool            `gorm:"column:enabled"`
	AuthMethod string          `gorm:"column:auth_method"`
	Settings   string          `gorm:"column:settings"`
	JWKS       string          `gorm:"column:jwks"`
	Version    int64           `gorm:"column:version"`
	CreatedAt  database.Micros `gorm:"column:created_at;autoCreateTime:false"`
	UpdatedAt  database.Micros `gorm:"column:updated_at;autoUpdateTime:false"`
}

// TableName names the table.
func (row) TableName() string { return "applications" }

// settings is the JSON of the column settings; lifetimes are in seconds.
type settings struct {
	Description          string   `json:"description,omitempty"`
	LogoURL              string   `json:"logo_url,omitempty"`
	HomeURL              string   `json:"home_url,omitempty"`
	RedirectURIs         []string `json:"redirect_uris,omitempty"`
	PostLogoutURIs       []string `json:"post_logout_redirect_uris,omitempty"`
	GrantTypes           []string `json:"grant_types,omitempty"`
	Scopes               []string `json:"scopes,omitempty"`
	Audiences            []string `json:"audiences,omitempty"`
	Identifiers          []string `json:"identifiers,omitempty"`
	AllowedOrigins       []string `json:"allowed_origins,omitempty"`
	TokenFormat          string   `json:"token_format,omitempty"`
	IDTokenAlgorithm     string   `json:"id_token_algorithm,omitempty"`
	AccessTokenAlgorithm string   `json:"access_token_algorithm,omitempty"`
	AccessTokenLifetime  int64    `json:"access_token_lifetime,omitempty"`
	IDTokenLifetime      int64    `json:"id_token_lifetime,omitempty"`
	RefreshIdle          int64    `json:"refresh_idle,omitempty"`
	RefreshAbsolute      int64    `json:"refresh_absolute,omitempty"`
	NoRegistration       bool     `json:"no_registration,omitempty"`
	SecondFactor         string   `json:"second_factor,omitempty"`
	Providers            []string `json:"providers"` // null: all
	RequiredFields       []string `json:"required_fields,omitempty"`
}

func settingsOf(a *Application) settings {
	return settings{
		Description: a.Description, LogoURL: a.LogoURL, HomeURL: a.HomeURL,
		RedirectURIs: a.RedirectURIs, PostLogoutURIs: a.PostLogoutRedirectURIs, GrantTypes: a.GrantTypes, Scopes: a.Scopes,
		Audiences: a.Audiences, Identifiers: a.Identifiers, AllowedOrigins: a.AllowedOrigins, TokenFormat: a.TokenFormat,
		IDTokenAlgorithm: a.IDTokenAlgorithm, AccessTokenAlgorithm: a.AccessTokenAlgorithm,
		AccessTokenLifetime: int64(a.AccessTokenLifetime / time.Second), IDTokenLifetime: int64(a.IDTokenLifetime / time.Second),
		RefreshIdle: int64(a.RefreshIdle / time.Second), RefreshAbsolute: int64(a.RefreshAbsolute / time.Second),
		NoRegistration: !a.Registration, SecondFactor: a.SecondFactor, Providers: a.Providers, RequiredFields: a.RequiredFields,
	}
}

func (t settings) into(a *Application) {
	a.Description, a.LogoURL, a.HomeURL = t.Description, t.LogoURL, t.HomeURL
	a.RedirectURIs, a.PostLogoutRedirectURIs, a.GrantTypes, a.Scopes = t.RedirectURIs, t.PostLogoutURIs, t.GrantTypes, t.Scopes
	a.Audiences, a.Identifiers, a.AllowedOrigins, a.TokenFormat = t.Audiences, t.Identifiers, t.AllowedOrigins, t.TokenFormat
	a.IDTokenAlgorithm, a.AccessTokenAlgorithm = t.IDTokenAlgorithm, t.AccessTokenAlgorithm
	a.AccessTokenLifetime = time.Duration(t.AccessTokenLifetime) * time.Second
	a.IDTokenLifetime = time.Duration(t.IDTokenLifetime) * time.Second
	a.RefreshIdle = time.Duration(t.RefreshIdle) * time.Second
	a.RefreshAbsolute = time.Duration(t.RefreshAbsolute) * time.Second
	a.Registration, a.SecondFactor, a.Providers, a.RequiredFields = !t.NoRegistration, t.SecondFactor, t.Providers, t.RequiredFields
}

func rowOf(a *Application) (row, error) {
	text, err := json.Marshal(settingsOf(a))
	if err != nil {
		return row{}, fmt.Errorf("encode settings: %w", err)
	}
	var set struct {
		Keys []json.RawMessage `json:"keys"`
	}
	for _, k := range a.Keys {
		set.Keys = append(set.Keys, k.JWK)
	}
	jwks := []byte(nil)
	if len(set.Keys) > 0 {
		if jwks, err = json.Marshal(set); err != nil {
			return row{}, fmt.Errorf("encode keys: %w", err)
		}
	}
	return row{
		ID: a.ID, RealmID: a.RealmID, ClientID: a.ClientID, Name: a.Name, Type: string(a.Type), FirstParty: a.FirstParty,
		Enabled: a.Enabled, AuthMethod: a.AuthMethod, Settings: string(text), JWKS: string(jwks), Version: a.Version,
		CreatedAt: database.At(a.CreatedAt), UpdatedAt: database.At(a.UpdatedAt),
	}, nil
}

func (r row) application() (*Application, error) {
	a := &Application{
		ID: r.ID, RealmID: r.RealmID, ClientID: r.ClientID, Name: r.Name, Type: Type(r.Type), FirstParty: r.FirstParty,
		Enabled: r.Enabled, AuthMethod: r.AuthMethod, Version: r.Version,
		CreatedAt: r.CreatedAt.Time(), UpdatedAt: r.UpdatedAt.Time(),
	}
	var t settings
	if err := json.Unmarshal([]byte(r.Settings), &t); err != nil {
		return nil, fmt.Errorf("decode settings of application %s: %w", r.ID, err)
	}
	t.into(a)
	if r.JWKS == "" {
		return a, nil
	}
	var err error
	if a.Keys, err = parseKeySet([]byte(r.JWKS)); err != nil {
		return nil, fmt.Errorf("decode keys of application %s: %w", r.ID, err)
	}
	return a, nil
}

// difference returns the columns of b that are not as in a, and the names of the
// fields that changed.
func difference(a, b *Application) (columns map[string]any, fields map[string]bool, err error) {
	old, err := rowOf(a)
	if err != nil {
		return nil, nil, err
	}
	changed, err := rowOf(b)
	if err != nil {
		return nil, nil, err
	}
	columns, fields = map[string]any{}, map[string]bool{}
	for name, pair := range map[string][2]any{
		"name": {old.Name, changed.Name}, "first_party": {old.FirstParty, changed.FirstParty},
		"auth_method": {old.AuthMethod, changed.AuthMethod}, "jwks": {old.JWKS, changed.JWKS},
		"settings": {old.Settings, changed.Settings},
	} {
		if pair[0] != pair[1] {
			columns[name], fields[name] = pair[1], true
		}
	}
	if !fields["settings"] {
		return columns, fields, nil
	}
	delete(fields, "settings")
	var before, after map[string]json.RawMessage
	if err := errors.Join(json.Unmarshal([]byte(old.Settings), &before), json.Unmarshal([]byte(changed.Settings), &after)); err != nil {
		return nil, nil, fmt.Errorf("compare settings: %w", err)
	}
	for _, side := range []map[string]json.RawMessage{before, after} {
		for name := range side {
			if string(before[name]) != string(after[name]) {
				fields[name] = true
			}
		}
	}
	return columns, fields, nil
}

func (s *Service) insert(ctx context.Context, a *Application) error {
	r, err := rowOf(a)
	if err != nil {
		return err
	}
	return s.db.With(ctx).Create(&r).Error
}

// update stores the changed columns of an application that lock has read.
func (s *Service) update(ctx context.Context, a *Application, columns map[string]any) error {
	columns["version"], columns["updated_at"] = gorm.Expr("version + 1"), database.At(a.UpdatedAt)
	return s.db.With(ctx).Model(&row{}).Where("realm_id = ? AND id = ?", a.RealmID, a.ID).Updates(columns).Error
}

// setEnabled reports whether the state was another one before.
func (s *Service) setEnabled(ctx context.Context, a *Application, enabled bool, now time.Time) (bool, error) {
	res := s.db.With(ctx).Model(&row{}).Where("realm_id = ? AND id = ? AND enabled = ?", a.RealmID, a.ID, !enabled).
		Updates(map[string]any{"enabled": enabled, "version": gorm.Expr("version + 1"), "updated_at": database.At(now)})
	return res.RowsAffected == 1, res.Error
}

// remove deletes the application; its secrets and API keys go with it.
func (s *Service) remove(ctx context.Context, realmID, appID string) error {
	return database.Translate(s.db.With(ctx).Where("realm_id = ? AND id = ?", realmID, appID).Delete(&row{}).Error)
}

func (s *Service) find(ctx context.Context, realmID, appID string) (*Application, error) {
	return s.one(ctx, s.db.With(ctx).Where("realm_id = ? AND id = ?", realmID, appID))
}

// lock is find for an application that is about to be changed: whoever else wants
// to change it waits.
func (s *Service) lock(ctx context.Context, realmID, appID string) (*Application, error) {
	return s.one(ctx, database.Lock(s.db.With(ctx)).Where("realm_id = ? AND id = ?", realmID, appID))
}

func (s *Service) findByClient(ctx context.Context, realmID, clientID string) (*Application, error) {
	return s.one(ctx, s.db.With(ctx).Where("realm_id = ? AND client_id = ?", realmID, clientID))
}

func (s *Service) one(ctx context.Context, q *gorm.DB) (*Application, error) {
	var r row
	if err := q.Take(&r).Error; err != nil {
		if errors.Is(err, database.ErrNotFound) {
			return nil, ErrNotFound
		}
		return nil, fmt.Errorf("read application: %w", err)
	}
	found, err := s.complete(ctx, r.RealmID, []row{r})
	if err != nil {
		return nil, err
	}
	return found[0], nil
}

func (s *Service) list(ctx context.Context, realmID string, f Filter) ([]*Application, error) {
	q := s.db.With(ctx).Where("realm_id = ? AND id > ?", realmID, f.After).Order("id").Limit(f.Limit)
	if f.Enabled != nil {
		q = q.Where("enabled = ?", *f.Enabled)
	}
	if f.Type != "" {
		q = q.Where("type = ?", string(f.Type))
	}
	if f.Query != "" {
		like := strings.NewReplacer(`\`, `\\`, "%", `\%`, "_", `\_`).Replace(strings.ToLower(f.Query)) + "%"
		q = q.Where(`(LOWER(name) LIKE ? ESCAPE '\' OR LOWER(client_id) LIKE ? ESCAPE '\')`, like, like)
	}
	if f.Only != nil {
		q = q.Where("id IN ?", f.Only)
	}
	var rows []row
	if err := q.Find(&rows).Error; err != nil {
		return nil, fmt.Errorf("list applications of realm %s: %w", realmID, err)
	}
	return s.complete(ctx, realmID, rows)
}

// complete makes applications of rows, with their secrets.
func (s *Service) complete(ctx context.Context, realmID string, rows []row) ([]*Application, error) {
	apps := make([]*Application, len(rows))
	ids := make([]string, len(rows))
	for i, r := range rows {
		a, err := r.application()
		if err != nil {
			return nil, err
		}
		apps[i], ids[i] = a, a.ID
	}
	secrets, err := s.secretsOf(ctx, realmID, ids)
	if err != nil {
		return nil, err
	}
	for _, a := range apps {
		a.Secrets = secrets[a.ID]
	}
	return apps, nil
}

// allOrigins are the origins of every enabled application of the realm.
func (s *Service) allOrigins(ctx context.Context, realmID string) (map[string]bool, error) {
	var rows []row
	err := s.db.With(ctx).Where("realm_id = ? AND enabled = ? AND type IN ?", realmID, true, []Type{Web, SPA, Native}).Find(&rows).Error
	if err != nil {
		return nil, fmt.Errorf("read origins of realm %s: %w", realmID, err)
	}
	origins := map[string]bool{}
	for _, r := range rows {
		a, err := r.application()
		if err != nil {
			return nil, err
		}
		for _, origin := range a.Origins() {
			origins[origin] = true
		}
	}
	return origins, nil
}
