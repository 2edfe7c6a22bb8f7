package worker

import (
	"context"
	"crypto/rand"
	"encoding/hex"
	"encoding/json"
	"fmt"
	"net/http"
	"net/url"
	"time"
)

const longestJobWait = 30 * time.Second

// Options of a submission, as POST /v1/jobs takes them.
type Options struct {
	// Key makes a repeated submission safe for 24 hours; one is made up unless given.
	Key         string        `json:"-"`
	Delay       time.Duration `json:"-"`
	Timeout     time.Duration `json:"-"`
	RunAt       *time.Time    `json:"runAt,omitempty"`
	StartBy     *time.Time    `json:"startBy,omitempty"`
	Priority    int           `json:"priority,omitempty"`
	Attempts    int           `json:"attempts,omitempty"`
	Tags        []string      `json:"tags,omitempty"`
	OrderingKey string        `json:"orderingKey,omitempty"`
	Backoff     *Backoff      `json:"backoff,omitempty"`
}

// Backoff is the wait between attempts.
type Backoff struct {
	// Type is "fixed" or "exponential".
	Type string `json:"type"`
	// Delay in milliseconds, of the first wait.
	Delay int64 `json:"delay"`
	// MaxDelay in milliseconds bounds an exponential one.
	MaxDelay int64 `json:"maxDelay,omitempty"`
}

// JobRecord is a job as the API tells it.
type JobRecord struct {
	ID           string          `json:"id"`
	Name         string          `json:"name"`
	State        string          `json:"state"`
	AttemptsMade int             `json:"attemptsMade"`
	Result       json.RawMessage `json:"result"`
	Error        *struct {
		Code    string `json:"code"`
		Message string `json:"message"`
	} `json:"error"`
}

// IsFinal: it is completed, dead, cancelled or expired.
func (j JobRecord) IsFinal() bool {
	switch j.State {
	case "completed", "dead", "cancelled", "expired":
		return true
	}
	return false
}

// Client submits jobs. Its key needs the scopes of what is done: jobs:submit, jobs:read, jobs:cancel.
type Client struct {
	gateway *gateway
}

// NewClient for the gateway at a URL.
func NewClient(gateway, apiKey string) *Client {
	return &Client{gateway: newGateway(gateway, apiKey, 16)}
}

// Submit returns once the job is durable. It is repeated until then, which the key makes safe.
func (c *Client) Submit(ctx context.Context, name string, payload any, options ...Options) (JobRecord, error) {
	var job JobRecord
	body, key, err := submission(name, payload, options)
	if err != nil {
		return job, err
	}
	if key == "" {
		key = newKey()
	}
	header := map[string]string{"Idempotency-Key": key}
	err = c.gateway.do(ctx, call{method: http.MethodPost, path: "/v1/jobs", body: body, header: header}, &job)
	return job, err
}

// Get a job as it is now.
func (c *Client) Get(ctx context.Context, id string) (JobRecord, error) {
	var job JobRecord
	err := c.gateway.do(ctx, call{method: http.MethodGet, path: "/v1/jobs/" + url.PathEscape(id)}, &job)
	return job, err
}

// Wait for the end of a job.
func (c *Client) Wait(ctx context.Context, id string) (JobRecord, error) {
	path := fmt.Sprintf("/v1/jobs/%s?wait=%d", url.PathEscape(id), int(longestJobWait.Seconds()))
	for {
		var job JobRecord
		err := c.gateway.do(ctx, call{method: http.MethodGet, path: path, timeout: longestJobWait + 10*time.Second}, &job)
		if err != nil || job.IsFinal() {
			return job, err
		}
	}
}

// Cancel a job: it never starts, or is told to stop.
func (c *Client) Cancel(ctx context.Context, id string) (JobRecord, error) {
	var job JobRecord
	err := c.gateway.do(ctx, call{method: http.MethodDelete, path: "/v1/jobs/" + url.PathEscape(id)}, &job)
	return job, err
}

// submission is a body, and its key where the options have one.
func submission(name string, payload any, options []Options) (map[string]any, string, error) {
	body := map[string]any{}
	var key string
	for _, one := range options {
		encoded, err := json.Marshal(one)
		if err != nil {
			return nil, "", err
		}
		if err := json.Unmarshal(encoded, &body); err != nil {
			return nil, "", err
		}
		if one.Delay > 0 {
			body["delay"] = one.Delay.Milliseconds()
		}
		if one.Timeout > 0 {
			body["timeout"] = one.Timeout.Milliseconds()
		}
		key = one.Key
	}
	encoded, err := json.Marshal(payload)
	if err != nil {
		return nil, "", fmt.Errorf("encode the payload of %s: %w", name, err)
	}
	body["name"] = name
	body["payload"] = json.RawMessage(encoded)
	return body, key, nil
}

func newKey() string {
	bytes := make([]byte, 16)
	if _, err := rand.Read(bytes); err != nil {
		panic(err) // the system has no randomness to give
	}
	return hex.EncodeToString(bytes)
}
