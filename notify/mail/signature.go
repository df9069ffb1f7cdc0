package mail

import (
	"context"
	"crypto/hmac"
	"crypto/sha256"
	"crypto/x509"
	"encoding/base64"
	"encoding/hex"
	"encoding/pem"
	"errors"
	"fmt"
	"io"
	"net/http"
	"net/url"
	"regexp"
	"strings"
	"time"

	"authserver/internal/fault"
	"authserver/internal/secret"
)

// errSignature refuses what a provider did not say.
var errSignature = fault.New(fault.Denied, "signature_invalid", "The signature is missing or wrong.")

// freshFor is how old a signed report may be: providers sign anew when they repeat one.
const (
	freshFor = 15 * time.Minute
	// staleAfter is the same for SNS, which signs once and repeats for an hour. It is
	// shorter than a repeated report is recognised (notify/message).
	staleAfter = 24 * time.Hour
)

// mailgunSigned checks the signature of a webhook of Mailgun: HMAC-SHA256 over time and
// token.
func mailgunSigned(key, timestamp, token, signature string) bool {
	mac := hmac.New(sha256.New, []byte(key))
	mac.Write([]byte(timestamp + token))
	given, err := hex.DecodeString(signature)
	return err == nil && token != "" && secret.Equal(mac.Sum(nil), given)
}

// notification is a message of Amazon SNS.
type notification struct {
	Type, MessageID, TopicArn, Subject, Message, Timestamp string
	SignatureVersion, Signature, SigningCertURL            string
	Token, SubscribeURL                                    string
}

// signed is the text that SNS signs: some members by name, in the order of the alphabet.
func (n notification) signed() []byte {
	members := [][2]string{{"Message", n.Message}, {"MessageId", n.MessageID}}
	if n.Type == "Notification" {
		if n.Subject != "" {
			members = append(members, [2]string{"Subject", n.Subject})
		}
	} else {
		members = append(members, [2]string{"SubscribeURL", n.SubscribeURL})
	}
	members = append(members, [2]string{"Timestamp", n.Timestamp})
	if n.Type != "Notification" {
		members = append(members, [2]string{"Token", n.Token})
	}
	members = append(members, [2]string{"TopicArn", n.TopicArn}, [2]string{"Type", n.Type})
	var b strings.Builder
	for _, m := range members {
		b.WriteString(m[0] + "\n" + m[1] + "\n")
	}
	return []byte(b.String())
}

// amazonHost are the hosts of SNS. A certificate from elsewhere proves nothing, and an
// address from elsewhere would have us call whatever a stranger likes.
var amazonHost = regexp.MustCompile(`^sns\.[a-z]{2}(-[a-z]+)+-\d\.amazonaws\.com(\.cn)?$`)

func amazon(address string) bool {
	u, err := url.Parse(address)
	return err == nil && u.Scheme == "https" && u.User == nil && u.Port() == "" && amazonHost.MatchString(u.Host)
}

// certificatePath is where SNS keeps the certificates that it signs with. Whatever else it
// answers holds what its users wrote, and that may be a certificate of theirs.
var certificatePath = regexp.MustCompile(`^/SimpleNotificationService-[0-9A-Za-z]+\.pem$`)

func certificateAddress(address string) bool {
	u, err := url.Parse(address)
	return err == nil && amazon(address) && certificatePath.MatchString(u.Path) && address == "https://"+u.Host+u.Path
}

// verify checks that SNS signed the notification. Only version 2 (SHA-256) counts: with
// SHA-1 somebody could make two messages that share a signature.
func (c *Callbacks) verify(ctx context.Context, n notification) error {
	if n.SignatureVersion != "2" {
		c.log.WarnContext(ctx, "SNS notification refused: set SignatureVersion of the topic to 2", "topic", n.TopicArn)
		return errSignature
	}
	signature, err := base64.StdEncoding.DecodeString(n.Signature)
	if err != nil || !certificateAddress(n.SigningCertURL) {
		return errSignature
	}
	cert, err := c.certificate(ctx, n.SigningCertURL)
	if err != nil {
		return fmt.Errorf("certificate of SNS: %w", err)
	}
	now := c.now()
	if now.Before(cert.NotBefore) || now.After(cert.NotAfter) || cert.CheckSignature(x509.SHA256WithRSA, n.signed(), signature) != nil {
		return errSignature
	}
	return nil
}

// certificate fetches the certificate that SNS signs with; it is the same for months.
func (c *Callbacks) certificate(ctx context.Context, address string) (*x509.Certificate, error) {
	c.mu.Lock()
	cert := c.certs[address]
	c.mu.Unlock()
	if cert != nil {
		return cert, nil
	}
	raw, err := c.fetch(ctx, address)
	if err != nil {
		return nil, err
	}
	block, _ := pem.Decode(raw)
	if block == nil || block.Type != "CERTIFICATE" {
		return nil, errors.New("no certificate at the address")
	}
	if cert, err = x509.ParseCertificate(block.Bytes); err != nil {
		return nil, err
	}
	c.mu.Lock()
	defer c.mu.Unlock()
	if len(c.certs) >= 16 { // two at a time are in use
		clear(c.certs)
	}
	c.certs[address] = cert
	return cert, nil
}

// fetch reads a small document of Amazon.
func (c *Callbacks) fetch(ctx context.Context, address string) ([]byte, error) {
	r, err := http.NewRequestWithContext(ctx, http.MethodGet, address, nil)
	if err != nil {
		return nil, err
	}
	res, err := c.client.Do(r)
	if err != nil {
		return nil, err
	}
	defer func() { _ = res.Body.Close() }()
	if res.StatusCode != http.StatusOK {
		return nil, fmt.Errorf("status %d", res.StatusCode)
	}
	return io.ReadAll(io.LimitReader(res.Body, 64<<10))
}
