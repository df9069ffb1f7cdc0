package deploy_test

import (
	"bytes"
	"encoding/json"
	"errors"
	"io"
	"os"
	"regexp"
	"strings"
	"testing"

	"github.com/prometheus/client_golang/prometheus"
	"go.yaml.in/yaml/v3"

	"authserver/e2e"
	"authserver/internal/config"
)

func read(t *testing.T, path string) []byte {
	t.Helper()
	b, err := os.ReadFile("../../" + path)
	if err != nil {
		t.Fatal(err)
	}
	return b
}

// series returns the labels of every series that the program can show, by name.
func series(t *testing.T) map[string]map[string]bool {
	t.Helper()
	h := e2e.Open(t)
	ch := make(chan *prometheus.Desc)
	go func() {
		h.Server.Metrics.Describe(ch)
		close(ch)
	}()
	form := regexp.MustCompile(`fqName: "([^"]+)".*constLabels: \{([^}]*)\}, variableLabels: \{([^}]*)\}`)
	all := map[string]map[string]bool{"up": {}}
	for d := range ch {
		m := form.FindStringSubmatch(d.String())
		if m == nil {
			t.Fatalf("cannot read %s", d)
		}
		labels := map[string]bool{"le": true}
		for _, l := range strings.FieldsFunc(m[2]+","+m[3], func(r rune) bool { return r == ',' }) {
			name, _, _ := strings.Cut(strings.TrimSpace(l), "=")
			labels[name] = true
		}
		all[m[1]] = labels
	}
	if len(all) < 50 {
		t.Fatalf("only %d series: %v", len(all), all)
	}
	return all
}

// expression is what the rules of PromQL leave of a query: metrics, with the labels
// that they are chosen or grouped by.
type expression struct {
	metrics map[string]map[string]bool
	labels  map[string]bool
}

// parse reads as much of PromQL as the files use, and refuses what it does not know.
func parse(query string) (expression, error) {
	e := expression{map[string]map[string]bool{}, map[string]bool{}}
	functions := " sum max min avg count topk rate increase histogram_quantile min_over_time max_over_time label_values "
	words := " by without on ignoring or and unless "
	depth, rest := 0, query
	token := regexp.MustCompile(`^(?:\s+|(\[\d+[smhd]\])|([a-zA-Z_:][a-zA-Z0-9_:]*)|([0-9.]+)|([()])|(\{[^}]*\})|([-+*/,]|[<>=!]=?))`)
	matcher := regexp.MustCompile(`^\s*([a-z_]+)\s*(=~|!~|=|!=)\s*"[^"]*"\s*$`)
	last, grouping := "", false
	for rest != "" {
		m := token.FindStringSubmatch(rest)
		if m == nil {
			return e, errors.New("cannot read from here: " + rest)
		}
		rest = rest[len(m[0]):]
		switch {
		case m[2] != "" && grouping:
			e.labels[m[2]] = true
		case m[2] != "" && strings.Contains(words, " "+m[2]+" "):
			grouping = m[2] == "by" || m[2] == "without" || m[2] == "on" || m[2] == "ignoring"
			last = ""
		case m[2] != "" && strings.Contains(functions, " "+m[2]+" "):
			last = ""
		case m[2] != "":
			last = m[2]
			if e.metrics[last] == nil {
				e.metrics[last] = map[string]bool{}
			}
		case m[3] != "" && regexp.MustCompile(`^[a-zA-Z_]`).MatchString(rest):
			return e, errors.New("a duration without a range: " + m[3] + rest)
		case m[4] == "(":
			depth++
		case m[4] == ")":
			depth--
			grouping = false
		case m[5] != "":
			if last == "" {
				return e, errors.New("a choice of nothing: " + m[5])
			}
			for _, one := range strings.Split(strings.Trim(m[5], "{}"), ", ") {
				l := matcher.FindStringSubmatch(one)
				if l == nil {
					return e, errors.New("cannot read the matcher " + one)
				}
				e.metrics[last][l[1]] = true
			}
		}
		if depth < 0 {
			return e, errors.New("too many parentheses close")
		}
	}
	if depth != 0 || len(e.metrics) == 0 {
		return e, errors.New("parentheses do not close, or no series is named")
	}
	return e, nil
}

// check holds a query against the series there are.
func check(t *testing.T, where, query string, known map[string]map[string]bool) {
	t.Helper()
	e, err := parse(query)
	if err != nil {
		t.Errorf("%s: %v", where, err)
		return
	}
	byPrometheus := map[string]bool{"job": true, "instance": true}
	grouped := map[string]bool{}
	for name, chosen := range e.metrics {
		labels, ok := known[name]
		for _, suffix := range []string{"_bucket", "_sum", "_count"} {
			if !ok {
				labels, ok = known[strings.TrimSuffix(name, suffix)]
			}
		}
		if !ok {
			t.Errorf("%s: the program has no series %s", where, name)
			continue
		}
		for l := range chosen {
			if !labels[l] && !byPrometheus[l] {
				t.Errorf("%s: %s has no label %s", where, name, l)
			}
		}
		for l := range labels {
			grouped[l] = true
		}
	}
	for l := range e.labels {
		if !grouped[l] && !byPrometheus[l] {
			t.Errorf("%s: grouped by %s, which no series there has", where, l)
		}
	}
}

type rules struct {
	Groups []struct {
		Rules []struct {
			Alert, Expr         string
			Labels, Annotations map[string]string
		}
	}
}

