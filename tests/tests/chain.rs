//! The daemon's chain module against a real chain and the real contracts.
#![allow(
    clippy::unwrap_used,
    clippy::expect_used,
    clippy::indexing_slicing,
    clippy::panic,
    reason = "a test may fail loudly"
)]

mod local;

use alloy::primitives::{Address, B256, Bytes, U256};
use alloy::providers::Provider;
use guerdon::chain::{Answer, BatchStatus, Chain, ChainError, Freeze, Held, SkipReason, Skipped, VoidReason};
use guerdon::keys::OracleKey;
use guerdon::link::{LinkProof, attestation, sign_link};
use guerdon::sign::{SignError, header_message, quorum, sign};
use guerdon_bindings::{Link, RewardDistributor};
use guerdon_core::batch::{BatchHeader, Chunk, Entry, chunks, total, unpack};
use guerdon_core::model::{ContributorId, Epoch};
use guerdon_deploy::chain::connect_signer;
use guerdon_tests::anvil::{Anvil, Options, key};
use local::{ARBITER, EVIDENCE, GUARDIAN, Local, POLICY, START, WEEK, link, signed};

const EPOCH: Epoch = Epoch(1);

fn entries() -> Vec<Entry> {
    [(42, 1_000_000), (43, 2_500_000), (99, 7)]
        .into_iter()
        .map(|(id, units)| Entry { id: ContributorId(id), units })
        .collect()
}

fn batch(entries: &[Entry], round: u32) -> (BatchHeader, Vec<Chunk>) {
    let chunks = chunks(entries, 2).unwrap();
    let header = BatchHeader {
        epoch: EPOCH,
        round,
        oracle_set: 1,
        post_before: START + 4 * WEEK,
        total: total(entries).unwrap(),
        entries_hash: chunks[0].hash(),
        policy_hash: POLICY,
        evidence_hash: EVIDENCE,
    };
    (header, chunks)
}

fn refusal(error: &ChainError) -> &str {
    error.revert().and_then(|revert| revert.name()).unwrap_or_else(|| panic!("not a refusal: {error:?}"))
}

