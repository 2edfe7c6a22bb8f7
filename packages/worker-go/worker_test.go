package worker

import (
	"context"
	"encoding/json"
	"errors"
	"io"
	"log/slog"
	"net/http"
	"net/http/httptest"
	"strings"
	"sync"
	"testing"
	"time"
)

type report struct {
	Title string `json:"title"`
}

// played is a gateway that has one job and answers as it is told; what is sent to it is what is looked at.
type played struct {
	*httptest.Server
	mu    sync.Mutex
	sent  map[string][]map[string]any
	peers map[string]bool
	job   map[string]any
	beat  map[string]any
	ended chan struct{}
	once  sync.Once
}

func play(t *testing.T, changes map[string]any, beat map[string]any) *played {
	t.Helper()
	p := &played{sent: map[string][]map[string]any{}, peers: map[string]bool{}, beat: beat, ended: make(chan struct{})}
	p.job = map[string]any{
		"leaseToken": "token", "jobId": "external_1", "name": "report.render", "queue": "external", "tenant": "acme",
		"attempt": 1, "start": 1, "payload": map[string]any{"title": "t"}, "tags": []string{}, "timeoutMs": 60_000,
		"heartbeatMs": 20, "quarantine": false, "idempotencyKey": "external_1", "children": 0,
	}
	for name, value := range changes {
		p.job[name] = value
	}
	if p.beat == nil {
		p.beat = map[string]any{"directive": "continue"}
	}
	p.Server = httptest.NewServer(http.HandlerFunc(p.answer))
	t.Cleanup(p.Close)
	return p
}

func (p *played) answer(response http.ResponseWriter, request *http.Request) {
	body := map[string]any{}
	text, _ := io.ReadAll(request.Body)
	_ = json.Unmarshal(text, &body)
	verb := request.URL.Path[strings.LastIndexAny(request.URL.Path, ":/")+1:]
	p.mu.Lock()
	p.sent[verb] = append(p.sent[verb], body)
	p.peers[request.RemoteAddr] = true
	p.mu.Unlock()
	_ = json.NewEncoder(response).Encode(p.respond(verb, body))
	if verb == "complete" || verb == "fail" || verb == "release" {
		p.once.Do(func() { close(p.ended) })
	}
}

func (p *played) respond(verb string, body map[string]any) map[string]any {
	switch verb {
	case "leases":
		p.mu.Lock()
		job := p.job
		p.job = nil
		p.mu.Unlock()
		if job == nil {
			time.Sleep(20 * time.Millisecond)
			return map[string]any{"directive": "continue", "leases": []any{}}
		}
		return map[string]any{"directive": "continue", "leases": []any{job}}
	case "heartbeat":
		told := []any{}
		for _, token := range body["leaseTokens"].([]any) {
			one := map[string]any{"leaseToken": token}
			for name, value := range p.beat {
				one[name] = value
			}
			told = append(told, one)
		}
		return map[string]any{"directive": "continue", "leases": told}
	case "complete":
		return map[string]any{"results": []any{map[string]any{"status": 200}}}
	}
	return map[string]any{"outcome": "dead", "id": "external_2"}
}

func (p *played) calls(verb string) []map[string]any {
	p.mu.Lock()
	defer p.mu.Unlock()
	return p.sent[verb]
}

func run[Result any](t *testing.T, p *played, handle func(context.Context, *Job[report]) (Result, error)) {
	t.Helper()
	w := New(Config{URL: p.URL, APIKey: "key", Slots: 2, Log: slog.New(slog.NewTextHandler(io.Discard, nil))})
	Handle(w, "report.render", handle)
	ctx, stop := context.WithTimeout(context.Background(), 20*time.Second)
	go func() {
		<-p.ended
		stop()
	}()
	if err := w.Run(ctx); err != nil {
		t.Fatal(err)
	}
	select {
	case <-p.ended:
	default:
		t.Fatal("the job did not end")
	}
}

func TestRunsAJob(t *testing.T) {
	p := play(t, nil, nil)
	run(t, p, func(_ context.Context, job *Job[report]) (report, error) {
		return report{job.Payload.Title + job.ID}, nil
	})
	lease := p.calls("complete")[0]["leases"].([]any)[0].(map[string]any)
	if title := lease["result"].(map[string]any)["title"]; title != "texternal_1" {
		t.Errorf("result %v", title)
	}
}

func TestTellsTheTraceThatAJobBelongsTo(t *testing.T) {
	for told, changes := range map[string]map[string]any{
		"00-a-b-01 ":    {"traceparent": "00-a-b-01", "tracestate": nil},
		"00-a-b-01 a=b": {"traceparent": "00-a-b-01", "tracestate": "a=b"},
		" ":             nil,
	} {
		p := play(t, changes, nil)
		run(t, p, func(_ context.Context, job *Job[report]) (report, error) {
			return report{job.Traceparent + " " + job.Tracestate}, nil
		})
		lease := p.calls("complete")[0]["leases"].([]any)[0].(map[string]any)
		if title := lease["result"].(map[string]any)["title"]; title != told {
			t.Errorf("%v instead of %q", title, told)
		}
	}
}

