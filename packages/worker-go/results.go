package worker

import (
	"context"
	"encoding/json"
	"fmt"
	"net/http"
	"sync"
	"time"
)

const (
	mostResults     = 100
	mostResultBytes = 4 << 20
	resultSenders   = 2
	resultAgain     = 200 * time.Millisecond
)

// results reports results: those that come while others are on their way go together.
type results struct {
	gateway *gateway
	mu      sync.Mutex
	waiting []*reported
	sending int
}

type reported struct {
	Token  string          `json:"leaseToken"`
	Result json.RawMessage `json:"result"`
	done   chan error
}

// report returns once the result is kept.
func (r *results) report(token string, result json.RawMessage) error {
	if len(result) > largestBody {
		return tooLarge(len(result))
	}
	one := &reported{Token: token, Result: result, done: make(chan error, 1)}
	r.mu.Lock()
	r.waiting = append(r.waiting, one)
	if r.sending < resultSenders {
		r.sending++
		go r.send()
	}
	r.mu.Unlock()
	return <-one.done
}

func (r *results) send() {
	for parts := r.take(); parts != nil; parts = r.take() {
		var answer struct {
			Results []struct {
				Status  int       `json:"status"`
				Problem *APIError `json:"problem"`
			} `json:"results"`
		}
		body := map[string]any{"leases": parts}
		err := r.gateway.do(context.Background(), call{method: http.MethodPost, path: "/v1/leases:complete", body: body, timeout: 2 * callTimeout, largest: 2 * mostResultBytes}, &answer)
		if err == nil && len(answer.Results) != len(parts) {
			err = fmt.Errorf("%d results were answered by %d", len(parts), len(answer.Results))
		}
		if err != nil {
			for _, part := range parts {
				part.done <- err
			}
			continue
		}
		for i, part := range parts {
			r.settle(part, answer.Results[i].Status, answer.Results[i].Problem)
		}
	}
}

func (r *results) settle(part *reported, status int, problem *APIError) {
	switch {
	case status == http.StatusOK:
		part.done <- nil
	case status >= http.StatusInternalServerError: // it could not be kept now
		time.AfterFunc(resultAgain, func() { part.done <- r.report(part.Token, part.Result) })
	case problem == nil:
		part.done <- &APIError{Status: status}
	default:
		part.done <- problem
	}
}

// take what fits into one call; nil when there is none.
func (r *results) take() []*reported {
	r.mu.Lock()
	defer r.mu.Unlock()
	size, count := 0, 0
	for count < len(r.waiting) && count < mostResults && size+len(r.waiting[count].Result) <= mostResultBytes {
		size += len(r.waiting[count].Result)
		count++
	}
	if count == 0 {
		r.sending--
		return nil
	}
	parts := r.waiting[:count:count]
	r.waiting = r.waiting[count:]
	return parts
}
