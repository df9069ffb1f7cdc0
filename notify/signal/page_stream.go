package signal

import (
	"net/http"

	"github.com/gin-gonic/gin"

	"authserver/internal/web"
	"authserver/tenant/realm"
)

// asked is a configuration as a receiver sends it.
type asked struct {
	StreamID    string    `json:"stream_id"`
	Requested   *[]string `json:"events_requested"`
	Description *string   `json:"description"`
	Delivery    *delivery `json:"delivery"`
}

type delivery struct {
	Method     string `json:"method"`
	Endpoint   string `json:"endpoint_url"`
	Credential string `json:"authorization_header"`
}

// to writes into the stream what was sent.
func (a asked) to(stream *Stream) {
	if a.Requested != nil {
		stream.Requested = *a.Requested
	}
	if a.Description != nil {
		stream.Description = *a.Description
	}
	if a.Delivery != nil {
		stream.Method, stream.Endpoint, stream.Credential = a.Delivery.Method, a.Delivery.Endpoint, a.Delivery.Credential
	}
}

func (s *Service) createStream(c *gin.Context) error {
	in, application, err := s.receiver(c, true)
	if err != nil {
		return err
	}
	var a asked
	if err := read(c, &a); err != nil {
		return err
	}
	stream := Stream{RealmID: in.ID, ApplicationID: application, Method: Poll}
	a.to(&stream)
	made, err := s.Create(c.Request.Context(), stream)
	if err != nil {
		return err
	}
	return s.answer(c, http.StatusCreated, in, made)
}

// readStream answers one stream, or all of the receiver's.
func (s *Service) readStream(c *gin.Context) error {
	in, application, err := s.receiver(c, false)
	if err != nil {
		return err
	}
	named, err := streamID(c)
	if err != nil {
		return err
	}
	ctx := c.Request.Context()
	if named != "" {
		stream, err := s.ByID(ctx, in.ID, application, named)
		if err != nil {
			return err
		}
		return s.answer(c, http.StatusOK, in, stream)
	}
	streams, err := s.ofApplication(ctx, in.ID, application)
	if err != nil {
		return err
	}
	list := make([]map[string]any, 0, len(streams))
	for _, stream := range streams {
		v, err := s.configurationOf(ctx, in, stream)
		if err != nil {
			return err
		}
		list = append(list, v)
	}
	return web.JSON(c, http.StatusOK, list)
}

// patchStream changes what was sent; replaceStream sets all else to what it is at first.
func (s *Service) patchStream(c *gin.Context) error   { return s.alter(c, false) }
func (s *Service) replaceStream(c *gin.Context) error { return s.alter(c, true) }

func (s *Service) alter(c *gin.Context, whole bool) error {
	in, application, err := s.receiver(c, true)
	if err != nil {
		return err
	}
	var a asked
	if err := read(c, &a); err != nil {
		return err
	}
	stream, err := s.Update(c.Request.Context(), in.ID, application, a.StreamID, func(stream *Stream) error {
		if whole {
			stream.Description, stream.Requested = "", supported()
			stream.Method, stream.Endpoint, stream.Credential = Poll, "", ""
		}
		if a.Delivery != nil && a.Delivery.Method == Poll {
			a.Delivery.Endpoint = ""
		}
		a.to(stream)
		return nil
	})
	if err != nil {
		return err
	}
	return s.answer(c, http.StatusOK, in, stream)
}

func (s *Service) deleteStream(c *gin.Context) error {
	in, application, err := s.receiver(c, true)
	if err != nil {
		return err
	}
	named, err := streamID(c)
	if err != nil {
		return err
	}
	if err := s.Delete(c.Request.Context(), in.ID, application, named); err != nil {
		return err
	}
	c.Status(http.StatusNoContent)
	return nil
}

// standing is the status of a stream (SSF 1.0 §8.1.2).
type standing struct {
	StreamID string `json:"stream_id"`
	Status   Status `json:"status"`
	Reason   string `json:"reason,omitempty"`
}

