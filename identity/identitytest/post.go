package identitytest

import (
	"context"
	"fmt"
	"sync"

	"authserver/internal/database"
	"authserver/internal/letter"
)

// Post is the letter box of a test: it takes what rooms write to people, as
// notify/message does, inside their transaction, and only what that commits.
type Post struct {
	DB *database.DB

	mu      sync.Mutex
	letters []letter.Letter
}

// Send implements the Letters of the rooms.
func (p *Post) Send(ctx context.Context, l letter.Letter) error {
	if !database.Within(ctx) {
		return fmt.Errorf("letter %s outside a transaction", l.Kind)
	}
	if err := l.Check(); err != nil {
		return err
	}
	p.DB.AfterCommit(ctx, func() {
		p.mu.Lock()
		defer p.mu.Unlock()
		p.letters = append(p.letters, l)
	})
	return nil
}

// Letters are those sent to the address so far, the oldest first.
func (p *Post) Letters(to string) []letter.Letter {
	p.mu.Lock()
	defer p.mu.Unlock()
	var some []letter.Letter
	for _, l := range p.letters {
		if l.To == to {
			some = append(some, l)
		}
	}
	return some
}

// Last is the newest letter to the address; its Kind is empty when there is none.
func (p *Post) Last(to string) letter.Letter {
	all := p.Letters(to)
	if len(all) == 0 {
		return letter.Letter{}
	}
	return all[len(all)-1]
}
