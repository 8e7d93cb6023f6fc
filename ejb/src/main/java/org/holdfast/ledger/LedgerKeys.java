package org.holdfast.ledger;

import jakarta.enterprise.context.ApplicationScoped;
import jakarta.inject.Inject;
import java.security.GeneralSecurityException;
import java.security.KeyFactory;
import java.security.KeyPair;
import java.security.KeyPairGenerator;
import java.security.PrivateKey;
import java.security.Signature;
import java.security.spec.PKCS8EncodedKeySpec;
import java.security.spec.X509EncodedKeySpec;
import java.time.Instant;
import java.util.Base64;
import org.holdfast.security.SecretBox;
import org.jdbi.v3.core.Handle;

/**
 * Signs certificates with Ed25519. The installation's key is made with its first certificate; its private half
 * lies in the database under the installation's keyset, so that neither alone signs anything.
 */
@ApplicationScoped
public class LedgerKeys {

    private static final String ALGORITHM = "Ed25519";
    private static final String FIELD = "ledger-key";

    private SecretBox box;

    LedgerKeys() {}

    /** With the keyset that opens the private keys. */
    @Inject
    public LedgerKeys(SecretBox box) {
        this.box = box;
    }

    /** The public key that the next certificate is signed with, made if there is none. */
    String publicKey(Handle handle, Instant now) {
        handle.execute("SELECT pg_advisory_xact_lock(7246, 3)");
        return handle.createQuery("SELECT public_key FROM ledger_key ORDER BY id DESC LIMIT 1")
                .mapTo(byte[].class)
                .findOne()
                .map(Base64.getEncoder()::encodeToString)
                .orElseGet(() -> create(handle, now));
    }

    private String create(Handle handle, Instant now) {
        try {
            KeyPair pair = KeyPairGenerator.getInstance(ALGORITHM).generateKeyPair();
            String secret = Base64.getEncoder().encodeToString(pair.getPrivate().getEncoded());
            handle.createUpdate("INSERT INTO ledger_key (public_key, private_key, created_at)"
                            + " VALUES (:public, :private, :now)")
                    .bind("public", pair.getPublic().getEncoded())
                    .bind("private", box.seal(0, 0, FIELD, secret))
                    .bind("now", now)
                    .execute();
            return Base64.getEncoder().encodeToString(pair.getPublic().getEncoded());
        } catch (GeneralSecurityException e) {
            throw new IllegalStateException("Every Java from 15 on has " + ALGORITHM, e);
        }
    }

    /** Signs a certificate with the key that it names. */
    Certificate sign(Handle handle, Certificate certificate) {
        byte[] sealed = handle.createQuery("SELECT private_key FROM ledger_key WHERE public_key = :key")
                .bind("key", Base64.getDecoder().decode(certificate.publicKey()))
                .mapTo(byte[].class)
                .one();
        try {
            byte[] encoded = Base64.getDecoder().decode(box.open(0, 0, FIELD, sealed));
            PrivateKey key = KeyFactory.getInstance(ALGORITHM).generatePrivate(new PKCS8EncodedKeySpec(encoded));
            Signature signature = Signature.getInstance(ALGORITHM);
            signature.initSign(key);
            signature.update(certificate.signed());
            return certificate.with(Base64.getEncoder().encodeToString(signature.sign()));
        } catch (GeneralSecurityException e) {
            throw new IllegalStateException("The ledger's key cannot sign", e);
        }
    }

    /** Whether a certificate's signature is by the key that it names; needs nothing but the certificate. */
    static boolean isSigned(Certificate certificate) {
        if (certificate.signature() == null) {
            return false;
        }
        try {
            byte[] encoded = Base64.getDecoder().decode(certificate.publicKey());
            Signature signature = Signature.getInstance(ALGORITHM);
            signature.initVerify(KeyFactory.getInstance(ALGORITHM).generatePublic(new X509EncodedKeySpec(encoded)));
            signature.update(certificate.signed());
            return signature.verify(Base64.getDecoder().decode(certificate.signature()));
        } catch (GeneralSecurityException | IllegalArgumentException e) {
            return false; // whatever it is, it is no signature
        }
    }
}
