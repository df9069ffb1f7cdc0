package pubsub_test

import (
	"context"
	"crypto/md5"
	"encoding/hex"
	"encoding/json"
	"encoding/xml"
	"fmt"
	"io"
	"net/http"
	"net/http/httptest"
	"net/url"
	"strings"
	"sync"
	"testing"
	"time"

	"authserver/internal/config"
	"authserver/notify/pubsub"
)

// amazon speaks as SNS (AWS Query protocol) and SQS (AWS JSON 1.0) do on the wire: one
// topic that feeds one queue, with visibility and receive counts. A message of SNS comes
// wrapped, as without raw delivery.
type amazon struct {
	t   *testing.T
	url string

	mu       sync.Mutex
	queue    []*held
	calls    []string
	down     bool
	refuse   string // published messages with this in them fail
	received int
}

type held struct {
	receipt, body string
	count         int
	hidden        bool
}

const (
	topicARN = "arn:aws:sns:eu-central-1:123456789012:authserver"
	queueURL = "https://sqs.eu-central-1.amazonaws.com/123456789012/authserver-test"
)

func newAmazon(t *testing.T) *amazon {
	t.Helper()
	a := &amazon{t: t}
	s := httptest.NewServer(a)
	t.Cleanup(s.Close)
	a.url = s.URL
	return a
}

func (a *amazon) ServeHTTP(w http.ResponseWriter, r *http.Request) {
	a.mu.Lock()
	defer a.mu.Unlock()
	if a.down {
		http.Error(w, "down", http.StatusServiceUnavailable)
		return
	}
	body, err := io.ReadAll(r.Body)
	if err != nil {
		a.t.Error(err)
	}
	signed := r.Header.Get("Authorization")
	if !strings.HasPrefix(signed, "AWS4-HMAC-SHA256 Credential=AKIATEST/") || !strings.Contains(signed, "/eu-central-1/") {
		a.t.Errorf("signed as %q", signed)
	}
	if target := r.Header.Get("X-Amz-Target"); target != "" {
		a.calls = append(a.calls, target)
		w.Header().Set("Content-Type", "application/x-amz-json-1.0")
		_ = json.NewEncoder(w).Encode(a.sqs(target, body))
		return
	}
	form, err := url.ParseQuery(string(body))
	if err != nil {
		a.t.Error(err)
	}
	a.calls = append(a.calls, form.Get("Action"))
	w.Header().Set("Content-Type", "text/xml")
	_, _ = io.WriteString(w, a.sns(form))
}

func (a *amazon) sns(form url.Values) string {
	if form.Get("Action") != "PublishBatch" || form.Get("TopicArn") != topicARN {
		a.t.Errorf("SNS is asked for %v", form)
	}
	taken, failed := "", ""
	for i := 1; ; i++ {
		at := fmt.Sprintf("PublishBatchRequestEntries.member.%d.", i)
		if !form.Has(at + "Id") {
			break
		}
		id, message := form.Get(at+"Id"), form.Get(at+"Message")
		if a.refuse != "" && strings.Contains(message, a.refuse) {
			failed += "<member><Id>" + id + "</Id><Code>InvalidParameter</Code><Message>too strange</Message><SenderFault>true</SenderFault></member>"
			continue
		}
		if form.Get(at+"MessageAttributes.entry.1.Name") != "type" || form.Get(at+"MessageAttributes.entry.1.Value.StringValue") == "" {
			a.t.Errorf("the message has no type to filter by: %v", form)
		}
		wrapped, _ := json.Marshal(map[string]string{"Type": "Notification", "MessageId": id, "TopicArn": topicARN, "Message": message})
		a.put(string(wrapped))
		taken += "<member><Id>" + id + "</Id><MessageId>m</MessageId></member>"
	}
	answer := `<PublishBatchResponse xmlns="http://sns.amazonaws.com/doc/2010-03-31/"><PublishBatchResult><Successful>` + taken +
		`</Successful><Failed>` + failed + `</Failed></PublishBatchResult></PublishBatchResponse>`
	if err := xml.Unmarshal([]byte(answer), new(struct{})); err != nil {
		a.t.Error(err)
	}
	return answer
}

func (a *amazon) put(body string) {
	a.queue = append(a.queue, &held{receipt: fmt.Sprintf("receipt-%d", a.received+len(a.queue)), body: body})
	a.received++
}

