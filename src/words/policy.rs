//! What the operator decided about the public view, where the table leaves a choice.
//!
//! Every view is stamped with the policy it was made under. An edge shows a view made under its
//! own policy or a stricter one, so that a change needs no moment of darkness: to become stricter,
//! `reproject` first and restart then; to become laxer, restart first.

use std::str::FromStr;

/// Raised when the same records would make other views: the table, a mask, the encoding.
const PROJECTION: u8 = 1;

/// The operator's choices.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct Policy {
    /// The owner's name on a plate's page.
    pub owner: Owner,
    /// Reports of theft.
    pub theft: Theft,
}

/// What the public sees of a plate's owner.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub enum Owner {
    /// The surname and two stars.
    #[default]
    Masked,
    /// Nothing.
    Withheld,
}

/// Who sees that something was reported stolen.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub enum Theft {
    /// Police, recyclers and holders.
    #[default]
    Staff,
    /// Everybody.
    Public,
}

/// A policy in one byte, as it stands in front of each view.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Stamp(u8);

/// Neither `standard` nor `strict`.
#[derive(Clone, Copy, Debug, PartialEq, Eq, thiserror::Error)]
#[error("a policy is `standard` or `strict`")]
pub struct NotAPolicy;

impl Policy {
    /// The stamp of views made under this policy.
    pub const fn stamp(self) -> Stamp {
        let owner = match self.owner {
            Owner::Withheld => 0,
            Owner::Masked => 1,
        };
        let theft = match self.theft {
            Theft::Staff => 0,
            Theft::Public => 2,
        };
        Stamp(PROJECTION << 2 | theft | owner)
    }

    /// Whether an edge under this policy may show a view with this stamp: made by the same
    /// projection, and showing nothing that this policy withholds.
    pub const fn admits(self, stamp: Stamp) -> bool {
        let own = self.stamp().0;
        stamp.0 >> 2 == own >> 2 && stamp.0 & !own == 0
    }

    /// `standard` or `strict`.
    pub const fn name(self) -> &'static str {
        match self.owner {
            Owner::Masked => "standard",
            Owner::Withheld => "strict",
        }
    }
}

impl FromStr for Policy {
    type Err = NotAPolicy;

    fn from_str(text: &str) -> Result<Self, NotAPolicy> {
        let owner = match text {
            "standard" => Owner::Masked,
            "strict" => Owner::Withheld,
            _ => return Err(NotAPolicy),
        };
        Ok(Self {
            owner,
            ..Self::default()
        })
    }
}

impl Stamp {
    /// The byte.
    pub const fn byte(self) -> u8 {
        self.0
    }

    /// A stamp read back.
    pub const fn from_byte(byte: u8) -> Self {
        Self(byte)
    }

    /// The policy it stands for, if it is of this projection.
    pub const fn policy(self) -> Option<Policy> {
        if self.0 >> 2 != PROJECTION {
            return None;
        }
        let owner = if self.0 & 1 == 0 {
            Owner::Withheld
        } else {
            Owner::Masked
        };
        let theft = if self.0 & 2 == 0 {
            Theft::Staff
        } else {
            Theft::Public
        };
        Some(Policy { owner, theft })
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_strict_edge_shows_no_view_made_under_the_standard_policy() {
        let standard: Policy = "standard".parse().unwrap();
        let strict: Policy = "strict".parse().unwrap();
        assert!(!strict.admits(standard.stamp()));
        assert!(standard.admits(strict.stamp()));
        assert!(standard.admits(standard.stamp()));
        assert_eq!(standard.stamp().policy(), Some(standard));
    }

    #[test]
    fn no_edge_shows_a_view_of_another_projection() {
        let other = Stamp::from_byte((PROJECTION + 1) << 2);
        assert!(!Policy::default().admits(other));
        assert_eq!(other.policy(), None);
    }
}
