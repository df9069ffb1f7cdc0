package client_test

import (
	"bytes"
	"encoding/json"
	"flag"
	"os"
	"os/exec"
	"path/filepath"
	"testing"

	"authserver/e2e"
)

var update = flag.Bool("update", false, "write docs/api/openapi.json anew")

const document = "../docs/api/openapi.json"

// What is committed is what the server serves, but for the address of the server.
func TestTheDocumentIsTheServers(t *testing.T) {
	t.Parallel()
	raw, err := e2e.Open(t).Server.Admin.Document()
	if err != nil {
		t.Fatal(err)
	}
	var doc map[string]any
	if err := json.Unmarshal(raw, &doc); err != nil {
		t.Fatal(err)
	}
	delete(doc, "servers")
	var served bytes.Buffer
	e := json.NewEncoder(&served)
	e.SetEscapeHTML(false)
	e.SetIndent("", " ")
	if err := e.Encode(doc); err != nil {
		t.Fatal(err)
	}
	if *update {
		if err := os.WriteFile(document, served.Bytes(), 0o644); err != nil {
			t.Fatal(err)
		}
		return
	}
	kept, err := os.ReadFile(document)
	if err != nil {
		t.Fatal(err)
	}
	if !bytes.Equal(kept, served.Bytes()) {
		t.Error("docs/api/openapi.json is not what the server serves: `make client` writes it and the client anew")
	}
}

func TestTheClientIsTheDocuments(t *testing.T) {
	t.Parallel()
	if *update {
		return // the document has just changed; the client is written next
	}
	written := filepath.Join(t.TempDir(), "client_gen.go")
	if out, err := exec.CommandContext(t.Context(), "go", "run", "./generate", document, written).CombinedOutput(); err != nil {
		t.Fatalf("generate: %v\n%s", err, out)
	}
	want, err := os.ReadFile(written)
	if err != nil {
		t.Fatal(err)
	}
	got, err := os.ReadFile("client_gen.go")
	if err != nil {
		t.Fatal(err)
	}
	if !bytes.Equal(got, want) {
		t.Error("client_gen.go is not that of docs/api/openapi.json: `make client` writes it anew")
	}
}
