use super::*;

#[test]
fn a_file_may_only_lower_what_a_request_and_a_run_may_take() {
    for (text, fits) in [
        ("jobs = 32", true),
        ("jobs = 33", false),
        ("per-host = 32", true),
        ("per-host = 33", false),
        ("timeout = 30", true),
        ("timeout = 31", false),
        ("timeout = -1", false),
    ] {
        assert_eq!(parse(text).is_ok(), fits, "{text}");
    }
    let settings = settled(
        "--jobs 200 --per-host 256 --timeout 600",
        &Environment::default(),
        "jobs = 1\nper-host = 2\ntimeout = 1",
    );
    assert_eq!((settings.jobs, settings.timeout.as_secs()), (200, 600));
    assert_eq!(settings.per_host, 256);
    assert_eq!(settings.changes, [""; 0]);
}
