//go:build unix

// Command testpg starts a PostgreSQL server for one command and throws it away:
//
//	go run ./internal/database/dbtest/testpg -- go test ./...
//
// The server listens on a free loopback port only, has a data directory of its
// own in the temporary folder, and is stopped and removed when the command ends.
// TEST_DATABASE_URL is set for the command. With TEST_DATABASE_URL already set,
// the command runs against that server and none is started. The exit code is the
// command's.
package main

import (
	"errors"
	"flag"
	"fmt"
	"os"
	"os/exec"
	"os/signal"
	"syscall"
)

func main() {
	fsync := flag.Bool("fsync", true, "flush to disk as in production; false is quicker")
	bin := flag.String("bin", "", "folder of initdb and postgres (default: the newest under /usr/lib/postgresql, else PATH)")
	flag.Usage = func() {
		fmt.Fprintln(flag.CommandLine.Output(), "usage: testpg [-fsync=false] [-bin DIR] -- COMMAND [ARG...]")
		flag.PrintDefaults()
	}
	flag.Parse()
	if flag.NArg() == 0 {
		flag.Usage()
		os.Exit(2)
	}
	code, err := run(*bin, *fsync, flag.Args())
	if err != nil {
		fmt.Fprintln(os.Stderr, "testpg:", err)
		code = max(code, 1)
	}
	os.Exit(code)
}

func run(bin string, fsync bool, command []string) (code int, err error) {
	// The terminal sends an interrupt to the command too; the server must outlive it.
	interrupts := make(chan os.Signal, 1)
	signal.Notify(interrupts, os.Interrupt, syscall.SIGTERM)
	if os.Getenv("TEST_DATABASE_URL") == "" {
		s, err := start(bin, fsync)
		if err != nil {
			return 1, err
		}
		defer func() { err = errors.Join(err, s.stop()) }()
		fmt.Fprintln(os.Stderr, "testpg:", s.url)
		if err := os.Setenv("TEST_DATABASE_URL", s.url); err != nil {
			return 1, err
		}
	}
	cmd := exec.Command(command[0], command[1:]...)
	cmd.Stdin, cmd.Stdout, cmd.Stderr = os.Stdin, os.Stdout, os.Stderr
	if err := cmd.Start(); err != nil {
		return 1, err
	}
	go func() {
		for s := range interrupts {
			_ = cmd.Process.Signal(s)
		}
	}()
	var failed *exec.ExitError
	switch err := cmd.Wait(); {
	case errors.As(err, &failed):
		return max(failed.ExitCode(), 1), nil
	case err != nil:
		return 1, err
	}
	return 0, nil
}
