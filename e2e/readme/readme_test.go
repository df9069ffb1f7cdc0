package readme

import (
	"context"
	"net/http"
	"os"
	"os/exec"
	"path/filepath"
	"regexp"
	"strings"
	"testing"
	"time"

	"authserver/e2e"
	"authserver/tenant/application"
)

const root = "../.."

// read returns a file of the project.
func read(t *testing.T, path string) string {
	t.Helper()
	b, err := os.ReadFile(filepath.Join(root, path))
	if err != nil {
		t.Fatal(err)
	}
	return string(b)
}

// section returns what stands under the heading, to the next of its kind.
func section(t *testing.T, heading string) string {
	t.Helper()
	_, after, found := strings.Cut(read(t, "README.md"), "\n## "+heading+"\n")
	if !found {
		t.Fatalf("README.md has no %q", heading)
	}
	text, _, _ := strings.Cut(after, "\n## ")
	return text
}

// blocks returns the code blocks of a text in one of the languages, in order.
func blocks(text, languages string) []string {
	var found []string
	for _, m := range regexp.MustCompile("(?ms)^```(?:"+languages+")\n(.*?)^```$").FindAllStringSubmatch(text, -1) {
		found = append(found, m[1])
	}
	return found
}

// The tour starts beside a fresh `authserver dev`. Every command is run in order in one shell, and what the README shows as its answer must come, in
// that order; "…" stands for anything.
func TestTheTourWorksWhenPasted(t *testing.T) {
	t.Parallel()
	tour := section(t, "Five minutes with curl")
	commands, answers := blocks(tour, "sh"), blocks(tour, "json|text")
	if len(commands) < 7 || len(answers) < 6 {
		t.Fatalf("only %d blocks of commands and %d answers are left in the tour", len(commands), len(answers))
	}

	dir, listen := t.TempDir(), e2e.FreeAddress(t)
	public := "http://localhost" + listen[strings.LastIndex(listen, ":"):]
	binary := filepath.Join(dir, "bin", "authserver")
	if err := os.MkdirAll(filepath.Dir(binary), 0o755); err != nil {
		t.Fatal(err)
	}
	if err := os.Symlink(e2e.Binary(t), binary); err != nil {
		t.Fatal(err)
	}
	server, err := e2e.Start(binary, dir, nil, "dev", "--listen", listen, "--demo-listen", e2e.FreeAddress(t))
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(server.Kill)
	if err := server.Ready(t.Context(), public+"/readyz"); err != nil {
		t.Fatal(err)
	}

	shell := exec.CommandContext(t.Context(), "bash", "-u", "-c", strings.Join(commands, "\n"))
	shell.Dir = dir
	shell.Env = []string{"PATH=" + os.Getenv("PATH"), "HOME=" + dir, "AUTHSERVER_PUBLIC_URL=" + public}
	out, err := shell.CombinedOutput()
	if err != nil {
		t.Fatalf("the tour broke off: %v\n%s", err, out)
	}
	said := string(out)
	for _, answer := range answers {
		answer = strings.ReplaceAll(strings.TrimSpace(answer), "http://localhost:8080", public)
		pattern := strings.ReplaceAll(regexp.QuoteMeta(answer), "…", ".*?")
		at := regexp.MustCompile(`(?m)^` + pattern + `$`).FindStringIndex(said)
		if at == nil {
			t.Fatalf("the README promises\n%s\nand what is left of the answers is\n%s", answer, said)
		}
		said = said[at[1]:]
	}
}

