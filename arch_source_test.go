package authserver_test

import (
	"encoding/json"
	"go/ast"
	"go/parser"
	"go/token"
	"os"
	"os/exec"
	"path"
	"path/filepath"
	"regexp"
	"strconv"
	"strings"
	"sync"
	"testing"
)

const module = "authserver"

// listed is what `go list -json` says of a package of ours.
type listed struct {
	ImportPath                         string
	GoFiles                            []string
	Imports, TestImports, XTestImports []string
}

// room is the package's path without the module, "" for the root.
func (p listed) room() string {
	return strings.TrimPrefix(strings.TrimPrefix(p.ImportPath, module), "/")
}

// source is one Go file of ours, parsed.
type source struct {
	path  string // from the root
	test  bool
	lines int
	file  *ast.File
	fset  *token.FileSet
}

func (s source) room() string {
	if dir := path.Dir(s.path); dir != "." {
		return dir
	}
	return ""
}

func (s source) imports() []string {
	var paths []string
	for _, i := range s.file.Imports {
		p, _ := strconv.Unquote(i.Path.Value)
		paths = append(paths, p)
	}
	return paths
}

func (s source) at(n ast.Node) string {
	return s.path + ":" + strconv.Itoa(s.fset.Position(n.Pos()).Line)
}

// The tree is listed and parsed once for all rules.
var (
	listOnce  = sync.OnceValues(list)
	parseOnce = sync.OnceValues(parse)
)

func packages(t *testing.T) []listed {
	t.Helper()
	all, err := listOnce()
	if err != nil {
		t.Fatalf("go list: %v", err)
	}
	return all
}

func sources(t *testing.T) []source {
	t.Helper()
	all, err := parseOnce()
	if err != nil {
		t.Fatalf("parse: %v", err)
	}
	return all
}

func list() ([]listed, error) {
	cmd := exec.Command("go", "list", "-e", "-tags", "faultinject", "-json=ImportPath,GoFiles,Imports,TestImports,XTestImports", "./...")
	cmd.Stderr = os.Stderr
	out, err := cmd.Output()
	if err != nil {
		return nil, err
	}
	var all []listed
	for d := json.NewDecoder(strings.NewReader(string(out))); d.More(); {
		var p listed
		if err := d.Decode(&p); err != nil {
			return nil, err
		}
		all = append(all, p)
	}
	return all, nil
}

// parse reads every Go file of the module, whatever its build tags.
func parse() ([]source, error) {
	var all []source
	err := filepath.WalkDir(".", func(p string, d os.DirEntry, err error) error {
		if err != nil {
			return err
		}
		if d.IsDir() {
			if n := d.Name(); p != "." && (strings.HasPrefix(n, ".") || n == "testdata" || n == "node_modules") {
				return filepath.SkipDir
			}
			if _, err := os.Stat(filepath.Join(p, "go.mod")); err == nil && p != "." {
				return filepath.SkipDir // a module of its own
			}
			return nil
		}
		if !strings.HasSuffix(p, ".go") {
			return nil
		}
		text, err := os.ReadFile(p)
		if err != nil {
			return err
		}
		fset := token.NewFileSet()
		f, err := parser.ParseFile(fset, p, text, parser.ParseComments|parser.SkipObjectResolution)
		if err != nil {
			return err
		}
		all = append(all, source{filepath.ToSlash(p), strings.HasSuffix(p, "_test.go"), strings.Count(string(text), "\n"), f, fset})
		return nil
	})
	return all, err
}

func TestNoFileIsTooLongToHoldInMind(t *testing.T) {
	t.Parallel()
	for _, f := range sources(t) {
		if f.lines > 400 && !ast.IsGenerated(f.file) {
			t.Errorf("%s has %d lines; from 400 on it is about more than one thing: divide it by meaning", f.path, f.lines)
		}
	}
}

func TestEveryPackageSaysWhatItOwns(t *testing.T) {
	t.Parallel()
	documented := map[string]bool{}
	for _, f := range sources(t) {
		if !f.test {
			documented[f.room()] = documented[f.room()] || f.file.Doc != nil
		}
	}
	for room, done := range documented {
		if !done {
			t.Errorf("%s has no package comment: nobody can tell what belongs there and what does not", room)
		}
	}
}

func TestNothingRunsBeforeMain(t *testing.T) {
	t.Parallel()
	for _, f := range sources(t) {
		for _, d := range f.file.Decls {
			if fn, ok := d.(*ast.FuncDecl); ok && fn.Recv == nil && fn.Name.Name == "init" {
				t.Errorf("%s: init() runs in every program that links the package, in an order that nobody wrote down: do it in New", f.at(fn))
			}
		}
	}
}

func TestNoPackageKeepsStateOfItsOwn(t *testing.T) {
	t.Parallel()
	written := writtenNames(sources(t))
	for _, f := range sources(t) {
		if f.test || ast.IsGenerated(f.file) {
			continue
		}
		for _, d := range f.file.Decls {
			gen, ok := d.(*ast.GenDecl)
			if !ok || gen.Tok != token.VAR {
				continue
			}
			for _, spec := range gen.Specs {
				v := spec.(*ast.ValueSpec)
				for i, name := range v.Names {
					if name.Name != "_" && (written[f.room()+"."+name.Name] || !constant(f, gen, v, i)) {
						t.Errorf("%s: package variable %s can change, so two servers in one process (every test) share it: "+
							"put it into the Service", f.at(v), name.Name)
					}
				}
			}
		}
	}
}