#[tokio::test]
async fn two_of_three_oracles_pay_a_linked_contributor() {
    let local = Local::start().await;
    let chain = local.chain().await;
    let sender = chain.sender(&local.payer).unwrap();
    let (header, chunks) = batch(&entries(), 1);
    let wallets = [key(3).unwrap().into(), key(4).unwrap().into()];
    link(&local, &chain, ContributorId(42), &wallets[0]).await;
    let before = chain.now().await.unwrap();
    link(&local, &chain, ContributorId(43), &wallets[1]).await;

    local.anvil.warp(START + WEEK).await.unwrap();
    // The first of the three is ill today.
    let signatures = signed(&chain, &header, &local.oracles[1..]).await.unwrap();
    let posted = sender.post_batch(&header, signatures).await.unwrap();
    assert_eq!(chain.batch(EPOCH).await.unwrap().status, BatchStatus::Posted);
    for chunk in &chunks {
        sender.publish(EPOCH, chunk).await.unwrap();
    }
    let state = chain.batch(EPOCH).await.unwrap();
    assert_eq!((state.status, state.entry_count, state.next_position), (BatchStatus::Window, 3, 0));

    let early = sender.credit(EPOCH, &chunks[0]).await.unwrap_err();
    assert_eq!(refusal(&early), "Batches_WindowOpen");
    assert!(early.to_string().ends_with("wait until then"), "{early}");
    local.anvil.warp(state.window_end).await.unwrap();
    for chunk in &chunks {
        sender.credit(EPOCH, chunk).await.unwrap();
    }
    let state = chain.batch(EPOCH).await.unwrap();
    assert_eq!((state.status, state.credited, state.skipped), (BatchStatus::Settled, 3_500_000, 7));

    let found = chain.posted(EPOCH, 1).await.unwrap().unwrap();
    assert_eq!((found.header, found.tx, found.poster), (header, posted.tx, local.payer.address()));
    assert_eq!(chain.posted(EPOCH, 2).await.unwrap(), None);
    let published = chain.published(EPOCH, 1).await.unwrap();
    let bytes: Vec<u8> = published.iter().flat_map(|chunk| chunk.entries.to_vec()).collect();
    assert_eq!(unpack(&bytes).unwrap(), entries());
    let credits = chain.credits().await.unwrap();
    let credited = &credits[&(EPOCH, 1)];
    assert_eq!((credited.units, credited.entries, credited.txs.len()), (3_500_000, 3, 2));
    assert_eq!(credited.skipped, [Skipped { id: ContributorId(99), units: 7, reason: SkipReason::NotLinked }]);

    let now = chain.now().await.unwrap();
    assert_eq!(chain.links_until(before.block).await.unwrap().len(), 1);
    let links = chain.links_until(now.block).await.unwrap();
    assert_eq!(links[&ContributorId(43)], wallets[1].address());

    let amount = U256::from(1_000_000) * local.deployment.unit;
    assert_eq!(chain.claimable(ContributorId(42)).await.unwrap(), amount);
    let claimed = sender.claim(ContributorId(42)).await.unwrap();
    assert_eq!(chain.token_balance(wallets[0].address()).await.unwrap(), amount);
    assert_eq!(refusal(&sender.claim(ContributorId(42)).await.unwrap_err()), "Accounts_NothingToClaim");
    sender.claim_many(&[ContributorId(42), ContributorId(43)]).await.unwrap();
    let claims = chain.claims().await.unwrap();
    assert_eq!(claims.len(), 2);
    assert_eq!((claims[0].id, claims[0].amount, claims[0].tx), (ContributorId(42), amount, claimed.tx));
    let account = chain.account(ContributorId(43)).await.unwrap();
    assert_eq!((account.wallet, account.earned, account.claimed), (Some(wallets[1].address()), 2_500_000, 2_500_000));
}

#[tokio::test]
async fn one_signature_short_is_refused_here_and_there_and_changes_nothing() {
    let local = Local::start().await;
    let chain = local.chain().await;
    local.anvil.warp(START + WEEK).await.unwrap();
    let (header, _) = batch(&entries(), 1);
    let error = signed(&chain, &header, &local.oracles[..1]).await.unwrap_err();
    assert!(error.to_string().contains("1 of 2 needed"), "{error}");

    // Packed by hand, past our own check.
    let single = sign(&header_message(&header), &chain.domain(), &local.oracles[0]).await.unwrap();
    let compact = alloy::primitives::Signature::from_raw(&single.signature).unwrap().as_erc2098();
    let packed = [B256::from(U256::ONE).as_slice(), &compact].concat().into();
    let before = (chain.now().await.unwrap(), nonce(&local).await);
    let error = chain.sender(&local.payer).unwrap().post_batch(&header, packed).await.unwrap_err();
    assert!(["OracleSet_WrongQuorum", "OracleSet_WrongLength"].contains(&refusal(&error)), "{error}");
    assert!(error.to_string().contains("`guerdon sign`"), "{error}");
    assert_eq!(before, (chain.now().await.unwrap(), nonce(&local).await));
    assert_eq!(chain.batch(EPOCH).await.unwrap().status, BatchStatus::None);
}

async fn nonce(local: &Local) -> u64 {
    local.anvil.provider().get_transaction_count(local.payer.address()).await.unwrap()
}

#[tokio::test]
async fn an_unlinked_contributor_who_claims_is_told_to_link() {
    let local = Local::start().await;
    let chain = local.chain().await;
    let before = (chain.now().await.unwrap(), nonce(&local).await);
    let error = chain.sender(&local.payer).unwrap().claim(ContributorId(7)).await.unwrap_err();
    assert_eq!(refusal(&error), "Accounts_NotLinked");
    assert!(error.to_string().contains("id = 7") && error.to_string().contains("`guerdon link`"), "{error}");
    assert_eq!(before, (chain.now().await.unwrap(), nonce(&local).await));
}

