package message

import (
	"net/url"
	"regexp"
	"slices"
	"strings"

	"github.com/vanng822/go-premailer/premailer"
	"golang.org/x/net/html"
	"golang.org/x/net/html/atom"
)

// The HTML of a realm's own letters is a list of what may stand in it; whatever else
// there is falls out. Readers of mail do the same, each with another list: what is
// left here is shown by all of them.

// elements may stand in a letter.
func elements() string {
	return " html head title body style meta a abbr b blockquote br caption center code col colgroup dd del div dl dt em font" +
		" h1 h2 h3 h4 h5 h6 hr i img ins li ol p pre s small span strike strong sub sup table tbody td tfoot th thead tr u ul "
}

// attributes may stand on them, beside href, src and style, which are looked at.
func attributes() string {
	return " align alt bgcolor border cellpadding cellspacing class color colspan dir face height id lang role rowspan size title valign width "
}

// emptied elements fall out with all they contain; others leave their content.
func emptied() string {
	return " script iframe frame frameset object embed applet form input button select textarea svg math template noscript link base video audio canvas "
}

func listed(list, name string) bool { return strings.Contains(list, " "+name+" ") }

// sanitise returns the document without what may not stand in a letter. Placeholders
// in addresses must be the whole address, and one of links.
func sanitise(source string, links []string) (string, error) {
	doc, err := html.Parse(strings.NewReader(source))
	if err != nil {
		return "", ErrTemplateInvalid.At("html")
	}
	if err := clean(doc, links); err != nil {
		return "", err
	}
	var b strings.Builder
	if err := html.Render(&b, doc); err != nil {
		return "", ErrTemplateInvalid.At("html")
	}
	return b.String(), nil
}

func clean(n *html.Node, links []string) error {
	for c := n.FirstChild; c != nil; {
		next := c.NextSibling
		switch {
		case c.Type == html.CommentNode: // conditional ones are code for some readers
			n.RemoveChild(c)
		case c.Type == html.ElementNode && c.Namespace != "", c.Type == html.ElementNode && listed(emptied(), c.Data), dangerousStyle(c):
			n.RemoveChild(c)
		case c.Type == html.ElementNode && !listed(elements(), c.Data):
			first := c.FirstChild
			for inner := c.FirstChild; inner != nil; inner = c.FirstChild {
				c.RemoveChild(inner)
				n.InsertBefore(inner, c)
			}
			n.RemoveChild(c)
			if first != nil {
				next = first
			}
		default:
			if err := cleanAttributes(c, links); err != nil {
				return err
			}
			if err := clean(c, links); err != nil {
				return err
			}
		}
		c = next
	}
	return nil
}

func cleanAttributes(n *html.Node, links []string) error {
	if n.Type != html.ElementNode {
		return nil
	}
	kept := n.Attr[:0]
	for _, a := range n.Attr {
		switch {
		case a.Namespace != "":
		case n.DataAtom == atom.Meta:
			if a.Key == "charset" || a.Key == "name" && listed(" viewport color-scheme supported-color-schemes ", a.Val) || a.Key == "content" {
				kept = append(kept, a)
			}
		case a.Key == "href" && n.DataAtom == atom.A:
			ok, err := address(a.Val, links)
			if err != nil {
				return err
			}
			if ok {
				kept = append(kept, a)
			}
		case a.Key == "src" && n.DataAtom == atom.Img:
			if u, err := url.Parse(a.Val); err == nil && u.Scheme == "https" && u.Host != "" && !strings.Contains(a.Val, "{{") {
				kept = append(kept, a)
			}
		case a.Key == "style":
			if !dangerous(a.Val) {
				kept = append(kept, a)
			}
		case listed(attributes(), a.Key):
			kept = append(kept, a)
		}
	}
	n.Attr = kept
	if n.DataAtom == atom.Meta && slices.ContainsFunc(kept, func(a html.Attribute) bool { return a.Key == "content" }) &&
		!slices.ContainsFunc(kept, func(a html.Attribute) bool { return a.Key == "name" }) {
		n.Attr = nil // what was http-equiv
	}
	return nil
}

// address tells whether a link may lead there.
func address(v string, links []string) (bool, error) {
	if !strings.Contains(v, "{{") {
		u, err := url.Parse(strings.TrimSpace(v))
		return err == nil && (u.Scheme == "https" && u.Host != "" || u.Scheme == "mailto"), nil
	}
	m := placeholder.FindStringSubmatch(v)
	if m == nil || m[0] != strings.TrimSpace(v) || !slices.Contains(links, m[1]) {
		// A name that somebody chose must not become an address.
		return false, ErrPlaceholder.At("html").Say("Only a placeholder that is a link may be the address of a link, and it must be the whole of it.")
	}
	return true, nil
}

// loading finds in CSS what would fetch, run or hide something.
var loading = regexp.MustCompile(`(?i)url\s*\(|image-set|expression|behavior|-moz-binding|@import|@font-face|@charset|javascript:|\\|<|\{\{|position\s*:\s*fixed`)

func dangerous(css string) bool { return loading.MatchString(css) }

// dangerousStyle tells whether the node is a style element that must go.
func dangerousStyle(n *html.Node) bool {
	return n.Type == html.ElementNode && n.DataAtom == atom.Style && n.FirstChild != nil && dangerous(n.FirstChild.Data)
}

// inline moves the style of a letter into its elements: many readers of mail drop the
// style element. What comes out is made safe again, as nobody has read it.
func inline(safe string, links []string) (out string, err error) {
	defer func() {
		if recover() != nil { // the library's parser of CSS
			err = ErrTemplateInvalid.At("html").Say("The style cannot be read.")
		}
	}()
	p, err := premailer.NewPremailerFromString(safe, premailer.NewOptions(premailer.WithCssToAttributes(false)))
	if err != nil {
		return "", ErrTemplateInvalid.At("html")
	}
	styled, err := p.Transform()
	if err != nil {
		return "", ErrTemplateInvalid.At("html").Say("The style cannot be read.")
	}
	return sanitise(styled, links)
}
