//! The sample org's evidence gives the same bits on every build. (The demo's tests see to it for what
//! they pay, a real organisation's weeks among it.)

use guerdon_tests::bits::same_bits;
use guerdon_tests::sandbox::root;

#[test]
fn the_sample_org_gives_the_same_bits_on_every_build() {
    let golden = root().join("oracle/core/tests/golden");
    let files = (1..).map(|epoch| golden.join(format!("epoch-{epoch}.evidence.jsonl")));
    let files: Vec<_> = files.take_while(|file| file.exists()).collect();
    assert!(!files.is_empty());
    same_bits(&golden.join("policy.toml"), &files);
}
