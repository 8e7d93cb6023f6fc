package org.holdfast.command;

/**
 * A folder at the provider.
 *
 * @param wireName as the server knows it
 * @param name as people read it
 * @param separator between levels; null without
 * @param specialUse what it is for, as {@code \Trash}; null without
 */
public record MailFolder(long id, long mailboxId, String wireName, String name, String separator, String specialUse) {

    /** The last level of its name. */
    public String lastName() {
        return separator == null || separator.isEmpty() ? name : name.substring(name.lastIndexOf(separator) + 1);
    }
}
