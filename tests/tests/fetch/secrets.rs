//! Tokens, signed requests and keys stand nowhere: not in logs at their most talkative, nor in errors, nor in the store.

use super::apps::{APP, install};
use super::kill::Yard;
use guerdon_tests::github::World;
use guerdon_tests::sandbox::{Output, TOKEN, output};
use std::path::Path;

/// None of these, nor what every signed request begins with.
fn absent(place: &str, bytes: &[u8], secrets: &[String]) {
    let text = String::from_utf8_lossy(bytes);
    for secret in secrets.iter().map(String::as_str).chain(["eyJ", "Bearer "]) {
        assert!(!text.contains(secret), "{place} has {}...", secret.get(..4).unwrap_or(secret));
    }
}

fn in_files(folder: &Path, secrets: &[String]) -> usize {
    let mut looked_at = 0;
    for entry in std::fs::read_dir(folder).unwrap() {
        let path = entry.unwrap().path();
        let name = path.display().to_string();
        if path.is_file() && !name.ends_with(".pem") && !name.ends_with("github.token") {
            absent(&name, &std::fs::read(&path).unwrap(), secrets);
            looked_at += 1;
        }
    }
    looked_at
}

async fn run(yard: &Yard, config: &Path, command: &str) -> Output {
    let mut command = yard.command(config, command);
    command.env("GUERDON_LOG", "trace");
    output(command).await.unwrap()
}

#[tokio::test(flavor = "multi_thread")]
async fn no_secret_is_logged_told_or_kept() {
    let yard = Yard::new().await;
    let (bench, by_token) = yard.bench("token.toml", World::sample().unwrap()).await;
    let needed = ["metadata", "contents", "issues", "pull_requests", "discussions"];
    let (key, _) = install(&bench.world, &needed);
    std::fs::write(yard.folder().join("app.pem"), &key).unwrap();
    let text = std::fs::read_to_string(&by_token).unwrap();
    let app = format!("[github.app]\nid = {APP}\nprivate_key = \"file:app.pem\"\n\n[chain]");
    let text = text.replace("token = \"file:github.token\"\n", "").replace("[chain]", &app);
    let by_app = yard.folder().join("by-app.toml");
    std::fs::write(&by_app, &text).unwrap();
    let wrong = yard.folder().join("wrong.toml");
    std::fs::write(&wrong, text.replace(&APP.to_string(), "12")).unwrap();

    let mut said = Vec::new();
    for (config, command, code) in [
        (&by_token, "fetch", 0),
        (&by_token, "doctor", 0),
        (&by_app, "fetch", 0),
        (&by_app, "doctor", 0),
        (&wrong, "fetch", 1),
        (&wrong, "doctor", 1),
    ] {
        let output = run(&yard, config, command).await;
        assert_eq!(
            output.code,
            code,
            "{command}: {}\n{}",
            output.stdout,
            &output.stderr[output.stderr.len().saturating_sub(2_000)..]
        );
        said.push((command, output));
    }
    assert!(bench.world.tokens_issued() >= 2, "tokens of the App were made");
    // Every token of an installation begins so.
    let mut secrets = vec![TOKEN.to_owned(), "ghs_".to_owned()];
    secrets.extend(key.lines().filter(|line| !line.starts_with('-')).map(str::to_owned));
    for (command, output) in &said {
        absent(command, output.stdout.as_bytes(), &secrets);
        absent(command, output.stderr.as_bytes(), &secrets);
    }
    let talk: String = said.iter().map(|(_, output)| output.stderr.as_str()).collect();
    for library in ["octocrab", "hyper_util", "TRACE"] {
        assert!(talk.contains(library), "{library} logged nothing: the level did not reach it");
    }
    let looked_at = in_files(yard.folder(), &secrets);
    absent("the store", &bench.database.bytes().unwrap(), &secrets);
    println!("{} bytes of logs and {looked_at} files hold no secret", talk.len());
    assert!(looked_at > 3);

    let doctor = |nth: usize| said[nth].1.stdout.as_str();
    assert!(
        doctor(1).contains("personal token of") && doctor(1).contains("meadowlark-sample/prairie can be read"),
        "{}",
        doctor(1)
    );
    assert!(doctor(3).contains(&format!("App {APP}")) && doctor(3).contains("contents read"), "{}", doctor(3));
    assert!(doctor(5).contains("FAILED GitHub") && doctor(5).contains("github.app.id"), "{}", doctor(5));
    for nth in [1, 3] {
        assert!(
            doctor(nth).contains("ok     clock: GitHub is") && doctor(nth).contains("GraphQL points"),
            "{}",
            doctor(nth)
        );
    }
}
