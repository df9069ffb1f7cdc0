// Command generate writes the list of all event types: it finds in the sources every type
// with a method EventType, and takes its doc comment for the description. It needs no
// package to compile, so that it can also follow a type that is gone.
//
//	go run ./generate ROOT OUTPUT
package main

import (
	"bytes"
	"fmt"
	"go/ast"
	"go/format"
	"go/parser"
	"go/token"
	"io/fs"
	"os"
	"path"
	"path/filepath"
	"slices"
	"strings"
)

func main() {
	if err := run(os.Args[1:]); err != nil {
		fmt.Fprintln(os.Stderr, "generate:", err)
		os.Exit(1)
	}
}

func run(args []string) error {
	if len(args) != 2 {
		return fmt.Errorf("usage: generate ROOT OUTPUT")
	}
	found, err := find(args[0])
	if err != nil {
		return err
	}
	text, err := write(found)
	if err != nil {
		return err
	}
	return os.WriteFile(args[1], text, 0o600)
}

// payload is a Go type that is recorded.
type payload struct{ room, name, description string }

// floors are the folders in which rooms stand.
func floors() []string {
	return []string{"consent", "identity", "internal", "notify", "oauth", "rbac", "tenant", "watch"}
}

func find(root string) ([]payload, error) {
	var all []payload
	for _, folder := range floors() {
		err := filepath.WalkDir(filepath.Join(root, folder), func(file string, _ fs.DirEntry, err error) error {
			if err != nil || !strings.HasSuffix(file, ".go") || strings.HasSuffix(file, "_test.go") {
				return err
			}
			room, err := filepath.Rel(root, filepath.Dir(file))
			if err != nil {
				return err
			}
			inFile, err := payloads(file, filepath.ToSlash(room))
			all = append(all, inFile...)
			return err
		})
		if err != nil {
			return nil, err
		}
	}
	slices.SortFunc(all, func(a, b payload) int { return strings.Compare(a.room+" "+a.name, b.room+" "+b.name) })
	return all, nil
}

// payloads are those of one file: a payload's type and its EventType stand together.
func payloads(file, room string) ([]payload, error) {
	parsed, err := parser.ParseFile(token.NewFileSet(), file, nil, parser.ParseComments|parser.SkipObjectResolution)
	if err != nil {
		return nil, err
	}
	types := map[string]string{}
	var all []payload
	for _, d := range parsed.Decls {
		switch d := d.(type) {
		case *ast.GenDecl:
			for _, s := range d.Specs {
				if t, ok := s.(*ast.TypeSpec); ok {
					types[t.Name.Name] = d.Doc.Text()
				}
			}
		case *ast.FuncDecl:
			if d.Name.Name != "EventType" || d.Recv == nil {
				continue
			}
			of, ok := d.Recv.List[0].Type.(*ast.Ident)
			if !ok || !of.IsExported() {
				return nil, fmt.Errorf("%s: EventType must be a method of an exported struct, not of a pointer", file)
			}
			all = append(all, payload{room, of.Name, ""})
		}
	}
	for i, p := range all {
		text, ok := types[p.name]
		if all[i].description = describe(p.name, text); !ok || all[i].description == "" {
			return nil, fmt.Errorf("%s: %s needs a doc comment, in the file of its EventType: it is the event's description", file, p.name)
		}
	}
	return all, nil
}

// describe makes a sentence for readers of the doc comment.
func describe(name, doc string) string {
	text := strings.Join(strings.Fields(doc), " ")
	text = strings.TrimPrefix(strings.TrimPrefix(text, name+" "), "is ")
	if text == "" {
		return ""
	}
	return strings.ToUpper(text[:1]) + text[1:]
}

func write(all []payload) ([]byte, error) {
	var w bytes.Buffer
	fmt.Fprint(&w, "// Code generated from the payload types of all rooms by \"make events\"; DO NOT EDIT.\n\npackage server\n\nimport (\n\t\"authserver/internal/event\"\n")
	names := aliases(all)
	var last string
	for _, p := range all {
		if p.room == last {
			continue
		}
		last = p.room
		alias := names[p.room]
		if alias == path.Base(p.room) {
			alias = ""
		}
		fmt.Fprintf(&w, "\t%s %q\n", alias, "authserver/"+p.room)
	}
	fmt.Fprint(&w, ")\n\n// recorded are all types of events, by room.\nfunc recorded() []event.Kind {\n\treturn []event.Kind{\n")
	for _, p := range all {
		fmt.Fprintf(&w, "\t\t{Payload: %s.%s{}, Room: %q, Description: %q},\n", names[p.room], p.name, p.room, p.description)
	}
	fmt.Fprint(&w, "\t}\n}\n")
	return format.Source(w.Bytes())
}

// aliases names each room's package; two of one name are told apart by their floor.
func aliases(all []payload) map[string]string {
	rooms := map[string]map[string]bool{"event": {"": true}}
	for _, p := range all {
		base := path.Base(p.room)
		if rooms[base] == nil {
			rooms[base] = map[string]bool{}
		}
		rooms[base][p.room] = true
	}
	names := map[string]string{}
	for _, p := range all {
		base := path.Base(p.room)
		if names[p.room] = base; len(rooms[base]) > 1 {
			names[p.room] = strings.ReplaceAll(p.room, "/", "")
		}
	}
	return names
}
