package org.holdfast.sync;

import java.time.Instant;

/**
 * A folder and how it stands.
 *
 * @param wireName as on the wire, in modified UTF-7
 * @param specialUse attribute of RFC 6154; null if it has none
 * @param specialUseBy SERVER, NAME or OWNER: who said so; null if nobody did
 * @param goneAt since when the server does not list it; null: it does
 * @param uidValidity 0 before its first complete pass, like the numbers below
 * @param lastUid the highest UID that is accounted for
 * @param originals messages at the provider then
 * @param doubt why its numbers are being matched anew; null: they are not
 * @param givenUp originals that could not be read
 * @param auditedAt when all UIDs were compared the last time; null: never
 * @param auditRepaired what that put right
 */
public record FolderSituation(
        long id,
        String name,
        String wireName,
        String specialUse,
        String specialUseBy,
        boolean selected,
        Instant goneAt,
        long uidValidity,
        long lastUid,
        long highestModSeq,
        long originals,
        long copies,
        String doubt,
        long givenUp,
        Instant auditedAt,
        long auditRepaired) {}
