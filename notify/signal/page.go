package signal

import (
	"context"
	"encoding/json"
	"net/http"
	"slices"
	"strings"

	"github.com/gin-gonic/gin"

	"authserver/internal/web"
	"authserver/oauth"
	"authserver/tenant/realm"
)

// Paths below the issuer.
const (
	pathStream  = "/ssf/stream"
	pathStatus  = "/ssf/status"
	pathAdd     = "/ssf/subjects/add"
	pathRemove  = "/ssf/subjects/remove"
	pathVerify  = "/ssf/verify"
	pathPoll    = "/ssf/poll/"
	wellKnown   = "/.well-known/ssf-configuration"
	scopeManage = "ssf.manage"
	scopeRead   = "ssf.read"

	readPermission, writePermission = "signals.read", "signals.write"
)

// Mount adds the transmitter: what receivers ask, and where they are told.
func (s *Service) Mount(m *web.Mux) {
	public := m.Protocol.CORS(web.AnyOrigin)
	public.GET(wellKnown, s.configuration)
	m.Root.CORS(web.AnyOrigin).GET(wellKnown+"/realms/:realm", s.configuration)
	m.Protocol.POST(pathStream, s.createStream)
	m.Protocol.GET(pathStream, s.readStream)
	m.Protocol.Handle(http.MethodPatch, pathStream, s.patchStream)
	m.Protocol.Handle(http.MethodPut, pathStream, s.replaceStream)
	m.Protocol.Handle(http.MethodDelete, pathStream, s.deleteStream)
	m.Protocol.GET(pathStatus, s.readStatus)
	m.Protocol.POST(pathStatus, s.changeStatus)
	m.Protocol.POST(pathAdd, func(c *gin.Context) error { return s.changeSubject(c, true) })
	m.Protocol.POST(pathRemove, func(c *gin.Context) error { return s.changeSubject(c, false) })
	m.Protocol.POST(pathVerify, s.verifyStream)
	m.Protocol.POST(pathPoll+":stream", s.poll)
}

// configuration serves the transmitter's metadata (SSF 1.0 §7.1), at the place that the
// framework says and, for who looks there, below the issuer.
func (s *Service) configuration(c *gin.Context) error {
	issuer := s.Tokens.Issuer(realm.From(c.Request.Context()))
	c.Header("Cache-Control", "public, max-age=300")
	return web.JSON(c, http.StatusOK, map[string]any{
		"spec_version": "1_0", "issuer": issuer, "jwks_uri": issuer + "/oauth2/jwks",
		"delivery_methods_supported": []string{Push, Poll},
		"configuration_endpoint":     issuer + pathStream, "status_endpoint": issuer + pathStatus,
		"add_subject_endpoint": issuer + pathAdd, "remove_subject_endpoint": issuer + pathRemove,
		"verification_endpoint": issuer + pathVerify, "critical_subject_members": []string{"user"},
		"default_subjects":      "ALL",
		"authorization_schemes": []map[string]string{{"spec_urn": "urn:ietf:rfc:6749"}},
	})
}

// receiver lets in an application that acts for itself, with the scope and the permission.
// write says that it changes something.
func (s *Service) receiver(c *gin.Context, write bool) (in *realm.Realm, applicationID string, err error) {
	ctx := c.Request.Context()
	in = realm.From(ctx)
	scheme, token, _ := strings.Cut(c.GetHeader("Authorization"), " ")
	if !strings.EqualFold(scheme, "Bearer") || token == "" {
		return nil, "", web.Challenge(oauth.ErrBearer, "")
	}
	who, err := s.Tokens.Caller(ctx, strings.TrimSpace(token))
	if err != nil {
		return nil, "", err
	}
	if who.Session != nil { // what a person lets an application do says nothing about all others
		return nil, "", ErrPermission
	}
	permission := readPermission
	if write {
		permission = writePermission
	}
	if !slices.Contains(who.Scopes, scopeManage) && (write || !slices.Contains(who.Scopes, scopeRead)) {
		return nil, "", web.Challenge(ErrScope, "insufficient_scope", "scope", scopeManage)
	}
	may, err := s.holds(ctx, in.ID, who.ApplicationID, permission)
	if err == nil && !may {
		err = ErrPermission
	}
	return in, who.ApplicationID, err
}

// read reads a JSON body. Members that are not known are let through, because receivers
// send back configurations whole, and the framework grows.
func read(c *gin.Context, v any) error {
	raw, err := web.Raw(c, 64<<10, "application/json")
	if err != nil {
		return err
	}
	if err := json.Unmarshal(raw, v); err != nil {
		return ErrStream
	}
	return nil
}

// streamID is the parameter of the query that names a stream.
func streamID(c *gin.Context) (string, error) {
	query, err := web.Query(c)
	if err != nil {
		return "", err
	}
	return query.Get("stream_id"), nil
}

// configurationOf is a stream as its receiver sees it (SSF 1.0 §8.1.1).
func (s *Service) configurationOf(ctx context.Context, in *realm.Realm, stream *Stream) (map[string]any, error) {
	app, err := s.Applications.ByID(ctx, in.ID, stream.ApplicationID)
	if err != nil {
		return nil, err
	}
	issuer := s.Tokens.Issuer(in)
	delivery := map[string]any{"method": stream.Method, "endpoint_url": stream.Endpoint}
	if stream.Method == Poll {
		delivery["endpoint_url"] = issuer + pathPoll + stream.ID
	}
	all := map[string]any{
		"stream_id": stream.ID, "iss": issuer, "aud": app.ClientID, "delivery": delivery, "events_supported": supported(),
		"events_requested": append([]string{}, stream.Requested...), "events_delivered": stream.Delivered(),
		"min_verification_interval": int(verifyEvery.Seconds()),
	}
	if stream.Description != "" {
		all["description"] = stream.Description
	}
	return all, nil
}

func (s *Service) answer(c *gin.Context, status int, in *realm.Realm, stream *Stream) error {
	v, err := s.configurationOf(c.Request.Context(), in, stream)
	if err != nil {
		return err
	}
	return web.JSON(c, status, v)
}
