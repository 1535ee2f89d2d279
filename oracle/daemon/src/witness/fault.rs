//! Why an answer cannot be used. Every one of them makes a pull request neutral; none of them raises its pay.

/// Its text goes into transcripts and logs, so it never repeats what somebody else wrote.
#[derive(Clone, Copy, Debug, PartialEq, Eq, thiserror::Error)]
pub enum Fault {
    #[error("the endpoint cannot be reached")]
    Unreachable,
    #[error("no answer within the time for one")]
    Timeout,
    #[error("the endpoint answered with status {0}")]
    Status(u16),
    #[error("the endpoint leads elsewhere (status {0}), where nobody follows")]
    Redirect(u16),
    #[error("the answer is longer than {0} bytes")]
    TooLong(usize),
    #[error("the answer broke off")]
    BrokenOff,
    #[error("the answer is not a chat completion")]
    NotCompletion,
    #[error("the answer has not one choice")]
    Choices,
    #[error("the model refused")]
    Refused,
    #[error("the model did not come to its end")]
    Unfinished,
    #[error("the model calls a tool, and there are none")]
    Tool,
    #[error("the model said nothing")]
    Empty,
    #[error("what the model said is not the JSON it was asked for")]
    Form,
    #[error("what the model said is about something else: the id is wrong")]
    Id,
    #[error("the value {0} is out of range")]
    Range(u64),
    #[error("the answers lie {0} thousandths apart")]
    Spread(u64),
    #[error("the month's tokens are used up")]
    Budget,
    #[error("the time for this epoch was over")]
    Late,
    #[error("GitHub did not give its text")]
    NoText,
    #[error("its text was edited after the cutoff")]
    Edited,
}

impl Fault {
    /// It may go better in a moment.
    pub(super) fn passes(self) -> bool {
        matches!(self, Self::Unreachable | Self::Status(429 | 500 | 502 | 503 | 504))
    }

    /// No model was at work, so nothing was spent.
    pub(super) fn is_free(self) -> bool {
        matches!(self, Self::Unreachable | Self::Status(_) | Self::Redirect(_))
    }

    /// For figures: what kind of end it is.
    pub(super) fn outcome(self) -> &'static str {
        match self {
            Self::Spread(_) => "spread",
            Self::Budget => "budget",
            Self::Late => "late",
            Self::NoText | Self::Edited => "no_text",
            _ => "fault",
        }
    }
}
