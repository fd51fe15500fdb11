//! A certificate authority for one process, and certificates for whatever host a handler asks for.

use std::collections::BTreeMap;
use std::sync::{Arc, Mutex, PoisonError};

use rcgen::{
    BasicConstraints, CertificateParams, CertifiedIssuer, DistinguishedName, DnType, ExtendedKeyUsagePurpose,
    IsCa, KeyPair, KeyUsagePurpose,
};
use tokio_rustls::rustls::ServerConfig;
use tokio_rustls::rustls::crypto::ring;
use tokio_rustls::rustls::pki_types::PrivatePkcs8KeyDer;
use tokio_rustls::rustls::server::NoServerSessionStorage;

use super::MockError;

/// Signs certificates and keeps the TLS configuration of every host that was asked for.
pub(super) struct Authority {
    issuer: CertifiedIssuer<'static, KeyPair>,
    /// All hosts share one key: making one per host would only cost time.
    key: KeyPair,
    hosts: Mutex<BTreeMap<String, Host>>,
}

/// How to speak TLS as one host.
struct Host {
    /// PEM.
    certificate: String,
    config: Arc<ServerConfig>,
}

impl Authority {
    pub(super) fn new() -> Result<Self, MockError> {
        let mut params = CertificateParams::new(Vec::new())?;
        params.distinguished_name = named("Banister mock authority");
        params.is_ca = IsCa::Ca(BasicConstraints::Unconstrained);
        params.key_usages = vec![KeyUsagePurpose::KeyCertSign, KeyUsagePurpose::CrlSign];
        let issuer = CertifiedIssuer::self_signed(params, KeyPair::generate()?)?;
        Ok(Self {
            issuer,
            key: KeyPair::generate()?,
            hosts: Mutex::default(),
        })
    }

    pub(super) fn pem(&self) -> String {
        self.issuer.pem()
    }

    /// How to speak TLS as `host`.
    pub(super) fn config(&self, host: &str) -> Result<Arc<ServerConfig>, MockError> {
        self.of(host, |it| Arc::clone(&it.config))
    }

    /// The certificate of `host`, as PEM.
    pub(super) fn certificate(&self, host: &str) -> Result<String, MockError> {
        self.of(host, |it| it.certificate.clone())
    }

    fn of<T>(&self, host: &str, what: impl Fn(&Host) -> T) -> Result<T, MockError> {
        let host = host.trim_end_matches('.').to_ascii_lowercase();
        let mut hosts = self.hosts.lock().unwrap_or_else(PoisonError::into_inner);
        if let Some(known) = hosts.get(&host) {
            return Ok(what(known));
        }
        let minted = self.mint(&host)?;
        let asked = what(&minted);
        hosts.insert(host, minted);
        Ok(asked)
    }

    fn mint(&self, host: &str) -> Result<Host, MockError> {
        let mut params = CertificateParams::new(vec![host.to_owned()])?;
        params.distinguished_name = named(host);
        params.key_usages = vec![KeyUsagePurpose::DigitalSignature];
        params.extended_key_usages = vec![ExtendedKeyUsagePurpose::ServerAuth];
        // Strict verifiers (Python 3.13) insist on it.
        params.use_authority_key_identifier_extension = true;
        let certificate = params.signed_by(&self.key, &self.issuer)?;
        let key = PrivatePkcs8KeyDer::from(self.key.serialize_der());
        let mut config = ServerConfig::builder_with_provider(Arc::new(ring::default_provider()))
            .with_safe_default_protocol_versions()?
            .with_no_client_auth()
            .with_single_cert(vec![certificate.der().clone()], key.into())?;
        config.alpn_protocols = vec![b"http/1.1".to_vec()];
        // Tickets arrive after the handshake, at a moment of their own: bytes that a client cannot account for.
        config.send_tls13_tickets = 0;
        config.session_storage = Arc::new(NoServerSessionStorage {});
        Ok(Host {
            certificate: certificate.pem(),
            config: Arc::new(config),
        })
    }
}

fn named(name: &str) -> DistinguishedName {
    let mut distinguished = DistinguishedName::new();
    // A common name longer than 64 characters is not valid; the alternative names are what clients look at.
    distinguished.push(DnType::CommonName, name.chars().take(64).collect::<String>());
    distinguished
}
