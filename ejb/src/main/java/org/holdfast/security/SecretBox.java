package org.holdfast.security;

import com.google.crypto.tink.Aead;
import com.google.crypto.tink.InsecureSecretKeyAccess;
import com.google.crypto.tink.KeysetHandle;
import com.google.crypto.tink.RegistryConfiguration;
import com.google.crypto.tink.TinkJsonProtoKeysetFormat;
import com.google.crypto.tink.aead.AeadConfig;
import com.google.crypto.tink.aead.PredefinedAeadParameters;
import jakarta.enterprise.context.ApplicationScoped;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.FileAlreadyExistsException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardCopyOption;
import java.nio.file.attribute.FileAttribute;
import java.nio.file.attribute.PosixFilePermissions;
import java.security.GeneralSecurityException;
import java.util.Optional;
import org.holdfast.refusal.Refusal;
import org.holdfast.setting.Setting;

/**
 * Encrypts the secrets of mailboxes with AES-256-GCM under a key outside the database. A ciphertext opens
 * only for the account, mailbox and field that it was sealed for.
 */
@ApplicationScoped
public class SecretBox {

    private static final System.Logger LOG = System.getLogger(SecretBox.class.getName());

    private final Optional<Path> file;
    private volatile Aead aead;

    /** With the keyset that {@link Setting#KEYSET} names. */
    public SecretBox() {
        this(Setting.KEYSET.value().map(Path::of).orElse(null));
    }

    /** With the keyset in a file, which is created when it is first needed; null: none was named. */
    public SecretBox(Path file) {
        this.file = Optional.ofNullable(file);
    }

    /**
     * Seals a secret.
     *
     * @param field which of the mailbox's secrets, such as {@code password}
     * @throws Refusal if no keyset is configured or it cannot be read; the message says what to do
     */
    public byte[] seal(long accountId, long mailboxId, String field, String clear) {
        try {
            return key().encrypt(clear.getBytes(StandardCharsets.UTF_8), associatedData(accountId, mailboxId, field));
        } catch (GeneralSecurityException e) {
            throw new IllegalStateException("The secret of mailbox " + mailboxId + " could not be sealed", e);
        }
    }

    /**
     * Opens what was sealed for the same account, mailbox and field.
     *
     * @throws Refusal if it was sealed for another place, by another key, or was altered
     */
    public String open(long accountId, long mailboxId, String field, byte[] sealed) {
        try {
            byte[] clear = key().decrypt(sealed, associatedData(accountId, mailboxId, field));
            return new String(clear, StandardCharsets.UTF_8);
        } catch (GeneralSecurityException e) {
            throw new Refusal(
                    Refusal.Kind.CONFLICT,
                    "secret-unreadable",
                    "The stored secret of mailbox " + mailboxId + " does not open with the keyset " + file.orElseThrow()
                            + ": restore the keyset that it was sealed with, or connect the mailbox again",
                    e);
        }
    }

    /**
     * Makes sure that secrets can be kept, before somebody is asked for one.
     *
     * @throws Refusal with code {@code keyset-missing} or {@code keyset-unreadable}
     */
    public void requireKey() {
        key();
    }

    private Aead key() {
        Aead present = aead;
        if (present == null) {
            synchronized (this) {
                if (aead == null) {
                    aead = load();
                }
                present = aead;
            }
        }
        return present;
    }

    private Aead load() {
        Path path = file.orElseThrow(() -> new Refusal(
                Refusal.Kind.UNAVAILABLE,
                "keyset-missing",
                "Mailbox secrets have no key: set " + Setting.KEYSET.key() + " (or " + Setting.KEYSET.variable()
                        + ") to the path of a keyset file; it is created there if it does not exist"));
        try {
            AeadConfig.register();
            if (Files.notExists(path)) {
                create(path);
            }
            String json = Files.readString(path);
            return TinkJsonProtoKeysetFormat.parseKeyset(json, InsecureSecretKeyAccess.get())
                    .getPrimitive(RegistryConfiguration.get(), Aead.class);
        } catch (IOException | GeneralSecurityException e) {
            throw new Refusal(
                    Refusal.Kind.UNAVAILABLE,
                    "keyset-unreadable",
                    "The keyset " + path + " cannot be used (" + e.getMessage()
                            + "): check the file and its permissions",
                    e);
        }
    }

    /** Written whole beside its place and then linked there, so that no node ever reads half of it. */
    private static void create(Path path) throws IOException, GeneralSecurityException {
        Path folder = path.toAbsolutePath().getParent();
        Files.createDirectories(folder);
        KeysetHandle keyset = KeysetHandle.generateNew(PredefinedAeadParameters.AES256_GCM);
        Path draft = Files.createTempFile(folder, ".keyset", ".new", ownerOnly(folder));
        try {
            Files.writeString(draft, TinkJsonProtoKeysetFormat.serializeKeyset(keyset, InsecureSecretKeyAccess.get()));
            publish(draft, path);
            LOG.log(
                    System.Logger.Level.WARNING,
                    "Keyset for mailbox secrets created at {0}. Back it up apart from the database:"
                            + " without it every mailbox must be connected again",
                    path);
        } catch (FileAlreadyExistsException e) {
            LOG.log(System.Logger.Level.INFO, "Another node created the keyset {0} meanwhile", path);
        } finally {
            Files.deleteIfExists(draft);
        }
    }

    private static void publish(Path draft, Path path) throws IOException {
        try {
            Files.createLink(path, draft);
        } catch (UnsupportedOperationException e) {
            Files.move(draft, path, StandardCopyOption.ATOMIC_MOVE);
        }
    }

    private static FileAttribute<?>[] ownerOnly(Path folder) throws IOException {
        return Files.getFileStore(folder).supportsFileAttributeView("posix")
                ? new FileAttribute<?>[] {
                    PosixFilePermissions.asFileAttribute(PosixFilePermissions.fromString("rw-------"))
                }
                : new FileAttribute<?>[0];
    }

    private static byte[] associatedData(long accountId, long mailboxId, String field) {
        return ("holdfast/account/" + accountId + "/mailbox/" + mailboxId + "/" + field)
                .getBytes(StandardCharsets.UTF_8);
    }
}