func (s *Service) readStatus(c *gin.Context) error {
	in, application, err := s.receiver(c, false)
	if err != nil {
		return err
	}
	named, err := streamID(c)
	if err != nil {
		return err
	}
	stream, err := s.ByID(c.Request.Context(), in.ID, application, named)
	if err != nil {
		return err
	}
	return web.JSON(c, http.StatusOK, standing{stream.ID, stream.Status, stream.Reason})
}

func (s *Service) changeStatus(c *gin.Context) error {
	in, application, err := s.receiver(c, true)
	if err != nil {
		return err
	}
	var a standing
	if err := read(c, &a); err != nil {
		return err
	}
	stream, err := s.SetStatus(c.Request.Context(), in.ID, application, a.StreamID, a.Status, a.Reason)
	if err != nil {
		return err
	}
	return web.JSON(c, http.StatusOK, standing{stream.ID, stream.Status, stream.Reason})
}

// changeSubject adds a person to a stream, or takes them out (SSF 1.0 §8.1.3).
func (s *Service) changeSubject(c *gin.Context, included bool) error {
	in, application, err := s.receiver(c, true)
	if err != nil {
		return err
	}
	var a struct {
		StreamID string `json:"stream_id"`
		Subject  struct {
			Format  string `json:"format"`
			Issuer  string `json:"iss"`
			Subject string `json:"sub"`
		} `json:"subject"`
	}
	if err := read(c, &a); err != nil {
		return err
	}
	if a.Subject.Format != "iss_sub" || a.Subject.Issuer != s.issuer(in) || a.Subject.Subject == "" || len(a.Subject.Subject) > 100 {
		return ErrSubject
	}
	if err := s.SetSubject(c.Request.Context(), in.ID, application, a.StreamID, a.Subject.Subject, included); err != nil {
		return err
	}
	if included {
		c.Status(http.StatusOK)
		return nil
	}
	c.Status(http.StatusNoContent)
	return nil
}

func (s *Service) issuer(in *realm.Realm) string { return s.Tokens.Issuer(in) }

func (s *Service) verifyStream(c *gin.Context) error {
	in, application, err := s.receiver(c, true)
	if err != nil {
		return err
	}
	var a struct {
		StreamID string `json:"stream_id"`
		State    string `json:"state"`
	}
	if err := read(c, &a); err != nil {
		return err
	}
	if err := s.Verify(c.Request.Context(), in, application, a.StreamID, a.State); err != nil {
		return err
	}
	c.Status(http.StatusNoContent)
	return nil
}

// poll hands tokens over and hears which arrived (RFC 8936 §2.2).
func (s *Service) poll(c *gin.Context) error {
	in, application, err := s.receiver(c, false)
	if err != nil {
		return err
	}
	var a struct {
		Most *int                      `json:"maxEvents"`
		Done []string                  `json:"ack"`
		Bad  map[string]map[string]any `json:"setErrs"`
	}
	if err := read(c, &a); err != nil {
		return err
	}
	ctx := c.Request.Context()
	stream, err := s.ByID(ctx, in.ID, application, c.Param("stream"))
	if err != nil {
		return err
	}
	if stream.Method != Poll {
		return ErrNotFound
	}
	most := mostPolled
	if a.Most != nil {
		most = min(max(*a.Most, 0), mostPolled)
	}
	for set, told := range a.Bad {
		s.Logger.WarnContext(ctx, "security event refused by its receiver", "stream_id", stream.ID, "set_id", bounded(set), "reason", bounded(text(told["err"])))
		a.Done = append(a.Done, set)
	}
	if len(a.Done) > 1000 {
		return ErrStream.At("ack")
	}
	answer, err := s.Take(ctx, stream, a.Done, most)
	if err != nil {
		return err
	}
	return web.JSON(c, http.StatusOK, answer)
}

func text(v any) string {
	s, _ := v.(string)
	return s
}

// bounded keeps a stranger's words short in the log.
func bounded(s string) string {
	if len(s) > 100 {
		return s[:100]
	}
	return s
}
