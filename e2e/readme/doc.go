// Package readme does what README.md tells a newcomer to do: what stands there must work when it is pasted.
package readme
