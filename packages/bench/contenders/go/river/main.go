// river worker CONCURRENCY | river submit KIND COUNT
package main

import (
	"context"
	"fmt"
	"log"
	"log/slog"
	"os"
	"strconv"

	"contenders/jobs"

	"github.com/jackc/pgx/v5"
	"github.com/jackc/pgx/v5/pgxpool"
	"github.com/riverqueue/river"
	"github.com/riverqueue/river/riverdriver/riverpgxv5"
	"github.com/riverqueue/river/rivermigrate"
)

const batch = 1000

// Args is the payload under the name that River knows it by.
type Args struct {
	jobs.Payload
}

// Kind is its name.
func (Args) Kind() string { return "job" }

type worker struct {
	river.WorkerDefaults[Args]
}

func (worker) Work(_ context.Context, job *river.Job[Args]) error {
	return jobs.Run(job.Args.Payload)
}

func main() {
	ctx := context.Background()
	pool, err := pgxpool.New(ctx, os.Getenv("POSTGRES_URL"))
	if err != nil {
		log.Fatal(err)
	}
	number, err := strconv.Atoi(os.Args[len(os.Args)-1])
	if err != nil {
		log.Fatal(err)
	}
	if os.Args[1] == "worker" {
		work(ctx, pool, number)
		return
	}
	submit(ctx, pool, jobs.Payloads(os.Args[2], number))
}

func work(ctx context.Context, pool *pgxpool.Pool, concurrency int) {
	migrator, err := rivermigrate.New(riverpgxv5.New(pool), nil)
	if err != nil {
		log.Fatal(err)
	}
	if _, err := migrator.Migrate(ctx, rivermigrate.DirectionUp, nil); err != nil {
		log.Fatal(err)
	}
	workers := river.NewWorkers()
	river.AddWorker(workers, worker{})
	client := open(pool, &river.Config{
		Queues:  map[string]river.QueueConfig{river.QueueDefault: {MaxWorkers: concurrency}},
		Workers: workers,
	})
	if err := client.Start(ctx); err != nil {
		log.Fatal(err)
	}
	jobs.AwaitStop()
}

func submit(ctx context.Context, pool *pgxpool.Pool, payloads []jobs.Payload) {
	client := open(pool, &river.Config{})
	if err := pool.Ping(ctx); err != nil {
		log.Fatal(err)
	}
	jobs.AwaitGo()
	for at := 0; at < len(payloads); at += batch {
		end := min(at+batch, len(payloads))
		params := make([]river.InsertManyParams, 0, batch)
		for _, payload := range payloads[at:end] {
			params = append(params, river.InsertManyParams{Args: Args{payload}})
		}
		if _, err := client.InsertManyFast(ctx, params); err != nil {
			log.Fatal(err)
		}
	}
	fmt.Println("submitted")
}

func open(pool *pgxpool.Pool, config *river.Config) *river.Client[pgx.Tx] {
	config.Logger = slog.New(slog.NewTextHandler(os.Stderr, &slog.HandlerOptions{Level: slog.LevelError}))
	client, err := river.NewClient(riverpgxv5.New(pool), config)
	if err != nil {
		log.Fatal(err)
	}
	return client
}
