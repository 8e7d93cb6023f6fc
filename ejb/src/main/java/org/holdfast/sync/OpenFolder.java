package org.holdfast.sync;

import org.holdfast.sync.imap.FolderStatus;

/**
 * A folder in a session, and how it is looked at.
 *
 * @param modSeq {@link ModSeq#NONE} where it is not to be relied on
 * @param doubted whether no number is believed
 * @param window whether all of it is looked through
 */
record OpenFolder(FolderStatus status, ModSeq modSeq, boolean doubted, boolean window) {}
