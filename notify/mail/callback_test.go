package mail_test

import (
	"bytes"
	"context"
	"crypto/hmac"
	"crypto/rand"
	"crypto/rsa"
	"crypto/sha256"
	"crypto/x509"
	"crypto/x509/pkix"
	"encoding/base64"
	"encoding/hex"
	"encoding/json"
	"encoding/pem"
	"fmt"
	"io"
	"log/slog"
	"math/big"
	"net/http"
	"strconv"
	"strings"
	"sync"
	"testing"
	"time"

	"crypto"

	"authserver/internal/fault"
	"authserver/internal/letter"
	"authserver/internal/web/webtest"
	"authserver/notify/mail"
)

const (
	topic      = "arn:aws:sns:eu-central-1:123456789012:bounces"
	signingKey = "mailgun-signing-key"
	certURL    = "https://sns.eu-central-1.amazonaws.com/SimpleNotificationService-1.pem"
)

// ears are what hears the reports, and the hosts of Amazon.
type ears struct {
	mu      sync.Mutex
	heard   []letter.Report
	unknown bool
	fetched []string
	cert    []byte
	key     *rsa.PrivateKey
	h       http.Handler
}

func (e *ears) Report(_ context.Context, r letter.Report) error {
	e.mu.Lock()
	defer e.mu.Unlock()
	if e.unknown {
		return fault.New(fault.NotFound, "letter_not_found", "There is no such letter.")
	}
	e.heard = append(e.heard, r)
	return nil
}

// RoundTrip answers for Amazon.
func (e *ears) RoundTrip(r *http.Request) (*http.Response, error) {
	e.mu.Lock()
	defer e.mu.Unlock()
	e.fetched = append(e.fetched, r.URL.String())
	return &http.Response{StatusCode: http.StatusOK, Body: io.NopCloser(bytes.NewReader(e.cert)), Request: r}, nil
}

func listen(t *testing.T) *ears {
	t.Helper()
	key, err := rsa.GenerateKey(rand.Reader, 2048)
	if err != nil {
		t.Fatal(err)
	}
	about := &x509.Certificate{
		SerialNumber: big.NewInt(1), Subject: pkix.Name{CommonName: "sns.amazonaws.com"}, NotBefore: now().Add(-time.Hour), NotAfter: now().Add(time.Hour),
	}
	der, err := x509.CreateCertificate(rand.Reader, about, about, key.Public(), key)
	if err != nil {
		t.Fatal(err)
	}
	e := &ears{key: key, cert: pem.EncodeToMemory(&pem.Block{Type: "CERTIFICATE", Bytes: der})}
	c := mail.NewCallbacks(mail.CallbackDeps{
		Reports: e, MailgunSigningKey: signingKey, SESTopicARNs: []string{topic}, Client: &http.Client{Transport: e},
		Now: now, Logger: slog.New(slog.DiscardHandler),
	})
	e.h = webtest.Server(c.Mount).Handler()
	return e
}

func (e *ears) post(t *testing.T, path, kind, body string) int {
	t.Helper()
	return webtest.Do(e.h, webtest.Request(t, http.MethodPost, path, strings.NewReader(body), "Content-Type: "+kind)).StatusCode
}

// mailgunSays is a webhook as Mailgun sends it.
func mailgunSays(data string, at time.Time) string {
	stamp, token := strconv.FormatInt(at.Unix(), 10), "token-1"
	mac := hmac.New(sha256.New, []byte(signingKey))
	mac.Write([]byte(stamp + token))
	return fmt.Sprintf(`{"signature":{"timestamp":%q,"token":%q,"signature":%q},"event-data":%s}`, stamp, token, hex.EncodeToString(mac.Sum(nil)), data)
}

func mailgunEvent(event, more string) string {
	return fmt.Sprintf(`{"event":%q,"id":"ev-1","timestamp":%d.5,"recipient":"ann@example.com","tags":["x"],
		"message":{"headers":{"message-id":"m-1@id.example.com","subject":"Hi"}}%s}`, event, now().Unix(), more)
}

