package totp_test

import (
	"encoding/json"
	"strings"
	"testing"
)

func TestACopyTellsThatThereIsASecretAndNotWhich(t *testing.T) {
	t.Parallel()
	h := newHouse(t)
	say := func() string {
		t.Helper()
		name, value, err := h.totp.Export(h.Context, h.Realm.ID, h.user)
		if err != nil || name != "authenticator" {
			t.Fatal(name, err)
		}
		text, err := json.Marshal(value)
		if err != nil {
			t.Fatal(err)
		}
		return string(text)
	}
	if got := say(); got != `{"enrolled":false}` {
		t.Errorf("without one: %s", got)
	}
	key := h.enrol(t)
	if got := say(); !strings.HasPrefix(got, `{"enrolled":true,"since":"`) || strings.Contains(got, key) {
		t.Errorf("with one: %s", got)
	}
}
