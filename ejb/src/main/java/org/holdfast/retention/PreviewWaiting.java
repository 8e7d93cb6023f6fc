package org.holdfast.retention;

/** Somebody asked for a preview: an event, so that a worker need not wait for its next look. */
public record PreviewWaiting(long previewId) {}
