package worker

import (
	"encoding/json"
	"time"
)

// lease is a job that this worker holds, as the gateway tells it.
type lease struct {
	Token          string          `json:"leaseToken"`
	JobID          string          `json:"jobId"`
	Name           string          `json:"name"`
	Queue          string          `json:"queue"`
	Tenant         string          `json:"tenant"`
	Attempt        int             `json:"attempt"`
	Start          int             `json:"start"`
	Payload        json.RawMessage `json:"payload"`
	Tags           []string        `json:"tags"`
	TimeoutMs      int64           `json:"timeoutMs"`
	HeartbeatMs    int64           `json:"heartbeatMs"`
	Quarantine     bool            `json:"quarantine"`
	IdempotencyKey string          `json:"idempotencyKey"`
	Traceparent    string          `json:"traceparent"`
	Tracestate     string          `json:"tracestate"`
}

func (l lease) timeout() time.Duration   { return time.Duration(l.TimeoutMs) * time.Millisecond }
func (l lease) heartbeat() time.Duration { return time.Duration(l.HeartbeatMs) * time.Millisecond }

func (l lease) toAttempt(g *gateway) *Attempt {
	return &Attempt{
		ID: l.JobID, Name: l.Name, Queue: l.Queue, Tenant: l.Tenant, Tags: l.Tags,
		Number: l.Attempt, Start: l.Start, IdempotencyKey: l.IdempotencyKey,
		Traceparent: l.Traceparent, Tracestate: l.Tracestate,
		token: l.Token, gateway: g, submitted: map[string]int{},
	}
}
