use super::*;

const fn at(seconds: u64) -> Duration {
    Duration::from_secs(seconds)
}

#[test]
fn requests_that_are_waited_for_together_cost_their_time_once() {
    let mut losses = Losses::default();
    let begun: Vec<Duration> = (0..8).map(|_| losses.begins(at(10))).collect();
    for share in begun {
        losses.ends(at(40), share, true);
    }
    assert_eq!(losses.lost(), at(30));
}

#[test]
fn one_after_another_they_cost_all_of_it() {
    let mut losses = Losses::default();
    for turn in 0..4 {
        let share = losses.begins(at(30 * turn));
        losses.ends(at(30 * (turn + 1)), share, true);
    }
    assert_eq!(losses.lost(), at(120));
}

#[test]
fn what_is_answered_meanwhile_takes_its_part() {
    let mut losses = Losses::default();
    let hangs = losses.begins(at(0));
    for turn in 0..3 {
        let share = losses.begins(at(10 * turn));
        losses.ends(at(10 * (turn + 1)), share, false);
    }
    losses.ends(at(30), hangs, true);
    assert_eq!(losses.lost(), at(15));
}

#[test]
fn answers_and_idle_times_cost_nothing() {
    let mut losses = Losses::default();
    let share = losses.begins(at(5));
    losses.ends(at(500), share, false);
    assert_eq!(losses.lost(), at(0));
    let share = losses.begins(at(1_000));
    losses.ends(at(1_001), share, true);
    assert_eq!(losses.lost(), at(1));
    // Ages come from several threads; an earlier one changes nothing.
    let share = losses.begins(at(1_002));
    losses.ends(at(900), share, true);
    assert_eq!(losses.lost(), at(1));
}
