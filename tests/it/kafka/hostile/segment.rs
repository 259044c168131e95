//! A partition's log on the broker's disk, batch by batch, and what can go wrong with a batch there.
//!
//! A batch is: base offset (8 bytes), length of what follows (4), leader epoch (4), magic (1), CRC-32C of what follows
//! it (4), attributes (2, the codec in the lowest three bits), last offset's distance (4), times (8, 8),
//! producer (8, 2, 4), count (4), and the records, packed or not.

use std::fs::{File, OpenOptions};
use std::io::{Read, Write};
use std::net::TcpStream;
use std::ops::RangeInclusive;
use std::os::unix::fs::FileExt;
use std::path::{Path, PathBuf};

const CHECKSUM_AT: usize = 17;
const ATTRIBUTES_AT: usize = 21;
const LAST_DISTANCE_AT: usize = 23;
const RECORDS_AT: usize = 61;

pub struct Segment(PathBuf);

/// All bytes of one batch.
pub struct Batch(pub Vec<u8>);

impl Segment {
    pub fn new(folder: &Path, topic: &str, partition: usize) -> Self {
        let log = folder.join("data").join(format!("{topic}-{partition}")).join("00000000000000000000.log");
        Self(log)
    }

    /// Alters the batch that holds an offset; returns all offsets of that batch.
    pub fn alter(&self, offset: i64, make: impl FnOnce(&mut Batch)) -> RangeInclusive<i64> {
        let file = OpenOptions::new().read(true).write(true).open(&self.0).expect("the broker's segment");
        let (at, mut batch) = find(&file, offset);
        let (before, offsets) = (batch.0.clone(), batch.offsets());
        make(&mut batch);
        assert!(batch.0 != before && batch.0.len() == before.len(), "it is altered in place");
        file.write_all_at(&batch.0, at).expect("the segment can be written");
        offsets
    }
}

/// Where the batch that holds an offset begins, and the batch.
fn find(file: &File, offset: i64) -> (u64, Batch) {
    let size = file.metadata().expect("a file").len();
    let mut at = 0;
    while at < size {
        let mut head = [0; 12];
        file.read_exact_at(&mut head, at).expect("a batch's head");
        let length = u32::from_be_bytes(head[8..12].try_into().expect("four bytes"));
        let mut batch = Batch(vec![0; 12 + length as usize]);
        file.read_exact_at(&mut batch.0, at).expect("a whole batch");
        if batch.offsets().contains(&offset) {
            return (at, batch);
        }
        at += batch.0.len() as u64;
    }
    panic!("no batch holds offset {offset}");
}

/// Sends a batch by a bare Produce request (version 7, all replicas); returns the offset it got.
pub fn send_bare(brokers: &str, topic: &str, partition: i32, batch: &[u8]) -> i64 {
    let size = |bytes: usize| u32::try_from(bytes).expect("small").to_be_bytes();
    let name = [&u16::try_from(topic.len()).expect("small").to_be_bytes()[..], topic.as_bytes()].concat();
    let parts: [&[u8]; 8] = [
        // Produce, its version, a correlation id, no client's name, no transaction, all replicas, ten seconds.
        &[0, 0, 0, 7, 0, 0, 0, 1, 0xff, 0xff, 0xff, 0xff, 0xff, 0xff],
        &10_000u32.to_be_bytes(),
        &size(1),
        &name,
        &size(1),
        &partition.to_be_bytes(),
        &size(batch.len()),
        batch,
    ];
    let request = parts.concat();
    let mut broker = TcpStream::connect(brokers).expect("the broker listens");
    broker.write_all(&[&size(request.len())[..], &request].concat()).expect("the request goes out");
    let mut length = [0; 4];
    broker.read_exact(&mut length).expect("an answer");
    let mut answer = vec![0; u32::from_be_bytes(length) as usize];
    broker.read_exact(&mut answer).expect("the rest follows");
    // Correlation id, one topic and its name, one partition and its number; then error and offset.
    let at = 4 + 4 + name.len() + 4 + 4;
    assert_eq!(answer[at..at + 2], [0, 0], "the broker takes it");
    i64::from_be_bytes(answer[at + 2..at + 10].try_into().expect("eight bytes"))
}

impl Batch {
    pub fn offsets(&self) -> RangeInclusive<i64> {
        let base = i64::from_be_bytes(self.0[..8].try_into().expect("eight bytes"));
        let distance = &self.0[LAST_DISTANCE_AT..LAST_DISTANCE_AT + 4];
        base..=base + i64::from(i32::from_be_bytes(distance.try_into().expect("four bytes")))
    }

    pub fn flip_in_the_middle(&mut self) {
        let middle = usize::midpoint(RECORDS_AT, self.0.len());
        for byte in &mut self.0[middle..middle + 8] {
            *byte = !*byte;
        }
    }

    pub fn set_codec(&mut self, codec: u8) {
        self.0[ATTRIBUTES_AT + 1] = self.0[ATTRIBUTES_AT + 1] & !7 | codec;
    }

    pub fn blank_the_start(&mut self) {
        self.0[RECORDS_AT..RECORDS_AT + 8].fill(0);
    }

    /// As if the last third had never been written.
    pub fn blank_the_end(&mut self) {
        let from = self.0.len() - (self.0.len() - RECORDS_AT) / 3;
        self.0[from..].fill(0);
    }

    /// The first record of an unpacked batch claims more bytes than the batch has.
    pub fn lengthen_first_record(&mut self) {
        // Seven bits in each byte, the lowest first: a million bytes, and all fields after it are out of place.
        self.0[RECORDS_AT..RECORDS_AT + 3].copy_from_slice(&[0xfe, 0xff, 0x7f]);
    }

    /// Makes length and checksum right again.
    pub fn seal(&mut self) {
        let length = u32::try_from(self.0.len() - 12).expect("small");
        self.0[8..12].copy_from_slice(&length.to_be_bytes());
        let checksum = crc32c(&self.0[ATTRIBUTES_AT..]);
        self.0[CHECKSUM_AT..CHECKSUM_AT + 4].copy_from_slice(&checksum.to_be_bytes());
    }
}

/// CRC-32C (Castagnoli), bit by bit.
fn crc32c(bytes: &[u8]) -> u32 {
    let step = |crc: u32, byte: &u8| {
        (0..8).fold(
            crc ^ u32::from(*byte),
            |crc, _| if crc & 1 == 1 { crc >> 1 ^ 0x82f6_3b78 } else { crc >> 1 },
        )
    };
    !bytes.iter().fold(!0, step)
}

#[test]
fn the_checksum_is_castagnolis() {
    assert_eq!(crc32c(b"123456789"), 0xe306_9283);
}
