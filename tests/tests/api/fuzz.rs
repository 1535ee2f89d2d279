//! Questions made up from the API's own description: no answer is a server's fault, and each is as described.

use crate::bench::Bench;
use guerdon_tests::sandbox::output;
use std::path::PathBuf;
use tokio::process::Command;

const LISTEN: &str = "listen = \"127.0.0.1:0\"\n";
/// Questions for each operation, beside those that its description's limits give.
const EXAMPLES: &str = "100";

/// What is asserted of every answer.
const CHECKS: &str = "not_a_server_error,status_code_conformance,content_type_conformance,response_headers_conformance,\
                      response_schema_conformance,negative_data_rejection,unsupported_method,allow_header_conformance";

/// `make fuzz-api` installs the tool and names it.
fn schemathesis() -> Option<PathBuf> {
    let named = std::env::var_os("GUERDON_SCHEMATHESIS").map(PathBuf::from);
    if named.is_none() {
        eprintln!(
            "\n  SKIPPED: the API is not fuzzed, because GUERDON_SCHEMATHESIS names no program: `make fuzz-api`\n"
        );
    }
    named
}

#[tokio::test(flavor = "multi_thread")]
async fn every_question_that_the_description_allows_is_answered_as_it_says() {
    let Some(program) = schemathesis() else { return };
    let bench = Bench::start().await;
    bench.link_early().await;
    bench.pay(1).await;
    bench.write("webhook.secret", "a secret of this test");
    let open = format!("{LISTEN}requests_per_second = 0\nwebhook_secret = \"file:webhook.secret\"\n");
    let config = bench.changed("guerdon.toml", "fuzz.toml", LISTEN, &open);
    let daemon = bench.sandbox.daemon_with(&config).await.unwrap();
    let examples = std::env::var("GUERDON_FUZZ_EXAMPLES").unwrap_or_else(|_| EXAMPLES.to_owned());
    let mut run = Command::new(program);
    run.current_dir(&bench.sandbox.folder).args([
        "run",
        &format!("{}/v1/openapi.json", daemon.api),
        "--checks",
        CHECKS,
    ]);
    run.args(["--url", &daemon.api]);
    run.args(["--phases", "examples,coverage,fuzzing", "--max-examples", &examples, "--seed", "7", "--no-color"]);
    run.args(["--continue-on-failure", "--workers", "2", "--request-timeout", "30"]);
    // What no header can say is left out: the loop's own state decides.
    run.args(["--exclude-path", "/readyz"]);
    let done = output(run).await.unwrap();
    println!("{}{}", done.stdout, done.stderr);
    let log = bench.read("fuzz.log");
    assert!(!log.contains("panicked") && !log.contains("the API failed"), "{log}");
    assert_eq!(daemon.get("/healthz").await.unwrap().0, 200);
    assert_eq!(done.code, 0, "see what is printed above");
    assert_eq!(daemon.stop().await.unwrap().code(), Some(0));
}
