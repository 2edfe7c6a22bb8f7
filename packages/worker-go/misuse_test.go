package worker

import (
	"context"
	"errors"
	"io"
	"log/slog"
	"math"
	"net/http"
	"net/http/httptest"
	"runtime"
	"strings"
	"sync"
	"testing"
	"time"
)

type badError struct{ text string }

func (e *badError) Error() string { return e.text }

type badResult struct{}

func (badResult) MarshalJSON() ([]byte, error) { panic("no JSON") }

// What goes wrong in a handler is told: no job hangs, and none ends its process.
func TestTellsWhatGoesWrongInAHandler(t *testing.T) {
	long := strings.Repeat("ü", 2000)
	for name, test := range map[string]struct {
		do    func() (any, error)
		code  any
		words string
		after any
	}{
		"a result without JSON":   {func() (any, error) { return math.NaN(), nil }, "invalid-result", "NaN", nil},
		"a channel":               {func() (any, error) { return make(chan int), nil }, "invalid-result", "chan int", nil},
		"a result that panics":    {func() (any, error) { return badResult{}, nil }, nil, "panic: no JSON", nil},
		"an error that panics":    {func() (any, error) { return nil, (*badError)(nil) }, nil, "panic: runtime error", nil},
		"the end of a goroutine":  {func() (any, error) { runtime.Goexit(); return nil, nil }, nil, "ended its goroutine", nil},
		"a nil panic":             {func() (any, error) { panic(nil) }, nil, "panic called with nil", nil},
		"a code that is none":     {func() (any, error) { return nil, Final("Not Kebab", "x") }, nil, "Not Kebab: x", nil},
		"an error without words":  {func() (any, error) { return nil, errors.New("") }, nil, "errorString", nil},
		"a message that is long":  {func() (any, error) { return nil, errors.New("x" + long) }, nil, "xü", nil},
		"a wait that is negative": {func() (any, error) { return nil, RetryAfter("a", "x", -time.Hour) }, "a", "x", 0.0},
		"a wait that is too long": {func() (any, error) { return nil, RetryAfter("a", "x", 1e6*time.Hour) }, "a", "x", 604_800_000.0},
	} {
		t.Run(name, func(t *testing.T) {
			p := play(t, nil, nil)
			run(t, p, func(context.Context, *Job[report]) (any, error) { return test.do() })
			fail := p.calls("fail")[0]
			told := fail["error"].(map[string]any)
			message := told["message"].(string)
			if told["code"] != test.code || !strings.Contains(message, test.words) || len(message) > 2010 || fail["retryAfterMs"] != test.after {
				t.Errorf("told %v", fail)
			}
		})
	}
}

func TestNoFloodOfCallsOpensManyConnections(t *testing.T) {
	p := play(t, nil, nil)
	run(t, p, func(ctx context.Context, job *Job[report]) (any, error) {
		var calls sync.WaitGroup
		for i := range 500 {
			calls.Add(1)
			go func() {
				defer calls.Done()
				_ = job.Progress(ctx, i)
			}()
		}
		calls.Wait()
		return nil, nil
	})
	if sent, connections := len(p.calls("progress")), len(p.peers); sent != 500 || connections > 2*callConnections {
		t.Errorf("%d sent by %d connections", sent, connections)
	}
}

func TestSendsNothingThatNoGatewayReads(t *testing.T) {
	p := play(t, nil, nil)
	large := strings.Repeat("x", 2<<20)
	run(t, p, func(ctx context.Context, job *Job[report]) (any, error) {
		var refused *APIError
		if err := job.Log(ctx, large); !errors.As(err, &refused) || refused.Code != "payload-too-large" {
			t.Errorf("log: %v", err)
		}
		return large, nil
	})
	told := p.calls("fail")[0]["error"].(map[string]any)
	if told["code"] != "result-too-large" || len(p.calls("log"))+len(p.calls("complete")) > 0 {
		t.Errorf("told %v", told)
	}
}

func TestAHandlerKnowsItsDeadline(t *testing.T) {
	p := play(t, map[string]any{"timeoutMs": 30_000}, nil)
	var left time.Duration
	run(t, p, func(ctx context.Context, _ *Job[report]) (any, error) {
		deadline, _ := ctx.Deadline()
		left = time.Until(deadline)
		return nil, nil
	})
	if left <= 0 || left > 30*time.Second {
		t.Errorf("left %v", left)
	}
}

