//! Sorts words into classes by the words they stand beside (exchange clustering, both sides).

/// A class for each word; texts are sequences of word numbers, frequent words first.
pub fn classes(texts: &[Vec<u32>], words: usize, count: usize, rounds: usize) -> Vec<usize> {
    let sides = [Side::count(texts, words, count, false), Side::count(texts, words, count, true)];
    let mut exchange = Exchange::start(sides, words, count);
    for round in 0..rounds {
        let moved = exchange.round();
        eprintln!("clusters {count}: round {round}, {moved} moved");
        if moved * 200 < words {
            break;
        }
    }
    exchange.class
}

/// Pairs seen on one side.
struct Side {
    /// For each word its neighbours and how often.
    neighbours: Vec<Vec<(u32, u32)>>,
    /// How often a neighbour stands beside a class: neighbour × classes.
    beside: Vec<u32>,
}

impl Side {
    fn count(texts: &[Vec<u32>], words: usize, count: usize, is_after: bool) -> Self {
        let pairs = texts.iter().flat_map(|text| text.windows(2));
        let mut pairs: Vec<(u32, u32)> =
            pairs.map(|pair| if is_after { (pair[0], pair[1]) } else { (pair[1], pair[0]) }).collect();
        pairs.sort_unstable();
        let mut neighbours = vec![Vec::new(); words];
        for same in pairs.chunk_by(|a, b| a == b) {
            let (word, neighbour) = same[0];
            let times = u32::try_from(same.len()).expect("texts hold fewer than 4 billion pairs");
            neighbours[word as usize].push((neighbour, times));
        }
        Self { neighbours, beside: vec![0; words * count] }
    }
}

struct Exchange {
    sides: [Side; 2],
    class: Vec<usize>,
    /// Pairs of each class.
    sizes: [Vec<u32>; 2],
    weights: [Vec<u32>; 2],
    count: usize,
    table: Vec<f32>,
}

impl Exchange {
    fn start(sides: [Side; 2], words: usize, count: usize) -> Self {
        let weights = [0, 1].map(|side: usize| {
            sides[side].neighbours.iter().map(|all| all.iter().map(|(_, n)| n).sum()).collect::<Vec<u32>>()
        });
        let table = (0..1 << 16).map(|n| entropy(n as f32)).collect();
        let class = (0..words).map(|word| word % count).collect();
        let mut all = Self { sides, class, sizes: [vec![0; count], vec![0; count]], weights, count, table };
        for word in 0..words {
            all.put(word, all.class[word], true);
        }
        all
    }

    fn put(&mut self, word: usize, class: usize, is_in: bool) {
        let change = |cell: &mut u32, n: u32| *cell = if is_in { *cell + n } else { *cell - n };
        for side in 0..2 {
            change(&mut self.sizes[side][class], self.weights[side][word]);
            let Side { neighbours, beside } = &mut self.sides[side];
            for (neighbour, n) in &neighbours[word] {
                change(&mut beside[*neighbour as usize * self.count + class], *n);
            }
        }
    }

    fn round(&mut self) -> usize {
        let mut moved = 0;
        let mut gains = vec![0.0_f64; self.count];
        for word in 0..self.class.len() {
            let old = self.class[word];
            self.put(word, old, false);
            self.gains(word, &mut gains);
            let best = (0..self.count)
                .fold(old, |best, class| if gains[class] > gains[best] { class } else { best });
            self.class[word] = best;
            self.put(word, best, true);
            moved += usize::from(best != old);
        }
        moved
    }

    /// What it gains to put a word into each class.
    fn gains(&self, word: usize, gains: &mut [f64]) {
        for (class, gain) in gains.iter_mut().enumerate() {
            let cost = |side: usize| {
                let (size, weight) = (self.sizes[side][class], self.weights[side][word]);
                entropy((size + weight) as f32) as f64 - entropy(size as f32) as f64
            };
            *gain = -cost(0) - cost(1);
        }
        let look = |n: u32| self.table.get(n as usize).copied().unwrap_or_else(|| entropy(n as f32));
        for side in &self.sides {
            for (neighbour, n) in &side.neighbours[word] {
                let start = *neighbour as usize * self.count;
                let beside = &side.beside[start..start + self.count];
                let fresh = f64::from(look(*n));
                for (gain, seen) in gains.iter_mut().zip(beside) {
                    *gain += if *seen == 0 { fresh } else { f64::from(look(seen + n) - look(*seen)) };
                }
            }
        }
    }
}

fn entropy(n: f32) -> f32 {
    if n > 1.0 { n * n.ln() } else { 0.0 }
}
