//! The files under deploy/ and the runbook name what there is: metrics, alerts, paths, ports, credentials.

use super::bench::guerdon;
use guerdon::figures::FIGURES;
use guerdon_tests::sandbox::{output, root};
use serde_json::Value;
use std::collections::BTreeSet;

fn read(path: &str) -> String {
    std::fs::read_to_string(root().join(path)).unwrap_or_else(|error| panic!("{path}: {error}"))
}

/// Every word that begins as our metrics do.
fn metrics(text: &str) -> BTreeSet<&str> {
    let words = text.split(|c: char| !c.is_ascii_alphanumeric() && c != '_');
    words.filter(|word| word.starts_with("guerdon_")).collect()
}

fn anchors(markdown: &str) -> BTreeSet<String> {
    let headings =
        markdown.lines().filter(|line| line.starts_with('#')).map(|line| line.trim_start_matches('#').trim());
    let kept = |c: char| c.is_ascii_alphanumeric() || matches!(c, ' ' | '-' | '_');
    headings
        .map(|line| line.to_lowercase().chars().filter(|c| kept(*c)).collect::<String>().replace(' ', "-"))
        .collect()
}

/// One alert of the rules file: name, expression, section of the runbook.
fn alerts() -> Vec<(String, String, String)> {
    let rules = read("deploy/prometheus/guerdon.rules.yml");
    let after = |text: &str, key: &str| {
        let line = text.lines().find_map(|line| line.trim().strip_prefix(key).map(str::trim).map(str::to_owned));
        line.unwrap_or_else(|| panic!("no {key} in {text}"))
    };
    let parts = rules.split("- alert:").skip(1);
    let read = |part: &str| {
        let name = part.lines().next().unwrap().trim().to_owned();
        for key in ["for:", "labels:", "summary:"] {
            after(part, key);
        }
        (name, after(part, "expr:"), after(part, "runbook:"))
    };
    parts.map(read).collect()
}

#[test]
fn rules_and_dashboard_ask_for_metrics_that_there_are() {
    let known: BTreeSet<&str> = FIGURES.iter().map(|(name, _)| *name).collect();
    let mut asked = 0;
    for (name, expression, _) in alerts() {
        let found = metrics(&expression);
        assert!(!found.is_empty() || expression.starts_with("up{"), "{name} asks for nothing of ours");
        assert!(found.is_subset(&known), "{name} asks for {found:?}");
        asked += 1;
    }
    assert!(asked >= 14, "{asked} alerts were read");
    let dashboard: Value = serde_json::from_str(&read("deploy/grafana/guerdon.json")).unwrap();
    let panels = dashboard["panels"].as_array().unwrap();
    assert!(panels.len() >= 12);
    for panel in panels {
        for target in panel["targets"].as_array().unwrap() {
            let expression = target["expr"].as_str().unwrap();
            let found = metrics(expression);
            assert!(!found.is_empty() && found.is_subset(&known), "{expression}");
        }
    }
}

#[test]
fn every_alert_has_its_section_and_every_link_of_the_runbook_leads_somewhere() {
    let runbook = read("docs/runbook.md");
    let anchors = anchors(&runbook);
    for (name, _, place) in alerts() {
        let anchor = place.strip_prefix("docs/runbook.md#").unwrap();
        assert!(anchors.contains(anchor), "{name}: no section {anchor}");
        assert!(runbook.contains(&format!("`{name}`")), "the runbook does not name {name}");
    }
    for link in runbook.split("](").skip(1).filter_map(|rest| rest.split(')').next()) {
        match link.split_once('#') {
            Some(("", anchor)) => assert!(anchors.contains(anchor), "#{anchor}"),
            _ => assert!(root().join("docs").join(link).exists(), "{link}"),
        }
    }
    // Named by the doctor and by the daemon's log.
    for path in ["doctor.rs", "doctor/chain.rs", "doctor/github.rs"] {
        for named in read(&format!("oracle/daemon/src/{path}")).split("docs/runbook.md, \\\"").skip(1) {
            let title = named.split("\\\"").next().unwrap();
            assert!(runbook.lines().any(|line| line.trim_start_matches('#').trim() == title), "{path}: {title}");
        }
    }
}

