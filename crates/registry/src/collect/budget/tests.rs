use proptest::prelude::*;

use super::*;

fn answer(place: usize, bytes: Option<usize>) -> Answer {
    Answer {
        name: place.to_string(),
        asked: format!("path of {place}"),
        fetched: bytes.map_or(Fetched::Missing, |bytes| {
            Fetched::Found(vec![b' '; bytes].into())
        }),
    }
}

fn taken(limit: usize, order: &[usize], sizes: &[Option<usize>]) -> BTreeMap<String, Fetched> {
    let mut budget = Budget::new(limit);
    for &place in order {
        budget.take(place, answer(place, sizes[place]));
        assert!(budget.held <= limit);
        let held: usize = budget.bodies.values().map(Answer::bytes).sum();
        assert_eq!(budget.held, held);
    }
    budget.into_answers()
}

#[test]
fn what_fits_is_kept_and_what_follows_is_too_much() {
    let sizes = [Some(4), None, Some(6), Some(1), None];
    let fits = taken(11, &[0, 1, 2, 3, 4], &sizes);
    for (place, size) in sizes.iter().enumerate() {
        assert_eq!(fits[&place.to_string()], answer(place, *size).fetched);
    }
    let short = taken(9, &[0, 1, 2, 3, 4], &sizes);
    assert_eq!(short["0"], answer(0, sizes[0]).fetched);
    assert_eq!(short["1"], Fetched::Missing);
    for place in ["2", "3", "4"] {
        let failed = Fetched::Failed(FetchError {
            asked: format!("path of {place}"),
            problem: FetchProblem::TooLarge { limit: 9 },
        });
        assert_eq!(short[place], failed, "{place}");
    }
}

proptest! {
    #[test]
    fn the_order_of_arrival_changes_nothing(
        (sizes, order) in prop::collection::vec(prop::option::of(0_usize..50), 0..12)
            .prop_flat_map(|sizes| {
                let order: Vec<usize> = (0..sizes.len()).collect();
                (Just(sizes), Just(order).prop_shuffle())
            }),
        limit in 0_usize..200,
    ) {
        let in_order: Vec<usize> = (0..sizes.len()).collect();
        prop_assert_eq!(taken(limit, &order, &sizes), taken(limit, &in_order, &sizes));
    }
}
