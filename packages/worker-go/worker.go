package worker

import (
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"net/http"
	"time"
)

const (
	leaseWait  = 20 * time.Second
	mostLeases = 100
	// At once, of all handlers.
	callConnections = 16
	// For which the last reports are tried when the worker ends: what is not told by then is taken back when its lease ends.
	lastReports = 10 * time.Second
)

// handler gives a result in JSON.
type handler func(ctx context.Context, attempt *Attempt, payload json.RawMessage) (json.RawMessage, error)

// Worker leases jobs and runs their handlers.
type Worker struct {
	config  Config
	gateway *gateway
	// calls of handlers: no flood of theirs opens many connections, or keeps back a heartbeat.
	calls    *gateway
	results  *results
	handlers map[string]handler
	held     *held
}

// New worker, without handlers so far. What is wrong with its config is told by Run.
func New(config Config) *Worker {
	config = config.withDefaults()
	g, calls := newGateway(config.URL, config.APIKey, config.Slots+8), newGateway(config.URL, config.APIKey, callConnections)
	calls.http.Transport.(*http.Transport).MaxConnsPerHost = callConnections
	return &Worker{config: config, gateway: g, calls: calls, results: &results{gateway: g}, handlers: map[string]handler{}, held: newHeld()}
}

// Handle registers the handler of a job type, before Run. It is to heed its context, whose cause is ErrCancelled, ErrTimeout,
// ErrLost or ErrShutdown when the attempt is to end. Panics where there is one already.
func Handle[Payload, Result any](w *Worker, name string, handle func(context.Context, *Job[Payload]) (Result, error)) {
	if _, found := w.handlers[name]; found {
		panic("worker: " + name + " has a handler already")
	}
	w.handlers[name] = func(ctx context.Context, attempt *Attempt, payload json.RawMessage) (json.RawMessage, error) {
		job := &Job[Payload]{Attempt: attempt}
		if err := json.Unmarshal(payload, &job.Payload); err != nil {
			return nil, Final("invalid-payload", fmt.Sprintf("The payload does not fit %s: %v", name, err))
		}
		result, err := handle(ctx, job)
		if err != nil {
			return nil, err
		}
		encoded, err := json.Marshal(result)
		if err != nil {
			return nil, Final("invalid-result", fmt.Sprintf("The result cannot be sent: %v", err))
		}
		return encoded, nil
	}
}

// Run until the context ends; then nothing more is taken, what runs may end within the grace, and the rest is handed back. Its
// error is an *APIError when the gateway refuses this worker, and another for a config that no gateway would take.
func (w *Worker) Run(ctx context.Context) error {
	if err := w.check(); err != nil {
		return err
	}
	beating, stopBeating := context.WithCancel(context.Background())
	defer stopBeating()
	p := &presence{config: w.config, gateway: w.gateway, held: w.held, startedAt: time.Now()}
	go p.beat(beating)
	err := w.take(ctx, p)
	w.drain()
	return err
}

func (w *Worker) check() error {
	wrong := errors.Join(w.config.check(), w.gateway.check())
	if len(w.handlers) == 0 {
		wrong = errors.Join(wrong, errors.New("worker: there is no handler: every job would fail as unknown-job"))
	}
	return wrong
}

func (w *Worker) take(ctx context.Context, p *presence) error {
	for ctx.Err() == nil {
		free := w.held.free(w.config.Slots)
		if free == 0 {
			w.held.awaitChange(ctx)
			continue
		}
		var answer struct {
			Directive string  `json:"directive"`
			Leases    []lease `json:"leases"`
		}
		body := map[string]any{"queues": w.config.Queues, "max": min(free, mostLeases), "wait": int(leaseWait.Seconds()), "worker": p.describe()}
		err := w.gateway.do(ctx, call{method: http.MethodPost, path: "/v1/leases", body: body, timeout: leaseWait + 10*time.Second}, &answer)
		if ctx.Err() != nil { // the gateway takes back what it gives to one who has gone
			return nil
		}
		if err != nil {
			return err
		}
		w.held.heed(answer.Directive)
		for _, one := range answer.Leases {
			r := newRunning(one)
			w.held.start(r, func() { r.run(w) })
		}
	}
	return nil
}

// drain: what runs may end; what has not at the end of the grace is handed back.
func (w *Worker) drain() {
	if w.held.awaitEnd(w.config.Grace) {
		return
	}
	for _, r := range w.held.all() {
		r.stop(ErrShutdown)
	}
	if w.held.awaitEnd(lastReports) {
		return
	}
	for _, r := range w.held.all() {
		w.config.Log.Error("the end of a job could not be reported", "job", r.lease.JobID)
	}
}
