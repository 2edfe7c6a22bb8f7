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
	"strings"
	"time"
)

const (
	firstWait   = 100 * time.Millisecond
	longestWait = 5 * time.Second
	callTimeout = 15 * time.Second
	// What the gateway answers is bounded: a batch of payloads.
	longestAnswer = 64 << 20
)

// gateway calls until it is answered; while the gateway or its Redis is away, that is later.
type gateway struct {
	url  string
	key  string
	http *http.Client
}

func newGateway(url, key string, connections int) *gateway {
	transport := http.DefaultTransport.(*http.Transport).Clone()
	transport.MaxIdleConnsPerHost = connections
	return &gateway{url: strings.TrimRight(url, "/"), key: key, http: &http.Client{Transport: transport}}
}

type call struct {
	method  string
	path    string
	body    any
	header  map[string]string
	timeout time.Duration
	// once: it is not repeated.
	once bool
}

// do answers into `into`. Its error is an *APIError where the gateway refused for good.
func (g *gateway) do(ctx context.Context, c call, into any) error {
	var body []byte
	if c.body != nil {
		encoded, err := json.Marshal(c.body)
		if err != nil {
			return fmt.Errorf("encode %s: %w", c.path, err)
		}
		body = encoded
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
		return err
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
	return readAnswer(response.StatusCode, text, into)
}

func readAnswer(status int, text []byte, into any) error {
	if status >= http.StatusBadRequest {
		refused := &APIError{}
		_ = json.Unmarshal(text, refused) // whatever answers in its place may not know problems
		refused.Status = status
		return refused
	}
	if into == nil {
		return nil
	}
	return json.Unmarshal(text, into)
}

// isPassing: it may be answered when it is repeated, which is safe.
func isPassing(err error) bool {
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
