//! What a key is loaded from, and what is refused.

use super::*;
use alloy::signers::local::PrivateKeySigner;

const KEY: &str = "0xac0974bec39a17e36ba4a6b4d238ff944bacb478cbed5efcae784d7bf4f2ff80";

fn secret_file(dir: &tempfile::TempDir, name: &str, text: &str) -> SecretRef {
    let path = dir.path().join(name);
    std::fs::write(&path, text).unwrap();
    SecretRef::File(path)
}

#[test]
fn a_raw_key_opens_on_the_local_chain_only_and_is_never_printed() {
    let dir = tempfile::tempdir().unwrap();
    let source = KeySource::Raw(secret_file(&dir, "key", &format!("{KEY}\n")));
    let key = OracleKey::load(&source, LOCAL_CHAIN).unwrap();
    assert_eq!(key.address().to_string(), "0xf39Fd6e51aad88F6F4ce6aB8827279cffFb92266");
    assert!(!format!("{key:?} {source:?}").contains("ac0974"));
    let error = OracleKey::load(&source, 1).unwrap_err().to_string();
    assert!(error.contains("chain 1") && error.contains("cast wallet import"), "{error}");
}

#[test]
fn a_keystore_opens_with_its_password_and_no_other() {
    let dir = tempfile::tempdir().unwrap();
    let signer = PrivateKeySigner::from_bytes(&KEY.parse().unwrap()).unwrap();
    PrivateKeySigner::encrypt_keystore(
        dir.path(),
        &mut alloy::signers::k256::elliptic_curve::rand_core::OsRng,
        signer.to_bytes(),
        "open sesame",
        Some("oracle"),
    )
    .unwrap();
    let path = dir.path().join("oracle");
    let right = KeySource::Keystore { path: path.clone(), password: secret_file(&dir, "right", "open sesame\n") };
    assert_eq!(OracleKey::load(&right, 1).unwrap().address(), signer.address());
    // It was opened: the password is not asked for again.
    secret_file(&dir, "right", "changed");
    assert_eq!(OracleKey::load(&right, 1).unwrap().address(), signer.address());
    let wrong = KeySource::Keystore { path: path.clone(), password: secret_file(&dir, "wrong", "open barley") };
    let error = OracleKey::load(&wrong, 1).unwrap_err();
    assert!(matches!(error, KeyError::Keystore { .. }), "{error}");
    assert!(!error.to_string().contains("barley"));
    let missing = KeySource::Keystore { path: dir.path().join("nowhere"), password: SecretRef::Env("NOT_READ".into()) };
    assert!(matches!(OracleKey::load(&missing, 1), Err(KeyError::NoKeystore(_))));
}

#[test]
fn what_is_not_a_key_is_named_by_its_place() {
    let dir = tempfile::tempdir().unwrap();
    let short = secret_file(&dir, "short", "0xdead");
    let error = OracleKey::load(&KeySource::Raw(short), LOCAL_CHAIN).unwrap_err().to_string();
    assert!(error.contains("short") && !error.contains("dead"), "{error}");
    let empty = secret_file(&dir, "empty", " \n");
    assert!(matches!(OracleKey::load(&KeySource::Raw(empty), LOCAL_CHAIN), Err(KeyError::Empty(_))));
    let unset = SecretRef::Env("GUERDON_TEST_UNSET".into());
    assert!(matches!(OracleKey::load(&KeySource::Raw(unset), LOCAL_CHAIN), Err(KeyError::Env(_))));
}

#[test]
fn a_config_table_names_exactly_one_source() {
    let parse = |text: &str| toml::from_str::<KeySource>(text);
    let address = "address = '0xf39Fd6e51aad88F6F4ce6aB8827279cffFb92266'";
    for good in [
        "key = 'env:ORACLE_KEY'".to_owned(),
        "keystore = 'a.json'\npassword = 'credential:oracle.password'".to_owned(),
        format!("kms = 'alias/oracle'\n{address}"),
        format!("ledger = \"m/44'/60'/0'/0/0\"\n{address}"),
    ] {
        assert!(parse(&good).is_ok(), "{good}");
    }
    for bad in [
        "keystore = 'a.json'".to_owned(),
        "key = 'env:A'\npassword = 'env:B'".to_owned(),
        String::new(),
        "key = 'env:A'\nextra = 1".to_owned(),
        "key = '0xac0974bec39a17e36ba4a6b4d238ff944bacb478cbed5efcae784d7bf4f2ff80'".to_owned(),
        "kms = 'alias/oracle'".to_owned(),
        format!("kms = ''\n{address}"),
        format!("key = 'env:A'\n{address}"),
        format!("kms = 'alias/oracle'\nledger = \"m/44'\"\n{address}"),
        format!("ledger = '44/60'\n{address}"),
        format!("ledger = 'm/44/x'\n{address}"),
        format!("ledger = 'm/2147483648'\n{address}"),
    ] {
        let error = parse(&bad).unwrap_err();
        assert!(!error.message().contains("ac0974"), "{error}");
    }
}

#[test]
fn a_credential_is_one_file_of_systemds_folder() {
    assert_eq!("credential:github.token".parse::<SecretRef>().unwrap().to_string(), "credential:github.token");
    for bad in ["credential:", "credential:..", "credential:../x", "credential:a/b", "credential:a b"] {
        assert!(matches!(bad.parse::<SecretRef>(), Err(KeyError::Reference)), "{bad}");
    }
}

#[cfg(not(feature = "kms"))]
#[test]
fn what_was_not_built_in_is_said_with_its_feature() {
    let source = KeySource::Kms { id: "alias/oracle".into(), address: Address::ZERO };
    let error = OracleKey::load(&source, 1).unwrap_err().to_string();
    assert!(error.contains("--features kms"), "{error}");
}

#[tokio::test]
async fn a_loaded_key_signs_digests_typed_data_and_says_who_it_is() {
    let key: OracleKey = PrivateKeySigner::from_bytes(&KEY.parse().unwrap()).unwrap().into();
    let digest = alloy::primitives::B256::repeat_byte(7);
    let signature = key.sign_hash(&digest).await.unwrap();
    assert_eq!(signature.recover_address_from_prehash(&digest).unwrap(), key.address());
    let link = guerdon_bindings::Link { id: 1, wallet: key.address(), nonce: 0, validUntil: 9 };
    let domain = guerdon_bindings::domain(1, Address::repeat_byte(5));
    let digest = guerdon_bindings::message::digest(&link, &domain);
    let signature = key.sign_typed(&link, &domain).await.unwrap();
    assert_eq!(signature.recover_address_from_prehash(&digest).unwrap(), key.address());
    key.check().await.unwrap();
}
