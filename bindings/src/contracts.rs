//! Calls, events, errors and bytecode of the contracts, from the committed `abi/*.json`.

// Structs of the sources have one name in every contract, so each contract has a module.
macro_rules! contract {
    ($module:ident, $name:ident, $file:literal) => {
        #[allow(
            clippy::all,
            clippy::indexing_slicing,
            unused_qualifications,
            reason = "generated from the contract's interface"
        )]
        mod $module {
            alloy::sol! {
                #[sol(rpc, all_derives)]
                $name,
                $file
            }
        }
        pub use $module::$name;
    };
}

contract!(genesis, Genesis, "abi/Genesis.json");
contract!(token, GuerdonToken, "abi/GuerdonToken.json");
contract!(timelock, GuerdonTimelock, "abi/GuerdonTimelock.json");
contract!(governor, GuerdonGovernor, "abi/GuerdonGovernor.json");
contract!(treasury, Treasury, "abi/Treasury.json");
contract!(distributor, RewardDistributor, "abi/RewardDistributor.json");
contract!(links, Links, "abi/Links.json");
contract!(disputes, Disputes, "abi/Disputes.json");
contract!(votes, EarnedVotes, "abi/EarnedVotes.json");
contract!(veto, ContributorVeto, "abi/ContributorVeto.json");

impl From<crate::RewardBatch> for RewardDistributor::RewardBatch {
    fn from(batch: crate::RewardBatch) -> Self {
        let crate::RewardBatch { epoch, round, oracleSet, postBefore, total, entriesHash, policyHash, evidenceHash } =
            batch;
        Self { epoch, round, oracleSet, postBefore, total, entriesHash, policyHash, evidenceHash }
    }
}

impl From<crate::RewardBatch> for Disputes::RewardBatch {
    fn from(batch: crate::RewardBatch) -> Self {
        let crate::RewardBatch { epoch, round, oracleSet, postBefore, total, entriesHash, policyHash, evidenceHash } =
            batch;
        Self { epoch, round, oracleSet, postBefore, total, entriesHash, policyHash, evidenceHash }
    }
}

impl From<RewardDistributor::RewardBatch> for crate::RewardBatch {
    fn from(batch: RewardDistributor::RewardBatch) -> Self {
        let RewardDistributor::RewardBatch {
            epoch,
            round,
            oracleSet,
            postBefore,
            total,
            entriesHash,
            policyHash,
            evidenceHash,
        } = batch;
        Self { epoch, round, oracleSet, postBefore, total, entriesHash, policyHash, evidenceHash }
    }
}
