//! Blocks that are taken back: what was in them is on the chain again, exactly once.

use super::world::{EPOCH, Scene};
use alloy::providers::ext::AnvilApi;
use alloy::rpc::types::anvil::ReorgOptions;
use guerdon::chain::{BatchStatus, Chain, ChainConfig, Sender};
use guerdon::store::TransactionStatus as Status;

/// The newest blocks are exchanged for others without a transaction.
async fn reorg(scene: &Scene, depth: u64) {
    let provider = scene.local.anvil.provider();
    provider.anvil_reorg(ReorgOptions { depth, tx_block_pairs: Vec::new() }).await.unwrap();
    provider.anvil_drop_all_transactions().await.unwrap();
}

async fn patient(scene: &Scene) -> Chain {
    scene.chain_with(ChainConfig { confirmations: 12, ..scene.config() }).await
}

/// Goes on from whatever the contract says, as a tick does.
async fn go_on(scene: &Scene, chain: &Chain, sender: &Sender) {
    loop {
        sender.wait().await.unwrap();
        let state = chain.batch(EPOCH).await.unwrap();
        let chunk = scene.chunks.iter().find(|chunk| chunk.first == state.next_position as usize);
        match state.status {
            BatchStatus::None => drop(scene.post(sender).await.unwrap()),
            BatchStatus::Posted => drop(sender.publish(EPOCH, chunk.unwrap()).await.unwrap()),
            BatchStatus::Window | BatchStatus::Crediting => {
                if scene.local.anvil.now().await.unwrap() < state.window_end {
                    scene.local.anvil.warp(state.window_end).await.unwrap();
                }
                sender.credit(EPOCH, chunk.unwrap()).await.unwrap();
            }
            BatchStatus::Settled => return,
            BatchStatus::Void => panic!("void"),
        }
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn a_post_that_a_reorg_takes_back_is_sent_again_once() {
    for depth in [1, 2, 5, 10] {
        let scene = Scene::start(1).await;
        let chain = patient(&scene).await;
        let sent = scene.post(&scene.sender(&chain)).await.unwrap();
        scene.mine(depth - 1).await;
        assert_eq!(scene.statuses().await, [Status::Mined]);
        reorg(&scene, depth).await;
        assert_eq!((scene.on_chain().await, scene.nonce().await), ((0, 0, 0), 0), "depth {depth}");
        go_on(&scene, &chain, &scene.sender(&chain)).await;
        assert_eq!((scene.on_chain().await, scene.nonce().await), ((1, 2, 2), 5), "depth {depth}");
        // It is the same transaction.
        assert_eq!(chain.posted(EPOCH, 1).await.unwrap().unwrap().tx, sent.tx, "depth {depth}");
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn a_reorg_at_any_stage_ends_in_one_payment() {
    // So many of the five steps are done before the reorg, and so many blocks are taken back.
    for (done, depth) in [(2, 1), (2, 2), (3, 1), (3, 3), (4, 1), (4, 3), (5, 1), (5, 2), (5, 6)] {
        let scene = Scene::start(1).await;
        let chain = patient(&scene).await;
        let sender = scene.sender(&chain);
        scene.post(&sender).await.unwrap();
        for chunk in scene.chunks.iter().take(done - 1) {
            sender.publish(EPOCH, chunk).await.unwrap();
        }
        if done > 3 {
            let opens = chain.batch(EPOCH).await.unwrap().window_end;
            scene.local.anvil.warp(opens).await.unwrap();
            for chunk in scene.chunks.iter().take(done - 3) {
                sender.credit(EPOCH, chunk).await.unwrap();
            }
        }
        reorg(&scene, depth).await;
        go_on(&scene, &chain, &scene.sender(&chain)).await;
        assert_eq!(scene.on_chain().await, (1, 2, 2), "{done} steps, {depth} blocks");
        assert_eq!(scene.nonce().await, 5, "{done} steps, {depth} blocks");
        assert_eq!(chain.settled_for_good(EPOCH).await.unwrap(), None);
        scene.mine(12).await;
        assert!(chain.settled_for_good(EPOCH).await.unwrap().is_some());
        sender.wait().await.unwrap();
        assert_eq!(scene.statuses().await.iter().filter(|status| **status == Status::Final).count(), 5);
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn an_empty_store_goes_on_after_a_reorg() {
    let scene = Scene::start(1).await;
    let chain = patient(&scene).await;
    scene.post(&scene.sender(&chain)).await.unwrap();
    scene.sender(&chain).publish(EPOCH, &scene.chunks[0]).await.unwrap();
    reorg(&scene, 1).await;
    let empty = scene.empty_store().await;
    let sender = chain.sender(&scene.local.payer).unwrap().keeping(&empty).briefly();
    go_on(&scene, &chain, &sender).await;
    assert_eq!((scene.on_chain().await, scene.nonce().await), ((1, 2, 2), 5));
}

#[tokio::test(flavor = "multi_thread")]
async fn a_chain_that_became_shorter_is_believed_in_the_end() {
    let scene = Scene::start(1).await;
    let chain = patient(&scene).await;
    let provider = scene.local.anvil.provider();
    let snapshot = provider.anvil_snapshot().await.unwrap();
    scene.post(&scene.sender(&chain)).await.unwrap();
    scene.mine(8).await;
    chain.now().await.unwrap();
    assert!(provider.anvil_revert(snapshot).await.unwrap());
    chain.now().await.unwrap_err();
    tokio::time::sleep(std::time::Duration::from_millis(2_100)).await;
    go_on(&scene, &chain, &scene.sender(&chain)).await;
    assert_eq!((scene.on_chain().await, scene.nonce().await), ((1, 2, 2), 5));
}
