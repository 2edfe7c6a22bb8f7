package worker

import (
	"errors"
	"fmt"
	"time"
)

// Why the context of an attempt ends: context.Cause tells which.
var (
	// ErrCancelled: somebody has cancelled the job.
	ErrCancelled = errors.New("cancelled")
	// ErrTimeout: the attempt's time is up.
	ErrTimeout = errors.New("timeout")
	// ErrLost: the lease has ended, and another worker has the job. Nothing is reported.
	ErrLost = errors.New("lost")
	// ErrShutdown: the worker's grace is over. The job is handed back, and no attempt is used up.
	ErrShutdown = errors.New("shutdown")
)

// FinalError says that the job can never succeed: no further attempt, straight to the dead letters.
type FinalError struct {
	// Code is stable, in kebab case: operators find dead letters by it.
	Code    string
	Message string
}

func (e *FinalError) Error() string { return e.Message }

// Final is a FinalError.
func Final(code, message string) error { return &FinalError{Code: code, Message: message} }

// RetryableError says that another attempt may succeed. So does every other error.
type RetryableError struct {
	Code    string
	Message string
	// After is how long to wait; the job's own backoff where it is nil.
	After *time.Duration
}

func (e *RetryableError) Error() string { return e.Message }

// Retry is a RetryableError that waits as long as the job's own backoff says.
func Retry(code, message string) error { return &RetryableError{Code: code, Message: message} }

// RetryAfter is a RetryableError that waits so long.
func RetryAfter(code, message string, after time.Duration) error {
	return &RetryableError{Code: code, Message: message, After: &after}
}

// APIError is what the gateway refused a call with (RFC 9457).
type APIError struct {
	Status int    `json:"status"`
	Code   string `json:"code"`
	Detail string `json:"detail"`
	// Errors tell what is wrong with which part of the request.
	Errors []struct {
		Pointer string `json:"pointer"`
		Detail  string `json:"detail"`
	} `json:"errors"`
}

func (e *APIError) Error() string {
	text := fmt.Sprintf("%d %s: %s", e.Status, e.Code, e.Detail)
	for _, one := range e.Errors {
		text += fmt.Sprintf("\n  %s %s", one.Pointer, one.Detail)
	}
	return text
}

func isLost(err error) bool {
	var refused *APIError
	return errors.As(err, &refused) && refused.Code == "lease-lost"
}
