package bulk

import (
	"time"

	"authserver/internal/event"
	"authserver/internal/fault"
)

// Faults of the room.
var (
	// ErrNotFound is for jobs that administrators name by id.
	ErrNotFound = fault.New(fault.NotFound, "job_not_found", "There is no such job.")
	// ErrOver says that a job has ended and cannot be cancelled.
	ErrOver = fault.New(fault.Conflict, "job_over", "The job has ended already.")
	// ErrBusy bounds how many jobs of a realm wait.
	ErrBusy = fault.New(fault.Conflict, "job_too_many", "Too many jobs of this realm are waiting. Try again when one has ended.")
)

// Most is how many people one job may have.
const Most = 10_000

const (
	// waitingMost is how many jobs of one realm may wait.
	waitingMost = 10
	// batch is how many rows are done in one transaction.
	batch = 100
	// leased is how long a worker that has died holds a job up.
	leased = time.Minute
	// Kept is how long a job that has ended can be read.
	Kept = 30 * 24 * time.Hour
)

// State is where a job is.
type State string

// The states.
const (
	Waiting   State = "waiting"
	Running   State = "running"
	Finished  State = "finished"
	Cancelled State = "cancelled"
)

// Kind is what a job does.
type Kind string

// ImportUsers makes accounts.
const ImportUsers Kind = "import_users"

// Job is work on many people.
type Job struct {
	ID, RealmID                   string
	Kind                          Kind
	State                         State
	Total, Done, Failed           int
	CreatedAt, StartedAt, EndedAt time.Time // zero: not yet

	actor event.Actor
	lease string
}

// Ref names the job in an event.
func (j *Job) Ref() event.Ref { return event.Ref{RealmID: j.RealmID, Kind: "job", ID: j.ID} }

// over reports whether the job has ended.
func (j *Job) over() bool { return j.State == Finished || j.State == Cancelled }

// Failure is a row that could not be done.
type Failure struct {
	// Position is its place in the job, from 1.
	Position int
	// Code, Field and Message are those of the fault.
	Code, Field, Message string
}
