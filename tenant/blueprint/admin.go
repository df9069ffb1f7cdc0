package blueprint

import (
	"context"
	"net/http"

	"authserver/internal/fault"
	"authserver/internal/rest"
	"authserver/tenant/realm"
)

const tagBlueprint = "Realms"

// largest is how many bytes a document may have that is sent.
const largest = 8 << 20

// planView is what makes a realm what a document says.
type planView struct {
	Plan  string     `json:"plan" doc:"The name of the plan, for blueprint/apply."`
	Steps []stepView `json:"steps"`
}

type stepView struct {
	Kind    Kind        `json:"kind" enum:"add,change,destroy"`
	Section string      `json:"section"`
	Name    string      `json:"name,omitempty"`
	Fields  []fieldView `json:"fields,omitempty"`
}

type fieldView struct {
	Field string `json:"field"`
	Old   any    `json:"old"`
	New   any    `json:"new" doc:"Secrets are not told."`
}

func viewOf(steps []Step) *planAnswer {
	v := planView{Plan: Fingerprint(steps), Steps: []stepView{}}
	for _, s := range steps {
		one := stepView{Kind: s.Kind, Section: s.Section, Name: s.Name}
		for _, f := range s.Fields {
			one.Fields = append(one.Fields, fieldView{f.Name, f.Old, f.New})
		}
		v.Steps = append(v.Steps, one)
	}
	return &planAnswer{v}
}

type planAnswer struct{ Body planView }

// MountAdmin adds the administration of a realm by a document. Whatever a document does is
// done by the operations of the administration, with what their caller may do.
func (s *Service) MountAdmin(a *rest.API) {
	op := func(id, method, path, summary, permission string, faults ...*fault.Fault) rest.Operation {
		return rest.Operation{ID: id, Method: method, Path: "/blueprint" + path, Tag: tagBlueprint, Summary: summary, Permission: permission, Faults: faults, MaxBody: largest}
	}
	export := op("exportBlueprint", http.MethodGet, "", "Download the realm as a document", "realm.read")
	export.Description = "As YAML, without secrets and people. What the caller may not read is left out, and a comment says so."
	rest.Handle(a, export, s.adminExport)
	plan := op("planBlueprint", http.MethodPost, "/plan", "See what would make the realm what a document says", "realm.read", errDocument, errStep)
	plan.Description = "Nothing is changed. The caller must hold what reading the sections of the document takes. Secrets stand in the document as {value: …}."
	rest.Handle(a, plan, s.adminPlan)
	apply := op("applyBlueprint", http.MethodPost, "/apply", "Make the realm what a document says", "realm.write", errDocument, errStep, errDestroys, errStale, errUnmet)
	apply.Description = "In one transaction, or not at all; the plan is made anew in it. The caller must hold what the single steps take; faults are theirs as well."
	rest.Handle(a, apply, s.adminApply)
}

type exported struct{ Body rest.File }

func (s *Service) adminExport(ctx context.Context, _ *struct{}) (*exported, error) {
	at, err := s.realm(ctx)
	if err != nil {
		return nil, err
	}
	d, err := Read(ctx, at)
	if err != nil {
		return nil, refusal(err)
	}
	text, err := d.YAML()
	if err != nil {
		return nil, err
	}
	return &exported{rest.File{ContentType: "application/yaml", Name: realm.From(ctx).Slug + ".yaml", Bytes: text}}, nil
}

type planBlueprint struct {
	Body rest.Text `kind:"application/yaml" doc:"The document."`
}

func (s *Service) adminPlan(ctx context.Context, in *planBlueprint) (*planAnswer, error) {
	want, err := sent(in.Body)
	if err != nil {
		return nil, err
	}
	at, err := s.realm(ctx)
	if err != nil {
		return nil, err
	}
	steps, err := Plan(ctx, at, want)
	if err != nil {
		return nil, refusal(err)
	}
	return viewOf(steps), nil
}

type applyBlueprint struct {
	Destroy bool      `query:"allow_destroy" doc:"Also remove what the document does not list."`
	Plan    string    `query:"plan" maxLength:"64" doc:"Carry out the plan of this name, and no other."`
	Body    rest.Text `kind:"application/yaml" doc:"The document."`
}

func (s *Service) adminApply(ctx context.Context, in *applyBlueprint) (*planAnswer, error) {
	want, err := sent(in.Body)
	if err != nil {
		return nil, err
	}
	at, err := s.realm(ctx)
	if err != nil {
		return nil, err
	}
	var steps []Step
	err = s.db.InTx(ctx, func(ctx context.Context) error {
		steps, err = Build(ctx, at, want, Leave{in.Destroy, in.Plan})
		return err
	})
	if err != nil {
		return nil, refusal(err)
	}
	return viewOf(steps), nil
}
