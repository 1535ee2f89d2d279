// SPDX-License-Identifier: MIT OR Apache-2.0
pragma solidity 0.8.37;

import {Links} from "../../src/Links.sol";
import {LinkStatus, LinksConfig} from "../../src/interfaces/ILinks.sol";
import {Account, Link} from "../../src/interfaces/Types.sol";

/// @notice A wallet that agrees to everything.
contract WillingWallet {
    function isValidSignature(bytes32, bytes calldata) external pure returns (bytes4) {
        return this.isValidSignature.selector;
    }

    function cancel(Links links, uint64 id) external {
        links.cancel(id);
    }
}

/// @title Proofs about the states of a link
/// @notice The real links under a distributor that says anything: this contract, with any time, pause, live set and account. A
/// re-link of id 7 from `oldWallet` to `newWallet` is pending.
contract LinksProofs {
    uint64 private constant ID = 7;
    uint48 private constant DELAY = 10 days;
    uint48 private constant RESOLVE = 14 days;
    uint208 private constant BUDGET = 1000;

    Links private links;
    WillingWallet private oldWallet;
    WillingWallet private newWallet;

    // What the distributor says
    address private wallet;
    uint48 private earned;
    uint256 private active = 1000;
    bool private isPaused;
    uint64 private oldest = 1;

    // What it was told
    uint256 private settled;
    address private settledTo;

    function setUp() public {
        oldWallet = new WillingWallet();
        newWallet = new WillingWallet();
        LinksConfig memory config;
        config.distributor = address(this);
        config.delay = DELAY;
        config.resolveDeadline = RESOLVE;
        config.budget = BUDGET;
        config.budgetPeriod = 28 days;
        config.governanceCycle = 10 days;
        links = new Links(config);
        wallet = address(oldWallet);
        _propose(0);
    }

    /// @notice A pending link holds only after its delay, without a pause, while its set lives, within the budget; and then it does.
    function check_activatesWhenItMay(uint48 time, bool paused_, uint64 oldest_, uint48 units) external {
        (active, isPaused, oldest, earned) = (time, paused_, oldest_, units);
        bool may = time >= 1000 + uint256(DELAY) && !paused_ && oldest_ <= 1 && units <= BUDGET;
        try links.activate(ID) {
            assert(may && settled == 1 && settledTo == address(newWallet));
            assert(links.pending(ID).status == LinkStatus.None);
        } catch {
            assert(!may && settled == 0);
        }
    }

    /// @notice Only the wallet that is linked cancels, whoever else calls.
    function check_onlyTheOldWalletCancels(address linked) external {
        wallet = linked;
        try newWallet.cancel(links, ID) {
            assert(linked == address(newWallet));
            assert(settled == 1 && settledTo == address(0) && links.isContested(ID));
        } catch {
            assert(linked != address(newWallet) && settled == 0);
        }
    }

    /// @notice After a cancel, another proposal holds only if the arbiter says so, at any time.
    function check_contestedNeedsTheArbiter(uint48 time, bool stands) external {
        oldWallet.cancel(links, ID);
        _propose(1);
        active = time;
        try links.activate(ID) {
            assert(false);
        } catch {}
        try oldWallet.cancel(links, ID) {
            assert(false);
        } catch {}
        links.decideContested(ID, stands);
        assert(links.pending(ID).status == (stands ? LinkStatus.Approved : LinkStatus.None));
        try links.activate(ID) {
            assert(stands && time >= 1000 + uint256(DELAY) && settledTo == address(newWallet));
        } catch {
            assert(!stands || time < 1000 + uint256(DELAY));
        }
    }

    /// @notice A challenged link neither holds nor is dropped before its answer, and the answer is what becomes of it.
    function check_challengedWaitsForItsAnswer(uint48 time, bool stands) external {
        links.freeze(ID, 1);
        active = time;
        try links.activate(ID) {
            assert(false);
        } catch {}
        try links.drop(ID) {
            assert(false);
        } catch {}
        links.decide(ID, stands);
        assert(links.pending(ID).status == (stands ? LinkStatus.Approved : LinkStatus.None));
        assert(settled == (stands ? 0 : 1) && settledTo == address(0));
    }

    /// @notice A link is dropped exactly when its set is dead; what was pending before stays with the old wallet.
    function check_dropsOnlyTheDead(uint48 time, uint64 oldest_) external {
        (active, oldest) = (time, oldest_);
        try links.drop(ID) {
            assert(oldest_ > 1 && settled == 1 && settledTo == address(0));
        } catch {
            assert(oldest_ <= 1 && settled == 0);
        }
    }

    /// @notice Each proposal uses up its nonce: none other is taken.
    function check_nonceIsUsedUp(uint64 nonce) external {
        oldWallet.cancel(links, ID);
        Link memory message = _message(nonce);
        try links.link(ID, message.wallet, nonce, message.validUntil, "", "") {
            assert(nonce == 1 && links.linkNonce(ID) == 2);
        } catch {
            assert(nonce != 1 && links.linkNonce(ID) == 1);
        }
    }

    /// @notice Must fail: some links hold.
    function fails_noLinkHolds(uint48 time, bool paused_, uint64 oldest_, uint48 units) external {
        (active, isPaused, oldest, earned) = (time, paused_, oldest_, units);
        try links.activate(ID) {
            assert(false);
        } catch {}
    }

    /// @notice Must fail: some links that were cancelled are proposed again, and hold.
    function fails_noContestedLinkHolds(uint48 time) external {
        oldWallet.cancel(links, ID);
        _propose(1);
        active = time;
        links.decideContested(ID, true);
        try links.activate(ID) {
            assert(false);
        } catch {}
    }

    function _propose(uint64 nonce) private {
        Link memory message = _message(nonce);
        links.link(ID, message.wallet, nonce, message.validUntil, "", "");
    }

    function _message(uint64 nonce) private view returns (Link memory) {
        return Link({id: ID, wallet: address(newWallet), nonce: nonce, validUntil: type(uint64).max});
    }

    // ------------------------------------------------------------------------------- as the distributor

    function account(uint64) external view returns (Account memory) {
        return Account({wallet: wallet, earned: earned, claimed: 0});
    }

    function isRelinking(uint64) external pure returns (bool) {
        return false;
    }

    function paused() external view returns (bool) {
        return isPaused;
    }

    function activeTime() external view returns (uint256) {
        return active;
    }

    function oldestLiveSet() external view returns (uint64) {
        return oldest;
    }

    function oracleSetId() external pure returns (uint64) {
        return 1;
    }

    function domainSeparator() external pure returns (bytes32) {
        return "domain";
    }

    function requireQuorum(bytes32, bytes calldata) external pure {}

    function disputes() external view returns (address) {
        return address(this);
    }

    function governance() external view returns (address) {
        return address(this);
    }

    function holdLink(uint64) external {}

    function settleLink(uint64, address to, uint64) external {
        ++settled;
        settledTo = to;
    }
}
