//! The section `[witness]`: what is refused, and what `config show` shows.

use super::bench::{Bench, Draft, KEY};

#[tokio::test(flavor = "multi_thread")]
async fn wrong_settings_are_refused_by_name_and_the_key_is_masked() {
    let bench = Bench::start(&[Draft::titled("one")]).await;
    let good = "http://127.0.0.1:9/v1";
    for (endpoint, section, words) in [
        ("ftp://127.0.0.1/v1", "", vec!["witness.endpoint", "http"]),
        ("http://llm.example.org/v1", "", vec!["witness.endpoint", "plain http", "witness.key"]),
        ("https://me:word@llm.example.org/v1", "", vec!["witness.endpoint", "witness.key"]),
        ("https://llm.example.org/v1?key=word", "", vec!["witness.endpoint", "witness.key"]),
        (good, "samples = 0", vec!["witness.samples", "is 0"]),
        (good, "samples = 10", vec!["witness.samples", "is 10"]),
        (good, "spread = 1001", vec!["witness.spread", "1001"]),
        (good, "timeout = 0", vec!["witness.timeout"]),
        (good, "patience = 0", vec!["witness.patience"]),
        (good, "monthly_tokens = 9999999999999", vec!["witness.monthly_tokens"]),
        (good, "concurrency = 0", vec!["witness.concurrency"]),
        (good, "answer_tokens = 1", vec!["witness.answer_tokens"]),
        (good, "answer_limit = \"words\"", vec!["line", "max_tokens"]),
        (good, "temperature = 1", vec!["line", "temperature"]),
    ] {
        bench.configure("wrong.toml", endpoint, section);
        let output = bench.run("wrong.toml", &["config", "show"]).await;
        assert_eq!(output.code, 1, "{endpoint} {section}");
        assert!(words.iter().all(|word| output.stderr.contains(word)), "{words:?}: {}", output.stderr);
        assert!(!output.stderr.contains("word@") && !output.stderr.contains("key=word"), "{}", output.stderr);
    }
    bench.configure("right.toml", good, "samples = 5");
    let shown = bench.ok("right.toml", &["config", "show"]).await.stdout;
    assert!(shown.contains("llm.key\"  # masked") && shown.contains("witness.samples"), "{shown}");
    assert!(!shown.contains(KEY));
    bench.configure("off.toml", "", "");
    assert!(bench.ok("off.toml", &["config", "show"]).await.stdout.contains("off: there is no section [witness]"));

    let doctor = bench.run("right.toml", &["doctor"]).await.stdout;
    assert!(doctor.contains("ok     witness: sample-model is asked, for at most 5000000 tokens a month"), "{doctor}");

    // A key that is not there is an error of the operator's, not a neutral answer.
    std::fs::remove_file(bench.sandbox.folder.join("llm.key")).unwrap();
    bench.ok("right.toml", &["fetch"]).await;
    let output = bench.run("right.toml", &["score", "--epoch", "1"]).await;
    assert!(output.code == 1 && output.stderr.contains("llm.key"), "{}", output.stderr);
}
