//! How RPCs fail, each with the host that did.

#[derive(Clone, Debug, thiserror::Error)]
pub enum RpcFault {
    #[error("{host}: {why}")]
    Silent { host: String, why: String },
    #[error("{host} answers with HTTP status {status}")]
    Status { host: String, status: u16 },
    #[error("{host} asks to wait {seconds} s: its rate limit is reached")]
    Limited { host: String, seconds: u64 },
    #[error("{host} answers with something that is not JSON-RPC")]
    NotJsonRpc { host: String },
    #[error("{host} cannot answer: {message}")]
    Failing { host: String, message: String },
    #[error("{host} is on chain {found} and not on {expected}: take it out of chain.rpc_url")]
    WrongChain { host: String, found: u64, expected: u64 },
    #[error("{host} is at block {head}, behind block {seen} that was there already: it is not used until it caught up")]
    Lagging { host: String, head: u64, seen: u64 },
    #[error(
        "{one} and {other} answer {method} differently at the same block: one of them is wrong; find out which, and take \
         it out of chain.rpc_url"
    )]
    Disagree { method: String, one: String, other: String },
    #[error(
        "{answered} of the {wanted} RPCs that must agree (chain.rpc_agree) can answer; the last that could not: {last}"
    )]
    TooFew { answered: usize, wanted: usize, last: Box<RpcFault> },
}
