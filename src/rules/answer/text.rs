//! What an answer says: bytes, or a page that is cast when somebody wants it.

use std::{
    hash::{BuildHasher as _, Hash as _, Hasher as _},
    sync::Arc,
};

use bytes::Bytes;
use foldhash::quality::FixedState;

use super::{
    gzip,
    mould::{Filling, Mould},
};

/// What an answer says.
#[derive(Debug)]
pub enum Text {
    /// As it is.
    Plain(Bytes),
    /// A mould and what goes into it.
    Cast(Arc<Mould>, Box<Filling>),
}

impl Text {
    pub(super) fn plain(&self) -> Bytes {
        match self {
            Self::Plain(bytes) => bytes.clone(),
            Self::Cast(mould, filling) => mould.page(filling).into(),
        }
    }

    pub(super) fn gzip(&self) -> Option<Vec<u8>> {
        match self {
            Self::Plain(bytes) => gzip::gzip(bytes),
            Self::Cast(mould, filling) => mould
                .gzip(filling)
                .or_else(|| gzip::gzip(&mould.page(filling))),
        }
    }

    pub(super) fn len(&self) -> usize {
        match self {
            Self::Plain(bytes) => bytes.len(),
            Self::Cast(mould, filling) => mould.length(filling),
        }
    }

    /// What it keeps besides the encodings that are made of it.
    pub(super) fn weight(&self) -> usize {
        match self {
            Self::Plain(_) => 0,
            Self::Cast(_, filling) => size_of::<Filling>() + filling.length(),
        }
    }

    /// A fast hash will do: nobody gains by making two pages of ours collide, and nobody chooses
    /// their bytes. What a page is cast of names it as well as its bytes.
    pub(super) fn hash(&self) -> u64 {
        let mut hasher = FixedState::with_seed(1).build_hasher();
        match self {
            Self::Plain(bytes) => bytes.hash(&mut hasher),
            Self::Cast(mould, filling) => (mould.hash(), filling).hash(&mut hasher),
        }
        hasher.finish()
    }
}

impl From<Vec<u8>> for Text {
    fn from(bytes: Vec<u8>) -> Self {
        Self::Plain(bytes.into())
    }
}
