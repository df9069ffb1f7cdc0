// Package outbound is how the server calls others: upstream providers, and whatever
// address somebody else chose. Such a caller can be led to where only the server can
// go (a metadata service, a database, an admin port), so what counts is the address
// that is connected to, not the one that was typed: names are resolved anew for every
// connection, and a deny list that reads the URL is passed by a name with two faces
// (CVE-2026-55671).
//
// A client of this package connects to public addresses over https only, but for the
// networks that the operator opened; follows no redirect; gives up after a few
// seconds; and reads no more than it was told. It uses no proxy of the environment:
// the proxy would do the connecting, where none of this holds.
package outbound
