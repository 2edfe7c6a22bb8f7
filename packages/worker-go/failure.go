package worker

import (
	"errors"
	"fmt"
	"regexp"
	"strings"
	"time"
)

const (
	longestMessage = 2000
	longestRetry   = 7 * 24 * time.Hour
)

var codePattern = regexp.MustCompile(`^[a-z][a-z0-9-]{0,63}$`)

// failure is what is told of an attempt that failed, in the words that the gateway takes: one that it refused would leave the
// job as of a worker that crashed.
type failure struct {
	Error        told   `json:"error"`
	Retryable    bool   `json:"retryable"`
	RetryAfterMs *int64 `json:"retryAfterMs,omitempty"`
}

type told struct {
	Code    string `json:"code,omitempty"`
	Message string `json:"message"`
}

func failureOf(err error) *failure {
	f := &failure{Error: told{Message: err.Error()}, Retryable: true}
	var final *FinalError
	var retryable *RetryableError
	if errors.As(err, &final) {
		f.Error.Code, f.Retryable = final.Code, false
	} else if errors.As(err, &retryable) {
		f.Error.Code = retryable.Code
		f.RetryAfterMs = milliseconds(retryable.After)
	}
	if f.Error.Code != "" && !codePattern.MatchString(f.Error.Code) {
		f.Error = told{Message: f.Error.Code + ": " + f.Error.Message}
	}
	if f.Error.Message == "" {
		f.Error.Message = fmt.Sprintf("%T", err)
	}
	f.Error.Message = strings.ToValidUTF8(f.Error.Message[:min(len(f.Error.Message), longestMessage)], "?")
	return f
}

func milliseconds(after *time.Duration) *int64 {
	if after == nil {
		return nil
	}
	ms := max(0, min(*after, longestRetry)).Milliseconds()
	return &ms
}
