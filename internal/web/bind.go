package web

import (
	"bytes"
	"encoding/json"
	"errors"
	"io"
	"net/http"
	"strings"

	"authserver/internal/fault"

	"github.com/gin-gonic/gin"
)

var (
	errNotJSON   = status(http.StatusUnsupportedMediaType, fault.New(fault.Invalid, "unsupported_media_type", "Send the body as application/json."))
	errMediaType = fault.New(fault.Invalid, "unsupported_media_type", "Send the body as application/json.")
	errJSON      = fault.New(fault.Invalid, "invalid_json", "The body is not valid JSON.")
	errJSONShape = fault.New(fault.Invalid, "invalid_json", "The body nests too deeply or has too long a list.")
	errJSONTwice = fault.New(fault.Invalid, "invalid_json", "A member is given more than once.")
	errJSONField = fault.New(fault.Invalid, "unknown_field", "The body has a member that is not known here.")
	errJSONType  = fault.New(fault.Invalid, "invalid_type", "A member has the wrong type.")
)

const (
	maxDepth = 16
	maxItems = 1000
)

// Body reads a JSON body of at most 64 KiB into v, a pointer to a request struct.
// Only application/json is read: gin's own binding takes forms on JSON routes too,
// which lets another site post them without a preflight. Unknown and doubled
// members, wrong types and anything after the value are refused.
func Body(c *gin.Context, v any) error {
	raw, err := body(c, maxJSON, "application/json", errNotJSON)
	if err != nil {
		return err
	}
	if err := walk(raw); err != nil {
		return err
	}
	dec := json.NewDecoder(bytes.NewReader(raw))
	dec.DisallowUnknownFields()
	err = dec.Decode(v)
	var kind *json.UnmarshalTypeError
	switch {
	case err == nil:
		return nil
	case errors.As(err, &kind):
		return errJSONType.At(kind.Field)
	}
	if name, ok := strings.CutPrefix(err.Error(), "json: unknown field "); ok {
		return errJSONField.At(fieldName(strings.Trim(name, `"`)))
	}
	return errJSON
}

// Raw reads a body of at most limit bytes and one of the media types, for what Body
// does not take. JSON in it is checked as Body checks it. An empty body is nil.
func Raw(c *gin.Context, limit int64, kinds ...string) ([]byte, error) {
	sent := mediaType(c)
	for _, kind := range kinds {
		if !strings.EqualFold(sent, kind) {
			continue
		}
		raw, err := body(c, limit, kind, errNotJSON)
		if err != nil || !strings.HasSuffix(kind, "json") || raw == nil {
			return raw, err
		}
		return raw, walk(raw)
	}
	return body(c, limit, kinds[0], status(http.StatusUnsupportedMediaType, errMediaType.Say("Send the body as "+strings.Join(kinds, " or ")+".")))
}

func mediaType(c *gin.Context) string {
	kind, _, _ := strings.Cut(c.GetHeader("Content-Type"), ";")
	return strings.TrimSpace(kind)
}

// level is one open object (with the names seen in it) or list.
type level struct {
	names map[string]bool
	items int
	value bool // in an object: the next token is a value
}

// walk refuses what encoding/json lets through: doubled members (also by case,
// which it folds), deep or long structures, text that is not text, trailing data.
func walk(raw []byte) error {
	dec := json.NewDecoder(bytes.NewReader(raw))
	dec.UseNumber()
	var open []level
	for first := true; first || len(open) > 0; first = false {
		token, err := dec.Token()
		if err != nil {
			return errJSON
		}
		if d, ok := token.(json.Delim); ok && (d == '}' || d == ']') {
			open = open[:len(open)-1]
			continue
		}
		if s, ok := token.(string); ok && !textual(s) {
			return errText
		}
		if len(open) > 0 {
			if named, err := open[len(open)-1].take(token); err != nil {
				return err
			} else if named {
				continue
			}
		}
		switch token {
		case json.Delim('{'):
			open = append(open, level{names: make(map[string]bool)})
		case json.Delim('['):
			open = append(open, level{})
		}
		if len(open) > maxDepth {
			return errJSONShape
		}
	}
	if _, err := dec.Token(); !errors.Is(err, io.EOF) {
		return errJSON
	}
	return nil
}

// take counts the token in its level; named says that it was a member's name.
func (l *level) take(token json.Token) (named bool, err error) {
	if l.names == nil {
		l.items++
		if l.items > maxItems {
			return false, errJSONShape
		}
		return false, nil
	}
	if l.value {
		l.value = false
		return false, nil
	}
	name, _ := token.(string)
	folded := strings.ToLower(name)
	if l.names[folded] {
		return false, errJSONTwice.At(fieldName(name))
	}
	if len(l.names) >= maxItems {
		return false, errJSONShape
	}
	l.names[folded] = true
	l.value = true
	return true, nil
}
