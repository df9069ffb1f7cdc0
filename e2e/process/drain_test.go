package process

import (
	"context"
	"net/http"
	"sync"
	"sync/atomic"
	"testing"
	"time"

	"authserver/e2e"
)

// A deployment ends a node with SIGTERM while requests are under way. Each of them is answered, and the process ends by itself, without an error.
func TestNoRequestIsLostWhenTheServerIsDrained(t *testing.T) {
	t.Parallel()
	k := newKeep(t)
	parties := k.parties(t, 4)
	if err := k.start(t.Context()); err != nil {
		t.Fatal(err)
	}
	var terminated atomic.Int64 // unix nanoseconds
	var answered atomic.Int64
	enough := make(chan struct{})
	var once sync.Once
	var clients sync.WaitGroup
	for i := range 16 {
		p := parties[i%len(parties)]
		p.Endpoints = e2e.Endpoints{Token: k.Issuer + "/oauth2/token"}
		client := &e2e.Party{ClientID: p.ClientID, Secret: p.Secret, Endpoints: p.Endpoints, HTTP: &http.Client{Transport: k.transport()}}
		clients.Go(func() {
			for {
				began := time.Now().UnixNano()
				_, err := client.ClientCredentials(t.Context(), "")
				end := terminated.Load()
				switch {
				case err == nil:
					if answered.Add(1) == 500 {
						once.Do(func() { close(enough) })
					}
				case end != 0 && began >= end && broken(err):
					return // nobody is at home any more: a balancer would have gone elsewhere
				default:
					t.Errorf("a request that began %v before the signal: %v", time.Duration(end-began), err)
					once.Do(func() { close(enough) })
					return
				}
			}
		})
	}
	<-enough
	terminated.Store(time.Now().UnixNano())
	if err := k.process.Terminate(); err != nil {
		t.Fatal(err)
	}
	ctx, cancel := context.WithTimeout(t.Context(), 30*time.Second)
	defer cancel()
	if err := k.process.Wait(ctx); err != nil {
		t.Errorf("the server ended with %v\n%s", err, k.process.Output())
	}
	clients.Wait()
	t.Logf("%d requests answered", answered.Load())
}
