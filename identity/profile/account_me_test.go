package profile_test

import (
	"encoding/json"
	"net/http"
	"testing"

	"authserver/identity/identitytest"
	"authserver/identity/profile"
	"authserver/identity/user"
)

const mePath = "/api/v1/realms/acme/me"

func TestMeIsReadAndPatched(t *testing.T) {
	t.Parallel()
	h := newHouse(t)
	h.set(t, field("team", profile.Select, required), field("size", profile.Number), field("staff", profile.String, adminOnly), field("note", profile.String, hidden))
	u := h.User(t, "ann@example.com")
	if _, err := h.Users.Update(h.Context, h.Realm.ID, u.ID, user.Profile{
		Picture: ptr("https://example.com/a.png"), Attributes: map[string]any{"staff": "A-17", "note": "secret remark", "size": 3.0},
	}); err != nil {
		t.Fatal(err)
	}
	b := identitytest.NewBrowser(t, h.web)
	if got := b.Get(mePath); got.StatusCode != http.StatusUnauthorized {
		t.Errorf("without a session = %d", got.StatusCode)
	}
	b.SignIn(h.House, u.ID)
	got := b.Get(mePath)
	read := func() (me struct {
		ID, Name, Email, Picture string
		AvatarURL                string `json:"avatar_url"`
		Attributes               map[string]any
		Missing                  []string
		Address                  *user.Address
	}) {
		t.Helper()
		if err := json.Unmarshal([]byte(b.Body), &me); err != nil {
			t.Fatal(err, b.Body)
		}
		return me
	}
	me, tag := read(), got.Header.Get("ETag")
	if me.ID != u.ID || me.AvatarURL != me.Picture || me.Attributes["staff"] != "A-17" || me.Attributes["note"] != nil || len(me.Missing) != 1 || tag == "" {
		t.Errorf("me: %s, ETag %s", b.Body, tag)
	}
	for name, tc := range map[string]struct {
		body  string
		code  string
		field string
	}{
		"unknown member":   {`{"nonsense":1}`, "unknown_field", "nonsense"},
		"the address":      {`{"email":"evil@example.com"}`, "profile_protected", "email"},
		"proof":            {`{"email_verified":true}`, "profile_protected", "email_verified"},
		"protected":        {`{"attributes":{"staff":"1"}}`, "profile_protected", "staff"},
		"hidden":           {`{"attributes":{"note":"1"}}`, "profile_unknown", "note"},
		"required":         {`{"attributes":{"team":null}}`, "profile_required", "team"},
		"not of the type":  {`{"attributes":{"size":"many"}}`, "profile_number", "size"},
		"a list":           {`{"attributes":{"size":[1]}}`, "profile_text", "size"},
		"no zone":          {`{"zoneinfo":"Mars/Olympus"}`, "zoneinfo_invalid", "zoneinfo"},
		"a script":         {`{"picture":"javascript:x"}`, "url_invalid", "picture"},
		"a number, a name": {`{"name":1}`, "invalid_type", ""},
	} {
		res := b.JSON(http.MethodPatch, mePath, tc.body)
		var problem struct{ Code, Field string }
		if err := json.Unmarshal([]byte(b.Body), &problem); err != nil || res.StatusCode/100 != 4 || problem.Code != tc.code || tc.field != "" && problem.Field != tc.field {
			t.Errorf("%s = %d %s, want %s at %s", name, res.StatusCode, b.Body, tc.code, tc.field)
		}
	}
	if res := b.JSON(http.MethodPatch, mePath, `{"name":"Ann"}`, "If-Match", `"1"`); res.StatusCode != http.StatusPreconditionFailed {
		t.Errorf("from an old version = %d %s", res.StatusCode, b.Body)
	}
	res := b.JSON(http.MethodPatch, mePath, `{"name":"Ann","picture":null,"attributes":{"team":"red","size":null},"address":{"locality":"Ulm"}}`, "If-Match", tag)
	if me = read(); res.StatusCode != http.StatusOK || me.Name != "Ann" || me.Picture != "" || me.Attributes["size"] != nil || me.Address.Locality != "Ulm" || len(me.Missing) != 0 {
		t.Errorf("patched = %d %s", res.StatusCode, b.Body)
	}
	if res.Header.Get("ETag") == tag {
		t.Error("the tag did not change")
	}
	if res := b.JSON(http.MethodPatch, mePath, `{"address":null}`); res.StatusCode != http.StatusOK || h.user(t, u).Address != nil {
		t.Errorf("address taken away = %d %s", res.StatusCode, b.Body)
	}
	if res := b.JSON(http.MethodPatch, mePath, `{"name":"x"}`, "Sec-Fetch-Site", "cross-site"); res.StatusCode != http.StatusForbidden {
		t.Errorf("another site = %d", res.StatusCode)
	}
}