func TestMailgunTellsWhatBecameOfAMail(t *testing.T) {
	t.Parallel()
	for data, want := range map[string]letter.Fate{
		mailgunEvent("accepted", ""):   letter.Accepted,
		mailgunEvent("delivered", ""):  letter.Delivered,
		mailgunEvent("opened", ""):     letter.Opened,
		mailgunEvent("complained", ""): letter.Complained,
		mailgunEvent("failed", `,"severity":"temporary","delivery-status":{"code":451}`):                                           letter.Deferred,
		mailgunEvent("failed", `,"severity":"permanent","reason":"bounce","delivery-status":{"code":550}`):                         letter.Bounced,
		mailgunEvent("failed", `,"severity":"permanent","reason":"suppress-bounce","delivery-status":{"code":605}`):                letter.Bounced,
		mailgunEvent("failed", `,"severity":"permanent","reason":"bounce","delivery-status":{"code":550,"enhanced-code":"5.7.1"}`): letter.Failed,
		mailgunEvent("unsubscribed", ""): "",
		mailgunEvent("something", ""):    "",
	} {
		e := listen(t)
		if code := e.post(t, "/webhooks/email/mailgun", "application/json", mailgunSays(data, now())); code != http.StatusOK {
			t.Errorf("%s: status %d", data, code)
		}
		if want == "" {
			if len(e.heard) != 0 {
				t.Errorf("%s: %+v", data, e.heard)
			}
			continue
		}
		if len(e.heard) != 1 {
			t.Fatalf("%s: heard %+v", data, e.heard)
		}
		r := e.heard[0]
		if r.Fate != want || r.Provider != "mailgun" || r.EventID != "ev-1" || r.Token != "token-1" || r.MessageID != "m-1@id.example.com" ||
			r.To != "ann@example.com" || !r.At.Equal(now().Add(500*time.Millisecond)) || r.Channel != letter.Email {
			t.Errorf("%s: %+v", data, r)
		}
	}
}

func TestOnlyMailgunIsBelieved(t *testing.T) {
	t.Parallel()
	e := listen(t)
	good := mailgunSays(mailgunEvent("complained", ""), now())
	for name, body := range map[string]string{
		"no signature": `{"event-data":` + mailgunEvent("complained", "") + `}`,
		"another key":  strings.Replace(good, `"signature":"`, `"signature":"00`, 1),
		"another time": strings.Replace(good, strconv.FormatInt(now().Unix(), 10), strconv.FormatInt(now().Unix()+1, 10), 1),
		"too old":      mailgunSays(mailgunEvent("complained", ""), now().Add(-16*time.Minute)),
		"too new":      mailgunSays(mailgunEvent("complained", ""), now().Add(16*time.Minute)),
	} {
		if code := e.post(t, "/webhooks/email/mailgun", "application/json", body); code != http.StatusForbidden {
			t.Errorf("%s: status %d", name, code)
		}
	}
	for _, body := range []string{"", "x", "[]", `{"signature":1}`} {
		if code := e.post(t, "/webhooks/email/mailgun", "application/json", body); code != http.StatusBadRequest {
			t.Errorf("%q: status %d", body, code)
		}
	}
	if len(e.heard) != 0 {
		t.Errorf("heard %+v", e.heard)
	}
}

// sns is a message of SNS.
type sns map[string]string

func (e *ears) notification(t *testing.T, message string) sns {
	t.Helper()
	n := sns{
		"Type": "Notification", "MessageId": "sns-1", "TopicArn": topic, "Message": message,
		"Timestamp": now().Format("2006-01-02T15:04:05.000Z"), "SignatureVersion": "2", "SigningCertURL": certURL,
	}
	e.sign(t, n, "Message", "MessageId", "Timestamp", "TopicArn", "Type")
	return n
}

// sign signs the members that the documentation of SNS names.
func (e *ears) sign(t *testing.T, n sns, members ...string) {
	t.Helper()
	var b strings.Builder
	for _, m := range members {
		b.WriteString(m + "\n" + n[m] + "\n")
	}
	digest := sha256.Sum256([]byte(b.String()))
	signature, err := rsa.SignPKCS1v15(rand.Reader, e.key, crypto.SHA256, digest[:])
	if err != nil {
		t.Fatal(err)
	}
	n["Signature"] = base64.StdEncoding.EncodeToString(signature)
}

