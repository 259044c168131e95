//! How large the fault tests are, in one place.
//!
//! `COPYDESK_TEST_SIZE` chooses for all of them: `ci` (unless said otherwise), `nightly` or `release`. The variables in
//! [`sizes`] change one figure each, for a run by hand. `COPYDESK_TEST_SEED` repeats what chance decided.

use std::str::FromStr;
use std::time::{Duration, SystemTime, UNIX_EPOCH};

pub struct Sizes {
    pub name: &'static str,
    /// Records of the large run with two kills.
    pub records: usize,
    /// Random kills, and the records they fall among.
    pub kills: usize,
    pub kill_records: usize,
    /// How often each late request comes, with the defence off and again with it on.
    pub late_runs: usize,
    /// How long a broker is away.
    pub outage: Duration,
    /// Runs of mixed faults, one seed after the other, and how long the faults of each go on.
    pub mixed_runs: u64,
    pub mixed: Duration,
}

/// The size that the environment asks for.
pub fn sizes() -> Sizes {
    let whole = whole(&number("SIZE").unwrap_or_else(|| "ci".to_owned()));
    let seconds = |name| number(name).map(Duration::from_secs);
    Sizes {
        name: whole.name,
        records: number("RECORDS").unwrap_or(whole.records),
        kills: number("KILLS").unwrap_or(whole.kills),
        kill_records: number("KILL_RECORDS").unwrap_or(whole.kill_records),
        late_runs: number("LATE_RUNS").unwrap_or(whole.late_runs),
        outage: seconds("OUTAGE_SECONDS").unwrap_or(whole.outage),
        mixed_runs: number("SEEDS").unwrap_or(whole.mixed_runs),
        mixed: seconds("MIXED_SECONDS").unwrap_or(whole.mixed),
    }
}

fn whole(name: &str) -> Sizes {
    let seconds = Duration::from_secs;
    match name {
        "ci" => Sizes {
            name: "ci",
            records: 20_000,
            kills: 20,
            kill_records: 8_000,
            late_runs: 2,
            outage: seconds(4),
            mixed_runs: 0,
            mixed: seconds(20),
        },
        "nightly" => Sizes {
            name: "nightly",
            records: 100_000,
            kills: 100,
            kill_records: 200_000,
            late_runs: 20,
            outage: seconds(20),
            mixed_runs: 3,
            mixed: seconds(120),
        },
        "release" => Sizes {
            name: "release",
            records: 200_000,
            kills: 500,
            kill_records: 2_000_000,
            late_runs: 100,
            outage: seconds(20),
            mixed_runs: 10,
            mixed: seconds(120),
        },
        _ => panic!("COPYDESK_TEST_SIZE is {name:?}: say ci, nightly or release"),
    }
}

/// What chance starts from: the same seed draws the same faults.
pub fn seed() -> u64 {
    let now = SystemTime::now().duration_since(UNIX_EPOCH).expect("after 1970");
    number("SEED").unwrap_or(u64::from(now.subsec_nanos()))
}

/// `COPYDESK_TEST_…`, where it is set. A value that says nothing is an error: a run of another size than was asked
/// for proves something else.
pub fn number<T: FromStr>(name: &str) -> Option<T> {
    let name = format!("COPYDESK_TEST_{name}");
    let value = std::env::var(&name).ok().filter(|value| !value.is_empty())?;
    Some(value.parse().unwrap_or_else(|_| panic!("{name} is {value:?}, which is no number")))
}

/// Numbers that look random (`SplitMix64`, Steele et al. 2014), the same for the same seed.
pub struct Dice(pub u64);

impl Dice {
    pub fn between(&mut self, least: u64, most: u64) -> u64 {
        self.0 = self.0.wrapping_add(0x9e37_79b9_7f4a_7c15);
        let mut mixed = self.0;
        mixed = (mixed ^ (mixed >> 30)).wrapping_mul(0xbf58_476d_1ce4_e5b9);
        mixed = (mixed ^ (mixed >> 27)).wrapping_mul(0x94d0_49bb_1331_11eb);
        least + (mixed ^ (mixed >> 31)) % (most - least + 1)
    }
}
