package audit

import (
	"crypto/sha256"
	"math/bits"
)

// leaf is the hash of an entry, which is a leaf of its segment's tree.
type leaf = [hashSize]byte

// node is the hash of two subtrees (RFC 6962 §2.1).
func node(left, right leaf) leaf {
	var b [1 + 2*hashSize]byte
	b[0] = 1
	copy(b[1:], left[:])
	copy(b[1+hashSize:], right[:])
	return sha256.Sum256(b[:])
}

// split is the largest power of two below n, for n > 1.
func split(n int) int { return 1 << (bits.Len(uint(n-1)) - 1) }

// rootOf is the Merkle tree hash of leaves, of which there is at least one.
func rootOf(leaves []leaf) leaf {
	if len(leaves) == 1 {
		return leaves[0]
	}
	k := split(len(leaves))
	return node(rootOf(leaves[:k]), rootOf(leaves[k:]))
}

// pathOf is the audit path of the leaf at index, from the bottom (RFC 6962 §2.1.1).
func pathOf(leaves []leaf, index int) []leaf {
	if len(leaves) == 1 {
		return nil
	}
	k := split(len(leaves))
	if index < k {
		return append(pathOf(leaves[:k], index), rootOf(leaves[k:]))
	}
	return append(pathOf(leaves[k:], index-k), rootOf(leaves[:k]))
}

// climb is the root that a leaf and its path lead to, in a tree of size leaves (RFC 9162
// §2.1.3.2); false for a path of the wrong length.
func climb(from leaf, index, size int64, path []leaf) (leaf, bool) {
	if index < 0 || index >= size {
		return leaf{}, false
	}
	at, last := index, size-1
	for _, sibling := range path {
		if last == 0 {
			return leaf{}, false
		}
		if at&1 == 1 || at == last {
			from = node(sibling, from)
			for at&1 == 0 && at != 0 {
				at, last = at>>1, last>>1
			}
		} else {
			from = node(from, sibling)
		}
		at, last = at>>1, last>>1
	}
	return from, last == 0
}