func (n sns) json(t *testing.T) string {
	t.Helper()
	b, err := json.Marshal(n)
	if err != nil {
		t.Fatal(err)
	}
	return string(b)
}

func TestSESTellsWhatBecameOfAMail(t *testing.T) {
	t.Parallel()
	e := listen(t)
	for message, want := range map[string]letter.Fate{
		`{"notificationType":"Bounce","mail":{"messageId":"m-1"},"bounce":{"bounceType":"Permanent","bounceSubType":"NoEmail","bouncedRecipients":[{"emailAddress":"ann@example.com"}]}}`: letter.Bounced,
		`{"eventType":"Bounce","mail":{"messageId":"m-1"},"bounce":{"bounceType":"Transient","bounceSubType":"MailboxFull"}}`:                                                             letter.Failed,
		`{"notificationType":"Complaint","mail":{"messageId":"m-1"},"complaint":{"complaintFeedbackType":"abuse","complainedRecipients":[{"emailAddress":"ann@example.com"}]}}`:           letter.Complained,
		`{"eventType":"Delivery","mail":{"messageId":"m-1"},"delivery":{}}`:                                                                                                               letter.Delivered,
		`{"eventType":"DeliveryDelay","mail":{"messageId":"m-1"}}`:                                                                                                                        letter.Deferred,
		`{"eventType":"Reject","mail":{"messageId":"m-1"}}`:                                                                                                                               letter.Failed,
	} {
		e.heard = nil
		if code := e.post(t, "/webhooks/email/ses", "text/plain; charset=UTF-8", e.notification(t, message).json(t)); code != http.StatusOK {
			t.Errorf("%s: status %d", message, code)
		}
		if len(e.heard) != 1 || e.heard[0].Fate != want || e.heard[0].MessageID != "m-1" || e.heard[0].EventID != "sns-1" || e.heard[0].Provider != "ses" {
			t.Errorf("%s: %+v", message, e.heard)
		}
	}
	if len(e.fetched) != 1 || e.fetched[0] != certURL {
		t.Errorf("fetched %v; want the certificate, once", e.fetched)
	}
}