func (a *amazon) sqs(target string, body []byte) any {
	var in struct {
		QueueName, QueueUrl, ReceiptHandle     string
		MaxNumberOfMessages, VisibilityTimeout int
		MessageSystemAttributeNames            []string
		Entries                                []struct {
			Id, ReceiptHandle string
			VisibilityTimeout int
		}
	}
	if err := json.Unmarshal(body, &in); err != nil {
		a.t.Error(err)
	}
	if in.QueueUrl != queueURL && target != "AmazonSQS.GetQueueUrl" {
		a.t.Errorf("%s of %q", target, in.QueueUrl)
	}
	switch target {
	case "AmazonSQS.GetQueueUrl":
		if in.QueueName != "authserver-test" {
			a.t.Errorf("queue %q", in.QueueName)
		}
		return map[string]string{"QueueUrl": queueURL}
	case "AmazonSQS.ReceiveMessage":
		if in.VisibilityTimeout != 60 || in.MaxNumberOfMessages != 10 || len(in.MessageSystemAttributeNames) != 1 {
			a.t.Errorf("received with %s", body)
		}
		list := []map[string]any{}
		for _, m := range a.queue {
			if !m.hidden {
				m.hidden = true
				m.count++
				sum := md5.Sum([]byte(m.body))
				list = append(list, map[string]any{
					"MessageId": m.receipt, "ReceiptHandle": m.receipt, "Body": m.body, "MD5OfBody": hex.EncodeToString(sum[:]),
					"Attributes": map[string]string{"ApproximateReceiveCount": fmt.Sprint(m.count)},
				})
			}
		}
		return map[string]any{"Messages": list}
	case "AmazonSQS.DeleteMessage":
		for i, m := range a.queue {
			if m.receipt == in.ReceiptHandle {
				a.queue = append(a.queue[:i], a.queue[i+1:]...)
				break
			}
		}
	case "AmazonSQS.ChangeMessageVisibilityBatch":
		for _, e := range in.Entries {
			if e.VisibilityTimeout != 60 || e.ReceiptHandle == "" {
				a.t.Errorf("extended by %s", body)
			}
		}
		return map[string]any{"Successful": []any{}, "Failed": []any{}}
	default:
		a.t.Errorf("SQS is asked for %s", target)
	}
	return struct{}{}
}

// show makes messages visible whose time is over.
func (a *amazon) show() {
	a.mu.Lock()
	defer a.mu.Unlock()
	for _, m := range a.queue {
		m.hidden = false
	}
}

func (a *amazon) left() int {
	a.mu.Lock()
	defer a.mu.Unlock()
	return len(a.queue)
}

func TestSNSAndSQS(t *testing.T) { // not parallel: credentials stand in the environment
	t.Setenv("AWS_ACCESS_KEY_ID", "AKIATEST")
	t.Setenv("AWS_SECRET_ACCESS_KEY", "secret")
	aws := newAmazon(t)
	b, err := pubsub.OpenQuick(t.Context(), config.Bus{Region: "eu-central-1", TopicARN: topicARN, Queue: "authserver-test", Endpoint: aws.url})
	if err != nil {
		t.Fatal(err)
	}
	h := newHouse(t, b.Publisher)
	h.happen(t, "a", "bad", "c")
	aws.refuse = `"n":"bad"`
	h.publish(t)
	if h.waiting(t) != 1 || aws.left() != 2 {
		t.Fatalf("%d wait, %d are in the queue", h.waiting(t), aws.left())
	}
	aws.refuse, aws.down = "", true
	h.pass(2 * time.Second)
	h.publish(t)
	if h.waiting(t) != 1 {
		t.Error("taken by a service that is down")
	}
	if _, err := b.Source.Receive(t.Context()); err == nil {
		t.Error("received from a service that is down")
	}
	aws.down = false
	h.pass(10 * time.Minute)
	h.publish(t)
	if h.waiting(t) != 0 || aws.left() != 3 {
		t.Fatalf("%d wait, %d are in the queue", h.waiting(t), aws.left())
	}

	var got []string
	fail := true
	var handlers pubsub.Handlers
	pubsub.On(&handlers, "test.happened", func(_ context.Context, _ pubsub.Message, p happened) error {
		if p.N == "c" && fail {
			return fmt.Errorf("not now")
		}
		got = append(got, p.N)
		return nil
	})
	c := h.room.Consumer("reader", b.Source, &handlers)
	once(t, c)
	if strings.Join(got, "") != "abad" || aws.left() != 1 {
		t.Errorf("handled %v, %d left", got, aws.left())
	}
	once(t, c) // what failed is not visible yet
	if aws.left() != 1 {
		t.Errorf("%d left", aws.left())
	}
	fail = false
	aws.show()
	list, err := b.Source.Receive(t.Context())
	if err != nil || len(list) != 1 || list[0].Count != 2 {
		t.Fatalf("%+v, %v", list, err)
	}
	if err := b.Source.Extend(t.Context(), list); err != nil {
		t.Error(err)
	}
	aws.show()
	aws.put(wanted("x", "test.happened", happened{N: "raw"})) // raw delivery
	once(t, c)
	if strings.Join(got, "") != "abadcraw" || aws.left() != 0 {
		t.Errorf("handled %v, %d left", got, aws.left())
	}
	if err := b.Close(); err != nil {
		t.Error(err)
	}
}
