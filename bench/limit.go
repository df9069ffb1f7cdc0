package main

import (
	"context"
	"crypto/ecdsa"
	"crypto/elliptic"
	"crypto/rand"
	"crypto/sha256"
	"database/sql"
	"fmt"
	"net"
	"net/http"
	"net/url"
	"os"
	"os/exec"
	"path/filepath"
	"strings"
	"time"

	"github.com/gin-gonic/gin"
	_ "github.com/jackc/pgx/v5/stdlib"       // the driver for PostgreSQL
	_ "github.com/ncruces/go-sqlite3/driver" // the driver for SQLite
)

// serveBare is what any server of ours costs at least: gin, one route, a small JSON answer; with sign, one ES256 signature more.
func serveBare(address string, sign bool) error {
	gin.SetMode(gin.ReleaseMode)
	key, err := ecdsa.GenerateKey(elliptic.P256(), rand.Reader)
	if err != nil {
		return err
	}
	body := []byte(`{"access_token":"` + strings.Repeat("a", 500) + `","token_type":"Bearer","expires_in":600}`)
	engine := gin.New()
	engine.POST("/token", func(c *gin.Context) {
		if sign {
			sum := sha256.Sum256(body)
			if _, err := ecdsa.SignASN1(rand.Reader, key, sum[:]); err != nil {
				c.Status(http.StatusInternalServerError)
				return
			}
		}
		c.Header("Cache-Control", "no-store")
		c.Data(http.StatusOK, "application/json", body)
	})
	server := &http.Server{Addr: address, Handler: engine, ReadHeaderTimeout: 5 * time.Second}
	return server.ListenAndServe()
}

// bare measures a bare handler in a process of its own.
func (b *bench) bare(ctx context.Context, name string, sign bool) (row, error) {
	l, err := net.Listen("tcp", "127.0.0.1:0")
	if err != nil {
		return row{}, err
	}
	address := l.Addr().String()
	_ = l.Close()
	self, err := os.Executable()
	if err != nil {
		return row{}, err
	}
	cmd := exec.CommandContext(ctx, self, "-bare", address, fmt.Sprintf("-sign=%v", sign))
	cmd.Stderr = os.Stderr
	if err := cmd.Start(); err != nil {
		return row{}, err
	}
	defer func() { _ = cmd.Process.Kill(); _ = cmd.Wait() }()
	target := &url.URL{Scheme: "http", Host: address, Path: "/token"}
	request := post(target, "grant_type=client_credentials")
	clients, err := crowd(b.clients, func(int) (client, error) {
		return &fixed{newWire(address), request, http.StatusOK, ""}, nil
	})
	if err != nil {
		return row{}, err
	}
	if err := patiently(ctx, func() error { return clients[0].Do(ctx) }); err != nil {
		return row{}, err
	}
	_ = loop(ctx, clients, b.warm)
	before, err := cpu(cmd.Process.Pid)
	if err != nil {
		return row{}, err
	}
	r := loop(ctx, clients, b.length)
	after, err := cpu(cmd.Process.Pid)
	return row{Scenario: name, result: r, CPU: after - before}, err
}

// commits measures how many transactions of one small row the database itself can commit for so many clients, with the same durability as the server asks for.
func (b *bench) commits(ctx context.Context, databaseURL string) (row, error) {
	driver, source, place, writers := "pgx", databaseURL, "$1", b.clients
	if file, ok := strings.CutPrefix(databaseURL, "sqlite:"); ok {
		file = filepath.Join(filepath.Dir(file), "limit.db")
		driver, place, writers = "sqlite3", "?", 1 // SQLite has one writer
		source = "file:" + file + "?_pragma=busy_timeout(5000)&_pragma=journal_mode(WAL)&_pragma=synchronous(NORMAL)&_txlock=immediate"
	}
	db, err := sql.Open(driver, source)
	if err != nil {
		return row{}, err
	}
	defer db.Close()
	db.SetMaxOpenConns(writers)
	db.SetMaxIdleConns(writers)
	if _, err := db.ExecContext(ctx, `CREATE TABLE bench_limit (id TEXT PRIMARY KEY, at BIGINT NOT NULL)`); err != nil {
		return row{}, err
	}
	clients, err := crowd(b.clients, func(i int) (client, error) {
		return &committer{db: db, insert: `INSERT INTO bench_limit (id, at) VALUES (` + place + `, 1)`, i: i}, nil
	})
	if err != nil {
		return row{}, err
	}
	_ = loop(ctx, clients, b.warm)
	return row{Scenario: "one row, one commit", result: loop(ctx, clients, b.length)}, nil
}

type committer struct {
	db     *sql.DB
	insert string
	i, n   int
}

func (c *committer) Do(ctx context.Context) error {
	c.n++
	tx, err := c.db.BeginTx(ctx, nil)
	if err != nil {
		return err
	}
	if _, err := tx.ExecContext(ctx, c.insert, fmt.Sprintf("%d-%d", c.i, c.n)); err != nil {
		_ = tx.Rollback()
		return err
	}
	return tx.Commit()
}

// patiently repeats what fails until it succeeds or 15 seconds are over.
func patiently(ctx context.Context, do func() error) error {
	ctx, cancel := context.WithTimeout(ctx, 15*time.Second)
	defer cancel()
	tick := time.NewTicker(20 * time.Millisecond)
	defer tick.Stop()
	for {
		err := do()
		if err == nil {
			return nil
		}
		select {
		case <-tick.C:
		case <-ctx.Done():
			return err
		}
	}
}
