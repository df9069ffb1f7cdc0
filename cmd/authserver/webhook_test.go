package main

import (
	"bufio"
	"context"
	"io"
	"net/http"
	"os"
	"path/filepath"
	"strconv"
	"strings"
	"testing"
	"time"

	standardwebhooks "github.com/standard-webhooks/standard-webhooks/libraries/go"
)

func TestWebhookListenPrintsAndVerifies(t *testing.T) {
	t.Parallel()
	const secret = "whsec_MfKQ9r8GKYqrTwjUPD8ILPZIo2LaLaSw"
	file := filepath.Join(t.TempDir(), "hook.secret")
	if err := os.WriteFile(file, []byte(secret+"\n"), 0o600); err != nil {
		t.Fatal(err)
	}
	out, in := io.Pipe()
	ctx, stop := context.WithCancel(t.Context())
	ended := make(chan int, 1)
	p := &program{stdin: strings.NewReader(""), stdout: in, stderr: io.Discard}
	go func() {
		ended <- p.run(ctx, []string{"webhook", "listen", "--listen", "127.0.0.1:0", "--secret-file", file})
		_ = in.Close()
	}()
	lines := bufio.NewScanner(out)
	next := func() string {
		t.Helper()
		if !lines.Scan() {
			t.Fatal("the command has ended")
		}
		return lines.Text()
	}
	address, ok := strings.CutPrefix(next(), "Listening on ")
	if !ok {
		t.Fatal("no address was printed")
	}
	library, err := standardwebhooks.NewWebhook(secret)
	if err != nil {
		t.Fatal(err)
	}
	post := func(signed, sent string) chan int {
		now := time.Now()
		signature, err := library.Sign("msg_1", now, []byte(signed))
		if err != nil {
			t.Fatal(err)
		}
		r, err := http.NewRequestWithContext(t.Context(), http.MethodPost, address, strings.NewReader(sent))
		if err != nil {
			t.Fatal(err)
		}
		r.Header.Set("webhook-id", "msg_1")
		r.Header.Set("webhook-timestamp", strconv.FormatInt(now.Unix(), 10))
		r.Header.Set("webhook-signature", signature)
		status := make(chan int, 1)
		go func() {
			answer, err := http.DefaultClient.Do(r)
			if err != nil {
				status <- 0
				return
			}
			_ = answer.Body.Close()
			status <- answer.StatusCode
		}()
		return status
	}
	for _, try := range []struct {
		signed, sent, verdict, shown string
		status                       int
	}{
		{`{"type":"user.created"}`, `{"type":"user.created"}`, " valid msg_1", `{"type":"user.created"}`, http.StatusNoContent},
		{`{}`, "{\"a\":\"\x1b[2J\"}", " NOT VALID msg_1", `{"a":"[2J"}`, http.StatusUnauthorized},
	} {
		status := post(try.signed, try.sent)
		if head, body := next(), next(); !strings.HasSuffix(head, try.verdict) || body != try.shown {
			t.Errorf("printed %q and %q", head, body)
		}
		next()
		if got := <-status; got != try.status {
			t.Errorf("answered %d, want %d", got, try.status)
		}
	}
	stop()
	if code := <-ended; code != 0 {
		t.Errorf("ended with %d", code)
	}
}
