package server_test

import (
	"bufio"
	"context"
	"errors"
	"fmt"
	"io"
	"net"
	"net/http"
	"sync"
	"sync/atomic"
	"syscall"
	"testing"
	"time"

	"authserver/internal/database/dbtest"
	"authserver/server"
)

// running is a server that takes requests until it is told to end.
type running struct {
	*server.Server
	url   string
	end   context.CancelFunc
	ended chan error
}

func run(t *testing.T, s *server.Server) *running {
	t.Helper()
	ctx, cancel := context.WithCancel(t.Context())
	if err := s.Listen(ctx); err != nil {
		t.Fatal(err)
	}
	r := &running{Server: s, url: "http://" + s.Addr().String(), end: cancel, ended: make(chan error, 1)}
	go func() { r.ended <- s.Run(ctx) }()
	t.Cleanup(cancel)
	return r
}

// A balancer asks /readyz; clients send as fast as they can until it says that the
// server is about to end. Not one of their requests may be lost.
func TestNoRequestIsLostWhenTheServerEnds(t *testing.T) {
	t.Parallel()
	s := open(t, settings(t, dbtest.URL(t)))
	createRealm(t, s, "acme")
	r := run(t, s)

	var answered atomic.Int64
	warm, away := make(chan struct{}), make(chan struct{})
	var clients sync.WaitGroup
	for range 16 {
		clients.Go(func() {
			client := &http.Client{Transport: &http.Transport{}, Timeout: 20 * time.Second}
			defer client.CloseIdleConnections()
			for {
				select {
				case <-away:
					return
				default:
				}
				if err := fetch(client, r.url+"/realms/acme/oauth2/jwks"); err != nil {
					t.Errorf("lost after %d answers: %v", answered.Load(), err)
					return
				}
				if answered.Add(1) == 500 {
					close(warm)
				}
			}
		})
	}
	<-warm
	r.end() // SIGTERM
	prober := &http.Client{Transport: &http.Transport{DisableKeepAlives: true}, Timeout: 10 * time.Second}
	waitFor(t, "readiness to turn false", func() bool {
		return errors.Is(fetch(prober, r.url+"/readyz"), errStatus)
	})
	if err := fetch(prober, r.url+"/healthz"); err != nil {
		t.Errorf("a draining server must be alive, or it is killed: %v", err)
	}
	before := answered.Load()
	waitFor(t, "requests to be answered while draining", func() bool { return answered.Load() > before+50 })
	close(away) // the balancer has noticed
	clients.Wait()
	if err := <-r.ended; err != nil {
		t.Errorf("run: %v", err)
	}
	t.Logf("%d requests answered", answered.Load())
}

// A request that was being sent when the listener closed gets its answer.
func TestAnOpenRequestIsAnsweredAfterTheDoorIsClosed(t *testing.T) {
	t.Parallel()
	s := open(t, settings(t, dbtest.URL(t)))
	createRealm(t, s, "acme")
	r := run(t, s)
	address := s.Addr().String()

	conn, err := net.Dial("tcp", address)
	if err != nil {
		t.Fatal(err)
	}
	defer conn.Close()
	body := "grant_type=client_credentials&client_id=nobody&client_secret=nothing"
	_, err = fmt.Fprintf(conn, "POST /realms/acme/oauth2/token HTTP/1.1\r\nHost: id.example.com\r\n"+
		"Content-Type: application/x-www-form-urlencoded\r\nContent-Length: %d\r\n\r\n%s", len(body), body[:10])
	if err != nil {
		t.Fatal(err)
	}
	// Connections are accepted in the order of their coming: when this one is
	// answered, the server has the one before.
	if err := fetch(http.DefaultClient, r.url+"/healthz"); err != nil {
		t.Fatal(err)
	}
	r.end()
	waitFor(t, "the listener to close", func() bool {
		c, err := net.Dial("tcp", address)
		if err == nil {
			_ = c.Close()
		}
		return errors.Is(err, syscall.ECONNREFUSED)
	})
	if _, err := io.WriteString(conn, body[10:]); err != nil {
		t.Fatal(err)
	}
	response, err := http.ReadResponse(bufio.NewReader(conn), nil)
	if err != nil {
		t.Fatalf("the open request was lost: %v", err)
	}
	if response.StatusCode != http.StatusUnauthorized || !response.Close {
		t.Errorf("status %d, close %v; want 401 and a closed connection", response.StatusCode, response.Close)
	}
	if err := <-r.ended; err != nil {
		t.Errorf("run: %v", err)
	}
}

// A client that never finishes does not keep the server from ending.
func TestTheGraceIsBounded(t *testing.T) {
	t.Parallel()
	c := settings(t, dbtest.URL(t))
	c.ShutdownGrace = 200 * time.Millisecond
	r := run(t, open(t, c))
	conn, err := net.Dial("tcp", r.Addr().String())
	if err != nil {
		t.Fatal(err)
	}
	defer conn.Close()
	if _, err := io.WriteString(conn, "GET /healthz HTTP/1.1\r\nHost: id"); err != nil {
		t.Fatal(err)
	}
	if err := fetch(http.DefaultClient, r.url+"/healthz"); err != nil {
		t.Fatal(err)
	}
	r.end()
	select {
	case <-r.ended: // with or without the word that somebody was cut off
	case <-time.After(15 * time.Second):
		t.Error("still running")
	}
}

var errStatus = errors.New("not a success")

func fetch(client *http.Client, url string) error {
	response, err := client.Get(url)
	if err != nil {
		return err
	}
	defer response.Body.Close()
	if _, err := io.Copy(io.Discard, response.Body); err != nil {
		return err
	}
	if response.StatusCode != http.StatusOK {
		return fmt.Errorf("%w: %s", errStatus, response.Status)
	}
	return nil
}

func waitFor(t *testing.T, what string, done func() bool) {
	t.Helper()
	deadline := time.After(20 * time.Second)
	tick := time.NewTicker(5 * time.Millisecond)
	defer tick.Stop()
	for !done() {
		select {
		case <-tick.C:
		case <-deadline:
			t.Fatalf("waited too long for %s", what)
		}
	}
}
