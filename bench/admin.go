package main

import (
	"bytes"
	"context"
	"database/sql"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"net/http"
	"net/url"
	"os"
	"strings"
	"time"

	"authserver/bench/population"
	"authserver/internal/database"
)

// slowerAtMost is how much longer an answer may take in a full database than in an empty
// one, at the median.
const slowerAtMost = 1.5

// administration measures what administrators and applications ask, on a database with
// next to nothing in it and then on the same one, filled. The answers are the same size.
func (b *bench) administration(ctx context.Context, name, dir, databaseURL string) (t table, err error) {
	t.Title = "Administration, on " + map[string]string{"postgres": "PostgreSQL", "sqlite": "SQLite"}[name]
	s, err := newSubject(ctx, name, b.binary, dir, databaseURL, b.clients)
	if err != nil {
		return t, err
	}
	defer func() {
		if s.process == nil {
			return
		}
		if said := s.stop(); err != nil {
			err = fmt.Errorf("%w\nthe server said:\n%.3000s", err, said)
		}
	}()
	if err := s.start(ctx); err != nil {
		return t, err
	}
	office, err := s.furnish(ctx, b.clients)
	if err != nil {
		return t, err
	}
	var emptied []row
	for _, filled := range []bool{false, true} {
		if filled {
			s.stop()
			if err := b.fill(ctx, databaseURL); err != nil {
				return t, err
			}
			if err := s.start(ctx); err != nil {
				return t, err
			}
			if err := settle(ctx, databaseURL); err != nil {
				return t, err
			}
			if err := office.browse(ctx); err != nil {
				return t, err
			}
		}
		for _, sc := range office.scenarios() {
			if !b.only.MatchString(sc.Name) {
				continue
			}
			r, err := b.quietest(ctx, s, sc)
			if err != nil {
				return t, fmt.Errorf("%s: %w", sc.Name, err)
			}
			if filled {
				t.Rows = append(t.Rows, emptied[0], r)
				emptied = emptied[1:]
			} else {
				emptied = append(emptied, r)
			}
		}
	}
	for i := range t.Rows {
		t.Rows[i].Scenario += map[bool]string{true: ", full", false: ", empty"}[i%2 == 1]
	}
	t.print()
	return t, t.tooSlow()
}

// quietest measures a scenario three times and returns the time with the best median: other
// work on the machine only ever adds.
func (b *bench) quietest(ctx context.Context, s *subject, sc scenario) (best row, err error) {
	few := *b
	few.clients = min(b.clients, 4) // as administrators are; more would measure how long they wait for a processor
	for i := range 3 {
		r, err := few.flow(ctx, s, sc)
		if err != nil {
			return r, err
		}
		if i == 0 || r.P50 < best.P50 {
			best = r
		}
	}
	return best, nil
}

// tooSlow names what takes too much longer in the full database.
func (t table) tooSlow() error {
	var slow []string
	for i := 0; i+1 < len(t.Rows); i += 2 {
		before, after := t.Rows[i], t.Rows[i+1]
		if strings.HasPrefix(before.Scenario, differing) {
			continue
		}
		if after.P50 > time.Duration(slowerAtMost*float64(before.P50)) {
			slow = append(slow, fmt.Sprintf("%s: %s ms, and %s ms in the full one", before.Scenario, ms(before.P50), ms(after.P50)))
		}
	}
	if len(slow) == 0 {
		return nil
	}
	return fmt.Errorf("%w, more than %.1f times, on a full database: %s:\n%s", errSlow, slowerAtMost, t.Title, strings.Join(slow, "\n"))
}

var errSlow = errors.New("slower than on an empty database")

// fill adds the population to the database of a server that is not running.
func (b *bench) fill(ctx context.Context, databaseURL string) error {
	db, err := database.Open(ctx, databaseURL, database.Options{})
	if err != nil {
		return err
	}
	defer db.Close()
	o := b.filled
	o.Into, o.Seed = realmSlug, 1
	o.Progress = func(what string) { fmt.Fprintln(os.Stderr, what) }
	_, err = population.Fill(ctx, db, o)
	return err
}

// settle waits until the server has made the population's people findable, and does what
// autovacuum does within minutes.
func settle(ctx context.Context, databaseURL string) error {
	driver, source := "pgx", databaseURL
	if file, ok := strings.CutPrefix(databaseURL, "sqlite:"); ok {
		driver, source = "sqlite3", "file:"+file+"?_pragma=busy_timeout(5000)"
	}
	db, err := sql.Open(driver, source)
	if err != nil {
		return err
	}
	defer db.Close()
	began, tick := time.Now(), time.NewTicker(time.Second)
	defer tick.Stop()
	for waiting := 1; waiting > 0; {
		select {
		case <-tick.C:
		case <-ctx.Done():
			return ctx.Err()
		}
		if err := db.QueryRowContext(ctx, "SELECT COUNT(*) FROM users WHERE searched < version").Scan(&waiting); err != nil {
			return err
		}
	}
	fmt.Fprintf(os.Stderr, "everybody can be found after %.0f s\n", time.Since(began).Seconds())
	if driver == "pgx" {
		_, err = db.ExecContext(ctx, "VACUUM ANALYZE")
	}
	return err
}

// office is who asks: by the API key of the realm, about people whom it has made.
type office struct {
	*subject
	http    *http.Client
	clients int
	began   time.Time
	ids     []string // of the people made
	many    []string // of people to ask about in turn
}

// made is how many people there are to find; a page has ten.
const made = 12

