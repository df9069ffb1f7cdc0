package server

import (
	"context"
	"errors"
	"fmt"
	"log/slog"
	"net"
	"net/http"
	"syscall"
	"time"

	"authserver/internal/config"
	"authserver/internal/event"
)

const (
	// mostNotice is how long readiness is false before the listener closes, so that
	// every balancer has seen it and sends no new request into a closed door.
	mostNotice = 5 * time.Second
	// endTime bounds what comes after the last request, each step for itself.
	endTime = 10 * time.Second
)

// Listen binds the listeners. It returns a sentence for the operator when an
// address is taken. Run calls it if nobody has.
func (s *Server) Listen(ctx context.Context) error {
	if s.public != nil {
		return nil
	}
	public, err := bind(ctx, s.config.Listen, "AUTHSERVER_LISTEN")
	if err != nil {
		return err
	}
	if s.config.MetricsListen != "" {
		metrics, err := bind(ctx, s.config.MetricsListen, "AUTHSERVER_METRICS_LISTEN")
		if err != nil {
			return errors.Join(err, public.Close())
		}
		s.private = metrics
	}
	s.public = public
	return nil
}

func bind(ctx context.Context, address, setting string) (net.Listener, error) {
	l, err := new(net.ListenConfig).Listen(ctx, "tcp", address)
	switch {
	case errors.Is(err, syscall.EADDRINUSE):
		return nil, fmt.Errorf("the address %s is in use by another program: stop that one, or choose another address (%s)", address, setting)
	case errors.Is(err, syscall.EACCES):
		return nil, fmt.Errorf("this user may not listen on %s: ports below 1024 need a privilege; choose another (%s)", address, setting)
	case err != nil:
		return nil, fmt.Errorf("listen on %s (%s): %w", address, setting, err)
	}
	return l, nil
}

// Addr returns where the server listens, nil before Listen.
func (s *Server) Addr() net.Addr {
	if s.public == nil {
		return nil
	}
	return s.public.Addr()
}

// Run serves until ctx ends, then drains: readiness turns false, the listener
// stays open for the notice, open requests get their answers, the workers stop,
// the events still in memory are written, and the database is closed. All of it
// is done when Run returns. The error says what was cut short.
func (s *Server) Run(ctx context.Context) error {
	if err := s.Listen(ctx); err != nil {
		return errors.Join(err, s.Close())
	}
	// Again, after New: the change feed that starts now looks back ten seconds only.
	if err := s.OAuth.Load(context.WithoutCancel(ctx)); err != nil {
		return errors.Join(fmt.Errorf("load revocations: %w", err), s.Close())
	}
	failed := make(chan error, 2)
	public := s.serve(s.public, s.Handler(), failed)
	var private *http.Server
	if s.private != nil {
		private = s.serve(s.private, s.observation(), failed)
		s.logger.InfoContext(ctx, "metrics listening", "address", s.private.Addr().String())
	}
	workers := newCrew(s.logger, s.now)
	workers.broke = s.Metrics.WorkerBroke
	jobs := s.workers()
	for _, w := range jobs {
		s.Metrics.Worker(w.name)
	}
	workers.start(event.WithActor(s.tracer.Context(ctx), event.Actor{Kind: event.System}), jobs)
	s.logger.InfoContext(ctx, "listening", "address", s.public.Addr().String(), "public_url", s.config.PublicURL.String(), "version", s.version)

	var err error
	select {
	case <-ctx.Done():
	case err = <-failed:
	}
	ctx = context.WithoutCancel(ctx)
	err = errors.Join(err, s.drain(ctx, public))
	stopping, cancel := context.WithTimeout(ctx, endTime)
	err = errors.Join(err, workers.stop(stopping))
	cancel()
	if private != nil {
		err = errors.Join(err, private.Close())
	}
	err = errors.Join(err, s.Close())
	s.logger.InfoContext(ctx, "stopped")
	return err
}

// serve answers on l in the background. The limits hold off clients that send or
// read slowly (slowloris); requests live on when the process is told to end.
func (s *Server) serve(l net.Listener, h http.Handler, failed chan<- error) *http.Server {
	server := &http.Server{
		Handler:           h,
		ReadHeaderTimeout: 5 * time.Second,
		ReadTimeout:       15 * time.Second,
		WriteTimeout:      30 * time.Second,
		IdleTimeout:       time.Minute,
		MaxHeaderBytes:    32 << 10,
		ErrorLog:          slog.NewLogLogger(s.logger.Handler(), slog.LevelWarn),
	}
	go func() {
		if err := server.Serve(l); !errors.Is(err, http.ErrServerClosed) {
			failed <- fmt.Errorf("serve on %s: %w", l.Addr(), err)
		}
	}()
	return server
}

// drain ends the public server without losing a request. During the notice the
// listener stays open and every answer closes its connection, so that at the end
// of it hardly a connection is left that a client could be about to use.
func (s *Server) drain(ctx context.Context, public *http.Server) error {
	s.draining.Store(true)
	notice := s.notice()
	s.logger.InfoContext(ctx, "draining", "notice", notice.String(), "grace", s.config.ShutdownGrace.String())
	pause(ctx, notice)
	ctx, cancel := context.WithTimeout(ctx, s.config.ShutdownGrace-notice)
	defer cancel()
	if err := public.Shutdown(ctx); err != nil {
		return errors.Join(fmt.Errorf("requests were cut off after %s: %w", s.config.ShutdownGrace, err), public.Close())
	}
	return nil
}

// notice is the part of the grace in which the server still takes requests. On a
// developer's machine there is nobody to notice.
func (s *Server) notice() time.Duration {
	if s.config.Mode != config.Serve {
		return 0
	}
	return min(mostNotice, s.config.ShutdownGrace/4)
}