// constant tells whether a package variable holds something that Go cannot declare as a constant but nobody changes:
// an error, a compiled pattern, an embedded file, a table that is only read, the version that the linker writes.
func constant(f source, gen *ast.GenDecl, v *ast.ValueSpec, i int) bool {
	name := v.Names[i].Name
	if strings.HasPrefix(name, "Err") || strings.HasPrefix(name, "err") {
		return true
	}
	if f.path == "cmd/authserver/main.go" && name == "version" {
		return true
	}
	for _, doc := range []*ast.CommentGroup{gen.Doc, v.Doc} {
		if doc != nil && strings.HasPrefix(doc.List[len(doc.List)-1].Text, "//go:embed ") {
			return true
		}
	}
	if len(v.Values) != len(v.Names) {
		return false
	}
	switch value := v.Values[i].(type) {
	case *ast.BasicLit, *ast.CompositeLit, *ast.FuncLit:
		return true
	case *ast.UnaryExpr: // &fosite.RFC6749Error{…}
		_, ok := value.X.(*ast.CompositeLit)
		return ok
	case *ast.CallExpr:
		return pureCall().MatchString(callee(value))
	case *ast.BinaryExpr, *ast.SelectorExpr:
		return true
	}
	return false
}

func pureCall() *regexp.Regexp {
	return regexp.MustCompile(`^(regexp\.MustCompile|errors\.New|fault\.New|language\.\w+|netip\.\w+|template\.\w+|strings\.NewReplacer|\[\]byte|base64\.\w+\.\w+|sync\.OnceValues?)(\.\w+)*$`)
}

// callee writes a call's function as source, following chains: fault.New(…).At(…) is fault.New.At.
func callee(c *ast.CallExpr) string {
	switch fn := c.Fun.(type) {
	case *ast.Ident:
		return fn.Name
	case *ast.SelectorExpr:
		switch x := fn.X.(type) {
		case *ast.Ident:
			return x.Name + "." + fn.Sel.Name
		case *ast.CallExpr:
			return callee(x) + "." + fn.Sel.Name
		case *ast.SelectorExpr:
			if pkg, ok := x.X.(*ast.Ident); ok {
				return pkg.Name + "." + x.Sel.Name + "." + fn.Sel.Name
			}
		}
	case *ast.ArrayType:
		if e, ok := fn.Elt.(*ast.Ident); ok {
			return "[]" + e.Name
		}
	}
	return ""
}

// writtenNames collects what is assigned, counted up, deleted from or pointed at anywhere in a package, by name. A local variable of the
// same name counts too: then one of the two has a better name.
func writtenNames(all []source) map[string]bool {
	written := map[string]bool{}
	for _, f := range all {
		mark := func(e ast.Expr) {
			for {
				switch x := e.(type) {
				case *ast.IndexExpr:
					e = x.X
					continue
				case *ast.Ident:
					written[f.room()+"."+x.Name] = true
				}
				return
			}
		}
		ast.Inspect(f.file, func(n ast.Node) bool {
			switch x := n.(type) {
			case *ast.AssignStmt:
				for _, l := range x.Lhs {
					if x.Tok == token.ASSIGN {
						mark(l)
					}
				}
			case *ast.IncDecStmt:
				mark(x.X)
			case *ast.UnaryExpr:
				if x.Op == token.AND {
					mark(x.X)
				}
			case *ast.CallExpr:
				if fn, ok := x.Fun.(*ast.Ident); ok && (fn.Name == "delete" || fn.Name == "clear") && len(x.Args) > 0 {
					mark(x.Args[0])
				}
			}
			return true
		})
	}
	return written
}

func TestTheClockIsHandedIn(t *testing.T) {
	t.Parallel()
	for _, f := range sources(t) {
		room := f.room()
		outer := sameRoom(room, "cmd") || sameRoom(room, "server") || sameRoom(room, "e2e") || sameRoom(room, "bench")
		if f.test || outer || strings.HasSuffix(room, "test") || strings.HasSuffix(room, "testpg") {
			continue
		}
		ast.Inspect(f.file, func(n ast.Node) bool {
			s, ok := n.(*ast.SelectorExpr)
			if !ok {
				return true
			}
			if pkg, ok := s.X.(*ast.Ident); ok && pkg.Name == "time" {
				if s.Sel.Name == "Now" || s.Sel.Name == "Since" || s.Sel.Name == "Until" {
					t.Errorf("%s: time.%s: a room gets its clock through Deps.Now, so that a test can play a year in a "+
						"second and a skewed node", f.at(s), s.Sel.Name)
				}
			}
			return true
		})
	}
}

func TestOnlyCommandsReadTheEnvironment(t *testing.T) {
	t.Parallel()
	for _, f := range sources(t) {
		room := f.room()
		outer := sameRoom(room, "cmd") || sameRoom(room, "e2e") || sameRoom(room, "bench") || sameRoom(room, "docs") || sameRoom(room, "internal/database/dbtest")
		if f.test || outer || room == "internal/failpoint" { // which is compiled in for tests only
			continue
		}
		ast.Inspect(f.file, func(n ast.Node) bool {
			s, ok := n.(*ast.SelectorExpr)
			if !ok {
				return true
			}
			if pkg, ok := s.X.(*ast.Ident); ok && pkg.Name == "os" && (s.Sel.Name == "Getenv" || s.Sel.Name == "LookupEnv" || s.Sel.Name == "Environ") {
				t.Errorf("%s: os.%s: settings are read once, by a command, and handed in, so that they are documented, checked and the same in tests", f.at(s), s.Sel.Name)
			}
			return true
		})
	}
}
