//! How many results fit into a file of bounded size.

use std::io::Write as _;

use flate2::Compression;
use flate2::write::GzEncoder;

/// How large `text` is after gzip, as it is uploaded; the text's own size where that is surely at
/// most `limit` compressed, and the largest size where it cannot be compressed.
pub(super) fn size(text: &str, limit: usize) -> usize {
    // What does not compress grows by five bytes per block (RFC 1951, section 3.2.4).
    if text.len().saturating_add(text.len() / 1_024 + 64) <= limit {
        return text.len();
    }
    let mut encoder = GzEncoder::new(Vec::new(), Compression::best());
    let written = encoder.write_all(text.as_bytes());
    written
        .and_then(|()| encoder.finish())
        .map_or(usize::MAX, |bytes| bytes.len())
}

/// The largest number below `total` that fits, where `total` does not: one more does not fit. Zero
/// is taken to fit. Strides away from `guess`, then halves what lies between.
///
/// # Errors
/// The first of `fits`.
pub(super) fn largest<E>(
    total: usize,
    guess: usize,
    mut fits: impl FnMut(usize) -> Result<bool, E>,
) -> Result<usize, E> {
    let (mut below, mut above) = (0, total);
    let mut next = guess.clamp(1, total.saturating_sub(1).max(1));
    let mut stride = 4_usize;
    while above.saturating_sub(below) > 1 {
        let fit = fits(next)?;
        if fit {
            below = next;
        } else {
            above = next;
        }
        let half = (above - below) / 2;
        next = if stride >= half {
            below + half
        } else if fit {
            below + stride
        } else {
            above - stride
        };
        stride = stride.saturating_mul(4);
    }
    Ok(below)
}

#[cfg(test)]
mod tests {
    use super::*;

    /// The answer, and how many questions it took.
    fn asked(total: usize, guess: usize, most: usize) -> (usize, usize) {
        let mut questions = 0;
        let found = largest::<()>(total, guess, |number| {
            assert!((1..total).contains(&number), "{number} of {total}");
            questions += 1;
            Ok(number <= most)
        });
        (found.unwrap(), questions)
    }

    #[test]
    fn the_largest_number_that_fits_is_found_wherever_the_guess_is() {
        for total in 1..40 {
            for most in 0..total {
                for guess in [0, 1, most, total / 2, total, usize::MAX] {
                    assert_eq!(asked(total, guess, most).0, most, "{total} {guess}");
                }
            }
        }
    }

    #[test]
    fn a_good_guess_saves_questions_and_a_bad_one_costs_few() {
        for most in [0, 1, 12_345, 24_998] {
            let (found, questions) = asked(25_000, most + 3, most);
            assert!(found == most && questions <= 6, "{most}: {questions}");
            for guess in [0, 12_500, 25_000] {
                let (found, questions) = asked(25_000, guess, most);
                assert!(found == most && questions <= 24, "{most}: {questions}");
            }
        }
    }

    #[test]
    fn the_first_error_ends_the_search() {
        assert_eq!(largest(10, 5, |_| Err("no")), Err("no"));
    }

    #[test]
    fn what_is_not_compressed_to_see_is_small_enough() {
        assert_eq!(size("abc", 1_000), 3);
        let spaces = " ".repeat(10_000);
        assert!(size(&spaces, 10_000) < 100);
    }
}