#[tokio::test]
async fn a_link_needs_its_oracles_and_its_wallet() {
    let local = Local::start().await;
    let chain = local.chain().await;
    let sender = chain.sender(&local.payer).unwrap();
    let wallet: OracleKey = key(3).unwrap().into();
    let message = Link { id: 42, wallet: wallet.address(), nonce: 0, validUntil: START + WEEK };
    let proof = sign_link(&message, chain.place(), &wallet).await.unwrap();
    let mut set = chain.oracle_set().await.unwrap();
    let good = attestation(&message, chain.place(), &set, &local.oracles[..2]).await.unwrap();

    set.threshold = 1;
    let short = attestation(&message, chain.place(), &set, &local.oracles[..1]).await.unwrap();
    let error = sender.link(&proof, short).await.unwrap_err();
    assert!(refusal(&error).starts_with("OracleSet_Wrong"), "{error}");
    let other = LinkProof { wallet_proof: vec![7; 65].into(), ..proof.clone() };
    assert_eq!(refusal(&sender.link(&other, good.clone()).await.unwrap_err()), "Accounts_InvalidWalletProof");
    sender.link(&proof, good.clone()).await.unwrap();
    assert!(
        ["Accounts_LinkExists", "Accounts_InvalidNonce"]
            .contains(&refusal(&sender.link(&proof, good).await.unwrap_err()))
    );
    assert_eq!(chain.link_nonce(ContributorId(42)).await.unwrap(), 1);
}

#[tokio::test]
async fn a_batch_that_nobody_published_gives_way_to_the_next_round() {
    let local = Local::start().await;
    let chain = local.chain().await;
    let sender = chain.sender(&local.payer).unwrap();
    local.anvil.warp(START + WEEK).await.unwrap();
    let (header, chunks) = batch(&entries(), 1);
    sender.post_batch(&header, signed(&chain, &header, &local.oracles[..2]).await.unwrap()).await.unwrap();
    sender.publish(EPOCH, &chunks[0]).await.unwrap();
    assert_eq!(refusal(&sender.void_unpublished(EPOCH).await.unwrap_err()), "Batches_PublishOpen");
    let (again, _) = batch(&entries(), 2);
    let signatures = signed(&chain, &again, &local.oracles[..2]).await.unwrap();
    assert_eq!(refusal(&sender.post_batch(&again, signatures.clone()).await.unwrap_err()), "Batches_Live");

    let deadline = chain.batch(EPOCH).await.unwrap().publish_deadline;
    local.anvil.warp(deadline + 1).await.unwrap();
    sender.void_unpublished(EPOCH).await.unwrap();
    assert_eq!(chain.batch(EPOCH).await.unwrap().status, BatchStatus::Void);
    sender.post_batch(&again, signatures).await.unwrap();
    let state = chain.batch(EPOCH).await.unwrap();
    assert_eq!((state.status, state.round), (BatchStatus::Posted, 2));
}

#[tokio::test]
async fn the_terms_and_the_schedule_are_those_of_the_deployment() {
    let local = Local::start().await;
    let chain = local.chain().await;
    let terms = chain.terms_of(EPOCH).await.unwrap().unwrap();
    assert_eq!((terms.policy_hash, terms.epoch_budget, terms.cap_per_person), (POLICY, 1_000_000_000, 250_000_000));
    assert_eq!(chain.terms_of(Epoch(0)).await.unwrap(), None);
    let schedule = chain.schedule().await.unwrap();
    assert_eq!((schedule.start(EPOCH), schedule.end(EPOCH)), (START, START + WEEK));
    let token = chain.token().await.unwrap();
    assert_eq!((token.symbol.as_str(), token.decimals), ("LOC", 18));
    let set = chain.oracle_set().await.unwrap();
    assert_eq!(set.members, local.oracles.iter().map(OracleKey::address).collect::<Vec<_>>());
    assert_eq!((set.id, set.threshold), (1, 2));
}

