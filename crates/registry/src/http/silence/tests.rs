use super::*;

fn silent(requests: usize) -> Silence {
    let mut silence = Silence::default();
    for _ in 0..requests {
        silence.timed_out(silence.answers());
    }
    silence
}

#[test]
fn so_many_in_a_row_and_no_fewer() {
    assert_eq!(silent(MOST - 1).given_up(), None);
    assert_eq!(silent(MOST).given_up(), Some(MOST));
    assert_eq!(silent(MOST + 9).given_up(), Some(MOST));
}

#[test]
fn an_answer_begins_the_count_anew() {
    let mut silence = silent(MOST - 1);
    silence.answered();
    for _ in 1..MOST {
        silence.timed_out(silence.answers());
    }
    assert_eq!(silence.given_up(), None);
    silence.timed_out(silence.answers());
    assert_eq!(silence.given_up(), Some(MOST), "the control");
}

#[test]
fn requests_that_an_answer_overtook_do_not_count() {
    let mut silence = Silence::default();
    let together = silence.answers();
    silence.answered();
    for _ in 0..2 * MOST {
        silence.timed_out(together);
    }
    assert_eq!(silence.given_up(), None);
}

#[test]
fn a_host_that_was_given_up_stays_so() {
    let mut silence = silent(MOST);
    silence.answered();
    assert_eq!(silence.given_up(), Some(MOST));
}
