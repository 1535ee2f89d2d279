//! Lines that no evidence holds: each is refused by its number, and nothing of its file is scored.

use crate::world::{MAINTAINER, REPO, START, busy, file, header, label, opening, policy, pull};
use guerdon_core::B256;
use guerdon_core::evidence::Evidence;
use guerdon_core::model::{
    Answer, ContributorId, Debt, Epoch, Exclusion, Fact, Kudos, Landed, Person, Settled, State, Thanks, Witness,
};
use guerdon_core::verify::rebuild;

/// One of every line that there is.
pub fn good() -> String {
    let mut facts = busy();
    let mut shared = pull(5, 6, vec![file("src/ünï.rs", 40, 2), file("web/a b.ts", 7, 0)]);
    shared.coauthors = vec![ContributorId(7), ContributorId(8)];
    shared.labels = vec![label("bug", 1, START + 3), label("help wanted", 1, START + 4)];
    shared.excluded = vec![Exclusion { at: START + 9, by: MAINTAINER, whom: Some(ContributorId(8)) }];
    shared.open = 3;
    facts.push(Fact::Pull(shared));
    facts.push(Fact::Answer(Answer {
        accepter: Some(MAINTAINER),
        asker: Some(ContributorId(3)),
        at: START + 70,
        bot: false,
        by: ContributorId(4),
        number: 31,
        repo: REPO,
    }));
    facts.push(Fact::Kudos(Kudos {
        at: START + 80,
        by: ContributorId(2),
        id: 900,
        number: 5,
        repo: REPO,
        to: ContributorId(6),
    }));
    facts.push(Fact::Witness(Witness {
        answer: 1100,
        at: START + 90,
        flagged: false,
        model: "some-model".to_owned(),
        number: 5,
        prompt: 1,
        repo: REPO,
        samples: 3,
        transcript: B256::repeat_byte(7),
    }));
    let debt = Debt { by: 8, epoch: Epoch(2), number: 6, repaid: 10, repo: REPO, units: 50 };
    let ninth = Person {
        accruals: vec![(Epoch(1), 5), (Epoch(2), 6)],
        debts: vec![debt],
        first: START - 900,
        last: START - 800,
        ..Person::new(ContributorId(90))
    };
    let landed = Landed {
        at: START - 60,
        lines: 4000,
        number: 7,
        repo: REPO,
        reverted: None,
        shares: vec![(ContributorId(2), 77), (ContributorId(3), 33)],
    };
    let mut state = State {
        landed: vec![landed],
        settled: vec![Settled { answers: vec![3, 4], issues: vec![9], repo: REPO }],
        thanks: vec![Thanks { at: START - 70, by: ContributorId(2), to: ContributorId(3) }],
        ..opening()
    };
    state.people.push(ninth);
    String::from_utf8(Evidence::new(header(), state, facts).unwrap().to_bytes().unwrap()).unwrap()
}

/// Says what is wrong when the file, with `to` for `from`, is not refused for `why` by the changed line's
/// number.
fn missed(good: &str, from: &str, to: &str, why: &str) -> Option<String> {
    let bad = good.replacen(from, to, 1);
    let Some(changed) = good.lines().zip(bad.lines()).position(|(good, bad)| good != bad) else {
        return Some(format!("no line has {from}"));
    };
    let line = format!("line {}: ", changed + 1);
    if rebuild(bad.as_bytes(), &policy()).is_ok() {
        return Some(format!("{to}: was scored"));
    }
    match Evidence::from_bytes(bad.as_bytes()) {
        Err(error) if error.to_string().starts_with(&line) && error.to_string().contains(why) => None,
        other => {
            Some(format!("{to}: {line}{why}, but {}", other.err().map_or("it is read".to_owned(), |e| e.to_string())))
        }
    }
}

const MAX: &str = "18446744073709551615";
const TOO_LARGE: &str = "9223372036854775808";
const ID: &str = "is nobody";

