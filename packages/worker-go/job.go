package worker

import (
	"context"
	"crypto/sha256"
	"encoding/hex"
	"encoding/json"
	"fmt"
	"net/http"
	"sync"
)

// Job is what a handler is told about the attempt it runs.
type Job[Payload any] struct {
	*Attempt
	Payload Payload
}

// Attempt is one attempt of a job, and what its handler can do meanwhile.
type Attempt struct {
	ID     string
	Name   string
	Queue  string
	Tenant string
	Tags   []string
	// Number is 1 for the first attempt.
	Number int
	// Start is 1 when the job has certainly never run before.
	Start int
	// IdempotencyKey is the same for every attempt.
	IdempotencyKey string
	// Traceparent and Tracestate are of the trace that the job belongs to (W3C Trace Context), for what the handler calls;
	// empty where there is none.
	Traceparent string
	Tracestate  string

	token     string
	gateway   *gateway
	mu        sync.Mutex
	submitted map[string]int
}

// Child of a flow, as its parent is told of it. Result is there when it completed.
type Child struct {
	ID        string          `json:"id"`
	Name      string          `json:"name"`
	OnFailure string          `json:"onFailure"`
	State     string          `json:"state"`
	Result    json.RawMessage `json:"result"`
	Error     *struct {
		Code    string `json:"code"`
		Message string `json:"message"`
	} `json:"error"`
}

// Progress publishes how far the job is: a percentage, or an object of at most 16 KiB.
func (a *Attempt) Progress(ctx context.Context, progress any) error {
	return a.post(ctx, "progress", map[string]any{"progress": progress}, nil)
}

// Log appends to the job's log.
func (a *Attempt) Log(ctx context.Context, lines ...string) error {
	return a.post(ctx, "log", map[string]any{"lines": lines}, nil)
}

// Children of a flow's parent: what became of them, in the order in which they were submitted.
func (a *Attempt) Children(ctx context.Context) ([]Child, error) {
	var children []Child
	for from := 0; ; {
		var answer struct {
			Items []Child `json:"items"`
			Next  *int    `json:"next"`
		}
		path := fmt.Sprintf("/v1/leases/%s/children?from=%d", a.token, from)
		err := a.gateway.do(ctx, call{method: http.MethodGet, path: path}, &answer)
		if err != nil {
			return nil, err
		}
		children = append(children, answer.Items...)
		if answer.Next == nil {
			return children, nil
		}
		from = *answer.Next
	}
}

// Submit another job of the same tenant; gives its id. The worker's key needs jobs:submit for it. However often the job
// runs, the same call makes the same child; give Options.Key where payloads differ.
func (a *Attempt) Submit(ctx context.Context, name string, payload any, options ...Options) (string, error) {
	body, key, err := submission(name, payload, options)
	if err != nil {
		return "", err
	}
	if key == "" {
		key = a.nth(body)
	}
	body["key"] = key
	var child JobRecord
	err = a.post(ctx, "submit", body, &child)
	return child.ID, err
}

// nth goes by what is submitted, not by how many were before: a handler may go another way when it runs again.
func (a *Attempt) nth(body map[string]any) string {
	encoded, _ := json.Marshal(body) // it was encoded before, and maps have their keys in order
	sum := sha256.Sum256(encoded)
	fingerprint := hex.EncodeToString(sum[:])
	a.mu.Lock()
	defer a.mu.Unlock()
	a.submitted[fingerprint]++
	return fmt.Sprintf("%s:%d", fingerprint, a.submitted[fingerprint])
}

func (a *Attempt) post(ctx context.Context, verb string, body, into any) error {
	return a.gateway.do(ctx, call{method: http.MethodPost, path: "/v1/leases/" + a.token + ":" + verb, body: body}, into)
}
