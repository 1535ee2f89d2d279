// SPDX-License-Identifier: MIT OR Apache-2.0
pragma solidity 0.8.37;

import {Budget, Raise} from "../../../src/interfaces/ITreasury.sol";
import {Terms} from "../../../src/interfaces/Types.sol";
import {Oracle} from "../../support/Signing.sol";
import {Level, Pause} from "../Store.sol";
import {Contributors} from "./Contributors.sol";

/// @title Governance, the guardian, donors, and time
/// @notice Governance acts through the timelock's address; every one of its calls is tried by somebody else as well.
abstract contract Governors is Contributors {
    // ---------------------------------------------------------------------------------------------- oracles

    /// @notice Governance rotates the oracles, or sets terms or the bond.
    function govern(uint256 seed) external {
        uint256 kind = _drawFrom(seed, "kind") % 4;
        if (kind == 0) _rotate(seed);
        else if (kind == 1) _setBond(seed);
        else _setTerms(seed);
    }

    /// @notice The guardian pauses and unpauses.
    function guard(uint256 seed) external {
        if (_isPaused() || _drawFrom(seed, "kind") % 4 == 0) _unpause(seed);
        else if (_drawFrom(seed, "kind") % 4 == 1) _pause(seed);
        else pass(seed);
    }

    /// @notice Governance changes limits and moves money, and what waited holds.
    function moveMoney(uint256 seed) external {
        uint256 kind = _drawFrom(seed, "kind") % 4;
        if (kind == 0) _setLimit(seed);
        else if (kind == 1) _transferOut(seed);
        else _activateLimit(seed);
    }

    /// @dev Takes some members out, all that are switched off among them, and fresh ones in.
    function _rotate(uint256 seed) private {
        bool voidPending = _drawFrom(seed, "void") % 3 == 0;
        Oracle[] memory made = new Oracle[](SET_SIZE);
        uint256 kept = 0;
        for (uint256 i = seed % 3; i < SET_SIZE; ++i) {
            if (!off[sets[currentSet][i].member]) made[kept++] = sets[currentSet][i];
        }
        for (; kept < SET_SIZE; ++kept) {
            made[kept] = _makeOracles(string(abi.encode("fresh", ++freshKeys)), 1)[0];
        }
        _sort(made);
        bool should = _drawFrom(seed, "caller") % 4 != 0;
        address caller = should ? address(timelock) : _anybody(seed);
        bytes memory data =
            abi.encodeCall(distributor.rotate, (_membersOf(made), THRESHOLD, "https://evidence.example/", voidPending));
        _act("rotate", should, caller, address(distributor), data);
        if (!should) return;
        ++currentSet;
        for (uint256 i = 0; i < SET_SIZE; ++i) {
            sets[currentSet].push(made[i]);
        }
        if (voidPending) {
            oldestLive = currentSet;
            ++counts["rotateVoiding"];
        }
    }

    /// @dev Sets the terms of an epoch to come, or tries it for one that has begun.
    function _setTerms(uint256 seed) private {
        uint64 current = uint64(distributor.epochAt(block.timestamp));
        uint64 fromEpoch = current + uint64(_drawFrom(seed, "from") % 4);
        Terms memory terms = Terms({
            policyHash: keccak256(abi.encode("policy", seed % 3)),
            epochBudget: uint64(BUDGET / 2 + _drawFrom(seed, "budget") % BUDGET),
            capPerPerson: uint48(3 + _drawFrom(seed, "cap") % (2 * uint256(CAP))),
            fromEpoch: fromEpoch
        });
        bool invited = _drawFrom(seed, "caller") % 4 != 0;
        bool should = invited && fromEpoch > current && fromEpoch > allTerms[allTerms.length - 1].fromEpoch;
        address caller = invited ? address(timelock) : _anybody(seed);
        _act("setTerms", should, caller, address(distributor), abi.encodeCall(distributor.setTerms, (terms)));
        if (should) allTerms.push(terms);
    }

    /// @dev Sets another bond.
    function _setBond(uint256 seed) private {
        uint96 bond = uint96(seed % 1 ether);
        bool invited = _drawFrom(seed, "caller") % 4 != 0;
        address caller = invited ? address(timelock) : _anybody(seed);
        _act("setBond", invited && bond != 0, caller, address(disputes), abi.encodeCall(disputes.setBond, (bond)));
    }

    // -------------------------------------------------------------------------------------------- guardian

    /// @dev The guardian pauses, or somebody tries to.
    function _pause(uint256 seed) private {
        bool invited = seed % 2 == 0;
        bool rested = pauses.length == 0 || block.timestamp >= pauses[pauses.length - 1].from + 30 days;
        bool should = invited && rested && block.timestamp < START + 365 days;
        _act(
            "pause",
            should,
            invited ? guardian : _anybody(seed),
            address(distributor),
            abi.encodeCall(distributor.pause, ())
        );
        if (should) pauses.push(Pause({from: block.timestamp, until: block.timestamp + 7 days}));
    }

    /// @dev The guardian, or governance, ends a pause.
    function _unpause(uint256 seed) private {
        address caller = seed % 3 == 0 ? guardian : seed % 3 == 1 ? address(timelock) : _anybody(seed);
        bool invited = seed % 3 == 1 || (seed % 3 == 0 && block.timestamp < START + 365 days);
        bool should = invited && _isPaused();
        _act("unpause", should, caller, address(distributor), abi.encodeCall(distributor.unpause, ()));
        if (should) pauses[pauses.length - 1].until = block.timestamp;
    }

    // -------------------------------------------------------------------------------------------- treasury

    /// @dev Changes the distributor's budget or the token's cap; a raise waits.
    function _setLimit(uint256 seed) private {
        bool ofCap = _drawFrom(seed, "cap") % 2 == 0;
        uint208 capacity = uint208((BUDGET / 2 + _drawFrom(seed, "capacity") % (3 * uint256(BUDGET))) * UNIT);
        uint48 period = uint48(EPOCH / 2 + _drawFrom(seed, "period") % (4 * uint256(EPOCH)));
        bool should = _drawFrom(seed, "caller") % 4 != 0;
        bytes memory data = ofCap
            ? abi.encodeCall(treasury.setOutflowCap, (address(token), capacity, period))
            : abi.encodeCall(treasury.setBudget, (address(distributor), address(token), capacity, period));
        _act("setLimit", should, should ? address(timelock) : _anybody(seed), address(treasury), data);
        if (!should) return;
        Level storage level = ofCap ? outflow : budget;
        bool raise = capacity > level.capacity || capacity * level.period > level.capacity * period;
        if (raise != (_raiseOf(ofCap).activeFrom != 0)) revert Unexpected("a raise waits", true, "");
        if (!raise) _limited(level, ofCap);
    }

    /// @dev Makes a raise that waited hold, waiting for it every other time.
    function _activateLimit(uint256 seed) private {
        bool ofCap = _drawFrom(seed, "cap") % 2 == 0;
        Raise memory raise = _raiseOf(ofCap);
        if (seed % 2 == 0 && raise.activeFrom > block.timestamp) vm.warp(raise.activeFrom);
        bool should = raise.activeFrom != 0 && block.timestamp >= raise.activeFrom;
        bytes memory data = ofCap
            ? abi.encodeCall(treasury.activateOutflowCap, (address(token)))
            : abi.encodeCall(treasury.activateBudget, (address(distributor), address(token)));
        _act("activateLimit", should, _anybody(seed), address(treasury), data);
        if (should) _limited(ofCap ? outflow : budget, ofCap);
    }

    /// @dev Governance moves tokens out, or somebody tries to.
    function _transferOut(uint256 seed) private {
        uint256 amount = _drawFrom(seed, "amount") % (BUDGET * UNIT);
        address to = _anybody(seed);
        bool invited = _drawFrom(seed, "caller") % 4 != 0;
        bool should = invited && amount <= treasury.outflowCap(address(token)).available
            && amount + reserved <= token.balanceOf(address(treasury));
        bytes memory data = abi.encodeCall(treasury.transferERC20, (address(token), to, amount));
        _act("transferOut", should, invited ? address(timelock) : to, address(treasury), data);
        if (!should) return;
        _draw(outflow, amount);
        left += amount;
        paidTo[to] += amount;
    }

    /// @notice Somebody who is no spender asks for money, and a spender's parts are called from outside.
    function intrude(uint256 seed) external meanwhile(seed) {
        address caller = _anybody(seed);
        uint64 id = uint64(1 + seed % IDS);
        bytes[] memory calls = new bytes[](7);
        calls[0] = abi.encodeCall(distributor.settleLink, (id, caller, 0));
        calls[1] = abi.encodeCall(distributor.holdLink, (id));
        calls[2] = abi.encodeCall(distributor.switchOff, (oracles[0].member));
        calls[3] = abi.encodeCall(distributor.settleHeld, (1, 1, 0, id, 1, true, 0));
        calls[4] = abi.encodeCall(distributor.decideBatch, (1, 1, false, 1));
        calls[5] = abi.encodeCall(distributor.freeze, (1, 0, true));
        calls[6] = abi.encodeCall(distributor.setGuardian, (caller, type(uint48).max));
        _act("intrude", false, caller, address(distributor), calls[seed % 7]);
        _act("intrude", false, caller, address(treasury), abi.encodeCall(treasury.reserve, (address(token), 1)));
        _act("intrude", false, caller, address(treasury), abi.encodeCall(treasury.pay, (address(token), 1)));
        _act("intrude", false, caller, address(treasury), abi.encodeCall(treasury.release, (address(token), 1)));
        _act("intrude", false, caller, address(links), abi.encodeCall(links.decide, (id, true)));
        _act("intrude", false, caller, address(links), abi.encodeCall(links.freeze, (id, 1)));
        _act("intrude", false, caller, address(disputes), abi.encodeCall(disputes.passEntry, (1, 1, 0, id, 1)));
    }

    function _raiseOf(bool ofCap) private view returns (Raise memory) {
        return
            ofCap
                ? treasury.outflowCapRaise(address(token))
                : treasury.budgetRaise(address(distributor), address(token));
    }

    function _limited(Level storage level, bool ofCap) private {
        Budget memory now_ =
            ofCap ? treasury.outflowCap(address(token)) : treasury.budget(address(distributor), address(token));
        _setLevel(level, now_.capacity, now_.period);
        if (level.used > level.capacity) level.used = level.capacity;
    }

    // ---------------------------------------------------------------------------------------------- others

    /// @notice Somebody sends tokens or ETH where nobody asked for them.
    function donate(uint256 seed) external meanwhile(seed) {
        uint256 amount = _drawFrom(seed, "amount") % (2 * BUDGET * UNIT);
        uint256 kind = seed % 4;
        if (kind == 0) {
            donatedToTreasury += amount;
            assertTrue(token.transfer(address(treasury), amount));
        } else if (kind == 1) {
            donatedToDistributor += amount;
            assertTrue(token.transfer(address(distributor), amount));
        } else if (kind == 2) {
            donatedToDisputes += amount;
            assertTrue(token.transfer(address(disputes), amount));
        } else {
            ethForced += amount;
            vm.deal(address(disputes), address(disputes).balance + amount);
        }
        ++counts["donate"];
    }

    /// @notice Time passes: an hour to nine days.
    function pass(uint256 seed) public {
        uint256 hours_ = seed % 3 == 0 ? 1 + (seed >> 8) % 216 : 1 + (seed >> 8) % 30;
        vm.warp(block.timestamp + hours_ * 1 hours);
    }

    function _sort(Oracle[] memory list) private pure {
        for (uint256 i = 1; i < list.length; ++i) {
            for (uint256 j = i; j > 0 && list[j - 1].member > list[j].member; --j) {
                (list[j - 1], list[j]) = (list[j], list[j - 1]);
            }
        }
    }
}
