//go:build unix

package main

import (
	"bytes"
	"context"
	"errors"
	"fmt"
	"net"
	"os"
	"os/exec"
	"os/user"
	"path/filepath"
	"sort"
	"strconv"
	"syscall"
	"time"

	"github.com/google/uuid"
	"github.com/jackc/pgx/v5"
)

// server is a PostgreSQL of our own.
type server struct {
	dir  string
	url  string
	cmd  *exec.Cmd
	gone chan error
	log  bytes.Buffer
}

// start makes a data directory and a server on it that answers.
func start(bin string, fsync bool) (*server, error) {
	bin, err := binaries(bin)
	if err != nil {
		return nil, err
	}
	account, err := unprivileged()
	if err != nil {
		return nil, err
	}
	dir, err := os.MkdirTemp("", "testpg-")
	if err != nil {
		return nil, err
	}
	s := &server{dir: dir, gone: make(chan error, 1)}
	if err := s.launch(bin, account, fsync); err != nil {
		return nil, errors.Join(err, s.stop())
	}
	return s, nil
}

func (s *server) launch(bin string, account *syscall.Credential, fsync bool) error {
	if account != nil {
		if err := os.Chown(s.dir, int(account.Uid), int(account.Gid)); err != nil {
			return err
		}
	}
	data := filepath.Join(s.dir, "data")
	password := uuid.NewString()
	passwords := filepath.Join(s.dir, "password")
	if err := os.WriteFile(passwords, []byte(password), 0o600); err != nil {
		return err
	}
	if account != nil {
		if err := os.Chown(passwords, int(account.Uid), int(account.Gid)); err != nil {
			return err
		}
	}
	initdb := exec.Command(filepath.Join(bin, "initdb"), "-D", data, "-U", "postgres", "-E", "UTF8", "--locale=C.UTF-8",
		"--auth=scram-sha-256", "--pwfile="+passwords, "--no-sync")
	s.as(initdb, account)
	if out, err := initdb.CombinedOutput(); err != nil {
		return fmt.Errorf("initdb: %w\n%s", err, out)
	}
	port, err := freePort()
	if err != nil {
		return err
	}
	s.cmd = exec.Command(filepath.Join(bin, "postgres"), "-D", data, "-h", "127.0.0.1", "-p", strconv.Itoa(port), "-k", "",
		"-c", "max_connections=300", "-c", "fsync="+onOff(fsync), "-c", "deadlock_timeout=200ms", "-c", "shared_buffers=128MB", "-c", "max_wal_size=2GB")
	s.as(s.cmd, account)
	s.cmd.Stdout, s.cmd.Stderr = &s.log, &s.log
	if err := s.cmd.Start(); err != nil {
		s.cmd = nil
		return err
	}
	go func() { s.gone <- s.cmd.Wait() }()
	s.url = fmt.Sprintf("postgres://postgres:%s@127.0.0.1:%d/postgres?sslmode=disable", password, port)
	return s.await()
}

// as runs cmd under the account, in its own process group so that an interrupt
// from the terminal does not reach it, and in a folder that the account may enter.
func (s *server) as(cmd *exec.Cmd, account *syscall.Credential) {
	cmd.Dir = s.dir
	cmd.SysProcAttr = &syscall.SysProcAttr{Setpgid: true, Credential: account}
}

// await returns when the server answers.
func (s *server) await() error {
	ctx, cancel := context.WithTimeout(context.Background(), 30*time.Second)
	defer cancel()
	tick := time.NewTicker(50 * time.Millisecond)
	defer tick.Stop()
	for {
		conn, err := pgx.Connect(ctx, s.url)
		if err == nil {
			return conn.Close(ctx)
		}
		select {
		case <-tick.C:
		case died := <-s.gone:
			s.gone <- died
			return fmt.Errorf("postgres ended: %w\n%s", died, s.log.Bytes())
		case <-ctx.Done():
			return fmt.Errorf("postgres does not answer: %w", err)
		}
	}
}

// stop ends the server and removes what it left.
func (s *server) stop() error {
	var err error
	if s.cmd != nil {
		// SIGINT is PostgreSQL's fast shutdown: it ends sessions and stops in order.
		_ = s.cmd.Process.Signal(syscall.SIGINT)
		select {
		case <-s.gone:
		case <-time.After(20 * time.Second):
			err = errors.Join(errors.New("postgres did not stop in time"), s.cmd.Process.Kill())
			<-s.gone
		}
	}
	return errors.Join(err, os.RemoveAll(s.dir))
}

// binaries finds the server's programs. Debian keeps them out of PATH.
func binaries(dir string) (string, error) {
	if dir != "" {
		return dir, nil
	}
	found, err := filepath.Glob("/usr/lib/postgresql/*/bin/postgres")
	if err != nil {
		return "", err
	}
	version := func(path string) int {
		n, _ := strconv.Atoi(filepath.Base(filepath.Dir(filepath.Dir(path))))
		return n
	}
	sort.Slice(found, func(i, j int) bool { return version(found[i]) > version(found[j]) })
	if len(found) > 0 {
		return filepath.Dir(found[0]), nil
	}
	path, err := exec.LookPath("postgres")
	if err != nil {
		return "", errors.New("PostgreSQL is not installed (apt-get install postgresql), or name its folder with -bin")
	}
	return filepath.Dir(path), nil
}

// unprivileged returns an account for the server when we are root, under whom
// PostgreSQL refuses to run.
func unprivileged() (*syscall.Credential, error) {
	if os.Geteuid() != 0 {
		return nil, nil
	}
	for _, name := range []string{"postgres", "nobody"} {
		u, err := user.Lookup(name)
		if err != nil {
			continue
		}
		uid, err := strconv.ParseUint(u.Uid, 10, 32)
		if err != nil {
			return nil, err
		}
		gid, err := strconv.ParseUint(u.Gid, 10, 32)
		if err != nil {
			return nil, err
		}
		return &syscall.Credential{Uid: uint32(uid), Gid: uint32(gid)}, nil
	}
	return nil, errors.New("root cannot run PostgreSQL, and there is neither an account postgres nor nobody")
}

func freePort() (int, error) {
	l, err := net.Listen("tcp", "127.0.0.1:0")
	if err != nil {
		return 0, err
	}
	return l.Addr().(*net.TCPAddr).Port, l.Close()
}

func onOff(on bool) string {
	if on {
		return "on"
	}
	return "off"
}
