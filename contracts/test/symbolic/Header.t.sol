// SPDX-License-Identifier: MIT OR Apache-2.0
pragma solidity 0.8.37;

import {RewardDistributor} from "../../src/RewardDistributor.sol";
import {Config, RewardBatch, Terms} from "../../src/interfaces/Types.sol";
import {PlainToken} from "../support/Tokens.sol";

/// @title Proofs about the digest that oracles sign
contract HeaderProofs {
    PlainToken private token;
    RewardDistributor private distributor;
    RewardDistributor private other;

    function setUp() public {
        token = new PlainToken(1e12);
        distributor = _distributor();
        other = _distributor();
    }

    /// @notice The digest is that of EIP-712, for every header.
    function check_digestIsEip712(RewardBatch memory header) external view {
        bytes32 message = keccak256(
            abi.encode(
                keccak256(
                    "RewardBatch(uint64 epoch,uint32 round,uint64 oracleSet,uint64 postBefore,uint64 total,bytes32 entriesHash,bytes32 policyHash,bytes32 evidenceHash)"
                ),
                header
            )
        );
        bytes32 domain = _domain(block.chainid, address(distributor));
        assert(distributor.hashBatch(header) == keccak256(abi.encodePacked(hex"1901", domain, message)));
    }

    /// @notice Two headers have one digest exactly if they are one header.
    function check_digestIsInjective(RewardBatch memory one, RewardBatch memory two) external view {
        bool same = one.epoch == two.epoch && one.round == two.round && one.oracleSet == two.oracleSet
            && one.postBefore == two.postBefore && one.total == two.total && one.entriesHash == two.entriesHash
            && one.policyHash == two.policyHash && one.evidenceHash == two.evidenceHash;
        assert((distributor.hashBatch(one) == distributor.hashBatch(two)) == same);
    }

    /// @notice No two distributors have a digest in common.
    function check_digestNamesTheDistributor(RewardBatch memory one, RewardBatch memory two) external view {
        assert(distributor.hashBatch(one) != other.hashBatch(two));
    }

    /// @notice Two digests of that form are one exactly if chain, contract and message are: with the first proof, no two chains
    /// have a digest in common.
    function check_digestNamesTheChain(
        uint256 chain,
        address verifier,
        bytes32 message,
        uint256 otherChain,
        address otherVerifier,
        bytes32 otherMessage
    ) external pure {
        bytes32 here = keccak256(abi.encodePacked(hex"1901", _domain(chain, verifier), message));
        bytes32 there = keccak256(abi.encodePacked(hex"1901", _domain(otherChain, otherVerifier), otherMessage));
        assert((here == there) == (chain == otherChain && verifier == otherVerifier && message == otherMessage));
    }

    /// @notice Must fail: there are two digests.
    function fails_allDigestsAreOne(RewardBatch memory one, RewardBatch memory two) external view {
        assert(distributor.hashBatch(one) == distributor.hashBatch(two));
    }

    function _domain(uint256 chainId, address verifier) private pure returns (bytes32) {
        return keccak256(
            abi.encode(
                keccak256("EIP712Domain(string name,string version,uint256 chainId,address verifyingContract)"),
                keccak256("Guerdon"),
                keccak256("1"),
                chainId,
                verifier
            )
        );
    }

    function _distributor() private returns (RewardDistributor) {
        address[] memory oracles = new address[](1);
        oracles[0] = address(0x1001);
        Config memory config;
        config.token = address(token);
        config.treasury = address(this);
        config.governance = address(this);
        config.links = address(this);
        config.disputes = address(this);
        config.unit = 1;
        config.epochStart = 1;
        config.epochLength = 7 days;
        config.window = 3 days;
        config.publishPeriod = 1 days;
        config.oracles = oracles;
        config.threshold = 1;
        config.terms = new Terms[](0);
        config.governanceCycle = 10 days;
        return new RewardDistributor(config);
    }
}
