// Package web is the border to HTTP: everything that is the same for every
// route, so that a room's handler only binds, calls one verb and answers.
//
// It owns the router and its surfaces (Mux), the request's identity (id, client
// address, realm, language), the limits on what a request may contain, the
// headers of every answer, cookies, the log line, and the one translation of a
// failure into problem+json, a protocol error or an error page.
//
// It knows no domain word. Realms are found through the Realms interface, their
// look through Deps.Brand; who may do what is asked of upper floors the same way.
//
// The order of what happens to a request is: identity (request.go), the surface's
// headers (surface.go), limits (admit.go), the realm (realm.go), origin (mux.go),
// the handler, then the log line (log.go). A handler's context is
// c.Request.Context(), never the *gin.Context itself: gin reuses that for
// another request as soon as the handler returns.
package web
