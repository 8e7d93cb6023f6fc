/** Pulls originals from providers into copies: passes over mailboxes, their leases and watermarks. */
package org.holdfast.sync;
