//! Every English sentence of the page. Another language is another file of this shape.
//!
//! Sentences with values are functions; numbers and dates come formatted. Sections go by view.

const plural = new Intl.PluralRules("en");

/** "1 entry", "214 entries": `count` decides, `shown` is what is written. */
export function counted(count: number | bigint, shown: string, one: string, many: string): string {
  return `${shown} ${plural.select(Number(count)) === "one" ? one : many}`;
}

export const en = {
  shell: {
    name: "Guerdon",
    title: (view: string, organization: string | null) => [view, organization, "Guerdon"].filter(Boolean).join(" · "),
    skip: "Skip to the content",
    sections: "Sections",
    nav: { claim: "Claim", link: "Link", epochs: "Epochs", govern: "Govern" },
    loading: "Loading…",
    retry: "Try again",
    details: "Details",
    copy: "Copy",
    copied: "Copied",
    copyAddress: (address: string) => `Copy the address ${address}`,
    explorer: "in the block explorer",
    opens: "(opens in a new tab)",
    close: "Close",
    missing: { title: "There is no such page", text: "The address may be mistyped, or from another version of this page.", home: "To the claim page" },
    broken: {
      title: "This page cannot start",
      hint: "Whoever runs it finds what the file must say in the documentation. Claiming works without this page: call claim(id) of the distributor from any block explorer.",
    },
    crashed: { title: "Something went wrong in this view", hint: "Reload the page. Nothing was sent." },
    footer: {
      about: "Amounts are read from the chain. This page loads nothing from third parties and keeps no statistics.",
      distributor: "Distributor",
      chain: (name: string) => `on ${name}`,
    },
  },

  wallet: {
    connect: "Connect a wallet",
    connecting: (name: string) => `Confirm in ${name}…`,
    choose: "Choose a wallet",
    chooseText: "Connecting shows this page your address. It cannot move anything.",
    injected: "Browser wallet",
    none: "No wallet found in this browser",
    noneText: "Install MetaMask or another wallet, then reload. You can look at everything without one, and anybody can claim for you.",
    install: "Get MetaMask",
    connected: (name: string) => `Connected with ${name}`,
    disconnect: "Disconnect",
    menu: (address: string) => `Your wallet ${address}`,
    wrongChain: (chain: string) => `Your wallet is on another network. Rewards are paid on ${chain}.`,
    switch: (chain: string) => `Switch to ${chain}`,
    switching: "Confirm in the wallet…",
    watch: (wallet: string) => `You look at an account that is paid to ${wallet}, which is not your connected wallet.`,
  },

  transaction: {
    checking: "Checking…",
    confirm: (name: string) => `Confirm in ${name}`,
    confirmText: "The wallet shows what it will send. Nothing happens until you confirm there.",
    pending: "Sent. Waiting for a block…",
    mined: "Done.",
    reverted: "The transaction was mined, but the contract refused it.",
    link: "Transaction",
    faster: "It was replaced by a faster one.",
    cancelled: "It was cancelled in the wallet. Nothing was done.",
    block: (block: string) => `in block ${block}`,
  },

  faults: {
    rejected: { text: "You declined in the wallet. Nothing was sent.", hint: "Try again whenever you like." },
    gas: { text: "The wallet has not enough of the chain's coin to pay the fee.", hint: "Add a little to it, or ask anybody else to send this for you: the money goes to the same wallet whoever pays the fee." },
    chain: { text: "The wallet is not connected to this chain.", hint: "Switch the network in the wallet and try again." },
    unreachable: { text: "The chain does not answer.", hint: "Check your connection and try again. With a connected wallet the page reads through the wallet's own connection." },
    busy: { text: "The wallet is already asking you something.", hint: "Open the wallet, answer it, then try again." },
    dropped: { text: "The transaction was cancelled in the wallet.", hint: "Nothing was done. Try again whenever you like." },
    server: { text: "No oracle's server answers.", hint: "What can be claimed is on the chain and works without them. Reasons and epochs come back when a server does." },
    unknown: { text: "That did not work.", hint: "Try again. The details say what came back." },
    revert: (name: string) => ({ text: name ? `The contract refused: ${name}.` : "The contract refused.", hint: "Nothing was changed. Reload to see how things stand now." }),
    reverts: {
      Accounts_NothingToClaim: { text: "Everything was claimed already.", hint: "Somebody else may have claimed for this account meanwhile; the money went to the linked wallet." },
      Accounts_NotLinked: { text: "This account has no wallet yet.", hint: "Link one first." },
      ERC20InsufficientBalance: { text: "The contract does not hold enough of the token.", hint: "Nothing is lost: the account keeps its claim. Tell the DAO." },
      SafeERC20FailedOperation: { text: "The token refused the payment.", hint: "The account keeps its claim. Ask the DAO why the token blocks this wallet." },
    },
  },

  claim: {
    title: "Claim",
  },

  contributor: {
    title: (who: string) => who,
  },

  link: {
    title: "Link a wallet",
  },

  epochs: {
    title: "Epochs",
  },

  epoch: {
    title: (epoch: string) => `Epoch ${epoch}`,
  },

  verify: {
    title: (epoch: string) => `Verify epoch ${epoch}`,
  },

  govern: {
    title: "Govern",
  },

  proposal: {
    title: "Proposal",
  },
};
