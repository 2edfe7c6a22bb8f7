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

const (
	// heed is what a handler has to react when it is told to stop, before it is left to itself.
	heed           = 2 * time.Second
	longestMessage = 2000
)

// running is one attempt: from the lease to the report of how it ended.
type running struct {
	lease lease
	ctx   context.Context
	stop  context.CancelCauseFunc
}

func newRunning(l lease) *running {
	ctx, stop := context.WithCancelCause(context.Background())
	return &running{lease: l, ctx: ctx, stop: stop}
}

type outcome struct {
	result any
	err    error
}

// run returns once the end is reported, or there is nobody to report to.
func (r *running) run(w *Worker) {
	timer := time.AfterFunc(r.lease.timeout(), func() { r.stop(ErrTimeout) })
	ended := r.await(w)
	timer.Stop()
	reason := context.Cause(r.ctx)
	var err error
	switch {
	case errors.Is(reason, ErrLost):
	case ended.err == nil:
		err = r.complete(w, ended.result)
	case errors.Is(reason, ErrShutdown):
		err = r.post(w, "release", nil)
	default:
		err = r.fail(w, ended.err)
	}
	r.stop(context.Canceled)
	if err != nil && !isLost(err) {
		w.log.Error("the end of a job could not be reported", "job", r.lease.JobID, "error", err)
	}
}

// await the handler, and no longer than it may take to heed its context.
func (r *running) await(w *Worker) outcome {
	done := make(chan outcome, 1)
	go func() { done <- r.call(w) }()
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
		return outcome{err: context.Cause(r.ctx)}
	}
}

// call the handler: one that panics fails its attempt, and not the process.
func (r *running) call(w *Worker) (ended outcome) {
	defer func() {
		if caught := recover(); caught != nil {
			w.log.Error("a handler panicked", "job", r.lease.JobID, "panic", caught, "stack", string(debug.Stack()))
			ended = outcome{err: fmt.Errorf("panic: %v", caught)}
		}
	}()
	handle, found := w.handlers[r.lease.Name]
	if !found {
		return outcome{err: Final("unknown-job", fmt.Sprintf("This worker has no handler for %q.", r.lease.Name))}
	}
	result, err := handle(r.ctx, r.lease.toAttempt(w.gateway), r.lease.Payload)
	return outcome{result, err}
}

func (r *running) complete(w *Worker, result any) error {
	encoded, err := json.Marshal(result)
	if err != nil {
		return r.fail(w, Final("invalid-result", err.Error()))
	}
	err = w.results.report(r.lease.Token, encoded)
	var refused *APIError
	if errors.As(err, &refused) && refused.Status == http.StatusRequestEntityTooLarge {
		return r.fail(w, Final("result-too-large", "The result is too large to be sent."))
	}
	return err
}

func (r *running) fail(w *Worker, err error) error {
	message := err.Error()
	if len(message) > longestMessage {
		message = message[:longestMessage]
	}
	if message == "" {
		message = fmt.Sprintf("%T", err)
	}
	told := map[string]any{"message": message}
	body := map[string]any{"error": told, "retryable": true}
	var final *FinalError
	var retryable *RetryableError
	if errors.As(err, &final) {
		told["code"], body["retryable"] = final.Code, false
	} else if errors.As(err, &retryable) {
		told["code"] = retryable.Code
		if retryable.After != nil {
			body["retryAfterMs"] = retryable.After.Milliseconds()
		}
	}
	return r.post(w, "fail", body)
}

// post until it is answered: the lease ends by itself where that is too late.
func (r *running) post(w *Worker, verb string, body any) error {
	path := "/v1/leases/" + r.lease.Token + ":" + verb
	return w.gateway.do(context.Background(), call{method: http.MethodPost, path: path, body: body}, nil)
}
