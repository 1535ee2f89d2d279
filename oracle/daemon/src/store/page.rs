//! Writing a page: what is new in it, in a statement or two for each table, however many rows it has.

use super::accounts::Account;
use super::many::{rows_at_once, statement};
use super::records::{RecordKind, Row, Saved};
use super::write::Exclusive;
use super::{DatabaseKind, Result, StoreError, at, big, get};
use guerdon_core::evidence;
use std::collections::{BTreeMap, BTreeSet};

/// What names an object in its repository.
type Key = (RecordKind, i64, i64);

/// An object's last version: in the database, and then on this page.
#[derive(Debug)]
struct Latest<'a> {
    version: i64,
    hash: String,
    updated: i64,
    node: Option<&'a str>,
}

/// What a page adds.
#[derive(Debug, Default)]
struct Additions<'a> {
    records: Vec<(Key, i64, String, &'a str)>,
    latest: BTreeSet<Key>,
    moments: BTreeSet<(RecordKind, i64, i64)>,
    merges: BTreeMap<&'a str, i64>,
    opened: BTreeMap<i64, (i64, i64, Option<i64>)>,
    saved: Saved,
}

/// A transaction and what the database is.
pub(super) struct Writing<'t> {
    pub(super) tx: &'t mut Exclusive,
    pub(super) kind: DatabaseKind,
    pub(super) repository: i64,
}

impl Writing<'_> {
    /// Moments of earlier versions stay: an epoch can be read as it was.
    pub(super) async fn rows(&mut self, rows: &[Row], seen: u64) -> Result<Saved> {
        let seen = big("the time", seen)?;
        let keys = rows.iter().map(key_of).collect::<Result<Vec<Key>>>()?;
        let mut known = self.known(&keys).await?;
        let mut added = Additions::default();
        for (row, key) in rows.iter().zip(keys) {
            added.take(row, key, &mut known)?;
        }
        self.write(&added, &known, seen).await?;
        Ok(added.saved)
    }

    async fn known<'a>(&mut self, keys: &[Key]) -> Result<BTreeMap<Key, Latest<'a>>> {
        let mut known = BTreeMap::new();
        for chunk in keys.chunks(rows_at_once(4)) {
            let mut select = statement(
                self.kind,
                "WITH wanted (repository_id, kind, number, sub) AS (VALUES",
                (4, chunk.len()),
                ") SELECT l.kind, l.number, l.sub, l.version, l.hash, l.updated
                   FROM wanted w JOIN records_latest l ON l.repository_id = w.repository_id AND l.kind = w.kind
                    AND l.number = w.number AND l.sub = w.sub",
            );
            for (kind, thread, sub) in chunk {
                select = select.bind(self.repository).bind(kind.name()).bind(*thread).bind(*sub);
            }
            let found = select.fetch_all(&mut **self.tx).await.map_err(at("reading records' versions"))?;
            for row in &found {
                let name: String = get(row, "kind")?;
                let kind =
                    RecordKind::named(&name).ok_or(StoreError::Corrupt { what: "kind of record", value: name })?;
                let latest = Latest {
                    version: get(row, "version")?,
                    hash: get(row, "hash")?,
                    updated: get(row, "updated")?,
                    node: None,
                };
                known.insert((kind, get(row, "number")?, get(row, "sub")?), latest);
            }
        }
        Ok(known)
    }

    async fn write(&mut self, added: &Additions<'_>, known: &BTreeMap<Key, Latest<'_>>, seen: i64) -> Result<()> {
        let repository = self.repository;
        for chunk in added.records.chunks(rows_at_once(8)) {
            let before = "INSERT INTO records (repository_id, kind, number, sub, version, hash, body, seen) VALUES";
            let mut insert = statement(self.kind, before, (8, chunk.len()), "");
            for ((kind, thread, sub), version, hash, body) in chunk {
                insert = insert.bind(repository).bind(kind.name()).bind(*thread).bind(*sub);
                insert = insert.bind(*version).bind(hash.as_str()).bind(*body).bind(seen);
            }
            insert.execute(&mut **self.tx).await.map_err(at("writing records"))?;
        }
        let latest: Vec<_> = added.latest.iter().filter_map(|key| Some((key, known.get(key)?))).collect();
        for chunk in latest.chunks(rows_at_once(8)) {
            let mut insert = statement(
                self.kind,
                "INSERT INTO records_latest (repository_id, kind, number, sub, version, hash, node, updated) VALUES",
                (8, chunk.len()),
                "ON CONFLICT (repository_id, kind, number, sub)
                 DO UPDATE SET version = excluded.version, hash = excluded.hash, updated = excluded.updated,
                               node = COALESCE(excluded.node, records_latest.node)",
            );
            for ((kind, thread, sub), latest) in chunk {
                insert = insert.bind(repository).bind(kind.name()).bind(*thread).bind(*sub);
                insert = insert.bind(latest.version).bind(latest.hash.as_str()).bind(latest.node).bind(latest.updated);
            }
            insert.execute(&mut **self.tx).await.map_err(at("writing records' versions"))?;
        }
        self.write_marks(added).await
    }

    async fn write_marks(&mut self, added: &Additions<'_>) -> Result<()> {
        let repository = self.repository;
        let moments: Vec<_> = added.moments.iter().collect();
        for chunk in moments.chunks(rows_at_once(4)) {
            let before = "INSERT INTO moments (repository_id, kind, at, number) VALUES";
            let after = "ON CONFLICT (repository_id, kind, at, number) DO NOTHING";
            let mut insert = statement(self.kind, before, (4, chunk.len()), after);
            for (kind, moment, thread) in chunk {
                insert = insert.bind(repository).bind(kind.name()).bind(*moment).bind(*thread);
            }
            insert.execute(&mut **self.tx).await.map_err(at("writing moments"))?;
        }
        let merges: Vec<_> = added.merges.iter().collect();
        for chunk in merges.chunks(rows_at_once(3)) {
            let before = "INSERT INTO merges (repository_id, oid, number) VALUES";
            let after = "ON CONFLICT (repository_id, oid) DO UPDATE SET number = excluded.number";
            let mut insert = statement(self.kind, before, (3, chunk.len()), after);
            for (oid, thread) in chunk {
                insert = insert.bind(repository).bind(**oid).bind(**thread);
            }
            insert.execute(&mut **self.tx).await.map_err(at("writing merge commits"))?;
        }
        let opened: Vec<_> = added.opened.iter().collect();
        for chunk in opened.chunks(rows_at_once(5)) {
            let before = "INSERT INTO opened (repository_id, number, author_id, created, ended) VALUES";
            let after = "ON CONFLICT (repository_id, number)
                 DO UPDATE SET author_id = excluded.author_id, created = excluded.created, ended = excluded.ended";
            let mut insert = statement(self.kind, before, (5, chunk.len()), after);
            for (thread, (author, created, ended)) in chunk {
                insert = insert.bind(repository).bind(**thread).bind(*author).bind(*created).bind(*ended);
            }
            insert.execute(&mut **self.tx).await.map_err(at("writing open times"))?;
        }
        Ok(())
    }

    /// `listed` tells whether a login is on the configured list of bots. Of an account that stands twice the
    /// last counts.
    pub(super) async fn accounts(&mut self, accounts: &[Account], listed: impl Fn(&str) -> bool) -> Result<()> {
        let by_id: BTreeMap<u64, &Account> = accounts.iter().map(|account| (account.id, account)).collect();
        let accounts: Vec<&Account> = by_id.into_values().collect();
        for chunk in accounts.chunks(rows_at_once(4)) {
            let before = "INSERT INTO accounts (id, login, bot, listed) VALUES";
            let after = "ON CONFLICT (id) DO UPDATE SET login = excluded.login, bot = excluded.bot, \
                         listed = excluded.listed";
            let mut insert = statement(self.kind, before, (4, chunk.len()), after);
            for account in chunk {
                insert = insert.bind(big("the account id", account.id)?).bind(account.login.as_str());
                insert = insert.bind(i64::from(account.bot)).bind(i64::from(listed(&account.login)));
            }
            insert.execute(&mut **self.tx).await.map_err(at("writing accounts"))?;
        }
        Ok(())
    }
}

