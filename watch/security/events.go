package security

// DeviceNew is recorded when somebody signs in with a browser that they have not used
// before; not for their first.
type DeviceNew struct {
	DeviceID  string   `json:"device_id"`
	SessionID string   `json:"session_id"`
	Signals   []Signal `json:"signals"`
	Reaction  string   `json:"reaction"` // allow, notify or step_up
}

// EventType names the event.
func (DeviceNew) EventType() string { return "security.device_new" }

// SignInSuspicious is recorded when a sign-in is unusual in another way than by its
// device alone.
type SignInSuspicious struct {
	DeviceID  string   `json:"device_id"`
	SessionID string   `json:"session_id"`
	Signals   []Signal `json:"signals"`
	Reaction  string   `json:"reaction"`
}

// EventType names the event.
func (SignInSuspicious) EventType() string { return "security.sign_in_suspicious" }

// SignInBlocked is recorded when a sign-in is refused because it is unusual.
type SignInBlocked struct {
	Signals []Signal `json:"signals"`
}

// EventType names the event.
func (SignInBlocked) EventType() string { return "security.sign_in_blocked" }

// SignInDenied is recorded when a person says that a sign-in was not theirs.
type SignInDenied struct {
	DeviceID string `json:"device_id"`
}

// EventType names the event.
func (SignInDenied) EventType() string { return "security.sign_in_denied" }

// DeviceConfirmed is recorded when a person says that a device is theirs.
type DeviceConfirmed struct {
	DeviceID string `json:"device_id"`
}

// EventType names the event.
func (DeviceConfirmed) EventType() string { return "security.device_confirmed" }

// DeviceRenamed is recorded when a person names a device.
type DeviceRenamed struct {
	DeviceID string `json:"device_id"`
}

// EventType names the event.
func (DeviceRenamed) EventType() string { return "security.device_renamed" }

// DeviceSuspected is recorded when somebody marks a device as suspicious.
type DeviceSuspected struct {
	DeviceID string `json:"device_id"`
}

// EventType names the event.
func (DeviceSuspected) EventType() string { return "security.device_suspected" }

// DeviceRevoked is recorded when a device is not to be recognised any more.
type DeviceRevoked struct {
	DeviceID string `json:"device_id"`
}

// EventType names the event.
func (DeviceRevoked) EventType() string { return "security.device_revoked" }

// Spraying is recorded once in a quarter of an hour for a network that fails at many
// accounts.
type Spraying struct {
	Network  string `json:"network"`
	Accounts int64  `json:"accounts"`
	Failures int64  `json:"failures"`
}

// EventType names the event.
func (Spraying) EventType() string { return "security.password_spraying" }

// Stuffing is recorded once in a quarter of an hour in which very many sign-ins fail in
// the realm.
type Stuffing struct {
	Failures int64 `json:"failures"`
}

// EventType names the event.
func (Stuffing) EventType() string { return "security.credential_stuffing" }
