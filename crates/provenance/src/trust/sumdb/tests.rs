use super::*;

#[test]
fn the_public_database_is_known_by_name_and_by_key() {
    let public = Sumdb::parse(SUM_GOLANG_ORG).unwrap();
    assert_eq!(public, Sumdb::parse(SUM_GOLANG_ORG_KEY).unwrap());
    assert_eq!(public.key.name(), SUM_GOLANG_ORG);
    assert!(public.anchor.is_some());
    let other = testkit::Sumdb::new("a", 0).verifier_key();
    assert_eq!(Sumdb::parse(&other).unwrap().anchor, None);
}

#[test]
fn keys_are_read_strictly() {
    let key = SUM_GOLANG_ORG_KEY;
    for bad in [
        String::new(),
        "sum.example.com".to_owned(),
        "sum.golang.org+033de0ae".to_owned(),
        key.replace("sum.golang", "sum.g0lang"),
        key.replace("033de0ae", "033DE0AE"),
        key.replace("033de0ae", "033de0af"),
        key.replace("+Ac4", "+Bc4"),
        key.replace("+Ac4", "+ Ac4"),
        format!("{key}="),
        format!("https://{key}"),
        key.replace("sum.golang.org", "sum.golang.org/.."),
    ] {
        assert!(Sumdb::parse(&bad).is_err(), "{bad}");
    }
}