#[test]
fn every_line_that_cannot_be_is_refused_by_its_number() {
    let good = good();
    assert!(Evidence::from_bytes(good.as_bytes()).is_ok());
    let with = |from: &str, number: &str| from.replace('#', number);
    let mut cases: Vec<(String, String, &str)> = Vec::new();
    let mut bad = |from: &str, to: &str, why| cases.push((from.to_owned(), to.to_owned(), why));
    // The header.
    bad("\"schema\":1", "\"schema\":2", "schema 2 is not known");
    bad("\"fetch\":1", "\"fetch\":9", "fetch version 9");
    bad("\"round\":1", "\"round\":0", "count from 1");
    bad("\"epoch\":3,\"fetch\"", "\"epoch\":0,\"fetch\"", "count from 1");
    bad("\"repositories\":[10]", "\"repositories\":[11,10]", "must ascend");
    bad("\"repositories\":[10]", "\"repositories\":[0,10]", "id is 0");
    bad("\"repositories\":[10]", &format!("\"repositories\":[10,{MAX}]"), "above 2^63 - 1");
    bad("\"unit\":\"1000000000000\"", "\"unit\":\"01\"", "not a positive decimal");
    bad("\"unit\":\"1000000000000\"", "\"unit\":\"1e12\"", "not a positive decimal");
    bad("\"budget\":1000000", "\"budget\":281474976710656", "2^48 - 1");
    bad("\"cutoff\":1736985600", "\"cutoff\":1736985", "must follow one another");
    bad("\"cutoff\":1736985600", &format!("\"cutoff\":{MAX}"), "year 9999");
    // State.
    bad("{\"accepted\":10,\"id\":2,", "{\"accepted\":10,\"id\":1,", "out of order or repeated");
    bad("{\"accepted\":10,\"id\":1,", "{\"accepted\":10,\"id\":0,", ID);
    bad("{\"accepted\":10,\"id\":9,", &with("{\"accepted\":10,\"id\":#,", TOO_LARGE), ID);
    bad("{\"accepted\":10,\"id\":1,", &with("{\"accepted\":#,\"id\":1,", MAX), "claims more than");
    bad("[[1,5],[2,6]]", "[[2,6],[1,5]]", "must ascend");
    bad("[[1,5],[2,6]]", "[[1,5],[3,6]]", "lie before epoch 3");
    bad("[[1,5],[2,6]]", "[[1,0],[2,6]]", "is zero or above");
    bad("\"repaid\":10", "\"repaid\":51", "not be overpaid");
    bad("\"first\":1736120700,\"id\":90", "\"first\":1736121590,\"id\":90", "not of the time before");
    bad("{\"merger\":{\"id\":1,", "{\"merger\":{\"id\":0,", ID);
    bad("\"last\":1736121595", "\"last\":1736121600", "not of the time before");
    bad("\"shares\":[[2,77],[3,33]]", "\"shares\":[[2,77],[2,33]]", "each of another person");
    bad("\"shares\":[[2,77],[3,33]]", "\"shares\":[]", "needs shares");
    bad("\"answers\":[3,4]", "\"answers\":[4,4]", "must ascend");
    bad(
        "{\"thanks\":{\"at\":1736121530,\"by\":2,\"to\":3}}",
        "{\"thanks\":{\"at\":1736121530,\"by\":2,\"to\":2}}",
        "two people",
    );
    // Pull requests.
    bad("\"created\":1736121500,", "\"created\":1836121500,", "merged before it was created");
    bad("{\"pull\":{\"at\":1736121660", "{\"pull\":{\"at\":1736726400", "not merged in this epoch");
    bad("\"author\":3,", "\"author\":0,", ID);
    bad("\"author\":3,", &with("\"author\":#,", MAX), ID);
    bad("\"author\":3,", "\"author\":18446744073709551616,", "not a line of evidence");
    bad("\"author\":3,", "\"author\":-3,", "not a line of evidence");
    bad("\"coauthors\":[7,8]", "\"coauthors\":[8,7]", "co-authors must ascend");
    bad("\"coauthors\":[7,8]", "\"coauthors\":[6,7]", "leave out the author");
    bad("\"coauthors\":[7,8]", "\"coauthors\":[0,7]", ID);
    bad("\"merger\":1,\"number\":2", "\"merger\":0,\"number\":2", ID);
    bad("\"number\":2,\"repo\":10,\"title\"", "\"number\":1,\"repo\":10,\"title\"", "out of order or repeated");
    bad("\"number\":5,\"open\":3", &with("\"number\":#,\"open\":3", TOO_LARGE), "count from 1");
    bad("\"open\":3", "\"open\":1000000000000", "open pull requests");
    bad("\"number\":4,\"repo\":10,\"title\"", "\"number\":4,\"repo\":12,\"title\"", "not listed");
    bad("[\"docs/guide.md\",40,4,\"M\"]", "[\"docs/guide.md\",-40,4,\"M\"]", "not a line of evidence");
    bad("[\"docs/guide.md\",40,4,\"M\"]", "[\"docs/guide.md\",1000000000000,4,\"M\"]", "claims more than");
    bad("[\"docs/guide.md\",40,4,\"M\"]", "[\"docs/guide.md\",4.5,4,\"M\"]", "not a line of evidence");
    bad("[\"docs/guide.md\",40,4,\"M\"]", "[\"docs/guide.md\",40,4,\"X\"]", "not a line of evidence");
    bad("[\"docs/guide.md\",40,4,\"M\"]", "[\"docs/guide.md\",40,4]", "not a line of evidence");
    bad("[\"src/a.rs\",120,30,\"M\"]", "[\"tests/a.rs\",120,30,\"M\"]", "each listed once");
    bad("\"at\":1736121609,\"by\":1,", "\"at\":1736120000,\"by\":1,", "excluded before its time");
    bad("[\"bug\",1,1736121603]", "[\"bug\",1,1836121603]", "after the cutoff");
    bad("[\"bug\",1,1736121603]", "[\"bug\",0,1736121603]", ID);
    bad("[\"bug\",1,1736121603]", "[\"\",1,1736121603]", "no or more than");
    bad("[\"bug\",1,1736121603]", "[\"zug\",1,1736121603]", "labels must ascend");
    // Paths, titles and names that read as something else.
    for (path, shown) in [
        ("docs/../guide.md", "is not a path"),
        ("/docs/guide.md", "is not a path"),
        ("docs//guide.md", "is not a path"),
        ("", "is not a path"),
        ("docs/gu\u{202e}ide.md", "is not a path"),
        ("docs/gu\u{200b}ide.md", "is not a path"),
        ("docs/gu\u{200d}ide.md", "is not a path"),
        ("docs/guide\u{feff}.md", "is not a path"),
        ("docs/gui\u{301}de.md", "is not a path"),
        ("docs/\u{212b}.md", "is not a path"),
        ("docs/\\u0007guide.md", "is not a path"),
        ("docs/guide\u{7f}.md", "is not a path"),
        ("docs/guide\u{e0041}.md", "is not a path"),
    ] {
        bad("\"docs/guide.md\"", &format!("\"{path}\""), shown);
    }
    bad("\"docs/guide.md\"", &format!("\"{}\"", "x".repeat(4097)), "is not a path");
    bad("Teach the parser", "Teach\u{2066} the parser", "hides characters");
    bad("Teach the parser", "Teach\\u0000 the parser", "hides characters");
    bad("Teach the parser", &"Teach the parser".repeat(20), "longer than 256 bytes");
    bad("\"help wanted\"", "\"help\u{200b} wanted\"", "hides characters");
    bad("\"some-model\"", "\"some\u{202d}-model\"", "hides characters");
    bad("\"some-model\"", "\"\"", "no or more than");
    // Reviews, issues, answers, kudos, witnesses.
    bad("\"hunks\":3,\"number\":1", "\"hunks\":3,\"number\":9", "is not in this evidence");
    bad("\"by\":1,\"hunks\":3", "\"by\":2,\"hunks\":3", "by the author");
    bad("\"by\":1,\"hunks\":3", "\"by\":0,\"hunks\":3", ID);
    bad("\"hunks\":3,", "\"hunks\":1000000000001,", "hunks");
    bad("{\"review\":{\"at\":1736121601", "{\"review\":{\"at\":1736121661", "after the merge");
    bad("\"verdict\":\"approve\"", "\"verdict\":\"cheer\"", "not a line of evidence");
    bad("{\"issue\":{\"author\":6", "{\"issue\":{\"author\":0", ID);
    bad("\"number\":4,\"repo\":10}},", "\"number\":0,\"repo\":10}},", "closed by no pull request");
    bad("{\"answer\":{\"accepter\":1", "{\"answer\":{\"accepter\":0", ID);
    bad("\"at\":1736121670,\"by\":4", "\"at\":1736021670,\"by\":4", "not accepted in this epoch");
    bad(
        "\"id\":900,\"number\":5,\"repo\":10,\"to\":6",
        "\"id\":900,\"number\":5,\"repo\":10,\"to\":2",
        "for the giver",
    );
    bad("\"id\":900", &with("\"id\":#", MAX), "comments count");
    bad("\"answer\":1100", "\"answer\":10001", "above 10000");
    bad("\"samples\":3", "\"samples\":100000", "samples");
    bad("{\"witness\":{", "{\"oracle\":{", "unknown variant `oracle`");
    bad("{\"kudos\":{\"at\"", "{\"kudos\":{\"login\":\"x\",\"at\"", "unknown field `login`");
    bad("{\"answer\":{", "{\"answer\": {", "not canonical");
    bad("{\"kudos\":{", "{\"header\":{", "not a line of evidence");
    assert!(cases.len() >= 80, "{}", cases.len());
    let missed: Vec<String> = cases.iter().filter_map(|(from, to, why)| missed(&good, from, to, why)).collect();
    assert!(missed.is_empty(), "{}\n\n{good}", missed.join("\n"));
}

