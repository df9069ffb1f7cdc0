// Package templates holds every page a person sees: the HTML, the one Go struct
// that each page takes, and the message catalogues it speaks from.
//
// A page is a file page/<name>.html and a struct <Name> in page.go; the layout
// around it, the language and the realm's look come from the embedded Frame.
// Rooms fill the page's own fields; internal/web fills the rest of the Frame and
// renders. Templates decide nothing: they show fields and choose between them.
//
// Every sentence comes from locale/<language>.toml, which is complete for each
// language (a test holds that). A template never contains script or style, so
// that the Content-Security-Policy can forbid both inline.
//
// The package imports only static, for the addresses of fingerprinted files.
package templates
