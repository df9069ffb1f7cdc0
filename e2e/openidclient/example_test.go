package openidclient

import (
	"context"
	"net/http"
	"os"
	"regexp"
	"strings"
	"testing"
	"time"

	"authserver/e2e"
	"authserver/tenant/application"
)

// globalCrypto gives node 18, as Debian 12 has it, what newer ones have.
const globalCrypto = `data:text/javascript,import{webcrypto}from"node:crypto";globalThis.crypto??=webcrypto`

// The example that the README points to signs somebody in. It is handed over as text, so that it finds the packages of the tests.
func TestTheExampleSignsSomebodyIn(t *testing.T) {
	t.Parallel()
	text, err := os.ReadFile("../../docs/examples/signin.mjs")
	if err != nil {
		t.Fatal(err)
	}
	h := e2e.Open(t)
	person := h.NewPerson("ada@example.com")
	listen := e2e.FreeAddress(t)
	party := h.NewParty(func(d *application.Draft) { d.RedirectURIs = []string{"http://" + listen + "/callback"} })

	program, err := e2e.Start("node", ".", []string{
		"PORT=" + listen[strings.LastIndex(listen, ":")+1:], "ISSUER=" + h.Issuer, "CLIENT_ID=" + party.ClientID, "CLIENT_SECRET=" + party.Secret,
	}, "--import", globalCrypto, "--input-type=module", "--eval", string(text))
	if err != nil {
		t.Fatalf("node: %v (`make test-tools` installs it)", err)
	}
	t.Cleanup(program.Kill)
	printed, err := program.Printed(t.Context(), regexp.MustCompile(`(?m)^Open (\S+)$`))
	if err != nil {
		t.Fatal(err)
	}
	back, err := person.Authorize(t.Context(), printed[1])
	if err != nil {
		t.Fatal(err)
	}
	req, err := http.NewRequestWithContext(t.Context(), http.MethodGet, back.String(), nil)
	if err != nil {
		t.Fatal(err)
	}
	res, err := http.DefaultClient.Do(req)
	if err != nil {
		t.Fatalf("%v\n%s", err, program.Output())
	}
	res.Body.Close()
	ctx, cancel := context.WithTimeout(t.Context(), time.Minute)
	defer cancel()
	if err := program.Wait(ctx); err != nil {
		t.Errorf("the example ended with %v", err)
	}
	if said := program.Output(); !strings.Contains(said, person.Email) {
		t.Errorf("the example does not tell who signed in:\n%s", said)
	}
}