func TestOnlyOurTopicIsBelieved(t *testing.T) {
	t.Parallel()
	const bounce = `{"notificationType":"Bounce","mail":{"messageId":"m-1"},"bounce":{"bounceType":"Permanent"}}`
	e := listen(t)
	all := []string{"Message", "MessageId", "Timestamp", "TopicArn", "Type"}
	for name, edit := range map[string]func(sns){
		"a foreign topic": func(n sns) {
			n["TopicArn"] = "arn:aws:sns:eu-central-1:999999999999:evil"
			e.sign(t, n, all...)
		},
		"altered":        func(n sns) { n["Message"] = strings.Replace(n["Message"], "m-1", "m-2", 1) },
		"unsigned":       func(n sns) { delete(n, "Signature") },
		"version 1":      func(n sns) { n["SignatureVersion"] = "1" },
		"too old":        func(n sns) { n["Timestamp"] = now().Add(-25 * time.Hour).Format(time.RFC3339); e.sign(t, n, all...) },
		"foreign host":   func(n sns) { n["SigningCertURL"] = "https://sns.eu-central-1.amazonaws.com.evil.example/x.pem" },
		"foreign path":   func(n sns) { n["SigningCertURL"] = "https://evil.example/sns.eu-central-1.amazonaws.com/x.pem" },
		"user name":      func(n sns) { n["SigningCertURL"] = "https://sns.eu-central-1.amazonaws.com@evil.example/x.pem" },
		"bucket":         func(n sns) { n["SigningCertURL"] = "https://sns.s3.amazonaws.com/x.pem" },
		"http":           func(n sns) { n["SigningCertURL"] = strings.Replace(certURL, "https", "http", 1) },
		"another port":   func(n sns) { n["SigningCertURL"] = "https://sns.eu-central-1.amazonaws.com:444/x.pem" },
		"no certificate": func(n sns) { n["SigningCertURL"] = strings.TrimSuffix(certURL, ".pem") },
		// SNS would answer with what a stranger stored there: a certificate of their own.
		"a stranger's words": func(n sns) {
			n["SigningCertURL"] = "https://sns.eu-central-1.amazonaws.com/?Action=GetEndpointAttributes&EndpointArn=evil&X-Amz-Signature=x.pem"
		},
		"a fragment": func(n sns) {
			n["SigningCertURL"] = "https://sns.eu-central-1.amazonaws.com/?Action=GetEndpointAttributes#x.pem"
		},
		"a query":      func(n sns) { n["SigningCertURL"] = certURL + "?x=.pem" },
		"another file": func(n sns) { n["SigningCertURL"] = "https://sns.eu-central-1.amazonaws.com/other.pem" },
		"subscription to a stranger": func(n sns) {
			n["Type"], n["Token"], n["SubscribeURL"] = "SubscriptionConfirmation", "t", "http://169.254.169.254/latest/meta-data"
			e.sign(t, n, "Message", "MessageId", "SubscribeURL", "Timestamp", "Token", "TopicArn", "Type")
		},
	} {
		n := e.notification(t, bounce)
		edit(n)
		if code := e.post(t, "/webhooks/email/ses", "text/plain", n.json(t)); code != http.StatusForbidden {
			t.Errorf("%s: status %d", name, code)
		}
	}
	for _, address := range e.fetched {
		if address != certURL {
			t.Errorf("called %s", address)
		}
	}
	if len(e.heard) != 0 {
		t.Errorf("heard %+v", e.heard)
	}
}

func TestSubscriptionToOurTopicIsConfirmed(t *testing.T) {
	t.Parallel()
	e := listen(t)
	n := e.notification(t, "You have chosen to subscribe")
	n["Type"], n["Token"] = "SubscriptionConfirmation", "2336412f37"
	n["SubscribeURL"] = "https://sns.eu-central-1.amazonaws.com/?Action=ConfirmSubscription&Token=2336412f37"
	e.sign(t, n, "Message", "MessageId", "SubscribeURL", "Timestamp", "Token", "TopicArn", "Type")
	if code := e.post(t, "/webhooks/email/ses", "text/plain", n.json(t)); code != http.StatusOK {
		t.Fatalf("status %d", code)
	}
	if len(e.fetched) != 2 || e.fetched[1] != n["SubscribeURL"] {
		t.Errorf("fetched %v", e.fetched)
	}
}

// The provider may be quicker than our own note of having sent the mail.
func TestProviderIsAskedToComeBackForALetterThatIsNotKnownYet(t *testing.T) {
	t.Parallel()
	e := listen(t)
	e.unknown = true
	if code := e.post(t, "/webhooks/email/mailgun", "application/json", mailgunSays(mailgunEvent("delivered", ""), now())); code != http.StatusNotFound {
		t.Errorf("status %d", code)
	}
	old := strings.Replace(mailgunEvent("delivered", ""), strconv.FormatInt(now().Unix(), 10), strconv.FormatInt(now().Add(-time.Hour).Unix(), 10), 1)
	if code := e.post(t, "/webhooks/email/mailgun", "application/json", mailgunSays(old, now())); code != http.StatusOK {
		t.Errorf("an hour old: status %d", code)
	}
}

func TestProviderWithoutASettingHasNoAddress(t *testing.T) {
	t.Parallel()
	c := mail.NewCallbacks(mail.CallbackDeps{Reports: &ears{}, Client: http.DefaultClient, Now: now, Logger: slog.New(slog.DiscardHandler)})
	e := &ears{h: webtest.Server(c.Mount).Handler()}
	for _, p := range []string{"mailgun", "ses"} {
		if code := e.post(t, "/webhooks/email/"+p, "application/json", "{}"); code != http.StatusNotFound {
			t.Errorf("%s: status %d", p, code)
		}
	}
}
