package main

import (
	"bufio"
	"context"
	"fmt"
	"io"
	"net"
	"net/http"
	"net/url"
	"strings"
)

// wire is one connection to the server. It writes requests as bytes and reads answers with net/http's parser: a full client would cost as much as the server.
type wire struct {
	address string
	conn    net.Conn
	in      *bufio.Reader
	body    []byte
}

// newWire makes a connection when it is first used.
func newWire(address string) *wire { return &wire{address: address} }

// answer is what came back. Body is valid until the next request.
type answer struct {
	Status int
	Header http.Header
	Body   []byte
}

// send writes a request and reads its answer, on a new connection if the server closed the last.
func (w *wire) send(ctx context.Context, request []byte) (answer, error) {
	fresh := w.conn == nil
	if fresh {
		conn, err := (&net.Dialer{}).DialContext(ctx, "tcp", w.address)
		if err != nil {
			return answer{}, err
		}
		w.conn, w.in = conn, bufio.NewReaderSize(conn, 16<<10)
	}
	a, err := w.exchange(request)
	if err != nil {
		_ = w.conn.Close()
		w.conn = nil
		if !fresh {
			return w.send(ctx, request)
		}
	}
	return a, err
}

func (w *wire) exchange(request []byte) (answer, error) {
	if _, err := w.conn.Write(request); err != nil {
		return answer{}, err
	}
	res, err := http.ReadResponse(w.in, nil)
	if err != nil {
		return answer{}, err
	}
	defer res.Body.Close()
	w.body = w.body[:0]
	for {
		if len(w.body) == cap(w.body) {
			w.body = append(w.body, 0)[:len(w.body)]
		}
		n, err := res.Body.Read(w.body[len(w.body):cap(w.body)])
		w.body = w.body[:len(w.body)+n]
		if err == io.EOF {
			break
		}
		if err != nil {
			return answer{}, err
		}
	}
	if res.Close {
		_ = w.conn.Close()
		w.conn = nil
	}
	return answer{res.StatusCode, res.Header, w.body}, nil
}

// get writes a GET request as bytes. headers are lines without their ends.
func get(target *url.URL, headers ...string) []byte {
	return request(http.MethodGet, target, "", headers)
}

// post writes a form as bytes.
func post(target *url.URL, form string, headers ...string) []byte {
	headers = append(headers, "Content-Type: application/x-www-form-urlencoded", fmt.Sprintf("Content-Length: %d", len(form)))
	return request(http.MethodPost, target, form, headers)
}

func request(method string, target *url.URL, body string, headers []string) []byte {
	var b strings.Builder
	fmt.Fprintf(&b, "%s %s HTTP/1.1\r\nHost: %s\r\n", method, target.RequestURI(), target.Host)
	for _, h := range headers {
		b.WriteString(h + "\r\n")
	}
	b.WriteString("\r\n" + body)
	return []byte(b.String())
}
