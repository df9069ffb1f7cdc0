package authserver_test

import (
	"go/ast"
	"go/token"
	"os"
	"path"
	"path/filepath"
	"regexp"
	"strconv"
	"strings"
	"testing"
)

// owners reads from the migrations which room each table belongs to.
func owners(t *testing.T) map[string]string {
	t.Helper()
	files, err := filepath.Glob("migrations/*.sql")
	if err != nil {
		t.Fatal(err)
	}
	header := regexp.MustCompile(`^-- room: (\S+)$`)
	statement := regexp.MustCompile(`(?i)^\s*(create table(?: if not exists)?|alter table|create (?:unique )?index.* on|drop table(?: if exists)?)\s+"?(\w+)`)
	owner := map[string]string{}
	for _, file := range files {
		text, err := os.ReadFile(file)
		if err != nil {
			t.Fatal(err)
		}
		room := ""
		for i, line := range strings.Split(string(text), "\n") {
			if m := header.FindStringSubmatch(line); m != nil {
				room = m[1]
				if _, err := os.Stat(room); err != nil {
					t.Errorf("%s:%d: there is no room %s", file, i+1, room)
				}
			}
			m := statement.FindStringSubmatch(line)
			if m == nil {
				continue
			}
			table := strings.ToLower(m[2])
			switch creates := strings.HasPrefix(strings.ToLower(m[1]), "create table"); {
			case room == "":
				t.Errorf("%s:%d: %s stands under no `-- room:` header: nobody answers for its rows", file, i+1, table)
			case creates:
				owner[table] = room
			case owner[table] != "" && owner[table] != room:
				t.Errorf("%s:%d: %s belongs to %s, not to %s: a room changes its own tables only", file, i+1, table, owner[table], room)
			}
		}
	}
	return owner
}

func TestATableIsNamedOnlyByItsRoom(t *testing.T) {
	t.Parallel()
	owner := owners(t)
	if len(owner) == 0 {
		t.Fatal("the migrations create no table")
	}
	inSQL := regexp.MustCompile(`(?i)\b(?:from|into|update|join|table|delete from)\s+"?([a-z_]+)\b`)
	for _, f := range sources(t) {
		if f.test || sameRoom(f.room(), "e2e") || sameRoom(f.room(), "bench") || strings.HasSuffix(f.room(), "test") {
			continue
		}
		room, file := f.room(), path.Base(f.path)
		named := func(n ast.Node, table string) {
			home := owner[strings.ToLower(table)]
			if home == "" || home == "internal/database" && sameRoom(room, home) {
				return
			}
			if home != room || !strings.HasPrefix(file, "store") {
				t.Errorf("%s names table %s: its rules live in %s/store*.go, and a second reader would not know them", f.at(n), table, home)
			}
		}
		ast.Inspect(f.file, func(n ast.Node) bool {
			switch x := n.(type) {
			case *ast.BasicLit:
				if x.Kind != token.STRING {
					return true
				}
				text, _ := strconv.Unquote(x.Value)
				for _, m := range inSQL.FindAllStringSubmatch(text, -1) {
					if spelledAsSQL(text) {
						named(x, m[1])
					}
				}
			case *ast.FuncDecl:
				if x.Name.Name == "TableName" {
					ast.Inspect(x, func(n ast.Node) bool {
						if l, ok := n.(*ast.BasicLit); ok && l.Kind == token.STRING {
							table, _ := strconv.Unquote(l.Value)
							named(l, table)
						}
						return true
					})
				}
			}
			return true
		})
	}
}

// spelledAsSQL keeps sentences such as "update users often" out: our SQL is written in capitals.
func spelledAsSQL(text string) bool {
	return regexp.MustCompile(`\b(SELECT|INSERT|UPDATE|DELETE|FROM|JOIN|CREATE|ALTER)\b`).MatchString(text)
}
