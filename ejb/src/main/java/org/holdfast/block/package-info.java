/** Senders whose mail is not imported. */
package org.holdfast.block;