// The example is a module of its own, so that its folder can be copied; nothing else would notice that it no longer compiles.
func TestTheGoExampleSignsSomebodyIn(t *testing.T) {
	t.Parallel()
	h := e2e.Open(t)
	person := h.NewPerson("ada@example.com")
	listen := e2e.FreeAddress(t)
	party := h.NewParty(func(d *application.Draft) { d.RedirectURIs = []string{"http://" + listen + "/callback"} })

	example := filepath.Join(t.TempDir(), "signin")
	build := exec.CommandContext(t.Context(), "go", "build", "-o", example, ".")
	build.Dir = filepath.Join(root, "docs/examples/signin")
	build.Env = append(os.Environ(), "GOFLAGS=-mod=readonly", "CGO_ENABLED=0")
	if out, err := build.CombinedOutput(); err != nil {
		t.Fatalf("build: %v\n%s", err, out)
	}
	program, err := e2e.Start(example, t.TempDir(), []string{
		"LISTEN=" + listen, "ISSUER=" + h.Issuer, "CLIENT_ID=" + party.ClientID, "CLIENT_SECRET=" + party.Secret,
	})
	if err != nil {
		t.Fatal(err)
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
	get(t, back.String())
	ctx, cancel := context.WithTimeout(t.Context(), time.Minute)
	defer cancel()
	if err := program.Wait(ctx); err != nil {
		t.Errorf("the example ended with %v", err)
	}
	if said := program.Output(); !strings.Contains(said, `"email": "ada@example.com"`) {
		t.Errorf("the example does not tell who signed in:\n%s", said)
	}
}

// get lets the browser arrive at the application.
func get(t *testing.T, address string) {
	t.Helper()
	req, err := http.NewRequestWithContext(t.Context(), http.MethodGet, address, nil)
	if err != nil {
		t.Fatal(err)
	}
	res, err := http.DefaultClient.Do(req)
	if err != nil {
		t.Fatal(err)
	}
	defer res.Body.Close()
	if res.StatusCode != http.StatusOK {
		t.Errorf("the application answered %d", res.StatusCode)
	}
}

// What the README shows of the examples is what they are.
func TestTheREADMEQuotesTheExamples(t *testing.T) {
	t.Parallel()
	text := section(t, "Five minutes with a client library")
	for language, path := range map[string]string{"go": "docs/examples/signin/main.go", "js": "docs/examples/signin.mjs"} {
		quoted := blocks(text, language)
		if len(quoted) != 1 || !strings.Contains(read(t, path), quoted[0]) {
			t.Errorf("what README.md shows of %s does not stand there any more", path)
		}
	}
}

// Every command that the program knows has its line, and every line its command.
func TestTheREADMEListsTheCommands(t *testing.T) {
	t.Parallel()
	binary, table := e2e.Binary(t), section(t, "Commands")
	written := regexp.MustCompile("(?m)^\\| `authserver ([a-z]+)` \\| (.*) \\|$").FindAllStringSubmatch(table, -1)
	listed := map[string]string{}
	for _, w := range written {
		listed[w[1]] = w[2]
	}
	known := subcommands(t, binary)
	for _, name := range known {
		if name == "help" || name == "completion" {
			continue
		}
		line, ok := listed[name]
		if !ok {
			t.Errorf("authserver %s is not in the table", name)
		}
		delete(listed, name)
		for _, below := range subcommands(t, binary, name) {
			if !strings.Contains(line, "`"+below+"`") {
				t.Errorf("authserver %s %s is not in the table", name, below)
			}
		}
	}
	for name := range listed {
		t.Errorf("there is no command %q", name)
	}
}

// subcommands reads the names from the help of a command.
func subcommands(t *testing.T, binary string, command ...string) []string {
	t.Helper()
	out, err := exec.CommandContext(t.Context(), binary, append(command, "--help")...).CombinedOutput()
	if err != nil {
		t.Fatalf("%v: %v\n%s", command, err, out)
	}
	_, list, found := strings.Cut(string(out), "Available Commands:\n")
	if !found {
		return nil
	}
	list, _, _ = strings.Cut(list, "\n\n")
	var names []string
	for line := range strings.Lines(list) {
		names = append(names, strings.Fields(line)[0])
	}
	return names
}

// Links to files of the project lead somewhere.
func TestTheREADMELinksToWhatIsThere(t *testing.T) {
	t.Parallel()
	for _, m := range regexp.MustCompile(`\]\(([^):#]+)[^)]*\)|src="([^"]+)"`).FindAllStringSubmatch(read(t, "README.md"), -1) {
		if _, err := os.Stat(filepath.Join(root, m[1]+m[2])); err != nil {
			t.Errorf("README.md leads to %s: %v", m[1]+m[2], err)
		}
	}
}
