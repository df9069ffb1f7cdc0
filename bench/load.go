package main

import (
	"context"
	"errors"
	"fmt"
	"slices"
	"sync"
	"time"
)

// client is one of the clients of a closed loop. Do sends one request and judges the answer.
type client interface {
	Do(ctx context.Context) error
}

// result is what a closed loop measured.
type result struct {
	Done     int
	Failed   int
	FirstErr error
	Elapsed  time.Duration
	P50      time.Duration
	P95      time.Duration
	P99      time.Duration
}

// Rate is answered requests a second.
func (r result) Rate() float64 { return float64(r.Done) / r.Elapsed.Seconds() }

// loop runs the clients for a time, each as fast as it is answered.
func loop(ctx context.Context, clients []client, length time.Duration) result {
	ctx, cancel := context.WithCancel(ctx)
	defer cancel()
	type share struct {
		times  []time.Duration
		failed int
		err    error
	}
	shares := make([]share, len(clients))
	var all sync.WaitGroup
	start := time.Now()
	end := start.Add(length)
	for i, c := range clients {
		all.Go(func() {
			s := &shares[i]
			s.times = make([]time.Duration, 0, 1<<16)
			for began := time.Now(); began.Before(end) && ctx.Err() == nil; {
				err := c.Do(ctx)
				now := time.Now()
				if err != nil {
					s.failed++
					s.err = err
					if s.failed > 20 {
						return // something is wrong with the scenario, not with one request
					}
				} else {
					s.times = append(s.times, now.Sub(began))
				}
				began = now
			}
		})
	}
	all.Wait()
	r := result{Elapsed: time.Since(start)}
	var times []time.Duration
	for _, s := range shares {
		times = append(times, s.times...)
		r.Failed += s.failed
		if s.err != nil {
			r.FirstErr = s.err
		}
	}
	slices.Sort(times)
	r.Done = len(times)
	r.P50, r.P95, r.P99 = quantile(times, 50), quantile(times, 95), quantile(times, 99)
	return r
}

// quantile is the value that so many percent of the sorted times do not exceed.
func quantile(sorted []time.Duration, percent int) time.Duration {
	if len(sorted) == 0 {
		return 0
	}
	return sorted[min(len(sorted)*percent/100, len(sorted)-1)]
}

// crowd makes n clients.
func crowd(n int, hire func(i int) (client, error)) ([]client, error) {
	clients := make([]client, n)
	for i := range clients {
		c, err := hire(i)
		if err != nil {
			return nil, fmt.Errorf("client %d: %w", i, err)
		}
		clients[i] = c
	}
	return clients, nil
}

// errAnswer is an answer that the scenario did not expect.
var errAnswer = errors.New("unexpected answer")
