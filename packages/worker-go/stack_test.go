package worker_test

import (
	"context"
	"encoding/json"
	"net/http"
	"os"
	"sync"
	"testing"
	"time"

	worker "distributed-task-scheduler/worker"
)

type report struct {
	Title   string   `json:"title"`
	Columns []string `json:"columns,omitempty"`
	Rows    [][]any  `json:"rows,omitempty"`
}

type document struct {
	Document string `json:"document"`
	Rows     int    `json:"rows"`
}

type handle = func(context.Context, *worker.Job[report]) (any, error)

// stack is a real one, which DTS_URL and DTS_API_KEY name: no other worker may serve it meanwhile.
type stack struct {
	t   *testing.T
	ctx context.Context
	url string
	key string
	*worker.Client
}

func openStack(t *testing.T) *stack {
	t.Helper()
	url, key := os.Getenv("DTS_URL"), os.Getenv("DTS_API_KEY")
	if url == "" || key == "" {
		t.Skip("DTS_URL and DTS_API_KEY are not set: there is no stack to run against")
	}
	ctx, cancel := context.WithTimeout(context.Background(), time.Minute)
	t.Cleanup(cancel)
	return &stack{t, ctx, url, key, worker.NewClient(url, key)}
}

// serve runs a worker until the context ends, or the test, or stop is called, which waits for its end.
func (s *stack) serve(ctx context.Context, config worker.Config, do handle) (stop func()) {
	config.URL, config.APIKey = s.url, s.key
	w := worker.New(config)
	if do == nil {
		worker.Handle(w, "another", func(context.Context, *worker.Job[report]) (any, error) { return nil, nil })
	} else {
		worker.Handle(w, "report.render", do)
	}
	ctx, cancel := context.WithCancel(ctx)
	ended := make(chan error, 1)
	go func() { ended <- w.Run(ctx) }()
	var once sync.Once
	stop = func() {
		once.Do(func() {
			cancel()
			if err := <-ended; err != nil {
				s.t.Error(err)
			}
		})
	}
	s.t.Cleanup(stop)
	return stop
}

func (s *stack) submit(payload report) string {
	s.t.Helper()
	job, err := s.Submit(s.ctx, "report.render", payload)
	if err != nil {
		s.t.Fatal(err)
	}
	return job.ID
}

func (s *stack) await(id string) worker.JobRecord {
	s.t.Helper()
	job, err := s.Wait(s.ctx, id)
	if err != nil {
		s.t.Fatal(err)
	}
	return job
}

// expect that a job ended so; the code is that of its error, empty for none.
func (s *stack) expect(job worker.JobRecord, state, code string, attempts int) {
	s.t.Helper()
	var told string
	if job.Error != nil {
		told = job.Error.Code
	}
	if job.State != state || told != code || job.AttemptsMade != attempts {
		s.t.Errorf("%s is %s %q after %d attempts; expected %s %q after %d", job.ID, job.State, told, job.AttemptsMade, state, code, attempts)
	}
}

// untilState polls: a lease that was handed back is waiting a moment later.
func (s *stack) untilState(id, state string) {
	s.t.Helper()
	for {
		job, err := s.Get(s.ctx, id)
		if err != nil {
			s.t.Fatal(err)
		}
		if job.State == state {
			return
		}
		time.Sleep(50 * time.Millisecond)
	}
}

func (s *stack) read(path string, into any) {
	s.t.Helper()
	request, err := http.NewRequestWithContext(s.ctx, http.MethodGet, s.url+path, nil)
	if err != nil {
		s.t.Fatal(err)
	}
	request.Header.Set("Authorization", "Bearer "+s.key)
	response, err := http.DefaultClient.Do(request)
	if err != nil {
		s.t.Fatal(err)
	}
	defer response.Body.Close()
	if err := json.NewDecoder(response.Body).Decode(into); err != nil {
		s.t.Fatal(err)
	}
}

func (s *stack) receive(started <-chan struct{}) {
	s.t.Helper()
	select {
	case <-started:
	case <-s.ctx.Done():
		s.t.Fatal("the job did not start")
	}
}
