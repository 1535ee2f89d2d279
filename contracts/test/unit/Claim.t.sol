// SPDX-License-Identifier: MIT OR Apache-2.0
pragma solidity 0.8.37;

import {IAccounts} from "../../src/interfaces/IAccounts.sol";
import {Fixture} from "../support/Fixture.sol";
import {Entry, Packing} from "../support/Packing.sol";
import {BlockingToken, SilentToken} from "../support/Tokens.sol";
import {IERC20Errors} from "@openzeppelin/contracts/interfaces/draft-IERC6093.sol";
import {SafeERC20} from "@openzeppelin/contracts/token/ERC20/utils/SafeERC20.sol";

contract ClaimTest is Fixture {
    // ----------------------------------------------------------------------------------------------- good

    function test_AnyoneClaimsForTheWallet() public {
        address wallet = _link(7);
        _pay(1, 1, _one(7, 100));
        vm.expectEmit(address(distributor));
        emit IAccounts.Claimed(7, wallet, 100 * UNIT);
        vm.prank(alice);
        assertEq(distributor.claim(7), 100 * UNIT);
        assertEq(_balance(wallet), 100 * UNIT);
        assertEq(_balance(alice), 0);
        assertEq(distributor.account(7).earned, 100);
        assertEq(distributor.account(7).claimed, 100);
        assertEq(distributor.claimable(7), 0);
    }

    function test_ClaimingNothingInAListSaysNothing() public {
        _link(7);
        uint64[] memory ids = new uint64[](2);
        (ids[0], ids[1]) = (7, 8);
        vm.recordLogs();
        assertEq(distributor.claimMany(ids), 0);
        assertEq(vm.getRecordedLogs().length, 0);
    }

    function test_MissedEpochsAreOneClaim() public {
        address wallet = _link(7);
        for (uint64 epoch = 1; epoch <= 5; ++epoch) {
            _pay(epoch, 1, _one(7, uint48(epoch)));
        }
        assertEq(distributor.claimable(7), 15 * UNIT);
        distributor.claim(7);
        assertEq(_balance(wallet), 15 * UNIT);
        _pay(6, 1, _one(7, 6));
        distributor.claim(7);
        assertEq(_balance(wallet), 21 * UNIT);
    }

    function test_ManyArePaidAtOnce() public {
        _linkMany(1, 4);
        _pay(1, 1, Packing.many(1, 4, 100));
        uint64[] memory ids = new uint64[](6);
        for (uint64 i = 0; i < 4; ++i) {
            ids[i] = i + 1;
        }
        ids[4] = 1; // again
        ids[5] = 99; // nobody
        assertEq(distributor.claimMany(ids), 400 * UNIT);
        for (uint64 id = 1; id <= 4; ++id) {
            assertEq(_balance(_wallet(id)), 100 * UNIT);
        }
        assertEq(_balance(address(distributor)), 0);
        assertEq(distributor.claimMany(ids), 0);
        assertEq(distributor.claimMany(new uint64[](0)), 0);
    }

    function testFuzz_TheOrderOfClaimsChangesNothing(uint256 seed, uint48[4] memory units) public {
        _linkMany(1, 4);
        Entry[] memory entries = Packing.many(1, 4, 1);
        for (uint256 i = 0; i < 4; ++i) {
            units[i] = uint48(bound(units[i], 1, BUDGET / 4));
            entries[i].units = units[i];
        }
        _pay(1, 1, entries);
        for (uint256 i = 0; i < 16; ++i) {
            uint64 id = uint64(1 + uint256(keccak256(abi.encode(seed, i))) % 4);
            if (distributor.claimable(id) == 0) continue;
            distributor.claim(id);
        }
        for (uint64 id = 1; id <= 4; ++id) {
            assertEq(_balance(_wallet(id)) + distributor.claimable(id), units[id - 1] * UNIT);
        }
    }

    // ------------------------------------------------------------------------------------------------ bad

    function test_RevertWhen_ClaimedTwice() public {
        _link(7);
        _pay(1, 1, _one(7, 100));
        distributor.claim(7);
        vm.expectRevert(abi.encodeWithSelector(IAccounts.Accounts_NothingToClaim.selector, 7));
        distributor.claim(7);
    }

    function test_RevertWhen_NothingWasEarned() public {
        _link(7);
        vm.expectRevert(abi.encodeWithSelector(IAccounts.Accounts_NothingToClaim.selector, 7));
        distributor.claim(7);
    }

    function test_RevertWhen_NotLinked() public {
        vm.expectRevert(abi.encodeWithSelector(IAccounts.Accounts_NotLinked.selector, 7));
        distributor.claim(7);
        vm.expectRevert(abi.encodeWithSelector(IAccounts.Accounts_NotLinked.selector, 0));
        distributor.claim(0);
    }

    function test_AShortDistributorPaysNothingPartially() public {
        address wallet = _link(7);
        _pay(1, 1, _one(7, 100));
        vm.prank(address(distributor));
        assertTrue(token.transfer(alice, 1));
        vm.expectRevert(
            abi.encodeWithSelector(
                IERC20Errors.ERC20InsufficientBalance.selector, address(distributor), 100 * UNIT - 1, 100 * UNIT
            )
        );
        distributor.claim(7);
        assertEq(distributor.claimable(7), 100 * UNIT);

        vm.prank(alice);
        assertTrue(token.transfer(address(distributor), 1));
        distributor.claim(7);
        assertEq(_balance(wallet), 100 * UNIT);
    }

    // ------------------------------------------------------------------------------------- unusual tokens

    function test_ABlockedWalletStopsOnlyItself() public {
        BlockingToken blocking = new BlockingToken(100_000_000e18);
        _deploy(address(blocking));
        assertTrue(blocking.transfer(address(treasury), TREASURY_FUNDS));
        _linkMany(1, 3);
        _pay(1, 1, Packing.many(1, 3, 100));
        address blocked = _wallet(2);
        blocking.setBlocked(blocked, true);

        uint64[] memory ids = new uint64[](3);
        (ids[0], ids[1], ids[2]) = (1, 2, 3);
        vm.expectEmit(address(distributor));
        emit IAccounts.ClaimRefused(2, blocked, 100 * UNIT);
        assertEq(distributor.claimMany(ids), 200 * UNIT);
        assertEq(_balance(_wallet(1)), 100 * UNIT);
        assertEq(_balance(_wallet(3)), 100 * UNIT);
        assertEq(distributor.claimable(2), 100 * UNIT);
        vm.expectRevert(abi.encodeWithSelector(BlockingToken.Blocked.selector, blocked));
        distributor.claim(2);

        blocking.setBlocked(blocked, false);
        distributor.claim(2);
        assertEq(_balance(blocked), 100 * UNIT);
    }

    function test_ATokenThatReturnsNothingIsPaid() public {
        SilentToken silent = new SilentToken(1_000_000e6);
        _deploy(address(silent));
        silent.transfer(address(treasury), 1_000_000e6);
        address wallet = _link(7);
        // 1e12 base units are one unit: a million tokens of 6 decimals.
        _pay(1, 1, _one(7, 1));
        assertEq(distributor.claim(7), 1_000_000e6);
        assertEq(silent.balanceOf(wallet), 1_000_000e6);
    }

    function test_RevertWhen_TheTokenIsGone() public {
        _link(7);
        _pay(1, 1, _one(7, 100));
        vm.etch(address(token), "");
        vm.expectRevert(abi.encodeWithSelector(SafeERC20.SafeERC20FailedOperation.selector, address(token)));
        distributor.claim(7);
    }
}
