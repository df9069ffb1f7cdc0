package database

import (
	"context"
	"database/sql/driver"
)

// keeper wraps the SQLite driver so that each connection keeps the statements it
// has prepared: compiling one costs as much as running it. gorm's own cache does
// not help, as it prepares anew in every transaction.
type keeper struct{ driver.Connector }

// Connect implements driver.Connector.
func (k keeper) Connect(ctx context.Context) (driver.Conn, error) {
	c, err := k.Connector.Connect(ctx)
	if err != nil {
		return nil, err
	}
	return &keptConn{inner: c.(sqliteConn), kept: map[string]*keptStmt{}}, nil
}

// sqliteConn is what the driver's connections can do.
type sqliteConn interface {
	driver.Conn
	driver.ConnBeginTx
	driver.ConnPrepareContext
	driver.ExecerContext
}

// sqliteStmt is what the driver's statements can do.
type sqliteStmt interface {
	driver.Stmt
	driver.StmtExecContext
	driver.StmtQueryContext
	driver.NamedValueChecker
}

// mostKept bounds the statements that a connection keeps. The house has fewer
// on its busy paths; one built at run time must not push memory up for ever.
const mostKept = 200

// keptConn is a connection; database/sql lets one goroutine at a time use it.
type keptConn struct {
	inner sqliteConn
	kept  map[string]*keptStmt
}

// Prepare implements driver.Conn.
func (c *keptConn) Prepare(query string) (driver.Stmt, error) {
	return c.PrepareContext(context.Background(), query)
}

// PrepareContext implements driver.ConnPrepareContext.
func (c *keptConn) PrepareContext(ctx context.Context, query string) (driver.Stmt, error) {
	s, known := c.kept[query]
	if known && !s.busy {
		s.busy = true
		return s, nil
	}
	fresh, err := c.inner.PrepareContext(ctx, query)
	if err != nil || known { // known and busy: rows of it are still being read
		return fresh, err
	}
	if len(c.kept) >= mostKept {
		c.forgetOne()
	}
	s = &keptStmt{sqliteStmt: fresh.(sqliteStmt), busy: true}
	c.kept[query] = s
	return s, nil
}

// forgetOne drops any statement that is not in use; map order makes it a random one.
func (c *keptConn) forgetOne() {
	for query, s := range c.kept {
		if !s.busy {
			delete(c.kept, query)
			_ = s.sqliteStmt.Close()
			return
		}
	}
}

// Close implements driver.Conn.
func (c *keptConn) Close() error {
	for _, s := range c.kept {
		_ = s.sqliteStmt.Close()
	}
	return c.inner.Close()
}

// Begin implements driver.Conn.
func (c *keptConn) Begin() (driver.Tx, error) {
	return c.BeginTx(context.Background(), driver.TxOptions{})
}

// BeginTx implements driver.ConnBeginTx.
func (c *keptConn) BeginTx(ctx context.Context, o driver.TxOptions) (driver.Tx, error) {
	return c.inner.BeginTx(ctx, o)
}

// ExecContext implements driver.ExecerContext. With arguments it skips, and
// database/sql prepares.
func (c *keptConn) ExecContext(ctx context.Context, query string, args []driver.NamedValue) (driver.Result, error) {
	return c.inner.ExecContext(ctx, query, args)
}

// CheckNamedValue implements driver.NamedValueChecker: statements check for themselves.
func (c *keptConn) CheckNamedValue(*driver.NamedValue) error { return nil }

// keptStmt survives its Close.
type keptStmt struct {
	sqliteStmt
	busy bool
}

// Close implements driver.Stmt: the statement is free for the next user.
func (s *keptStmt) Close() error {
	s.busy = false
	return nil
}
