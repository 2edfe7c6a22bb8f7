// asynq worker CONCURRENCY | asynq submit KIND COUNT
package main

import (
	"context"
	"encoding/json"
	"fmt"
	"log"
	"os"
	"strconv"
	"sync"

	"contenders/jobs"

	"github.com/hibiken/asynq"
)

// Callers of Enqueue at the same time: Asynq has no call for many.
const callers = 50

func main() {
	redis, err := asynq.ParseRedisURI(os.Getenv("REDIS_URL"))
	if err != nil {
		log.Fatal(err)
	}
	number, err := strconv.Atoi(os.Args[len(os.Args)-1])
	if err != nil {
		log.Fatal(err)
	}
	if os.Args[1] == "worker" {
		work(redis, number)
		return
	}
	submit(redis, jobs.Payloads(os.Args[2], number))
}

func work(redis asynq.RedisConnOpt, concurrency int) {
	server := asynq.NewServer(redis, asynq.Config{Concurrency: concurrency, LogLevel: asynq.ErrorLevel})
	handle := asynq.HandlerFunc(func(_ context.Context, task *asynq.Task) error {
		var payload jobs.Payload
		if err := json.Unmarshal(task.Payload(), &payload); err != nil {
			return err
		}
		return jobs.Run(payload)
	})
	if err := server.Start(handle); err != nil {
		log.Fatal(err)
	}
	jobs.AwaitStop()
}

func submit(redis asynq.RedisConnOpt, payloads []jobs.Payload) {
	client := asynq.NewClient(redis)
	if err := client.Ping(); err != nil {
		log.Fatal(err)
	}
	next := make(chan jobs.Payload)
	var all sync.WaitGroup
	for range callers {
		all.Go(func() {
			for payload := range next {
				enqueue(client, payload)
			}
		})
	}
	jobs.AwaitGo()
	for _, payload := range payloads {
		next <- payload
	}
	close(next)
	all.Wait()
	fmt.Println("submitted")
}

func enqueue(client *asynq.Client, payload jobs.Payload) {
	text, err := json.Marshal(payload)
	if err != nil {
		log.Fatal(err)
	}
	if _, err := client.Enqueue(asynq.NewTask("job", text)); err != nil {
		log.Fatal(err)
	}
}
