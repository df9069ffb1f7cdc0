package webhook

import (
	"crypto/hmac"
	"crypto/sha256"
	"encoding/base64"
	"errors"
	"fmt"
	"net/http"
	"strconv"
	"strings"
	"time"

	"authserver/internal/secret"
)

// Names of the headers of a delivery (Standard Webhooks 1.0).
const (
	HeaderID        = "Webhook-Id"
	HeaderTimestamp = "Webhook-Timestamp"
	HeaderSignature = "Webhook-Signature"
)

const (
	secretPrefix = "whsec_"
	secretBytes  = 32
	// tolerance is how far a delivery's time may be from the receiver's.
	tolerance = 5 * time.Minute
)

// ErrSignature says that a delivery is not from who has the secret, or is old.
var ErrSignature = errors.New("webhook: the signature is not valid")

// newSecret is a secret as receivers' libraries take it.
func newSecret() string {
	return secretPrefix + base64.StdEncoding.EncodeToString(secret.Bytes(secretBytes))
}

// signature is the value of HeaderSignature: one for each secret, the newest first.
func signature(secrets []string, id string, at time.Time, body string) (string, error) {
	list := make([]string, 0, len(secrets))
	for _, s := range secrets {
		sum, err := mac(s, id, strconv.FormatInt(at.Unix(), 10), body)
		if err != nil {
			return "", err
		}
		list = append(list, "v1,"+base64.StdEncoding.EncodeToString(sum))
	}
	return strings.Join(list, " "), nil
}

func mac(secret, id, timestamp, body string) ([]byte, error) {
	key, err := base64.StdEncoding.DecodeString(strings.TrimPrefix(secret, secretPrefix))
	if err != nil || len(key) == 0 {
		return nil, errors.New("webhook: a secret is whsec_ and base64")
	}
	h := hmac.New(sha256.New, key)
	fmt.Fprintf(h, "%s.%s.%s", id, timestamp, body)
	return h.Sum(nil), nil
}

// Verify checks a delivery as its receiver does: ErrSignature unless one of its signatures
// was made with the secret, not more than five minutes before or after now.
func Verify(secret string, header http.Header, body string, now time.Time) error {
	id, timestamp := header.Get(HeaderID), header.Get(HeaderTimestamp)
	seconds, err := strconv.ParseInt(timestamp, 10, 64)
	if err != nil || id == "" || now.Sub(time.Unix(seconds, 0)).Abs() > tolerance {
		return ErrSignature
	}
	want, err := mac(secret, id, timestamp, body)
	if err != nil {
		return err
	}
	for one := range strings.FieldsSeq(header.Get(HeaderSignature)) {
		version, encoded, _ := strings.Cut(one, ",")
		got, err := base64.StdEncoding.DecodeString(encoded)
		if version == "v1" && err == nil && hmac.Equal(got, want) {
			return nil
		}
	}
	return ErrSignature
}
