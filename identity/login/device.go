package login

import (
	"encoding/base64"
	"strconv"
	"strings"
	"time"

	"authserver/identity/user"
	"authserver/internal/secret"
)

const (
	deviceLabel = "identity/login device"
	// deviceLife is how long a browser stays known without a sign-in.
	deviceLife = 180 * 24 * time.Hour
	// devicesMax bounds the cookie of a browser that several people use.
	devicesMax = 4
	// deviceSize bounds one token: id, day, MAC and two dots.
	deviceSize = 96
)

// device is a browser in which the account has signed in before. Its token is
// id.day.MAC, made for one account of one realm under its present password: it needs
// no row, and a new password makes every browser a stranger. It proves nothing but
// that, and signs nobody in.
type device struct{ id string }

// known returns the device among the tokens of the cookie that was made for the user,
// if any.
func (s *Service) known(cookie string, c *user.Credential, now time.Time) *device {
	for _, token := range tokens(cookie) {
		parts := strings.Split(token, ".")
		if len(parts) != 3 {
			continue
		}
		day, err := strconv.ParseInt(parts[1], 10, 32)
		if err != nil || now.Sub(time.Unix(day*86400, 0)) > deviceLife {
			continue
		}
		got, err := base64.RawURLEncoding.Strict().DecodeString(parts[2])
		if err != nil {
			continue
		}
		for _, key := range s.deviceKeys {
			if secret.Equal(got, deviceMAC(key, c, parts[0], parts[1])) {
				return &device{id: parts[0]}
			}
		}
	}
	return nil
}

// remember returns the cookie with a new token for the user before those of other
// accounts.
func (s *Service) remember(cookie string, c *user.Credential, now time.Time) string {
	id := base64.RawURLEncoding.EncodeToString(secret.Bytes(16))
	day := strconv.FormatInt(now.Unix()/86400, 10)
	mac := base64.RawURLEncoding.EncodeToString(deviceMAC(s.deviceKeys[0], c, id, day))
	all := []string{id + "." + day + "." + mac}
	for _, token := range tokens(cookie) {
		if len(all) < devicesMax && s.known(token, c, now) == nil {
			all = append(all, token)
		}
	}
	return strings.Join(all, "~")
}

// tokens splits what the browser sent, which may be anything.
func tokens(cookie string) []string {
	if cookie == "" || len(cookie) > devicesMax*(deviceSize+1) {
		return nil
	}
	var some []string
	for _, token := range strings.SplitN(cookie, "~", devicesMax+1) {
		if token != "" && len(token) <= deviceSize && strings.Count(token, ".") == 2 {
			some = append(some, token)
		}
	}
	return some
}

func deviceMAC(key []byte, c *user.Credential, id, day string) []byte {
	return secret.MAC(key, c.RealmID, c.ID, strconv.FormatInt(c.Serial, 10), id, day)
}
