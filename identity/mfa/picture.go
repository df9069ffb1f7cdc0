package mfa

import (
	"encoding/base64"
	"fmt"
	"net/url"
	"strings"

	"github.com/boombuler/barcode/qr"

	"authserver/templates"
)

// quiet is the empty margin of a QR code in modules (ISO/IEC 18004 §9.1).
const quiet = 4

// authenticator is the otpauth address of a secret as a page shows it.
func authenticator(address string) (*templates.Authenticator, error) {
	picture, err := drawing(address)
	if err != nil {
		return nil, err
	}
	u, err := url.Parse(address)
	if err != nil {
		return nil, fmt.Errorf("address of an authenticator: %w", err)
	}
	return &templates.Authenticator{QR: picture, Key: grouped(u.Query().Get("secret")), URL: address}, nil
}

// drawing is the text as a QR code, as a data URL of an SVG.
func drawing(text string) (string, error) {
	code, err := qr.Encode(text, qr.M, qr.Auto)
	if err != nil {
		return "", fmt.Errorf("draw QR code: %w", err)
	}
	side := code.Bounds().Dx()
	var b strings.Builder
	fmt.Fprintf(&b, `<svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 %[1]d %[1]d" shape-rendering="crispEdges"><path fill="#fff" d="M0 0h%[1]dv%[1]dH0z"/><path d="`, side+2*quiet)
	for y := range side {
		for x := 0; x < side; x++ {
			from := x
			for x < side && dark(code.At(x, y).RGBA()) {
				x++
			}
			if x > from {
				fmt.Fprintf(&b, "M%d %dh%dv1h-%dz", from+quiet, y+quiet, x-from, x-from)
			}
		}
	}
	b.WriteString(`"/></svg>`)
	return "data:image/svg+xml;base64," + base64.StdEncoding.EncodeToString([]byte(b.String())), nil
}

func dark(r, _, _, _ uint32) bool { return r < 0x8000 }

// grouped is a key that can be typed: in groups of four.
func grouped(key string) string {
	var b strings.Builder
	for i, r := range key {
		if i > 0 && i%4 == 0 {
			b.WriteByte(' ')
		}
		b.WriteRune(r)
	}
	return b.String()
}
