use super::*;

#[test]
fn only_a_folder_outside_the_checkout_is_out_of_reach() {
    let place = tempfile::tempdir().unwrap();
    let at = |name: &str| place.path().join(name);
    for folder in [
        "checkout/.git",
        "checkout/specs",
        "checkout/evidence",
        "kept",
    ] {
        fs::create_dir_all(at(folder)).unwrap();
    }
    let root = at("checkout/specs");
    assert!(lies_outside(&at("kept"), &root));
    for inside in [
        "checkout/evidence",
        "checkout/specs",
        "checkout",
        "absent",
        "kept/../checkout/evidence",
    ] {
        assert!(!lies_outside(&at(inside), &root), "{inside}");
    }
    assert!(!lies_outside(place.path(), &root), "it holds the checkout");
}