#[tokio::test]
async fn the_configurations_beside_the_unit_and_the_container_are_valid() {
    for (path, listen) in
        [("deploy/systemd/guerdon.toml", "127.0.0.1:8787"), ("deploy/docker/guerdon.toml", "0.0.0.0:8787")]
    {
        let mut command = guerdon();
        command.arg("--config").arg(root().join(path)).args(["config", "show", "--json"]);
        let said = output(command).await.unwrap();
        assert_eq!(said.code, 0, "{path}: {}", said.stderr);
        let shown: Value = serde_json::from_str(&said.stdout).unwrap();
        assert_eq!(shown["api"]["listen"], listen, "{path}");
    }
}

#[test]
fn the_unit_loads_the_credentials_that_its_configuration_names() {
    let (unit, config) = (read("deploy/systemd/guerdon.service"), read("deploy/systemd/guerdon.toml"));
    let loaded: BTreeSet<&str> =
        unit.lines().filter_map(|line| line.strip_prefix("LoadCredential=")?.split(':').next()).collect();
    let named = config.split("credential:").skip(1).filter_map(|rest| rest.split('"').next());
    let files = config.split("/run/credentials/guerdon.service/").skip(1).filter_map(|rest| rest.split('"').next());
    let wanted: BTreeSet<&str> = named.chain(files).filter(|name| !name.contains(' ')).collect();
    assert_eq!(loaded, wanted);
    for line in ["Type=notify", "StateDirectory=guerdon", "NoNewPrivileges=yes", "ProtectSystem=strict"] {
        assert!(unit.lines().any(|found| found == line), "{line}");
    }
    assert!(config.contains("sqlite:/var/lib/guerdon/"), "where the unit may write");
}

#[test]
fn the_container_has_the_paths_ports_and_probes_of_the_daemon() {
    let (image, compose) = (read("deploy/docker/Dockerfile"), read("deploy/docker/compose.yaml"));
    let scrape = read("deploy/prometheus/prometheus.yml");
    let router = read("oracle/daemon/src/api/mod.rs");
    assert!(image.contains("USER 10001:10001") && image.contains("EXPOSE 8787") && image.contains("CMD [\"run\"]"));
    assert!(
        image.contains("GUERDON_CONFIG=/etc/guerdon/guerdon.toml") && image.contains("http://127.0.0.1:8787/healthz")
    );
    assert!(scrape.contains("metrics_path: /metrics") && scrape.contains("\"guerdon:8787\""));
    for probe in ["/healthz", "/metrics", "/readyz"] {
        assert!(router.contains(probe) || read("oracle/daemon/src/api/probes.rs").contains(probe), "{probe}");
    }
    // Each file that is mounted from this repository is in it.
    for path in ["../prometheus/prometheus.yml", "../prometheus/guerdon.rules.yml", "../grafana/guerdon.json"] {
        assert!(root().join("deploy/docker").join(path).is_file(), "{path}");
    }
    assert!(
        scrape.contains("/etc/prometheus/guerdon.rules.yml") && compose.contains("../prometheus:/etc/prometheus:ro")
    );
    assert!(compose.contains("../grafana/provisioning:") && compose.contains("../grafana/guerdon.json:"));
    // Secrets that a service takes are declared, and those of the configuration are mounted.
    let config = read("deploy/docker/guerdon.toml");
    for name in config.split("/run/secrets/").skip(1).filter_map(|rest| rest.split('"').next()) {
        assert!(compose.contains(&format!("\n  {name}: {{ file: ./secrets/{name} }}")), "{name}");
    }
    assert!(!compose.contains("ports: [\"8") && !compose.contains("0.0.0.0"), "nothing listens to the world");
    let version = read("Cargo.toml");
    let rust = version.lines().find_map(|line| line.strip_prefix("rust-version = \"")?.strip_suffix('"')).unwrap();
    assert!(image.contains(&format!("FROM rust:{rust}-")), "the image builds with Rust {rust}");
}
