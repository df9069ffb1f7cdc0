package webhook

import (
	"context"
	"encoding/json"
	"net/http"
	"strconv"
	"strings"
	"time"

	"authserver/internal/database"
	"authserver/internal/fault"
	"authserver/internal/rest"
	"authserver/tenant/realm"
)

// mountDeliveries adds the log of deliveries, and what can be done about them.
func (s *Service) mountDeliveries(a *rest.API, op func(id, method, path, summary string, faults ...*fault.Fault) rest.Operation) {
	ping := op("pingWebhook", http.MethodPost, "/{webhook}/ping", "Send a delivery that tells of nothing", ErrDisabled)
	ping.Status = http.StatusAccepted
	ping.Description = "Its type is " + PingType + ". What came of it is in the log of deliveries."
	rest.Handle(a, ping, s.adminPing)
	list := op("listWebhookDeliveries", http.MethodGet, "/{webhook}/deliveries", "List deliveries, the newest first")
	list.Description = "The log remembers 30 days."
	rest.Handle(a, list, s.adminDeliveries)
	get := op("getWebhookDelivery", http.MethodGet, "/{webhook}/deliveries/{delivery}", "Read a delivery, with its body and attempts", ErrNotFound)
	get.Missing = ErrDeliveryNotFound
	rest.Handle(a, get, s.adminDelivery)
	replay := op("replayWebhookDelivery", http.MethodPost, "/{webhook}/deliveries/{delivery}/replay", "Send a delivery again", ErrNotFound, ErrPending, ErrDisabled)
	replay.Missing, replay.Status = ErrDeliveryNotFound, http.StatusAccepted
	replay.Description = "With the same id and body, so that a receiver that has it already drops it."
	rest.Handle(a, replay, s.adminReplay)
	some := op("replayWebhookDeliveries", http.MethodPost, "/{webhook}/replay", "Send the deliveries of a time again", ErrDisabled)
	some.Status = http.StatusAccepted
	some.Description = "At most 500 in one call; next_until says where to go on."
	rest.Handle(a, some, s.adminReplaySome)
}

// deliveryView is a line of the log.
type deliveryView struct {
	ID            string    `json:"id" format:"uuid" doc:"The webhook-id that the receiver sees."`
	EventID       string    `json:"event_id,omitempty" format:"uuid"`
	Type          string    `json:"type"`
	Status        string    `json:"status" enum:"pending,delivered,parked,cancelled"`
	Attempts      int       `json:"attempts" doc:"Since it was queued, or replayed."`
	Error         string    `json:"error,omitempty"`
	NextAttemptAt time.Time `json:"next_attempt_at,omitzero"`
	CreatedAt     time.Time `json:"created_at"`
	FinishedAt    time.Time `json:"finished_at,omitzero"`
}

func deliveryOf(d *Delivery) deliveryView {
	v := deliveryView{ID: d.ID, EventID: d.EventID, Type: d.EventType, Status: string(d.Status), Attempts: d.Attempts, Error: d.Error, CreatedAt: d.CreatedAt, FinishedAt: d.FinishedAt}
	if d.Status == Pending {
		v.NextAttemptAt = d.NextAttemptAt
	}
	return v
}

// attemptView is one call of the receiver.
type attemptView struct {
	Number     int       `json:"number"`
	At         time.Time `json:"at"`
	Duration   int64     `json:"duration_ms"`
	StatusCode int       `json:"status_code,omitempty" doc:"Absent if there was no answer."`
	Error      string    `json:"error,omitempty"`
	Excerpt    string    `json:"excerpt,omitempty" doc:"The beginning of the answer."`
}

type deliveryAnswer struct{ Body deliveryView }

type deliveryDetail struct {
	Body deliveryDetailView
}

type deliveryDetailView struct {
	Delivery deliveryView   `json:"delivery"`
	Body     map[string]any `json:"body" doc:"What is sent."`
	Attempts []attemptView  `json:"attempts"`
}

func (s *Service) adminPing(ctx context.Context, in *webhookID) (*deliveryAnswer, error) {
	if _, err := s.seen(ctx, in.ID); err != nil {
		return nil, err
	}
	d, err := s.Ping(ctx, realm.From(ctx).ID, in.ID)
	if err != nil {
		return nil, err
	}
	return &deliveryAnswer{deliveryOf(d)}, nil
}

