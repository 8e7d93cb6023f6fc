package org.holdfast.sync.failure;

/** The server's certificate is not for its host, expired or not trusted. No credential was sent; not to be tried again by itself. */
public class CertificateRefused extends ProviderFailure {

    private static final long serialVersionUID = 1L;

    public CertificateRefused(String message) {
        super(message, null);
    }

    public CertificateRefused(String message, Throwable cause) {
        super(message, cause);
    }
}