#[tokio::test]
async fn a_wrong_chain_a_dead_rpc_and_another_record_are_told_apart() {
    let local = Local::start().await;
    let other = Anvil::start(Options { chain_id: 4_242, ..Options::default() }).await.unwrap();
    let error = Chain::connect(other.url(), &local.deployment).await.unwrap_err();
    let expected = format!("the RPC at {} is on chain 4242 but the deployment is of chain 31337", other.url());
    assert_eq!(error.to_string(), expected);

    let mut of_another_chain = local.deployment.clone();
    of_another_chain.chain_id = 1;
    let error = Chain::connect(local.anvil.url(), &of_another_chain).await.unwrap_err();
    assert!(matches!(error, ChainError::WrongChain { found: 31_337, expected: 1, .. }));

    // Port 9 discards: nobody listens there.
    let error = Chain::connect("http://user:secret@127.0.0.1:9/key", &local.deployment).await.unwrap_err();
    assert!(matches!(error, ChainError::Unreachable { .. }));
    assert!(error.to_string().contains("http://127.0.0.1:9") && !error.to_string().contains("secret"), "{error}");

    let mut elsewhere = local.deployment.clone();
    elsewhere.contracts.distributor.address = Address::repeat_byte(1);
    let error = Chain::connect(local.anvil.url(), &elsewhere).await.unwrap_err();
    assert!(matches!(error, ChainError::NoDistributor { .. }), "{error}");
    elsewhere.contracts.distributor.address = local.deployment.contracts.token.address;
    let error = Chain::connect(local.anvil.url(), &elsewhere).await.unwrap_err();
    assert!(matches!(error, ChainError::NotADistributor { .. }), "{error}");
    let mut later = local.deployment.clone();
    later.epoch_start += 1;
    let error = Chain::connect(local.anvil.url(), &later).await.unwrap_err();
    assert!(matches!(error, ChainError::OtherDistributor { .. }), "{error}");
}

#[tokio::test]
async fn an_account_without_coin_is_named() {
    let local = Local::start().await;
    let chain = local.chain().await;
    let poor: OracleKey = alloy::signers::local::PrivateKeySigner::random().into();
    local.anvil.warp(START + WEEK).await.unwrap();
    let (header, _) = batch(&entries(), 1);
    let signatures = signed(&chain, &header, &local.oracles[..2]).await.unwrap();
    let error = chain.sender(&poor).unwrap().post_batch(&header, signatures).await.unwrap_err();
    assert!(matches!(error, ChainError::NoFunds { .. }), "{error:?}");
    assert!(error.to_string().contains(&poor.address().to_string()));
}

/// Two wallets are linked and the batch of three entries stands in its window.
async fn in_window(local: &Local, chain: &Chain) -> Vec<Chunk> {
    let sender = chain.sender(&local.payer).unwrap();
    link(local, chain, ContributorId(42), &key(3).unwrap().into()).await;
    link(local, chain, ContributorId(43), &key(4).unwrap().into()).await;
    local.anvil.warp(START + WEEK).await.unwrap();
    let (header, chunks) = batch(&entries(), 1);
    sender.post_batch(&header, signed(chain, &header, &local.oracles[1..]).await.unwrap()).await.unwrap();
    for chunk in &chunks {
        sender.publish(EPOCH, chunk).await.unwrap();
    }
    chunks
}

