package profile

import (
	"regexp"
	"slices"
	"strconv"
	"strings"
	"time"

	"golang.org/x/text/language"

	"authserver/identity/user"
	"authserver/internal/fault"
	"authserver/tenant/realm"
)

// ErrSchemaInvalid refuses a schema; Field says where in it, as in fields[2].name.
var ErrSchemaInvalid = fault.New(fault.Invalid, "profile_schema_invalid", "That profile schema is not allowed.")

// Type is what a field's values are.
type Type string

// The types of fields.
const (
	String  Type = "string"  // one line
	Text    Type = "text"    // several lines
	Number  Type = "number"  // a JSON number
	Boolean Type = "boolean" // yes or no; required means yes
	Date    Type = "date"    // YYYY-MM-DD
	Select  Type = "select"  // one of Options
	Country Type = "country" // ISO 3166-1 alpha-2
	URL     Type = "url"     // https
)

func types() []Type { return []Type{String, Text, Number, Boolean, Date, Select, Country, URL} }

// Role is who a field is open to.
type Role string

// The roles. What is open to a person is open to administrators as well.
const (
	Person Role = "person"
	Admin  Role = "admin"
)

// Field is one thing that a realm wants to know.
type Field struct {
	// Name is snake_case: the name of the value, of the input and of the claim.
	Name string `json:"name"`
	// Labels and Hints are what people read, by language; English if theirs is missing.
	Labels   map[string]string `json:"labels"`
	Hints    map[string]string `json:"hints,omitempty"`
	Type     Type              `json:"type"`
	Required bool              `json:"required,omitempty"`
	// Min and Max bound a number, or the length of a text in code points.
	Min *float64 `json:"min,omitempty"`
	Max *float64 `json:"max,omitempty"`
	// From and To bound a date.
	From string `json:"from,omitempty"`
	To   string `json:"to,omitempty"`
	// Pattern is an RE2 expression that a whole line must match.
	Pattern string   `json:"pattern,omitempty"`
	Options []Option `json:"options,omitempty"`
	// View and Edit say to whom the value is shown and who may change it: person,
	// the default, or admin.
	View Role `json:"view,omitempty"`
	Edit Role `json:"edit,omitempty"`
	// Scope opens the value as a claim; without one no application ever sees it.
	Scope string `json:"scope,omitempty"`
	// Applications are the client ids that get the claim; nil means every one that
	// is granted the scope.
	Applications []string `json:"applications,omitempty"`

	pattern *regexp.Regexp
}

// Option is one choice of a select field.
type Option struct {
	Value  string            `json:"value"`
	Labels map[string]string `json:"labels,omitempty"`
}

const (
	fieldsMost  = 60
	optionsMost = 200
	patternMost = 200
	lineMost    = 500  // code points of a line
	textMost    = 5000 // and of a text
)

// reserved are names that are taken: standard claims, what tokens hold, and inputs
// of our forms.
func reserved() []string {
	return []string{
		"name", "given_name", "family_name", "middle_name", "nickname", "preferred_username", "profile", "picture", "website",
		"email", "email_verified", "gender", "birthdate", "zoneinfo", "locale", "phone_number", "phone_number_verified", "phone",
		"address", "formatted", "street_address", "locality", "region", "postal_code", "country", "updated_at", "use_gravatar",
		"iss", "sub", "aud", "exp", "nbf", "iat", "jti", "auth_time", "nonce", "acr", "amr", "azp", "at_hash", "c_hash", "s_hash",
		"sid", "cnf", "act", "may_act", "scope", "client_id", "realm", "roles", "groups", "entitlements", "permissions", "grant_id",
		"userinfo_claims", "events", "active", "token_type", "username", "trust_framework", "verified_claims", "txn",
		"flow", "proof", "action", "password", "new_password", "code", "lang", "version", "done", "id", "missing", "attributes",
	}
}

// Reserved reports whether no field may have the name.
func Reserved(name string) bool { return slices.Contains(reserved(), name) }

// normalise brings a field into its stored form and returns the first rule that it
// breaks.
func (f *Field) normalise() error {
	if !user.AttributeName(f.Name) || Reserved(f.Name) {
		return ErrSchemaInvalid.At("name").Say("A name has lower-case letters, digits and _, begins with a letter, and is none of a standard claim.")
	}
	if !slices.Contains(types(), f.Type) {
		return ErrSchemaInvalid.At("type").Say("The type is string, text, number, boolean, date, select, country or url.")
	}
	if err := words("labels", f.Labels, true); err != nil {
		return err
	}
	if err := words("hints", f.Hints, false); err != nil {
		return err
	}
	for _, check := range []func() error{f.checkBounds, f.checkPattern, f.checkOptions, f.checkAccess} {
		if err := check(); err != nil {
			return err
		}
	}
	return nil
}

// words checks what people read: a sentence a language, English always, because
// somebody's own language may be missing.
func words(field string, byLanguage map[string]string, needed bool) error {
	if needed && byLanguage["en"] == "" {
		return ErrSchemaInvalid.At(field).Say("At least English is needed.")
	}
	if len(byLanguage) > 50 {
		return ErrSchemaInvalid.At(field).Say("Those are too many languages.")
	}
	for tag, text := range byLanguage {
		if t, err := language.Parse(tag); err != nil || t.String() != tag {
			return ErrSchemaInvalid.At(field).Say("Languages are tags such as en or pt-BR.")
		}
		clean, err := realm.Sentence(field, text)
		if err != nil {
			return err
		}
		byLanguage[tag] = clean
	}
	return nil
}

