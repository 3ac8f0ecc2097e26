//! Words of the shell that runs a Dockerfile's `RUN`.

/// `text` as one word, whatever is in it. Line breaks have no place in it: they end an instruction.
pub(crate) fn quoted(text: &str) -> String {
    let one_line: String = text.chars().filter(|one| !one.is_control()).collect();
    format!("'{}'", one_line.replace('\'', r"'\''"))
}

#[cfg(test)]
mod tests {
    use std::process::Command;

    use proptest::prelude::*;

    use super::quoted;

    proptest! {
        #![proptest_config(ProptestConfig::with_cases(64))]

        #[test]
        fn a_shell_reads_one_word(text in "[ -~é]{0,40}") {
            let script = format!("printf '%s|' {}", quoted(&text));
            let output = Command::new("sh").arg("-c").arg(script).output().unwrap();
            prop_assert!(output.status.success());
            prop_assert_eq!(String::from_utf8(output.stdout).unwrap(), format!("{text}|"));
        }

        #[test]
        fn it_is_one_line(text in any::<String>()) {
            prop_assert!(!quoted(&text).chars().any(char::is_control));
        }
    }
}
