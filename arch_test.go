package authserver_test

import (
	"path"
	"slices"
	"strings"
	"testing"
)

// The house stands on floors and an import points down. This file is that picture (docs/design.md) as a test;
// arch_source_test.go and arch_tables_test.go hold the rules about single files and about tables.

// floors lists the packages from the ground up. A folder stands for all packages below it, and the longest match
// counts. What shares a floor may not import one another, unless crossings says so and why.
func floors() [][]string {
	return [][]string{
		{"static", "migrations", "client"}, // client stands apart: it knows the server by its document only
		{"templates"},
		{"internal/fault", "internal/id", "internal/failpoint", "internal/letter", "internal/device", "internal/tracing", "internal/worker"},
		{"internal/secret", "internal/cache", "internal/outbound", "internal/phone"},
		{"internal/config", "internal/database"},
		{"internal/event", "internal/ratelimit"},
		{"internal/web"},
		{"internal/rest"}, // REST on top of it: operations that describe themselves
		{"tenant/realm"},
		{"tenant/application", "tenant/limit"},
		{"tenant/blueprint"},
		{"oauth/key"}, // below the people: a realm has keys before it has anybody
		{"identity/flow", "identity/user", "identity/session", "identity/challenge"},
		{"identity/gate"},
		{"identity"},
		{"rbac", "consent"},
		{"oauth"},
		{"notify", "watch"},
		{"server"},
		{"cmd", "e2e", "bench"},
	}
}

// crossing is an import that the picture would refuse and that we want all the same.
type crossing struct{ from, to, why string }

func crossings() []crossing {
	return []crossing{
		{"cmd/authserver", "cmd/demo/relyingparty", "`authserver dev` runs the demo inside its own process"},
		{"bench", "e2e", "the browser, the person and the relying party are written once"},
	}
}

func TestImportsPointDown(t *testing.T) {
	t.Parallel()
	for _, p := range packages(t) {
		from := p.room()
		height, known := floor(from)
		if from == "" { // the root holds tests only
			continue
		}
		if !known {
			t.Errorf("%s stands on no floor: give it one in floors() and draw it in docs/design.md", from)
			continue
		}
		for _, imported := range p.Imports {
			to, ours := strings.CutPrefix(imported, module+"/")
			if !ours || sameRoom(from, to) || sameRoom(to, from) || crosses(from, to) {
				continue
			}
			if below, _ := floor(to); below >= height {
				t.Errorf("%s imports %s, which does not stand below it. Declare a small interface in the file that "+
					"calls it and let server hand the upper room in: otherwise the two can no longer be "+
					"read, tested or changed apart", from, to)
			}
		}
	}
}

func TestNobodyImportsTheTop(t *testing.T) {
	t.Parallel()
	for _, p := range packages(t) {
		for _, imported := range slices.Concat(p.Imports, p.TestImports, p.XTestImports) {
			to, ours := strings.CutPrefix(imported, module+"/")
			if !ours {
				continue
			}
			from := p.room()
			top := sameRoom(to, "server") && !sameRoom(from, "server")
			if top && !sameRoom(from, "cmd") && !sameRoom(from, "e2e") && !sameRoom(from, "bench") {
				t.Errorf("%s imports %s: server knows all rooms, so whoever imports it can reach everything; only "+
					"cmd, e2e and bench may", from, to)
			}
		}
	}
}

func TestEveryCrossingIsStillWalked(t *testing.T) {
	t.Parallel()
	walked := map[string]bool{}
	for _, p := range packages(t) {
		for _, imported := range slices.Concat(p.Imports, p.TestImports, p.XTestImports) {
			walked[p.room()+" "+strings.TrimPrefix(imported, module+"/")] = true
		}
	}
	for _, c := range crossings() {
		if !walked[c.from+" "+c.to] {
			t.Errorf("%s no longer imports %s: take it out of crossings(), or the next wrong import hides behind it", c.from, c.to)
		}
	}
}

