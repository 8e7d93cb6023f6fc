/** Connecting, pausing and ending mailboxes, and which servers may be connected to. */
package org.holdfast.mailbox;
