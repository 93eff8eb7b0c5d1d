//! Methods as people type them.

use std::str::FromStr;

use crate::{Error, Method, Order, Result};

impl FromStr for Method {
    type Err = Error;

    /// Parses what [`Display`](std::fmt::Display) prints, and the bare number of an order: `mean`, `interp_order 3`, `3`.
    fn from_str(text: &str) -> Result<Self> {
        Ok(match text.trim() {
            "mean" => Self::Mean,
            "mode" => Self::Mode,
            "min" => Self::Min,
            "max" => Self::Max,
            "median" => Self::Median,
            "stride" => Self::Stride,
            "labels" => Self::Labels,
            order => match order.strip_prefix("interp_order ").unwrap_or(order).parse::<u64>() {
                Ok(order) => Self::Interpolate(Order::try_from(order)?),
                Err(_) => return Err(Error::ParseMethod { text: text.to_owned() }),
            },
        })
    }
}
