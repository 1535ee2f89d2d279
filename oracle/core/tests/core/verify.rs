use crate::world::{busy, evidence, policy};
use guerdon_core::B256;
use guerdon_core::batch::BatchHeader;
use guerdon_core::evidence::Evidence;
use guerdon_core::model::ContributorId;
use guerdon_core::verify::{OnChain, OnChainBatch, Rebuilt, rebuild};

fn rebuilt() -> Rebuilt {
    rebuild(&evidence(busy()).to_bytes().unwrap(), &policy()).unwrap()
}

fn honest(rebuilt: &Rebuilt) -> OnChain {
    let header = &rebuilt.evidence.header;
    OnChain {
        chain_id: header.chain,
        distributor: header.distributor,
        unit: header.unit.clone(),
        terms: header.terms.clone(),
        period: (header.starts, header.ends),
        blocks: Some((header.cutoff - 1, header.cutoff)),
        linked: (1..=9).map(ContributorId).collect(),
        batch: Some(OnChainBatch {
            header: BatchHeader {
                epoch: header.epoch,
                round: header.round,
                oracle_set: 1,
                post_before: 0,
                total: rebuilt.outcome.total,
                entries_hash: rebuilt.entries_hash,
                policy_hash: header.terms.policy,
                evidence_hash: rebuilt.evidence_hash,
            },
            entries: rebuilt.outcome.entries.clone(),
            credited: rebuilt.outcome.total,
            skipped: 0,
            settled: true,
        }),
    }
}

fn failed(change: impl FnOnce(&mut OnChain)) -> Vec<&'static str> {
    let rebuilt = rebuilt();
    let mut chain = honest(&rebuilt);
    change(&mut chain);
    rebuilt.compare(&chain).into_iter().filter(|check| !check.passed).map(|check| check.name).collect()
}

#[test]
fn an_honest_chain_passes_and_every_lie_has_its_name() {
    assert!(failed(|_| {}).is_empty());
    let batch = |change: fn(&mut OnChainBatch)| failed(|chain| change(chain.batch.as_mut().unwrap()));
    assert_eq!(batch(|batch| batch.entries[0].units += 1), ["entries"]);
    assert_eq!(batch(|batch| _ = batch.entries.pop()), ["entries"]);
    assert_eq!(batch(|batch| batch.header.total += 1), ["total"]);
    assert_eq!(batch(|batch| batch.header.entries_hash = B256::ZERO), ["entries hash"]);
    assert_eq!(batch(|batch| batch.header.evidence_hash = B256::ZERO), ["evidence hash"]);
    assert_eq!(batch(|batch| batch.credited -= 1), ["credited and skipped"]);
    assert_eq!(failed(|chain| chain.terms.budget += 1), ["epoch budget"]);
    assert_eq!(failed(|chain| chain.chain_id = 1), ["chain id"]);
    assert_eq!(failed(|chain| _ = chain.linked.pop_first()), ["links"]);
    let cutoff = rebuilt().evidence.header.cutoff;
    for blocks in [None, Some((cutoff - 2, cutoff - 1)), Some((cutoff, cutoff)), Some((cutoff, cutoff + 12))] {
        assert_eq!(failed(|chain| chain.blocks = blocks), ["block"]);
    }
    assert_eq!(failed(|chain| chain.batch = None), ["batch"]);
}

#[test]
fn the_next_evidence_must_go_on_where_this_one_ended() {
    let rebuilt = rebuilt();
    let mut next = rebuilt.evidence.header.clone();
    next.epoch.0 += 1;
    next.previous = rebuilt.evidence_hash;
    (next.starts, next.ends, next.cutoff) = (next.ends, next.ends + 604_800, next.cutoff + 604_800);
    let mut opening = rebuilt.outcome.closing.clone();
    opening.people[0].linked = false;
    let good = Evidence::new(next.clone(), opening.clone(), vec![]).unwrap();
    assert!(rebuilt.followed_by(&good).iter().all(|check| check.passed));

    opening.people[1].accruals = vec![(guerdon_core::model::Epoch(1), 5)];
    let forged = Evidence::new(next, opening, vec![]).unwrap();
    let failed: Vec<_> = rebuilt.followed_by(&forged).into_iter().filter(|check| !check.passed).collect();
    assert_eq!(failed.len(), 1);
    assert_eq!(failed[0].name, "opening state");
}
