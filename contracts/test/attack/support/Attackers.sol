// SPDX-License-Identifier: MIT OR Apache-2.0
pragma solidity 0.8.37;

import {RewardDistributor} from "../../../src/RewardDistributor.sol";
import {ISpy} from "./OddTokens.sol";
import {IERC1271} from "@openzeppelin/contracts/interfaces/IERC1271.sol";

/// @notice Claims in every way that there is within one transaction, and goes on when one fails.
contract DoubleClaimer {
    function attack(RewardDistributor target, uint64 id) external returns (uint256 paid) {
        uint64[] memory ids = new uint64[](3);
        ids[0] = ids[1] = ids[2] = id;
        try target.claim(id) returns (uint256 amount) {
            paid += amount;
        } catch {}
        try target.claim(id) returns (uint256 amount) {
            paid += amount;
        } catch {}
        paid += target.claimMany(ids);
        try target.claim(id) returns (uint256 amount) {
            paid += amount;
        } catch {}
    }
}

/// @notice Builds its chunk in storage, so that no calldata of the transaction shows it.
contract StoredPublisher {
    bytes private _chunk;

    function append(bytes calldata part) external {
        _chunk = bytes.concat(_chunk, part);
    }

    function publish(RewardDistributor target, uint64 epoch, bytes32 rest) external {
        target.publish(epoch, _chunk, rest);
    }
}

/// @notice A contract wallet that accepts any signature while it likes to.
contract FickleWallet is IERC1271 {
    bool public refuses;

    function refuse(bool value) external {
        refuses = value;
    }

    function isValidSignature(bytes32, bytes calldata) external view returns (bytes4) {
        return refuses ? bytes4(0xffffffff) : IERC1271.isValidSignature.selector;
    }
}

/// @notice Makes the calls it was given whenever the token moves, once for each transfer and moment.
contract ReentrantSpy is ISpy {
    struct Call {
        address target;
        bytes data;
    }

    Call[] private _calls;
    bool private _inside;
    uint256 public attempts;
    /// @notice Which calls went through, by index.
    uint256 public succeeded;
    /// @notice Whether to act only while the Treasury pays the distributor, or only while the distributor pays.
    address public onlyFrom;

    function add(address target, bytes calldata data) external {
        _calls.push(Call({target: target, data: data}));
    }

    function watch(address from) external {
        onlyFrom = from;
    }

    function moving(address from, address) external {
        _reenter(from);
    }

    function moved(address from, address) external {
        _reenter(from);
    }

    function _reenter(address from) private {
        if (_inside || from != onlyFrom) return;
        _inside = true;
        for (uint256 i = 0; i < _calls.length; ++i) {
            ++attempts;
            (bool done,) = _calls[i].target.call(_calls[i].data);
            if (done) succeeded |= 1 << i;
        }
        _inside = false;
    }
}

/// @notice Runs another contract's code on its own storage.
contract Impostor {
    address private immutable CODE;

    constructor(address code) {
        CODE = code;
    }

    fallback(bytes calldata call_) external returns (bytes memory result) {
        bool done;
        (done, result) = CODE.delegatecall(call_);
        if (!done) {
            assembly ("memory-safe") {
                revert(add(result, 32), mload(result))
            }
        }
    }
}
