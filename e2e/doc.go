// Package e2e plays whole journeys against the server as it is built for production: one House, people with browsers,
// relying parties and resource servers, all over real connections on loopback.
//
//	house.go    a server on a fresh database, with one realm
//	browser.go  a browser without a screen: cookies, redirects, forms found by label and button
//	person.go   somebody with a browser, an address and a password, who says yes
//	party.go    a relying party written from the RFCs, not from our code
//	events.go   what a house recorded is held to the catalogue of events when it closes
//	binary.go   the server as a process: built, started, killed
//
// The journeys stand beside them as tests. Three kinds have a package of their own, because they run once and not on
// both databases: chromium (a real browser), openidclient (a foreign client on node) and process (the binary is killed and drained).
package e2e
