-- room: identity/bulk
-- +goose Up
CREATE TABLE bulk_jobs ( -- work on many people that an administrator asked for
    id           TEXT   NOT NULL PRIMARY KEY,
    realm_id     TEXT   NOT NULL,
    kind         TEXT   NOT NULL,
    actor        TEXT   NOT NULL, -- JSON: in whose name it is done
    total        BIGINT NOT NULL,
    done         BIGINT NOT NULL DEFAULT 0,
    failed       BIGINT NOT NULL DEFAULT 0,
    state        TEXT   NOT NULL, -- waiting, running, finished, cancelled
    lease        TEXT   NOT NULL DEFAULT '', -- of the worker that has it
    leased_until BIGINT NOT NULL DEFAULT 0,
    created_at   BIGINT NOT NULL,
    started_at   BIGINT NOT NULL DEFAULT 0,
    ended_at     BIGINT NOT NULL DEFAULT 0
);
CREATE INDEX bulk_jobs_realm ON bulk_jobs (realm_id, id);
CREATE INDEX bulk_jobs_due ON bulk_jobs (leased_until) WHERE ended_at = 0;

CREATE TABLE bulk_rows ( -- one for each person; those that were done are deleted
    job_id   TEXT   NOT NULL REFERENCES bulk_jobs (id) ON DELETE CASCADE,
    realm_id TEXT   NOT NULL,
    position BIGINT NOT NULL, -- from 1
    body     TEXT   NOT NULL, -- sealed; '' once it has failed
    code     TEXT   NOT NULL DEFAULT '', -- of the fault; '' while it waits
    field    TEXT   NOT NULL DEFAULT '',
    message  TEXT   NOT NULL DEFAULT '',
    PRIMARY KEY (job_id, position)
);
