use proptest::prelude::*;

use super::*;

#[test]
fn a_refusal_halves_once_per_round() {
    let mut aimd = Aimd::new(32);
    let together = aimd.epoch();
    assert_eq!(aimd.refused(together), 16);
    for _ in 1..32 {
        assert_eq!(
            aimd.refused(together),
            0,
            "sent before the limit was halved"
        );
    }
    assert_eq!(aimd.limit, 16);
    assert_eq!(aimd.refused(aimd.epoch()), 8);
    assert_eq!(aimd.limit, 8);
}

#[test]
fn the_last_one_is_never_taken() {
    let mut aimd = Aimd::new(3);
    let fewer: Vec<usize> = (0..4).map(|_| aimd.refused(aimd.epoch())).collect();
    assert_eq!(fewer, [2, 0, 0, 0]);
    assert_eq!(aimd.limit, 1);
}

#[test]
fn a_round_of_answers_gives_one_back() {
    let mut aimd = Aimd::new(8);
    assert!(!aimd.answered(), "never above the start");
    aimd.refused(aimd.epoch());
    let mut rounds = Vec::new();
    for answers in 1.. {
        if aimd.answered() {
            rounds.push(answers);
        }
        if aimd.limit == 8 {
            break;
        }
    }
    assert_eq!(rounds, [4, 9, 15, 22]);
    assert!(!aimd.answered());
}

#[test]
fn a_refusal_ends_the_row_of_answers() {
    let mut aimd = Aimd::new(4);
    aimd.refused(aimd.epoch());
    let old = aimd.epoch() - 1;
    assert!(!aimd.answered());
    assert_eq!(aimd.refused(old), 0);
    assert!(!aimd.answered(), "counted from the start");
    assert!(aimd.answered());
}

proptest! {
    #[test]
    fn the_limit_is_what_was_given_and_taken(most in 1_usize..100, steps in prop::collection::vec(any::<Option<bool>>(), 0..500)) {
        let mut aimd = Aimd::new(most);
        let mut held = most;
        for step in steps {
            match step {
                None => held += usize::from(aimd.answered()),
                Some(true) => held -= aimd.refused(aimd.epoch()),
                Some(false) => held -= aimd.refused(aimd.epoch().saturating_sub(1)),
            }
            prop_assert_eq!(held, aimd.limit);
            prop_assert!((1..=most).contains(&held));
        }
    }
}
