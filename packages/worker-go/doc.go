// Package worker runs jobs of the Distributed Task Scheduler in Go, and submits them.
//
// A worker leases jobs from a gateway over HTTP. Jobs run at least once: pass Job.IdempotencyKey on to what must happen
// only once.
package worker
