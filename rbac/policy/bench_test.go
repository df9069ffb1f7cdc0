package policy_test

import (
	"fmt"
	"slices"
	"strings"
	"testing"
	"time"

	"authserver/rbac"
)

// BenchmarkDecide measures a decision in process on warm caches: about Ben, whose facts are
// one query, by roles alone and with 20 statements that are asked each time.
func BenchmarkDecide(b *testing.B) {
	var statements strings.Builder
	for i := range 10 {
		fmt.Fprintf(&statements, `forbid (principal, action, resource) when { resource.type == "vault" && resource.id == "%d" };
			permit (principal in Role::"clerk", action == Action::"invoice.pay", resource) when { resource.hasTag("department") && resource.getTag("department") == "d%d" };`, i, i)
	}
	for _, c := range []struct{ name, text, code string }{
		{"roles", "", "invoice.read"}, {"policies", statements.String(), "invoice.pay"},
	} {
		b.Run(c.name, func(b *testing.B) {
			h := newHouse(b)
			if c.text != "" {
				h.active(c.text)
			}
			q := rbac.Question{
				Grant:    rbac.Grant{ApplicationID: h.shop.ID, Code: c.code},
				Resource: rbac.Resource{Type: "invoice", ID: "17", Attributes: map[string]any{"department": "d9"}},
			}
			times := make([]time.Duration, 0, 1<<16)
			for b.Loop() {
				begin := time.Now()
				d, err := h.roles.Decide(h.Context, h.Realm.ID, rbac.User, h.ben.ID, rbac.Shown("192.0.2.1", h.Clock.Now()), q)
				times = append(times, time.Since(begin))
				if err != nil || !d.Allowed {
					b.Fatalf("%+v, %v", d, err)
				}
			}
			slices.Sort(times)
			b.ReportMetric(float64(times[len(times)/2].Microseconds()), "p50-µs")
			b.ReportMetric(float64(times[len(times)*99/100].Microseconds()), "p99-µs")
		})
	}
}
