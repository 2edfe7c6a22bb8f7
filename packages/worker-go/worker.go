package worker

import (
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"log/slog"
	"net/http"
	"os"
	"sync"
	"time"
)

const (
	leaseWait  = 20 * time.Second
	idleBeat   = 2 * time.Second
	mostLeases = 100
	mostTokens = 1000
	version    = "go/0.1.0"
)

// Config of a worker. URL and APIKey are needed; the key needs the scope workers:lease.
type Config struct {
	URL    string
	APIKey string
	// Queues to lease from; "external" unless given.
	Queues []string
	// Slots: jobs at once; 16 unless given.
	Slots int
	// Grace for which what runs may run on when the worker is to end; then it is handed back. 30 seconds unless given.
	Grace time.Duration
	// ID of this process and no other; made of host and process unless given.
	ID string
	// Log gets what goes wrong; slog's default unless given.
	Log *slog.Logger
}

type handler func(ctx context.Context, attempt *Attempt, payload json.RawMessage) (any, error)

// Worker leases jobs and runs their handlers.
type Worker struct {
	config    Config
	gateway   *gateway
	results   *results
	log       *slog.Logger
	handlers  map[string]handler
	startedAt time.Time

	mu       sync.Mutex
	held     map[string]*running
	draining bool
	changed  chan struct{}
	running  sync.WaitGroup
}

// New worker, without handlers so far.
func New(config Config) *Worker {
	if len(config.Queues) == 0 {
		config.Queues = []string{"external"}
	}
	if config.Slots <= 0 {
		config.Slots = 16
	}
	if config.Grace == 0 {
		config.Grace = 30 * time.Second
	}
	if config.ID == "" {
		config.ID = fmt.Sprintf("%s:%d:%s", host(), os.Getpid(), newKey()[:6])
	}
	if config.Log == nil {
		config.Log = slog.Default()
	}
	g := newGateway(config.URL, config.APIKey, config.Slots+8)
	return &Worker{
		config: config, gateway: g, results: &results{gateway: g}, log: config.Log,
		handlers: map[string]handler{}, startedAt: time.Now(),
		held: map[string]*running{}, changed: make(chan struct{}, 1),
	}
}

// Handle registers the handler of a job type, before Run. It is to heed its context, whose cause is ErrCancelled, ErrTimeout,
// ErrLost or ErrShutdown when the attempt is to end.
func Handle[Payload, Result any](w *Worker, name string, handle func(context.Context, *Job[Payload]) (Result, error)) {
	if _, found := w.handlers[name]; found {
		panic("worker: " + name + " has a handler already")
	}
	w.handlers[name] = func(ctx context.Context, attempt *Attempt, payload json.RawMessage) (any, error) {
		job := &Job[Payload]{Attempt: attempt}
		if err := json.Unmarshal(payload, &job.Payload); err != nil {
			return nil, Final("invalid-payload", fmt.Sprintf("The payload does not fit %s: %v", name, err))
		}
		return handle(ctx, job)
	}
}

// Run until the context ends; then nothing more is taken, what runs may end within the grace, and the rest is handed back. Its
// error is an *APIError when the gateway refuses this worker.
func (w *Worker) Run(ctx context.Context) error {
	beating, stopBeating := context.WithCancel(context.Background())
	defer stopBeating()
	go w.beat(beating)
	err := w.take(ctx)
	w.drain()
	return err
}

func (w *Worker) take(ctx context.Context) error {
	for ctx.Err() == nil {
		free := w.free()
		if free == 0 {
			w.awaitChange(ctx)
			continue
		}
		var answer struct {
			Directive string  `json:"directive"`
			Leases    []lease `json:"leases"`
		}
		body := map[string]any{"queues": w.config.Queues, "max": min(free, mostLeases), "wait": int(leaseWait.Seconds()), "worker": w.describe()}
		err := w.gateway.do(ctx, call{method: http.MethodPost, path: "/v1/leases", body: body, timeout: leaseWait + 10*time.Second}, &answer)
		if ctx.Err() != nil { // the gateway takes back what it gives to one who has gone
			return nil
		}
		if err != nil {
			return err
		}
		w.setDraining(answer.Directive)
		for _, one := range answer.Leases {
			w.start(one)
		}
	}
	return nil
}

