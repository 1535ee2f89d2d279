// SPDX-License-Identifier: MIT OR Apache-2.0
pragma solidity 0.8.37;

import {RewardDistributor} from "../../src/RewardDistributor.sol";
import {Account, Config, SkipReason, Terms} from "../../src/interfaces/Types.sol";
import {PlainToken} from "../support/Tokens.sol";

/// @notice The distributor, with crediting of one entry by itself.
contract OpenDistributor is RewardDistributor {
    constructor(Config memory config) RewardDistributor(config) {}

    function creditAccount(uint64 id, uint48 units) external returns (bool credited, SkipReason reason) {
        return _creditAccount(id, units);
    }
}

/// @title Proofs about accounts: credit and claim
/// @notice A contributor is credited, claims, and is credited again, each of any amount: that reaches every account that can be.
/// This contract stands for the links, the disputes, the Treasury and the governance.
contract AccountsProofs {
    /// @dev Products and the division that checks them are what a solver is worst at; fuzz tests multiply by real units.
    uint256 private constant UNIT = 1;
    uint256 private constant MOST = type(uint48).max;
    address private constant WALLET = address(0xa11ce);

    PlainToken private token;
    OpenDistributor private distributor;

    function setUp() public {
        token = new PlainToken(MOST * UNIT);
        address[] memory oracles = new address[](1);
        oracles[0] = address(0x1001);
        Config memory config;
        config.token = address(token);
        config.treasury = address(this);
        config.governance = address(this);
        config.links = address(this);
        config.disputes = address(this);
        config.unit = UNIT;
        config.epochStart = 1;
        config.epochLength = 7 days;
        config.window = 3 days;
        config.publishPeriod = 1 days;
        config.oracles = oracles;
        config.threshold = 1;
        config.terms = new Terms[](0);
        config.governanceCycle = 10 days;
        distributor = new OpenDistributor(config);
        token.transfer(address(distributor), MOST * UNIT);
    }

    /// @notice A credit adds exactly its units, or nothing if they do not fit; it touches nothing else.
    function check_creditAddsUnits(uint64 id, uint48 claimed, uint48 more, uint48 units) external {
        _reach(id, claimed, more);
        Account memory before = distributor.account(id);
        (bool credited, SkipReason reason) = distributor.creditAccount(id, units);
        Account memory held = distributor.account(id);
        bool fits = uint256(before.earned) + units <= MOST;
        assert(credited == fits);
        assert(fits || reason == SkipReason.Overflow);
        assert(held.earned == (fits ? before.earned + units : before.earned));
        assert(held.claimed == before.claimed && held.wallet == WALLET);
    }

    /// @notice What an account can be: claimed never exceeds earned, and both are what was credited and claimed.
    function check_claimedNeverExceedsEarned(uint64 id, uint48 claimed, uint48 more) external {
        _reach(id, claimed, more);
        Account memory held = distributor.account(id);
        assert(held.claimed == claimed);
        assert(held.earned == (uint256(claimed) + more <= MOST ? claimed + more : claimed));
        assert(distributor.claimable(id) == uint256(held.earned - held.claimed) * UNIT);
    }

    /// @notice A claim pays what was earned and not claimed, to the wallet, whoever calls; a second one pays nothing.
    function check_claimPaysOnce(uint64 id, uint48 claimed, uint48 more) external {
        if (more == 0 || uint256(claimed) + more > MOST) return;
        _reach(id, claimed, more);
        uint256 before = token.balanceOf(WALLET);
        uint256 amount = distributor.claim(id);
        Account memory held = distributor.account(id);
        assert(amount == uint256(more) * UNIT);
        assert(token.balanceOf(WALLET) == before + amount);
        assert(held.claimed == held.earned && held.earned == claimed + more && held.wallet == WALLET);
        try distributor.claim(id) {
            assert(false);
        } catch {}
    }

    /// @notice The same id named twice in a list is paid once; another's account is not touched.
    function check_claimManyPaysOnce(uint64 id, uint64 other, uint48 units, uint48 othersUnits) external {
        if (id == other) return;
        distributor.settleLink(other, address(0xb0b), 0);
        distributor.creditAccount(other, othersUnits);
        _reach(id, 0, units);
        uint64[] memory ids = new uint64[](2);
        (ids[0], ids[1]) = (id, id);
        assert(distributor.claimMany(ids) == uint256(units) * UNIT);
        assert(token.balanceOf(WALLET) == uint256(units) * UNIT);
        Account memory held = distributor.account(other);
        assert(held.earned == othersUnits && held.claimed == 0 && held.wallet == address(0xb0b));
    }

    /// @notice An id without a wallet is not credited and cannot claim.
    function check_unlinkedGetsNothing(uint64 id, uint48 units) external {
        (bool credited, SkipReason reason) = distributor.creditAccount(id, units);
        assert(!credited && reason == SkipReason.NotLinked);
        assert(distributor.account(id).earned == 0);
        try distributor.claim(id) {
            assert(false);
        } catch {}
    }

    /// @notice A pending re-link and its end change no amount, and only a settled one changes the wallet.
    function check_relinkKeepsAmounts(uint64 id, uint48 claimed, uint48 more, address next) external {
        _reach(id, claimed, more);
        Account memory before = distributor.account(id);
        distributor.holdLink(id);
        Account memory held = distributor.account(id);
        assert(held.earned == before.earned && held.claimed == before.claimed && held.wallet == WALLET);
        distributor.settleLink(id, next, 1);
        held = distributor.account(id);
        assert(held.earned == before.earned && held.claimed == before.claimed);
        assert(held.wallet == (next == address(0) ? WALLET : next) || next == address(1));
    }

    /// @notice While a re-link is pending nobody but the old wallet claims.
    function check_onlyTheOldWalletClaims(uint64 id, uint48 units) external {
        _reach(id, 0, units);
        distributor.holdLink(id);
        try distributor.claim(id) {
            assert(false);
        } catch {}
        assert(distributor.account(id).claimed == 0);
    }

    /// @notice Must fail: of what is reached some can claim.
    function fails_nobodyIsPaid(uint64 id, uint48 claimed, uint48 more) external {
        _reach(id, claimed, more);
        try distributor.claim(id) {
            assert(false);
        } catch {}
    }

    /// @notice Must fail: some have claimed before and are credited more.
    function fails_nobodyIsCreditedTwice(uint64 id, uint48 claimed, uint48 more) external {
        _reach(id, claimed, more);
        assert(claimed == 0 || distributor.account(id).earned == claimed);
    }

    /// @dev An account that has claimed some units, and was credited more since if they fit.
    function _reach(uint64 id, uint48 claimed, uint48 more) private {
        distributor.settleLink(id, WALLET, 0);
        distributor.creditAccount(id, claimed);
        if (claimed != 0) distributor.claim(id);
        distributor.creditAccount(id, more);
    }
}
