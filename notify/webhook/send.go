package webhook

import (
	"context"
	"crypto/tls"
	"crypto/x509"
	"errors"
	"io"
	"net/http"
	"strconv"
	"strings"
	"time"

	"authserver/internal/database"
	"authserver/internal/id"
	"authserver/internal/outbound"
)

// excerptMax is how much of an answer is kept.
const excerptMax = 1 << 10

// outcome is what came of a call.
type outcome struct {
	at       time.Time
	took     time.Duration
	status   int
	failed   string // "" for success; else words that tell nothing of our network
	gone     bool
	excerpts string
}

func (o outcome) row(r deliveryRow) attemptRow {
	return attemptRow{
		ID: id.New(), RealmID: r.RealmID, DeliveryID: r.ID, Number: r.Attempts, At: database.At(o.at), Duration: o.took.Microseconds(),
		StatusCode: o.status, Error: o.failed, Excerpt: o.excerpts,
	}
}

// attempt calls the receiver, outside any transaction. Its error is ours; what the
// receiver fails at is in the outcome.
func (s *Service) attempt(ctx context.Context, w *Webhook, r deliveryRow) (outcome, error) {
	out := outcome{at: s.Now()}
	secrets, err := s.secrets(ctx, w, out.at)
	if err != nil {
		return out, err
	}
	ctx, cancel := context.WithTimeout(ctx, patience)
	defer cancel()
	req, err := http.NewRequestWithContext(ctx, http.MethodPost, w.URL, strings.NewReader(r.Body))
	if err != nil {
		out.failed = "the address cannot be called"
		return out, nil
	}
	for name, value := range w.Headers {
		req.Header.Set(name, value)
	}
	req.Header.Set("Content-Type", "application/json")
	req.Header.Set("User-Agent", "AuthServer-Webhooks/1")
	req.Header.Set("Accept-Encoding", "identity") // nothing is unpacked
	req.Header.Set(HeaderID, r.ID)
	req.Header.Set(HeaderTimestamp, strconv.FormatInt(out.at.Unix(), 10))
	signed, err := signature(secrets, r.ID, out.at, r.Body)
	if err != nil {
		return out, err
	}
	req.Header.Set(HeaderSignature, signed)
	res, err := s.Client.Do(req)
	out.took = s.Now().Sub(out.at)
	if err != nil {
		out.failed = reason(err)
		return out, nil
	}
	defer func() { _ = res.Body.Close() }()
	begin, _ := io.ReadAll(io.LimitReader(res.Body, excerptMax))
	out.status, out.excerpts, out.gone = res.StatusCode, excerpt(begin), res.StatusCode == http.StatusGone
	switch {
	case res.StatusCode >= 300 && res.StatusCode < 400:
		out.failed = "redirects are not followed"
	case res.StatusCode < 200 || res.StatusCode >= 300:
		out.failed = "status " + strconv.Itoa(res.StatusCode)
	}
	return out, nil
}

// reason says why there was no answer, in words that are the same for a host that is not
// there and one that must not be called: the difference would map our network.
func reason(err error) string {
	var certificate *tls.CertificateVerificationError
	var unknown x509.UnknownAuthorityError
	var timeout interface{ Timeout() bool }
	switch {
	case errors.Is(err, outbound.ErrRefused):
		return "connection failed"
	case errors.As(err, &certificate), errors.As(err, &unknown):
		return "TLS failed"
	case errors.Is(err, context.DeadlineExceeded), errors.As(err, &timeout) && timeout.Timeout():
		return "timeout"
	default:
		return "connection failed"
	}
}

// excerpt makes of an answer's beginning something that every column and page can hold.
func excerpt(begin []byte) string {
	return strings.Map(func(r rune) rune {
		if r < ' ' && r != '\n' && r != '\t' || r == 0x7f || r == '\ufffd' {
			return -1
		}
		return r
	}, strings.ToValidUTF8(string(begin), ""))
}
