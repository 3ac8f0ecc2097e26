use super::*;

const SHA: &str = "00112233445566778899aabbccddeeff00112233445566778899aabbccddeeff";
const MD5: &str = "00112233445566778899aabbccddeeff";

fn read(hashes: &str, behind: &str) -> Result<[u8; 32], String> {
    let url = format!("https://x.invalid/a-1.tar.gz{behind}");
    enforced("a-1.tar.gz", Some(hashes), &url)
}

fn of(behind: &str) -> Result<[u8; 32], String> {
    let hashes = format!(r#"{{"sha256":"{SHA}","md5":"{MD5}"}}"#);
    read(&hashes, behind)
}

#[test]
fn addresses_with_the_same_hashes_are_held_to_them() {
    for behind in [
        String::new(),
        "#".to_owned(),
        format!("#sha256={SHA}"),
        format!("#sha256={}", SHA.to_uppercase()),
        format!("#md5={MD5}&sha256={SHA}"),
        format!("?X-Signature=1&x=2#sha256={SHA}"),
    ] {
        assert!(of(&behind).is_ok(), "{behind}: {:?}", of(&behind));
    }
}

/// pip searches the address for `[#&]sha256=` and prefers what it finds there to `hashes`.
#[test]
fn an_address_with_another_hash_is_told() {
    let zeros = "0".repeat(64);
    for behind in [
        format!("#sha256={zeros}"),
        format!("#a=b&sha256={zeros}"),
        format!("?a=b&sha256={zeros}"),
        format!("?sha256={zeros}"),
        format!("#SHA256={zeros}"),
        format!("#%73ha256={zeros}"),
        format!("#sha256%3D{zeros}"),
        format!("%23sha256={zeros}"),
        format!("#sha256={SHA}&sha256={zeros}"),
        format!("#sha256={zeros}&sha256={SHA}"),
        format!("#sha256={SHA};sha256={zeros}"),
        format!("# sha256={zeros}"),
        "#sha256=".to_owned(),
        // Hashes that `hashes` does not have.
        "#sha1=00".to_owned(),
        "#sha384=00".to_owned(),
        "#sha512=00".to_owned(),
        "#blake2b=00".to_owned(),
        "#md5=00".to_owned(),
        // What is built is another part of the archive, or has another name.
        "#subdirectory=evil".to_owned(),
        "?a=1&subdirectory=evil".to_owned(),
        format!("#sha256={SHA}&egg=a-1"),
        "#anything".to_owned(),
    ] {
        assert!(of(&behind).is_err(), "{behind}");
    }
    let told = of(&format!("#sha256={zeros}")).unwrap_err();
    assert!(told.contains("names another `sha256`"), "{told}");
}

/// pip holds a file to the first of its hashes alone.
#[test]
fn another_hash_before_sha256_is_told() {
    for first in ["md5", "sha1", "sha512", "SHA256", "blake2b", "x"] {
        let told = read(&format!(r#"{{"{first}":"00","sha256":"{SHA}"}}"#), "").unwrap_err();
        assert!(told.contains("before `sha256`"), "{told}");
        assert!(read(&format!(r#"{{"sha256":"{SHA}","{first}":"00"}}"#), "").is_ok());
    }
}

#[test]
fn without_a_sha256_there_is_nothing_to_compare() {
    for hashes in [
        "{}",
        "null",
        "[]",
        r#"{"md5":"00"}"#,
        r#"{"sha256":null}"#,
        r#"{"sha256":""}"#,
        r#"{"sha256":" 00"}"#,
        &format!(r#"{{"SHA256":"{SHA}"}}"#),
        &format!(r#"{{"sha256":"{SHA}","md5":7}}"#),
    ] {
        let told = read(hashes, "").unwrap_err();
        assert!(told.contains("no usable sha256"), "{hashes}: {told}");
    }
    assert!(enforced("a-1.zip", None, "https://x.invalid/a-1.zip").is_err());
}
