package org.holdfast.sync.imap;

import java.io.IOException;
import java.net.Socket;
import java.security.cert.CertificateException;
import javax.net.ssl.SSLException;
import javax.net.ssl.SSLParameters;
import javax.net.ssl.SSLSocket;
import javax.net.ssl.SSLSocketFactory;
import org.holdfast.mailbox.CheckedServer;
import org.holdfast.sync.failure.CertificateRefused;
import org.holdfast.sync.failure.ConnectionLost;
import org.holdfast.sync.failure.ProviderFailure;

/** TLS with mail servers: versions 1.2 and 1.3 only, and the certificate must be for the host that was asked for. */
public final class Tls {

    private Tls() {}

    /**
     * Protects a connection.
     *
     * @throws CertificateRefused before anything else was sent
     */
    public static SSLSocket over(SSLSocketFactory tls, CheckedServer target, Socket raw) throws IOException {
        SSLSocket socket =
                (SSLSocket) tls.createSocket(raw, target.host(), target.server().port(), true);
        SSLParameters parameters = socket.getSSLParameters();
        parameters.setEndpointIdentificationAlgorithm("HTTPS");
        parameters.setProtocols(new String[] {"TLSv1.3", "TLSv1.2"});
        socket.setSSLParameters(parameters);
        try {
            socket.startHandshake();
            return socket;
        } catch (SSLException e) {
            throw refused(target, e);
        }
    }

    private static ProviderFailure refused(CheckedServer target, SSLException e) {
        for (Throwable cause = e; cause != null; cause = cause.getCause()) {
            if (cause instanceof ProviderFailure failure) {
                return failure;
            }
            if (cause instanceof CertificateException) {
                return new CertificateRefused(
                        "The certificate of " + target.server() + " is refused: " + cause.getMessage(), e);
            }
        }
        return new ConnectionLost("No TLS with " + target.server() + ": " + e.getMessage(), e);
    }
}
