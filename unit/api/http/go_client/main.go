// A client of Go's own net/http, as client-go uses it, against the server of real_clients_test.cc. Usage: main URL CA-FILE.
// Exits with 1 and says why when something is not as it should be.
package main

import (
	"bufio"
	"bytes"
	"context"
	"crypto/tls"
	"crypto/x509"
	"fmt"
	"io"
	"net/http"
	"os"
	"strings"
	"sync"
	"time"
)

var base string
var client *http.Client

func fail(format string, args ...any) {
	fmt.Printf(format+"\n", args...)
	os.Exit(1)
}

func do(ctx context.Context, method, path string, body io.Reader) *http.Response {
	request, err := http.NewRequestWithContext(ctx, method, base+path, body)
	if err != nil {
		fail("%s %s: %v", method, path, err)
	}
	response, err := client.Do(request)
	if err != nil {
		fail("%s %s: %v", method, path, err)
	}
	if response.ProtoMajor != 2 {
		fail("%s %s was answered over %s", method, path, response.Proto)
	}
	return response
}

func text(response *http.Response) string {
	defer response.Body.Close()
	all, err := io.ReadAll(response.Body)
	if err != nil {
		fail("%s: reading the body: %v", response.Request.URL, err)
	}
	return string(all)
}

func expect(what, got, want string) {
	if got != want {
		fail("%s: got %q instead of %q", what, got, want)
	}
}

func parallel(n int, f func(i int)) {
	var all sync.WaitGroup
	for i := 0; i < n; i++ {
		all.Add(1)
		go func() {
			defer all.Done()
			f(i)
		}()
	}
	all.Wait()
}

func gets() {
	parallel(500, func(i int) {
		path := fmt.Sprintf("/echo/%d", i)
		expect("get", text(do(context.Background(), "GET", path, nil)), "GET "+path+" 0 HTTP/2")
	})
}

func bodies() {
	const limit = 3 << 20
	for _, size := range []int{0, 1, 65535, 65536, 1 << 20, limit} {
		want := fmt.Sprintf("PUT /echo %d HTTP/2", size)
		body := bytes.Repeat([]byte("b"), size)
		expect("body of known length", text(do(context.Background(), "PUT", "/echo", bytes.NewReader(body))), want)
		// Without a type that net/http knows the length of.
		expect("body of unknown length", text(do(context.Background(), "PUT", "/echo", io.MultiReader(bytes.NewReader(body)))), want)
	}
	parallel(20, func(int) {
		body := bytes.Repeat([]byte("b"), 2<<20)
		expect("many bodies at once", text(do(context.Background(), "PUT", "/echo", bytes.NewReader(body))), "PUT /echo 2097152 HTTP/2")
	})
	for _, body := range []io.Reader{bytes.NewReader(make([]byte, limit+1)), io.MultiReader(bytes.NewReader(make([]byte, 10*limit)))} {
		response := do(context.Background(), "PUT", "/echo", body)
		if got := text(response); response.StatusCode != 413 || !strings.Contains(got, "RequestEntityTooLarge") {
			fail("a body that is too large: %s %s", response.Status, got)
		}
	}
}

func largeReplies() {
	stalled := do(context.Background(), "GET", "/large", nil)
	if _, err := stalled.Body.Read(make([]byte, 1)); err != nil {
		fail("large reply: %v", err)
	}
	// One that is not read holds up no other.
	parallel(50, func(int) {
		expect("get beside a stalled reply", text(do(context.Background(), "GET", "/echo", nil)), "GET /echo 0 HTTP/2")
	})
	if got := len(text(stalled)); got != 20_000_000-1 {
		fail("large reply: %d bytes", got)
	}
}

// More watches than one connection takes: the rest goes to another.
func watches() {
	const count = 400
	ctx, cancel := context.WithCancel(context.Background())
	parallel(count, func(i int) {
		response := do(ctx, "GET", fmt.Sprintf("/watch/%d", i), nil)
		lines := bufio.NewScanner(response.Body)
		for event := 0; event < 3; event++ {
			if !lines.Scan() {
				fail("watch %d ended after %d events: %v", i, event, lines.Err())
			}
			expect("event", lines.Text(), fmt.Sprintf("event %d", event))
		}
	})
	expect("open watches", text(do(context.Background(), "GET", "/open", nil)), fmt.Sprint(count))
	cancel()
	for start := time.Now(); text(do(context.Background(), "GET", "/open", nil)) != "0"; {
		if time.Since(start) > 20*time.Second {
			fail("cancelled watches are still open")
		}
	}
}

// While the server stops, each request is either answered or finds nobody listening: none is lost on the way.
func stop() {
	var answered sync.WaitGroup
	answered.Add(8)
	go func() {
		answered.Wait()
		expect("stop", text(do(context.Background(), "GET", "/stop", nil)), "stopping")
	}()
	parallel(8, func(int) {
		for n := 0; ; n++ {
			if n == 20 {
				answered.Done()
			}
			response, err := client.Get(base + "/echo")
			if err == nil {
				expect("get while the server stops", text(response), "GET /echo 0 HTTP/2")
			} else if strings.Contains(err.Error(), "connection refused") {
				return
			} else {
				fail("get while the server stops, after %d: %v", n, err)
			}
		}
	})
}

func main() {
	base = os.Args[1]
	pem, err := os.ReadFile(os.Args[2])
	if err != nil {
		fail("%v", err)
	}
	roots := x509.NewCertPool()
	roots.AppendCertsFromPEM(pem)
	client = &http.Client{
		Transport: &http.Transport{ForceAttemptHTTP2: true, TLSClientConfig: &tls.Config{RootCAs: roots}},
		Timeout:   time.Minute,
	}
	gets()
	bodies()
	largeReplies()
	watches()
	stop()
	fmt.Println("all is well")
}
