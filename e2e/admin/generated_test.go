package admin

import (
	"bytes"
	"encoding/json"
	"io"
	"math/rand/v2"
	"net/http"
	"net/url"
	"os"
	"strconv"
	"strings"
	"testing"
)

// generated is how many requests are made up. AUTHSERVER_GENERATED_REQUESTS asks for more.
const generated = 4000

// Whatever is sent, the server answers as its document says, and never with a failure of
// its own.
func TestGeneratedRequestsAreAnsweredAsDocumented(t *testing.T) {
	t.Parallel()
	w := NewTown(t)
	n := generated
	if asked, err := strconv.Atoi(os.Getenv("AUTHSERVER_GENERATED_REQUESTS")); err == nil {
		n = asked
	}
	g := &Generator{Rand: rand.New(rand.NewPCG(7, 11)), Document: w.doc, Wild: 0.12, Known: w.known(w.A)}
	client := &http.Client{Transport: w.Server.Local()}
	statuses, told := map[int]int{}, map[string]int{}
	for range n {
		o := w.doc.Operations[g.IntN(len(w.doc.Operations))]
		if o.Authz.Permission == "" {
			continue
		}
		r := w.compose(g, o)
		answer, err := client.Do(r)
		w.must(err)
		body, err := io.ReadAll(answer.Body)
		w.must(err)
		statuses[answer.StatusCode]++
		flaw := o.Check(answer.StatusCode, answer.Header, body)
		if answer.StatusCode >= 500 {
			flaw = "the server failed"
		}
		if flaw != "" {
			if told[o.ID]++; told[o.ID] < 3 {
				t.Errorf("%s %s: %s\n%.600s", r.Method, r.URL, flaw, say(answer.StatusCode, body))
			}
		}
		if answer.StatusCode == http.StatusCreated {
			g.learn(o, body)
		}
	}
	t.Logf("%d requests: %v", n, statuses)
	if statuses[200] < n/20 || statuses[201] < n/200 {
		t.Errorf("hardly any request succeeds, so hardly anything was tried: %v", statuses)
	}
}

// learn remembers what was created, so that later requests are about it.
func (g *Generator) learn(o *Operation, body []byte) {
	var made struct {
		ID string `json:"id"`
	}
	parts := strings.Split(o.Path, "/")
	kind := strings.TrimSuffix(parts[len(parts)-1], "s")
	if json.Unmarshal(body, &made) == nil && made.ID != "" && len(g.Known[kind]) < 50 {
		g.Known[kind] = append(g.Known[kind], made.ID)
	}
}

// compose is a request for the operation: mostly what it takes, sometimes anything.
func (w *Town) compose(g *Generator, o *Operation) *http.Request {
	w.t.Helper()
	path := o.path(w.A.Realm.Slug, func(name string) string {
		if known := g.Known[name]; len(known) > 0 && g.IntN(8) > 0 {
			return known[g.IntN(len(known))]
		}
		text, ok := g.Value(&Schema{Type: Types{"string"}, Format: "uuid"}, "", 0).(string)
		if !ok || text == "" || strings.ContainsAny(text, "/\r\n\x00") {
			return "x"
		}
		return url.PathEscape(text)
	})
	if !o.Authz.RealmScoped { // the realm itself must go on
		path = strings.Replace(path, "/realms/"+w.A.Realm.Slug, "/realms/"+w.B.Realm.Slug, 1)
	}
	query := url.Values{}
	for _, p := range o.Parameters {
		if p.In == "query" && g.IntN(3) == 0 {
			if text, err := json.Marshal(g.Value(p.Schema, p.Name, 0)); err == nil {
				query.Set(p.Name, strings.Trim(string(text), `"`))
			}
		}
	}
	var body io.Reader
	if o.Body != nil && g.IntN(30) > 0 {
		raw, err := json.Marshal(g.Value(o.Body, "", 0))
		w.must(err)
		body = bytes.NewReader(raw)
	}
	r, err := http.NewRequestWithContext(w.t.Context(), o.Method, w.URL+"/api/v1"+path, body)
	if err != nil { // an address that no client sends
		r, err = http.NewRequestWithContext(w.t.Context(), o.Method, w.URL+"/api/v1/realms/"+w.A.Realm.Slug+"/x", nil)
		w.must(err)
	}
	r.URL.RawQuery = query.Encode()
	if body != nil {
		r.Header.Set("Content-Type", o.BodyKind)
	}
	for _, p := range o.Parameters {
		if p.In == "header" && g.IntN(6) == 0 {
			r.Header.Set(p.Name, []string{`"1"`, `"2"`, "*", "x", "k1"}[g.IntN(5)])
		}
	}
	return r
}
