/** The package that talks IMAP: bounded streams under the protocol classes of Angus. */
package org.holdfast.sync.imap;
