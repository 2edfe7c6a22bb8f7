// Renders reports: `go run ./examples/render` beside `npm start`, with its key in DTS_API_KEY.
package main

import (
	"context"
	"fmt"
	"log"
	"os"
	"os/signal"
	"strings"
	"syscall"

	worker "distributed-task-scheduler/worker"
)

type report struct {
	Title   string   `json:"title"`
	Columns []string `json:"columns"`
	Rows    [][]any  `json:"rows"`
}

type document struct {
	Document string `json:"document"`
	Rows     int    `json:"rows"`
}

func main() {
	w := worker.New(worker.Config{URL: "http://127.0.0.1:3000", APIKey: os.Getenv("DTS_API_KEY")})
	worker.Handle(w, "report.render", func(_ context.Context, job *worker.Job[report]) (document, error) {
		lines := []string{job.Payload.Title, strings.Join(job.Payload.Columns, ", ")}
		for _, row := range job.Payload.Rows {
			lines = append(lines, strings.Trim(fmt.Sprint(row...), "[]"))
		}
		return document{strings.Join(lines, "\n"), len(job.Payload.Rows)}, nil
	})
	ctx, stop := signal.NotifyContext(context.Background(), syscall.SIGTERM, syscall.SIGINT)
	defer stop()
	if err := w.Run(ctx); err != nil {
		log.Fatal(err)
	}
}
