// Package admin holds the administration to its own OpenAPI document: nobody reaches what
// is another realm's (the isolation matrix), and nothing that is sent makes the server
// fail or answer what the document does not say (generated requests).
package admin
