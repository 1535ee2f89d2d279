// SPDX-License-Identifier: MIT OR Apache-2.0
pragma solidity 0.8.37;

import {ERC20} from "@openzeppelin/contracts/token/ERC20/ERC20.sol";

/// @notice Whom a {SpiedToken} tells about every transfer.
interface ISpy {
    function moving(address from, address to) external;
    function moved(address from, address to) external;
}

/// @notice Calls one spy before and after every transfer, as ERC-777 calls its hooks. The spy's failures do not matter.
contract SpiedToken is ERC20 {
    ISpy public spy;

    constructor(uint256 supply) ERC20("Spied", "SPY") {
        _mint(msg.sender, supply);
    }

    function setSpy(ISpy spy_) external {
        spy = spy_;
    }

    function transfer(address to, uint256 value) public override returns (bool) {
        address from = msg.sender;
        if (address(spy) != address(0)) try spy.moving(from, to) {} catch {}
        _transfer(from, to, value);
        if (address(spy) != address(0)) try spy.moved(from, to) {} catch {}
        return true;
    }
}

/// @notice A share of every balance can vanish, as rebasing tokens do when they shrink.
contract ShrinkingToken is ERC20 {
    uint256 public divisor = 1;

    constructor(uint256 supply) ERC20("Shrinking", "SHR") {
        _mint(msg.sender, supply);
    }

    function shrink(uint256 divisor_) external {
        divisor = divisor_;
    }

    function balanceOf(address account) public view override returns (uint256) {
        return super.balanceOf(account) / divisor;
    }

    function _update(address from, address to, uint256 value) internal override {
        super._update(from, to, value * divisor);
    }
}

/// @notice How a {MoodyToken} treats transfers to one recipient, or to all.
enum Mood {
    Pays,
    ReturnsFalse,
    Reverts,
    RevertsWithMegabytes,
    BurnsAllGas,
    ReturnsGarbage,
    PaysNothingAndSaysTrue
}

/// @notice Treats transfers as it was told to.
contract MoodyToken is ERC20 {
    error Sulking();

    mapping(address to => Mood) public mood;
    Mood public moodForAll;
    uint8 private immutable DECIMALS;

    constructor(uint256 supply, uint8 decimals_) ERC20("Moody", "MOO") {
        DECIMALS = decimals_;
        _mint(msg.sender, supply);
    }

    function decimals() public view override returns (uint8) {
        return DECIMALS;
    }

    function set(address to, Mood mood_) external {
        mood[to] = mood_;
    }

    function setForAll(Mood mood_) external {
        moodForAll = mood_;
    }

    function transfer(address to, uint256 value) public override returns (bool) {
        Mood now_ = moodForAll == Mood.Pays ? mood[to] : moodForAll;
        if (now_ == Mood.Reverts) revert Sulking();
        if (now_ == Mood.ReturnsFalse) return false;
        if (now_ == Mood.PaysNothingAndSaysTrue) return true;
        if (now_ == Mood.RevertsWithMegabytes) {
            assembly ("memory-safe") {
                revert(0, 1000000)
            }
        }
        if (now_ == Mood.BurnsAllGas) {
            assembly ("memory-safe") {
                invalid()
            }
        }
        super.transfer(to, value);
        if (now_ == Mood.ReturnsGarbage) {
            assembly ("memory-safe") {
                mstore(0, 2)
                return(0, 32)
            }
        }
        return true;
    }
}
