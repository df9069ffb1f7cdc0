package database

import (
	"context"
	"fmt"
	"log/slog"
	"time"

	"gorm.io/gorm/logger"
)

// slow is from where on a statement is worth an operator's attention.
const slow = 200 * time.Millisecond

// slowLog reports slow statements with their text and never with their values:
// those are digests, addresses and names.
type slowLog struct {
	log *slog.Logger
	now func() time.Time
}

// LogMode implements gorm's logger; levels are slog's business.
func (s slowLog) LogMode(logger.LogLevel) logger.Interface { return s }

// Info implements gorm's logger.
func (s slowLog) Info(context.Context, string, ...any) {}

// Warn implements gorm's logger.
func (s slowLog) Warn(ctx context.Context, format string, _ ...any) {
	s.log.WarnContext(ctx, "gorm warning", "message", format)
}

// Error implements gorm's logger.
func (s slowLog) Error(ctx context.Context, format string, _ ...any) {
	s.log.ErrorContext(ctx, "gorm error", "message", format)
}

// Trace implements gorm's logger. Errors go to the caller and are not logged twice.
func (s slowLog) Trace(ctx context.Context, begin time.Time, statement func() (string, int64), _ error) {
	if s.now == nil {
		return
	}
	if took := s.now().Sub(begin); took >= slow {
		sql, rows := statement()
		s.log.WarnContext(ctx, "slow query", "sql", sql, "rows", rows, "duration_ms", fmt.Sprint(took.Milliseconds()))
	}
}

// ParamsFilter implements gorm.ParamsFilter: values stay out of the log.
func (s slowLog) ParamsFilter(_ context.Context, sql string, _ ...any) (string, []any) {
	return sql, nil
}
