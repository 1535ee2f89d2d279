// SPDX-License-Identifier: MIT OR Apache-2.0
pragma solidity 0.8.37;

import {Disputes} from "../../../src/Disputes.sol";
import {Links} from "../../../src/Links.sol";
import {RewardDistributor} from "../../../src/RewardDistributor.sol";
import {Treasury} from "../../../src/Treasury.sol";
import {IBatches} from "../../../src/interfaces/IBatches.sol";
import {InitialBudget} from "../../../src/interfaces/ITreasury.sol";
import {Config, Link, LinkAttestation, RewardBatch} from "../../../src/interfaces/Types.sol";
import {Fixture} from "../../support/Fixture.sol";
import {Entry, Packing} from "../../support/Packing.sol";

/// @title Attack fixture
/// @notice The fixture's system, and what an attacker needs: other payout tokens, batches at each step, links to a second wallet.
abstract contract AttackFixture is Fixture {
    using Packing for Entry[];

    // ------------------------------------------------------------------------------------------ deployment

    /// @dev A Treasury and a distributor of their own for another payout token.
    function _deployFor(address payout, uint256 unit) internal {
        uint64 nonce = vm.getNonce(address(this));
        address distributorAt = vm.computeCreateAddress(address(this), nonce + 1);
        InitialBudget[] memory budgets = new InitialBudget[](1);
        budgets[0] = InitialBudget({
            spender: distributorAt, token: payout, capacity: uint208(4 * BUDGET * unit), period: uint48(2 * EPOCH)
        });
        treasury = new Treasury(address(timelock), budgets);
        Config memory config = _config(
            payout, vm.computeCreateAddress(address(this), nonce + 2), vm.computeCreateAddress(address(this), nonce + 3)
        );
        config.unit = unit;
        distributor = new RewardDistributor(config);
        links = new Links(_linksConfig(address(distributor)));
        disputes = new Disputes(_disputesConfig(address(distributor)));
        assertEq(address(distributor), distributorAt);
        assertEq(distributor.disputes(), address(disputes));
    }

    // --------------------------------------------------------------------------------------------- batches

    /// @dev A batch whose window is over, and which nobody has credited.
    function _ready(uint64 epoch, uint32 round, Entry[] memory entries, uint256 size)
        internal
        returns (bytes[] memory chunks, bytes32[] memory rests)
    {
        (chunks, rests) = _open(epoch, round, entries, size);
        vm.warp(_state(epoch).windowEnd);
    }

    /// @dev A header for these entries, signed or not, with the head of their chain.
    function _headerOf(uint64 epoch, uint32 round, Entry[] memory entries, uint256 size)
        internal
        view
        returns (RewardBatch memory)
    {
        (bytes32 head,) = Packing.chain(entries.split(size));
        return _header(epoch, round, head, entries.sum());
    }

    /// @dev Everything that a distributor knows about an epoch, in one word.
    function _trace(uint64 epoch) internal view returns (bytes32) {
        return keccak256(abi.encode(_state(epoch)));
    }

    function _pair(uint64 first, uint64 second, uint48 units) internal pure returns (Entry[] memory entries) {
        entries = new Entry[](2);
        entries[0] = Entry({id: first, units: units});
        entries[1] = Entry({id: second, units: units});
    }

    function _ids(uint64 firstId, uint256 count) internal pure returns (uint64[] memory ids) {
        ids = new uint64[](count);
        for (uint256 i = 0; i < count; ++i) {
            ids[i] = firstId + uint64(i);
        }
    }

    /// @dev All that was credited is either paid or still there: what a distributor owes it has.
    function _assertSolvent(uint64 firstId, uint256 count) internal view {
        uint256 owed = 0;
        for (uint256 i = 0; i < count; ++i) {
            owed += distributor.claimable(firstId + uint64(i));
        }
        assertGe(_balance(address(distributor)), owed, "owes more than it has");
    }

    // ----------------------------------------------------------------------------------------------- links

    function _linkOf(uint64 id, address wallet) internal view returns (Link memory) {
        return
            Link({
                id: id, wallet: wallet, nonce: distributor.linkNonce(id), validUntil: uint64(block.timestamp) + 1 days
            });
    }

    function _attest(Link memory message) internal view returns (bytes memory) {
        LinkAttestation memory attested = LinkAttestation({
            oracleSet: distributor.oracleSetId(),
            id: message.id,
            wallet: message.wallet,
            nonce: message.nonce,
            validUntil: message.validUntil
        });
        return _signQuorum(oracles, QUORUM, links.hashLinkAttestation(attested));
    }

    /// @dev Proposes the wallet of this key for an id, whoever holds the id now.
    function _linkTo(uint64 id, uint256 key) internal returns (address wallet) {
        wallet = vm.addr(key);
        Link memory message = _linkOf(id, wallet);
        bytes memory proof = _sign(key, links.hashLink(message));
        distributor.link(id, wallet, message.nonce, message.validUntil, proof, _attest(message));
    }

    /// @dev Links an id to a contract that accepts every signature.
    function _linkToContract(uint64 id, address wallet) internal {
        Link memory message = _linkOf(id, wallet);
        distributor.link(id, wallet, message.nonce, message.validUntil, "", _attest(message));
    }

    // --------------------------------------------------------------------------------------------- reasons

    function _wrongChunk(uint64 epoch, bytes memory chunk, bytes32 rest) internal view returns (bytes memory) {
        bytes32 given = keccak256(bytes.concat(keccak256(chunk), rest));
        return abi.encodeWithSelector(IBatches.Batches_WrongChunk.selector, epoch, given, _state(epoch).nextHash);
    }
}
