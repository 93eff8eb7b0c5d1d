use std::time::Duration;

use super::Error;
use crate::client::RetryPolicy;

impl Error {
    /// How many times a GET that failed in this way may be repeated.
    pub(crate) fn retries(&self, policy: &RetryPolicy) -> u32 {
        match self {
            // Where nobody listens, more patience rarely helps, and the user is waiting to hear of a wrong port.
            Self::Transport { connecting: true, .. } | Self::CorruptStream { .. } | Self::Truncated { .. } => {
                policy.max_retries.min(2)
            }
            Self::Transport { .. } | Self::Busy { status: 503, .. } | Self::Server { status: 502 | 504, .. } => {
                policy.max_retries
            }
            // A panic in a handler is deterministic more often than not.
            Self::Server { .. } => policy.max_retries.min(1),
            _ => 0,
        }
    }

    /// How long the server wants us to wait.
    pub(crate) fn retry_after(&self) -> Option<Duration> {
        match self {
            Self::Busy { retry_after, .. } => *retry_after,
            _ => None,
        }
    }
}
