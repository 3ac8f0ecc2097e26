//! Choices that the seed repeats.

/// A source of choices.
pub(crate) struct Chance(fastrand::Rng);

impl Chance {
    /// The choices for one input of a run: each can be made again without those before it.
    pub(crate) fn of(seed: u64, input: usize) -> Self {
        let input = u64::try_from(input).unwrap();
        Self(fastrand::Rng::with_seed(
            seed.rotate_left(32) ^ input.wrapping_mul(0x9e37_79b9_7f4a_7c15),
        ))
    }

    /// A number below `end`, or 0.
    pub(crate) fn below(&mut self, end: usize) -> usize {
        self.0.usize(..end.max(1))
    }

    /// True `percent` times of a hundred.
    pub(crate) fn percent(&mut self, percent: usize) -> bool {
        self.below(100) < percent
    }

    /// One of these.
    pub(crate) fn one<'a, T: ?Sized>(&mut self, of: &[&'a T]) -> &'a T {
        of[self.below(of.len())]
    }
}
