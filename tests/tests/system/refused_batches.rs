//! Stages out of order, signatures that are not enough, and a batch that was changed in the store.

use super::bench::{Bench, START};
use super::state::{change, execute};
use guerdon_tests::sandbox::{SETTLE_DELAY, WEEK, secret};

#[tokio::test(flavor = "multi_thread")]
async fn a_batch_goes_out_only_whole_signed_and_in_time() {
    let bench = Bench::start().await;
    bench.link_early().await;
    stages_out_of_order(&bench).await;
    signatures_short_of_the_quorum(&bench).await;
    a_changed_batch(&bench).await;
    damaged_evidence(&bench).await;
    two_at_once_post_once(&bench).await;
}

async fn stages_out_of_order(bench: &Bench) {
    let due = (START + WEEK + SETTLE_DELAY).to_string();
    bench.refuses(&["score", "--epoch", "1"], &["epoch 1", &due, "chain is at"]).await;
    bench.refuses(&["batch", "--epoch", "1"], &["epoch 1", &due]).await;
    bench.settle(1).await;
    bench.refuses(&["score", "--epoch", "1"], &["guerdon fetch"]).await;
    bench.world().set_clock((START + 2 * WEEK).cast_signed());
    bench.ok(&["fetch"]).await;
    bench.refuses(&["sign", "--epoch", "1"], &["epoch 1", "guerdon batch --epoch 1"]).await;
    bench.refuses(&["submit", "--epoch", "1"], &["epoch 1", "guerdon batch --epoch 1"]).await;
    bench.refuses(&["score", "--epoch", "2"], &["epoch 2", "chain is at"]).await;
    bench.settle(2).await;
    bench.refuses(&["score", "--epoch", "1000000"], &["epoch 1000000"]).await;
    bench.refuses(&["score", "--epoch", "18446744073709551615"], &["epoch 18446744073709551615"]).await;
    bench.ok(&["score", "--epoch", "1"]).await;
    // Fetched before the second epoch's cutoff: what came after would be missing.
    bench.refuses(&["score", "--epoch", "2"], &["epoch 2", "guerdon fetch"]).await;
    bench.ok(&["batch", "--epoch", "1"]).await;
}

async fn signatures_short_of_the_quorum(bench: &Bench) {
    let submit = ["submit", "--epoch", "1"];
    let sign = ["sign", "--epoch", "1"];
    bench.refuses(&submit, &["0 of 2", "signatures"]).await;

    bench.write("keys/stranger", secret(9).unwrap());
    let stranger = bench.with_keys("stranger.toml", &["stranger"]);
    let address = guerdon_tests::anvil::key(9).unwrap().address().to_string();
    bench.refuses_with(&stranger, &sign, &[&address, "oracle set 1", "oracle.keys"]).await;
    let none = bench.with_keys("none.toml", &[]);
    bench.refuses_with(&none, &sign, &["oracle.keys"]).await;
    bench.write("keys/broken", "0x1234");
    let broken = bench.with_keys("broken.toml", &["broken"]);
    bench.refuses_with(&broken, &sign, &["keys/broken", "private key"]).await;

    let one = bench.with_keys("one.toml", &["oracle-2"]);
    let said = bench.ok_with(&one, &sign).await;
    assert!(said.contains("1 of 2"), "{said}");
    bench.refuses_with(&one, &submit, &["1 of 2", "another oracle"]).await;
    // The same key twice is one oracle.
    let twice = bench.with_keys("twice.toml", &["oracle-2", "oracle-2"]);
    bench.ok_with(&twice, &sign).await;
    bench.refuses_with(&twice, &submit, &["1 of 2"]).await;

    let database = bench.path("guerdon.toml.db");
    bench.ok_with(&bench.with_keys("two.toml", &["oracle-3"]), &sign).await;
    change(&database, "UPDATE signatures SET signature = zeroblob(65) WHERE rowid = 2").await;
    bench.refuses(&submit, &["signature"]).await;
    change(&database, "DELETE FROM signatures WHERE rowid = 2").await;
    bench.ok(&sign).await;
}

/// Somebody with access to the database gives one entry one unit more, or another total.
async fn a_changed_batch(bench: &Bench) {
    let database = bench.path("guerdon.toml.db");
    let submit = ["submit", "--epoch", "1"];
    execute(&database, "CREATE TABLE kept AS SELECT * FROM batches").await;
    for (wrong, words) in [
        // The last byte of the first entry's units.
        (
            "UPDATE batches SET entries = \
             CAST(substr(entries, 1, 13) || x'01' || substr(entries, 15) AS BLOB) WHERE epoch = 1",
            ["epoch 1", "entries do not match the header"].as_slice(),
        ),
        ("UPDATE batches SET entries = substr(entries, 15) WHERE epoch = 1", &["entries do not match the header"]),
        ("UPDATE batches SET entries = substr(entries, 2) WHERE epoch = 1", &["14 bytes"]),
        (
            "UPDATE batches SET header = replace(header, '\"total\":', '\"total\":1') WHERE epoch = 1",
            &["entries do not match the header"],
        ),
        ("UPDATE batches SET header = 'nothing' WHERE epoch = 1", &["batch"]),
        // Another time to be posted in: the entries match, but nobody signed that.
        (
            "UPDATE batches SET header = replace(header, '\"post_before\":1', '\"post_before\":2') WHERE epoch = 1",
            &["signature"],
        ),
    ] {
        change(&database, wrong).await;
        bench.refuses(&submit, words).await;
        change(&database, "UPDATE batches SET (header, entries) = (SELECT header, entries FROM kept) WHERE epoch = 1")
            .await;
    }
}

/// The evidence that the batch came from is not what its name says any more.
async fn damaged_evidence(bench: &Bench) {
    let database = bench.path("guerdon.toml.db");
    execute(&database, "CREATE TABLE kept_evidence AS SELECT * FROM evidence").await;
    // Cut off, and exchanged for another file that zstd can read: an empty one.
    for wrong in
        ["UPDATE evidence SET bytes = substr(bytes, 1, 100)", "UPDATE evidence SET bytes = x'28b52ffd2000010000'"]
    {
        change(&database, wrong).await;
        bench.refuses(&["score", "--epoch", "1"], &["evidence", "backup"]).await;
        change(&database, "UPDATE evidence SET bytes = (SELECT bytes FROM kept_evidence)").await;
    }
}

/// What was mended goes through, and once only, even when two submit it in the same moment.
async fn two_at_once_post_once(bench: &Bench) {
    let submit = || bench.output(bench.command("guerdon.toml", &["submit", "--epoch", "1", "--json"]));
    for (step, key) in [("window", "until"), ("settled", "step")] {
        let (one, two) = tokio::join!(submit(), submit());
        for output in [&one, &two] {
            assert!(output.code == 0 || output.stderr.contains("error: "), "{output:?}");
        }
        assert!(one.code == 0 || two.code == 0, "{one:?} {two:?}");
        let again = bench.json(&["submit", "--epoch", "1"]).await;
        assert_eq!(again["step"], step);
        if key == "until" {
            bench.warp(again[key].as_u64().unwrap()).await;
        }
    }
    let status = bench.json(&["status"]).await;
    assert_eq!((&status[0]["credited"], &status[0]["round"]), (&status[0]["total"], &2.into()));
}
