package worker

import (
	"context"
	"errors"
	"net/http"
	"os"
	"time"
)

const (
	idleBeat    = 2 * time.Second
	beatTimeout = 5 * time.Second
	mostTokens  = 1000
	version     = "go/0.1.0"
)

// presence tells the gateway of a worker and what it holds, and hears what the gateway says to it.
type presence struct {
	config    Config
	gateway   *gateway
	held      *held
	startedAt time.Time
}

// beat until the context ends.
func (p *presence) beat(ctx context.Context) {
	for {
		wait := idleBeat
		held := p.held.all()
		for _, r := range held {
			wait = min(wait, r.lease.heartbeat())
		}
		select {
		case <-ctx.Done():
			return
		case <-time.After(wait):
		}
		for _, tokens := range batches(p.held.all()) {
			if err := p.tell(ctx, tokens); err != nil && !errors.Is(err, context.Canceled) {
				p.config.Log.Warn("heartbeat", "error", err) // the next one tells more than a repetition would
			}
		}
	}
}

// batches of tokens; one without any where nothing is held: the worker is to be known all the same.
func batches(held map[string]*running) [][]string {
	tokens := make([]string, 0, len(held))
	for token := range held {
		tokens = append(tokens, token)
	}
	parts := [][]string{tokens[:min(mostTokens, len(tokens))]}
	for start := mostTokens; start < len(tokens); start += mostTokens {
		parts = append(parts, tokens[start:min(start+mostTokens, len(tokens))])
	}
	return parts
}

func (p *presence) tell(ctx context.Context, tokens []string) error {
	var answer struct {
		Directive string `json:"directive"`
		Leases    []struct {
			Token     string `json:"leaseToken"`
			Directive string `json:"directive"`
			Reason    string `json:"reason"`
		} `json:"leases"`
	}
	body := map[string]any{"worker": p.describe(), "queues": p.config.Queues, "leaseTokens": tokens}
	err := p.gateway.do(ctx, call{method: http.MethodPost, path: "/v1/leases:heartbeat", body: body, timeout: beatTimeout, once: true}, &answer)
	if err != nil {
		return err
	}
	p.held.heed(answer.Directive)
	held := p.held.all()
	for _, told := range answer.Leases {
		if r := held[told.Token]; r != nil && told.Directive != "continue" {
			r.stop(stopReason(told.Directive, told.Reason))
		}
	}
	return nil
}

func (p *presence) describe() map[string]any {
	return map[string]any{
		"id": p.config.ID, "slots": p.config.Slots, "busy": len(p.held.all()), "host": host(), "pid": os.Getpid(),
		"version": version, "startedAt": p.startedAt.UTC().Format(time.RFC3339),
	}
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
