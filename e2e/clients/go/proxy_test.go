package clients

import (
	"io"
	"net"
	"net/url"
	"sync"
	"testing"

	"k8s.io/client-go/rest"
)

// proxy passes connections on to the server, and cuts all that are open when asked to.
type proxy struct {
	listener net.Listener
	mutex    sync.Mutex
	open     map[net.Conn]bool
}

// Breakable returns a configuration that goes through a proxy, and the proxy.
func Breakable(t *testing.T) (*rest.Config, *proxy) {
	t.Helper()
	config := Config(t)
	server, err := url.Parse(config.Host)
	must(t, err)
	listener, err := net.Listen("tcp", "127.0.0.1:0")
	must(t, err)
	p := &proxy{listener: listener, open: map[net.Conn]bool{}}
	t.Cleanup(func() { listener.Close(); p.Cut() })
	go p.serve(server.Host)
	config.Host = "https://" + listener.Addr().String()
	return config, p
}

func (p *proxy) serve(target string) {
	for {
		near, err := p.listener.Accept()
		if err != nil {
			return
		}
		far, err := net.Dial("tcp", target)
		if err != nil {
			near.Close()
			continue
		}
		p.mutex.Lock()
		p.open[near], p.open[far] = true, true
		p.mutex.Unlock()
		go p.pass(near, far)
		go p.pass(far, near)
	}
}

func (p *proxy) pass(from, to net.Conn) {
	io.Copy(to, from)
	from.Close()
	to.Close()
	p.mutex.Lock()
	delete(p.open, from)
	p.mutex.Unlock()
}

// Cut resets every open connection, in the middle of whatever it carries.
func (p *proxy) Cut() {
	p.mutex.Lock()
	defer p.mutex.Unlock()
	for conn := range p.open {
		conn.(*net.TCPConn).SetLinger(0)
		conn.Close()
	}
}

// Busy says whether a connection is open.
func (p *proxy) Busy() (bool, string) {
	p.mutex.Lock()
	defer p.mutex.Unlock()
	return len(p.open) > 0, "no connection is open"
}