func (w *Worker) start(l lease) {
	r := newRunning(l)
	w.mu.Lock()
	w.held[l.Token] = r
	w.mu.Unlock()
	w.running.Add(1)
	go func() {
		defer w.running.Done()
		r.run(w)
		w.mu.Lock()
		delete(w.held, l.Token)
		w.mu.Unlock()
		w.tellChange()
	}()
}

// free slots; none beside a job in quarantine, which may end this process.
func (w *Worker) free() int {
	w.mu.Lock()
	defer w.mu.Unlock()
	if w.draining {
		return 0
	}
	for _, r := range w.held {
		if r.lease.Quarantine {
			return 0
		}
	}
	return max(0, w.config.Slots-len(w.held))
}

func (w *Worker) beat(ctx context.Context) {
	for {
		wait := idleBeat
		for _, r := range w.leases() {
			wait = min(wait, r.lease.heartbeat())
		}
		select {
		case <-ctx.Done():
			return
		case <-time.After(wait):
		}
		if err := w.beatOnce(ctx); err != nil && !errors.Is(err, context.Canceled) {
			w.log.Warn("heartbeat", "error", err) // the next one tells more than a repetition would
		}
	}
}

func (w *Worker) beatOnce(ctx context.Context) error {
	held := w.leases()
	tokens := make([]string, 0, len(held))
	for token := range held {
		if len(tokens) < mostTokens {
			tokens = append(tokens, token)
		}
	}
	var answer struct {
		Directive string `json:"directive"`
		Leases    []struct {
			Token     string `json:"leaseToken"`
			Directive string `json:"directive"`
			Reason    string `json:"reason"`
		} `json:"leases"`
	}
	body := map[string]any{"worker": w.describe(), "queues": w.config.Queues, "leaseTokens": tokens}
	err := w.gateway.do(ctx, call{method: http.MethodPost, path: "/v1/leases:heartbeat", body: body, timeout: 5 * time.Second, once: true}, &answer)
	if err != nil {
		return err
	}
	w.setDraining(answer.Directive)
	for _, told := range answer.Leases {
		if told.Directive != "continue" {
			held[told.Token].stop(stopReason(told.Directive, told.Reason))
		}
	}
	return nil
}

func stopReason(directive, reason string) error {
	switch {
	case directive == "lost":
		return ErrLost
	case reason == "timeout":
		return ErrTimeout
	}
	return ErrCancelled
}

// drain: what runs may end; what has not at the end of the grace is handed back.
func (w *Worker) drain() {
	ended := make(chan struct{})
	go func() {
		w.running.Wait()
		close(ended)
	}()
	grace := time.NewTimer(w.config.Grace)
	defer grace.Stop()
	select {
	case <-ended:
	case <-grace.C:
		for _, r := range w.leases() {
			r.stop(ErrShutdown)
		}
		<-ended
	}
}

func (w *Worker) leases() map[string]*running {
	w.mu.Lock()
	defer w.mu.Unlock()
	held := make(map[string]*running, len(w.held))
	for token, r := range w.held {
		held[token] = r
	}
	return held
}

func (w *Worker) setDraining(directive string) {
	w.mu.Lock()
	w.draining = directive == "drain"
	w.mu.Unlock()
	w.tellChange()
}

func (w *Worker) tellChange() {
	select {
	case w.changed <- struct{}{}:
	default:
	}
}

func (w *Worker) awaitChange(ctx context.Context) {
	select {
	case <-w.changed:
	case <-ctx.Done():
	case <-time.After(time.Second):
	}
}

func (w *Worker) describe() map[string]any {
	return map[string]any{
		"id": w.config.ID, "slots": w.config.Slots, "busy": len(w.leases()), "host": host(), "pid": os.Getpid(),
		"version": version, "startedAt": w.startedAt.UTC().Format(time.RFC3339),
	}
}

func host() string {
	name, err := os.Hostname()
	if err != nil {
		return "unknown"
	}
	return name
}
