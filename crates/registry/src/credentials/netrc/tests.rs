use proptest::prelude::*;

use super::*;

fn login(text: &str, host: &str) -> Option<(String, String)> {
    let netrc = Netrc::parse(text).unwrap();
    let login = netrc.find(host)?;
    Some((
        login.user.expose().to_owned(),
        login.password.expose().to_owned(),
    ))
}

#[test]
fn words_quotes_escapes_and_comments() {
    for text in [
        "machine p.example login ann password secret",
        "machine p.example\n\tlogin ann\n\tpassword secret\n",
        "# comment with words\nmachine p.example login ann # more\npassword secret",
        "#tight\nmachine P.Example password secret account x user ann",
        "machine p.example login \"ann\" password \"sec\\ret\"",
        "machine p.example login a\\nn password s\\ecret",
        "\u{feff}machine p.example login ann password secret\r\n",
        "macdef init\ncd /pub\nmachine p.example login x password y\n\nmachine p.example login ann password secret",
        "machine other login x password y\nmachine p.example login ann password secret\ndefault login z password w",
        "machine p.example login ann password secret\nmachine p.example login late password late",
        "machine p.example login nobody\nmachine p.example login ann password secret",
    ] {
        let expected = Some(("ann".to_owned(), "secret".to_owned()));
        assert_eq!(login(text, "p.example"), expected, "{text}");
    }
    let odd = "machine p.example login \"a b\" password #se\"c\\\"ret#";
    let expected = Some(("a b".to_owned(), "#se\"c\"ret#".to_owned()));
    assert_eq!(login(odd, "p.example"), expected);
}

#[test]
fn only_the_very_host_matches_and_default_is_kept_apart() {
    let text = "machine p.example login a password b\ndefault login d password e";
    for other in ["x.p.example", "p.example.org", "example", "default", ""] {
        assert_eq!(login(text, other), None, "{other}");
    }
    let netrc = Netrc::parse(text).unwrap();
    assert_eq!(netrc.others().unwrap().user.expose(), "d");
    // A machine of that name is a machine, not everybody.
    let netrc = Netrc::parse("machine default login a password b").unwrap();
    assert_eq!(netrc.others(), None);
    assert_eq!(
        Netrc::parse("machine p.example login a").unwrap(),
        Netrc::default()
    );
    assert_eq!(Netrc::parse(" \n# nothing").unwrap(), Netrc::default());
}

#[test]
fn a_mistake_is_placed_and_repeats_nothing() {
    for (text, line) in [
        ("machine p.example login ann password correct hunter2", 1),
        ("\nhunter2", 2),
        ("machine", 1),
        ("machine p.example password", 1),
        ("machine p.example login ann\npassword \"hunter2", 2),
        ("machine p.example password hunter2\\", 1),
    ] {
        let error = Netrc::parse(text).unwrap_err();
        assert_eq!(error.line, line, "{text}: {error}");
        assert!(!error.to_string().contains("hunter2"), "{error}");
    }
}

proptest! {
    #[test]
    fn any_text_is_read_or_refused(text in "(?s).{0,200}|((machine|default|login|password|macdef|#|\"|\\\\|x)[ \n]){0,30}") {
        if let Err(error) = Netrc::parse(&text) {
            prop_assert!(error.line <= text.matches('\n').count() + 1);
        }
    }

    #[test]
    fn what_is_written_in_quotes_comes_back(password in "[^\u{feff}]{0,40}") {
        let escaped = password.replace('\\', "\\\\").replace('"', "\\\"");
        let text = format!("machine h login u password \"{escaped}\"");
        prop_assert_eq!(login(&text, "h"), Some(("u".to_owned(), password)));
    }
}