impl<'a> Additions<'a> {
    /// What a row changes. `known` follows, so that an object may stand on a page twice.
    fn take(&mut self, row: &'a Row, key: Key, known: &mut BTreeMap<Key, Latest<'a>>) -> Result<()> {
        let hash = evidence::hash(row.body.as_bytes()).to_string();
        let updated = big("the time of the change", row.updated)?;
        let node = row.node.as_deref();
        let version = match known.get_mut(&key) {
            Some(latest) if latest.hash == hash => {
                if latest.updated != updated {
                    latest.updated = updated;
                    latest.node = node.or(latest.node);
                    self.latest.insert(key);
                }
                self.saved.same += 1;
                return Ok(());
            }
            Some(latest) => latest.version + 1,
            // It was never there.
            None if row.body.is_empty() => return Ok(()),
            None => 1,
        };
        if version == 1 {
            self.saved.new += 1;
        } else {
            self.saved.changed += 1;
        }
        let before = known.get(&key).and_then(|latest| latest.node);
        known.insert(key, Latest { version, hash: hash.clone(), updated, node: node.or(before) });
        self.latest.insert(key);
        self.records.push((key, version, hash, &row.body));
        self.mark(row, key)
    }

    fn mark(&mut self, row: &'a Row, (kind, thread, _): Key) -> Result<()> {
        for moment in &row.marks.moments {
            self.moments.insert((kind, big("a moment", *moment)?, thread));
        }
        if let Some(commit) = &row.marks.commit {
            self.merges.insert(commit, thread);
        }
        if let Some(opened) = &row.marks.opened {
            let ended = opened.ended.map(|ended| big("the time", ended)).transpose()?;
            self.opened.insert(thread, (big("the author", opened.author)?, big("the time", opened.created)?, ended));
        }
        Ok(())
    }
}

fn key_of(row: &Row) -> Result<Key> {
    Ok((row.kind, big("the number", row.number)?, big("the id", row.sub)?))
}
