// Package secret is the only place that makes randomness, hashes passwords and
// encrypts: tokens and their digests, MACs, the password hasher, and the key
// ring that seals values at rest.
//
// Everything random comes from crypto/rand, which ends the process rather than
// return weak bytes. Everything compared is compared in constant time.
package secret