func TestEveryAlertAsksForWhatThereIsAndIsExplained(t *testing.T) {
	t.Parallel()
	known := series(t)
	var all rules
	if err := yaml.Unmarshal(read(t, "deploy/prometheus/alerts.yaml"), &all); err != nil {
		t.Fatal(err)
	}
	_, manual, ok := strings.Cut(string(read(t, "docs/operate.md")), "\n### Alerts\n")
	if !ok {
		t.Fatal("docs/operate.md has no section about alerts")
	}
	manual, _, _ = strings.Cut(manual, "\n## ")
	n := 0
	for _, g := range all.Groups {
		for _, r := range g.Rules {
			n++
			check(t, r.Alert, r.Expr, known)
			if s := r.Labels["severity"]; s != "page" && s != "ticket" || r.Annotations["summary"] == "" {
				t.Errorf("%s: severity %q, summary %q", r.Alert, s, r.Annotations["summary"])
			}
			if !strings.Contains(manual, "| `"+r.Alert+"` |") {
				t.Errorf("docs/operate.md does not say what %s means", r.Alert)
			}
		}
	}
	if explained := strings.Count(manual, "| `Authserver"); n < 10 || explained != n {
		t.Errorf("%d alerts, %d explained", n, explained)
	}
}

func TestTheDashboardShowsWhatThereIs(t *testing.T) {
	t.Parallel()
	known := series(t)
	var board struct {
		Panels []struct {
			Type, Title string
			ID          int
			Targets     []struct{ Expr string }
		}
	}
	if err := json.Unmarshal(read(t, "deploy/grafana/authserver.json"), &board); err != nil {
		t.Fatal(err)
	}
	ids, shown := map[int]bool{}, map[string]bool{}
	for _, p := range board.Panels {
		if ids[p.ID] {
			t.Errorf("two panels have the id %d", p.ID)
		}
		ids[p.ID] = true
		if len(p.Targets) == 0 && p.Type != "row" {
			t.Errorf("%s shows nothing", p.Title)
		}
		for _, target := range p.Targets {
			check(t, p.Title, target.Expr, known)
			if e, err := parse(target.Expr); err == nil {
				for name := range e.metrics {
					shown[strings.TrimSuffix(name, "_bucket")] = true
				}
			}
		}
	}
	for name := range known {
		ours := !strings.HasPrefix(name, "go_") && !strings.HasPrefix(name, "process_") && !strings.HasPrefix(name, "promhttp_")
		if ours && !shown[name] && name != "authserver_build_info" && name != "events_dropped_total" && !strings.HasSuffix(name, "_entries") &&
			name != "database_connections_max" && name != "database_connection_waits_total" {
			t.Errorf("the dashboard does not show %s", name)
		}
	}
}

func TestAQueryWithAnErrorIsFound(t *testing.T) {
	t.Parallel()
	for _, wrong := range []string{"", "sum(", "sum(a))", "rate(a[5x])", `a{b="c}`, `{b="c"}`, "sum by (b) (rate(5m))", "a ? b", `a{b="c",d=e}`} {
		if e, err := parse(wrong); err == nil {
			t.Errorf("%q is read as %v", wrong, e)
		}
	}
	e, err := parse(`sum by (realm) (rate(x_total{job="a", status=~"5.."}[5m])) / on(realm) y > 0.5`)
	if err != nil || len(e.metrics) != 2 || !e.metrics["x_total"]["status"] || !e.labels["realm"] {
		t.Errorf("%v, %v", e, err)
	}
}

// Every setting that the manifests give is one that there is, and the probes ask for what answers.
func TestManifestsNameSettingsThatThereAre(t *testing.T) {
	t.Parallel()
	known := map[string]bool{}
	for _, s := range config.Settings() {
		known[s.Name] = true
		known[s.Name+"_FILE"] = s.Secret
	}
	for _, path := range []string{"deploy/Dockerfile", "deploy/compose.yaml", "deploy/kubernetes/authserver.yaml"} {
		text := read(t, path)
		names := regexp.MustCompile(`AUTHSERVER_[A-Z_]+`).FindAllString(string(text), -1)
		for _, name := range names {
			if !known[name] {
				t.Errorf("%s: there is no setting %s", path, name)
			}
		}
		if len(names) < 2 {
			t.Errorf("%s gives no settings", path)
		}
		if strings.HasSuffix(path, ".yaml") {
			d := yaml.NewDecoder(bytes.NewReader(text))
			for {
				var v map[string]any
				if err := d.Decode(&v); errors.Is(err, io.EOF) {
					break
				} else if err != nil {
					t.Fatalf("%s: %v", path, err)
				}
			}
		}
	}
	for path, wants := range map[string][]string{
		"deploy/Dockerfile":                 {"USER 65532", `CMD ["/authserver", "healthcheck"]`, "CGO_ENABLED=0", "-trimpath", `CMD ["serve"]`},
		"deploy/kubernetes/authserver.yaml": {"path: /healthz", "path: /readyz", "runAsNonRoot: true", "readOnlyRootFilesystem: true"},
		"deploy/compose.yaml":               {`command: ["migrate"]`, "service_completed_successfully", "read_only: true"},
	} {
		for _, want := range wants {
			if !strings.Contains(string(read(t, path)), want) {
				t.Errorf("%s has no %s", path, want)
			}
		}
	}
}
