// Command generate writes package client from the OpenAPI document: a type for each
// schema, a method for each operation, an iterator for each list.
//
//	go run ./generate ../docs/api/openapi.json client_gen.go
package main

import (
	"bytes"
	"encoding/json"
	"fmt"
	"go/format"
	"maps"
	"os"
	"slices"
)

func main() {
	if err := run(os.Args[1:]); err != nil {
		fmt.Fprintln(os.Stderr, "generate:", err)
		os.Exit(1)
	}
}

func run(args []string) error {
	if len(args) != 2 {
		return fmt.Errorf("usage: generate DOCUMENT OUTPUT")
	}
	raw, err := os.ReadFile(args[0])
	if err != nil {
		return err
	}
	var doc document
	if err := json.Unmarshal(raw, &doc); err != nil {
		return fmt.Errorf("%s: %w", args[0], err)
	}
	text, err := write(&doc)
	if err != nil {
		return err
	}
	return os.WriteFile(args[1], text, 0o600)
}

// write is the whole file.
func write(doc *document) ([]byte, error) {
	w := &writer{doc: doc}
	w.line(`// Code generated from the OpenAPI document by "make client"; DO NOT EDIT.`)
	w.line("\npackage client\n\nimport (\n\t\"context\"\n\t\"iter\"\n\t\"net/url\"\n\t\"time\"\n)")
	for _, name := range slices.Sorted(maps.Keys(doc.Components.Schemas)) {
		if name != "Problem" { // written by hand: it is an error
			w.object(name, doc.Components.Schemas[name])
		}
	}
	for _, path := range slices.Sorted(maps.Keys(doc.Paths)) {
		for _, method := range slices.Sorted(maps.Keys(doc.Paths[path])) {
			w.operation(path, method, doc.Paths[path][method])
		}
	}
	text, err := format.Source(w.Bytes())
	if err != nil {
		return nil, fmt.Errorf("what was written is no Go: %w", err)
	}
	return text, nil
}

// writer collects the file.
type writer struct {
	bytes.Buffer
	doc *document
}

func (w *writer) line(format string, args ...any) {
	if len(args) == 0 {
		w.WriteString(format + "\n")
		return
	}
	fmt.Fprintf(w, format+"\n", args...)
}
