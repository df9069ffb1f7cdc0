package e2e

import (
	"bytes"
	"context"
	"fmt"
	"net"
	"net/http"
	"os"
	"os/exec"
	"path/filepath"
	"regexp"
	"sync"
	"syscall"
	"testing"
	"time"
)

// Binary builds the server as a program and returns its path. It is built like the rest of the test run, so that a cold machine compiles once.
func Binary(t testing.TB) string {
	t.Helper()
	binary := filepath.Join(t.TempDir(), "authserver")
	build := exec.CommandContext(t.Context(), "go", "build", "-tags", "faultinject", "-o", binary, "authserver/cmd/authserver")
	if out, err := build.CombinedOutput(); err != nil {
		t.Fatalf("build the server: %v\n%s", err, out)
	}
	return binary
}

// FreeAddress returns a loopback address that nobody listens on.
func FreeAddress(t testing.TB) string {
	t.Helper()
	l, err := net.Listen("tcp", "127.0.0.1:0")
	if err != nil {
		t.Fatal(err)
	}
	defer l.Close()
	return l.Addr().String()
}

// Process is a running program.
type Process struct {
	cmd    *exec.Cmd
	output output
	ended  chan struct{}
	err    error
}

// Start runs a program with these settings, and nothing of this process's environment but what finds programs and folders.
func Start(binary, dir string, settings []string, args ...string) (*Process, error) {
	p := &Process{cmd: exec.Command(binary, args...), ended: make(chan struct{})}
	p.cmd.Dir = dir
	p.cmd.Env = append([]string{"PATH=" + os.Getenv("PATH"), "HOME=" + dir}, settings...)
	p.cmd.Stdout, p.cmd.Stderr = &p.output, &p.output
	if err := p.cmd.Start(); err != nil {
		return nil, fmt.Errorf("start %s: %w", binary, err)
	}
	go func() {
		p.err = p.cmd.Wait()
		close(p.ended)
	}()
	return p, nil
}

// ID is the process's number.
func (p *Process) ID() int { return p.cmd.Process.Pid }

// Kill ends the process in the middle of whatever it does, as a power cut would, and waits until it is gone.
func (p *Process) Kill() {
	_ = p.cmd.Process.Kill()
	<-p.ended
}

// Terminate asks the process to end (SIGTERM), as an orchestrator does.
func (p *Process) Terminate() error { return p.cmd.Process.Signal(syscall.SIGTERM) }

// Wait waits until the process has ended by itself and returns what it ended with.
func (p *Process) Wait(ctx context.Context) error {
	select {
	case <-p.ended:
		return p.err
	case <-ctx.Done():
		return fmt.Errorf("still running: %w", ctx.Err())
	}
}

// Output is what the process has written so far.
func (p *Process) Output() string { return p.output.String() }

// Printed waits until the process has written what the pattern matches, and returns the match and its groups.
func (p *Process) Printed(ctx context.Context, pattern *regexp.Regexp) ([]string, error) {
	return poll(ctx, p, "print "+pattern.String(), func() []string { return pattern.FindStringSubmatch(p.Output()) })
}

// Ready waits until the address answers 200.
func (p *Process) Ready(ctx context.Context, address string) error {
	client := &http.Client{Timeout: 2 * time.Second, Transport: &http.Transport{DisableKeepAlives: true}}
	_, err := poll(ctx, p, "answer at "+address, func() []string {
		req, err := http.NewRequestWithContext(ctx, http.MethodGet, address, nil)
		if err != nil {
			return nil
		}
		res, err := client.Do(req)
		if err != nil {
			return nil
		}
		res.Body.Close()
		if res.StatusCode != http.StatusOK {
			return nil
		}
		return []string{address}
	})
	return err
}

// poll asks until there is an answer, the process is gone or the time is up.
func poll(ctx context.Context, p *Process, what string, ask func() []string) ([]string, error) {
	ctx, cancel := context.WithTimeout(ctx, time.Minute)
	defer cancel()
	tick := time.NewTicker(10 * time.Millisecond)
	defer tick.Stop()
	for {
		if got := ask(); got != nil {
			return got, nil
		}
		select {
		case <-tick.C:
		case <-p.ended:
			return nil, fmt.Errorf("the process ended before it would %s: %v\n%s", what, p.err, p.Output())
		case <-ctx.Done():
			return nil, fmt.Errorf("the process did not %s: %w\n%s", what, ctx.Err(), p.Output())
		}
	}
}

// output gathers what a process writes to both its outputs.
type output struct {
	mu  sync.Mutex
	buf bytes.Buffer
}

func (o *output) Write(b []byte) (int, error) {
	o.mu.Lock()
	defer o.mu.Unlock()
	return o.buf.Write(b)
}

func (o *output) String() string {
	o.mu.Lock()
	defer o.mu.Unlock()
	return o.buf.String()
}
