package org.holdfast.notice;

import java.time.Instant;
import java.time.OffsetDateTime;
import java.util.Optional;
import org.jdbi.v3.core.Handle;

/** Templates in the database, over those that are shipped. */
final class TemplateRows {

    private final Handle handle;

    TemplateRows(Handle handle) {
        this.handle = handle;
    }

    /** The template in force. */
    NoticeTemplate get(NoticeKind kind, String language) {
        return handle.createQuery("SELECT * FROM notice_template WHERE kind = :kind AND language = :language"
                        + " ORDER BY id DESC LIMIT 1")
                .bind("kind", kind)
                .bind("language", language)
                .map((row, context) -> row.getBoolean("shipped")
                        ? shipped(kind, language)
                        : new NoticeTemplate(
                                kind,
                                language,
                                new Notice.Text(
                                        row.getString("subject"), row.getString("plain"), row.getString("html")),
                                Optional.of(new NoticeTemplate.Edit(
                                        row.getString("edited_by"),
                                        row.getObject("edited_at", OffsetDateTime.class)
                                                .toInstant()))))
                .findOne()
                .orElseGet(() -> shipped(kind, language));
    }

    private static NoticeTemplate shipped(NoticeKind kind, String language) {
        return new NoticeTemplate(kind, language, NoticeWords.shipped(kind, language), Optional.empty());
    }

    /**
     * Puts a text in force; what was before stays on record.
     *
     * @param shipped whether it is the shipped one again
     */
    void put(NoticeKind kind, String language, Notice.Text text, boolean shipped, String by, Instant at) {
        handle.createUpdate("INSERT INTO notice_template (kind, language, subject, plain, html, shipped, edited_by,"
                        + " edited_at) VALUES (:kind, :language, :subject, :plain, :html, :shipped, :by, :at)")
                .bind("kind", kind)
                .bind("language", language)
                .bind("subject", text.subject())
                .bind("plain", text.plain())
                .bind("html", text.html())
                .bind("shipped", shipped)
                .bind("by", by)
                .bind("at", at)
                .execute();
    }
}
