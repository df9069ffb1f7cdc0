package application

import (
	"encoding/hex"
	"fmt"
	"hash/crc32"
	"net/netip"
	"slices"
	"strings"
	"time"

	"authserver/internal/event"
	"authserver/internal/fault"
	"authserver/internal/id"
	"authserver/internal/secret"
)

// Faults of API keys. ErrKeyInvalid does not say whether the key is malformed,
// unknown, of another realm, expired, revoked, or of a disabled application.
var (
	ErrKeyInvalid  = fault.New(fault.Unauthenticated, "api_key_invalid", "The API key is not valid.")
	ErrKeyNotFound = fault.New(fault.NotFound, "api_key_not_found", "There is no such API key.")
	errKeyDraft    = fault.New(fault.Invalid, "api_key_expiry_invalid", "An expiry lies in the future.").At("expires_at")
)

// APIKey is a machine's way to call the server. Values that come from
// AuthenticateKey are shared between requests and must not be changed.
type APIKey struct {
	ID, RealmID string
	// ApplicationID is the application that the key acts for; empty for the realm.
	ApplicationID string
	Name          string
	// Prefix is the beginning of the key, by which people tell keys apart.
	Prefix string
	Scopes []string
	// Networks are those that it may be used from; none is everywhere.
	Networks []netip.Prefix
	// Realms are the ids of those that an operator's key is limited to; nil is all.
	Realms []string
	// ExpiresAt, LastUsedAt and RevokedAt are zero for never. LastUsedAt lags by up
	// to a minute or two.
	ExpiresAt, LastUsedAt, RevokedAt, CreatedAt time.Time

	digest []byte
}

// Ref names the key in an event.
func (k *APIKey) Ref() event.Ref { return event.Ref{RealmID: k.RealmID, Kind: "api_key", ID: k.ID} }

// Allows reports whether the key has the scope, compared letter for letter.
func (k *APIKey) Allows(scope string) bool { return slices.Contains(k.Scopes, scope) }

// from reports whether the key may be used from the address. A key with networks needs
// one.
func (k *APIKey) from(ip string) bool {
	if len(k.Networks) == 0 {
		return true
	}
	addr, err := netip.ParseAddr(ip)
	return err == nil && slices.ContainsFunc(k.Networks, func(n netip.Prefix) bool { return n.Contains(addr.Unmap()) })
}

// live reports whether the key opens anything at that time.
func (k *APIKey) live(now time.Time) bool {
	return k.RevokedAt.IsZero() && (k.ExpiresAt.IsZero() || now.Before(k.ExpiresAt))
}

// A key is written ak_<id>_<secret><sum>: the row's id as 32 hexadecimal digits,
// 256 random bits as 43 characters of base64url, and a CRC-32 of all before it as
// 8 hexadecimal digits. The prefix lets scanners find keys that leaked, the sum
// lets them and us refuse garbage without a look-up.
const (
	keyPrefix    = "ak_"
	keyIDLen     = 32
	keySecretLen = 43
	keySumLen    = 8
	keyLen       = len(keyPrefix) + keyIDLen + 1 + keySecretLen + keySumLen
)

// newKey returns a fresh id, the key's shown prefix, and its plain text.
func newKey() (keyID, prefix, plain string) {
	keyID = id.New()
	prefix = keyPrefixOf(keyID)
	body := secret.Token(prefix + "_")
	return keyID, prefix, body + keySum(body)
}

// keyPrefixOf is what the plain text of the key begins with.
func keyPrefixOf(keyID string) string { return keyPrefix + strings.ReplaceAll(keyID, "-", "") }

func keySum(body string) string { return fmt.Sprintf("%08x", crc32.ChecksumIEEE([]byte(body))) }

// keyIDOf returns the id in a well-formed key.
func keyIDOf(plain string) (string, bool) {
	if len(plain) != keyLen || !strings.HasPrefix(plain, keyPrefix) || plain[len(keyPrefix)+keyIDLen] != '_' {
		return "", false
	}
	body, sum := plain[:keyLen-keySumLen], plain[keyLen-keySumLen:]
	want, err := hex.DecodeString(sum)
	if err != nil || crc32.ChecksumIEEE([]byte(body)) != uint32(want[0])<<24|uint32(want[1])<<16|uint32(want[2])<<8|uint32(want[3]) {
		return "", false
	}
	h := plain[len(keyPrefix) : len(keyPrefix)+keyIDLen]
	keyID := h[:8] + "-" + h[8:12] + "-" + h[12:16] + "-" + h[16:20] + "-" + h[20:]
	return keyID, id.Valid(keyID)
}
