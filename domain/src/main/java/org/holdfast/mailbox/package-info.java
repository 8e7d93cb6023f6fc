/** Connections to external mail addresses and their folders. */
package org.holdfast.mailbox;
