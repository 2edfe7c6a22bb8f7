// Package jobs is what the jobs of the Go contenders do, and how they are told to begin.
package jobs

import (
	"bufio"
	"fmt"
	"io"
	"log"
	"net/http"
	"os"
	"os/signal"
	"strings"
	"syscall"
)

// Payload has some 200 bytes as JSON.
type Payload struct {
	Kind   string `json:"kind"`
	Number int    `json:"number"`
	URL    string `json:"url"`
	Text   string `json:"text"`
}

var tally = openTally()

var client = &http.Client{Transport: &http.Transport{MaxIdleConns: 1000, MaxIdleConnsPerHost: 1000}}

func openTally() *os.File {
	file, err := os.OpenFile(os.Getenv("TALLY"), os.O_APPEND|os.O_WRONLY, 0)
	if err != nil {
		log.Fatal(err)
	}
	return file
}

// Run leaves the mark of a job that does nothing; one that calls leaves it with the receiver.
func Run(payload Payload) error {
	if payload.Kind == "noop" {
		_, err := fmt.Fprintf(tally, "%07d\n", payload.Number)
		return err
	}
	answer, err := client.Post(payload.URL, "text/plain", strings.NewReader(payload.Text))
	if err != nil {
		return err
	}
	defer answer.Body.Close()
	if _, err := io.Copy(io.Discard, answer.Body); err != nil {
		return err
	}
	if answer.StatusCode != http.StatusOK {
		return fmt.Errorf("%s", answer.Status)
	}
	return nil
}

// Payloads makes those of a kind.
func Payloads(kind string, count int) []Payload {
	payloads := make([]Payload, count)
	for number := range payloads {
		url := fmt.Sprintf("%s/jobs/%d", os.Getenv("RECEIVER_URL"), number)
		payloads[number] = Payload{Kind: kind, Number: number, URL: url, Text: strings.Repeat("x", 120)}
	}
	return payloads
}

// AwaitGo returns once the line has come with which the measurement begins. Connect before.
func AwaitGo() {
	fmt.Println("ready")
	lines := bufio.NewScanner(os.Stdin)
	for lines.Scan() {
		if lines.Text() == "go" {
			return
		}
	}
	os.Exit(1)
}

// AwaitStop says that the worker is ready, and returns when it has to end.
func AwaitStop() {
	stop := make(chan os.Signal, 1)
	signal.Notify(stop, syscall.SIGTERM)
	fmt.Println("ready")
	<-stop
}
