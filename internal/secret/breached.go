package secret

import (
	"bytes"
	"crypto/sha1"
	"encoding/hex"
	"errors"
	"fmt"
	"io"
	"os"
)

// Breached is an offline list of passwords that have leaked: a file of lines
//
//	SHA-1 in hex[:how often]
//
// sorted by the digest, either case, line ends of either kind. That is what the
// downloader of "Have I Been Pwned" writes; `sort -u` makes one of anything. The
// file stays on disk, whatever its size: a look-up is a binary search of some thirty
// reads. It may be replaced by another file under its name; a running server keeps
// the one that it opened.
type Breached struct {
	file io.ReaderAt
	size int64
	shut func() error
}

const (
	hexDigest   = 2 * sha1.Size
	longestLine = 64
)

// errBreachedForm says what a list looks like.
var errBreachedForm = errors.New("it is no sorted list of SHA-1 digests in hex, one a line")

// OpenBreached opens the list at path. Its first and last lines are looked at: what
// is no list, or not sorted, is refused then.
func OpenBreached(path string) (*Breached, error) {
	f, err := os.Open(path)
	if err != nil {
		return nil, fmt.Errorf("open list of breached passwords: %w", err)
	}
	info, err := f.Stat()
	if err != nil {
		return nil, errors.Join(fmt.Errorf("open list of breached passwords: %w", err), f.Close())
	}
	b := &Breached{file: f, size: info.Size(), shut: f.Close}
	if err := b.check(); err != nil {
		return nil, errors.Join(fmt.Errorf("open list of breached passwords %s: %w", path, err), f.Close())
	}
	return b, nil
}

// check looks at a few lines over the file.
func (b *Breached) check() error {
	var before []byte
	const looks = 16
	for i := range int64(looks + 1) {
		line, _, err := b.lineFrom(max(b.size-1, 0) * i / looks)
		if err != nil {
			return err
		}
		if line == nil && i == 0 {
			return errBreachedForm // nothing in it
		}
		if line == nil {
			return nil
		}
		if bytes.Compare(before, line) > 0 {
			return errBreachedForm
		}
		before = line
	}
	return nil
}

// Contains reports whether the password is on the list.
func (b *Breached) Contains(password string) (bool, error) {
	digest := sha1.Sum([]byte(password))
	want := []byte(hex.EncodeToString(digest[:]))
	low, high := int64(0), b.size // the line begins in [low, high)
	for low < high {
		middle := low + (high-low)/2
		line, next, err := b.lineFrom(middle)
		if err != nil {
			return false, fmt.Errorf("look up breached password: %w", err)
		}
		if line == nil { // no line begins behind the middle
			high = middle
			continue
		}
		switch bytes.Compare(line, want) {
		case 0:
			return true, nil
		case -1:
			low = next
		default:
			high = middle
		}
	}
	return false, nil
}

// lineFrom returns the digest, in lower case, of the first line that begins at or
// behind the offset, and where the line after it begins; nil when there is none.
func (b *Breached) lineFrom(offset int64) (digest []byte, next int64, err error) {
	start := max(offset-1, 0)
	buffer := make([]byte, 2*longestLine+2)
	n, err := b.file.ReadAt(buffer, start)
	if err != nil && !errors.Is(err, io.EOF) {
		return nil, 0, err
	}
	text := buffer[:n]
	if offset > 0 {
		end := bytes.IndexByte(text, '\n')
		if end < 0 {
			if n > longestLine {
				return nil, 0, errBreachedForm
			}
			return nil, 0, nil // in the last line, which has no end
		}
		text, start = text[end+1:], start+int64(end)+1
	}
	if len(text) == 0 {
		return nil, 0, nil
	}
	line, _, whole := bytes.Cut(text, []byte("\n"))
	if len(line) < hexDigest || len(line) > longestLine || !whole && start+int64(len(line)) < b.size {
		return nil, 0, errBreachedForm
	}
	digest = bytes.ToLower(line[:hexDigest])
	if _, err := hex.Decode(make([]byte, sha1.Size), digest); err != nil {
		return nil, 0, errBreachedForm
	}
	return digest, start + int64(len(line)) + 1, nil
}

// Close closes the file.
func (b *Breached) Close() error { return b.shut() }
