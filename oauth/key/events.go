package key

// Created is recorded when a key begins to exist, as next or at once as active.
type Created struct {
	Algorithm string `json:"algorithm"`
	State     State  `json:"state"`
}

// EventType names the event.
func (Created) EventType() string { return "key.created" }

// Activated is recorded when a published key begins to sign.
type Activated struct {
	Algorithm string `json:"algorithm"`
}

// EventType names the event.
func (Activated) EventType() string { return "key.activated" }

// Retired is recorded when a key ceases to sign and its private half is erased.
type Retired struct {
	Algorithm string `json:"algorithm"`
}

// EventType names the event.
func (Retired) EventType() string { return "key.retired" }

// Withdrawn is recorded when a key is taken out before its time: from then on
// nothing that it has signed is accepted.
type Withdrawn struct {
	Algorithm string `json:"algorithm"`
}

// EventType names the event.
func (Withdrawn) EventType() string { return "key.withdrawn" }
