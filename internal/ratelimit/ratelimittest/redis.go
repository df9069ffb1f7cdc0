// Package ratelimittest runs a Redis for tests, which may do to it what happens to servers.
package ratelimittest

import (
	"bufio"
	"fmt"
	"io"
	"net"
	"os/exec"
	"strings"
	"syscall"
	"testing"
)

// Redis is a redis-server on the loopback interface, which ends with the test.
type Redis struct {
	URL string

	t       testing.TB
	port    string
	args    []string
	process *exec.Cmd
}

// Open starts one, with further arguments as redis-server takes them.
func Open(t testing.TB, args ...string) *Redis {
	t.Helper()
	l, err := net.Listen("tcp", "127.0.0.1:0")
	if err != nil {
		t.Fatal(err)
	}
	_, port, _ := net.SplitHostPort(l.Addr().String())
	if err := l.Close(); err != nil {
		t.Fatal(err)
	}
	r := &Redis{URL: "redis://127.0.0.1:" + port, t: t, port: port, args: args}
	r.Start()
	t.Cleanup(func() {
		if r.process != nil {
			r.Kill()
		}
	})
	return r
}

// Start runs the server, empty, and returns when it takes connections.
func (r *Redis) Start() {
	r.t.Helper()
	args := append([]string{"--port", r.port, "--bind", "127.0.0.1", "--save", "", "--appendonly", "no", "--dir", r.t.TempDir(), "--daemonize", "no"}, r.args...)
	p := exec.Command("redis-server", args...)
	out, err := p.StdoutPipe()
	if err != nil {
		r.t.Fatal(err)
	}
	if err := p.Start(); err != nil {
		r.t.Fatalf("redis-server is needed: %v", err)
	}
	r.process = p
	said := ""
	for lines := bufio.NewScanner(out); lines.Scan(); {
		if strings.Contains(lines.Text(), "Ready to accept connections") {
			go func() { _, _ = io.Copy(io.Discard, out) }()
			return
		}
		said += lines.Text() + "\n"
	}
	r.t.Fatalf("redis-server has ended:\n%s", said)
}

// Kill ends it as a machine that is switched off does.
func (r *Redis) Kill() {
	r.t.Helper()
	r.signal(syscall.SIGKILL)
	_ = r.process.Wait() // "signal: killed"
	r.process = nil
}

// Freeze lets it hold its connections and answer nothing, until Thaw.
func (r *Redis) Freeze() { r.t.Helper(); r.signal(syscall.SIGSTOP) }

// Thaw lets it go on.
func (r *Redis) Thaw() { r.t.Helper(); r.signal(syscall.SIGCONT) }

func (r *Redis) signal(s syscall.Signal) {
	r.t.Helper()
	if err := r.process.Process.Signal(s); err != nil {
		r.t.Errorf("%s to redis-server: %v", s, err)
	}
}

// Do sends one command and returns the first line of the answer, as the protocol has it.
func (r *Redis) Do(words ...string) string {
	r.t.Helper()
	c, err := net.Dial("tcp", "127.0.0.1:"+r.port)
	if err != nil {
		r.t.Fatal(err)
	}
	defer c.Close()
	command := fmt.Sprintf("*%d\r\n", len(words))
	for _, w := range words {
		command += fmt.Sprintf("$%d\r\n%s\r\n", len(w), w)
	}
	if _, err := io.WriteString(c, command); err != nil {
		r.t.Fatal(err)
	}
	line, err := bufio.NewReader(c).ReadString('\n')
	if err != nil {
		r.t.Fatal(err)
	}
	return strings.TrimSpace(line)
}
