package device_test

import "slices"

// cities is a database in MaxMind's format that knows one address, 81.2.69.142: a tree
// of 32 nodes of two 24-bit records each, 16 zeros, the value, and what describes it.
func cities() []byte {
	const nodes = 32
	address := []byte{81, 2, 69, 142}
	var tree []byte
	for bit := range nodes {
		next := uint32(bit + 1)
		if bit == nodes-1 {
			next = nodes + 16 // the first byte of the values
		}
		records := [2]uint32{nodes, nodes} // nothing there
		records[address[bit/8]>>(7-bit%8)&1] = next
		for _, r := range records {
			tree = append(tree, byte(r>>16), byte(r>>8), byte(r))
		}
	}
	value := dict(
		"city", dict("names", dict("en", text("Munich"), "de", text("München"), "pt-BR", text("Munique"))),
		"country", dict("iso_code", text("DE"), "names", dict("en", text("Germany"), "de", text("Deutschland"))),
	)
	about := dict(
		"binary_format_major_version", number(5, 2), "binary_format_minor_version", number(5, 0),
		"build_epoch", number(9, 1), "database_type", text("GeoLite2-City"), "description", dict(),
		"ip_version", number(5, 4), "languages", number(11, 0), "node_count", number(6, nodes), "record_size", number(5, 24),
	)
	return slices.Concat(tree, make([]byte, 16), value, []byte("\xab\xcd\xefMaxMind.com"), about)
}

func text(s string) []byte { return append([]byte{2<<5 | byte(len(s))}, s...) }

// number is an unsigned number of one byte, or an empty list (type 11).
func number(kind, n byte) []byte {
	size := byte(1)
	if n == 0 {
		size = 0
	}
	control := []byte{kind<<5 | size}
	if kind > 7 {
		control = []byte{size, kind - 7}
	}
	if size == 0 {
		return control
	}
	return append(control, n)
}

// dict is a map of names and values in turn.
func dict(pairs ...any) []byte {
	out := []byte{7<<5 | byte(len(pairs)/2)}
	for i := 0; i < len(pairs); i += 2 {
		out = slices.Concat(out, text(pairs[i].(string)), pairs[i+1].([]byte))
	}
	return out
}
