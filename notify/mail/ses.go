package mail

import (
	"bytes"
	"context"
	"errors"
	"fmt"
	"net/http"

	"github.com/aws/aws-sdk-go-v2/aws"
	awshttp "github.com/aws/aws-sdk-go-v2/aws/transport/http"
	awsconfig "github.com/aws/aws-sdk-go-v2/config"
	"github.com/aws/aws-sdk-go-v2/service/sesv2"
	"github.com/aws/aws-sdk-go-v2/service/sesv2/types"
	"github.com/aws/smithy-go"

	"authserver/internal/config"
	"authserver/internal/letter"
	"authserver/internal/tracing"
)

// ses sends by the API of Amazon SES. Credentials come from where AWS programs look
// for them: environment, shared files, the role of the machine.
type ses struct {
	from, set string
	client    *sesv2.Client
	options   Options
}

func newSES(ctx context.Context, c config.Config, o Options) (*ses, error) {
	from := sender(c, "")
	if !plain(from) {
		return nil, errSender
	}
	load := []func(*awsconfig.LoadOptions) error{
		awsconfig.WithHTTPClient(awshttp.NewBuildableClient().WithTimeout(providerTimeout)),
		// The queue tries again, with longer pauses.
		awsconfig.WithRetryMaxAttempts(1),
	}
	if c.SESRegion != "" {
		load = append(load, awsconfig.WithRegion(c.SESRegion))
	}
	loaded, err := awsconfig.LoadDefaultConfig(ctx, load...)
	if err != nil {
		return nil, fmt.Errorf("settings of AWS: %w", err)
	}
	loaded.HTTPClient = traced{loaded.HTTPClient} // only now: AWS's settings (AWS_CA_BUNDLE) change the one inside
	if loaded.Region == "" {
		return nil, errors.New("AUTHSERVER_SES_REGION is needed")
	}
	return &ses{from: from, set: c.SESConfigurationSet, client: sesv2.NewFromConfig(loaded), options: o}, nil
}

// traced makes a span of each call to AWS.
type traced struct{ client aws.HTTPClient }

// Do makes one call.
func (c traced) Do(r *http.Request) (*http.Response, error) {
	return tracing.Do(r, c.client.Do)
}

// Provider implements Transport.
func (*ses) Provider() string { return ProviderSES }

// From implements Transport.
func (s *ses) From() string { return s.from }

// Send implements Transport.
func (s *ses) Send(ctx context.Context, m letter.Mail) (string, error) {
	msg, err := compose(m, s.from, s.options.Now())
	if err != nil {
		return "", err
	}
	var raw bytes.Buffer
	if _, err := msg.WriteTo(&raw); err != nil {
		return "", fmt.Errorf("ses: write the mail: %w", err)
	}
	in := &sesv2.SendEmailInput{
		FromEmailAddress: aws.String(s.from),
		Destination:      &types.Destination{ToAddresses: []string{m.To}},
		Content:          &types.EmailContent{Raw: &types.RawMessage{Data: raw.Bytes()}},
	}
	if s.set != "" {
		in.ConfigurationSetName = aws.String(s.set)
	}
	out, err := s.client.SendEmail(ctx, in)
	if err != nil {
		return "", judgeSES(err)
	}
	return aws.ToString(out.MessageId), nil
}

// judgeSES tells what SES would refuse again. Its sentences quote addresses, so only
// the name of the failure is kept.
func judgeSES(err error) error {
	var wrong smithy.APIError
	if !errors.As(err, &wrong) {
		return errors.New("ses: no answer")
	}
	switch wrong.ErrorCode() {
	case "MessageRejected", "BadRequestException":
		return &letter.Refusal{Reason: "ses: " + wrong.ErrorCode()}
	}
	return fmt.Errorf("ses: %s", wrong.ErrorCode())
}
