// Package mailtest runs a real mail server (Mailpit, from tools/mailpit) for a test, on
// free ports of the loopback interface, and reads what it was sent.
package mailtest

import (
	"context"
	"encoding/json"
	"io"
	"net"
	"net/http"
	"os/exec"
	"path/filepath"
	"runtime"
	"strings"
	"sync"
	"testing"
	"time"
)

// Server is a running mail server.
type Server struct {
	// SMTP is its host and port.
	SMTP string
	api  string
}

// Mail is a mail as it arrived.
type Mail struct {
	ID       string
	From, To string
	Subject  string
	Text     string
	HTML     string
	Header   map[string][]string
}

// binary builds the server once, into Go's cache, and returns its path.
var binary = sync.OnceValues(func() (string, error) {
	_, here, _, _ := runtime.Caller(0)
	root := filepath.Dir(filepath.Dir(filepath.Dir(filepath.Dir(here))))
	cmd := exec.Command("go", "tool", "-modfile="+filepath.Join(root, "tools", "mailpit", "go.mod"), "-n", "mailpit")
	cmd.Dir = root
	out, err := cmd.Output()
	return strings.TrimSpace(string(out)), err
})

// Start runs a server until the test ends. Flags are added to its command line.
func Start(t testing.TB, flags ...string) *Server {
	t.Helper()
	path, err := binary()
	if err != nil {
		t.Fatalf("build mailpit: %v", err)
	}
	for range 5 { // a port that was free a moment ago may be taken
		s := &Server{SMTP: free(t), api: free(t)}
		cmd := exec.Command(path, append([]string{
			"--smtp", s.SMTP, "--listen", s.api, "--database", filepath.Join(t.TempDir(), "mail.db"),
			"--disable-version-check", "--smtp-disable-rdns", "--quiet",
		}, flags...)...)
		if err := cmd.Start(); err != nil {
			t.Fatalf("start mailpit: %v", err)
		}
		ended := make(chan struct{})
		go func() { _ = cmd.Wait(); close(ended) }()
		t.Cleanup(func() { _ = cmd.Process.Kill(); <-ended })
		if s.ready(t, ended) {
			return s
		}
	}
	t.Fatal("mailpit does not start")
	return nil
}

func free(t testing.TB) string {
	t.Helper()
	l, err := net.Listen("tcp", "127.0.0.1:0")
	if err != nil {
		t.Fatal(err)
	}
	defer func() { _ = l.Close() }()
	return l.Addr().String()
}

// ready waits until both ports answer, or the process has ended.
func (s *Server) ready(t testing.TB, ended <-chan struct{}) bool {
	t.Helper()
	poll := time.NewTicker(10 * time.Millisecond)
	defer poll.Stop()
	for deadline := time.After(30 * time.Second); ; {
		if c, err := net.DialTimeout("tcp", s.SMTP, time.Second); err == nil {
			_ = c.Close()
			if code, _ := s.call(t, http.MethodGet, "/readyz", ""); code == http.StatusOK {
				return true
			}
		}
		select {
		case <-ended:
			return false
		case <-deadline:
			return false
		case <-poll.C:
		}
	}
}

// call asks the server's REST API; a status of 0 means that it did not answer.
func (s *Server) call(t testing.TB, method, path, body string) (int, []byte) {
	t.Helper()
	r, err := http.NewRequestWithContext(context.Background(), method, "http://"+s.api+path, strings.NewReader(body))
	if err != nil {
		t.Fatal(err)
	}
	res, err := http.DefaultClient.Do(r)
	if err != nil {
		return 0, nil
	}
	defer func() { _ = res.Body.Close() }()
	b, err := io.ReadAll(res.Body)
	if err != nil {
		return 0, nil
	}
	return res.StatusCode, b
}

// Chaos has the server fail: triggers as its API takes them.
func (s *Server) Chaos(t testing.TB, triggers string) {
	t.Helper()
	if code, body := s.call(t, http.MethodPut, "/api/v1/chaos", triggers); code != http.StatusOK {
		t.Fatalf("chaos: %d %s", code, body)
	}
}

// Mails returns what has arrived, the oldest first.
func (s *Server) Mails(t testing.TB) []Mail {
	t.Helper()
	var list struct {
		Messages []struct{ ID string }
	}
	s.get(t, "/api/v1/messages?limit=500", &list)
	mails := make([]Mail, 0, len(list.Messages))
	for i := len(list.Messages) - 1; i >= 0; i-- {
		mails = append(mails, s.mail(t, list.Messages[i].ID))
	}
	return mails
}

func (s *Server) mail(t testing.TB, id string) Mail {
	t.Helper()
	type address struct{ Name, Address string }
	var m struct {
		From                address
		To                  []address
		Subject, Text, HTML string
	}
	s.get(t, "/api/v1/message/"+id, &m)
	out := Mail{ID: id, From: m.From.Name + " <" + m.From.Address + ">", Subject: m.Subject, Text: m.Text, HTML: m.HTML}
	for i, to := range m.To {
		if i > 0 {
			out.To += ", "
		}
		out.To += to.Address
	}
	s.get(t, "/api/v1/message/"+id+"/headers", &out.Header)
	return out
}

func (s *Server) get(t testing.TB, path string, v any) {
	t.Helper()
	code, body := s.call(t, http.MethodGet, path, "")
	if code != http.StatusOK {
		t.Fatalf("mailpit: %s: %d %s", path, code, body)
	}
	if err := json.Unmarshal(body, v); err != nil {
		t.Fatalf("mailpit: %s: %v", path, err)
	}
}
