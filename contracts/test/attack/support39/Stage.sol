// SPDX-License-Identifier: MIT OR Apache-2.0
pragma solidity 0.8.37;

import {Link, LinkAttestation} from "../../../src/interfaces/Types.sol";
import {Fixture} from "../../support/Fixture.sol";
import {Entry, Packing} from "../../support/Packing.sol";

/// @title Stage
/// @notice The whole system with three linked contributors, and the few moves that attackers and defenders make on it.
abstract contract Stage is Fixture {
    using Packing for Entry[];

    uint96 internal constant BATCH_BOND = 20 * BOND;

    address internal challenger = makeAddr("challenger");
    address internal mallory = makeAddr("mallory");
    /// @dev The chunks of the batch that was posted last, and what each leaves.
    bytes[] internal chunks;
    bytes32[] internal rests;

    function setUp() public virtual override {
        super.setUp();
        _linkMany(1, 3);
        vm.deal(challenger, 1000 ether);
        vm.deal(mallory, 1000 ether);
    }

    // --------------------------------------------------------------------------------------------- batches

    /// @dev Contributors 1, 2 and 3 get 1000, 1001 and 1002 units.
    function _three() internal pure returns (Entry[] memory entries) {
        entries = Packing.many(1, 3, 1000);
        entries[1].units = 1001;
        entries[2].units = 1002;
    }

    function _postThree(uint64 epoch, uint32 round, uint256 chunkSize) internal {
        chunks = _three().split(chunkSize);
        rests = _post(epoch, round, chunks, 3003);
    }

    function _publishThree(uint64 epoch, uint32 round, uint256 chunkSize) internal {
        _postThree(epoch, round, chunkSize);
        _publish(epoch, chunks, rests);
    }

    function _publishThree(uint64 epoch, uint32 round) internal {
        _publishThree(epoch, round, 500);
    }

    function _creditThree(uint64 epoch) internal {
        _credit(epoch, chunks, rests);
    }

    function _toWindowEnd(uint64 epoch) internal {
        vm.warp(_state(epoch).windowEnd);
    }

    function _earned(uint64 id) internal view returns (uint48) {
        return distributor.account(id).earned;
    }

    // -------------------------------------------------------------------------------------------- disputes

    function _challenge(address by, uint64 epoch, uint32 position) internal returns (uint256) {
        vm.prank(by);
        return disputes.challenge{value: BOND}(epoch, position);
    }

    function _challengeBatch(address by, uint64 epoch) internal returns (uint256) {
        vm.prank(by);
        return disputes.challengeBatch{value: BATCH_BOND}(epoch, "evidence not available");
    }

    function _idList(uint256 id) internal pure returns (uint256[] memory ids) {
        ids = new uint256[](1);
        ids[0] = id;
    }

    // ----------------------------------------------------------------------------------------------- links

    /// @dev Proposes another wallet for a contributor that is linked since nonce 0.
    function _relink(uint64 id, uint256 walletKey) internal {
        uint64 validUntil = uint64(block.timestamp) + 1 days;
        Link memory message = Link({id: id, wallet: vm.addr(walletKey), nonce: 1, validUntil: validUntil});
        LinkAttestation memory attested = LinkAttestation({
            oracleSet: distributor.oracleSetId(), id: id, wallet: message.wallet, nonce: 1, validUntil: validUntil
        });
        distributor.link(
            id,
            message.wallet,
            1,
            validUntil,
            _sign(walletKey, links.hashLink(message)),
            _signQuorum(oracles, QUORUM, links.hashLinkAttestation(attested))
        );
    }
}
