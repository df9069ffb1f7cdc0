// Package openidclient lets npm's openid-client, unmodified, do a whole journey.
package openidclient

import (
	"bufio"
	"encoding/json"
	"os"
	"os/exec"
	"testing"

	"authserver/e2e"
)

func TestOpenIDClientCompletesTheJourney(t *testing.T) {
	t.Parallel()
	h := e2e.Open(t)
	party := h.NewParty(nil)
	person := h.NewPerson("rosa@example.com")

	settings, err := json.Marshal(map[string]string{
		"issuer": h.Issuer, "clientId": party.ClientID, "clientSecret": party.Secret, "redirectUri": party.RedirectURI,
		"postLogoutRedirectUri": "https://harbour.example/bye", "email": person.Email,
	})
	if err != nil {
		t.Fatal(err)
	}
	node := exec.CommandContext(t.Context(), "node", "journey.mjs")
	node.Env = append(os.Environ(), "JOURNEY="+string(settings))
	node.Stderr = os.Stderr
	in, err := node.StdinPipe()
	if err != nil {
		t.Fatal(err)
	}
	out, err := node.StdoutPipe()
	if err != nil {
		t.Fatal(err)
	}
	if err := node.Start(); err != nil {
		t.Fatalf("node: %v (`make test-tools` installs it)", err)
	}

	done := false
	for lines := bufio.NewScanner(out); lines.Scan(); {
		var said struct {
			Visit, Held string
			Done        bool
		}
		if err := json.Unmarshal(lines.Bytes(), &said); err != nil {
			t.Fatalf("node said %q: %v", lines.Text(), err)
		}
		switch {
		case said.Visit != "":
			arrived, err := person.Authorize(t.Context(), said.Visit)
			if err != nil {
				t.Fatalf("visit %s: %v", said.Visit, err)
			}
			answer, err := json.Marshal(map[string]string{"arrived": arrived.String()})
			if err != nil {
				t.Fatal(err)
			}
			if _, err := in.Write(append(answer, '\n')); err != nil {
				t.Fatal(err)
			}
		case said.Held != "":
			t.Log(said.Held)
		}
		done = done || said.Done
	}
	if err := node.Wait(); err != nil || !done {
		t.Fatalf("the journey broke off (done %v): %v", done, err)
	}
}