/// Blocks of lines are read side by side: the first wrong line of a long file is still the one named.
#[test]
fn of_many_wrong_lines_the_first_is_named() {
    let pulls = (1..30_000u64).map(|number| Fact::Pull(pull_at_start(number)));
    let bytes = Evidence::new(header(), opening(), pulls.collect()).unwrap().to_bytes().unwrap();
    let good = String::from_utf8(bytes).unwrap();
    assert!(good.len() > 5 << 20, "longer than what is read at once");
    let lines: Vec<&str> = good.lines().collect();
    for first in [2, 300, lines.len() / 2, lines.len() - 3] {
        for wrong in ["{}", "nonsense", "{\"header\":{}}"] {
            let mut bad = lines.clone();
            for at in (first..lines.len()).step_by(997) {
                bad[at] = wrong;
            }
            let error = Evidence::from_bytes((bad.join("\n") + "\n").as_bytes()).unwrap_err().to_string();
            assert!(error.starts_with(&format!("line {}: ", first + 1)), "{error}");
        }
        let mut twice = lines.clone();
        twice.insert(first, lines[first]);
        let error = Evidence::from_bytes((twice.join("\n") + "\n").as_bytes()).unwrap_err().to_string();
        assert!(error.starts_with(&format!("line {}: ", first + 2)), "{error}");
    }
}

