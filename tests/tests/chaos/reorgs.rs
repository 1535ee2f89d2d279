//! A chain that forgets its last blocks, one to ten of them, after each step of an epoch.

use guerdon::chain::BatchStatus;
use guerdon_tests::chaos::crew::Crew;
use guerdon_tests::chaos::town::{Fate, Plan, Town};
use guerdon_tests::demo::cast::Member;
use std::time::{Duration, Instant};

const CONFIG: &str = "guerdon.toml";
/// More than the deepest reorg.
const CONFIRMATIONS: u64 = 12;

/// A town whose daemon waits for confirmations, with the links deep enough.
async fn deep(plan: Plan) -> Town {
    let town = Town::start(plan).await.unwrap();
    let confirmations = format!("confirmations = {CONFIRMATIONS}");
    town.reconfigure(CONFIG, CONFIG, &[("confirmations = 0", &confirmations)]).unwrap();
    town.sandbox.anvil.mine(CONFIRMATIONS).await.unwrap();
    town
}

#[tokio::test(flavor = "multi_thread")]
async fn blocks_forgotten_after_any_step_of_a_batch_change_nothing_in_the_end() {
    let mut tried = 0;
    for step in [BatchStatus::Posted, BatchStatus::Window, BatchStatus::Settled] {
        tried += forget_at(step).await;
    }
    println!("{tried} reorgs of 1 to 10 blocks after the post, the publication and the credit");
}

/// At this step, each depth and each fate of what was in the blocks; gives how often it was tried.
async fn forget_at(step: BatchStatus) -> usize {
    let mut town = deep(Plan::sample().unwrap()).await;
    town.mine_by_hand().await.unwrap();
    let mut before = town.save("before").await.unwrap();
    let mut crew = Crew::of(&town.sandbox, &[CONFIG]);
    crew.start(&town.sandbox).unwrap();
    town.pay(&mut crew, 1).await.unwrap();
    crew.stop().await.unwrap();
    let expected = town.books().await.unwrap();
    let mut tried = 0;
    for (depth, fate) in (1..=10).flat_map(|depth| [(depth, Fate::MinedAgain), (depth, Fate::Lost)]) {
        town.restore(&mut before).await.unwrap();
        crew.start(&town.sandbox).unwrap();
        let mut forgotten = false;
        let paid = town.pay_with(&mut crew, 1, async |_, state| {
            if state.status == step && !forgotten {
                forgotten = true;
                town.forget_blocks(depth, fate).await?;
            }
            Ok(())
        });
        paid.await.unwrap_or_else(|error| panic!("{step:?}, {depth} blocks, {fate:?}: {error}"));
        settles_again(&town, &mut crew).await;
        assert!(forgotten, "{step:?} was never seen");
        crew.kill().await;
        let books = town.books().await.unwrap();
        assert_eq!(books[0].entries_hash, expected[0].entries_hash, "{step:?}, {depth} blocks");
        tried += 1;
    }
    tried
}

/// What was settled and forgotten is settled again.
async fn settles_again(town: &Town, crew: &mut Crew) {
    let began = Instant::now();
    while town.batch(1).await.unwrap().status != BatchStatus::Settled {
        assert!(began.elapsed() < Duration::from_secs(60), "{}", crew.hands[0].last_words());
        town.reach(town.batch(1).await.unwrap().window_end).await.unwrap();
        town.sandbox.anvil.mine(1).await.unwrap();
        tokio::time::sleep(Duration::from_millis(20)).await;
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn a_link_whose_blocks_are_forgotten_is_made_again() {
    let mut plan = Plan::sample().unwrap();
    let members: Vec<Member> = plan.members.drain(..).filter(|member| member.links_in.is_some()).collect();
    assert!(members.len() >= 10);
    let mut town = deep(plan).await;
    for (depth, member) in (1..=10).zip(&members) {
        let linked = async || !town.distributor().account(member.id).call().await.unwrap().wallet.is_zero();
        town.link(&[member]).await.unwrap();
        assert!(linked().await);
        town.forget_blocks(depth, Fate::Lost).await.unwrap();
        assert!(!linked().await, "{depth} blocks were forgotten and the link was not");
        town.link(&[member]).await.unwrap();
        // The next one's reorg is about the next one.
        town.sandbox.anvil.mine(CONFIRMATIONS).await.unwrap();
    }
    let rest: Vec<&Member> = members.iter().skip(10).collect();
    town.link(&rest).await.unwrap();
    town.sandbox.anvil.mine(CONFIRMATIONS).await.unwrap();
    town.mine_by_hand().await.unwrap();
    let mut crew = Crew::of(&town.sandbox, &[CONFIG]);
    crew.start(&town.sandbox).unwrap();
    town.pay(&mut crew, 1).await.unwrap();
    crew.stop().await.unwrap();
    let all_linked = town.books().await.unwrap();

    let mut undisturbed = deep(Plan::sample().unwrap()).await;
    undisturbed.mine_by_hand().await.unwrap();
    let mut crew = Crew::of(&undisturbed.sandbox, &[CONFIG]);
    crew.start(&undisturbed.sandbox).unwrap();
    undisturbed.pay(&mut crew, 1).await.unwrap();
    crew.stop().await.unwrap();
    assert_eq!(all_linked[0].entries, undisturbed.books().await.unwrap()[0].entries);
    println!("10 reorgs of 1 to 10 blocks after a link");
}

#[tokio::test(flavor = "multi_thread")]
async fn a_challenge_whose_blocks_are_forgotten_holds_nothing_back() {
    let mut town = deep(Plan::sample().unwrap()).await;
    town.mine_by_hand().await.unwrap();
    let mut before = town.save("before").await.unwrap();
    for depth in 1..=10 {
        town.restore(&mut before).await.unwrap();
        let mut crew = Crew::of(&town.sandbox, &[CONFIG]);
        crew.start(&town.sandbox).unwrap();
        let mut challenged = false;
        let paid = town.pay_with(&mut crew, 1, async |_, state| {
            if state.status == BatchStatus::Window && !challenged {
                challenged = true;
                challenge(&town).await;
                town.forget_blocks(depth, Fate::Lost).await?;
            }
            Ok(())
        });
        paid.await.unwrap();
        settles_again(&town, &mut crew).await;
        assert!(challenged);
        crew.kill().await;
        // Everything is credited: the challenge is as if it had never been.
        town.books().await.unwrap();
    }
    println!("10 reorgs of 1 to 10 blocks after a challenge");
}

/// A stranger challenges the first entry; a block is mined for it.
async fn challenge(town: &Town) {
    use alloy::providers::Provider as _;
    use guerdon_bindings::contracts::Disputes;
    let key = guerdon_tests::anvil::key(guerdon_tests::sandbox::STRANGER).unwrap();
    let provider = alloy::providers::ProviderBuilder::new()
        .wallet(key)
        .connect_http(town.sandbox.anvil.url().parse().unwrap())
        .erased();
    let disputes = Disputes::new(town.sandbox.deployment.contracts.disputes.address, &provider);
    let bond = disputes.bond().call().await.unwrap();
    let sent = disputes.challenge(1, 0).value(alloy::primitives::U256::from(bond)).send().await.unwrap();
    town.sandbox.anvil.mine(1).await.unwrap();
    assert!(sent.get_receipt().await.unwrap().status());
}
