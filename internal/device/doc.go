// Package device puts into a person's words where a request came from: the browser
// and the system of a User-Agent header, and the rough place of an IP address.
//
// Both are what a client says or seems, good enough to recognise one's own laptop by
// and for no decision. A place is a town if the operator has given a database for it
// (MaxMind's format), else the beginning of the address: enough to tell home from
// elsewhere, too little to find a house.
package device
