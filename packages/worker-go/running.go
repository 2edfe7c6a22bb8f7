package worker

import (
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"net/http"
	"runtime/debug"
	"time"
)

// heed is what a handler has to react when it is told to stop, before it is left to itself.
const heed = 2 * time.Second

// running is one attempt: from the lease to the report of how it ended.
type running struct {
	lease lease
	ctx   context.Context
	stop  context.CancelCauseFunc
	// free what the context holds.
	free context.CancelFunc
}

func newRunning(l lease) *running {
	told, stop := context.WithCancelCause(context.Background())
	ctx, free := context.WithTimeoutCause(told, l.timeout(), ErrTimeout)
	return &running{lease: l, ctx: ctx, stop: stop, free: free}
}

// outcome of a handler: a result, or what is told of its failure.
type outcome struct {
	result  json.RawMessage
	failure *failure
}

// run returns once the end is reported, or there is nobody to report to.
func (r *running) run(w *Worker) {
	defer r.stop(context.Canceled)
	defer r.free()
	ended := r.await(w)
	reason := context.Cause(r.ctx)
	var err error
	switch {
	case errors.Is(reason, ErrLost):
	case ended.failure == nil:
		err = r.complete(w, ended.result)
	case errors.Is(reason, ErrShutdown):
		err = r.post(w, "release", nil)
	default:
		err = r.post(w, "fail", ended.failure)
	}
	if err != nil && !isLost(err) {
		w.config.Log.Error("the end of a job could not be reported", "job", r.lease.JobID, "error", err)
	}
}

// await the handler, and no longer than it may take to heed its context.
func (r *running) await(w *Worker) outcome {
	done := make(chan outcome, 1)
	go func() {
		ended := outcome{failure: failureOf(errors.New("the handler has ended its goroutine"))}
		defer func() { done <- ended }()
		ended = r.call(w)
	}()
	select {
	case ended := <-done:
		return ended
	case <-r.ctx.Done():
	}
	patience := time.NewTimer(heed)
	defer patience.Stop()
	select {
	case ended := <-done:
		return ended
	case <-patience.C:
		return outcome{failure: failureOf(context.Cause(r.ctx))}
	}
}

// call the handler: one that panics fails its attempt, and not the process; so does what encodes its result, or words its error.
func (r *running) call(w *Worker) (ended outcome) {
	defer func() {
		if caught := recover(); caught != nil {
			w.config.Log.Error("a handler panicked", "job", r.lease.JobID, "panic", fmt.Sprint(caught), "stack", string(debug.Stack()))
			ended = outcome{failure: failureOf(fmt.Errorf("panic: %v", caught))}
		}
	}()
	handle, found := w.handlers[r.lease.Name]
	if !found {
		return outcome{failure: failureOf(Final("unknown-job", fmt.Sprintf("This worker has no handler for %q.", r.lease.Name)))}
	}
	result, err := handle(r.ctx, r.lease.toAttempt(w.calls), r.lease.Payload)
	if err != nil {
		return outcome{failure: failureOf(err)}
	}
	return outcome{result: result}
}

func (r *running) complete(w *Worker, result json.RawMessage) error {
	err := w.results.report(r.lease.Token, result)
	var refused *APIError
	if errors.As(err, &refused) && refused.Status == http.StatusRequestEntityTooLarge {
		return r.post(w, "fail", failureOf(Final("result-too-large", "The result is too large to be sent.")))
	}
	return err
}

// post until it is answered: the lease ends by itself where that is too late.
func (r *running) post(w *Worker, verb string, body any) error {
	path := "/v1/leases/" + r.lease.Token + ":" + verb
	return w.gateway.do(context.Background(), call{method: http.MethodPost, path: path, body: body}, nil)
}
