package profile

import (
	"errors"
	"net/http"
	"net/url"
	"slices"
	"strconv"

	"github.com/gin-gonic/gin"

	"authserver/identity/session"
	"authserver/identity/user"
	"authserver/internal/event"
	"authserver/internal/fault"
	"authserver/internal/web"
	"authserver/templates"
	"authserver/tenant/realm"
)

// useGravatar is the input by which a person lets Gravatar be asked.
const useGravatar = "use_gravatar"

// groups are the inputs of the page by heading. What an administrator alone may see
// is not among them, and what they alone may change is shown.
func (s *Schema) groups(u *user.User, lang string) []templates.ProfileGroup {
	about := templates.ProfileGroup{Code: "about"}
	picture := templates.ProfileGroup{Code: "picture"}
	region := templates.ProfileGroup{Code: "language"}
	for _, c := range standards() {
		in := standardInput(c, c.value(u))
		switch c.name {
		case "phone_number": // is proven, on a page of its own
		case "picture":
			picture.Inputs = append(picture.Inputs, in)
		case "locale", "zoneinfo":
			region.Inputs = append(region.Inputs, in)
		default:
			about.Inputs = append(about.Inputs, in)
		}
	}
	picture.Inputs = append(picture.Inputs, templates.Input{Name: useGravatar, Kind: "boolean", Checked: u.UseGravatar})
	address := templates.ProfileGroup{Code: "address"}
	for _, name := range addressParts() {
		address.Inputs = append(address.Inputs, addressInput(name, u.Address))
	}
	groups := []templates.ProfileGroup{about, picture, address, region}
	further := templates.ProfileGroup{Code: "further"}
	for i := range s.Fields {
		if f := &s.Fields[i]; f.View == Person {
			further.Inputs = append(further.Inputs, ownInput(f, u.Attributes, lang))
		}
	}
	if len(further.Inputs) > 0 {
		groups = append(groups, further)
	}
	return groups
}

// editable are the names of the inputs that a form of the page may change.
func editable(groups []templates.ProfileGroup) []string {
	var names []string
	for _, g := range groups {
		for _, in := range g.Inputs {
			if !in.Fixed {
				names = append(names, in.Name)
			}
		}
	}
	return names
}

func (s *Service) showProfile(c *gin.Context) error {
	u, err := s.owner(c)
	if err != nil {
		return err
	}
	return s.profilePage(c, u, http.StatusOK, nil, nil)
}

// owner is the person whose account it is.
func (s *Service) owner(c *gin.Context) (*user.User, error) {
	current := session.From(c.Request.Context())
	return s.users.ByID(c.Request.Context(), current.RealmID, current.UserID)
}

// saveProfile answers the form of the profile page. A field that the page shows and
// does not let the person change is refused if it is sent all the same.
func (s *Service) saveProfile(c *gin.Context) error {
	form, err := web.Form(c)
	if err != nil {
		return err
	}
	u, err := s.owner(c)
	if err != nil {
		return err
	}
	ctx := c.Request.Context()
	schema, err := s.Schema(ctx, u.RealmID)
	if err != nil {
		return err
	}
	names := slices.DeleteFunc(editable(schema.groups(u, "en")), func(name string) bool { return name == useGravatar })
	for i := range schema.Fields {
		if f := &schema.Fields[i]; f.Edit == Admin && form.Has(f.Name) && form.Get(f.Name) != written(u.Attributes[f.Name]) {
			names = append(names, f.Name)
		}
	}
	change := schema.read(form, u, names)
	gravatar := form.Get(useGravatar) == "true"
	change.Profile.UseGravatar = &gravatar
	if change.Profile.Version, err = strconv.ParseInt(form.Get("version"), 10, 64); err != nil || change.Profile.Version < 1 {
		change.Profile.Version = -1 // of no version that ever was
	}
	after, err := s.Update(event.Acting(ctx, event.User, u.ID, ""), realm.From(ctx), u, Person, change)
	var faults Faults
	switch {
	case errors.As(err, &faults):
		return s.profilePage(c, u, http.StatusUnprocessableEntity, form, faults)
	case errors.Is(err, user.ErrChanged):
		return s.profilePage(c, u, http.StatusConflict, form, []*fault.Fault{user.ErrChanged})
	case err != nil:
		return err
	}
	speak(c, u, after)
	return web.Redirect(c, web.AccountURL(ctx, "/profile", "profile_saved"))
}

// speak has the pages speak the language that the person has just chosen.
func speak(c *gin.Context, before, after *user.User) {
	if after.Locale != before.Locale && slices.Contains(templates.Languages(), after.Locale) {
		web.KeepLanguage(c, after.Locale)
	}
}

func (s *Service) profilePage(c *gin.Context, u *user.User, status int, form url.Values, faults []*fault.Fault) error {
	schema, err := s.Schema(c.Request.Context(), u.RealmID)
	if err != nil {
		return err
	}
	page := &templates.AccountProfile{
		AccountFrame: templates.AccountFrame{Section: "profile"}, EmailVerified: u.EmailVerified,
		Phone: u.Phone, PhoneVerified: u.PhoneVerified, Version: u.Version,
		Groups: schema.groups(u, web.Language(c)),
	}
	for _, wrong := range faults {
		page.Problems = append(page.Problems, web.Problem(wrong))
	}
	for _, g := range page.Groups {
		refill(g.Inputs, form, faults)
	}
	for _, g := range page.Groups {
		if focus(g.Inputs) {
			break
		}
	}
	return web.Page(c, status, page)
}