func TestRefusesAConfigThatNoGatewayTakes(t *testing.T) {
	quiet := slog.New(slog.NewTextHandler(io.Discard, nil))
	good := Config{URL: "http://127.0.0.1:1", APIKey: "key", Log: quiet}
	for words, change := range map[string]func(*Config){
		"no URL of a gateway":           func(c *Config) { c.URL = "127.0.0.1:3000" },
		"\"localhost\" is no URL":       func(c *Config) { c.URL = "localhost" },
		"\"ftp://host\" is no URL":      func(c *Config) { c.URL = "ftp://host" },
		"\"\" is no URL":                func(c *Config) { c.URL = "" },
		"characters that no header can": func(c *Config) { c.APIKey = "a\nb" },
		"Slots: 1 to 10000, not -1":     func(c *Config) { c.Slots = -1 },
		"ID: letters, digits":           func(c *Config) { c.ID = "a b" },
	} {
		config := good
		change(&config)
		w := New(config)
		Handle(w, "report.render", func(context.Context, *Job[report]) (any, error) { return nil, nil })
		if err := w.Run(context.Background()); err == nil || !strings.Contains(err.Error(), words) {
			t.Errorf("%s: %v", words, err)
		}
	}
	if err := New(good).Run(context.Background()); err == nil || !strings.Contains(err.Error(), "there is no handler") {
		t.Errorf("without a handler: %v", err)
	}
	if _, err := NewClient("localhost", "key").Get(context.Background(), "id"); err == nil || !strings.Contains(err.Error(), "is no URL") {
		t.Errorf("client: %v", err)
	}
}

func TestSaysWhatAnswersInTheGatewaysPlace(t *testing.T) {
	for words, answer := range map[string]http.HandlerFunc{
		`answered what no gateway does: "<html>"`: func(response http.ResponseWriter, _ *http.Request) { _, _ = io.WriteString(response, "<html>") },
		"redirects to /elsewhere": func(response http.ResponseWriter, request *http.Request) {
			http.Redirect(response, request, "/elsewhere", http.StatusFound)
		},
		"/max too big": func(response http.ResponseWriter, _ *http.Request) {
			response.WriteHeader(http.StatusUnprocessableEntity)
			_, _ = io.WriteString(response, `{"code":"invalid-request","errors":[{"pointer":"/max","detail":"too big"}]}`)
		},
	} {
		server := httptest.NewServer(answer)
		ctx, stop := context.WithTimeout(context.Background(), 20*time.Second)
		_, err := NewClient(server.URL, "key\n").Get(ctx, "id")
		stop()
		server.Close()
		if err == nil || !strings.Contains(err.Error(), words) {
			t.Errorf("%s: %v", words, err)
		}
	}
}

func TestAHeartbeatHasAThousandTokensAtMost(t *testing.T) {
	held := map[string]*running{}
	for i := range 2001 {
		held[strings.Repeat("x", i)] = nil
	}
	seen := map[string]bool{}
	for _, tokens := range batches(held) {
		if len(tokens) > mostTokens {
			t.Errorf("%d tokens", len(tokens))
		}
		for _, token := range tokens {
			seen[token] = true
		}
	}
	if len(seen) != 2001 || len(batches(nil)) != 1 {
		t.Errorf("%d seen, %d parts of nothing", len(seen), len(batches(nil)))
	}
}

func TestEndsAlthoughAHandlerDoesNotAndHandsItsJobBack(t *testing.T) {
	p := play(t, nil, nil)
	w := New(Config{URL: p.URL, APIKey: "key", Grace: time.Millisecond, Log: slog.New(slog.NewTextHandler(io.Discard, nil))})
	ctx, stop := context.WithCancel(context.Background())
	let := make(chan struct{})
	defer close(let)
	Handle(w, "report.render", func(context.Context, *Job[report]) (any, error) {
		stop()
		<-let
		return nil, nil
	})
	if err := w.Run(ctx); err != nil || len(p.calls("release")) != 1 {
		t.Errorf("error %v, %d handed back", err, len(p.calls("release")))
	}
}
