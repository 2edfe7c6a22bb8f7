// The worker that the shared suite of scenarios drives (packages/e2e/src/conformance).
package main

import (
	"context"
	"errors"
	"fmt"
	"io"
	"net/http"
	"os"
	"os/signal"
	"strconv"
	"syscall"
	"time"

	worker "distributed-task-scheduler/worker"
)

type report struct {
	Title   string   `json:"title"`
	Columns []string `json:"columns"`
}

type document struct {
	Document string `json:"document"`
	Rows     int    `json:"rows"`
}

func main() {
	slots, _ := strconv.Atoi(os.Getenv("DTS_SLOTS"))
	grace, _ := strconv.Atoi(os.Getenv("DTS_GRACE"))
	w := worker.New(worker.Config{
		URL: os.Getenv("DTS_URL"), APIKey: os.Getenv("DTS_API_KEY"), ID: os.Getenv("DTS_WORKER_ID"),
		Slots: slots, Grace: time.Duration(grace) * time.Second,
	})
	worker.Handle(w, "report.render", render)
	ctx, stop := signal.NotifyContext(context.Background(), syscall.SIGTERM, syscall.SIGINT)
	defer stop()
	if err := w.Run(ctx); err != nil {
		fmt.Fprintln(os.Stderr, err)
		os.Exit(1)
	}
}

func render(ctx context.Context, job *worker.Job[report]) (any, error) {
	switch job.Payload.Title {
	case "hold":
		return hold(ctx, job)
	case "call":
		text, err := get(ctx, job.Payload.Columns[0], job.IdempotencyKey)
		return document{Document: text}, err
	case "progress":
		if err := job.Progress(ctx, map[string]int{"done": 1}); err != nil {
			return nil, err
		}
		if err := job.Log(ctx, "half way"); err != nil {
			return nil, err
		}
	case "retry":
		if job.Number == 1 {
			return nil, worker.RetryAfter("busy", "come back", time.Millisecond)
		}
	case "final":
		return nil, worker.Final("broken", "never")
	case "throw":
		return nil, errors.New("oops")
	case "bad-result":
		return map[string]bool{"nonsense": true}, nil
	case "crash":
		os.Exit(9)
	}
	return document{Document: job.Payload.Title}, nil
}

func hold(ctx context.Context, job *worker.Job[report]) (any, error) {
	url := job.Payload.Columns[0]
	text, err := get(ctx, fmt.Sprintf("%s/hold?job=%s&start=%d", url, job.ID, job.Start), job.IdempotencyKey)
	if reason := context.Cause(ctx); reason != nil {
		if _, told := get(context.Background(), fmt.Sprintf("%s/stopped?job=%s&reason=%s", url, job.ID, reason), job.IdempotencyKey); told != nil {
			return nil, told
		}
		return nil, reason
	}
	return document{Document: text}, err
}

func get(ctx context.Context, url, idempotencyKey string) (string, error) {
	request, err := http.NewRequestWithContext(ctx, http.MethodGet, url, nil)
	if err != nil {
		return "", err
	}
	request.Header.Set("idempotency-key", idempotencyKey)
	response, err := http.DefaultClient.Do(request)
	if err != nil {
		return "", err
	}
	defer response.Body.Close()
	text, err := io.ReadAll(response.Body)
	return string(text), err
}
