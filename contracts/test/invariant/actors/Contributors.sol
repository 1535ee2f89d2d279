// SPDX-License-Identifier: MIT OR Apache-2.0
pragma solidity 0.8.37;

import {IAccounts} from "../../../src/interfaces/IAccounts.sol";
import {LinkStatus} from "../../../src/interfaces/ILinks.sol";
import {Link, LinkAttestation} from "../../../src/interfaces/Types.sol";
import {ShadowAccount, ShadowLink} from "../Store.sol";
import {Challengers} from "./Challengers.sol";

/// @title Contributors, and thieves of their accounts
/// @notice They link, re-link, cancel, adopt and claim, for themselves and for others, with all the proofs or without one.
abstract contract Contributors is Challengers {
    struct Proofs {
        Link message;
        uint256 key;
        uint256 signers;
        bool whole;
        bytes byWallet;
        bytes byOracles;
    }

    // ------------------------------------------------------------------------------------------------ link

    /// @notice Links an id for the first time, or proposes to link it anew; half of the proofs have a flaw.
    function link(uint256 seed) external {
        _linkWith(seed);
    }

    /// @notice Two tries, and a step for some batch: early links are what most of the rest needs.
    function linkAndEarn(uint256 seed) external {
        _linkWith(seed);
        _linkWith(_drawFrom(seed, "second"));
        _carryOn(seed);
    }

    function _linkWith(uint256 seed) private {
        uint64 id = uint64(1 + seed % IDS);
        ShadowAccount storage account = accounts[id];
        Proofs memory proofs = _prove(id, seed);
        bool first = account.wallet == address(0);
        bool should =
            proofs.whole && proofs.message.wallet != account.wallet && !_isRelinking(id) && !(first && _isPaused());
        bytes memory data = _linkCall(proofs);
        _act(first ? "firstLink" : "relink", should, _anybody(seed >> 8), address(distributor), data);
        if (!should) return;

        ++account.nonce;
        delete account.waiting;
        if (first) account.wallet = proofs.message.wallet;
        else _waits(account, proofs);
    }

    function _waits(ShadowAccount storage account, Proofs memory proofs) private {
        account.waiting = ShadowLink({
            wallet: proofs.message.wallet,
            status: account.contested ? LinkStatus.Contested : LinkStatus.Pending,
            adopted: false,
            set: currentSet,
            nonce: proofs.message.nonce,
            since: block.timestamp,
            challenge: 0,
            digest: _attested(proofs.message),
            signers: proofs.signers
        });
    }

    /// @notice Links an id anew at once, with the old wallet's signature or somebody else's.
    function relinkSigned(uint256 seed) external {
        uint64 id = uint64(1 + seed % IDS);
        ShadowAccount storage account = accounts[id];
        Proofs memory proofs = _prove(id, seed);
        bool willing = _drawFrom(seed, "willing") % 4 != 0;
        uint256 oldKey = willing ? _keyOf(account.wallet) : proofs.key;
        bool should = proofs.whole && willing && account.wallet != address(0) && proofs.message.wallet != account.wallet
            && !_isPaused();
        bytes memory oldProof = _sign(oldKey, links.hashLink(proofs.message));
        bytes memory data =
            abi.encodeCall(links.relinkSigned, (proofs.message, proofs.byWallet, oldProof, proofs.byOracles));
        _act("relinkSigned", should, _anybody(seed >> 8), address(links), data);
        if (!should) return;
        ++account.nonce;
        account.wallet = proofs.message.wallet;
        account.contested = false;
        delete account.waiting;
    }

    /// @notice Takes a link over from the predecessor.
    function adopt(uint256 seed) external {
        uint64 id = uint64(5 + seed % 4);
        ShadowAccount storage account = accounts[id];
        address there = IAccounts(previous).account(id).wallet;
        bool should = account.waiting.status == LinkStatus.None && account.wallet == address(0) && there != address(0);
        _act("adopt", should, _anybody(seed), address(links), abi.encodeCall(links.adopt, (id)));
        if (!should) return;
        account.waiting.wallet = there;
        account.waiting.status = LinkStatus.Pending;
        account.waiting.adopted = true;
        account.waiting.set = currentSet;
        account.waiting.since = block.timestamp;
    }

    /// @notice Makes a link that waited hold, waiting for it every other time.
    function activate(uint256 seed) external {
        uint64 id = _waitingId(seed);
        ShadowAccount storage account = accounts[id];
        ShadowLink memory waiting = account.waiting;
        uint256 active = _activeSince(waiting.since);
        if (seed % 2 == 0 && waiting.status != LinkStatus.None && active < LINK_DELAY) {
            vm.warp(block.timestamp + LINK_DELAY - active);
        }
        uint256 exposed = account.earned - account.claimed;
        (,, uint256 available) = links.linkBudget();
        bool allowed = waiting.status == LinkStatus.Pending || waiting.status == LinkStatus.Approved;
        bool should = allowed && !_isPaused() && _activeSince(waiting.since) >= LINK_DELAY && !_isDeadLink(id)
            && exposed <= available;
        _act("activate", should, _anybody(seed), address(links), abi.encodeCall(links.activate, (id)));
        if (!should) return;
        _draw(linkLevel, exposed);
        account.wallet = waiting.wallet;
        account.contested = false;
        if (waiting.adopted) {
            ++account.nonce;
            ++counts["activateAdopted"];
        }
        delete account.waiting;
    }

    /// @notice The old wallet stops a link; others try.
    function cancel(uint256 seed) external {
        uint64 id = _waitingId(seed);
        ShadowAccount storage account = accounts[id];
        address caller = _drawFrom(seed, "caller") % 4 == 0 ? _anybody(seed) : account.wallet;
        if (_drawFrom(seed, "caller") % 4 == 1) caller = account.waiting.wallet;
        LinkStatus status = account.waiting.status;
        bool should = (status == LinkStatus.Pending || status == LinkStatus.Frozen) && !account.contested
            && !account.waiting.adopted && caller == account.wallet;
        _act("cancel", should, caller, address(links), abi.encodeCall(links.cancel, (id)));
        if (!should) return;
        account.contested = true;
        _endLink(id);
    }

    /// @notice Ends a link that cannot hold any more.
    function drop(uint256 seed) external {
        uint64 id = _waitingId(seed);
        ShadowLink storage waiting = accounts[id].waiting;
        bool undecided = waiting.status == LinkStatus.Contested
            && _activeSince(waiting.since) > uint256(LINK_DELAY) + RESOLVE_DEADLINE;
        bool should = waiting.status != LinkStatus.None && (undecided || _isDeadLink(id));
        _act("drop", should, _anybody(seed), address(links), abi.encodeCall(links.drop, (id)));
        if (should) _endLink(id);
    }

    /// @notice The arbiter decides about a link that follows a cancelled one; one in four times it is somebody else.
    function decideLink(uint256 seed) external {
        uint64 id = _waitingId(seed);
        bool stands = _drawFrom(seed, "stands") % 2 == 0;
        bool uninvited = _drawFrom(seed, "judge") % 4 == 0;
        bool should = !uninvited && accounts[id].waiting.status == LinkStatus.Contested;
        bytes memory data = abi.encodeCall(disputes.decideLink, (id, stands));
        _act("decideLink", should, uninvited ? accounts[id].waiting.wallet : arbiter, address(disputes), data);
        if (!should) return;
        if (stands) accounts[id].waiting.status = LinkStatus.Approved;
        else _endLink(id);
    }

    function _isDeadLink(uint64 id) internal view override returns (bool) {
        ShadowLink storage waiting = accounts[id].waiting;
        return waiting.set < oldestLive || (waiting.adopted && accounts[id].wallet != address(0));
    }

    function _endLink(uint64 id) internal override {
        delete accounts[id].waiting;
    }

    function _isRelinking(uint64 id) internal view returns (bool) {
        return accounts[id].waiting.status != LinkStatus.None && !accounts[id].waiting.adopted;
    }

    /// @dev An id with a link that waits, if there is one.
    function _waitingId(uint256 seed) private view returns (uint64 id) {
        for (uint256 i = 0; i < IDS; ++i) {
            id = uint64(1 + (seed % IDS + i) % IDS);
            if (accounts[id].waiting.status != LinkStatus.None) return id;
        }
    }

    /// @dev What both sides signed; about a third is late, out of turn, by another wallet or by too few oracles.
    function _prove(uint64 id, uint256 seed) private view returns (Proofs memory proofs) {
        uint256 flaw = _drawFrom(seed, "flaw") % 12;
        proofs.key = _walletKeyAt(_drawFrom(seed, "wallet"));
        proofs.message.id = id;
        proofs.message.wallet = vm.addr(proofs.key);
        proofs.message.nonce = accounts[id].nonce + uint64(flaw == 1 ? 1 + seed % 3 : 0);
        proofs.message.validUntil = uint64(block.timestamp) - (flaw == 0 ? 1 : 0);
        proofs.signers = _someQuorum(seed);
        if (flaw == 3) proofs.signers &= proofs.signers - 1;
        proofs.whole = flaw > 2 && _isQuorum(proofs.signers);
        proofs.byWallet = _sign(flaw == 2 ? proofs.key + 1 : proofs.key, links.hashLink(proofs.message));
        proofs.byOracles = _signQuorum(sets[currentSet], proofs.signers, _attested(proofs.message));
    }

    function _linkCall(Proofs memory proofs) private view returns (bytes memory) {
        Link memory message = proofs.message;
        return abi.encodeCall(
            distributor.link,
            (message.id, message.wallet, message.nonce, message.validUntil, proofs.byWallet, proofs.byOracles)
        );
    }

    function _attested(Link memory message) private view returns (bytes32) {
        return links.hashLinkAttestation(
            LinkAttestation({
                oracleSet: currentSet,
                id: message.id,
                wallet: message.wallet,
                nonce: message.nonce,
                validUntil: message.validUntil
            })
        );
    }

    function _keyOf(address wallet) private pure returns (uint256) {
        for (uint256 i = 0; i < WALLETS; ++i) {
            if (vm.addr(_walletKeyAt(i)) == wallet) return _walletKeyAt(i);
        }
        if (wallet == _wallet(7)) return _walletKey(7);
        return _walletKey(8);
    }

    // ----------------------------------------------------------------------------------------------- claim

    /// @notice Claims for somebody.
    function claim(uint256 seed) external {
        _claim(uint64(1 + seed % (IDS + UNLINKED)), _drawFrom(seed, "own") % 2 == 0, seed);
    }

    /// @notice Claims for several, some of them twice.
    function claimMany(uint256 seed) external meanwhile(seed) {
        address caller = _anybody(seed);
        uint64[] memory ids = new uint64[](_drawFrom(seed, "count") % 6);
        for (uint256 i = 0; i < ids.length; ++i) {
            ids[i] = uint64((_drawFrom(seed, "ids") >> (8 * i)) % (IDS + UNLINKED + 1));
        }
        _act("claimMany", true, caller, address(distributor), abi.encodeCall(distributor.claimMany, (ids)));
        for (uint256 i = 0; i < ids.length; ++i) {
            if (_mayClaim(ids[i], caller)) _claimed(ids[i]);
        }
    }

    function _claim(uint64 id, bool own, uint256 seed) internal {
        address caller = own ? accounts[id].wallet : _anybody(seed);
        bool should = _mayClaim(id, caller);
        _act("claim", should, caller, address(distributor), abi.encodeCall(distributor.claim, (id)));
        if (should) _claimed(id);
    }

    /// @dev Whoever has something gets it; while a link waits, only by the wallet that was there before.
    function _mayClaim(uint64 id, address caller) private view returns (bool) {
        ShadowAccount storage account = accounts[id];
        return account.earned > account.claimed && (!_isRelinking(id) || caller == account.wallet);
    }

    function _claimed(uint64 id) private {
        ShadowAccount storage account = accounts[id];
        paidTo[account.wallet] += (account.earned - account.claimed) * UNIT;
        account.claimed = account.earned;
    }
}
