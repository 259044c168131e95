//! One bit for each offset of a partition: 6 MiB for 50 million records.

#[derive(Clone, Debug)]
pub(super) struct Bitmap(Vec<u64>);

pub(super) const WORD_BITS: usize = 64;

impl Bitmap {
    pub(super) fn new(bits: usize) -> Self {
        Self(vec![0; bits.div_ceil(WORD_BITS)])
    }

    pub(super) fn is_set(&self, bit: usize) -> bool {
        self.0[bit / WORD_BITS] >> (bit % WORD_BITS) & 1 == 1
    }

    /// Sets a bit; says whether it was set before.
    pub(super) fn set(&mut self, bit: usize) -> bool {
        let was_set = self.is_set(bit);
        self.0[bit / WORD_BITS] |= 1 << (bit % WORD_BITS);
        was_set
    }

    pub(super) fn words(&self) -> &[u64] {
        &self.0
    }
}
