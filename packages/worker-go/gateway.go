package worker

import (
	"bytes"
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"math/rand"
	"net/http"
	"net/url"
	"strings"
	"time"
	"unicode"
)

const (
	firstWait   = 100 * time.Millisecond
	longestWait = 5 * time.Second
	callTimeout = 15 * time.Second
	// Bytes of a body that no gateway reads: one that is larger still has its connection cut, which looks like an outage.
	largestBody = 1 << 20
	// What the gateway answers is bounded: a batch of payloads.
	longestAnswer = 64 << 20
)

// gateway calls until it is answered; while the gateway or its Redis is away, that is later.
type gateway struct {
	url  string
	key  string
	http *http.Client
}

func newGateway(address, key string, connections int) *gateway {
	transport := http.DefaultTransport.(*http.Transport).Clone()
	transport.MaxIdleConnsPerHost = connections
	client := &http.Client{Transport: transport, CheckRedirect: func(*http.Request, []*http.Request) error { return http.ErrUseLastResponse }}
	return &gateway{url: strings.TrimRight(address, "/"), key: strings.TrimSpace(key), http: client}
}

// check what could never be sent.
func (g *gateway) check() error {
	parsed, err := url.Parse(g.url)
	if err != nil || (parsed.Scheme != "http" && parsed.Scheme != "https") || parsed.Hostname() == "" {
		return fmt.Errorf("worker: %q is no URL of a gateway: give one as http://127.0.0.1:3000", g.url)
	}
	if strings.ContainsFunc(g.key, unicode.IsControl) {
		return errors.New("worker: the API key has characters that no header can carry")
	}
	return nil
}

// unsendable is a request that no repetition would make one.
type unsendable struct{ error }

func (u unsendable) Unwrap() error { return u.error }

type call struct {
	method  string
	path    string
	body    any
	header  map[string]string
	timeout time.Duration
	// largest: bytes of the body; largestBody unless given.
	largest int
	// once: it is not repeated.
	once bool
}

// do answers into `into`. Its error is an *APIError where the gateway refused for good.
func (g *gateway) do(ctx context.Context, c call, into any) error {
	if err := g.check(); err != nil {
		return err
	}
	var body []byte
	if c.body != nil {
		encoded, err := json.Marshal(c.body)
		if err != nil {
			return fmt.Errorf("encode %s: %w", c.path, err)
		}
		body = encoded
	}
	if len(body) > max(c.largest, largestBody) {
		return tooLarge(len(body))
	}
	for wait := firstWait; ; wait = min(2*wait, longestWait) {
		err := g.try(ctx, c, body, into)
		if err == nil || c.once || ctx.Err() != nil || !isPassing(err) {
			return err
		}
		pause := time.NewTimer(wait/2 + time.Duration(rand.Int63n(int64(wait/2))))
		select {
		case <-pause.C:
		case <-ctx.Done():
			pause.Stop()
			return ctx.Err()
		}
	}
}

func (g *gateway) try(ctx context.Context, c call, body []byte, into any) error {
	timeout := c.timeout
	if timeout == 0 {
		timeout = callTimeout
	}
	ctx, cancel := context.WithTimeout(ctx, timeout)
	defer cancel()
	request, err := http.NewRequestWithContext(ctx, c.method, g.url+c.path, bytes.NewReader(body))
	if err != nil {
		return unsendable{err}
	}
	request.Header.Set("Authorization", "Bearer "+g.key)
	if body != nil {
		request.Header.Set("Content-Type", "application/json")
	}
	for name, value := range c.header {
		request.Header.Set(name, value)
	}
	response, err := g.http.Do(request)
	if err != nil {
		return err
	}
	defer response.Body.Close()
	text, err := io.ReadAll(io.LimitReader(response.Body, longestAnswer))
	if err != nil {
		return err
	}
	return readAnswer(response, text, into)
}

func tooLarge(size int) error {
	detail := fmt.Sprintf("%d bytes are more than a gateway takes", size)
	return &APIError{Status: http.StatusRequestEntityTooLarge, Code: "payload-too-large", Detail: detail}
}

func readAnswer(response *http.Response, text []byte, into any) error {
	status := response.StatusCode
	if into == nil {
		into = &struct{}{}
	}
	if status < http.StatusMultipleChoices && json.Unmarshal(text, into) == nil {
		return nil
	}
	refused := &APIError{}
	if json.Unmarshal(text, refused) != nil || refused.Code == "" {
		refused.Code, refused.Detail = "no-gateway", strange(response, text)
	}
	refused.Status = status
	return refused
}

// strange is what answers in the gateway's place, or before it.
func strange(response *http.Response, text []byte) string {
	if location := response.Header.Get("Location"); location != "" {
		return fmt.Sprintf("%s redirects to %s: give the gateway's own URL", response.Request.URL, location)
	}
	return fmt.Sprintf("%s answered what no gateway does: %q", response.Request.URL, text[:min(len(text), 200)])
}

// isPassing: it may be answered when it is repeated, which is safe.
func isPassing(err error) bool {
	if errors.As(err, &unsendable{}) {
		return false
	}
	var refused *APIError
	if !errors.As(err, &refused) {
		return true
	}
	switch refused.Status {
	case http.StatusRequestTimeout, http.StatusTooManyRequests:
		return true
	}
	return refused.Status >= http.StatusInternalServerError
}
