//! A hash table that lies in bytes and is read where it stands; `train/` writes it.
//!
//! Eight bytes of head (slots, bytes of a value; both little-endian), then the slots: four bytes of key, zero where
//! the slot is free, and the value. Keys are the low half of a 64-bit hash, the high half says where to look.

const HEAD: usize = 8;
const KEY: usize = 4;
const PRIME: u64 = 0x0000_0100_0000_01b3;
const SEED: u64 = 0xcbf2_9ce4_8422_2325;

#[derive(Clone, Copy, Debug)]
pub struct Table<'a> {
    slots: &'a [u8],
    count: usize,
    value: usize,
}

impl<'a> Table<'a> {
    /// Bytes that are no table give an empty one.
    pub fn new(bytes: &'a [u8]) -> Self {
        let (Some(count), Some(value)) = (word_at(bytes, 0), word_at(bytes, 4)) else {
            return Self { slots: &[], count: 0, value: 0 };
        };
        let (count, value) = (count as usize, value as usize);
        let slots =
            count.checked_mul(KEY + value).and_then(|size| bytes.get(HEAD..HEAD.checked_add(size)?));
        Self { slots: slots.unwrap_or(&[]), count: slots.map_or(0, |_| count), value }
    }

    /// How many bytes of the file are the table's.
    pub fn bytes(&self) -> usize {
        HEAD + self.slots.len()
    }

    pub fn get(&self, hash: u64) -> Option<&'a [u8]> {
        let key = key(hash);
        let width = KEY + self.value;
        let mut slot = place(hash, self.count);
        for _ in 0..self.count {
            let at = slot * width;
            match word_at(self.slots, at) {
                Some(found) if found == key => return self.slots.get(at + KEY..at + width),
                Some(0) | None => return None,
                Some(_) => slot = if slot + 1 == self.count { 0 } else { slot + 1 },
            }
        }
        None
    }
}

fn word_at(bytes: &[u8], at: usize) -> Option<u32> {
    let four = bytes.get(at..at + 4)?;
    Some(u32::from_le_bytes([four[0], four[1], four[2], four[3]]))
}

/// What a slot keeps of a hash; never zero.
pub fn key(hash: u64) -> u32 {
    ((hash & 0xffff_ffff) as u32).max(1)
}

/// The slot to look at first.
pub fn place(hash: u64, count: usize) -> usize {
    (((hash >> 32) * count as u64) >> 32) as usize
}

/// The hash of a run of characters.
pub fn of_chars(chars: impl Iterator<Item = char>) -> u64 {
    mixed(chars.fold(SEED, |hash, c| (hash ^ u64::from(u32::from(c))).wrapping_mul(PRIME)))
}

/// The hash of two things in their order.
pub fn joined(first: u64, second: u64) -> u64 {
    mixed(first.rotate_left(23).wrapping_mul(PRIME) ^ second)
}

/// Spreads a value over all bits (the finish of `MurmurHash3`).
pub fn mixed(mut value: u64) -> u64 {
    value ^= value >> 33;
    value = value.wrapping_mul(0xff51_afd7_ed55_8ccd);
    value ^= value >> 33;
    value = value.wrapping_mul(0xc4ce_b9fe_1a85_ec53);
    value ^ (value >> 33)
}
