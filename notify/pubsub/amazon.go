package pubsub

import (
	"context"
	"errors"
	"fmt"
	"net/http"
	"strconv"
	"sync"
	"time"

	"github.com/aws/aws-sdk-go-v2/aws"
	awshttp "github.com/aws/aws-sdk-go-v2/aws/transport/http"
	awsconfig "github.com/aws/aws-sdk-go-v2/config"
	"github.com/aws/aws-sdk-go-v2/service/sns"
	snstypes "github.com/aws/aws-sdk-go-v2/service/sns/types"
	"github.com/aws/aws-sdk-go-v2/service/sqs"
	sqstypes "github.com/aws/aws-sdk-go-v2/service/sqs/types"

	"authserver/internal/config"
	"authserver/internal/tracing"
)

// longPoll is how long SQS waits for a message before it says that there is none.
const longPoll = 20

// amazon publishes to a topic of SNS and reads a queue of SQS. Credentials come from
// where AWS programs look for them: environment, shared files, the role of the machine.
type amazon struct {
	topic, queue string
	sns          *sns.Client
	sqs          *sqs.Client
	wait         int32 // seconds

	mu  sync.Mutex
	url string // of the queue, once it is known
}

// traced makes a span of each call to AWS.
type traced struct{ client aws.HTTPClient }

// Do makes one call.
func (c traced) Do(r *http.Request) (*http.Response, error) {
	return tracing.Do(r, c.client.Do)
}

func newAmazon(ctx context.Context, c config.Bus) (*amazon, error) {
	loaded, err := awsconfig.LoadDefaultConfig(ctx,
		awsconfig.WithRegion(c.Region),
		awsconfig.WithHTTPClient(awshttp.NewBuildableClient().WithTimeout((longPoll+10)*time.Second)),
		// Outbox and consumer try again, with longer pauses.
		awsconfig.WithRetryMaxAttempts(1),
	)
	if err != nil {
		return nil, fmt.Errorf("settings of AWS: %w", err)
	}
	loaded.HTTPClient = traced{loaded.HTTPClient} // only now: AWS's settings (AWS_CA_BUNDLE) change the one inside
	a := &amazon{topic: c.TopicARN, queue: c.Queue, wait: longPoll}
	a.sns = sns.NewFromConfig(loaded, func(o *sns.Options) { o.BaseEndpoint = elsewhere(c.Endpoint) })
	a.sqs = sqs.NewFromConfig(loaded, func(o *sqs.Options) { o.BaseEndpoint = elsewhere(c.Endpoint) })
	return a, nil
}

func elsewhere(endpoint string) *string {
	if endpoint == "" {
		return nil
	}
	return aws.String(endpoint)
}

// Publish implements Publisher.
func (a *amazon) Publish(ctx context.Context, list []Outgoing) []error {
	errs := make([]error, len(list))
	in := &sns.PublishBatchInput{TopicArn: aws.String(a.topic)}
	for i, m := range list {
		in.PublishBatchRequestEntries = append(in.PublishBatchRequestEntries, snstypes.PublishBatchRequestEntry{
			Id: aws.String(strconv.Itoa(i)), Message: aws.String(m.Body),
			// For subscriptions that filter.
			MessageAttributes: map[string]snstypes.MessageAttributeValue{
				"type": {DataType: aws.String("String"), StringValue: aws.String(m.Type)},
			},
		})
	}
	out, err := a.sns.PublishBatch(ctx, in)
	if err != nil {
		for i := range errs {
			errs[i] = fmt.Errorf("sns: %w", err)
		}
		return errs
	}
	taken := map[string]bool{}
	for _, s := range out.Successful {
		taken[aws.ToString(s.Id)] = true
	}
	for i := range errs {
		if !taken[strconv.Itoa(i)] {
			errs[i] = errors.New("sns: refused")
		}
	}
	for _, f := range out.Failed {
		if i, err := strconv.Atoi(aws.ToString(f.Id)); err == nil && i < len(errs) {
			errs[i] = fmt.Errorf("sns: %s: %s", aws.ToString(f.Code), aws.ToString(f.Message))
		}
	}
	return errs
}

// address asks once where the queue is.
func (a *amazon) address(ctx context.Context) (*string, error) {
	a.mu.Lock()
	defer a.mu.Unlock()
	if a.url == "" {
		out, err := a.sqs.GetQueueUrl(ctx, &sqs.GetQueueUrlInput{QueueName: aws.String(a.queue)})
		if err != nil {
			return nil, fmt.Errorf("sqs: find the queue %s: %w", a.queue, err)
		}
		a.url = aws.ToString(out.QueueUrl)
	}
	return aws.String(a.url), nil
}

// Receive implements Source.
func (a *amazon) Receive(ctx context.Context) ([]Delivery, error) {
	at, err := a.address(ctx)
	if err != nil {
		return nil, err
	}
	out, err := a.sqs.ReceiveMessage(ctx, &sqs.ReceiveMessageInput{
		QueueUrl: at, MaxNumberOfMessages: batch, WaitTimeSeconds: a.wait, VisibilityTimeout: int32(Visibility / time.Second),
		MessageSystemAttributeNames: []sqstypes.MessageSystemAttributeName{sqstypes.MessageSystemAttributeNameApproximateReceiveCount},
	})
	if err != nil {
		return nil, fmt.Errorf("sqs: receive: %w", err)
	}
	list := make([]Delivery, 0, len(out.Messages))
	for _, m := range out.Messages {
		count, _ := strconv.Atoi(m.Attributes[string(sqstypes.MessageSystemAttributeNameApproximateReceiveCount)])
		list = append(list, Delivery{Handle: aws.ToString(m.ReceiptHandle), Body: []byte(aws.ToString(m.Body)), Count: max(1, count)})
	}
	return list, nil
}

// Done implements Source.
func (a *amazon) Done(ctx context.Context, d Delivery) error {
	at, err := a.address(ctx)
	if err != nil {
		return err
	}
	_, err = a.sqs.DeleteMessage(ctx, &sqs.DeleteMessageInput{QueueUrl: at, ReceiptHandle: aws.String(d.Handle)})
	return err
}

// Extend implements Source.
func (a *amazon) Extend(ctx context.Context, list []Delivery) error {
	at, err := a.address(ctx)
	if err != nil {
		return err
	}
	in := &sqs.ChangeMessageVisibilityBatchInput{QueueUrl: at}
	for i, d := range list {
		in.Entries = append(in.Entries, sqstypes.ChangeMessageVisibilityBatchRequestEntry{
			Id: aws.String(strconv.Itoa(i)), ReceiptHandle: aws.String(d.Handle), VisibilityTimeout: int32(Visibility / time.Second),
		})
	}
	_, err = a.sqs.ChangeMessageVisibilityBatch(ctx, in) // those that are done already fail, each for itself
	return err
}
