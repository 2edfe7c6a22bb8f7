package worker_test

import (
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"os"
	"os/signal"
	"reflect"
	"sync"
	"syscall"
	"testing"
	"time"

	worker "distributed-task-scheduler/worker"
)

func render(_ context.Context, job *worker.Job[report]) (any, error) {
	return document{job.Payload.Title, len(job.Payload.Rows)}, nil
}

func TestStackRunsAJobToItsResult(t *testing.T) {
	s := openStack(t)
	seen := make(chan report, 1)
	s.serve(s.ctx, worker.Config{}, func(ctx context.Context, job *worker.Job[report]) (any, error) {
		seen <- job.Payload
		return render(ctx, job)
	})
	sent := report{"Invoices", []string{"number", "amount"}, [][]any{{"INV-1042", 19.9}}}
	job := s.await(s.submit(sent))
	s.expect(job, "completed", "", 1)
	var result document
	if err := json.Unmarshal(job.Result, &result); err != nil || result != (document{"Invoices", 1}) {
		t.Errorf("result %s, error %v", job.Result, err)
	}
	if got := <-seen; !reflect.DeepEqual(got, sent) {
		t.Errorf("payload %v", got)
	}
}

func TestStackRunsManyJobsAtOnce(t *testing.T) {
	s := openStack(t)
	const many = 8
	var together sync.WaitGroup
	together.Add(many)
	s.serve(s.ctx, worker.Config{Slots: many}, func(ctx context.Context, job *worker.Job[report]) (any, error) {
		together.Done()
		together.Wait()
		return render(ctx, job)
	})
	ids := make([]string, many)
	for i := range ids {
		ids[i] = s.submit(report{Title: fmt.Sprintf("r%d", i)})
	}
	for _, id := range ids {
		s.expect(s.await(id), "completed", "", 1)
	}
}

func TestStackKeepsProgressAndLogLines(t *testing.T) {
	s := openStack(t)
	s.serve(s.ctx, worker.Config{}, func(ctx context.Context, job *worker.Job[report]) (any, error) {
		if err := job.Progress(ctx, map[string]int{"done": 1}); err != nil {
			return nil, err
		}
		if err := job.Log(ctx, "half way", "there"); err != nil {
			return nil, err
		}
		return render(ctx, job)
	})
	id := s.submit(report{Title: "t"})
	s.expect(s.await(id), "completed", "", 1)
	var job struct {
		Progress map[string]int `json:"progress"`
	}
	s.read("/v1/jobs/"+id, &job)
	var logs struct {
		Items []struct {
			Text string `json:"text"`
		} `json:"items"`
	}
	s.read("/v1/jobs/"+id+"/logs", &logs)
	if job.Progress["done"] != 1 || len(logs.Items) != 2 || logs.Items[0].Text != "half way" || logs.Items[1].Text != "there" {
		t.Errorf("progress %v, logs %v", job.Progress, logs.Items)
	}
}

func TestStackStopsAJobThatIsCancelledWhileItRuns(t *testing.T) {
	s := openStack(t)
	started, reason := make(chan struct{}), make(chan error, 1)
	s.serve(s.ctx, worker.Config{}, func(ctx context.Context, _ *worker.Job[report]) (any, error) {
		close(started)
		<-ctx.Done()
		reason <- context.Cause(ctx)
		return nil, ctx.Err()
	})
	id := s.submit(report{Title: "t"})
	s.receive(started)
	if _, err := s.Cancel(s.ctx, id); err != nil {
		t.Fatal(err)
	}
	if job := s.await(id); job.State != "cancelled" || job.Error == nil || job.Error.Code != "cancelled" {
		t.Errorf("job %+v", job)
	}
	if err := <-reason; !errors.Is(err, worker.ErrCancelled) {
		t.Errorf("reason %v", err)
	}
}

func TestStackIsToldWhetherAnotherAttemptMaySucceed(t *testing.T) {
	s := openStack(t)
	s.serve(s.ctx, worker.Config{}, func(ctx context.Context, job *worker.Job[report]) (any, error) {
		switch {
		case job.Payload.Title == "final":
			return nil, worker.Final("broken", "never")
		case job.Number == 1:
			return nil, worker.RetryAfter("busy", "come back", time.Millisecond)
		}
		return render(ctx, job)
	})
	retried, final := s.submit(report{Title: "retry"}), s.submit(report{Title: "final"})
	s.expect(s.await(retried), "completed", "", 2)
	s.expect(s.await(final), "dead", "broken", 1)
}

func TestStackNeverCompletesAJobOfAnUnknownName(t *testing.T) {
	s := openStack(t)
	var refused *worker.APIError
	if _, err := s.Submit(s.ctx, "no.such-job", report{}); !errors.As(err, &refused) || refused.Code != "unknown-job" {
		t.Errorf("error %v", err)
	}
	s.serve(s.ctx, worker.Config{}, nil)
	s.expect(s.await(s.submit(report{Title: "t"})), "dead", "unknown-job", 1)
}

func TestStackWorkerFinishesOnSIGTERMAndTakesNothingMore(t *testing.T) {
	s := openStack(t)
	ctx, forget := signal.NotifyContext(s.ctx, syscall.SIGTERM)
	defer forget()
	started, goOn := make(chan struct{}), make(chan struct{})
	// One that had a second slot would be asking for another job when the signal comes.
	stop := s.serve(ctx, worker.Config{Slots: 1}, func(ctx context.Context, job *worker.Job[report]) (any, error) {
		close(started)
		<-goOn
		return render(ctx, job)
	})
	held := s.submit(report{Title: "held"})
	s.receive(started)
	process, err := os.FindProcess(os.Getpid())
	if err != nil {
		t.Fatal(err)
	}
	if err := process.Signal(syscall.SIGTERM); err != nil {
		t.Fatal(err)
	}
	<-ctx.Done()
	later := s.submit(report{Title: "later"})
	close(goOn)
	stop()
	s.expect(s.await(held), "completed", "", 1)
	if job, err := s.Get(s.ctx, later); err != nil || job.State != "waiting" {
		t.Errorf("job %+v, error %v", job, err)
	}
	if _, err := s.Cancel(s.ctx, later); err != nil {
		t.Error(err)
	}
}

func TestStackGetsBackWhatDoesNotEndInItsGrace(t *testing.T) {
	s := openStack(t)
	started, reason := make(chan struct{}), make(chan error, 1)
	stop := s.serve(s.ctx, worker.Config{Grace: 100 * time.Millisecond}, func(ctx context.Context, _ *worker.Job[report]) (any, error) {
		close(started)
		<-ctx.Done()
		reason <- context.Cause(ctx)
		return nil, ctx.Err()
	})
	id := s.submit(report{Title: "t"})
	s.receive(started)
	stop()
	if err := <-reason; !errors.Is(err, worker.ErrShutdown) {
		t.Errorf("reason %v", err)
	}
	s.untilState(id, "waiting")
	s.serve(s.ctx, worker.Config{}, render)
	s.expect(s.await(id), "completed", "", 1)
}
