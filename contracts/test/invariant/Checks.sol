// SPDX-License-Identifier: MIT OR Apache-2.0
pragma solidity 0.8.37;

import {Challenge, Subject} from "../../src/interfaces/IDisputes.sol";
import {LinkStatus, PendingLink} from "../../src/interfaces/ILinks.sol";
import {Account as Held, BatchState, BatchStatus} from "../../src/interfaces/Types.sol";
import {ShadowAccount, ShadowBatch, ShadowChallenge} from "./Store.sol";
import {Governors} from "./actors/Governors.sol";

/// @title What must be true after every call
/// @notice One function for each invariant that is about the state; those about a single call are checked where the call is made.
/// The README of this folder numbers them all.
contract Checks is Governors {
    mapping(uint64 id => Held) private _seen;

    error Broken(string what, uint256 actual, uint256 expected);

    // --------------------------------------------------------------------------------------- after each call

    /// @notice 1 and 2: what a batch granted and dropped is within its total, what an epoch granted within its budget.
    function checkBatches() external view {
        for (uint256 i = 0; i < live.length; ++i) {
            uint64 epoch = live[i];
            ShadowBatch storage posted = _latest(epoch);
            BatchState memory state = distributor.batch(epoch);
            _equal(uint8(state.status), uint8(posted.status), "status");
            _equal(state.round, lastRound[epoch], "round");
            _equal(state.digest, posted.digest, "digest");
            _equal(state.total, posted.total, "total");
            _equal(state.epochCredited, usedOfEpoch[epoch], "credited of the epoch");
            _equal(state.live, posted.set >= oldestLive, "live");

            uint256 passed = 0;
            for (uint256 j = 0; j < posted.passed; ++j) {
                passed += posted.entries[j].units;
            }
            _atMost(uint256(posted.credited) + posted.dropped + posted.held, posted.total, "1: beyond the total");
            _equal(uint256(posted.credited) + posted.dropped + posted.held, passed, "1: entries lost");
            _equal(uint256(state.credited) + state.skipped, passed, "1: entries lost on chain");
            _atMost(
                usedOfEpoch[epoch] + posted.total - passed, _termsAt(epoch).epochBudget, "2: beyond the epoch's budget"
            );
        }
    }

    /// @notice 3 and 13: accounts are what the entries say, and never fall.
    function checkAccounts() external {
        for (uint64 id = 1; id <= IDS + UNLINKED; ++id) {
            Held memory held = distributor.account(id);
            ShadowAccount storage account = accounts[id];
            _equal(held.earned, account.earned, "3: earned");
            _equal(held.claimed, account.claimed, "3: claimed");
            _atMost(held.claimed, held.earned, "3: claimed more than earned");
            _atMost(_seen[id].earned, held.earned, "13: a granted account was lowered");
            _atMost(_seen[id].claimed, held.claimed, "13: claimed was lowered");
            _equal(held.wallet, account.wallet, "14: wallet");
            _seen[id] = held;
        }
    }

    /// @notice 4 and 7: every token is accounted for, what is granted lies in the distributor, what is promised in the Treasury.
    function checkMoney() external view {
        uint256 unclaimed = 0;
        for (uint64 id = 1; id <= IDS; ++id) {
            unclaimed += accounts[id].earned - accounts[id].claimed;
        }
        _equal(token.balanceOf(address(distributor)), unclaimed * UNIT + donatedToDistributor, "4: distributor");
        _equal(token.balanceOf(address(disputes)), rewardsGranted + donatedToDisputes, "4: disputes");
        _equal(token.balanceOf(address(links)), 0, "4: links");
        _equal(
            token.balanceOf(address(treasury)), FIRST_FUNDS + donatedToTreasury - drawn - left, "7: Treasury's balance"
        );
        _equal(treasury.reservedOf(address(token)), reserved, "7: reserved in all");
        _equal(treasury.budget(address(distributor), address(token)).reserved, reserved, "7: reserved");
        _atMost(reserved, token.balanceOf(address(treasury)), "7: promised and not there");

        uint256 promised = 0;
        for (uint256 i = 0; i < live.length; ++i) {
            ShadowBatch storage posted = _latest(live[i]);
            promised += posted.total - posted.credited - posted.dropped - posted.held;
        }
        _equal((promised + _held()) * UNIT, reserved, "7: reserved for nothing");
    }

    /// @notice 14: links stand where the proofs, delays and answers have put them.
    function checkLinks() external view {
        for (uint64 id = 1; id <= IDS; ++id) {
            ShadowAccount storage account = accounts[id];
            PendingLink memory waiting = links.pending(id);
            _equal(uint8(waiting.status), uint8(account.waiting.status), "14: status");
            _equal(waiting.wallet, account.waiting.wallet, "14: waiting wallet");
            _equal(waiting.adopted, account.waiting.adopted, "14: adopted");
            _equal(links.linkNonce(id), account.nonce, "14: nonce");
            _equal(links.isContested(id), account.contested, "14: contested");
            _equal(distributor.isRelinking(id), _isRelinking(id), "14: re-linking");
        }
    }

    /// @notice 15 and 16: every bond is held, owed or paid, and open challenges are what was asked; keys stay off.
    function checkDisputes() external view {
        _equal(disputes.challengeCount(), challengeCount, "15: challenges");
        _equal(address(disputes).balance, bondsHeld + ethOwedInAll + ethForced, "15: ETH");
        for (uint256 i = 0; i < open.length; ++i) {
            Challenge memory challenge = disputes.challengeOf(open[i]);
            ShadowChallenge storage asked = challenges[open[i]];
            _equal(uint8(challenge.subject), uint8(asked.subject), "15: subject");
            _equal(challenge.bond, asked.bond, "15: bond");
            _equal(challenge.deadline, asked.deadline, "15: deadline");
        }
        uint256 left = 0;
        for (uint256 id = 1; id <= challengeCount; ++id) {
            if (disputes.challengeOf(id).subject != Subject.None) ++left;
        }
        _equal(left, open.length, "15: open");
        for (uint256 i = 0; i < SET_SIZE; ++i) {
            address member = sets[currentSet][i].member;
            _equal(distributor.isSwitchedOff(member), off[member], "16: switched off");
        }
        _equal(distributor.oracleSetId(), currentSet, "16: current set");
        _equal(distributor.oldestLiveSet(), oldestLive, "16: oldest live set");
        _equal(distributor.paused(), _isPaused(), "16: paused");
    }

    function _equal(uint256 actual, uint256 expected, string memory what) private pure {
        if (actual != expected) revert Broken(what, actual, expected);
    }

    function _equal(bool actual, bool expected, string memory what) private pure {
        if (actual != expected) revert Broken(what, actual ? 1 : 0, expected ? 1 : 0);
    }

    function _equal(address actual, address expected, string memory what) private pure {
        _equal(uint160(actual), uint160(expected), what);
    }

    function _equal(bytes32 actual, bytes32 expected, string memory what) private pure {
        _equal(uint256(actual), uint256(expected), what);
    }

    function _atMost(uint256 actual, uint256 most, string memory what) private pure {
        if (actual > most) revert Broken(what, actual, most);
    }

    function _held() private view returns (uint256 units) {
        for (uint256 i = 0; i < open.length; ++i) {
            ShadowChallenge storage challenge = challenges[open[i]];
            if (challenge.subject != Subject.Entry) continue;
            bytes32 key = _entryKey(challenge.about, challenge.round, challenge.position);
            if (uint8(entriesOf[key].status) != 2) continue;
            units += batches[challenge.about][challenge.round].entries[challenge.position].units;
        }
    }

    // ------------------------------------------------------------------------------------------ after a run

    /// @notice 8 and 17: whatever happened, everything that is pending can be brought to an end by anybody, nothing stays reserved,
    /// and everybody is paid what was credited, into the wallet that is linked, whatever waits, and pause or not.
    function checkEnd() external {
        this.claimAll();
        vm.warp(block.timestamp + 60 days);
        while (open.length != 0) {
            this.refundOrExpire(open[open.length - 1]);
        }
        while (live.length != 0) {
            this.endBatch(live[live.length - 1]);
        }
        _equal(reserved, 0, "17: something stays reserved");
        this.checkMoney();
        this.checkAccounts();
        this.claimAll();
        _equal(token.balanceOf(address(distributor)), donatedToDistributor, "8: not everybody was paid");
        for (uint256 i = 0; i < 16; ++i) {
            _equal(token.balanceOf(_anybody(i)), paidTo[_anybody(i)], "6: somebody's tokens");
        }
        for (uint256 i = 0; i < WALLETS; ++i) {
            address wallet = vm.addr(_walletKeyAt(i));
            _equal(token.balanceOf(wallet), paidTo[wallet], "6: a wallet's tokens");
        }
    }

    function claimAll() external {
        for (uint64 id = 1; id <= IDS; ++id) {
            _claim(id, true, 0);
        }
    }

    function refundOrExpire(uint256 id) external {
        _expireOrRefund(id);
    }

    function endBatch(uint64 epoch) external {
        ShadowBatch storage posted = _latest(epoch);
        if (posted.set < oldestLive) return _voidRotated(epoch, 0);
        if (posted.status == BatchStatus.Posted) return _voidUnpublished(epoch, 0);
        _credit(epoch, 0, 0);
    }

    // ------------------------------------------------------------------------------------------- campaign

    /// @notice What the fuzzer calls.
    function calls() external pure returns (bytes4[] memory list) {
        list = new bytes4[](34);
        list[0] = this.post.selector;
        list[1] = this.carryOn.selector;
        list[2] = this.postStolen.selector;
        list[3] = this.publish.selector;
        list[4] = this.credit.selector;
        list[5] = this.voidUnpublished.selector;
        list[6] = this.voidRotated.selector;
        list[7] = this.challengeEntry.selector;
        list[8] = this.challengeBatch.selector;
        list[9] = this.challengeLink.selector;
        list[10] = this.answer.selector;
        list[11] = this.answerUninvited.selector;
        list[12] = this.expire.selector;
        list[13] = this.refund.selector;
        list[14] = this.withdraw.selector;
        list[15] = this.withdrawReward.selector;
        list[16] = this.reportEquivocation.selector;
        list[17] = this.link.selector;
        list[18] = this.relinkSigned.selector;
        list[19] = this.adopt.selector;
        list[20] = this.activate.selector;
        list[21] = this.cancel.selector;
        list[22] = this.drop.selector;
        list[23] = this.decideLink.selector;
        list[24] = this.claim.selector;
        list[25] = this.claimMany.selector;
        list[26] = this.govern.selector;
        list[27] = this.guard.selector;
        list[28] = this.moveMoney.selector;
        list[29] = this.intrude.selector;
        list[30] = this.donate.selector;
        list[31] = this.pass.selector;
        list[32] = this.carryOnTwice.selector;
        list[33] = this.linkAndEarn.selector;
    }
}
