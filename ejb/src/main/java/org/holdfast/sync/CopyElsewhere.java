package org.holdfast.sync;

/**
 * A copy in another folder that looks like an original found here.
 *
 * @param hint as of {@link Homeless#hint}
 */
record CopyElsewhere(String hint, long folderId, String wireName, UidValidity validity, long uid) {}
