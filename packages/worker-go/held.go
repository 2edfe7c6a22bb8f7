package worker

import (
	"context"
	"sync"
	"time"
)

// held is what a worker holds, and whether it may take more.
type held struct {
	mu       sync.Mutex
	leases   map[string]*running
	draining bool
	changed  chan struct{}
	running  sync.WaitGroup
}

func newHeld() *held {
	return &held{leases: map[string]*running{}, changed: make(chan struct{}, 1)}
}

// start a job, which is held until it has run.
func (h *held) start(r *running, run func()) {
	h.mu.Lock()
	h.leases[r.lease.Token] = r
	h.mu.Unlock()
	h.running.Add(1)
	go func() {
		defer h.running.Done()
		run()
		h.mu.Lock()
		delete(h.leases, r.lease.Token)
		h.mu.Unlock()
		h.tellChange()
	}()
}

// free slots; none beside a job in quarantine, which may end this process.
func (h *held) free(slots int) int {
	h.mu.Lock()
	defer h.mu.Unlock()
	if h.draining {
		return 0
	}
	for _, r := range h.leases {
		if r.lease.Quarantine {
			return 0
		}
	}
	return max(0, slots-len(h.leases))
}

func (h *held) all() map[string]*running {
	h.mu.Lock()
	defer h.mu.Unlock()
	all := make(map[string]*running, len(h.leases))
	for token, r := range h.leases {
		all[token] = r
	}
	return all
}

// heed what the gateway wishes of the worker.
func (h *held) heed(directive string) {
	h.mu.Lock()
	h.draining = directive == "drain"
	h.mu.Unlock()
	h.tellChange()
}

func (h *held) tellChange() {
	select {
	case h.changed <- struct{}{}:
	default:
	}
}

func (h *held) awaitChange(ctx context.Context) {
	select {
	case <-h.changed:
	case <-ctx.Done():
	case <-time.After(time.Second):
	}
}

// awaitEnd of everything, and no longer than that. It tells whether everything has ended.
func (h *held) awaitEnd(patience time.Duration) bool {
	ended := make(chan struct{})
	go func() {
		h.running.Wait()
		close(ended)
	}()
	timer := time.NewTimer(patience)
	defer timer.Stop()
	select {
	case <-ended:
		return true
	case <-timer.C:
		return false
	}
}