#[tokio::test]
async fn a_held_entry_is_credited_or_dropped_by_its_answer() {
    let local = Local::start().await;
    let chain = local.chain().await;
    let chunks = in_window(&local, &chain).await;
    let sender = chain.sender(&local.payer).unwrap();
    let arbiter = chain.sender(&key(ARBITER).unwrap().into()).unwrap();
    let bond = chain.entry_bond().await.unwrap();
    assert_eq!(chain.batch_bond().await.unwrap(), bond * U256::from(20));
    for position in 0..3 {
        let sent = sender.challenge(EPOCH, position, bond).await.unwrap();
        let opened = chain.challenge_opened(sent).await.unwrap();
        assert_eq!(opened.number, U256::from(position + 1));
    }
    assert_eq!(refusal(&sender.challenge(EPOCH, 3, bond).await.unwrap_err()), "Freezes_NotPublished");
    assert_eq!(refusal(&sender.challenge(EPOCH, 0, bond / U256::from(2)).await.unwrap_err()), "Disputes_WrongBond");
    let stranger = sender.resolve(U256::ONE, Answer::Dropped, Bytes::new()).await.unwrap_err();
    assert_eq!(refusal(&stranger), "Disputes_NotArbiter");

    let state = chain.batch(EPOCH).await.unwrap();
    assert_eq!((state.freeze, state.live, state.oracle_set), (Freeze::Entries, true, 1));
    // Nobody doubts the first any more; crediting comes to it like to any other.
    arbiter.resolve(U256::ONE, Answer::Stands, Bytes::new()).await.unwrap();
    local.anvil.warp(state.window_end).await.unwrap();
    for chunk in &chunks {
        sender.credit(EPOCH, chunk).await.unwrap();
    }
    let credits = chain.credits().await.unwrap()[&(EPOCH, 1)].clone();
    assert_eq!((credits.units, credits.entries, credits.settled), (1_000_000, 3, true));
    let held = |position, id, units| Held { position, id: ContributorId(id), units };
    assert_eq!(credits.held, [held(1, 43, 2_500_000), held(2, 99, 7)]);
    assert!(credits.skipped.is_empty());

    arbiter.resolve(U256::from(2), Answer::Dropped, Bytes::new()).await.unwrap();
    // The last one stands, but nobody is linked behind it.
    arbiter.resolve(U256::from(3), Answer::Stands, Bytes::new()).await.unwrap();
    let credits = chain.credits().await.unwrap()[&(EPOCH, 1)].clone();
    assert_eq!((credits.units, credits.held_units(), credits.dropped_units()), (1_000_000, 0, 2_500_000));
    let skipped = |id, units, reason| Skipped { id: ContributorId(id), units, reason };
    assert_eq!(credits.skipped, [skipped(43, 2_500_000, SkipReason::Dropped), skipped(99, 7, SkipReason::NotLinked)]);
    assert_eq!(credits.units + credits.skipped_units(), 3_500_007);

    // Two bonds went to the Treasury, one came back.
    let treasury = local.deployment.contracts.treasury.address;
    assert_eq!(chain.owed(treasury).await.unwrap(), bond * U256::from(2));
    assert_eq!(chain.owed(local.payer.address()).await.unwrap(), bond);
    sender.withdraw(treasury).await.unwrap();
    assert_eq!(chain.balance(treasury).await.unwrap(), bond * U256::from(2));
    assert_eq!(refusal(&sender.withdraw(treasury).await.unwrap_err()), "Disputes_NothingOwed");
}

#[tokio::test]
async fn a_batch_that_is_challenged_as_a_whole_waits_and_may_fall() {
    let local = Local::start().await;
    let chain = local.chain().await;
    let chunks = in_window(&local, &chain).await;
    let sender = chain.sender(&local.payer).unwrap();
    let bond = chain.batch_bond().await.unwrap();
    let sent = sender.challenge_batch(EPOCH, "evidence not available", bond).await.unwrap();
    let opened = chain.challenge_opened(sent).await.unwrap();
    let state = chain.batch(EPOCH).await.unwrap();
    assert_eq!((state.status, state.freeze), (BatchStatus::Window, Freeze::Batch));
    local.anvil.warp(state.window_end).await.unwrap();
    assert_eq!(refusal(&sender.credit(EPOCH, &chunks[0]).await.unwrap_err()), "Batches_Frozen");
    assert_eq!(chain.void_reason(EPOCH, 1).await.unwrap(), None);
    let arbiter = chain.sender(&key(ARBITER).unwrap().into()).unwrap();
    arbiter.resolve(opened.number, Answer::Dropped, Bytes::new()).await.unwrap();
    assert_eq!(chain.batch(EPOCH).await.unwrap().status, BatchStatus::Void);
    assert_eq!(chain.void_reason(EPOCH, 1).await.unwrap(), Some(VoidReason::Challenged));
    let credits = chain.credits().await.unwrap()[&(EPOCH, 1)].clone();
    assert_eq!((credits.void, credits.settled, credits.units), (Some(VoidReason::Challenged), false, 0));
}