func TestTellsWhatAnErrorMeans(t *testing.T) {
	for name, test := range map[string]struct {
		err       error
		code      any
		retryable bool
	}{
		"final":     {Final("broken", "x"), "broken", false},
		"retryable": {RetryAfter("busy", "x", time.Second), "busy", true},
		"any other": {errors.New("x"), nil, true},
	} {
		t.Run(name, func(t *testing.T) {
			p := play(t, nil, nil)
			run(t, p, func(context.Context, *Job[report]) (any, error) { return nil, test.err })
			told := p.calls("fail")[0]
			if told["error"].(map[string]any)["code"] != test.code || told["retryable"] != test.retryable {
				t.Errorf("told %v", told)
			}
		})
	}
}

func TestAPanicFailsItsAttempt(t *testing.T) {
	p := play(t, nil, nil)
	run(t, p, func(context.Context, *Job[report]) (any, error) { panic("oops") })
	if message := p.calls("fail")[0]["error"].(map[string]any)["message"]; message != "panic: oops" {
		t.Errorf("message %v", message)
	}
}

func TestDoesNotRunWhatDoesNotFit(t *testing.T) {
	for _, changes := range []map[string]any{{"payload": []int{1}}, {"name": "other"}} {
		p := play(t, changes, nil)
		run(t, p, func(context.Context, *Job[report]) (any, error) { panic("it ran") })
		if told := p.calls("fail")[0]; told["retryable"] != false {
			t.Errorf("told %v", told)
		}
	}
}

func TestStopsWhenItIsToldTo(t *testing.T) {
	p := play(t, nil, map[string]any{"directive": "cancel", "reason": "cancelled"})
	var reason error
	run(t, p, func(ctx context.Context, _ *Job[report]) (any, error) {
		<-ctx.Done()
		reason = context.Cause(ctx)
		return nil, reason
	})
	if !errors.Is(reason, ErrCancelled) {
		t.Errorf("reason %v", reason)
	}
}

func TestStopsWhenItsTimeIsUp(t *testing.T) {
	p := play(t, map[string]any{"timeoutMs": 50}, nil)
	var reason error
	run(t, p, func(ctx context.Context, _ *Job[report]) (any, error) {
		<-ctx.Done()
		reason = context.Cause(ctx)
		return nil, reason
	})
	if !errors.Is(reason, ErrTimeout) {
		t.Errorf("reason %v", reason)
	}
}

func TestSubmitsTheSameChildForTheSameCall(t *testing.T) {
	p := play(t, nil, nil)
	run(t, p, func(ctx context.Context, job *Job[report]) (any, error) {
		for range 2 {
			if _, err := job.Submit(ctx, "report.render", report{"a"}, Options{Timeout: time.Minute}); err != nil {
				return nil, err
			}
		}
		return nil, nil
	})
	first, second := p.calls("submit")[0], p.calls("submit")[1]
	if first["timeout"] != 60_000.0 || strings.TrimSuffix(first["key"].(string), ":1") != strings.TrimSuffix(second["key"].(string), ":2") {
		t.Errorf("submitted %v, %v", first, second)
	}
}

func TestEndsWhenItIsRefused(t *testing.T) {
	server := httptest.NewServer(http.HandlerFunc(func(response http.ResponseWriter, _ *http.Request) {
		response.WriteHeader(http.StatusUnauthorized)
		_, _ = io.WriteString(response, `{"code":"unauthenticated","detail":"no"}`)
	}))
	defer server.Close()
	w := New(Config{URL: server.URL, APIKey: "key", Log: slog.New(slog.NewTextHandler(io.Discard, nil))})
	Handle(w, "report.render", func(context.Context, *Job[report]) (any, error) { return nil, nil })
	var refused *APIError
	if err := w.Run(context.Background()); !errors.As(err, &refused) || refused.Code != "unauthenticated" {
		t.Errorf("error %v", err)
	}
}

func TestAClientRepeatsASubmissionWithOneKey(t *testing.T) {
	var keys []string
	server := httptest.NewServer(http.HandlerFunc(func(response http.ResponseWriter, request *http.Request) {
		keys = append(keys, request.Header.Get("Idempotency-Key"))
		if len(keys) == 1 {
			response.WriteHeader(http.StatusServiceUnavailable)
		}
		_, _ = io.WriteString(response, `{"id":"external_9","state":"waiting"}`)
	}))
	defer server.Close()
	job, err := NewClient(server.URL, "key").Submit(context.Background(), "report.render", report{"t"})
	if err != nil || job.ID != "external_9" || len(keys) != 2 || keys[0] == "" || keys[0] != keys[1] {
		t.Errorf("job %v, keys %v, error %v", job, keys, err)
	}
}
