// SPDX-License-Identifier: MIT OR Apache-2.0
pragma solidity 0.8.37;

import {PlainToken} from "../support/Tokens.sol";
import {Measure} from "./Measure.sol";
import {Hashes} from "@openzeppelin/contracts/utils/cryptography/Hashes.sol";

interface IMerkleDistributor {
    function claim(uint256 index, address account, uint256 amount, bytes32[] calldata proof) external;
}

/// @notice The same token paid by Uniswap's Merkle distributor, as its npm package ships it, in the same run.
/// @dev A leaf of a tree with N leaves has a proof of log2 N hashes; which hashes they are makes no difference to the cost, so the
/// tree is only as large as one path.
/// forge-config: default.isolate = true
contract UniswapTest is Measure {
    string private constant ARTIFACT = "node_modules/@uniswap/merkle-distributor/build/MerkleDistributor.json";

    PlainToken private token;
    address private alice = makeAddr("alice");

    function setUp() public {
        token = new PlainToken(1_000_000e18);
    }

    function test_ThousandLeaves() public {
        _claims("1,000", 10);
    }

    function test_MillionLeaves() public {
        _claims("1,000,000", 20);
    }

    /// @dev Twelve epochs are twelve roots, and as many proofs.
    function test_TwelveMissedEpochs() public {
        uint256 sum = 0;
        for (uint256 epoch = 0; epoch < 12; ++epoch) {
            sum += _claim(10, epoch, true);
        }
        vm.snapshotValue("gas", "Uniswap, twelve missed epochs at 1,000 leaves", sum);
        emit log_named_uint("Uniswap, twelve missed epochs at 1,000 leaves", sum);
    }

    function _claims(string memory leaves, uint256 depth) private {
        uint256 fresh = vm.snapshotState();
        _claim(depth, 0, false);
        _measure(string.concat("Uniswap, the first claim at ", leaves, " leaves, first of its word"), 1);
        vm.revertToState(fresh);
        _claim(depth, 0, true);
        _measure(string.concat("Uniswap, the first claim at ", leaves, " leaves"), 1);
        _claim(depth, 1, true);
        _measure(string.concat("Uniswap, a repeated claim at ", leaves, " leaves"), 1);
    }

    function _claim(uint256 depth, uint256 salt, bool used) private returns (uint256) {
        uint256 index = 333;
        uint256 amount = 1_234_567e12;
        bytes32[] memory proof = new bytes32[](depth);
        bytes32 node = keccak256(abi.encodePacked(index, alice, amount));
        for (uint256 i = 0; i < depth; ++i) {
            proof[i] = keccak256(abi.encode(salt, i));
            node = Hashes.commutativeKeccak256(node, proof[i]);
        }
        IMerkleDistributor distributor = _deploy(node);
        assertTrue(token.transfer(address(distributor), 10 * amount));
        // As in a distributor that is in use: somebody of the same word of the bitmap has claimed before.
        if (used) vm.store(address(distributor), keccak256(abi.encode(index / 256, uint256(0))), bytes32(uint256(1)));
        distributor.claim(index, alice, amount, proof);
        return vm.lastCallGas().gasTotalUsed;
    }

    function _deploy(bytes32 root) private returns (IMerkleDistributor deployed) {
        string memory json = vm.readFile(ARTIFACT);
        bytes memory code = vm.parseBytes(string.concat("0x", vm.parseJsonString(json, ".bytecode")));
        bytes memory init = bytes.concat(code, abi.encode(address(token), root));
        assembly {
            deployed := create(0, add(init, 32), mload(init))
        }
        assertTrue(address(deployed) != address(0), "the package's bytecode does not deploy");
    }
}
