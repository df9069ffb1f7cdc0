package user

import (
	"encoding/json"
	"fmt"
	"maps"
	"math"
	"regexp"
	"slices"

	"authserver/internal/fault"
)

// ErrAttributeInvalid refuses an attribute that no schema could have asked for.
var ErrAttributeInvalid = fault.New(fault.Invalid, "attribute_invalid", "That value cannot be stored.")

// attributesMax bounds what one person's attributes weigh, as JSON.
const attributesMax = 32 << 10

// attributeName is how a field of a realm's own schema may be called.
var attributeName = regexp.MustCompile(`^[a-z][a-z0-9_]{0,62}$`)

// AttributeName reports whether an attribute may have that name.
func AttributeName(name string) bool { return attributeName.MatchString(name) }

// mergeAttributes lays given over the attributes of u: nil takes a value away. It
// returns the names that differ now. What the values must be like, the realm's
// schema says (identity/profile); here only stands what a row can hold.
func mergeAttributes(u *User, given map[string]any) ([]string, error) {
	merged := maps.Clone(u.Attributes)
	if merged == nil {
		merged = map[string]any{}
	}
	var changed []string
	for _, name := range slices.Sorted(maps.Keys(given)) {
		value, err := attributeValue(name, given[name])
		if err != nil {
			return nil, err
		}
		if before, there := merged[name]; there == (value != nil) && before == value {
			continue
		}
		if value == nil {
			delete(merged, name)
		} else {
			merged[name] = value
		}
		changed = append(changed, name)
	}
	text, err := encodeAttributes(merged)
	if err != nil {
		return nil, err
	}
	if len(text) > attributesMax {
		return nil, ErrAttributeInvalid
	}
	u.Attributes = merged
	return changed, nil
}

// attributeValue returns a value as it will be read again: nil, string, bool or
// float64, which compare with ==.
func attributeValue(name string, value any) (any, error) {
	if !AttributeName(name) {
		return nil, ErrAttributeInvalid.At(name)
	}
	switch v := value.(type) {
	case nil, string, bool:
		return v, nil
	case int:
		return float64(v), nil
	case int64:
		return float64(v), nil
	case float64:
		if !math.IsNaN(v) && !math.IsInf(v, 0) {
			return v, nil
		}
	}
	return nil, ErrAttributeInvalid.At(name)
}

func encodeAttributes(attributes map[string]any) (string, error) {
	if len(attributes) == 0 {
		return "", nil
	}
	text, err := json.Marshal(attributes)
	if err != nil {
		return "", fmt.Errorf("encode attributes: %w", err)
	}
	return string(text), nil
}

func decodeAttributes(text string) (map[string]any, error) {
	attributes := map[string]any{}
	if text == "" {
		return attributes, nil
	}
	if err := json.Unmarshal([]byte(text), &attributes); err != nil {
		return nil, fmt.Errorf("decode attributes: %w", err)
	}
	return attributes, nil
}
