//! What is wrong in a config file is named by its key.

use crate::root;
use guerdon_deploy::file;

#[test]
fn the_local_config_loads_and_the_example_names_its_placeholders() {
    let local = file::load(&root().join("deploy/config/anvil.toml")).unwrap();
    assert_eq!((local.chain_id, local.distributor.oracles.len()), (31_337, 3));
    let mut example = std::fs::read_to_string(root().join("deploy/config/sepolia.toml")).unwrap();
    let folder = tempfile::tempdir().unwrap();
    example = example.replace("../../policy.toml", root().join("policy.toml").to_str().unwrap());
    let path = folder.path().join("example.toml");
    // Filling one placeholder leads to the next, until the file can be deployed.
    let mut named = Vec::new();
    while let Some(start) = example.find("\"<") {
        std::fs::write(&path, &example).unwrap();
        let error = file::load(&path).unwrap_err().to_string();
        let placeholders = example.match_indices("\"<").map(|(at, _)| {
            let end = at + 1 + example[at + 1..].find('"').unwrap();
            (at, &example[at + 1..end])
        });
        let (at, text) = placeholders.into_iter().find(|(_, text)| error.contains(text)).unwrap_or_else(|| {
            panic!("{error} names no placeholder, one is at {start}");
        });
        assert!(error.contains("is still the placeholder"), "{error}");
        let value = match text {
            text if text.contains("address") => format!("0x{:0>40}", 11 * (named.len() + 1)),
            text if text.contains("https") => "https://oracle.example.org/evidence/".to_owned(),
            _ => "EXA".to_owned(),
        };
        let end = at + 1 + text.len();
        named.push(error.split(": ").nth(1).unwrap().to_owned());
        example.replace_range(at + 1..end, &value);
    }
    std::fs::write(&path, &example).unwrap();
    assert_eq!(file::load(&path).unwrap().chain_id, 11_155_111);
    named.sort();
    assert_eq!(
        named,
        [
            "distributor.base_url",
            "distributor.oracles[0]",
            "distributor.oracles[1]",
            "distributor.oracles[2]",
            "token.allocations[1].to",
            "token.allocations[2].to",
            "token.allocations[3].to",
            "token.allocations[4].to",
            "token.name",
            "token.symbol",
        ]
    );
}

#[test]
fn a_bad_value_in_a_config_is_named_by_its_key() {
    let good = std::fs::read_to_string(root().join("deploy/config/anvil.toml")).unwrap();
    let good = good.replace("../../policy.toml", root().join("policy.toml").to_str().unwrap());
    let folder = tempfile::tempdir().unwrap();
    let path = folder.path().join("config.toml");
    let first = "0x70997970C51812dc3A010C7d01b50e0d17dc79C8";
    for (from, to, says) in [
        ("salt = \"guerdon\"", "salt = \"\"", "salt: is empty"),
        ("salt = \"guerdon\"", "", "missing field `salt`"),
        ("threshold = 2", "threshold = 0", "distributor.threshold: 0"),
        ("threshold = 2", "threshold = 1", "distributor.threshold: 1 of 3, must be at least 2"),
        ("threshold = 2", "threshold = 2\nthreshhold = 2", "unknown field `threshhold`"),
        ("voting_delay = 3600", "voting_delay = 3599", "governor.voting_delay: 3599"),
        ("quorum_percent = 20", "quorum_percent = 51", "governor.quorum_percent: a quorum of"),
        ("quorum_percent = 20", "quorum_percent = 19", "token.allocations: 80000"),
        ("proposal_threshold = \"1000\"", "proposal_threshold = \"80001\"", "governor.proposal_threshold: 80001"),
        ("delay = 86400\n\n", "delay = 86399\n\n", "timelock.delay: 86399"),
        ("delay = 86400\n\n", "delay = 864000\n\n", "distributor.window: 3600 s and a pause of 604800 s, must be"),
        ("window = 3600", "window = 0", "distributor.window: 0"),
        ("\"250\"", "\"0.0000001\"", "terms[0].cap_per_person"),
        ("\"250\"", "\"2500\"", "terms[0].cap_per_person"),
        ("\"250\"", "\"249.999999\"", "terms[0].cap_per_person: 249999999 units, must be at least 250000000 units"),
        ("capacity = \"2000\"", "capacity = \"999\"", "budget: 999000000000000000000 an epoch, must be"),
        ("capacity = \"2000\"", "capacity = \"2001\"", "budget: 2001000000000000000000 an epoch, must be"),
        ("amount = \"600000\"", "amount = \"-1\"", "token.allocations[0].amount"),
        ("amount = \"600000\"", "amount = \"7999\"", "treasury.transfers: 2000"),
        (first, "0x70997970c51812dc3A010C7d01b50e0d17dc79C8", "token.allocations[1].to: \"0x70997970c51812dc3A0"),
        ("0x23618e81E3f5cdF7f54C3d65f7FBc0aBf5B21E8f", "0x14dC79964da2C08b23698B3D3cc7Ca32193d9955", "twice"),
        ("policy = \"", "policy = \"/nowhere", "terms[0].policy: cannot read /nowhere"),
        ("from_epoch = 1", "from_epoch = 0", "terms[0].from_epoch"),
        ("base_url = \"http://", "base_url = \"gopher://", "distributor.base_url"),
        ("until = 1798761600", "until = 1999999999", "guardian.until: 232428799 s from now, must be at most"),
        ("0x976EA74026E726554dB657fA54763abd0C3a0aa9", &format!("0x{:0>40}", 0), "guardian.address: is the zero"),
        ("delay = 86400 #", "delay = 0 #", "links.delay: 0"),
        ("budget = \"500\"", "budget = \"0\"", "links.budget: 0"),
        ("bond = \"0.05\"", "bond = \"0\"", "disputes.bond: must be above zero"),
        ("resolve_deadline = 604800", "resolve_deadline = 439199", "disputes.resolve_deadline: 439199 s, must be"),
        ("votes_per_unit = 1", "votes_per_unit = 0", "veto.votes_per_unit: 0"),
        (
            "[links]",
            "[treasury]\ntransfers = { capacity = \"1\", period = 0 }\n[links]",
            "treasury.transfers.period: 0",
        ),
        (
            "[links]",
            "[treasury]\neth_transfers = { capacity = \"x\", period = 1 }\n[links]",
            "treasury.eth_transfers.cap",
        ),
    ] {
        assert!(good.contains(from), "{from}");
        std::fs::write(&path, good.replace(from, to)).unwrap();
        let error = file::load(&path).unwrap_err().to_string();
        assert!(error.contains(says) && error.contains("config.toml"), "{to}: {error}");
    }
}
