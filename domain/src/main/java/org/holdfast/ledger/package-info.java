/** The append-only, hash-chained record of every purged copy. */
package org.holdfast.ledger;
