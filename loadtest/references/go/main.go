// What many would write first, in Go: net/http, plain RESP over kept connections, a template.
// reference PORT REDIS_PORT TEMPLATE HEADERS
package main

import (
	"bufio"
	"encoding/json"
	"errors"
	"fmt"
	"html"
	"io"
	"log"
	"net"
	"net/http"
	"os"
	"regexp"
	"strconv"
	"strings"
)

// A connection to Redis, used by one request at a time.
type link struct {
	to   net.Conn
	from *bufio.Reader
}

var (
	idle  = make(chan *link, 128)
	redis string
)

func get(key string) ([]byte, error) {
	var l *link
	select {
	case l = <-idle:
	default:
		conn, err := net.Dial("tcp", redis)
		if err != nil {
			return nil, err
		}
		l = &link{conn, bufio.NewReader(conn)}
	}
	value, err := l.get(key)
	if err != nil {
		l.to.Close()
		return nil, err
	}
	select {
	case idle <- l:
	default:
		l.to.Close()
	}
	return value, nil
}

func (l *link) get(key string) ([]byte, error) {
	if _, err := fmt.Fprintf(l.to, "*2\r\n$3\r\nGET\r\n$%d\r\n%s\r\n", len(key), key); err != nil {
		return nil, err
	}
	line, err := l.from.ReadString('\n')
	if err != nil {
		return nil, err
	}
	if len(line) < 3 || line[0] != '$' {
		return nil, errors.New("not a bulk string")
	}
	length, err := strconv.Atoi(strings.TrimSpace(line[1:]))
	if err != nil || length < 0 {
		return nil, err
	}
	value := make([]byte, length+2)
	if _, err := io.ReadFull(l.from, value); err != nil {
		return nil, err
	}
	return value[:length], nil
}

func main() {
	if len(os.Args) != 5 {
		log.Fatal("usage: reference PORT REDIS_PORT TEMPLATE HEADERS")
	}
	redis = "127.0.0.1:" + os.Args[2]
	text, err := os.ReadFile(os.Args[3])
	if err != nil {
		log.Fatal(err)
	}
	slot := regexp.MustCompile(`\{\{\w+\}\}`)
	parts := slot.Split(string(text), -1)
	names := slot.FindAllString(string(text), -1)
	headers := map[string]string{}
	file, err := os.ReadFile(os.Args[4])
	if err == nil {
		err = json.Unmarshal(file, &headers)
	}
	if err != nil {
		log.Fatal(err)
	}
	answer := func(w http.ResponseWriter, r *http.Request) {
		found, err := get(r.URL.Path)
		if err != nil {
			w.WriteHeader(http.StatusServiceUnavailable)
			return
		}
		if found == nil {
			w.WriteHeader(http.StatusNotFound)
			return
		}
		fields := map[string]string{}
		if json.Unmarshal(found, &fields) != nil {
			w.WriteHeader(http.StatusServiceUnavailable)
			return
		}
		var page strings.Builder
		for at, part := range parts {
			page.WriteString(part)
			if at < len(names) {
				page.WriteString(html.EscapeString(fields[strings.Trim(names[at], "{}")]))
			}
		}
		for name, value := range headers {
			w.Header().Set(name, value)
		}
		w.Header().Set("Content-Type", "text/html; charset=utf-8")
		w.Header().Set("Content-Length", strconv.Itoa(page.Len()))
		io.WriteString(w, page.String())
	}
	log.Fatal(http.ListenAndServe("127.0.0.1:"+os.Args[1], http.HandlerFunc(answer)))
}
