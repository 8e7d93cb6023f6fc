package org.holdfast.security;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.attribute.PosixFilePermissions;
import org.holdfast.refusal.Refusal;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class SecretBoxTest {

    @TempDir
    Path folder;

    @Test
    void opensWhatItSealedAlsoAfterARestart() {
        byte[] sealed = new SecretBox(folder.resolve("keys")).seal(1, 2, "password", "canary-pässwörd");
        assertThat(new SecretBox(folder.resolve("keys")).open(1, 2, "password", sealed))
                .isEqualTo("canary-pässwörd");
    }

    @Test
    void canaryIsNotInTheCiphertextAndNoTwoAreEqual() {
        SecretBox box = new SecretBox(folder.resolve("keys"));
        byte[] sealed = box.seal(1, 2, "password", "canary");
        assertThat(new String(sealed, StandardCharsets.ISO_8859_1)).doesNotContain("canary");
        assertThat(box.seal(1, 2, "password", "canary")).isNotEqualTo(sealed);
    }

    @Test
    void swappedCiphertextsDoNotOpen() {
        SecretBox box = new SecretBox(folder.resolve("keys"));
        byte[] sealed = box.seal(1, 2, "password", "canary");
        for (Runnable swapped : new Runnable[] {
            () -> box.open(1, 3, "password", sealed),
            () -> box.open(2, 2, "password", sealed),
            () -> box.open(1, 2, "token", sealed)
        }) {
            assertThatThrownBy(swapped::run)
                    .isInstanceOfSatisfying(
                            Refusal.class, e -> assertThat(e.code()).isEqualTo("secret-unreadable"))
                    .hasMessageNotContaining("canary");
        }
    }

    @Test
    void keysetIsReadableByItsOwnerOnly() throws Exception {
        Path keys = folder.resolve("sub/keys");
        new SecretBox(keys).requireKey();
        assertThat(PosixFilePermissions.toString(Files.getPosixFilePermissions(keys)))
                .isEqualTo("rw-------");
        try (var files = Files.list(keys.getParent())) {
            assertThat(files).containsExactly(keys);
        }
    }

    @Test
    void withoutAKeysetItSaysWhatToSet() {
        assertThatThrownBy(() -> new SecretBox(null).requireKey())
                .isInstanceOf(Refusal.class)
                .hasMessageContaining("holdfast.keyset")
                .hasMessageContaining("HOLDFAST_KEYSET");
    }

    @Test
    void brokenKeysetIsNotReplaced() throws Exception {
        Path keys = Files.writeString(folder.resolve("keys"), "not a keyset");
        assertThatThrownBy(() -> new SecretBox(keys).requireKey()).isInstanceOf(Refusal.class);
        assertThat(keys).hasContent("not a keyset");
    }
}
