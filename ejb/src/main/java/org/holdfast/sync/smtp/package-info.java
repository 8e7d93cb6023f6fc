/** The package that talks SMTP: submission with its phase known, over the same guarded connections as IMAP. */
package org.holdfast.sync.smtp;
