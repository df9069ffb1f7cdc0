package policy

import (
	"errors"
	"strconv"
	"strings"

	"github.com/cedar-policy/cedar-go"
	"github.com/cedar-policy/cedar-go/x/exp/ast"
	"github.com/cedar-policy/cedar-go/x/exp/schema"
	"github.com/cedar-policy/cedar-go/x/exp/schema/validate"
)

// Bounds of a text.
const (
	longest        = 20_000 // bytes
	mostStatements = 50
)

// vocabulary is what policies can speak about. Values that applications and realms name
// themselves are tags, because their names are not known beforehand; they are text.
const vocabulary = `
entity Group;
entity Role;
entity User in [Group, Role] {
	id: String,
	email_verified: Bool,
	phone_verified: Bool,
	totp: Bool,
	strong_factor: Bool,
} tags String;
entity Application in [Group, Role] { id: String } tags String;
entity Resource { type: String, id: String, application: String } tags String;
entity Request tags String;
type Situation = {
	now: datetime,
	ip?: ipaddr,
	factor_age?: Long,
	request: Request,
};
`

// Vocabulary is the Cedar schema for these permissions, as people may read it.
func Vocabulary(codes []string) string {
	var b strings.Builder
	b.WriteString(strings.TrimPrefix(vocabulary, "\n"))
	for _, code := range codes {
		b.WriteString("action \"" + code + "\" appliesTo { principal: [User, Application], resource: Resource, context: Situation };\n")
	}
	return b.String()
}

// read returns the statements of a text, or ErrInvalid with what is wrong and where.
func read(text string) (cedar.PolicyList, error) {
	if len(text) > longest {
		return nil, ErrInvalid.Say("A policy has at most 20,000 bytes.")
	}
	list, err := cedar.NewPolicyListFromBytes("policy", []byte(text))
	if err != nil {
		return nil, ErrInvalid.Say("The text cannot be read: " + tell(err) + ".")
	}
	if len(list) == 0 || len(list) > mostStatements {
		return nil, ErrInvalid.Say("A policy has 1 to 50 statements.")
	}
	return list, nil
}

// check holds a text to the schema for these permissions.
func check(text string, codes []string) error {
	list, err := read(text)
	if err != nil {
		return err
	}
	if len(codes) == 0 {
		return ErrInvalid.Say("The application has no permissions yet that a policy could be about.")
	}
	var s schema.Schema
	if err := s.UnmarshalCedar([]byte(Vocabulary(codes))); err != nil {
		return err
	}
	resolved, err := s.Resolve()
	if err != nil {
		return err
	}
	v := validate.New(resolved)
	for i, p := range list {
		if err := v.Policy("statement "+strconv.Itoa(i+1), (*ast.Policy)(p.AST())); err != nil {
			return ErrInvalid.Say(tell(err) + ".")
		}
	}
	return nil
}

// tell is the first line of what a library says, short enough for an answer.
func tell(err error) string {
	for errors.Unwrap(err) != nil {
		err = errors.Unwrap(err)
	}
	line, _, _ := strings.Cut(err.Error(), "\n")
	if len(line) > 300 {
		line = strings.ToValidUTF8(line[:300], "") + "…"
	}
	return strings.TrimSuffix(line, ".")
}
