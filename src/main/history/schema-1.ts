/** Version 1 of the schema. Times are milliseconds since 1970; lists and records are JSON. */
export const VERSION_1 = `
CREATE TABLE runs (
  number INTEGER PRIMARY KEY AUTOINCREMENT,
  id TEXT NOT NULL UNIQUE,
  lab TEXT NOT NULL,
  state TEXT NOT NULL
    CHECK (state IN ('queued', 'running', 'paused', 'completed', 'failed', 'stopped', 'interrupted')),
  created_at INTEGER NOT NULL,
  ended_at INTEGER,
  deleted_at INTEGER,
  pinned INTEGER NOT NULL DEFAULT 0,
  -- The process that computes; the one that asked for it, and which time it had the file open; its last sign of life.
  pid INTEGER,
  owner_pid INTEGER,
  owner_session TEXT,
  heartbeat_at INTEGER NOT NULL,
  seed INTEGER NOT NULL,
  device TEXT NOT NULL,
  plan TEXT NOT NULL,
  threads INTEGER NOT NULL,
  seconds REAL NOT NULL DEFAULT 0,
  step INTEGER NOT NULL DEFAULT 0,
  steps INTEGER NOT NULL DEFAULT 0,
  epoch INTEGER NOT NULL DEFAULT 0,
  epochs INTEGER NOT NULL DEFAULT 0,
  examples_per_second REAL,
  peak_rss_bytes INTEGER,
  weights_sha256 TEXT,
  checkpoint_step INTEGER,
  -- From the metrics, to sort by; NULL where there is no number.
  loss REAL,
  best REAL,
  name TEXT,
  reason TEXT,
  data_set TEXT,
  data_set_sha256 TEXT,
  gradient_lab TEXT NOT NULL,
  tensorflow TEXT NOT NULL,
  config TEXT NOT NULL,
  metrics TEXT NOT NULL,
  tags TEXT NOT NULL DEFAULT '[]',
  -- Steps at which the run went on after an interruption.
  resumed_at TEXT NOT NULL DEFAULT '[]',
  -- What a search looks through, in lower case.
  search TEXT NOT NULL,
  note TEXT NOT NULL DEFAULT ''
) STRICT;
CREATE INDEX runs_active ON runs (state) WHERE state IN ('queued', 'running', 'paused');
CREATE INDEX runs_deleted ON runs (deleted_at) WHERE deleted_at IS NOT NULL;

CREATE TABLE series (
  id INTEGER PRIMARY KEY,
  run INTEGER NOT NULL REFERENCES runs ON DELETE CASCADE,
  name TEXT NOT NULL,
  UNIQUE (run, name)
) STRICT;

-- One row a point. A value of NULL is NaN.
CREATE TABLE metrics (
  series INTEGER NOT NULL REFERENCES series ON DELETE CASCADE,
  step INTEGER NOT NULL,
  value REAL,
  time INTEGER NOT NULL,
  PRIMARY KEY (series, step)
) STRICT, WITHOUT ROWID;

-- The first step of each epoch.
CREATE TABLE epochs (
  run INTEGER NOT NULL REFERENCES runs ON DELETE CASCADE,
  epoch INTEGER NOT NULL,
  step INTEGER NOT NULL,
  PRIMARY KEY (run, epoch)
) STRICT, WITHOUT ROWID;

CREATE TABLE checkpoints (
  run INTEGER NOT NULL REFERENCES runs ON DELETE CASCADE,
  step INTEGER NOT NULL,
  path TEXT NOT NULL,
  bytes INTEGER NOT NULL,
  created_at INTEGER NOT NULL,
  PRIMARY KEY (run, step)
) STRICT, WITHOUT ROWID;

CREATE TABLE histograms (
  id INTEGER PRIMARY KEY,
  run INTEGER NOT NULL REFERENCES runs ON DELETE CASCADE,
  tensor TEXT NOT NULL,
  kind TEXT NOT NULL CHECK (kind IN ('weights', 'gradients')),
  step INTEGER NOT NULL,
  shape TEXT NOT NULL,
  min REAL,
  max REAL,
  mean REAL,
  deviation REAL,
  zeros INTEGER NOT NULL,
  not_finite INTEGER NOT NULL,
  -- 32-bit integers, little-endian, one a bin.
  counts BLOB NOT NULL,
  UNIQUE (run, tensor, kind, step)
) STRICT;

CREATE TABLE artifacts (
  run INTEGER NOT NULL REFERENCES runs ON DELETE CASCADE,
  name TEXT NOT NULL,
  path TEXT NOT NULL,
  bytes INTEGER NOT NULL,
  created_at INTEGER NOT NULL,
  PRIMARY KEY (run, name)
) STRICT, WITHOUT ROWID;

CREATE TABLE insights (
  id INTEGER PRIMARY KEY,
  run INTEGER NOT NULL REFERENCES runs ON DELETE CASCADE,
  step INTEGER NOT NULL,
  cause TEXT NOT NULL,
  evidence TEXT NOT NULL,
  fix TEXT NOT NULL,
  created_at INTEGER NOT NULL
) STRICT;
CREATE INDEX insights_run ON insights (run);

CREATE TABLE settings (
  name TEXT PRIMARY KEY,
  value TEXT NOT NULL
) STRICT, WITHOUT ROWID;
`;