fn pull_at_start(number: u64) -> guerdon_core::model::Pull {
    let files = vec![file("src/one.rs", 10, 1), file("src/two.rs", number, 2)];
    guerdon_core::model::Pull { at: START + number, ..pull(number, 2 + number % 7, files) }
}

#[test]
fn nothing_was_paid_before_the_first_epoch() {
    let first = include_str!("../golden/epoch-1.evidence.jsonl");
    let why = "nothing was paid before the first epoch";
    let person = "{\"person\":{\"accepted\":0,\"id\":90100002,\"linked\":true}}";
    let debt = "{\"by\":8,\"epoch\":0,\"number\":6,\"repo\":90300011,\"units\":50}";
    let worse = [
        "{\"person\":{\"accepted\":0,\"id\":90100002,\"linked\":true,\"paid\":true}}".to_owned(),
        format!("{{\"person\":{{\"accepted\":0,\"debts\":[{debt}],\"id\":90100002,\"linked\":true}}}}"),
    ];
    let merger = first.lines().rfind(|line| line.starts_with("{\"merger\"")).unwrap();
    let all = good();
    let state = ["{\"landed\"", "{\"settled\"", "{\"thanks\""].map(|kind| {
        let line = all.lines().find(|line| line.starts_with(kind)).unwrap();
        (merger.to_owned(), line.to_owned())
    });
    let wrong = worse.map(|worse| (person.to_owned(), worse)).into_iter().chain(state);
    let missed: Vec<String> = wrong.filter_map(|(from, to)| missed(first, &from, &to, why)).collect();
    assert!(missed.is_empty(), "{}", missed.join("\n"));
}