func TestNoPackageIsNamedAfterItsKind(t *testing.T) {
	t.Parallel()
	refused := "util utils common helper helpers model models types base core misc shared lib manager data"
	for _, p := range packages(t) {
		for _, part := range strings.Split(p.room(), "/") {
			if part != "" && strings.Contains(" "+refused+" ", " "+part+" ") {
				t.Errorf("%s: %q says what kind of code it is, not what it is about, so everything fits in and nothing can be found", p.room(), part)
			}
		}
	}
}

// guests are the libraries that only some rooms may know.
type guest struct {
	prefix string
	may    func(room, file string) bool
	why    string
}

func guests() []guest {
	inRoom := func(rooms ...string) func(string, string) bool {
		return func(room, _ string) bool {
			for _, r := range rooms {
				if sameRoom(room, r) {
					return true
				}
			}
			return false
		}
	}
	secrets := inRoom("internal/secret")
	return []guest{
		{"github.com/ory/fosite", inRoom("oauth"), "fosite stands still and has known faults (docs/decisions/0005): what it gets wrong is put right in oauth, " +
			"and nowhere else can rely on it"},
		{"github.com/zitadel/oidc/v3/pkg/op", func(string, string) bool { return false }, "it is a second provider with its own stores, sessions and router: two that compete are worse than one"},
		{"gorm.io/", func(room, file string) bool {
			return sameRoom(room, "internal/database") || strings.HasPrefix(file, "store")
		}, "SQL stands in store*.go, so that one look tells what a room reads and writes"},
		{"github.com/gin-gonic/gin", func(room, file string) bool {
			return sameRoom(room, "internal/web") || sameRoom(room, "internal/rest") || sameRoom(room, "oauth") || room == "bench" || handlerFile(room, file)
		}, "a verb that knows HTTP cannot be called by a command, a worker or a test"},
		{"github.com/danielgtaylor/huma/v2", inRoom("internal/rest"), "rooms declare structs; how they become schemas is decided in one place"},
		{"go.opentelemetry.io/", inRoom("internal/tracing"), "what may stand in a span is decided in one place"},
		{"crypto/rand", func(room, file string) bool { return secrets(room, file) || drawsItsOwn(room, file) },
			"randomness, password hashes and sealing are decided once, in internal/secret, where they can be reviewed together"},
		{"golang.org/x/crypto/argon2", secrets, "passwords are hashed behind one semaphore: a second place would have none"},
		{"github.com/go-crypt/crypt", secrets, "passwords are hashed behind one semaphore: a second place would have none"},
		{"crypto/aes", secrets, "sealed values carry their key's name and their context: that is internal/secret's work"},
	}
}

// handlerFile tells the files of a room that speak HTTP.
func handlerFile(room, file string) bool {
	for _, prefix := range []string{"admin", "account", "page"} {
		if strings.HasPrefix(file, prefix) {
			return true
		}
	}
	return false
}

// drawsItsOwn lists the uses of crypto/rand that cannot go through internal/secret.
func drawsItsOwn(room, file string) bool {
	// The other side of the wire shares nothing with the server, and a bare handler is there to lack everything.
	return sameRoom(room, "e2e") || room == "bench"
}

func TestGuestsStayInTheirRooms(t *testing.T) {
	t.Parallel()
	for _, f := range sources(t) {
		if f.test {
			continue
		}
		for _, imported := range f.imports() {
			for _, g := range guests() {
				if strings.HasPrefix(imported, g.prefix) && !g.may(f.room(), path.Base(f.path)) {
					t.Errorf("%s imports %s: %s", f.path, imported, g.why)
				}
			}
		}
	}
}

// floor is the height of the longest folder of floors that holds the package.
func floor(room string) (height int, known bool) {
	longest := -1
	for i, level := range floors() {
		for _, folder := range level {
			if sameRoom(room, folder) && len(folder) > longest {
				longest, height, known = len(folder), i, true
			}
		}
	}
	return height, known
}

// sameRoom tells whether a package is that folder or lies in it: a room may have chambers (internal/database/dbtest).
func sameRoom(room, folder string) bool {
	return room == folder || strings.HasPrefix(room, folder+"/")
}

func crosses(from, to string) bool {
	for _, c := range crossings() {
		if c.from == from && c.to == to {
			return true
		}
	}
	return false
}
