package e2e_test

import (
	"fmt"
	"net/http"
	"strings"
	"sync"
	"testing"

	"authserver/e2e"
	"authserver/identity/bulk"
	"authserver/identity/user"
	"authserver/internal/id"
	"authserver/internal/rest/resttest"
)

const (
	jobsPath    = "/realms/acme/jobs"
	importsPath = "/realms/acme/user-imports"
)

type registrar struct {
	*e2e.House
	*resttest.Caller
	t *testing.T
}

func openRegistrar(t *testing.T) *registrar {
	t.Helper()
	h := e2e.Open(t)
	house := resttest.New(t, h.Server.Database, h.Server.Realms, h.Realm.ID, h.Clock.Now, h.Server.Bulk.MountAdmin)
	return &registrar{h, house.As("users.write", "jobs.read"), t}
}

func (r *registrar) ask(people ...any) (j bulk.JobView) {
	r.t.Helper()
	answer := r.Do(http.MethodPost, importsPath, map[string]any{"users": people}).Want(http.StatusAccepted).Into(&j)
	if answer.Header.Get("Location") != "/api/v1"+jobsPath+"/"+j.ID || j.State != bulk.Waiting || j.Total != len(people) {
		r.t.Fatalf("asked for %+v at %s", j, answer.Header.Get("Location"))
	}
	return j
}

func (r *registrar) work() {
	r.t.Helper()
	for worked := true; worked; {
		var err error
		if worked, err = r.Server.Bulk.Once(r.Operator()); err != nil {
			r.t.Fatal(err)
		}
	}
}

func (r *registrar) job(jobID string) (j bulk.JobView) {
	r.t.Helper()
	r.Do(http.MethodGet, jobsPath+"/"+jobID, nil).Want(http.StatusOK).Into(&j)
	return j
}

func TestPeopleAreImportedInBulk(t *testing.T) {
	t.Parallel()
	r := openRegistrar(t)
	if _, err := r.Server.Users.Create(r.Operator(), r.Realm, user.NewUser{Email: "old@example.com"}); err != nil {
		t.Fatal(err)
	}
	people := []any{
		map[string]any{"email": "OLD@example.com"},
		map[string]any{"email": "not an address"},
		map[string]any{"email": "hash@example.com", "password_hash": "$9$nonsense"},
		map[string]any{"email": "attr@example.com", "attributes": map[string]any{"shoe": 43}},
	}
	for n := range 250 {
		people = append(people, map[string]any{"email": fmt.Sprintf("p%03d@example.com", n), "name": "Person", "email_verified": true})
	}
	people = append(people, map[string]any{"email": "P249@example.com"})
	made := r.ask(people...)
	r.work()
	j := r.job(made.ID)
	if j.State != bulk.Finished || j.Done != 250 || j.Failed != 5 || j.EndedAt.IsZero() {
		t.Fatalf("is %+v", j)
	}
	var failures struct {
		Items []bulk.FailureView `json:"items"`
		Next  string             `json:"next_cursor"`
	}
	var codes []string
	for query := "?limit=2"; query != ""; {
		failures.Next = ""
		r.Do(http.MethodGet, jobsPath+"/"+made.ID+"/failures"+query, nil).Want(http.StatusOK).Into(&failures)
		for _, f := range failures.Items {
			codes = append(codes, fmt.Sprintf("%d:%s", f.Position, f.Code))
		}
		if query = ""; failures.Next != "" {
			query = "?limit=2&cursor=" + failures.Next
		}
	}
	if got := strings.Join(codes, " "); got != "1:email_taken 2:email_invalid 3:password_hash_invalid 4:profile_unknown 255:email_taken" {
		t.Errorf("failures are %s", got)
	}
	// What was typed does not stay: neither hashes nor what failed.
	if tables, err := e2e.Holding(t.Context(), e2e.Books(t, r.Database), "nonsense", "not an address"); err != nil || len(tables) > 0 {
		t.Errorf("the content of rows is left in %v, %v", tables, err)
	}
	r.Do(http.MethodDelete, jobsPath+"/"+made.ID, nil).Want(http.StatusConflict, "job_over")
	r.Do(http.MethodGet, jobsPath+"/"+id.New(), nil).Want(http.StatusNotFound, "job_not_found")
	r.Do(http.MethodPost, importsPath, map[string]any{"users": []any{}}).Want(http.StatusBadRequest)
	r.Do(http.MethodPost, importsPath, map[string]any{"users": []any{map[string]any{"email": "a@b.c", "shoe": 1}}}).Want(http.StatusBadRequest)
}

func TestWhoIsImportedSignsInWithTheOldPassword(t *testing.T) {
	t.Parallel()
	r := openRegistrar(t)
	r.ask(map[string]any{"email": "ann@example.com", "email_verified": true, "password_hash": "pbkdf2_sha256$1000$seasalt$mQnueSakb748zqBAC1tmWVZsZbi2zPGZarEzTGdfmso="})
	r.work()
	p := r.NewParty(nil)
	b := &e2e.Person{Browser: e2e.NewBrowser(r.URL), Email: "ann@example.com", Password: "correct horse"}
	t.Cleanup(b.Close)
	if _, err := b.Authorize(t.Context(), p.Begin().URL); err != nil {
		t.Error(err)
	}
}

// Two workers, of which the first dies at any moment, import everybody once.
func TestAJobIsDoneOnceByAnyNumberOfWorkers(t *testing.T) {
	t.Parallel()
	r := openRegistrar(t)
	var people []any
	for n := range 450 {
		people = append(people, map[string]any{"email": fmt.Sprintf("p%03d@example.com", n)})
	}
	made := r.ask(people...)
	var all sync.WaitGroup
	for range 4 {
		all.Go(func() {
			for worked := true; worked; {
				var err error
				if worked, err = r.Server.Bulk.Once(r.Operator()); err != nil {
					t.Error(err)
				}
			}
		})
	}
	all.Wait()
	if j := r.job(made.ID); j.State != bulk.Finished || j.Done != 450 || j.Failed != 0 {
		t.Errorf("is %+v", j)
	}
}

func TestAJobIsCancelled(t *testing.T) {
	t.Parallel()
	r := openRegistrar(t)
	made := r.ask(map[string]any{"email": "ann@example.com"})
	r.Do(http.MethodDelete, jobsPath+"/"+made.ID, nil).Want(http.StatusNoContent)
	r.work()
	if j := r.job(made.ID); j.State != bulk.Cancelled || j.Done != 0 {
		t.Errorf("is %+v", j)
	}
	all, err := r.Server.Users.List(t.Context(), r.Realm.ID, user.Filter{Limit: 5})
	if err != nil || len(all) != 0 {
		t.Errorf("%d people were imported, %v", len(all), err)
	}
	for range 10 {
		r.ask(map[string]any{"email": "ann@example.com"})
	}
	r.Do(http.MethodPost, importsPath, map[string]any{"users": []any{map[string]any{"email": "ann@example.com"}}}).Want(http.StatusConflict, "job_too_many")
}
