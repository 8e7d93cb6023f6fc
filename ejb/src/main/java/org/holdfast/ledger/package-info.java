/** Stores, verifies and searches the ledger of purged copies. */
package org.holdfast.ledger;
