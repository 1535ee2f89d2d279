//! Amounts of money as people read them: units to base units to decimals, never through a float.

use alloy::primitives::U256;
use alloy::primitives::utils::format_units;

/// The payout token's scale.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Money {
    /// Base units in one unit.
    pub unit: U256,
    pub decimals: u8,
    pub symbol: String,
}

impl Money {
    /// For where nobody knows the token.
    pub fn in_units() -> Self {
        Self { unit: U256::from(1), decimals: 0, symbol: "units".to_owned() }
    }

    /// 2^64 units of at most 2^128 base units fit 256 bits.
    pub fn base(&self, units: u64) -> U256 {
        U256::from(units).saturating_mul(self.unit)
    }

    /// `1,234.5 GDN`.
    pub fn show(&self, units: u64) -> String {
        self.show_base(self.base(units))
    }

    pub fn show_base(&self, base: U256) -> String {
        let text = format_units(base, self.decimals).unwrap_or_else(|_| base.to_string());
        let (whole, part) = text.split_once('.').unwrap_or((&text, ""));
        let part = part.trim_end_matches('0');
        let dot = if part.is_empty() { "" } else { "." };
        format!("{}{dot}{part} {}", thousands(whole), self.symbol)
    }
}

/// Groups a decimal number by thousands.
pub fn thousands(digits: &str) -> String {
    let mut out = String::with_capacity(digits.len() + digits.len() / 3);
    for (at, digit) in digits.chars().enumerate() {
        if at > 0 && (digits.len() - at).is_multiple_of(3) {
            out.push(',');
        }
        out.push(digit);
    }
    out
}

/// Thousandths as a decimal: 1250 is `1.25`.
pub fn milli(value: u64) -> String {
    let text = format!("{}.{:03}", thousands(&(value / 1000).to_string()), value % 1000);
    let text = text.trim_end_matches('0');
    text.strip_suffix('.').unwrap_or(text).to_owned()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn amounts_keep_every_digit() {
        let money = Money { unit: U256::from(10u64.pow(12)), decimals: 18, symbol: "GDN".into() };
        assert_eq!(money.show(1_234_567_890), "1,234.56789 GDN");
        assert_eq!(money.show(0), "0 GDN");
        assert_eq!(money.show_base(U256::from(1)), "0.000000000000000001 GDN");
        assert_eq!(Money::in_units().show(1_234_567), "1,234,567 units");
        let dollars = Money { unit: U256::from(1), decimals: 6, symbol: "USDC".into() };
        assert_eq!(dollars.show(u64::MAX), "18,446,744,073,709.551615 USDC");
    }

    #[test]
    fn thousandths_read_as_decimals() {
        assert_eq!(
            (milli(1250), milli(1000), milli(7), milli(0)),
            ("1.25".into(), "1".into(), "0.007".into(), "0".into())
        );
        assert_eq!(milli(1_234_567), "1,234.567");
    }
}
