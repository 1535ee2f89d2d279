//! Pages of lists: takes what stands after the `?`, gives bounds, and the address of the next page.

use super::error::{ApiError, Result};
use axum::extract::{FromRequestParts, Query};
use axum::http::request::Parts;
use serde::Deserialize;

/// A page of a list that ascends by a number.
#[derive(Clone, Copy, Debug, Deserialize, utoipa::IntoParams)]
#[serde(deny_unknown_fields)]
#[into_params(parameter_in = Query)]
pub(super) struct Paging {
    /// Only what comes after this number; `Link: <...>; rel="next"` of a page has the one for the next.
    #[param(minimum = 0, maximum = 9_223_372_036_854_775_807_u64)]
    after: Option<u64>,
    /// At most so many.
    #[param(minimum = 1, maximum = 500, default = 100)]
    limit: Option<u64>,
}

/// The same with an epoch to pick.
#[derive(Clone, Copy, Debug, Deserialize, utoipa::IntoParams)]
#[serde(deny_unknown_fields)]
#[into_params(parameter_in = Query)]
pub(super) struct EpochPaging {
    /// Only this one.
    #[param(minimum = 0, maximum = 9_223_372_036_854_775_807_u64)]
    pub(super) epoch: Option<u64>,
    /// Only epochs after this one; `Link: <...>; rel="next"` of a page has the one for the next.
    #[param(minimum = 0, maximum = 9_223_372_036_854_775_807_u64)]
    after: Option<u64>,
    /// At most so many.
    #[param(minimum = 1, maximum = 500, default = 100)]
    limit: Option<u64>,
}

const LIMIT: u64 = 100;
const MOST: u64 = 500;
/// The database's and JSON readers' largest.
pub(super) const LARGEST: u64 = i64::MAX as u64;

/// Which of many.
#[derive(Clone, Copy, Debug)]
pub(super) struct Bounds {
    pub(super) after: u64,
    pub(super) limit: usize,
}

fn bounds(after: Option<u64>, limit: Option<u64>) -> Result<Bounds> {
    let limit = limit.unwrap_or(LIMIT);
    if !(1..=MOST).contains(&limit) {
        return Err(ApiError::malformed("`limit` is not within 1 and 500"));
    }
    let after = number("after", after.unwrap_or(0))?;
    Ok(Bounds { after, limit: usize::try_from(limit).unwrap_or_default() })
}

/// One that the database can have.
pub(super) fn number(name: &str, value: u64) -> Result<u64> {
    if value > LARGEST {
        return Err(ApiError::malformed(&format!("`{name}` is above {LARGEST}")));
    }
    Ok(value)
}

impl Paging {
    pub(super) fn bounds(self) -> Result<Bounds> {
        bounds(self.after, self.limit)
    }
}

impl EpochPaging {
    pub(super) fn bounds(self) -> Result<Bounds> {
        bounds(self.after, self.limit)
    }
}

impl Bounds {
    /// The address of the page after this number.
    pub(super) fn next(self, path: &str, last: u64) -> String {
        format!("{path}?after={last}&limit={}", self.limit)
    }
}

/// What stands after the `?`; a mistake in it is answered as every other error is.
pub(super) struct Asked<T>(pub(super) T);

impl<T: serde::de::DeserializeOwned + Send, S: Send + Sync> FromRequestParts<S> for Asked<T> {
    type Rejection = ApiError;

    async fn from_request_parts(parts: &mut Parts, state: &S) -> Result<Self> {
        let asked = Query::from_request_parts(parts, state).await;
        asked.map(|Query(asked)| Self(asked)).map_err(|refused| ApiError::malformed(&refused.body_text()))
    }
}
