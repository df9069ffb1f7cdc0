package security

import (
	"context"
	"net/http"
	"slices"
	"time"

	"authserver/identity/user"
	"authserver/internal/device"
	"authserver/internal/rest"
	"authserver/tenant/realm"
)

const tagSecurity = "Security"

// MountAdmin adds the list of security events and the administration of known devices.
func (s *Service) MountAdmin(a *rest.API) {
	rest.Handle(a, rest.Operation{
		ID: "listSecurityEvents", Method: http.MethodGet, Path: "/security/events", Tag: tagSecurity, Summary: "List security events, the newest first",
		Permission: "security.read", Description: "Events of the last year. Addresses and User-Agents are those of who caused them.",
	}, s.adminEvents)
	one := func(id, method, path, summary, permission string) rest.Operation {
		return rest.Operation{
			ID: id, Method: method, Path: "/users/{user}/devices" + path, Tag: tagSecurity, Summary: summary, Permission: permission,
			Subject: "user", Missing: user.ErrNotFound,
		}
	}
	rest.Handle(a, one("listUserDevices", http.MethodGet, "", "List the devices of a person", "users.read"), s.adminDevices)
	of := func(id, method, path, summary, permission string) rest.Operation {
		o := one(id, method, "/{device}"+path, summary, permission)
		o.Missing = ErrDeviceNotFound
		return o
	}
	rest.Handle(a, of("getUserDevice", http.MethodGet, "", "Read a device of a person", "users.read"), s.adminDevice)
	suspect := of("suspectUserDevice", http.MethodPost, "/suspicion", "Mark a device as suspicious", "users.credentials")
	suspect.Description = "It is not recognised any more until its person confirms it: a sign-in with it is treated as one with a new device."
	suspect.Status = http.StatusNoContent
	rest.Handle(a, suspect, s.adminSuspect)
	revoke := of("revokeUserDevice", http.MethodDelete, "", "Revoke a device of a person", "users.credentials")
	revoke.Description = "Its sessions end with all that was granted in them. No browser of the person is spared the second factor any more."
	rest.Handle(a, revoke, s.adminRevoke)
}

type listEvents struct {
	rest.Page
	Type     string    `query:"type" maxLength:"60" doc:"Such as security.device_new."`
	Severity string    `query:"severity" enum:"info,warning,critical"`
	UserID   string    `query:"user_id" format:"uuid"`
	From     time.Time `query:"from" doc:"Not before."`
	To       time.Time `query:"to" doc:"Before."`
}

// EventView is a security event.
type EventView struct {
	ID        string    `json:"id" format:"uuid"`
	At        time.Time `json:"at"`
	Type      string    `json:"type"`
	Severity  Severity  `json:"severity" enum:"info,warning,critical"`
	UserID    string    `json:"user_id,omitempty" format:"uuid"`
	IP        string    `json:"ip,omitempty"`
	UserAgent string    `json:"user_agent,omitempty"`
	Signals   []Signal  `json:"signals,omitempty" doc:"What was unusual: new_device, impossible_travel, password_spraying, credential_stuffing, breached_password."`
	Reaction  string    `json:"reaction,omitempty" doc:"What followed: allow, notify, step_up."`
	DeviceID  string    `json:"device_id,omitempty" format:"uuid"`
	SessionID string    `json:"session_id,omitempty" format:"uuid"`
	Network   string    `json:"network,omitempty"`
	Accounts  int64     `json:"accounts,omitempty"`
	Failures  int64     `json:"failures,omitempty"`
	Reason    string    `json:"reason,omitempty"`
}

func eventViewOf(n Event) EventView {
	d := n.Details
	return EventView{
		n.ID, n.At, n.Type, n.Severity, n.UserID, n.IP, n.UserAgent, d.Signals, d.Reaction, d.DeviceID, d.SessionID, d.Network, d.Accounts, d.Failures, d.Reason,
	}
}

func (s *Service) adminEvents(ctx context.Context, in *listEvents) (*rest.List[EventView], error) {
	all, err := s.Events(ctx, realm.From(ctx).ID, Filter{
		Type: in.Type, Severity: Severity(in.Severity), UserID: in.UserID, From: in.From, To: in.To, After: in.After(), Limit: in.Limit + 1,
	})
	if err != nil {
		return nil, err
	}
	next := ""
	if len(all) > in.Limit {
		all = all[:in.Limit]
		next = all[in.Limit-1].ID
	}
	views := make([]EventView, 0, len(all))
	for _, n := range all {
		views = append(views, eventViewOf(n))
	}
	return rest.ListOf(views, next), nil
}

// DeviceView is a known device.
type DeviceView struct {
	ID        string    `json:"id" format:"uuid"`
	Name      string    `json:"name,omitempty" doc:"Given by the person."`
	Browser   string    `json:"browser,omitempty" doc:"Such as \"Firefox, Linux\"."`
	Network   string    `json:"network,omitempty" doc:"The beginning of the address seen last; the rest is zero."`
	Place     string    `json:"place,omitempty"`
	Status    Status    `json:"status" enum:"new,confirmed,held,suspicious,revoked"`
	SignIns   int64     `json:"sign_ins"`
	FirstSeen time.Time `json:"first_seen_at"`
	LastSeen  time.Time `json:"last_seen_at"`
	DecidedAt time.Time `json:"decided_at,omitzero" doc:"When somebody confirmed, suspected or revoked it."`
	ExpiresAt time.Time `json:"expires_at"`
}

func (s *Service) deviceViewOf(d *Device, language string) DeviceView {
	return DeviceView{
		d.ID, d.Name, device.Name(d.UserAgent), d.Network, s.places.Of(d.Network, language), d.Status, d.SignIns, d.FirstSeen, d.LastSeen, d.DecidedAt, d.ExpiresAt,
	}
}

type listDevices struct {
	UserID string `path:"user" format:"uuid"`
	Status string `query:"status" enum:"new,confirmed,held,suspicious,revoked" doc:"All but the revoked, if left out."`
}

func (s *Service) adminDevices(ctx context.Context, in *listDevices) (*rest.List[DeviceView], error) {
	realmID := realm.From(ctx).ID
	if _, err := s.users.ByID(ctx, realmID, in.UserID); err != nil {
		return nil, err
	}
	all, err := s.Devices(ctx, realmID, in.UserID)
	if in.Status != "" {
		all, err = s.list(ctx, realmID, in.UserID, Status(in.Status))
	}
	if err != nil {
		return nil, err
	}
	views := make([]DeviceView, 0, len(all))
	for d := range slices.Values(all) {
		views = append(views, s.deviceViewOf(d, "en"))
	}
	return rest.ListOf(views, ""), nil
}

type deviceID struct {
	UserID string `path:"user" format:"uuid"`
	ID     string `path:"device" format:"uuid"`
}

type deviceAnswer struct{ Body DeviceView }

func (s *Service) adminDevice(ctx context.Context, in *deviceID) (*deviceAnswer, error) {
	d, err := s.Device(ctx, realm.From(ctx).ID, in.UserID, in.ID)
	if err != nil {
		return nil, err
	}
	return &deviceAnswer{s.deviceViewOf(d, "en")}, nil
}

func (s *Service) adminSuspect(ctx context.Context, in *deviceID) (*rest.None, error) {
	return &rest.None{}, s.Suspect(ctx, realm.From(ctx).ID, in.UserID, in.ID)
}

func (s *Service) adminRevoke(ctx context.Context, in *deviceID) (*rest.None, error) {
	return &rest.None{}, s.Revoke(ctx, realm.From(ctx).ID, in.UserID, in.ID)
}
