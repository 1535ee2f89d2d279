//! A key in AWS KMS: takes its id and address, gives signatures that KMS made. Credentials, region and endpoint
//! are looked for as every AWS program does (environment, profile, instance role). Never: sees the key.

use super::{KeyError, KeySource};
use alloy::primitives::Address;
use alloy::signers::aws::AwsSigner;
use alloy::signers::aws::aws_sdk_kms::Client;
use aws_config::BehaviorVersion;
use std::pin::Pin;
use tokio::sync::OnceCell;

pub(super) struct KmsKey {
    id: String,
    pub(super) address: Address,
    signer: OnceCell<AwsSigner>,
}

impl KmsKey {
    pub(super) fn new(id: &str, address: Address) -> Self {
        Self { id: id.to_owned(), address, signer: OnceCell::new() }
    }

    /// KMS is asked for the public key once; a failure is not kept.
    pub(super) async fn open(&self) -> Result<&AwsSigner, KeyError> {
        // Boxed, so that the size of what AWS does is not part of every future that may sign.
        let ask: Pin<Box<dyn Future<Output = Result<AwsSigner, KeyError>> + Send + '_>> = Box::pin(self.ask());
        self.signer.get_or_try_init(|| ask).await
    }

    async fn ask(&self) -> Result<AwsSigner, KeyError> {
        let client = Client::new(&aws_config::load_defaults(BehaviorVersion::latest()).await);
        let signer = AwsSigner::new(client, self.id.clone(), None)
            .await
            .map_err(|source| KeyError::Kms { id: self.id.clone(), source: Box::new(source) })?;
        let found = alloy::signers::Signer::address(&signer);
        if found == self.address {
            return Ok(signer);
        }
        let place = KeySource::Kms { id: self.id.clone(), address: self.address };
        Err(KeyError::OtherAddress { place, found, expected: self.address })
    }
}
