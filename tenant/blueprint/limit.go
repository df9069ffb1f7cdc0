package blueprint

import (
	"context"

	"authserver/client"
	"authserver/internal/ratelimit"
)

// limits are the rate limits that a realm sets for itself, by name.
func limits() *section {
	return &section{
		name: "limits", fields: []string{"limits"}, gone: "the house's limit again",
		shape: func() any { return new(client.PutLimitRequest) },
		same:  func(_ string, old, want any) bool { return plainLimits(text(old)) == plainLimits(text(want)) },
		read: func(ctx context.Context, at *site) (map[string]Item, error) {
			items := map[string]Item{}
			for l, err := range at.realm.AllLimits(ctx, client.ListLimitsQuery{Limit: 100}) {
				if err != nil {
					return nil, err
				}
				at.learn("limits", l.Name, l.Name)
				if l.Own {
					items[l.Name] = Item{"limits": l.Limits}
				}
			}
			return items, nil
		},
		add: putLimit,
		change: func(ctx context.Context, at *site, name string, item Item, _ []Field) error {
			return putLimit(ctx, at, name, item)
		},
		destroy: func(ctx context.Context, at *site, name string) error { return at.realm.ResetLimit(ctx, name) },
	}
}

func putLimit(ctx context.Context, at *site, name string, item Item) error {
	request, err := into[client.PutLimitRequest](item)
	if err == nil {
		_, err = at.realm.PutLimit(ctx, name, request)
	}
	return err
}

// plainLimits are limits as the administration writes them; what is none stays as it is.
func plainLimits(s string) string {
	all, err := ratelimit.Parse(s)
	if err != nil {
		return s
	}
	return ratelimit.Format(all)
}
