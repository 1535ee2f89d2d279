// SPDX-License-Identifier: MIT OR Apache-2.0
pragma solidity 0.8.37;

import {IAccounts} from "../../src/interfaces/IAccounts.sol";
import {Link} from "../../src/interfaces/Types.sol";
import {Entry, Packing} from "../support/Packing.sol";
import {BlockingToken} from "../support/Tokens.sol";
import {AttackFixture} from "./support/AttackFixture.sol";
import {DoubleClaimer} from "./support/Attackers.sol";
import {IERC20Errors} from "@openzeppelin/contracts/interfaces/draft-IERC6093.sol";

/// @notice Cases 1, 2, 11, 18, 19, 20 and 22: taking more, or somebody else's, by claiming.
contract ClaimsAttack is AttackFixture {
    uint64 private constant VICTIM = 7;
    uint48 private constant EARNED = 1000;

    function setUp() public override {
        super.setUp();
        _linkMany(VICTIM, 3);
        _pay(1, 1, Packing.many(VICTIM, 3, EARNED));
    }

    // ----------------------------------------------------------------------------------- 1, 2: claim twice

    function test_Case01_ClaimTwiceInOneTransaction() public {
        DoubleClaimer attacker = new DoubleClaimer();
        assertEq(attacker.attack(distributor, VICTIM), EARNED * UNIT);
        assertEq(_balance(_wallet(VICTIM)), EARNED * UNIT);
        assertEq(attacker.attack(distributor, VICTIM), 0);
        assertEq(_balance(_wallet(VICTIM)), EARNED * UNIT);
        _assertSolvent(VICTIM, 3);
    }

    function test_Case01_ClaimTwiceInOneBlockByTwoCallers() public {
        distributor.claim(VICTIM);
        vm.expectRevert(abi.encodeWithSelector(IAccounts.Accounts_NothingToClaim.selector, VICTIM));
        vm.prank(alice);
        distributor.claim(VICTIM);
        vm.prank(_wallet(VICTIM));
        assertEq(distributor.claimMany(_ids(VICTIM, 1)), 0);
        assertEq(_balance(_wallet(VICTIM)), EARNED * UNIT);
    }

    function test_Case01_ClaimAgainAfterTheNextCredit() public {
        DoubleClaimer attacker = new DoubleClaimer();
        attacker.attack(distributor, VICTIM);
        _pay(2, 1, _one(VICTIM, 30));
        assertEq(attacker.attack(distributor, VICTIM), 30 * UNIT);
        assertEq(_balance(_wallet(VICTIM)), (EARNED + 30) * UNIT);
        _assertSolvent(VICTIM, 3);
    }

    function testFuzz_Case01_AnyMixOfClaimsPaysOnce(uint256 seed) public {
        for (uint256 i = 0; i < 24; ++i) {
            uint256 dice = uint256(keccak256(abi.encode(seed, i)));
            uint64 id = VICTIM + uint64(dice % 3);
            if (dice & 0x100 == 0) {
                try distributor.claim(id) {} catch {}
            } else {
                uint64[] memory ids = new uint64[](4);
                for (uint256 j = 0; j < 4; ++j) {
                    ids[j] = VICTIM + uint64((dice >> (16 * (j + 1))) % 3);
                }
                distributor.claimMany(ids);
            }
        }
        for (uint64 id = VICTIM; id < VICTIM + 3; ++id) {
            assertEq(_balance(_wallet(id)) + distributor.claimable(id), EARNED * UNIT);
        }
    }

    function test_Case02_OneIdFiftyTimesInClaimMany() public {
        uint64[] memory ids = new uint64[](50);
        for (uint256 i = 0; i < ids.length; ++i) {
            ids[i] = VICTIM;
        }
        assertEq(distributor.claimMany(ids), EARNED * UNIT);
        assertEq(_balance(_wallet(VICTIM)), EARNED * UNIT);
        assertEq(_balance(address(distributor)), 2 * EARNED * UNIT);
    }

    // -------------------------------------------------------------------------- 11: wallets that swallow

    function test_Case11_TheSystemsOwnContractsCannotBeLinked() public {
        address[8] memory wallets = [
            address(distributor),
            address(token),
            address(treasury),
            address(links),
            address(disputes),
            address(timelock),
            address(governor),
            // What stands in an account while a re-link is pending.
            address(1)
        ];
        for (uint256 i = 0; i < wallets.length; ++i) {
            Link memory message = _linkOf(20, wallets[i]);
            bytes memory attestation = _attest(message);
            vm.expectRevert(
                abi.encodeWithSelector(IAccounts.Accounts_InvalidWalletProof.selector, uint64(20), wallets[i])
            );
            distributor.link(20, wallets[i], 0, message.validUntil, new bytes(65), attestation);
        }
        Link memory nobody = _linkOf(20, address(0));
        bytes memory attested = _attest(nobody);
        vm.expectRevert(abi.encodeWithSelector(IAccounts.Accounts_InvalidWallet.selector, uint64(20)));
        distributor.link(20, address(0), 0, nobody.validUntil, new bytes(65), attested);
    }

    function test_Case11_ABlockedWalletInTheMiddleOfManyStopsOnlyItself() public {
        BlockingToken blocking = new BlockingToken(1e26);
        _deployFor(address(blocking), UNIT);
        assertTrue(blocking.transfer(address(treasury), TREASURY_FUNDS));
        _linkMany(1, 5);
        _pay(1, 1, Packing.many(1, 5, 100));
        blocking.setBlocked(_wallet(3), true);
        vm.expectEmit(address(distributor));
        emit IAccounts.ClaimRefused(3, _wallet(3), 100 * UNIT);
        assertEq(distributor.claimMany(_ids(1, 5)), 400 * UNIT);
        assertEq(distributor.claimable(3), 100 * UNIT);

        // Later entries of the blocked one are credited, and all of it can be claimed once the block is lifted.
        _pay(2, 1, _one(3, 5));
        blocking.setBlocked(_wallet(3), false);
        assertEq(distributor.claim(3), 105 * UNIT);
    }

    // -------------------------------------------------------------------------- 18: less there than owed

    function test_Case18_AShortDistributorNeverPaysAPart() public {
        _drain(EARNED * UNIT + 1);
        // Two of three can still be paid but for one base unit.
        distributor.claim(VICTIM);
        uint256 left = _balance(address(distributor));
        vm.expectRevert(
            abi.encodeWithSelector(
                IERC20Errors.ERC20InsufficientBalance.selector, address(distributor), left, EARNED * UNIT
            )
        );
        distributor.claim(VICTIM + 1);
        assertEq(distributor.claimMany(_ids(VICTIM, 3)), 0);
        for (uint64 id = VICTIM + 1; id < VICTIM + 3; ++id) {
            assertEq(distributor.claimable(id), EARNED * UNIT);
            assertEq(distributor.account(id).claimed, 0);
        }

        // As soon as it is there, all of it is paid.
        assertTrue(token.transfer(address(distributor), EARNED * UNIT + 1));
        assertEq(distributor.claimMany(_ids(VICTIM, 3)), 2 * EARNED * UNIT);
        assertEq(_balance(address(distributor)), 0);
    }

    // ----------------------------------------------------------------------- 19, 20: somebody else claims

    function test_Case19_AStrangerClaimsButIsNotPaid() public {
        vm.startPrank(alice);
        distributor.claim(VICTIM);
        distributor.claimMany(_ids(VICTIM, 3));
        vm.stopPrank();
        assertEq(_balance(alice), 0);
        for (uint64 id = VICTIM; id < VICTIM + 3; ++id) {
            assertEq(_balance(_wallet(id)), EARNED * UNIT);
        }
    }

    function test_Case19_NobodyButTheOldWalletClaimsDuringARelink() public {
        address old = _wallet(VICTIM);
        uint256 thiefKey = uint256(keccak256("thief"));
        address thief = _linkTo(VICTIM, thiefKey);
        address[3] memory callers = [thief, alice, address(distributor)];
        for (uint256 i = 0; i < callers.length; ++i) {
            vm.startPrank(callers[i]);
            vm.expectRevert(abi.encodeWithSelector(IAccounts.Accounts_LinkPending.selector, VICTIM));
            distributor.claim(VICTIM);
            assertEq(distributor.claimMany(_ids(VICTIM, 1)), 0);
            vm.stopPrank();
        }
        vm.prank(old);
        distributor.claim(VICTIM);
        assertEq(_balance(old), EARNED * UNIT);
        assertEq(_balance(thief), 0);
    }

    function test_Case20_AFrontRunClaimHasTheSameResult() public {
        vm.prank(alice);
        distributor.claim(VICTIM);
        // The owner's own transaction is wasted, and nothing else; in a list it does not even fail.
        vm.startPrank(_wallet(VICTIM));
        vm.expectRevert(abi.encodeWithSelector(IAccounts.Accounts_NothingToClaim.selector, VICTIM));
        distributor.claim(VICTIM);
        assertEq(distributor.claimMany(_ids(VICTIM, 3)), 2 * EARNED * UNIT);
        vm.stopPrank();
        assertEq(_balance(_wallet(VICTIM)), EARNED * UNIT);
    }

    /// @dev Whoever claims for others with too little gas may waste it, but marks nothing as paid that was not.
    function testFuzz_Case20_AStarvedClaimLosesNothing(uint256 gas) public {
        gas = bound(gas, 5000, 250_000);
        try distributor.claimMany{gas: gas}(_ids(VICTIM, 3)) {} catch {}
        try distributor.claim{gas: gas / 4}(VICTIM) {} catch {}
        uint256 paid = 0;
        for (uint64 id = VICTIM; id < VICTIM + 3; ++id) {
            assertEq(_balance(_wallet(id)) + distributor.claimable(id), EARNED * UNIT);
            paid += _balance(_wallet(id));
        }
        assertEq(_balance(address(distributor)) + paid, 3 * EARNED * UNIT);
    }

    // --------------------------------------------------------------------------------------------- 22: dust

    function test_Case22_DustNeverSumsAboveTheTotal() public {
        _linkMany(1000, 60);
        for (uint64 epoch = 2; epoch <= 4; ++epoch) {
            _pay(epoch, 1, Packing.many(1000, 60, 1));
            assertEq(_state(epoch).credited, 60);
        }
        assertEq(distributor.claimMany(_ids(1000, 60)), 180 * UNIT);
        for (uint64 id = 1000; id < 1060; ++id) {
            assertEq(_balance(_wallet(id)), 3 * UNIT);
        }
        assertEq(_balance(address(distributor)), 3 * EARNED * UNIT);
        assertEq(treasury.reservedOf(address(token)), 0);
    }

    function _drain(uint256 amount) private {
        vm.prank(address(distributor));
        assertTrue(token.transfer(alice, amount));
    }
}