#[tokio::test]
async fn a_key_that_signed_two_headers_of_a_round_counts_no_more() {
    let local = Local::start().await;
    let chain = local.chain().await;
    local.anvil.warp(START + WEEK).await.unwrap();
    let (one, _) = batch(&entries(), 1);
    let (two, _) = batch(&entries()[..2], 1);
    let thief = &local.oracles[1];
    let signature = async |header| sign(&header_message(header), &chain.domain(), thief).await.unwrap();
    let (first, second) = (signature(&one).await, signature(&two).await);
    let set = chain.oracle_set().await.unwrap();
    let sender = chain.sender(&local.payer).unwrap();
    let same = sender.report_equivocation(&set, (&one, &first), (&one, &first)).await.unwrap_err();
    assert_eq!(refusal(&same), "Disputes_NoEquivocation");
    let wrong = sender.report_equivocation(&set, (&one, &second), (&two, &first)).await.unwrap_err();
    assert!(matches!(wrong, ChainError::Signature(_)), "{wrong:?}");
    sender.report_equivocation(&set, (&one, &first), (&two, &second)).await.unwrap();
    let again = sender.report_equivocation(&set, (&one, &first), (&two, &second)).await.unwrap_err();
    assert_eq!(refusal(&again), "Disputes_AlreadyOff");

    let now = chain.oracle_set().await.unwrap();
    assert_eq!(now.switched_off.iter().copied().collect::<Vec<_>>(), [thief.address()]);
    // A quorum with it is refused there, and leaves it out here.
    let with = quorum(&header_message(&one), &chain.domain(), &set, &local.oracles[..2]).await.unwrap();
    let refused = sender.post_batch(&one, with).await.unwrap_err();
    assert_eq!(refusal(&refused), "OracleSet_SwitchedOff", "{refused}");
    let all = signed(&chain, &one, &local.oracles).await.unwrap();
    sender.post_batch(&one, all).await.unwrap();
    let error = signed(&chain, &two, &local.oracles[..2]).await.unwrap_err();
    assert!(matches!(error, SignError::BelowThreshold { have: 1, need: 2, .. }), "{error}");
}

#[tokio::test]
async fn a_pause_is_told_and_moves_the_window() {
    let local = Local::start().await;
    let chain = local.chain().await;
    let chunks = in_window(&local, &chain).await;
    let sender = chain.sender(&local.payer).unwrap();
    assert_eq!(chain.paused_until().await.unwrap(), None);
    let before = chain.batch(EPOCH).await.unwrap().window_end;
    let provider = connect_signer(local.anvil.url(), key(GUARDIAN).unwrap()).await.unwrap();
    let distributor = RewardDistributor::new(local.deployment.distributor(), provider);
    distributor.pause().send().await.unwrap().get_receipt().await.unwrap();
    let until = chain.paused_until().await.unwrap().unwrap();
    assert_eq!(until, chain.now().await.unwrap().timestamp + 7 * 86_400);
    local.anvil.warp(before).await.unwrap();
    let refused = sender.credit(EPOCH, &chunks[0]).await.unwrap_err();
    assert_eq!(refusal(&refused), "Guardian_Paused");
    assert!(refused.to_string().ends_with("wait until the pause is over"), "{refused}");
    local.anvil.warp(until).await.unwrap();
    assert_eq!(chain.paused_until().await.unwrap(), None);
    let after = chain.batch(EPOCH).await.unwrap().window_end;
    assert_eq!(after, before + 7 * 86_400);
    local.anvil.warp(after).await.unwrap();
    sender.credit(EPOCH, &chunks[0]).await.unwrap();
}