// furnish makes people to find: unverified, suspended but for the first, with a name and
// an address like nobody's. The first has roles.
func (s *subject) furnish(ctx context.Context, clients int) (*office, error) {
	o := &office{subject: s, clients: clients, http: &http.Client{Transport: s.transport()}, began: time.Now().UTC().Add(-time.Second)}
	for i := range made {
		var u struct{ ID string }
		who := map[string]any{"email": fmt.Sprintf("quill%d@example.com", i), "name": "Xanthe Quillfeather", "given_name": "Xanthe", "family_name": "Quillfeather"}
		if err := o.call(ctx, http.MethodPost, "/users", who, &u); err != nil {
			return nil, err
		}
		o.ids = append(o.ids, u.ID)
		if i > 0 {
			if err := o.call(ctx, http.MethodPost, "/users/"+u.ID+"/suspension", map[string]any{"reason": "bench"}, nil); err != nil {
				return nil, err
			}
		}
	}
	for _, role := range []string{"read-only", "auditor", "user-manager"} {
		if err := o.call(ctx, http.MethodPost, "/assignments", map[string]any{"subject_id": o.ids[0], "role_id": role}, nil); err != nil {
			return nil, err
		}
	}
	o.many = o.ids
	return o, nil
}

// browse finds some thousand people to ask about in turn.
func (o *office) browse(ctx context.Context) error {
	o.many = nil
	for cursor := ""; len(o.many) < 5_000; {
		var page struct {
			Items      []struct{ ID string }
			NextCursor string `json:"next_cursor"`
		}
		if err := o.call(ctx, http.MethodGet, "/users?limit=100&cursor="+url.QueryEscape(cursor), nil, &page); err != nil {
			return err
		}
		for _, u := range page.Items {
			o.many = append(o.many, u.ID)
		}
		if cursor = page.NextCursor; cursor == "" {
			break
		}
	}
	return nil
}

func (o *office) at(path string) string { return public + "/api/v1/realms/" + realmSlug + path }

func (o *office) call(ctx context.Context, method, path string, body, into any) error {
	var sent io.Reader
	if body != nil {
		raw, err := json.Marshal(body)
		if err != nil {
			return err
		}
		sent = bytes.NewReader(raw)
	}
	req, err := http.NewRequestWithContext(ctx, method, o.at(path), sent)
	if err != nil {
		return err
	}
	req.Header.Set("Authorization", "Bearer "+o.keys.APIKey)
	if body != nil {
		req.Header.Set("Content-Type", "application/json")
	}
	res, err := o.http.Do(req)
	if err != nil {
		return err
	}
	defer res.Body.Close()
	raw, err := io.ReadAll(res.Body)
	if err != nil {
		return err
	}
	if res.StatusCode >= 300 {
		return fmt.Errorf("%s %s: %s %.300s", method, path, res.Status, raw)
	}
	if into == nil {
		return nil
	}
	return json.Unmarshal(raw, into)
}

// differing begins the names of what is not the same in both databases.
const differing = "(not compared) "

// scenarios are what is compared.
func (o *office) scenarios() []scenario {
	key := "Authorization: Bearer " + o.keys.APIKey
	target := func(path string) *url.URL {
		u, err := url.Parse(o.at(path))
		if err != nil {
			panic(err) // constants
		}
		return u
	}
	list := func(path, contains string) func(context.Context, int) (client, error) {
		return func(context.Context, int) (client, error) {
			return &fixed{newWire(o.Address), get(target(path), key), http.StatusOK, contains}, nil
		}
	}
	decide := func(id string) []byte {
		body := `{"subject_id":"` + id + `","permission":"users.read"}`
		return request(http.MethodPost, target("/authorization/decisions"), body, []string{key, "Content-Type: application/json", fmt.Sprintf("Content-Length: %d", len(body))})
	}
	flows := map[string]scenario{}
	for _, sc := range o.subject.scenarios() {
		flows[sc.Name] = sc
	}
	return []scenario{
		{"list people", list("/users?limit=10", `"next_cursor"`)},
		{"search by address", list("/users?limit=10&q=quill", `"next_cursor"`)},
		{"search by name", list("/users?limit=10&q=quillf", `"next_cursor"`)},
		{"filter: suspended", list("/users?limit=10&status=suspended", `"next_cursor"`)},
		{"filter: unverified", list("/users?limit=10&email_verified=false", `"next_cursor"`)},
		{"filter: without a factor", list("/users?limit=10&has_factor=false", `"next_cursor"`)},
		{"filter: created lately", list("/users?limit=10&created_after="+o.began.Format("2006-01-02T15:04:05Z"), `"next_cursor"`)},
		{"decision", func(context.Context, int) (client, error) {
			return &fixed{newWire(o.Address), decide(o.ids[0]), http.StatusOK, `"allowed":true`}, nil
		}},
		{differing + "decision, about everybody in turn", func(_ context.Context, i int) (client, error) {
			w := &wandering{fixed: fixed{newWire(o.Address), nil, http.StatusOK, `"allowed":`}, next: i * len(o.many) / max(1, o.clients)}
			for _, id := range o.many {
				w.requests = append(w.requests, decide(id))
			}
			return w, nil
		}},
		{"assignments of a person", list("/assignments?limit=10&user_id="+o.ids[0], `"read-only"`)},
		{"sign-in with a session, and exchange: no password is hashed", flows["code: the same, ID token ES256"].Hire},
		{"sign-in with a password, hashing included", flows["password sign-in, to the code"].Hire},
	}
}

// wandering sends one request after the other, from the start again at the end.
type wandering struct {
	fixed
	requests [][]byte
	next     int
}

func (w *wandering) Do(ctx context.Context) error {
	w.next = (w.next + 1) % len(w.requests)
	w.request = w.requests[w.next]
	return w.fixed.Do(ctx)
}
