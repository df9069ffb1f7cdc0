// Package budget holds the hot paths to what they may read, write and allocate: the table of docs/performance.md,
// as tests that fail when a change costs more. It asks the server's handler directly, on warm caches.
package budget