type listDeliveries struct {
	ID string `path:"webhook" format:"uuid"`
	rest.Page
	Status string     `query:"status" enum:"pending,delivered,parked,cancelled"`
	Type   string     `query:"type" maxLength:"100"`
	Since  *time.Time `query:"since"`
	Until  *time.Time `query:"until"`
}

func (s *Service) adminDeliveries(ctx context.Context, in *listDeliveries) (*rest.List[deliveryView], error) {
	if _, err := s.seen(ctx, in.ID); err != nil {
		return nil, err
	}
	f := Filter{Status: Status(in.Status), EventType: in.Type, Limit: in.Limit + 1}
	if in.Since != nil {
		f.Since = *in.Since
	}
	if in.Until != nil {
		f.Until = *in.Until
	}
	micros, last, _ := strings.Cut(in.After(), " ")
	n, _ := strconv.ParseInt(micros, 10, 64)
	f.BeforeAt, f.BeforeID = database.Micros(n).Time(), last
	all, err := s.Deliveries(ctx, realm.From(ctx).ID, in.ID, f)
	if err != nil {
		return nil, err
	}
	next := ""
	if len(all) > in.Limit {
		all = all[:in.Limit]
		end := all[in.Limit-1]
		next = strconv.FormatInt(int64(database.At(end.CreatedAt)), 10) + " " + end.ID
	}
	views := make([]deliveryView, 0, len(all))
	for _, d := range all {
		views = append(views, deliveryOf(d))
	}
	return rest.ListOf(views, next), nil
}

type deliveryID struct {
	Webhook string `path:"webhook" format:"uuid"`
	ID      string `path:"delivery" format:"uuid"`
}

func (s *Service) adminDelivery(ctx context.Context, in *deliveryID) (*deliveryDetail, error) {
	if _, err := s.seen(ctx, in.Webhook); err != nil {
		return nil, err
	}
	d, attempts, err := s.Delivery(ctx, realm.From(ctx).ID, in.Webhook, in.ID)
	if err != nil {
		return nil, err
	}
	v := deliveryDetailView{Delivery: deliveryOf(d), Attempts: make([]attemptView, 0, len(attempts))}
	if err := json.Unmarshal([]byte(d.Body), &v.Body); err != nil {
		return nil, err
	}
	for _, a := range attempts {
		v.Attempts = append(v.Attempts, attemptView{a.Number, a.At, a.Duration.Milliseconds(), a.StatusCode, a.Error, a.Excerpt})
	}
	return &deliveryDetail{v}, nil
}

func (s *Service) adminReplay(ctx context.Context, in *deliveryID) (*deliveryAnswer, error) {
	if _, err := s.seen(ctx, in.Webhook); err != nil {
		return nil, err
	}
	d, err := s.Replay(ctx, realm.From(ctx).ID, in.Webhook, in.ID)
	if err != nil {
		return nil, err
	}
	return &deliveryAnswer{deliveryOf(d)}, nil
}

type replaySome struct {
	ID   string `path:"webhook" format:"uuid"`
	Body struct {
		Since  time.Time `json:"since" doc:"Deliveries from then on."`
		Until  time.Time `json:"until,omitzero" doc:"Deliveries before then; until now, if left out."`
		Status string    `json:"status,omitempty" enum:"delivered,parked,cancelled" doc:"All that do not wait, if left out."`
		Type   string    `json:"type,omitempty" maxLength:"100"`
	}
}

type replayedAnswer struct {
	Body struct {
		Replayed  int       `json:"replayed"`
		NextUntil time.Time `json:"next_until,omitzero" doc:"There may be more: call again with this as until."`
	}
}

func (s *Service) adminReplaySome(ctx context.Context, in *replaySome) (*replayedAnswer, error) {
	if _, err := s.seen(ctx, in.ID); err != nil {
		return nil, err
	}
	n, earlier, err := s.ReplayRange(ctx, realm.From(ctx).ID, in.ID, Filter{Status: Status(in.Body.Status), EventType: in.Body.Type, Since: in.Body.Since, Until: in.Body.Until})
	if err != nil {
		return nil, err
	}
	answer := &replayedAnswer{}
	answer.Body.Replayed, answer.Body.NextUntil = n, earlier
	return answer, nil
}
