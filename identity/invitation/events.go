package invitation

// Sent is recorded when an invitation is made, and each time it is sent again.
type Sent struct {
	InvitationID  string `json:"invitation_id"`
	ApplicationID string `json:"application_id,omitempty"`
}

// EventType names the event.
func (Sent) EventType() string { return "invitation.sent" }

// AcceptedEvent is recorded when the person has chosen a password.
type AcceptedEvent struct {
	InvitationID  string `json:"invitation_id"`
	ApplicationID string `json:"application_id,omitempty"`
}

// EventType names the event.
func (AcceptedEvent) EventType() string { return "invitation.accepted" }

// RevokedEvent is recorded when an administrator takes an invitation back.
type RevokedEvent struct {
	InvitationID string `json:"invitation_id"`
}

// EventType names the event.
func (RevokedEvent) EventType() string { return "invitation.revoked" }