// bounded reports whether Min and Max mean the length of a text.
func (f *Field) bounded() bool { return f.Type == String || f.Type == Text || f.Type == URL }

func (f *Field) checkBounds() error {
	if f.Type != Date && (f.From != "" || f.To != "") {
		return ErrSchemaInvalid.At("from").Say("Only dates have from and to.")
	}
	if f.Type != Number && !f.bounded() && (f.Min != nil || f.Max != nil) {
		return ErrSchemaInvalid.At("min").Say("Only texts and numbers have bounds.")
	}
	if f.Min != nil && f.Max != nil && *f.Min > *f.Max || f.From != "" && f.To != "" && f.From > f.To {
		return ErrSchemaInvalid.At("min").Say("The least value is above the greatest.")
	}
	for _, bound := range []*float64{f.Min, f.Max} {
		if bound != nil && f.bounded() && (*bound < 0 || *bound > float64(f.most()) || *bound != float64(int(*bound))) {
			return ErrSchemaInvalid.At("max").Say("A line has at most " + strconv.Itoa(lineMost) + " characters and a text " + strconv.Itoa(textMost) + ".")
		}
	}
	for _, day := range []string{f.From, f.To} {
		if day != "" && !isDate(day) {
			return ErrSchemaInvalid.At("from").Say("A date is written YYYY-MM-DD.")
		}
	}
	return nil
}

func (f *Field) checkPattern() error {
	f.pattern = nil
	if f.Pattern == "" {
		return nil
	}
	if f.Type != String {
		return ErrSchemaInvalid.At("pattern").Say("Only a string has a pattern.")
	}
	// RE2 takes time linear in the value, so what an administrator writes cannot
	// be made slow by what a person enters. The program's size is bounded here.
	compiled, err := regexp.Compile(`^(?:` + f.Pattern + `)$`)
	if err != nil || len(f.Pattern) > patternMost || strings.ContainsAny(f.Pattern, "\n\r") {
		return ErrSchemaInvalid.At("pattern").Say("The pattern is not an RE2 expression of at most " + strconv.Itoa(patternMost) + " characters.")
	}
	if _, err := regexp.Compile(f.Pattern); err != nil { // ")(": two halves that are none
		return ErrSchemaInvalid.At("pattern").Say("The pattern is not an RE2 expression.")
	}
	f.pattern = compiled
	return nil
}

func (f *Field) checkOptions() error {
	if (f.Type == Select) != (len(f.Options) > 0) || len(f.Options) > optionsMost {
		return ErrSchemaInvalid.At("options").Say("A select field has 1 to " + strconv.Itoa(optionsMost) + " options, and no other type has any.")
	}
	seen := map[string]bool{}
	for i, o := range f.Options {
		value, err := realm.DisplayName("options", o.Value)
		if err != nil || value != o.Value || seen[value] {
			return ErrSchemaInvalid.At("options").Say("Each option has a value of its own, of 1 to 100 characters.")
		}
		seen[value] = true
		if err := words("options", f.Options[i].Labels, false); err != nil {
			return err
		}
	}
	return nil
}

func (f *Field) checkAccess() error {
	for _, role := range []*Role{&f.View, &f.Edit} {
		if *role == "" {
			*role = Person
		}
		if *role != Person && *role != Admin {
			return ErrSchemaInvalid.At("view").Say("A field is for person or admin.")
		}
	}
	if f.View == Admin {
		f.Edit = Admin // nobody changes what they may not see
	}
	if f.Scope != "" && !scopeName.MatchString(f.Scope) || f.Scope == "openid" || f.Scope == "offline_access" {
		return ErrSchemaInvalid.At("scope").Say("The scope is profile, or a name of the realm's own.")
	}
	if f.Applications != nil && f.Scope == "" {
		return ErrSchemaInvalid.At("applications").Say("Applications see only what has a scope.")
	}
	if len(f.Applications) > 200 || slices.ContainsFunc(f.Applications, func(a string) bool { return a == "" || len(a) > 200 }) {
		return ErrSchemaInvalid.At("applications").Say("Each is a client id.")
	}
	return nil
}

// scopeName is a scope-token (RFC 6749 §3.3) that needs no quoting anywhere.
var scopeName = regexp.MustCompile(`^[A-Za-z0-9][A-Za-z0-9_.:/-]{0,99}$`)

func isDate(s string) bool {
	_, err := time.Parse(time.DateOnly, s)
	return err == nil && len(s) == len(time.DateOnly)
}

// most is how many code points a text of this type may have.
func (f *Field) most() int {
	if f.Type == Text {
		return textMost
	}
	return lineMost
}

// Label is what the field is called in a language.
func (f *Field) Label(lang string) string { return inLanguage(f.Labels, lang, f.Name) }

// Hint is what helps to fill it in, or "".
func (f *Field) Hint(lang string) string { return inLanguage(f.Hints, lang, "") }

// Label is what the option is called in a language.
func (o Option) Label(lang string) string { return inLanguage(o.Labels, lang, o.Value) }

// inLanguage is the text in the language, in its base (pt for pt-BR), in English,
// or otherwise.
func inLanguage(texts map[string]string, lang, otherwise string) string {
	base, _, _ := strings.Cut(lang, "-")
	for _, tag := range []string{lang, base, "en"} {
		if text := texts[tag]; text != "" {
			return text
		}
	}
	return otherwise
}
