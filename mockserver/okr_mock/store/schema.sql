-- What worlds remember. A world that begins anew gets another life; what belongs to a life goes with it.
CREATE TABLE meta (version INTEGER NOT NULL, lives INTEGER NOT NULL);
INSERT INTO meta VALUES (0, 0);
CREATE TABLE world (
  name TEXT PRIMARY KEY, life INTEGER NOT NULL UNIQUE, used REAL NOT NULL,
  n INTEGER NOT NULL, generation INTEGER NOT NULL,
  shift INTEGER NOT NULL, frozen INTEGER,
  records INTEGER NOT NULL, images INTEGER NOT NULL, size INTEGER NOT NULL,
  kept INTEGER NOT NULL, kept_bytes INTEGER NOT NULL, evicted INTEGER NOT NULL);
-- Starts of worlds' own; NULL where one was taken away. Processes ask for what is newer than what they know.
CREATE TABLE own (world TEXT PRIMARY KEY, start BLOB, version INTEGER NOT NULL);
CREATE INDEX own_version ON own (version);
-- Rows keep the order of their last change; value is NULL for what was removed from the fixture's part.
CREATE TABLE entity (id INTEGER PRIMARY KEY, life INTEGER NOT NULL, family TEXT NOT NULL, name TEXT NOT NULL, value BLOB);
CREATE UNIQUE INDEX entity_key ON entity (life, family, name);
-- A snapshot's entities have the negative of their world's life.
CREATE TABLE snapshot (
  life INTEGER PRIMARY KEY, shift INTEGER NOT NULL, frozen INTEGER,
  records INTEGER NOT NULL, images INTEGER NOT NULL, size INTEGER NOT NULL);
CREATE TABLE step (life INTEGER, scenario TEXT, step TEXT, seen INTEGER NOT NULL, fired INTEGER NOT NULL,
  PRIMARY KEY (life, scenario, step)) WITHOUT ROWID;
CREATE TABLE state (life INTEGER, scenario TEXT, state TEXT NOT NULL, PRIMARY KEY (life, scenario)) WITHOUT ROWID;
CREATE TABLE meter (life INTEGER, app TEXT, operation TEXT, times BLOB NOT NULL,
  PRIMARY KEY (life, app, operation)) WITHOUT ROWID;
-- Steps that fired in worlds that are no more.
CREATE TABLE fired (scenario TEXT, step TEXT, PRIMARY KEY (scenario, step)) WITHOUT ROWID;
CREATE TABLE exchange (
  id INTEGER PRIMARY KEY AUTOINCREMENT, life INTEGER NOT NULL, n INTEGER NOT NULL, operation TEXT NOT NULL,
  code INTEGER, status INTEGER, size INTEGER NOT NULL, head BLOB NOT NULL, rest BLOB NOT NULL);
CREATE INDEX exchange_life ON exchange (life, id);
