//! Money, percentages, quantities, casualties.

use super::Span;

/// One amount.
#[derive(Clone, PartialEq, Debug)]
pub struct Amount {
    pub span: Span,
    pub kind: AmountKind,
    pub value: f64,
    /// Upper end, where the text gives a range.
    pub value_max: Option<f64>,
    /// ISO 4217 for money; `killed`, `injured`, `missing` for casualties; the unit's symbol for quantities.
    pub unit: Option<&'static str>,
    pub rule: &'static str,
}

#[derive(Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Debug)]
pub enum AmountKind {
    Money,
    Percent,
    Quantity,
    Casualties,
}

impl AmountKind {
    pub fn word(self) -> &'static str {
        match self {
            Self::Money => "money",
            Self::Percent => "percent",
            Self::Quantity => "quantity",
            Self::Casualties => "casualties",
        }
    }
}
