package org.holdfast.message;

import java.util.List;
import java.util.Optional;

/**
 * What a message says, as it came: nothing of it has been made safe. Bounded.
 *
 * @param html empty where there is no HTML part
 * @param text the same in plain text; empty where there is no plain part
 * @param cut whether there is more of it than this
 * @param beside the parts that are not seen in it; where it is cut, also the one that it is the beginning of
 */
public record MessageBody(Optional<String> html, Optional<String> text, boolean cut, List<MessagePart> beside) {

    public MessageBody {
        beside = List.copyOf(beside);
    }
}
