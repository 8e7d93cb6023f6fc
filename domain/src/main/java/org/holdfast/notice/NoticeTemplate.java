package org.holdfast.notice;

import java.time.Instant;
import java.util.Optional;

/**
 * The text of a kind of notice in one language, with variables in double braces.
 *
 * @param edited who wrote it and when; empty: shipped
 */
public record NoticeTemplate(NoticeKind kind, String language, Notice.Text text, Optional<Edit> edited) {

    /** Who changed a template, and when. */
    public record Edit(String by, Instant at) {}
}
