package worker

import (
	"errors"
	"fmt"
	"log/slog"
	"os"
	"regexp"
	"time"
)

const mostSlots = 10_000

var (
	idPattern = regexp.MustCompile(`^[A-Za-z0-9_.:-]{1,96}$`)
	unsafe    = regexp.MustCompile(`[^A-Za-z0-9_.-]`)
)

// Config of a worker. URL and APIKey are needed; the key needs the scope workers:lease.
type Config struct {
	URL    string
	APIKey string
	// Queues to lease from; "external" unless given.
	Queues []string
	// Slots: jobs at once; 16 unless given.
	Slots int
	// Grace for which what runs may run on when the worker is to end; then it is handed back. 30 seconds unless given.
	Grace time.Duration
	// ID of this process and no other; made of host and process unless given.
	ID string
	// Log gets what goes wrong; slog's default unless given.
	Log *slog.Logger
}

func (c Config) withDefaults() Config {
	if len(c.Queues) == 0 {
		c.Queues = []string{"external"}
	}
	if c.Slots == 0 {
		c.Slots = 16
	}
	if c.Grace == 0 {
		c.Grace = 30 * time.Second
	}
	if c.ID == "" {
		c.ID = fmt.Sprintf("%s:%d:%s", host(), os.Getpid(), newKey()[:6])
	}
	if c.Log == nil {
		c.Log = slog.Default()
	}
	return c
}

// check what no gateway would take.
func (c Config) check() error {
	var wrong []error
	if c.Slots < 1 || c.Slots > mostSlots {
		wrong = append(wrong, fmt.Errorf("worker: Slots: 1 to %d, not %d", mostSlots, c.Slots))
	}
	if c.Grace < 0 {
		wrong = append(wrong, fmt.Errorf("worker: Grace: not %v", c.Grace))
	}
	if !idPattern.MatchString(c.ID) {
		wrong = append(wrong, fmt.Errorf("worker: ID: letters, digits and . _ : - only, at most 96, not %q", c.ID))
	}
	return errors.Join(wrong...)
}

// host as ids and the registry of workers take it.
func host() string {
	name, err := os.Hostname()
	if err != nil || name == "" {
		return "unknown"
	}
	name = unsafe.ReplaceAllString(name, "-")
	return name[:min(len(name), 64)]
}
