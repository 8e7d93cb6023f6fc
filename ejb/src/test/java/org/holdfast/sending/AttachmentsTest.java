package org.holdfast.sending;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.util.ArrayList;
import java.util.Collections;
import java.util.List;
import java.util.Optional;
import org.holdfast.refusal.Refusal;
import org.junit.jupiter.api.Test;

/** What a message takes along is bounded while it is loaded. */
class AttachmentsTest {

    private final List<AttachmentReference> loaded = new ArrayList<>();

    private List<AttachedPart> load(int count) {
        AttachmentReference each =
                new AttachmentReference(Optional.of(1L), Optional.empty(), Optional.empty(), Optional.empty());
        return new Attachments(25).load(Collections.nCopies(count, each), reference -> {
            loaded.add(reference);
            return new AttachedPart("a.bin", "application/octet-stream", new byte[10]);
        });
    }

    @Test
    void nothingIsLoadedBehindTheOneThatIsTooMuch() {
        assertThat(load(2)).hasSize(2);
        loaded.clear();
        assertThatThrownBy(() -> load(50)).isInstanceOf(Refusal.class).hasMessageContaining("at most 25 bytes");
        assertThat(loaded).hasSize(3);
    }

    @Test
    void tooManyAreRefusedBeforeAnyIsLoaded() {
        assertThatThrownBy(() -> load(Attachments.MOST + 1))
                .isInstanceOf(Refusal.class)
                .hasMessageContaining("attachments");
        assertThat(loaded).isEmpty();
    }
}
